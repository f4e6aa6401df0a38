"""Sign-offs: what closes a story and is no part of it.

(Reporting by A in X; Editing by B)    people, with roles and places
AP writer A in X contributed to this report.
hh/ph/ts    dpa kre/su yysw a3    (cm-kjd)      initials
Reuter    ==Kyodo    ends    -30-    (©NTB)    /ritzau/    nn/AP-NY-03-14-98      end marks
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import NamedTuple

from schemas.agency import Agency, agencies
from schemas.item import Author
from transforms.normalize import credits, provider
from transforms.normalize.text import vocabulary

_PARAGRAPHS = 6  # how far from the end a sign-off may begin
_MARK = 40  # characters of an end mark
_CREDITS = 1500  # characters of credits

_ALONE = re.compile(
    r"reuters?|\(?(?:©|\(c\)) ?[\w .]{2,20}\)?|/[\w. ]{2,14}/|={1,3} ?[a-z]+|-?30-|-0-|#{3,}|nnnn|=|\++|<"
    r"|\[?\(?(?:ends?|end ?item|item ends|more|fin|ende|schluss|slutt?|loppu|fine|fim|koniec"
    r"|konec|конец|son|tamat|完|終|了|끝|انتهى)\)?\]?\.?|（(?:完|終|了)）"
    r"|[a-z]{2,5} ?// ?[a-z]{2,5}\.?"
    r"|-{1,2} ?[a-z]{2,6}(?: [a-z]{1,4}(?:/[a-z]{1,4})*)?|pti(?: [a-z]{2,4}){1,6}"
    r"|(?:[a-z]{1,4}/)*[a-z]{2,4}-[a-z]{2,4}-\d\d-\d\d-\d\d(?: ?\d{4}[a-z]{0,3})?<?",
    re.I,
)
_GLUED = re.compile(r"Reuters?|REUTERS?|reuter|ENDS|-30-|Enditem|NNNN|==[A-Z]\w{2,10}|/[a-z]{3,8}/")
_ENDS = frozenset(".!?\"'”’)]»>0123456789")  # no mark glued to a paragraph ends with one of these
_PROSE = vocabulary(
    "a about according after agency an and as at before by for from in international into like of on or "
    "over said service than that the thomson to told via with"
)
_INITIALS = re.compile(
    r"[(\[/]?(?:[a-zäöüåæøéß]{1,5}(?:[/+&-][a-zäöüåæøéß]{1,5}){1,6}|(?<=[(\[])[a-zäöüåæøéß]{1,5})[)\]/]?"
    r"|\(?[A-ZÄÖÜ]{2,3}(?:/[A-ZÄÖÜ]{2,3}){1,4}\)?"
    r"|[\u0600-\u06ff]{1,5}(?:[/-][\u0600-\u06ff]{1,4}(?: [\u0600-\u06ff]{1,3})?){1,5}"
)
_HOUSE = re.compile(
    r"[(\[]?(?:dpa|DPA|afp|AFP|AAP|apa|APA|efe|EFE|sda|ats|AP|sid|ANSA|belga|anp|ntb|NTB|tt|TT|kna|epd|Schluss)[)\]]?"
    r"(?: [a-zäöüßåæø0-9]{1,5}(?:[/+-][a-zäöüßåæø0-9]{1,5}){0,4}){1,12}[)\]]?"
)
_CONTACT = re.compile(
    r"\(\(.*\)\)|\W{0,4}(?:follow .{3,80} (?:on|at) (?:twitter|x|facebook|instagram|mastodon|bluesky)\b.*"
    r"|.{3,60} can be (?:reached|followed|contacted) (?:at|on) .*|keywords?: .*|our standards: .*"
    r"|(?:©|\(c\) ?|copyright ).{2,160}"
    r"|this (?:report|content|story) (?:by|from) .{2,60} was first published .*"
    r"|(?:e-?mail:? ?)?\S+@\S+\.\w+(?: \(end\))?)",
    re.I,
)
_FIGURE = re.compile(r"\d")
_SHORT = 62  # characters of a line that is looked at closely in any case
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\"'")
_STARTS = (
    *credits.STARTS, "with ", "follow ", "keyword", "our standard", "copyright", "this report",
    "this content", "this story", "e-mail", "email",
)  # fmt: skip
_BEGINNINGS = frozenset(start[:3] for start in _STARTS)
_CORRECTED = re.compile(
    r"[(\[](?:company )?(?:corrects?|correcting|corrected|clarifies|clarifying|adds|updates|recasts"
    r"|refiles|repeats)\b",
    re.I,
)


class SignOff(NamedTuple):
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


def split(paragraphs: Sequence[str]) -> SignOff:
    """A story's paragraphs (cleaned, in order) without the sign-off, and what that says."""
    rest = list(paragraphs)
    parts: list[str] = []
    authors: Sequence[Author] = ()
    notes: Sequence[str] = ()
    agency: Agency | None = None
    for _ in range(_PARAGRAPHS):
        if not rest:
            break
        last = rest[-1]
        if len(last) <= _MARK and _is_mark(last):
            agency = agency or _agency(last)
            parts.append(rest.pop())
        elif last[-1] not in _ENDS and (cut := _without_mark(last)) is not None:
            rest[-1], mark = cut
            agency = agency or _agency(mark)
            parts.append(mark)
        elif len(last) > _CREDITS or not _may_close(last):
            break  # prose, as most last paragraphs are
        elif is_initials(last):
            agency = agency or _named(last.partition(" ")[0].strip("()"))
            parts.append(rest.pop())
        elif (found := credits.read(last)) is not None:
            authors = [*found, *authors]
            parts.append(rest.pop())
        elif len(rest) > 1 and last[0] in "([" and _CORRECTED.match(last):
            notes = (rest.pop(), *notes)
        elif len(rest) > 1 and len(last) < 300 and _CONTACT.fullmatch(last):
            parts.append(rest.pop())
        else:
            break
    return SignOff(rest, "\n".join(parts[::-1]) or None, authors, notes, agency)


