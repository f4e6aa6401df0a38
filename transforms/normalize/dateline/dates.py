"""Dates of datelines: month names of the agencies' languages, digits, the year from the item's own time."""

from __future__ import annotations

import datetime as dt
import functools
import re
import unicodedata
from typing import NamedTuple

from schemas.folding import fold
from transforms.normalize.dateline import misprints, words

EPOCH = dt.date(1970, 1, 1)
DAY_US = 86_400_000_000

# Misprints are looked for among English names alone: those of all languages lie too close together.
_MISPRINTED = ("january", "february", "march", "april", "june", "july", "august", "september", "october",
               "november", "december")  # fmt: skip
_DIGIT = re.compile(r"\d")
_LAST_WORD = re.compile(r"[,\s]*[(\[]?\b([^\W\d_]+(?:-[^\W\d_]+)?)\.?[)\]]?[\s.,]*$")
# Arabic, Indic, Thai and wide digits to those that the expressions name.
_DIGITS = {
    code: str(digit)
    for code in (*range(0x0660, 0x0F00), *range(0xFF10, 0xFF1A))
    if (digit := unicodedata.decimal(chr(code), None)) is not None
}
_WORD = r"[^\W\d_]+(?:\s[^\W\d_]{4,})?"
_YEAR = r"(?:[,./]?\s*(?:de\s+|del\s+)?(?P<year>(?:19|20)\d\d)\s*(?:г(?:ода|\.)?|года|م)?)?"
_ORDINAL = r"(?:st|nd|rd|th|er|º|ª|°|:a|:e|\s?d(?!\w))?"
_MONTH_DAY = re.compile(
    rf"(?P<month>[^\W\d_]{{3,12}})[.,]?\s*(?P<day>\d{{1,3}}){_ORDINAL}(?!\d){_YEAR}[\s.,]*$", re.IGNORECASE
)
_DAY_MONTH = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}}){_ORDINAL}\.?\s*(?:de\s+|of\s+|d['’])?(?P<month>{_WORD})\.?{_YEAR}[\s.,]*$",
    re.IGNORECASE,
)
# Indic scripts and Thai write vowels as signs, which are no letters to an expression.
_SIGNED_WORD = "[\u0900-\u0eff.]{2,16}"
_SIGNED = (
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})\.?\s*(?P<month>{_SIGNED_WORD}){_YEAR}[\s.,]*$"),
    re.compile(rf"(?:^|(?<=[\s,]))(?P<month>{_SIGNED_WORD})\s*(?P<day>\d{{1,2}}){_YEAR}[\s.,]*$"),
)
_NUMERIC = re.compile(
    r"(?<![\d.])(?:(?P<y1>(?:19|20)\d\d)[-./](?P<m1>\d{1,2})[-./](?P<d1>\d{1,2})"
    r"|(?P<d2>\d{1,2})[-./](?P<m2>\d{1,2})[-./](?P<y2>(?:19|20)\d\d|\d\d)"
    r"|(?P<d3>\d{1,2})\.(?P<m3>\d{1,2})\.|(?<=\s)(?P<d4>\d{1,2})/(?P<m4>\d{1,2}))[\s.,]*$"
)
# `26.11` without its last point: only in languages that write days so, or it is a time.
_POINTED = re.compile(r"(?<=[\s,])(?P<day>[0-3]?\d)\.(?P<month>[01]?\d)[\s,]*$")
_POINTING = frozenset(("cs", "da", "de", "et", "fi", "lt", "lv", "nb", "nn", "no", "pl", "sk", "sv"))
_FIRST = re.compile(r"\d{1,2}\.\s?\d{1,2}\.(?:\s?(?:19|20)\d\d)?,?\s+(?=[^\W\d_])")
# The same day in the Islamic calendar, which stands before the other: `19 رجب 1442 هـ الموافق`.
_HIJRI = re.compile(r"\s*\d{1,2}\s[^\d]{2,20}\s\d{4}\s?هـ?ـ?\s*الموافق\s*$")
_DAY = re.compile(r",\s*(?P<day>\d{1,2})[\s.,]*$")
_CJK = re.compile(
    r"(?:(?P<year>\d{4})\s*[年년])?\s*(?:(?P<month>\d{1,2})\s*[月월]\s*)?(?P<day>\d{1,2})\s*[日일]\s*$"
)
_YEAR_FIRST = re.compile(
    r"(?P<year>(?:19|20)\d\d)[.,]?\s*(?P<month>[^\W\d_]{3,12})\s+(?P<day>\d{1,2})\.?[\s.,]*$"
)
_SPELLED: tuple[re.Pattern[str], ...] = (_YEAR_FIRST, _MONTH_DAY, _DAY_MONTH)
_WITH_SIGNS = (*_SPELLED, *_SIGNED)


