"""Times as agencies send them, to microseconds since the epoch (UTC).

Read are: ISO 8601, basic and extended, with and without zone, with fractions; RFC 2822; `YYYYMMDD`,
`YYYYMMDDhhmm[ss]`; epoch seconds, milliseconds and microseconds; IPTC 7901's `DDhhmm[Z] MON YY`;
`DD.MM.YYYY hh:mm`, `DD/MM/YYYY`; and `--MM-DD`, ISO 8601's day without a year, for headers that have none.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import functools
import re
import zoneinfo
from dataclasses import dataclass

from schemas.item import ParsedItem

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_FIRST_YEAR, _LAST_YEAR = 1846, 2100
"""The first agencies' wires began in 1846; a year beyond the last is a placeholder (9999) or a misprint."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("jan", "feb fev", "mar mrz mär", "apr avr abr", "may mai mag maj", "jun jui"),
            *("jul lug", "aug ago aou", "sep set", "oct okt ott out", "nov", "dec dez dic des"),
        ),
        1,
    )
    for name in names.split()
}
_ZONES = {"Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 60, "IST": 330, "CET": 60, "MEZ": 60}
_ZONES |= {"CEST": 120, "MESZ": 120, "EET": 120, "EEST": 180, "MSK": 180, "JST": 540, "KST": 540, "HKT": 480}
_ZONES |= {"EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480}
_ZONES |= {"PDT": -420, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780}
"""Minutes east of UTC. `CST` and `IST` have several meanings; the American and the Indian are meant here."""

_ZONE = r"\s*(?:(?P<offset>[+-]\d{2}:?\d{2})|(?P<zone>[A-Z]{1,4}))?"
_LOOSE = re.compile(  # 2015-3-1 9:05, 13.03.2015 11:22, 2015/03/13T11:22:33.123456789+01:00
    r"(?:(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"|(?P<day2>\d{1,2})(?P<mark>[./])(?P<month2>\d{1,2})(?P=mark)(?P<year2>\d{4}))"
    r"(?:[T ,]\s*(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?)?"
    + _ZONE
    + "$"
)
_FILED = re.compile(  # 131122Z MAR 15
    r"(?P<day>\d{2})(?P<hour>\d{2})(?P<minute>\d{2})"
    + _ZONE
    + r"\s+(?P<name>[^\W\d_]{3})[^\W\d_]*\.?\s+(?P<year>\d{4}|\d{2})$"
)
_YEARLESS = re.compile(r"--(\d{2})-?(\d{2})$")
_DIGITS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


@dataclass(frozen=True, slots=True)
class Time:
    """A time that was read.

    Attributes:
        instant: microseconds since the epoch (UTC).
        full: the time of day was given, not the day alone.
        zoned: the zone was given, or needs none (epoch times).
    """

    instant: int
    full: bool = True
    zoned: bool = True


def micros(moment: dt.datetime) -> int:
    """Microseconds since the epoch of an aware time."""
    return (moment - _EPOCH) // _MICROSECOND


@functools.lru_cache(maxsize=256)
def zone(name: str) -> dt.tzinfo:
    """An IANA zone; UTC where this machine does not know it."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return dt.UTC


def read(value: str, timezone: str = "UTC", near: int | None = None) -> Time | None:
    """The time that a wire's text stands for.

    Args:
        value: as sent.
        timezone: IANA zone of times without one.
        near: instant from which a day without a year takes the nearest year.

    Returns:
        The time, None where it cannot be read or is a placeholder (year 0 or 9999).
    """
    value = value.strip()
    if value.isdigit() and value.isascii():
        return _digits(value, timezone)
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        return _other(value, timezone, near)
    if value[4:6] in ("W0", "-W", "W1", "W2", "W3", "W4", "W5"):
        return None
    return _time(moment, len(value) > 10, timezone)


def _time(moment: dt.datetime, full: bool, timezone: str) -> Time | None:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    if moment.tzinfo is not None:
        return Time(micros(moment), full)
    return Time(micros(moment.replace(tzinfo=zone(timezone))), full, False)


def _digits(value: str, timezone: str) -> Time | None:
    if layout := _DIGITS.get(len(value)):
        try:
            return _time(dt.datetime.strptime(value, layout), len(value) > 8, timezone)
        except ValueError:
            return None
    scale = {9: 1_000_000, 10: 1_000_000, 13: 1_000, 16: 1}.get(len(value))
    if scale is None:
        return None
    instant = int(value) * scale
    return Time(instant) if instant < 4_102_444_800_000_000 else None


def _other(value: str, timezone: str, near: int | None) -> Time | None:
    if len(value) > 80:
        return None
    if match := _YEARLESS.match(value):
        return _nearest(int(match[1]), int(match[2]), timezone, near)
    if match := _LOOSE.match(value):
        part = match.groupdict()
        month, full = part["month"] or part["month2"], part["hour"] is not None
        year, day = part["year"] or part["year2"], part["day"] or part["day2"]
        if part["mark"] == "/" and int(month) > 12:  # as Americans write it; day first where both could be
            month, day = day, month
        second, fraction = part["second"], ((part["fraction"] or "") + "000000")[:6]
    elif match := _FILED.match(value):
        part = match.groupdict()
        month, full = _MONTHS.get(part["name"].casefold()), True
        year, day, second, fraction = part["year"], part["day"], None, "0"
        if len(year) == 2:
            year = ("19" if int(year) >= 70 else "20") + year
    else:
        return _mail(value, timezone)
    try:
        moment = dt.datetime(
            int(year), int(month or 0), int(day), int(part["hour"] or 0) % 24, int(part["minute"] or 0)
        )
        moment = moment.replace(second=min(int(second or 0), 59), microsecond=int(fraction))
        moment += dt.timedelta(days=part["hour"] == "24")
        return _time(_in_zone(moment, part["offset"], part["zone"]), full, timezone)
    except (ValueError, OverflowError):
        return None


def _in_zone(moment: dt.datetime, offset: str | None, name: str | None) -> dt.datetime:
    if offset:
        minutes = int(offset[1:3]) * 60 + int(offset[-2:])
        return moment.replace(
            tzinfo=dt.timezone(dt.timedelta(minutes=-minutes if offset[0] == "-" else minutes))
        )
    if name in _ZONES:
        return moment.replace(tzinfo=dt.timezone(dt.timedelta(minutes=_ZONES[name])))
    return moment


def _mail(value: str, timezone: str) -> Time | None:
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return _time(moment, ":" in value, timezone)


def _nearest(month: int, day: int, timezone: str, near: int | None) -> Time | None:
    if near is None:
        return None
    around = _EPOCH + dt.timedelta(microseconds=near)
    found: list[int] = []
    for year in (around.year - 1, around.year, around.year + 1):
        try:
            found.append(micros(dt.datetime(year, month, day, tzinfo=zone(timezone))))
        except ValueError:
            continue
    return Time(min(found, key=lambda instant: abs(instant - near)), False, False) if found else None


@dataclass(frozen=True, slots=True)
class Times:
    """An item's times, microseconds since the epoch (UTC).

    Attributes:
        version_created: when this version was made.
        source: the field that gave it.
        first_created: when the first version was made.
        embargoed_until: end of the mark-up's embargo.
        stamp: what of these identifies the version: None where only the run's clock gave the time.
        day: the day the wire itself names, as an instant; None where it names none.
        warnings: `time_without_zone`, `time_unreadable`.
    """

    version_created: int
    source: str
    first_created: int | None
    embargoed_until: int | None
    stamp: int | None
    day: int | None
    warnings: tuple[str, ...] = ()


def settle(parsed: ParsedItem, timezone: str, ingested_at: int) -> Times:
    """An item's times, with what stands in for a missing one.

    `version_created` falls back to `first_created`, to the envelope's `sent` where that is a full time,
    to when the source received the item, and to when this run read it.
    """
    warnings: list[str] = []
    near = parsed.received_at if parsed.received_at is not None else ingested_at

    def get(value: str | None) -> Time | None:
        if not value or not (value := value.strip()):
            return None
        found = read(value, timezone, near)
        if found is None:
            warnings.append("time_unreadable")
        elif not found.zoned and found.full:
            warnings.append("time_without_zone")
        return found

    version, first, sent = get(parsed.version_created), get(parsed.first_created), get(parsed.sent)
    embargo = get(parsed.embargoed)
    named = version or first or sent
    if version:
        chosen, source = version.instant, "version_created"
    elif first:
        chosen, source = first.instant, "first_created"
    elif sent and sent.full:
        chosen, source = sent.instant, "sent"
    elif parsed.received_at is not None:
        chosen, source = parsed.received_at, "received_at"
    elif sent:
        chosen, source = sent.instant, "sent"
    else:
        chosen, source = ingested_at, "ingested_at"
    return Times(
        version_created=chosen,
        source=source,
        first_created=first.instant if first else None,
        embargoed_until=embargo.instant if embargo else None,
        stamp=None if source == "ingested_at" else chosen,
        day=named.instant if named else None,
        warnings=tuple(dict.fromkeys(warnings)),
    )
