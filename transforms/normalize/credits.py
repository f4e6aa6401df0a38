"""Credit lines: who reported, wrote, edited and contributed, in a story's last paragraphs."""

from __future__ import annotations

import re
from dataclasses import replace

from schemas.item import Author
from transforms.normalize import byline, names

_LENGTH = 400  # characters of a credit without brackets
_MOST = 40  # people

_ROLES = (
    ("photographer", "photogr foto bild pictures"),
    ("translator", "translat tradu traduit übersetz vertaal översätt oversat tradott перевод"),
    ("contributor", "additional further contribut contribu mitarbeit weitere adicional"),
    ("editor", "edit édit edici ediç redac redaç redak redatt redig bearbeit revis cura редак montage"),
    ("writer", "writ compil schrie rédig escri text"),
    ("reporter", "report research gather inform bericht rapport recherch interview репорт"),
)
_VERBS = (
    r"(?:report(?:ing|ed|age[mn]?|aje|s|e)?|writ(?:ing|ten)|edit(?:ing|ed|ado|ada|é)|édit(?:é|ion)"
    r"|edici[oó]n|edição"
    r"|compil(?:ed|ing)|contribut(?:ions?|ing)|translat(?:ed|ion|ing)|research|graphics?|photograph[sy]?"
    r"|production|produced|interviews?|traduc(?:ido|ción|tion)|traduit|traduzido|tradução|reda(?:ção"
    r"|cción|ktion|zione)"
    r"|tradott[oa]|redatt[oa]|in redazione(?: a [A-Z]\w+)?|редакторы?|репортаж|перевод|подготовил[аи]?"
    r"|rédigé|redigiert|bearbeitet|bearbeitung|geschrieben|bericht(?:et)?|mitarbeit|información|escrito"
    r"|revisado|a cura)"
)
_ROLE = re.compile(
    rf"(?<!\w)(?P<verb>(?:(?:additional|further|extra|weitere) )?{_VERBS}"
    rf"(?:(?:,| and| et| und| y| e| &)+ (?:additional )?{_VERBS})*(?: adicional)?)(?: [^\W\d_]+)??\s*"
    r"(?:\b(?:by|par|de|por|von|di|da)\b|:|(?<=[а-я])(?=\s)|(?<=redazione)(?=\s)|(?<=redazione a Roma)(?=\s))"
    r"\s*:?\s*",
    re.I,
)
# How a paragraph of credits begins that stands in no brackets, folded.
STARTS = (
    "a cura", "addit", "bearb", "beric", "compil", "contrib", "edic", "ediç", "edit", "escri", "extra",
    "to contact", "with assist", "furth", "gesch", "graphic", "inform", "interv", "mitarb", "photogr",
    "produc", "reda", "redig", "report", "resear", "revis", "rédig", "trad", "transl", "weit", "writ",
    "édit",
)  # fmt: skip
# `(Reportage Jeanne Dupont, ...`: what was done, without the word that links it to who did it.
_UNLINKED = re.compile(
    r"^(?:reportage|reporting|bericht|récit|reporte|reportaje|texte?)\s+(?=[A-ZÀ-Þ])", re.I
)
# What follows the names in a sentence of its own: `redigiert von Karl Groß. Bei Rückfragen ...`.
_SENTENCE = re.compile(r"\.\s+(?=[^\W\d_a-zà-ÿ]\w+\s+(?:[^\W\d_]+\s+){2,})")
_CONTACT = re.compile(
    r"to contact the (?P<what>reporter|editor)s?(?: on| responsible for)? (?:this )?story:\s*"
    r"(?P<who>.{3,200}?)(?:,? at \S+@\S+.*|\.?)$",
    re.I,
)
_ASSISTED = re.compile(r"with assistance (?:from|by) (?P<who>.{3,200}?)\.?$", re.I)
_CONTRIBUTED = re.compile(
    r"(?P<who>.{3,300}?),? (?:also |all )?(?:"
    r"contribut(?:ed|es)(?: (?:reporting|(?:to|for) (?:this|the) (?:report|story|article|dispatch|piece))"
    r"|(?=\.?$))"
    r"|contribu(?:yó|yeron|iu|íram|irono) (?:a|con|para) (?:este|esta|questo) |(?:a|ont) contribué à cet? "
    r"|reported from (?P<place>[^\W\d_][^.;]{1,60}))",
    re.I,
)
_FILES = re.compile(r"with (?:files|an? report|reports|reporting|additional reporting) (?:from|by) ", re.I)
_STAFF = re.compile(
    r"(?:the )?(?P<body>associated press|ap|reuters|afp|canadian press|pa|nyt"
    r"|new york times)?\s*(?:(?!in )[a-z]+ ){0,3}"
    r"(?:writers?|reporters?|correspondents?|editors?|photographers?|journalists?|researchers?"
    r"|staff)\s+(?=[A-ZÀ-Þ])",
    re.I,
)


