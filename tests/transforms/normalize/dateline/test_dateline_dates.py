"""Dates of datelines: every spelling of a day gives the day, and the year comes from the item's own time."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.normalize.dateline import dates

EPOCH = dt.date(1970, 1, 1)


def noon(day: dt.date) -> int:
    return ((day - EPOCH).days * 86_400 + 43_200) * 1_000_000


def read(text: str, sent: dt.date | None, language: str | None = None) -> tuple[str | None, str | None]:
    _, found = dates.cut(text, language)
    if found is None:
        return None, None
    day, precision = dates.to_days(found, noon(sent) if sent else None)
    return (None if day is None else str(EPOCH + dt.timedelta(days=day))), precision


SPRING = dt.date(2021, 3, 4)


@pytest.mark.parametrize(
    "text, language",
    [
        ("LONDON, March 3", "en"),
        ("LONDON, Mar. 3, 2021", "en"),
        ("ABU DHABI, 3rd March, 2021", "en"),
        ("Wednesday, March 3", "en"),
        ("March 3, Wednesday", "en"),
        ("Berlin, 3. März", "de"),
        ("Wien, am 3. Maerz 2021", "de"),
        ("Paris, le 3 mars 2021", "fr"),
        ("París, 3 de marzo de 2021", "es"),
        ("Lisboa, 03 mar 2021", "pt"),
        ("ROMA, 03 MAR", "it"),
        ("Amsterdam, 3 mrt", "nl"),
        ("Stockholm den 3 mars", "sv"),
        ("Bergen 3. mars", "nb"),
        ("København 3. marts 2021", "da"),
        ("Helsinki 3. maaliskuuta", "fi"),
        ("МОСКВА, 3 марта 2021 г.", "ru"),
        ("МОСКВА, 3 мар", "ru"),
        ("Warszawa, 3 marca", "pl"),
        ("Budapest, 2021. március 3., szerda", "hu"),
        ("بيروت, 3-3-2021", "ar"),
        ("بيروت, ٣-٣-٢٠٢١", "ar"),
        ("الدوحة في 3 مارس", "ar"),
        ("عمان 3 آذار", "ar"),
        ("北京2021年3月3日", "zh"),
        ("北京3月3日", "zh"),
        ("台北３日", "zh"),
        ("서울 3월 3일", "ko"),
        ("नई दिल्ली, 3 मार्च", "hi"),
        ("ভোলা, ৩ মার্চ, ২০২১", "bn"),
        ("சென்னை, மார்ச் 3", "ta"),
        ("హైదరాబాద్, మార్చి 3, 2021", "te"),
        ("กรุงเทพฯ 3 มี.ค.", "th"),
        ("ԵՐԵՎԱՆ, 3 ՄԱՐՏԻ", "hy"),
        ("თბილისი, 3 მარტი", "ka"),
        ("Geneva, 2021-03-03", "en"),
        ("Geneva, 3.3.", "de"),
        ("Geneva, 3/3/21", "en"),
    ],
)
def test_spellings_of_a_day(text: str, language: str) -> None:
    assert read(text, SPRING, language) == ("2021-03-03", "day")


@pytest.mark.parametrize(
    "text", ["NEW YORK, Narch 3", "NEW YORK, Mrach 3", "NEW YORK, MArch 3", "NEW YORK, Marc h3"]
)
def test_misprinted_months(text: str) -> None:
    assert read(text, SPRING) == ("2021-03-03", "day")


@pytest.mark.parametrize("text", ["CHICAGO, March", "CHICAGO, March 187", "CHICAGO, March 0"])
def test_a_month_without_a_day(text: str) -> None:
    assert read(text, SPRING) == ("2021-03-01", "month")


@pytest.mark.parametrize(
    "text, sent, day",
    [
        ("X, Dec 31", dt.date(2021, 1, 1), "2020-12-31"),
        ("X, Jan 1", dt.date(2020, 12, 31), "2021-01-01"),
        ("X, Feb 29", dt.date(2021, 3, 1), "2020-02-29"),
        ("X, Feb 29", dt.date(1900, 3, 1), "1904-02-29"),
        ("X, March 3, 2019", dt.date(2021, 1, 1), "2019-03-03"),
        ("北京31日", dt.date(2021, 2, 1), "2021-01-31"),
    ],
)
def test_the_nearest_day_is_meant(text: str, sent: dt.date, day: str) -> None:
    assert read(text, sent) == (day, "day")


def test_no_year_without_a_time() -> None:
    assert read("LONDON, March 3", None) == (None, None)
    assert read("LONDON, March 3, 2021", None) == ("2021-03-03", "day")


def test_the_text_s_own_language_has_the_word() -> None:
    assert read("Zagreb, 3. listopada", dt.date(2021, 10, 20), "hr") == ("2021-10-03", "day")
    assert read("Warszawa, 3 listopada", dt.date(2021, 10, 20), "pl") == ("2021-11-03", "day")


@pytest.mark.parametrize(
    "text", ["LONDON", "Flight 47", "ROUTE 66", "12", "", ".", "Model 3", "Qtr 3", "May"]
)
def test_what_is_no_date(text: str) -> None:
    assert dates.cut(text) == (text, None)


@given(day=st.dates(dt.date(1950, 1, 1), dt.date(2090, 1, 1)), shift=st.integers(-170, 170))
def test_day_and_month_give_the_year(day: dt.date, shift: int) -> None:
    sent = day + dt.timedelta(days=shift)
    assert read(f"LONDON, {day:%B} {day.day}", sent) == (str(day), "day")
    assert read(f"LONDON, {day.day} {day:%b}", sent) == (str(day), "day")


@given(text=st.text(max_size=60), sent=st.none() | st.integers(-(2**62), 2**62))
def test_any_text_is_read(text: str, sent: int | None) -> None:
    before, found = dates.cut(text)
    assert text.startswith(before)
    if found is not None:
        day, precision = dates.to_days(found, sent)
        assert (day is None) == (precision is None)
