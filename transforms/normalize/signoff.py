"""Sign-offs: what closes a story and is no part of it.

(Reporting by A in X; Editing by B)    people, with roles and places
AP writer A in X contributed to this report.
hh/ph/ts    dpa kre/su yysw a3    (cm-kjd)      initials
Reuter    ==Kyodo    ends    -30-    (©NTB)    /ritzau/    nn/AP-NY-03-14-98      end marks
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from schemas.agency import Agency
from schemas.item import Author
from transforms.normalize import byline, names, provider

_PARAGRAPHS = 6  # how far from the end a sign-off may begin
_LINE = 40  # characters of an end mark
_CREDITS = 1500  # characters of credits

_ROLES = (
    ("photographer", "photo foto bild fotos photos photographs pictures"),
    (
        "translator",
        "translat traduc traduit übersetz vertaal översätt oversat tradott tradot перевод traducción tradução",
    ),
    (
        "editor",
        "edit édit redigi redak redac bearbeit edici edição edizion montage revis editad cura редактор",
    ),
    ("contributor", "additional contribut mitarbeit weitere zusätzlich aport colabora"),
    ("writer", "writ compil schreib rédig escrit redatt text författ skriv bericht van par"),
    ("reporter", "report recherch gather inform bericht rapport reportaj reportag reporte servizio репортаж"),
)
_VERB = (
    r"(?:additional |further |extra |with |con |avec |mit |weitere |writing,? |reporting,? |and |et |und |y |e |& )*"
    r"(?:report(?:ing|ed|age|e|agem|aje|s)?|writ(?:ing|ten)|edit(?:ing|ed|ado|ada|ion)|édit(?:é|ion)|edici[oó]n|edição"
    r"|compil(?:ed|ing|ation)|contribut(?:ions?|ing|ors?)|translat(?:ed|ion|ing)|research|graphics?|photograph(?:s|y)"
    r"|production|produc(?:ed|ing)|interview(?:s|ing)?|traduc(?:ido|ción|tion)|tradução|reda(?:ç[aã]o|cci[oó]n|ktion|zione)"
    r"|redig(?:iert|é)|bearbeit(?:et|ung)|geschrieben|berichte?t?|mitarbeit|informa(?:ci[oó]n|ções)|escrito|a cura)"
    r"(?:,? (?:and|et|und|y|e|&) (?:writing|editing|reporting|graphics|additional reporting|édité|edición))?"
)
_CREDIT = re.compile(
    rf"\W*{_VERB}(?: adicional| additionnel\w*| zusätzlich)?\s*(?:by|par|de|por|von|di|:)\s*:?\s*\S", re.I
)
_ROLE_PART = re.compile(
    rf"\s*(?P<verb>{_VERB}[^;:]{{0,24}}?)\s*(?:\b(?:by|par|de|por|von|di)\b|:)\s*:?\s*", re.I
)
_CONTRIBUTED = re.compile(
    r"(.{3,400}?)\s+(?:also |all )?(?:contributed|reported)\b(?: to this| from |\.|$)", re.I
)
_WRITERS = re.compile(
    r"(?:(?:the )?(?:associated press|ap|reuters|afp|cp|canadian press|pa)\b)?\s*(?:[a-z]+ ){0,3}"
    r"(?:writers?|reporters?|correspondents?|editors?|photographers?|journalists?|researchers?|staffers?)\s+",
    re.I,
)
_TAIL = re.compile(
    r"(?:^|(?<=[.!?\"')\]:;,\d])|(?<=\s))\s*(?P<mark>"
    r"reuters?|\(?(?:©|\(c\)) ?[\w .]{2,20}\)?|/[\w. åäöøæ]{2,14}/|={1,3} ?[a-z]+|-?30-|-0-|#{3,}|nnnn"
    r"|\[?\(?(?:ends|end ?item|item ends|end)\)?\]?|=|\++"
    r"|(?:[a-z]{1,4}/)*[a-z]{2,4}-[a-z]{2,4}-\d\d-\d\d-\d\d(?: ?\d{4}[a-z]{0,3})?<?"
    r")\s*$",
    re.I,
)
_GLUED = re.compile(
    r"(?<=[\w.!?\"')\]>%-])\s+(Reuters?|REUTERS?|ENDS|-30-|Enditem|NNNN|==[A-Z]\w+|/[a-z]{3,8}/)\s*$"
)
_PROSE = frozenset(
    "a about according an and as at by for from in like of on or over said than that the to told via with".split()
)
_INITIALS = re.compile(
    r"[(\[/]?(?:[a-zäöüåæøéß]{1,5}(?:[/+&-][a-zäöüåæøéß]{1,5}){1,6}|(?<=[(\[])[a-zäöüåæøéß]{1,5})[)\]/]?$"
)
_HOUSE_INITIALS = re.compile(
    r"(?:dpa|afp|apa|efe|sda|ats|ap|sid|ansa|belga|anp|ntb|tt)((?: [\wäöüßåæø/+.-]{1,9}){1,9})$", re.I
)
_CORRECTS = re.compile(
    r"[(\[](?:corrects?|correcting|company corrects?|clarifies|adds|updates|recasts)\b", re.I
)
_MARKED = {"reuter": "reuters", "reuters": "reuters"}


@dataclass(frozen=True, slots=True)
class SignOff:
    """What a story's end holds.

    Attributes:
        paragraphs: the story without it.
        text: the sign-off as sent, one part a line, None where there is none.
        authors: people and organisations it names, with roles and places.
        notes: notes to editors at the end (`(Corrects year in third paragraph)`).
        agency: the agency whose mark it bears.
    """

    paragraphs: Sequence[str]
    text: str | None = None
    authors: Sequence[Author] = ()
    notes: Sequence[str] = ()
    agency: Agency | None = None


def split(paragraphs: Sequence[str], agency: Agency | None = None) -> SignOff:
    """A story's paragraphs without the sign-off, and what that says.

    Args:
        paragraphs: cleaned, in order.
        agency: the agency, where it is known.
    """
    rest = list(paragraphs)
    parts: list[str] = []
    authors: list[Author] = []
    notes: list[str] = []
    marked: Agency | None = None
    for _ in range(_PARAGRAPHS):
        if not rest:
            break
        last = rest[-1]
        if (glued := _mark(last)) is not None:
            kept, mark = glued
            parts.append(mark)
            marked = marked or _agency(mark)
            rest[-1:] = [kept] if kept else []
            continue
        if _is_initials(last) and (len(rest) > 1 or parts):
            parts.append(last)
            marked = marked or _agency(last.split()[0])
            rest.pop()
            continue
        if len(last) <= _CREDITS and (credited := _credits(last)):
            parts.append(last)
            authors = [*credited, *authors]
            rest.pop()
            continue
        if len(last) <= _CREDITS and len(rest) > 1 and _CORRECTS.match(last):
            notes.append(last)
            rest.pop()
            continue
        break
    if parts and not rest and not authors and len(paragraphs) > 1 and not marked:
        return SignOff(paragraphs)
    return SignOff(rest, "\n".join(reversed(parts)) or None, authors, tuple(reversed(notes)), marked)


def read(sign_off: str, agency: Agency | None = None) -> list[Author]:
    """People that a sign-off names, as mark-up gives it apart; none for initials."""
    if _is_initials(sign_off):
        return []
    return _credits(sign_off) or []


def _mark(paragraph: str) -> tuple[str, str] | None:
    """A paragraph without the end mark that closes it, and the mark."""
    if len(paragraph) <= _LINE and (match := _TAIL.match(paragraph)):
        return "", match["mark"]
    tail = paragraph[-24:]
    if not (match := _GLUED.search(tail)):
        return None
    kept = paragraph[: len(paragraph) - len(tail) + match.start()].rstrip()
    if kept.rpartition(" ")[2].strip("\"'(").casefold() in _PROSE:
        return None
    return kept, match[1]


def _agency(mark: str) -> Agency | None:
    word = re.sub(r"[^\w ]+", " ", mark).strip()
    if "AP-" in mark:
        return provider.named("AP")
    return provider.named(_MARKED.get(word.casefold(), word)) if word else None


def _is_initials(line: str) -> bool:
    return len(line) <= 60 and bool(
        _INITIALS.match(line) or (_HOUSE_INITIALS.match(line) and not line[-1:] in ".!?")
    )


def _credits(paragraph: str) -> list[Author] | None:
    """People whom a paragraph of credits names; None where it is none."""
    opened = paragraph[:1] in "(["
    if (opened or len(paragraph) < 400) and _CREDIT.match(paragraph):
        return _roles(paragraph.strip("()[] "))
    lowered = paragraph[-60:].casefold()
    if ("contribut" in lowered or (opened and " reported " in lowered)) and len(paragraph) < 500:
        text = paragraph.strip("()[]_ -")
        if match := _CONTRIBUTED.match(text):
            return _contributors(match[1])
    return None


def _contributors(text: str) -> list[Author] | None:
    organisation = None
    if writers := _WRITERS.match(text):
        head = writers.group()
        found = next(
            (word for word in ("Associated Press", "AP", "Reuters", "AFP", "PA") if word in head), None
        )
        organisation, text = found, text[writers.end() :]
    people = [replace(author, role="contributor") for author in byline.read(text)]
    if not people or len(people) > 20:
        return None
    return [replace(author, organisation=author.organisation or organisation) for author in people]


def _roles(text: str) -> list[Author]:
    found: list[Author] = []
    role = None
    for part in re.split(r"\s*[;.]\s+(?=[^\W\d_]{3})|;", text):
        rest = part
        if match := _ROLE_PART.match(part):
            role, rest = _role(match["verb"]), part[match.end() :]
        for author in byline.read(f"By {rest}"):
            if names.is_name(author.name) or names.is_organisation(author.name):
                found.append(replace(author, role=role))
    return byline.merge((), found)


def _role(verb: str) -> str | None:
    folded = verb.casefold()
    for role, stems in _ROLES:
        if any(stem in folded for stem in stems.split()):
            return role
    return None