def read(paragraph: str) -> list[Author] | None:
    """People that a paragraph of credits names, with roles and places.

    Returns:
        Authors in order, each once; None where the paragraph is no credit.
    """
    opened = paragraph[:1] in "(["
    if not opened and len(paragraph) > _LENGTH:
        return None
    text = paragraph.strip("()[]_-–— \t")
    if opened or text[:12].casefold().startswith(STARTS):
        found = _roles(text, opened)
        if found is not None:
            return found
    if (files := _FILES.match(text)) and names.only_names(text[files.end() :]):
        return [
            replace(author, role="contributor") for author in byline.people(text[files.end() :].rstrip("."))
        ]
    for pattern, role in ((_CONTACT, None), (_ASSISTED, "contributor")):
        if (match := pattern.match(text)) and names.only_names(match["who"]):
            role = role or match["what"].lower()
            return [replace(author, role=role) for author in byline.people(match["who"])]
    if "ontribu" in text or "reported from" in text:
        return _contributors(text)
    return None


def _roles(text: str, opened: bool) -> list[Author] | None:
    matches = list(_ROLE.finditer(text[:2000]))
    if not matches:
        return None
    before = _UNLINKED.sub("", text[: matches[0].start()].strip(" ,;:."))
    if before and not names.only_names(before):
        return None
    parts: list[tuple[str | None, str]] = [("reporter", before)] if before else []
    for number, match in enumerate(matches):
        end = matches[number + 1].start() if number + 1 < len(matches) else len(text)
        named_part = _SENTENCE.split(text[match.end() : end], maxsplit=1)[0]
        parts.append((_role(match["verb"]), named_part.strip(" ,;:.")))
    named = [(role, part) for role, part in parts[:_MOST] if names.only_names(part)]
    # `(Compiled by the Oslo newsroom)` names nobody; `Reporting by rivals shows that …` is prose.
    if len(named) < len(parts) and not (opened and not before and len(text) < 160):
        return None
    found = [
        replace(author, role=role)
        for role, part in named
        for author in byline.read(part.removesuffix(" and"))
    ]
    return byline.merge((), found)


def _contributors(text: str) -> list[Author] | None:
    """Authors of one sentence, or of several that all say so: `Lee reported from Rome. Ek contributed.`"""
    found: list[Author] = []
    for sentence in re.split(r"(?<=[^\W\d_]{2}\.)\s+(?=[^\W\d_a-z])", text):
        if (named := _contributor(sentence)) is None:
            return found or None
        found += named
    return found


def _contributor(text: str) -> list[Author] | None:
    match = _CONTRIBUTED.match(text)
    if not match:
        return None
    who, body = match["who"], None
    if staff := _STAFF.match(who):
        who, body = who[staff.end() :], staff["body"]
    if not names.only_names(who):
        return None
    return [
        replace(
            author,
            role="contributor",
            organisation=author.organisation or body,
            location=author.location or match["place"],
        )
        for author in byline.people(who)
    ]


def _role(verb: str) -> str | None:
    folded = verb.casefold()
    return next((role for role, stems in _ROLES if any(stem in folded for stem in stems.split())), None)
