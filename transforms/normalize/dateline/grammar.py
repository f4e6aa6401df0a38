"""The grammar of a dateline's head: byline, agency mark, places, region, date, in the orders agencies use.

A head is what stands before the separator. It is peeled from both ends, so that the order of its parts
does not matter; what is left in the middle is the place part.
"""

from __future__ import annotations

import functools
import re

from schemas.agency import agencies
from schemas.places import fold
from transforms.normalize.dateline import bare, dates, east_asian, known, marks, reporters
from transforms.normalize.dateline.leaning import Leaning, leaning
from transforms.normalize.dateline.listing import places_of, plausible
from transforms.normalize.dateline.parts import Head, Parts
from transforms.normalize.dateline.resolve import resolve

_NOISE = " \t\r\n\u00a0\u3000*•·|>~"
_TRAIL = reporters.EDGES
_BRACKET = re.compile(r"[(（\[]\s*([^()（）\[\]]{1,80}?)\s*[)）\]][.,:;\s]*$")
_SLASHES = re.compile(r"(?:^|(?<=[\s.,]))/\s*([^/()（）]{1,80}?(?:/[^/()\s]{1,20})?)\s*(/?)[.,:;\s]*$")
_GLUED = re.compile(r"/([^\W\d_][^/(),\s]{1,30})(/)[.,:;\s]*$")
_FIRST = re.compile(
    r"^([(（\[/]?)\s*([^()（）\[\]/\n]{2,40}?)\s*([)）\]/]?)\s*(?:[-–—:.]+\s+|(?<=[)\]/])\s*)"
)
# What a mark in brackets or slashes, or a time, has in it: without these a dated head has no more to peel.
_PEELED = re.compile(r"[\d/)）\]]")
_SITE = re.compile(r"([^\W_][\w-]*(?:\.[A-Za-z]{2,3}){1,2}),\s+(?=\S)")
# More figures than a date and a time have, or fractions (`276 1/2`): a row of a table.
_TABLE = re.compile(r"(?:\d+\D+){6}\d|\d[ -]\d{1,2}/\d?")
_WORDS = 6  # of a place that does not look like one
_PLACE = re.compile(r"[A-Za-z][A-Za-z,.' -]*, ")
_TIMED = re.compile(r"\d[:.h]\d\d|\d{4}\s*(?:GMT|UTC)")
_TIME = re.compile(
    r"[,\s]*\b\d{1,2}[:.h]\d\d(?:[:.]\d\d)?\s*(?:a\.?m\.?|p\.?m\.?|GMT|UTC|Uhr|h|[A-Z]{3,4})?[\s.,]*$"
    r"|[,\s]+\d{4}\s*(?:GMT|UTC)[\s.,]*$"
)
_DASHED = re.compile(r"\s[-–—]\s")
_SMALL_MARK = re.compile(r"[^\W\d_]{2,16}")
_INITIALS = re.compile(r"\.\s?\w{1,2}\.$")


