"""Bylines: who wrote it, in a dozen languages, to people and organisations.

By Ann Lee and Bo Ek, Reuters       Von Ann Lee und Bo Ek, dpa      ANN LEE, BO EK
By ANN LEE AP Business Writer       By Ann Lee in Rome and Bo Ek in Oslo
By The Associated Press             Ann Lee, Press Association Political Correspondent
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from schemas.agency import Agency
from schemas.item import Author
from transforms.normalize import names, provider
from transforms.normalize.text import fold, vocabulary

MAX_LENGTH = 400  # characters; what is longer is no byline
_MAX_LINE = 140  # characters of a byline that stands in the text
_TEXT = "texts?|texte|texten|tekst|texto|testo|words|story|foto|fotos|photos?"
_BY = re.compile(
    r"\s*(?:by(?=[\s:])|from(?=\s)|door(?=[\s:])|(?P<short>von|par|por|di|da|van|av|af)(?=[\s:])"
    rf"|(?:{_TEXT})(?:\s*:|\s+(?=(?:by|von|par|por|di|av|af)\s))(?:\s*(?:by|von|par|por|di|av|af)\s)?"
    r"|текст|автор|toimittaja(?=[\s:])|oleh(?=\s)|بقلم|من إعداد|من(?=\s)|由(?=\s)"
    r"|(?:\w{1,4}[社网網])?(?:记者|記者|通讯员|特派员)(?=\s*\w)"
    r"|(?:dell['’]|dall['’]|dal(?:la)? (?:nostr[oa] )?)(?:inviat[oa]|corrispondente)(?: speciale)?(?=\s)"
    # `Írta: Kovács János`, `Muhabir: ...`: one word with a colon says who wrote in any language.
    r"|[^\W\d_]{3,16}(?=:\s))\s*[:.]?\s*",
    re.I,
)
_FIRST_WORDS = ("", "by", "from", "von", "par", "por", "di", "da", "door", "van", "av", "af")
_BY_LINE = re.compile(
    r"(?:by|von|par|por|di|door|van|av|af|texte? ?:|tekst ?:|text ?:|текст|автор)\b:? *(?=[^\W\d_])", re.I
)
# The first three letters of such a line.
_BEGINNINGS = vocabulary("by by: von par por di di: doo van av av: af af: tex tek тек авт")
_AND = re.compile(
    r"\s*(?:;|&|\s(?-i:avec|with|con|com|mit|med|AVEC|WITH)(?=\s+(?-i:[^\W\d_a-zà-ÿ]))|\s(?:and|und|et|och|og|ja|и|та)(?=\s)|\s(?-i:y|Y|e|en|i)(?=\s+[^\W\d_]\S*\s+[^\W\d_])|\s\+)\s*",
    re.I,
)
_ARABIC_AND = re.compile(r"(?<=[\u0600-\u06ff] )\u0648(?=[\u0600-\u06ff]{3,} [\u0600-\u06ff])")
_COMMA = re.compile(r"\s*[,،、|]\s*|\s+[-–—]\s+|\s+/\s+|(?<=[^\W\d_]{2})/(?=[^\W\d_]{2})")
_IN = re.compile(r"\s(?:in|à|في|aus)\s+(?=[^\W\d_])", re.I)
# `en`, `em` and `i` say where or join names: the first word tells which language it is.
_WHERE = {"por": re.compile(r"\se[nm]\s"), "av": re.compile(r"\si\s"), "af": re.compile(r"\si\s")}
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]{1,60})[)\]]")
_PARTS = re.compile(
    r"\s*[(\[](?:texte?|words|fotos?|photos?|pictures?|videos?|bild(?:er)?|gra[fp]h?i[kc]s?)[)\]]", re.I
)
_MAIL = re.compile(r"\S+@\S+|https?://\S+|(?<!\w)@\w+")
_INITIALS = re.compile(r"[^\W\d_]{1,5}(?:[/+-][^\W\d_]{1,5})*\.?")


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
    return list(_read(byline, agency is not None and agency.initials_signoff))


@functools.lru_cache(maxsize=4096)
def _read(byline: str, signs: bool) -> tuple[Author, ...]:
    """Who wrote it, kept for those who write every day; `signs`: their agency's bylines may be initials."""
    text = _MAIL.sub("", byline) if "@" in byline or "://" in byline else byline
    if text[:1] in "([" and text[-1:] in ")]" and not re.search(r"[()\[\]]", text[1:-1]):
        text = text[1:-1]
    begun = _BY.match(text)
    # `Von Miller`, `Van Jones` are names; `Von Anna May` is none.
    if (
        begun
        and begun["short"]
        and " " not in (rest := text[begun.end() :].strip())
        and not provider.named(rest)
    ):
        begun = None
    if begun:
        text = text[begun.end() :]
        if where := _WHERE.get((begun["short"] or "").casefold()):
            text = where.sub(" in ", text)
    text = text.strip(" .,;:=*<+-–—")
    if text.casefold() in _FIRST_WORDS or _is_initials(text, signs, marked=begun is not None):
        return ()
    return tuple(people(text))


