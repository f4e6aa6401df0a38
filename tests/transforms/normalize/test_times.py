"""Times in every form that agencies send."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.item import ParsedItem
from transforms.normalize import times

NOON = dt.datetime(2015, 3, 13, 12, 0, tzinfo=dt.UTC)


def at(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, micros: int = 0
) -> int:
    return times.micros(dt.datetime(year, month, day, hour, minute, second, micros, tzinfo=dt.UTC))


@pytest.mark.parametrize(
    ("sent", "instant", "full", "zoned"),
    [
        ("2015-03-13T11:22:33Z", at(2015, 3, 13, 11, 22, 33), True, True),
        ("2015-03-13T11:22:33.250+01:00", at(2015, 3, 13, 10, 22, 33, 250_000), True, True),
        ("2015-03-13T11:22:33.123456789+01:00", at(2015, 3, 13, 10, 22, 33, 123_456), True, True),
        ("20150313T112233+0100", at(2015, 3, 13, 10, 22, 33), True, True),
        ("20150313T112233Z", at(2015, 3, 13, 11, 22, 33), True, True),
        ("20150313T112233", at(2015, 3, 13, 10, 22, 33), True, False),
        ("2015-03-13 11:22:33", at(2015, 3, 13, 10, 22, 33), True, False),
        ("2015-07-13 11:22:33", at(2015, 7, 13, 9, 22, 33), True, False),
        ("2015-3-13 9:05", at(2015, 3, 13, 8, 5), True, False),
        ("2015-03-13T24:00:00Z", at(2015, 3, 14), True, True),
        ("13.03.2015 11:22", at(2015, 3, 13, 10, 22), True, False),
        ("13/03/2015 11:22:00", at(2015, 3, 13, 10, 22), True, False),
        ("3/13/2015 11:22", at(2015, 3, 13, 10, 22), True, False),
        ("2015-03-13 11:22:33 GMT", at(2015, 3, 13, 11, 22, 33), True, True),
        ("2015-03-13 11:22 EDT", at(2015, 3, 13, 15, 22), True, True),
        ("20150313", at(2015, 3, 12, 23), False, False),
        ("2015-03-13", at(2015, 3, 12, 23), False, False),
        ("20150313112233", at(2015, 3, 13, 10, 22, 33), True, False),
        ("Fri, 13 Mar 2015 11:22:33 +0100", at(2015, 3, 13, 10, 22, 33), True, True),
        ("Fri, 13 Mar 2015 11:22:33 GMT", at(2015, 3, 13, 11, 22, 33), True, True),
        ("131122Z MAR 15", at(2015, 3, 13, 11, 22), True, True),
        ("131122 Mrz 2015", at(2015, 3, 13, 10, 22), True, False),
        ("1426245753", at(2015, 3, 13, 11, 22, 33), True, True),
        ("1426245753250", at(2015, 3, 13, 11, 22, 33, 250_000), True, True),
    ],
)
def test_read(sent: str, instant: int, full: bool, zoned: bool) -> None:
    assert times.read(sent, "Europe/Berlin") == times.Time(instant, full, zoned)


@pytest.mark.parametrize(
    "sent",
    [
        "0000-00-00T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "0001-01-01",
        "2015-13-40",
        "99999999",
        "soon",
        "0",
        "-",
        "12",
        "2015-02-30T10:00:00Z",
        "²⁰¹⁵",
        "--13-45",
        "111111111111111111111111111111111111111111111111111111111111",
        "2015-W11-5",
    ],
)
def test_placeholders_and_nonsense_are_no_times(sent: str) -> None:
    assert times.read(sent, near=times.micros(NOON)) is None


@pytest.mark.parametrize(
    ("near", "year"),
    [((2015, 12, 30), 2016), ((2016, 1, 2), 2016), ((2015, 3, 1), 2015), ((2016, 6, 1), 2016)],
)
def test_a_day_without_year_takes_the_nearest(near: tuple[int, int, int], year: int) -> None:
    found = times.read("--01-01", near=at(*near))
    assert found == times.Time(at(year, 1, 1), False, False)


def parsed(**fields: Any) -> ParsedItem:
    return ParsedItem("file:///x", "text", **fields)


@pytest.mark.parametrize(
    ("fields", "source"),
    [
        (
            {"version_created": "2015-03-13T12:00:00Z", "first_created": "2014-01-01T00:00:00Z"},
            "version_created",
        ),
        ({"version_created": "9999-01-01", "first_created": "2015-03-13T12:00:00Z"}, "first_created"),
        ({"sent": "2015-03-13T12:00:00Z", "received_at": 5}, "sent"),
        ({"sent": "--03-12", "received_at": times.micros(NOON)}, "received_at"),
        ({"received_at": times.micros(NOON)}, "received_at"),
    ],
)
def test_what_stands_in_for_a_missing_time(fields: dict[str, object], source: str) -> None:
    found = times.settle(parsed(**fields), "UTC", 7)
    assert (found.source, found.version_created, found.stamp) == (
        source,
        times.micros(NOON),
        times.micros(NOON),
    )


def test_the_runs_clock_is_the_last_resort_and_identifies_nothing() -> None:
    found = times.settle(parsed(), "UTC", 7)
    assert (found.source, found.version_created, found.stamp, found.day) == ("ingested_at", 7, None, None)


def test_warnings_name_what_was_not_read_and_what_was_assumed() -> None:
    found = times.settle(parsed(version_created="whenever", first_created="2015-03-13T12:00:00"), "UTC", 7)
    assert found.warnings == ("time_unreadable", "time_without_zone")


@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2099, 12, 31), timezones=st.just(dt.UTC)))
def test_iso_times_survive(moment: dt.datetime) -> None:
    basic = moment.strftime("%Y%m%dT%H%M%S%z")
    assert times.read(moment.isoformat()) == times.Time(times.micros(moment))
    assert times.read(basic) == times.Time(times.micros(moment.replace(microsecond=0)))


@given(st.one_of(st.text(max_size=40), st.text(alphabet="0123456789-:T+Z. ", max_size=30)))
def test_no_text_breaks_it(sent: str) -> None:
    found = times.read(sent, "America/New_York", 0)
    assert found is None or abs(found.instant) < 2**62