def _may_close(paragraph: str) -> bool:
    """Whether a paragraph may be a credit, a contact or initials: quick, and right for nearly all prose."""
    if len(paragraph) <= _SHORT or paragraph[0] not in _LETTERS:
        return True
    return (
        "ontribu" in paragraph
        or "eported from" in paragraph
        or " can be " in paragraph
        or "@" in paragraph
        or "published" in paragraph
        or (paragraph[:3].casefold() in _BEGINNINGS and paragraph[:12].casefold().startswith(_STARTS))
    )


def read(sign_off: str) -> list[Author]:
    """People that a sign-off names which the mark-up gives apart; none for initials."""
    return [] if is_initials(sign_off) else credits.read(sign_off) or []


def is_initials(line: str) -> bool:
    """Whether a line is nothing but the initials of who worked on a story (`hh/ph`, `dpa kre/su a3`)."""
    return len(line) <= 60 and bool(_INITIALS.fullmatch(line) or _HOUSE.fullmatch(line))


def _without_mark(paragraph: str) -> tuple[str, str] | None:
    """A paragraph without the end mark glued to it, and the mark."""
    kept, *mark = paragraph.rsplit(None, 1)
    if not mark or not _GLUED.fullmatch(mark[0]):
        return None
    # `..., a source told Reuters` is a sentence, `Record March 31 Reuter` is not.
    last = kept[kept.rfind(" ") + 1 :].strip("\"'(")
    return None if last.casefold() in _PROSE else (kept, mark[0])


@functools.lru_cache(maxsize=2048)
def _is_mark(line: str) -> bool:
    return _ALONE.fullmatch(line) is not None or _is_agency(line)


def _is_agency(paragraph: str) -> bool:
    """Whether a last line is an agency's name and nothing else (`(AFP)`, `The Canadian Press`)."""
    if paragraph[-2:] == ").":
        paragraph = paragraph[:-1]  # `(ANSA).`
    if _FIGURE.search(paragraph) and not agencies().figured:
        return False  # most short last lines are those of tables
    return paragraph[-1] not in ".!?" and _named(paragraph.strip("()[]-–—_/ ")) is not None


@functools.lru_cache(maxsize=2048)
def _agency(mark: str) -> Agency | None:
    if re.search(r"\bAP-", mark):
        return provider.named("AP")
    word = re.sub(r"[^\w ]+", " ", mark).strip()
    return _named(word) if word else None


def _named(word: str) -> Agency | None:
    # `(rb)` and `(pa)` are the initials of who wrote or edited; no agency signs so short and so low.
    return None if not word or (len(word) < 3 and word.islower()) else provider.named(word)
