"""The grammar of a dateline's head: byline, agency mark, places, region, date, in the orders agencies use.

A head is what stands before the separator. It is peeled from both ends, so that the order of its parts
does not matter; what is left in the middle is the place part.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from schemas.agency import agencies
from schemas.item import Place
from schemas.places import fold
from transforms.normalize.dateline import dates, known, marks
from transforms.normalize.dateline.dates import Found
from transforms.normalize.dateline.listing import places_of, plausible
from transforms.normalize.dateline.resolve import resolve


@dataclass(frozen=True, slots=True)
class Head:
    """The parts of a head. `mark` is the agency as written, `marked` whether a table knows it."""

    place_text: str | None = None
    places: tuple[Place, ...] = ()
    date: Found | None = None
    mark: str | None = None
    marked: bool = False
    bare: bool = False
    byline: str | None = None
    comma: bool = False


_NOISE = " \t\r\n\u00a0\u3000*•·|>~"
_TRAIL = " \t\r\n\u00a0*,;:-–—_=·"
_BRACKET = re.compile(r"[(（\[]\s*([^()（）\[\]]{1,80}?)\s*[)）\]][.,:;\s]*$")
_SLASHES = re.compile(r"/\s*([^/]{1,80}?)\s*/?[.,:;\s]*$")
_BARE = re.compile(r"(?:^|(?<=[\s,.]))([^\W\d_][^\s,()/]*(?:[ -][^\W\d_][^\s,()/]*){0,2})[\s.,]*$")
_FIRST = re.compile(r"^[(（\[/]?\s*([^()（）\[\]/\n]{2,40}?)\s*[)）\]/]?\s*(?:[-–—:.]+\s+|(?<=[)\]/])\s*)")
_TIME = re.compile(
    r"[,\s]*\b\d{1,2}(?:[:.h]\d\d){1,2}\s*(?:a\.?m\.?|p\.?m\.?|GMT|UTC|Uhr|h|[A-Z]{3,4})?[\s.,]*$|"
    r"[,\s]+\d{4}\s*(?:GMT|UTC)[\s.,]*$"
)
_WEEKDAY = re.compile(
    r"[,\s]*\(?\b(?:mon|tues?|wed(?:nes)?|thurs?|fri|sat(?:ur)?|sun)(?:day)?\.?\)?[\s.,]*$", re.IGNORECASE
)
_BY = re.compile(
    r"^(?:by|von|par|por|di|van|av|af|door|text(?:e|o)?:?|текст:?|from|de notre correspondant|de|da)\s+(?=\S+\s)",
    re.IGNORECASE,
)
_REPORTER = re.compile(r"(?:корр(?:еспондент)?\.?|corr\.?|correspondent|记者|記者|通讯员)\s*", re.IGNORECASE)
_CJK_REPORTER = re.compile(r"(?:记者|記者|通讯员)\s*")
_EQUALS = re.compile(
    r"^[(（【]\s*([^()（）【】=＝]{1,40}?)\s*[=＝]\s*([^()（）【】=＝]{2,30}?)\s*[)）】]\s*(.{0,60})$"
)
_LENTICULAR = re.compile(r"^【\s*([^【】]{2,40}?)\s*】$")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@functools.lru_cache(maxsize=16384)
def analyse(head: str, key: str | None, language: str | None) -> Head:
    """The parts of a head, as far as they can be told apart.

    Args:
        head: text before the separator, at most a few hundred characters.
        key: key of the agency whose text it is.
        language: BCP 47.
    """
    text = head.strip(_NOISE)
    if match := _EQUALS.match(text):
        place, mark, byline = match.groups()
        return _finish(
            place, None, mark, marks.is_mark(mark), False, byline.strip() or None, False, key, language
        )
    mark = byline = None
    marked = bare = False
    date: Found | None = None
    for _ in range(3):
        text, said, is_known, within = _mark_at_end(text, date)
        if said and mark is None:
            mark, marked, byline = said, is_known, byline or within[0]
            date = date or within[1]
        text = _TIME.sub("", text)
        if date is None:
            trimmed = _WEEKDAY.sub("", text)
            if (date := dates.at_end(trimmed)) is not None:
                text = trimmed[: date.start]
                continue
        if not said:
            break
    if mark is None and (stripped := _bare_at_end(text if date is None else head.strip(_NOISE), date, key)):
        mark, before = stripped
        marked = bare = True
        if date is None:
            text = before
            date = dates.at_end(text)
            text = text[: date.start] if date else text
        else:
            text = before[: date.start] if len(before) > date.start else before
    if mark is None or _CJK.search(text):
        text, first = _mark_at_start(text, key)
        if first and mark is None:
            mark, marked = first, True
    comma = text.rstrip().endswith((",", ".", "，")) or bool(_CJK.search(text))
    place, by = _byline(text.strip(_TRAIL + _NOISE), key, language)
    return _finish(place, date, mark, marked, bare, by or byline, comma, key, language)


def _finish(
    place: str | None,
    date: Found | None,
    mark: str | None,
    marked: bool,
    bare: bool,
    byline: str | None,
    comma: bool,
    key: str | None,
    language: str | None,
) -> Head:
    place = (place or "").strip(_TRAIL + _NOISE)
    if place.endswith(".") and not re.search(r"\b\w{1,6}\.$", place):
        place = place.rstrip(".")
    if not place:
        return Head(None, (), date, mark, marked, bare, byline, comma)
    found = places_of(place, agencies().get(key), language) if len(place) <= 90 else ()
    return Head(place, found, date, mark, marked, bare, byline, comma)


def _mark_at_end(
    text: str, date: Found | None
) -> tuple[str, str | None, bool, tuple[str | None, Found | None]]:
    """(text before, mark, whether known, (byline, date) inside it) of a mark in brackets or slashes."""
    nothing = (None, None)
    for pattern in (_BRACKET, _SLASHES):
        match = pattern.search(text)
        if match is None:
            continue
        inside = match.group(1)
        before = text[: match.start()].rstrip()
        if marks.is_mark(inside):
            return before, inside, True, nothing
        dated = dates.at_end(inside)
        if dated and marks.is_mark(name := inside[: dated.start].strip(_TRAIL + ".")):
            return before, name, True, (None, dated)
        if _REPORTER.match(inside):
            names = _REPORTER.sub("", inside, count=1)
            for size in (2, 1):
                words = names.split()
                if len(words) > size and marks.is_mark(" ".join(words[:size])):
                    return before, " ".join(words[:size]), True, (" ".join(words[size:]), None)
            return before, None, False, (names, None)
        enclosed = pattern is _BRACKET or match.group().rstrip(" .,:;").endswith("/")
        if enclosed and before and marks.is_likely(inside) and not known.qualifiers(inside):
            if fold(text) not in known.aliases() and resolve(inside) is None:
                return before, inside, False, nothing
    return text, None, False, nothing


def _bare_at_end(text: str, date: Found | None, key: str | None) -> tuple[str, str] | None:
    match = _BARE.search(text)
    if match is None:
        return None
    words = match.group(1).split(" ")
    for start in range(len(words)):
        mark = " ".join(words[start:]).rstrip(".")
        if marks.is_mark(mark):
            before = text[: match.end(1) - len(" ".join(words[start:]))]
            if fold(mark) in known.regions() and dates.at_end(before) is None:
                return None
            return mark, before.rstrip(" ,")
    return None


def _mark_at_start(text: str, key: str | None) -> tuple[str, str | None]:
    if _CJK.match(text):
        for name in sorted((n for n in marks.names() if _CJK.match(n)), key=len, reverse=True):
            if text.startswith(name):
                return text[len(name) :], name
        return text, None
    match = _FIRST.match(text)
    if match:
        mark = match.group(1).strip(" .-–—")
        if marks.is_mark(mark) or marks.is_mark(mark.split(" ")[0]):
            enclosed = text[:1] in "(（[/"
            agency = agencies().get(key)
            if enclosed or (agency and "agency-first" in agency.datelines):
                return text[match.end() :], mark
    return text, None


def _byline(text: str, key: str | None, language: str | None) -> tuple[str, str | None]:
    """(place part, byline) of what is left in the middle."""
    if match := _CJK_REPORTER.match(text):
        return _suffix(text[match.end() :])
    if not (match := _BY.match(text)):
        return text, None
    words = text[match.end() :].split()
    for start in range(2, len(words)):
        tail = " ".join(words[start:])
        shouted = tail.split(",")[0].isupper() and not words[start - 1].isupper()
        if shouted or (resolve(tail) is not None and plausible(tail)):
            return tail, " ".join(words[:start]).rstrip(",")
    return text, None


def _suffix(text: str) -> tuple[str, str | None]:
    """A place glued to a name without a space, as in Chinese: the longest known ending is the place."""
    for start in range(2, max(2, len(text) - 1)):
        if resolve(text[start:]) is not None:
            return text[start:], text[:start]
    return text, None