def people(text: str) -> list[Author]:
    """People and organisations of a list of names, as bylines and credits write it."""
    if "(" in text or "[" in text:
        text = _BRACKETS.sub(r", \1", _PARTS.sub("", text))
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
        part = names.without_employment(part)
        if agency := provider.named(part):
            short = len(part) <= 4 or not part.isupper()
            known = part if short else agency.name
            if not _attach(found, since, organisation=known):
                found.append(Author(known, "writer"))
            continue
        place = None
        if " " in part and (match := _IN.search(f" {part}")):
            before, place = part[: max(match.start() - 1, 0)], part[match.end() - 1 :]
            if not before.strip():
                _attach(found, since, location=names.normal_case(place) if shouted else place)
                continue
            part = before.strip()
        name, organisation, job = names.split_title(part)
        if name and name.isupper() and 1 < len(name) <= 4 and not shouted and " " not in name:
            name, organisation = None, name
        if not name:
            if not _attach(found, since, organisation=organisation, jobtitle=job) and organisation:
                found.append(Author(organisation, "writer", None, job))
        elif organisation is None and names.is_organisation(name):
            if not _attach(found, since, organisation=name, jobtitle=job):
                found.append(Author(name, "writer", None, job))
        elif names.is_name(name):
            found.append(Author(names.normal_case(name), "writer", organisation, job))
            if organisation:
                _attach(found, since, organisation=organisation)
        if place and len(found) > since:
            _attach(found, len(found) - 1, location=names.normal_case(place) if shouted else place)


def _attach(found: list[Author], since: int, **facts: str | None) -> bool:
    """Facts that follow names go to the people named: of this group, or of the whole byline.

    An organisation at the end belongs to everyone before it who has none; where no person was named it
    belongs to nobody, and the answer is False.
    """
    facts = {key: value for key, value in facts.items() if value}
    first = 0 if "organisation" in facts else since
    people = [number for number in range(first, len(found)) if not names.is_organisation(found[number].name)]
    for number in people:
        held = found[number]
        known = number < since and held.organisation is not None
        missing: dict[str, Any] = {key: fact for key, fact in facts.items() if getattr(held, key) is None}
        if missing and not known:
            found[number] = replace(held, **missing)
    return bool(people)


def _is_initials(text: str, signs: bool, marked: bool) -> bool:
    """Whether a byline is initials: lower case, or short parts with slashes; `marked` says that `By` led."""
    if len(text) > 24 or not _INITIALS.fullmatch(text) or provider.named(text):
        return False
    if text.islower():
        return not marked or signs
    if text.isupper() and max(map(len, re.split(r"[/+-]", text))) <= 3:
        return "/" in text or len(text) == 2 or signs
    return False


def _distinct(authors: Sequence[Author]) -> list[Author]:
    seen: dict[str, Author] = {}
    for author in authors:
        seen.setdefault(fold(author.name), author)
    return list(seen.values())


def is_byline(line: str) -> bool:
    """Whether a paragraph is a byline and nothing else: `By` in one of its languages, then names."""
    if (
        len(line) > _MAX_LINE
        or line[:3].casefold().strip() not in _BEGINNINGS
        or not (match := _BY_LINE.match(line))
    ):
        return False
    rest = line[match.end() :].rstrip(" =<+*")
    if rest.endswith((".", "!", "?", ":")) and not re.search(r"(?:\b[A-Z]|Jr|Sr|Inc|Co|Ltd)\.$", rest):
        return False
    return names.only_names(rest)


def names_writers(line: str) -> bool:
    """Whether a line above a dateline says who wrote it, though not with `By`.

    It holds names and nothing else, and a given name, an organisation or a job title among them:
    `AINO VIRTANEN`, `Ann Lee and Bo Ek, The Canadian Press`, `(di Maria Rossi)`.
    """
    inner = line.strip("*()[] ")
    if len(line) > _MAX_LINE or not inner or inner[-1] in ".!?:" or any(map(str.isdigit, inner)):
        return False
    if is_byline(inner):
        return True
    if not names.only_names(inner) or not (found := read(inner)):
        return False
    first = inner.split()[0].casefold()
    return first in names.given_names() or any(author.organisation or author.jobtitle for author in found)


def listed(authors: Sequence[Author]) -> list[Author]:
    """Authors that the mark-up lists, in normal case; initials and user names (`sp/lrc`, `jdoe`) are none."""
    found = []
    for author in authors:
        name = " ".join(author.name.split())
        if provider.named(name) or names.is_organisation(name):
            found.append(author if name == author.name else replace(author, name=name))
        elif len(name) > 3 and names.is_name(name) and not _INITIALS.fullmatch(name):
            found.append(replace(author, name=names.normal_case(name)))
        elif len(name) > 3 and any(map(str.isupper, name)):
            found.append(replace(author, name=name))
    return found


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