class Found(NamedTuple):
    """A date at the end of a text.

    Attributes:
        start: where it begins in the text in which it was looked for.
        month, day, year: as written; day None where there is none or no such day, month None where
            only the day is given.
        certain: whether the month is spelled as it should be.
    """

    start: int
    month: int | None
    day: int | None
    year: int | None = None
    certain: bool = True


@functools.lru_cache(maxsize=2048)
def month_of(name: str, language: str | None = None) -> tuple[int, bool] | None:
    """The month a name means, and whether it is spelled right; None for other words."""
    key, months = fold(name), words.months(language)
    if (month := months.get(key)) is not None:
        return month, True
    if 4 <= len(key) <= 10:
        for full in _MISPRINTED:
            if misprints.near(key, full):
                return months[full], False
    return None


@functools.lru_cache(maxsize=4096)
def begins(word: str) -> bool:
    """Whether a date may begin with a word: a month as it is spelled, or a day of the week."""
    return _is_weekday(word) or fold(word) in words.months(None)


def cut(text: str, language: str | None = None) -> tuple[str, Found | None]:
    """A text without the date at its end and the weekday about it, and the date; None where it has none."""
    trimmed = without_weekday(text)
    found = at_end(trimmed, language)
    if found is None:
        return text, None
    return before(text[: found.start]), found


def before(text: str) -> str:
    """What stands before a date, without the weekday and the words between."""
    before = without_weekday(text)
    if before.endswith("الموافق "):
        before = _HIJRI.sub("", before)
    if not before.endswith((", ", ". ")):
        before = words.before_date().sub("", before)
    return before


def cut_day(text: str) -> tuple[str, Found | None]:
    """A text without the bare day of the month at its end (`MADRID, 26`), and that day."""
    match = _DAY.search(text)
    if match is None or not 1 <= int(match["day"]) <= 31:
        return text, None
    return text[: match.start()], Found(match.start("day"), None, int(match["day"]))


def without_weekday(text: str) -> str:
    """A text without the day of the week at its end."""
    tail = text.rstrip(" \t\r\n.,)]")
    if not tail[-1:].isalpha() or not _is_weekday(tail.rsplit(None, 1)[-1].rpartition(",")[2].lstrip("([")):
        return text
    match = _LAST_WORD.search(text)
    if match is None or not _is_weekday(match.group(1)):
        return text
    # `Santo Domingo` is no Sunday: without a comma the day of the week is written small.
    start = match.start()
    apart = start == 0 or match.group(1).islower() or match.group()[0] in ",([" or text[start - 1] in ".)"
    return text[:start] if apart else text


@functools.lru_cache(maxsize=4096)
def _is_weekday(word: str) -> bool:
    return fold(word) in words.weekdays()


def at_start(text: str, language: str | None = None) -> tuple[str, Found | None]:
    """A text without the date with which it begins (`3 марта, Минск`, `26.11. Warszawa`); None where it has
    none."""
    if match := _FIRST.match(text):
        return text[match.end() :], at_end(match.group().rstrip(", "), language)
    head, comma, rest = text.partition(",")
    if (
        comma
        and rest
        and len(head) <= 30
        and (found := at_end(head, language))
        and not head[: found.start].strip()
    ):
        return rest, found
    return text, None


def at_end(text: str, language: str | None = None) -> Found | None:
    """The date with which a text ends, None where it ends with none."""
    whole, text = text, text.rstrip(" \t\r\n.,")
    last = text[-1:]
    if not last.isalnum() and last not in "º°)" and unicodedata.category(last) not in ("Mc", "Mn"):
        return None
    if not text.isascii():
        whole, text = whole.translate(_DIGITS), text.translate(_DIGITS)
        if last in "日일" and (match := _CJK.search(text)):
            month, year = match["month"], match["year"]
            return _checked(match.start(), int(month) if month else None, int(match["day"]), year)
    if (found := _plain(text, language)) is not None:
        return found
    if _DIGIT.search(text):
        for pattern in _SPELLED if text.isascii() else _WITH_SIGNS:
            if (match := pattern.search(text)) and (found := _named(match, language)):
                return found
        if match := _NUMERIC.search(whole):
            for n in "1234":
                if match[f"m{n}"]:
                    year = match[f"y{n}"] if n < "3" else None
                    return _numeric(match.start(), int(match[f"m{n}"]), int(match[f"d{n}"]), year)
        if language and language[:2].lower() in _POINTING and (match := _POINTED.search(whole)):
            return _numeric(match.start(), int(match["month"]), int(match["day"]), None)
    return _mended(text, language)


