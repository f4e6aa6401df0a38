"""Embargoes told in prose."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.normalize import embargo, times

SENT = times.micros(dt.datetime(2025, 1, 23, 9, 0, tzinfo=dt.UTC))


def at(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, micros: int = 0
) -> int:
    return times.micros(dt.datetime(year, month, day, hour, minute, second, micros, tzinfo=dt.UTC))


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("Sperrfrist 23. Januar 19.00 Uhr", at(2025, 1, 23, 18)),
        ("Bitte die Sperrfrist heute Abend (23.01.), 19.00 Uhr, beachten.", at(2025, 1, 23, 18)),
        ("Sperrfrist: 24.01.2025, 10 Uhr", at(2025, 1, 24, 9)),
        ("Sperrfrist 1. Februar", at(2025, 1, 31, 23)),
        ("EMBARGOED until 12noon on Friday, January 24, 2025.", at(2025, 1, 24, 11)),
        ("Embargoed to 0001 Friday January 24", at(2025, 1, 23, 23, 1)),
        ("EMBARGO: 14:00 GMT, Jan 25", at(2025, 1, 25, 14)),
        ("EMBARGOED FOR RELEASE AT 10 a.m. EST Jan. 24", at(2025, 1, 24, 15)),
        ("For release at 2:30 p.m. Jan 24", at(2025, 1, 24, 13, 30)),
        ("Hold for release until 2025-01-26T08:00", at(2025, 1, 26, 7)),
        ("EMBARGO 11:00 GMT", at(2025, 1, 23, 11)),
        ("EMBARGO 08:00 GMT", at(2025, 1, 24, 8)),
        ("Embargo till midnight, 24 January", at(2025, 1, 24, 23)),
        ("EMBARGO: 24/01/2025 - 10h00", at(2025, 1, 24, 9)),
        ("Embargo 01/02/2025, 10:00", at(2025, 2, 1, 9)),
        ("Sous embargo jusqu'au 24 janvier à 10h00", at(2025, 1, 24, 9)),
        ("Sous embargo jusqu’au 1er février à 6h", at(2025, 2, 1, 5)),
        ("Bajo embargo hasta las 10:00 del 24 de enero", at(2025, 1, 24, 9)),
        ("Bajo embargo hasta las 18 horas del 24 de enero", at(2025, 1, 24, 17)),
        ("Embargo fino alle 10 del 24 gennaio", at(2025, 1, 24, 9)),
        ("Embargo tot vrijdag 24 januari 10.00 uur", at(2025, 1, 24, 9)),
        ("Embargo till fredag 24 januari kl 10.00", at(2025, 1, 24, 9)),
        ("Frigives den 24. januar kl. 10", at(2025, 1, 24, 9)),
        ("Julkaisuvapaa 24.1.2025 klo 10.00", at(2025, 1, 24, 9)),
        ("Embargo do 24 stycznia godz. 10", at(2025, 1, 24, 9)),
        ("Embargo: Saturday 00.01", at(2025, 1, 24, 23, 1)),
        ("EMBARGOED FOR 10:00 LONDON TIME", at(2025, 1, 23, 10)),
        ("Embargoed until 10 a.m. ET, Jan 24", at(2025, 1, 24, 15)),
        ("HOLD FOR RELEASE UNTIL 6 P.M. JAN 24", at(2025, 1, 24, 17)),
        ("NOT FOR PUBLICATION BEFORE 0001 GMT FRIDAY JAN 24", at(2025, 1, 24, 0, 1)),
        ("Embargo until further notice", None),
        ("Sperrfrist 45. Januar", None),
    ],
)
def test_until(text: str, until: int | None) -> None:
    assert embargo.find([text]) == text
    assert embargo.until(text, SENT, "Europe/Berlin") == until


@pytest.mark.parametrize(
    "text",
    [
        "The embargo on grain was lifted.",
        "No embargo.",
        "For immediate release",
        "Ohne Sperrfrist",
        "Not for publication.",
        "A new film is out.",
    ],
)
def test_no_embargo(text: str) -> None:
    assert embargo.find([text]) is None


def test_a_year_end_is_crossed() -> None:
    sent = times.micros(dt.datetime(2025, 12, 31, 9, 0, tzinfo=dt.UTC))
    assert embargo.until("EMBARGO 06:00 GMT, January 1", sent, "UTC") == at(2026, 1, 1, 6)


def test_the_first_text_that_tells_one_is_kept_short() -> None:
    text = embargo.find(
        ["Photos at noon.", "A. " * 300 + "Sperrfrist 23. Januar 19.00 Uhr gilt. " + "B. " * 300]
    )
    assert text is not None
    assert text.startswith("Sperrfrist")
    assert len(text) <= 300


@given(st.text(alphabet="embargo sperrfrist:.0123456789 uhrGMTJan,-", max_size=120))
def test_no_text_breaks_it(text: str) -> None:
    found = embargo.until(f"Embargo {text}", SENT, "Asia/Tokyo")
    assert found is None or abs(found) < 2**62
