"""Embargoes in prose: `Sperrfrist 2. Mai 09.30 Uhr`, `EMBARGOED until 12noon on Friday, October 23, 2018`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from transforms.normalize import embargo_time
from transforms.normalize.times import micros, zone

_STEMS = (
    "embarg", "frigi", "friges", "frigjøres", "for release", "hold for", "hold until", "julkaisuvapaa",
    "klausul",
    "not for publication", "not for release",
    "sperretid", "sperrfrist", "sperrvermerk", "spärrtid", "эмбарго",
)  # fmt: skip
_PHRASE = re.compile(
    r"\b(?:embargo\w*|sperrfrist|sperrvermerk|(?<!not )for (?:\w+ ){0,2}(?:release|publication)"
    # `Not for publication` alone is no embargo but a note that is never to be published.
    r"|not for (?:\w+ ){0,2}(?:release|publication)(?= (?:\w+ )?(?:before|until|till|prior|earlier|ahead))"
    r"|hold (?:until|for release)|frigives|friges|frigis|frigivelse|frigjøres"
    r"|julkaisuvapaa|sperretid|spärrtid|klausul\w*|эмбарго|til frigivelse)\b",
    re.I,
)
_NONE = re.compile(
    r"\b(?:no|without|kein|ohne|sans|sin|lifted|aufgehoben|levé|levantado|upphävt|immediate(?:ly)?)\b", re.I
)
_TEXT = 300  # characters kept of a paragraph that tells an embargo
_REACH = 160  # characters after the word in which day and time stand


def find(texts: Iterable[str]) -> str | None:
    """The first text that tells an embargo, cut to the sentence; None where none does."""
    for text in texts:
        folded = text[:2000].casefold()
        if not any(map(folded.__contains__, _STEMS)) or not (match := _PHRASE.search(text)):
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
    day, rest = embargo_time.day(part, now.date())
    time = embargo_time.clock(rest)
    if day is None and time is None:
        return None
    hour, minute, where = time or (0, 0, None)
    tz = local
    if isinstance(where, int):
        tz = dt.timezone(dt.timedelta(minutes=where))
    elif where:
        tz = zone(where)
    extra = dt.timedelta(days=1) if hour == 24 else dt.timedelta()
    try:
        moment = dt.datetime.combine(day or now.astimezone(tz).date(), dt.time(hour % 24, minute), tz) + extra
    except (ValueError, OverflowError):
        return None
    if day is None and micros(moment) < sent:
        moment += dt.timedelta(days=1)
    return micros(moment)