@functools.lru_cache(maxsize=16384)
def analyse(head: str, key: str | None, language: str | None) -> Head:
    """The parts of a head, as far as they can be told apart.

    Args:
        head: text before the separator, at most a few hundred characters.
        key: key of the agency whose text it is.
        language: BCP 47.
    """
    text = head.strip(_NOISE)
    if (dated := _dated(text, key, language)) is not None:
        return dated
    if _TABLE.search(text):
        return Head()
    parts = Parts(text, key, language)
    if (peeled := east_asian.peel(parts.text)) is not None:
        parts.text, parts.mark, parts.byline = peeled.text, peeled.mark, peeled.byline
        parts.manner = ("enclosed" if peeled.known else "likely") if peeled.mark else None
        parts.text, parts.date = dates.cut(parts.text, parts.language)
        return _head(parts)
    parts.text = east_asian.without_report(parts.text) if not parts.text.isascii() else parts.text
    for _ in range(3):
        before = parts.text
        _mark_at_end(parts)
        if parts.date is None:
            parts.text, parts.date = dates.cut(parts.text, parts.language)
        if _TIMED.search(parts.text):
            parts.text = _TIME.sub("", parts.text)
        if parts.text == before or (parts.date is not None and not _PEELED.search(parts.text)):
            break
    if parts.date is None and parts.manner == "enclosed":
        parts.text, parts.date = dates.cut_day(parts.text)
    if parts.mark is None and parts.date is None and bare.cut(parts):
        parts.text, parts.date = dates.cut(parts.text, parts.language)
    if parts.mark is None and parts.date is not None:
        rest = _before_date(parts.text, key, _leaning(key, language))
        return rest._replace(date=parts.date, byline=parts.byline or rest.byline)
    if parts.date is None:
        parts.text, parts.date = dates.at_start(parts.text, parts.language)
    if parts.mark is None:
        _mark_at_start(parts)
    elif parts.date is None:
        parts.text = dates.without_weekday(parts.text)
    return _head(parts)


def _dated(text: str, key: str | None, language: str | None) -> Head | None:
    """A head of a place and a day alone, `LONDON, March 3`, as most are: what peeling would make of it."""
    start = text.rfind(", ") + 2
    day = dates.day_of(text[start:], language)
    if day is None or (rest := _of_place(text[:start], key, _leaning(key, language))) is None:
        return None
    return Head(
        rest.place_text, rest.places, day, rest.mark, rest.manner, rest.byline, rest.divided,
        rest.plausible, rest.resolved,
    )  # fmt: skip


@functools.lru_cache(maxsize=16384)
def _of_place(text: str, key: str | None, leans: Leaning) -> Head | None:
    """What stands before a day, None where that is more than places; places come again, days do not."""
    return _before_date(dates.before(text), key, leans) if _PLACE.fullmatch(text) else None


def _before_date(text: str, key: str | None, leans: Leaning) -> Head:
    """What stands before a date in a head without a mark behind it."""
    parts = Parts(text, key, None)
    if (
        text.endswith((",", ", ", ". "))
        and marks.begins((name := text.strip(_TRAIL + ".")).partition(" ")[0].rstrip(","))
        and marks.is_mark(name)
        and not _DASHED.search(text)
        and resolve(name) is None
    ):
        parts.text, parts.mark, parts.manner = "", name, "first"
    if parts.mark is None:
        _mark_at_start(parts)
    return _head(parts, leans)


def _head(parts: Parts, leans: Leaning | None = None) -> Head:
    where = _where(parts.text, leans or _leaning(parts.key, parts.language))
    if parts.mark is None and parts.date is None and parts.byline is None:
        return where
    return Head(
        place_text=where.place_text,
        places=where.places,
        date=parts.date,
        mark=parts.mark,
        manner=parts.manner,
        byline=parts.byline or where.byline,
        divided=where.divided,
        plausible=where.plausible,
        resolved=where.resolved,
    )


@functools.lru_cache(maxsize=1024)
def _leaning(key: str | None, language: str | None) -> Leaning:
    return leaning(agencies().get(key), language)


@functools.lru_cache(maxsize=16384)
def _where(text: str, leans: Leaning) -> Head:
    """Byline and places of what is left of a head without its date and mark; wires repeat them daily."""
    divided = text.rstrip().endswith((",", ".", "，")) or (
        not text.isascii() and east_asian.LETTERS.search(text) is not None
    )
    text, byline = reporters.cut(text)
    place = text.strip(_TRAIL)
    if place.count("(") > place.count(")"):
        place = place.replace("(", "", 1).strip(_TRAIL)
    # The point belongs to an abbreviation (`Md.`, `a.M.`) or closes the place part (`MOSCOW. March 3`).
    if place.endswith("."):
        place = place.rstrip(".") + "."
        area = place.rpartition(",")[2]
        if not _INITIALS.search(place) and fold(area) not in known.abbreviations():
            place = place[:-1]
    if not place:
        return Head(byline=byline, divided=divided)
    likely = plausible(place)
    places = places_of(place, leans) if likely or place.count(" ") < _WORDS else ()
    return Head(
        place_text=place,
        places=places,
        byline=byline,
        divided=divided,
        plausible=likely,
        resolved=any(found.kind != "unknown" or found.country for found in places),
    )


