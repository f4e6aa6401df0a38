"""Bylines: who wrote it, in a dozen languages, to people and organisations.

By Ann Lee and Bo Ek, Reuters       Von Ann Lee und Bo Ek, dpa      ANN LEE, BO EK
By ANN LEE AP Business Writer       By Ann Lee in Rome and Bo Ek in Oslo
By The Associated Press             Ann Lee, Press Association Political Correspondent
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from schemas.agency import Agency
from schemas.item import Author
from transforms.normalize import names, provider
from transforms.normalize.text import fold

MAX_LENGTH = 400  # characters; what is longer is no byline
_MAX_LINE = 140  # characters of a byline that stands in the text
_BY = re.compile(
    r"\s*(?:by(?=[\s:])|from(?=\s)|words by|story by|text by|von(?=[\s:])|par(?=[\s:])|por(?=[\s:])|di(?=\s)|da(?=\s)"
    r"|dal nostro inviato|door(?=[\s:])|van(?=[\s:])|av(?=[\s:])|af(?=[\s:])|tekst(?=[\s:])|texte?(?=[\s:])"
    r"|testo(?=[\s:])|texto(?=[\s:])|foto(?=\s*:)|текст|автор|toimittaja(?=[\s:])|بقلم|من إعداد)\s*[:.]?\s*"
    r"(?:(?:by|von|par|por|di|av|af)\s+)?",
    re.I,
)
_BY_LINE = re.compile(
    r"(?:by|von|par|por|di|door|van|av|af|texte? ?:|tekst ?:|text ?:|текст|автор)\b:? *(?=[^\W\d_])", re.I
)
_AND = re.compile(
    r"\s*(?:;|&|\s(?:and|und|et|och|og|ja|и|та)(?=\s)|\s(?:y|e|en|i)(?=\s+[^\W\d_]\S*\s+[^\W\d_])|\s\+)\s*",
    re.I,
)
_ARABIC_AND = re.compile(r"(?<=[\u0600-\u06ff] )\u0648(?=[\u0600-\u06ff]{3,} [\u0600-\u06ff])")
_COMMA = re.compile(r"\s*[,،、|]\s*|\s+[-–—]\s+|\s+/\s+|(?<=[^\W\d_]{3})/(?=[^\W\d_]{3})")
_IN = re.compile(r"\s(?:in|à|في|aus)\s+(?=[^\W\d_])", re.I)
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]{1,60})[)\]]")
_MAIL = re.compile(r"\S+@\S+|https?://\S+|(?<!\w)@\w+")
_INITIALS = re.compile(r"[^\W\d_]{1,5}(?:[/+-][^\W\d_]{1,5})*\.?$")


def read(byline: str, agency: Agency | None = None) -> list[Author]:
    """People and organisations of a byline.

    Args:
        byline: as sent, with or without its first word (`By`).
        agency: the agency, whose habits tell initials from names.

    Returns:
        Authors in order, each once, with role `writer`; names in capitals are brought to normal case.
        None of them for initials (`jlp/ar`).
    """
    if not byline or len(byline) > MAX_LENGTH:
        return []
    text = _MAIL.sub("", byline)
    begun = _BY.match(text)
    text = text[begun.end() :] if begun else text
    text = text.strip(" .,;:=*<+-–—")
    if not text or _is_initials(text, agency, marked=begun is not None):
        return []
    if "(" in text or "[" in text:
        text = _BRACKETS.sub(r", \1", text)
    shouted = text.isupper()
    found: list[Author] = []
    if " \u0648" in text:
        text = _ARABIC_AND.sub("; ", text)
    for group in _AND.split(text):
        _read_group(group.strip(" .,"), found, shouted)
    return _distinct(found)


def _read_group(group: str, found: list[Author], shouted: bool) -> None:
    """The comma-separated parts between two connectors: names, and what says more of them."""
    since = len(found)
    for part in _COMMA.split(group):
        part = part.strip(" .")
        if not part:
            continue
        if agency := provider.named(part):
            short = len(part) <= 4 or not part.isupper()
            _attach(found, since, organisation=part if short else agency.name)
            continue
        place = None
        if " " in part and (match := _IN.search(f" {part}")):
            before, place = part[: max(match.start() - 1, 0)], part[match.end() - 1 :]
            if not before.strip():
                _attach(found, since, location=names.normal_case(place) if shouted else place)
                continue
            part = before.strip()
        name, organisation, job = names.split_title(part)
        if not name:
            _attach(found, since, organisation=organisation, jobtitle=job)
        elif organisation is None and names.is_organisation(name):
            found.append(Author(name, "writer", None, job))
        elif names.is_name(name):
            found.append(Author(names.normal_case(name), "writer", organisation, job))
            if organisation:
                _attach(found, since, organisation=organisation)
        if place and len(found) > since:
            _attach(found, len(found) - 1, location=names.normal_case(place) if shouted else place)


def _attach(found: list[Author], since: int, **facts: str | None) -> None:
    """Facts that follow names belong to those names of the group that have none yet.

    An organisation at the end belongs to all that were named; alone, it is the author.
    """
    facts = {key: value for key, value in facts.items() if value}
    if not facts:
        return
    first = 0 if "organisation" in facts else since
    if not found:
        if organisation := facts.get("organisation"):
            found.append(Author(organisation, "writer", None, facts.get("jobtitle")))
        return
    for number in range(first, len(found)):
        missing = {key: value for key, value in facts.items() if getattr(found[number], key) is None}
        if missing and not (number < since and len(missing) < len(facts)):
            found[number] = replace(found[number], **missing)


def _is_initials(text: str, agency: Agency | None, marked: bool) -> bool:
    if len(text) > 24 or not _INITIALS.match(text):
        return False
    if text.islower() and not marked:
        return True
    return (
        agency is not None
        and agency.initials_signoff
        and (text.islower() or (text.isupper() and len(text) < 5))
    )


def _distinct(authors: Sequence[Author]) -> list[Author]:
    seen: dict[str, Author] = {}
    for author in authors:
        seen.setdefault(fold(author.name), author)
    return list(seen.values())


def is_byline(line: str) -> bool:
    """Whether a paragraph is a byline and nothing else: `By` in one of its languages, then names."""
    if len(line) > _MAX_LINE or not (match := _BY_LINE.match(line)):
        return False
    rest = line[match.end() :].rstrip(" =<+*")
    if rest.endswith((".", "!", "?", ":")) and not re.search(r"(?:\b[A-Z]|Jr|Sr|Inc|Co|Ltd)\.$", rest):
        return False
    return names.only_names(rest)


def merge(known: Sequence[Author], more: Sequence[Author]) -> list[Author]:
    """Authors of two places, each once; what one place is silent about the other adds."""
    found = {fold(author.name): author for author in known}
    for author in more:
        key = fold(author.name)
        if not key:
            continue
        if (held := found.get(key)) is None:
            found[key] = author
            continue
        missing = {
            part: getattr(author, part)
            for part in ("role", "organisation", "jobtitle", "location")
            if getattr(held, part) is None and getattr(author, part)
        }
        found[key] = replace(held, **missing) if missing else held
    return list(found.values())


def agree(one: Sequence[Author], other: Sequence[Author]) -> bool:
    """Whether two readings name the same people, or one of them names fewer."""
    mine, theirs = ({fold(author.name) for author in side} for side in (one, other))
    return mine <= theirs or theirs <= mine
