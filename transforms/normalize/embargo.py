"""Embargoes in prose: `Sperrfrist 2. Mai 09.30 Uhr`, `EMBARGOED until 12noon on Friday, October 23, 2018`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from transforms.normalize.times import micros, zone

_STEMS = (
    "embarg", "frigivelse", "for release", "hold for", "hold until", "julkaisuvapaa", "klausul",
    "not for publication", "not for release",
    "sperretid", "sperrfrist", "sperrvermerk", "spärrtid", "эмбарго",
)  # fmt: skip
_PHRASE = re.compile(
    r"\b(?:embargo\w*|sperrfrist|sperrvermerk|(?:not )?for (?:\w+ ){0,2}(?:release|publication)"
    r"|hold (?:until|for release)"
    r"|julkaisuvapaa|sperretid|spärrtid|klausul\w*|эмбарго|til frigivelse)\b",
    re.I,
)
_NONE = re.compile(
    r"\b(?:no|without|kein|ohne|sans|sin|lifted|aufgehoben|levé|levantado|upphävt|immediate(?:ly)?)\b", re.I
)
_NAMES = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner janvier enero gennaio januari tammikuuta tammikuun января",
            "february feb februar février febrero febbraio februari helmikuuta helmikuun февраля",
            "march mar märz maerz mrz mars marzo maart marts maaliskuuta maaliskuun марта",
            "april apr avril abril aprile huhtikuuta huhtikuun апреля",
            "may mai mayo maggio mei maj toukokuuta toukokuun мая",
            "june jun juni juin junio giugno junho kesäkuuta kesäkuun июня",
            "july jul juli juillet julio luglio julho heinäkuuta heinäkuun июля",
            "august aug août agosto augustus augusti elokuuta elokuun августа",
            "september sept sep septembre septiembre settembre setembro syyskuuta syyskuun сентября",
            "october oct oktober okt octobre octubre ottobre outubro lokakuuta lokakuun октября",
            "november nov novembre noviembre novembro marraskuuta marraskuun ноября",
            "december dec dezember dez décembre diciembre dicembre dezembro desember joulukuuta joulukuun "
            "декабря",
        ),
        1,
    )
    for name in names.split()
}
_WORD_DAY = re.compile(
    r"(?P<day>\d{1,2})(?:\.|st|nd|rd|th|º)?\s+(?:of |de "
    r"|di )?(?P<name>[^\W\d_]{3,14})\.?(?:,?\s+(?:de )?(?P<year>\d{4}))?"
    r"|\b(?P<name2>[^\W\d_]{3,9})\.?\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?(?!\d|[:.]\d)(?:,?\s+(?P<year2>\d{4}))?"
)
_NUMBER_DAY = re.compile(
    r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.(?:\s?(?P<year>\d{4}|\d{2}(?!\d|[.:]\d)))?"
)
_ISO_DAY = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:T(?P<hour>\d{2}):(?P<minute>\d{2}))?"
)
_CLOCK = re.compile(
    r"(?<![\d.:])(?:(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?\s*(?P<half>[ap]\.?m\b\.?|noon|midnight"
    r"|uhr|hrs|heures?|h\b|klokken)"
    r"|(?P<word>noon|midday|midnight|mittag|mitternacht)"
    r"|(?P<hour2>[01]?\d|2[0-3])[:.](?P<minute2>[0-5]\d)(?![\d.:]\d|\.\d)|(?P<four>(?:[01]\d"
    r"|2[0-3])[0-5]\d)(?!\d)(?!\s*$)"
    r"|(?P<four2>0\d[0-5]\d)(?!\d))(?:\s*\(?(?P<zone>GMT|UTC|BST|CES?T|EES?T|E[SD]T|C[SD]T|P[SD]T|MEZ"
    r"|MESZ|local)\b)?",
    re.I,
)
_OFFSETS = {
    "gmt": 0, "utc": 0, "bst": 60, "cet": 60, "cest": 120, "mez": 60, "mesz": 120, "eet": 120, "eest": 180,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "pst": -480, "pdt": -420,
}  # fmt: skip
_TEXT = 300  # characters kept of a paragraph that tells an embargo
_REACH = 160  # characters after the word in which day and time stand


def find(texts: Iterable[str]) -> str | None:
    """The first text that tells an embargo, cut to the sentence; None where none does."""
    for text in texts:
        folded = text[:2000].casefold()
        if not any(stem in folded for stem in _STEMS) or not (match := _PHRASE.search(text)):
            continue
        around = text[max(0, match.start() - 40) : match.end() + _REACH]
        if _NONE.search(around[:90]):
            continue
        if len(text) <= _TEXT:
            return text
        start = max(text.rfind(". ", 0, match.start()) + 2, 0) if match.start() > 0 else 0
        return text[start : start + _TEXT].rpartition(" ")[0].strip()
    return None


def until(text: str, sent: int, timezone: str) -> int | None:
    """When a prose embargo ends.

    Args:
        text: as `find` gives it.
        sent: the item's time, microseconds since the epoch (UTC): a day without a year is the nearest to
            it, a time without a day the next one after it.
        timezone: IANA zone where the text names none.

    Returns:
        Microseconds since the epoch (UTC), None where no time can be read. A day alone ends at its start.
    """
    match = _PHRASE.search(text)
    part = text[match.start() : match.end() + _REACH] if match else text[:_REACH]
    local = zone(timezone)
    now = (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=sent)).astimezone(local)
    day, span = _day(part, now.date())
    clock = part if span is None else f"{part[: span[0]]} {' ' * 3}{part[span[1] :]}"
    time = _clock(clock)
    if day is None and time is None:
        return None
    hour, minute, offset = time or (0, 0, None)
    tz = local if offset is None else dt.timezone(dt.timedelta(minutes=offset))
    extra = dt.timedelta(days=1) if hour == 24 else dt.timedelta()
    try:
        moment = dt.datetime.combine(day or now.astimezone(tz).date(), dt.time(hour % 24, minute), tz) + extra
    except (ValueError, OverflowError):
        return None
    if day is None and micros(moment) < sent:
        moment += dt.timedelta(days=1)
    return micros(moment)


def _day(text: str, today: dt.date) -> tuple[dt.date | None, tuple[int, int] | None]:
    if match := _ISO_DAY.search(text):
        found = _date(int(match["year"]), int(match["month"]), int(match["day"]))
        return found, (match.start(), match.start() + 10)
    for match in _WORD_DAY.finditer(text):
        month = _NAMES.get((match["name"] or match["name2"]).casefold())
        if month:
            return _nearest(
                match["year"] or match["year2"], month, int(match["day"] or match["day2"]), today
            ), match.span()
    if match := _NUMBER_DAY.search(text):
        return _nearest(match["year"], int(match["month"]), int(match["day"]), today), match.span()
    return None, None


def _nearest(year: str | None, month: int, day: int, today: dt.date) -> dt.date | None:
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    found = [date for shift in (-1, 0, 1) if (date := _date(today.year + shift, month, day))]
    return min(found, key=lambda date: abs(date - today), default=None)


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _clock(text: str) -> tuple[int, int, int | None] | None:
    if not (match := _CLOCK.search(text)):
        return None
    offset = _OFFSETS.get((match["zone"] or "").casefold())
    if word := match["word"]:
        return (24 if word.casefold() in ("midnight", "mitternacht") else 12), 0, offset
    if four := match["four"] or match["four2"]:
        return int(four[:2]), int(four[2:]), offset
    hour, minute = int(match["hour"] or match["hour2"]), int(match["minute"] or match["minute2"] or 0)
    half = (match["half"] or "").casefold().replace(".", "")
    if half == "midnight":
        hour = 24
    elif half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    return (hour, minute, offset) if hour <= 24 and minute < 60 else None