def _mark_at_end(parts: Parts) -> None:
    """Take a mark in brackets or slashes off the end, with the date or the reporter inside it."""
    if parts.mark is not None:
        return
    bracketed, slashed = parts.text.rstrip(" .,:;").endswith((")", "）", "]")), "/" in parts.text
    if not bracketed and not slashed:
        return
    for pattern in (*((_BRACKET,) if bracketed else ()), *((_SLASHES, _GLUED) if slashed else ())):
        match = pattern.search(parts.text)
        if match is None:
            continue
        inside, before = match.group(1), parts.text[: match.start()].rstrip()
        rest, date = dates.cut(inside, parts.language)
        if date is not None and marks.is_mark(name := rest.strip(_TRAIL + ".")):
            parts.mark, parts.manner, parts.date = name, "enclosed", parts.date or date
        elif marks.is_mark(inside):
            parts.mark, parts.manner = inside, "enclosed"
        elif reporter := reporters.REPORTER.match(inside):
            words = inside[reporter.end() :].split()
            size = next((n for n in (2, 1) if len(words) > n and marks.is_mark(" ".join(words[:n]))), 0)
            if size == 0 and marks.is_mark(" ".join(words)):
                size = len(words)
            parts.mark = " ".join(words[:size]) or None
            parts.manner = "enclosed" if size else None
            parts.byline = " ".join(words[size:]) or parts.byline
        elif "," in inside and marks.is_mark(inside.partition(",")[0].strip()):
            parts.mark, _, named = inside.partition(",")
            parts.manner, parts.byline = "enclosed", named.strip()
        elif before and _likely(match, inside, parts.text):
            parts.mark, parts.manner = inside, "likely"
        else:
            continue
        parts.text = before
        return


def _likely(match: re.Match[str], inside: str, text: str) -> bool:
    """Whether what is enclosed may be the mark of an agency that no table knows, and is no place."""
    if match.re is not _BRACKET and not match.group(2):
        return False
    # After a date nothing but a mark is enclosed, even where it is written small or like a place.
    if marks.is_likely(inside) or _SMALL_MARK.fullmatch(inside):
        date = dates.cut(text[: match.start()])[1]
        if date is not None and date.certain:
            return True
    if not marks.is_likely(inside):
        return False
    if known.qualifiers(inside) or fold(text) in known.aliases():
        return False
    place = None if inside.isupper() else resolve(inside)
    return place is None or place.how == "misprint"


def _mark_at_start(parts: Parts) -> None:
    """Take a mark off the beginning: `(ANSA) - ROMA`, `新华社北京`, the name of a site."""
    if not parts.text.isascii() and (east_asian.LETTERS.match(parts.text) or parts.text[:1] in "（("):
        text, name = east_asian.glued_at_start(parts.text.lstrip("（( "))
        if name:
            parts.text, parts.mark, parts.manner = text, name, "enclosed"
            return
    if match := _SITE.match(parts.text):  # `TEMPO.CO, Jakarta`
        parts.mark, parts.manner, parts.text = match[1], "first", parts.text[match.end() :]
        return
    agency = agencies().get(parts.key)
    own = agency is not None and "agency-first" in agency.datelines
    if (own or parts.text[:1] in "(（[/") and (match := _FIRST.match(parts.text)):
        opened, mark, closed = match.groups()
        if (bool(opened and closed) or own) and (marks.is_mark(mark) or marks.is_mark(mark.split(" ")[0])):
            parts.mark, parts.manner = mark, "first"
            parts.text = parts.text[match.end() :]