def _plain(text: str, language: str | None) -> Found | None:
    """A month and a day as most agencies write them, told without an expression: `March 3`, `Dec. 31`."""
    tokens = text.rsplit(None, 3)
    if len(tokens) < 3 or not 0 < len(tokens[-1]) <= 2 or not (tokens[-1].isascii() and tokens[-1].isdigit()):
        return None
    day, name = int(tokens[-1]), tokens[-2].rstrip(".")
    if not (1 <= day <= 31 and name.isalpha() and len(name) >= 3) or _DIGIT.search(tokens[-3]):
        return None
    named = month_of(name, language)
    return Found(text.rindex(tokens[-2]), named[0], day) if named and named[1] else None


@functools.lru_cache(maxsize=4096)
def day_of(text: str, language: str | None = None) -> Found | None:
    """A text that is a month and a day, as most agencies write them, and nothing else: `March 3`."""
    alone = text[:1].isalpha() and text[-1:].isdigit() and len(text.split()) == 2
    found = _plain(f"A, {text}", language) if alone else None
    return found and found._replace(start=0)


def _named(match: re.Match[str], language: str | None) -> Found | None:
    named = month_of(match["month"], language)
    start = match.start()
    if named is None:
        return None
    found = _checked(start, named[0], int(match["day"]), match["year"])
    return found if named[1] or found is None else Found(start, found.month, found.day, found.year, False)


def _mended(text: str, language: str | None) -> Found | None:
    """A month without a day, or one torn apart (`Apri l7`)."""
    start = text.rfind(",") + 1
    squeezed = "".join(text[start:].split())
    if match := re.fullmatch(r"([^\W\d_]{3,10})\.?(\d{1,2})?\.?", squeezed):
        named = month_of(match[1], language)
        if named and start and (match[2] or named[1]):
            found = _checked(start, named[0], int(match[2] or 0), None)
            return found and Found(found.start, found.month, found.day, None, False)
    return None


def _numeric(start: int, month: int, day: int, year: str | None) -> Found | None:
    if month > 12 >= day:
        month, day = day, month
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    if year is not None and len(year) == 2:
        year = ("19" if int(year) > 68 else "20") + year
    return _checked(start, month, day, year)


def _checked(start: int, month: int | None, day: int, year: str | None) -> Found | None:
    return Found(start, month, day if 1 <= day <= 31 else None, int(year) if year else None)


def to_days(found: Found, sent: int | None) -> tuple[int | None, str | None]:
    """Days since the epoch and precision of a date.

    Args:
        found: month, day and perhaps year.
        sent: the item's time, microseconds since the epoch (UTC); the nearest such date is meant.

    Returns:
        The day and `day`; the first of the month and `month` where the day is missing or impossible;
        (None, None) where nothing says which year it is.
    """
    return _days(found.month, found.day, found.year, None if sent is None else sent // DAY_US)


@functools.lru_cache(maxsize=4096)
def _days(
    month: int | None, day: int | None, year: int | None, sent: int | None
) -> tuple[int | None, str | None]:
    near = None if sent is None else EPOCH + dt.timedelta(days=min(max(sent, -700_000), 2_900_000))
    if month is None:
        return _day_only(day, near)
    if year is not None:
        years = [year]
    elif near is not None:
        # Eight years reach a 29 February, across 1900 too.
        reach = 8 if (month, day) == (2, 29) else 1
        years = [y for y in range(near.year - reach, near.year + reach + 1) if 1 <= y <= 9999]
    else:
        return None, None
    days = [date for y in years if (date := _date(y, month, day or 1)) is not None]
    if not days:
        return _days(month, None, year, sent)
    best = min(days, key=lambda date: abs((date - near).days)) if near is not None else days[0]
    return (best - EPOCH).days, "day" if day else "month"


def _day_only(day: int | None, near: dt.date | None) -> tuple[int | None, str | None]:
    if near is None or day is None:
        return None, None
    first = near.replace(day=1)
    months = (first, first - dt.timedelta(days=1), (first + dt.timedelta(days=32)))
    days = [d for m in months if (d := _date(m.year, m.month, day)) is not None]
    best = min(days, key=lambda d: abs((d - near).days), default=None)
    return (None, None) if best is None else ((best - EPOCH).days, "day")


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
