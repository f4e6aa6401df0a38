"""Whatever dateline is composed from the grammar's parts comes back as those parts, for every agency."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.agency import Agency, agencies
from transforms.normalize.dateline import read, words
from transforms.normalize.dateline.grammar import analyse

EPOCH = dt.date(1970, 1, 1)

# Place parts as wires write them, with the countries of their places.
PLACES = {
    "LONDON": "GB",
    "Reykjavik": "IS",
    "NEW YORK": "US",
    "ST. LOUIS": "US",
    "PORT-AU-PRINCE": "HT",
    "Baden-Baden": "DE",
    "WASHINGTON, D.C.": "US",
    "WINSTON-SALEM, N.C.": "US",
    "COEUR D'ALENE, Idaho": "US",
    "Vancouver, British Columbia": "CA",
    "TBILISI, Georgia": "GE",
    "BRATISLAVA, Czechoslovakia": "SK",
    "Fráncfort (Alemania)": "DE",
    "Rio de Janeiro": "BR",
    "UNITED NATIONS": "US",
    "VATICAN CITY": "VA",
    "GAZA CITY, Gaza Strip": "PS",
    "Tel Aviv/Beirut": "IL LB",
    "Frankfurt/Main": "DE",
    "NEW YORK, LONDON and BEIJING": "US GB CN",
    "Paris et Bruxelles": "FR BE",
    "МОСКВА": "RU",
    "Köln/Düsseldorf": "DE DE",
}
# Styles of the agency table; what stands for {mark} is each of the agency's names in turn.
STYLES = {
    "brackets": ("{place}, {date} ({mark}) - ", "{place} ({mark}) -- ", "{place}, {date} ({mark}) — "),
    "brackets-only": ("{place}, {date} ({mark}) ", "{place}, {date} ({mark}): "),
    "colon": ("{place} ({mark}): ", "{place}, {date} ({mark}): "),
    "slashes": ("{place}, {date} /{mark}/ - ", "{place}, {date}. /{mark}/. "),
    "dots": ("{place}. {date} ({mark}) - ", "{place}. {date}. {mark} - "),
    "bare": ("{place}, {date} {mark} - ", "{place}, {date}, {mark} - "),
    "agency-first": ("({mark}) - {place}, {date} - ",),
    "byline-first": ("By Kim Min-ji {place}, {date} ({mark}) -- ",),
    "dash-mark": ("{place}, {date} — {mark}. ", "{place}, {date} ({mark}) — "),
    "dashes": ("{place}--({mark})--", "{place}--({mark})--{date}--"),
    "stop": ("{place} ({mark}). ",),
    "plain": ("{place} ({mark}) - ", "{place} — "),
    "none": ("{place} ({mark}) - ", "{place}, {date} ({mark}) - "),
    "markup": ("{place} ({mark}) - ", "{place}, {date} ({mark}) - "),
    "chinese": (),
    "lenticular": (),
    "equals": (),
}
CARRIED = ("AFP", "Reuters", "AP", "dpa", "Xinhua")
REST = "Eight ferries stayed in port on Sunday because of the wind, their owners said."


def months(language: str) -> list[str]:
    """A name for each month in a language, English where the table has none."""
    named = {month: name for name, month in reversed(list(words.months(language).items())) if len(name) > 2}
    return [named[month] for month in range(1, 13)]


def written(day: dt.date, language: str) -> Iterator[str]:
    """A day as the agencies of a language write it."""
    month = months(language)[day.month - 1]
    yield from (f"{month.title()} {day.day}", f"{month} {day.day}, {day.year}", f"{day.day} {month}")
    yield from (f"{day.day}. {month} {day.year}", f"{day.day:02}-{day.month:02}-{day.year}")


def test_every_style_of_the_table_is_tested() -> None:
    used = {style for agency in agencies().by_key.values() for style in agency.datelines}
    assert used <= STYLES.keys()


@pytest.mark.parametrize("agency", agencies().by_key.values(), ids=lambda agency: agency.key)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_parts_come_back(agency: Agency, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(sorted(PLACES)), "place")
    day = data.draw(st.dates(dt.date(1985, 1, 1), dt.date(2035, 12, 31)), "day")
    sent = day + dt.timedelta(days=data.draw(st.integers(-150, 150), "sent days later"))
    language = data.draw(st.sampled_from(agency.languages), "language")
    date = data.draw(st.sampled_from(list(written(day, language))), "date")
    # Now and then a story is another agency's, which this one carries: `SEOUL, Nov 26 AFP -` on AAP.
    mark = data.draw(st.sampled_from(sorted({agency.name, *agency.names})) | st.sampled_from(CARRIED), "mark")
    forms = [form for style in agency.datelines for form in STYLES[style]] or ["{place} ({mark}) - "]
    form = data.draw(st.sampled_from(forms), "form")
    if "By " in form or form == "{place} — ":
        place = place.upper()
    line = form.format(place=place, date=date, mark=mark)

    found = read(line + REST, agency=agency, sent=microseconds(sent), language=language)

    assert found is not None
    assert found.dateline.place_text == place
    assert " ".join(p.country or "-" for p in found.dateline.places) == countries(place)
    assert found.rest == REST
    assert found.agency == (mark if "{mark}" in form else None)
    assert found.byline == ("Kim Min-ji" if "By " in form else None)
    if "{date}" in form:
        assert found.dateline.date == (day - EPOCH).days
        assert found.dateline.date_precision == "day"
    else:
        assert found.dateline.date is None
        assert found.dateline.date_precision is None


def countries(place: str) -> str:
    """The countries of a place part, in whatever case it is written."""
    return {name.casefold(): codes for name, codes in PLACES.items()}[place.casefold()]


def microseconds(day: dt.date) -> int:
    """Noon of a day, microseconds since the epoch."""
    return ((day - EPOCH).days * 86_400 + 43_200) * 1_000_000


# Words of a place part, some of which are an agency's, a byline's or a day's.
WORDS = st.sampled_from(
    [
        "LONDON",
        "Rome",
        "St. Louis",
        "Ohio",
        "N.Y.",
        "AFP",
        "Reuters",
        "Monday",
        "Sun",
        "By",
        "Ann",
        "and",
        "de",
    ]
)
DAYS = st.sampled_from(
    ["March 3", "Mar 31", "Dec. 1", "Marsh 3", "mars 9", "May 40", "Foo 3", "March 03", "3 May"]
)


@settings(max_examples=1500, deadline=None)
@given(
    st.lists(st.tuples(WORDS, st.sampled_from([" ", ", ", ",", ". ", " - "])), min_size=1, max_size=4),
    DAYS,
    st.sampled_from([None, "reuters", "afp", "ansa"]),
    st.sampled_from([None, "en", "fr"]),
)
def test_a_head_of_place_and_day_is_what_peeling_makes_of_it(
    parts: list[tuple[str, str]], day: str, agency: str | None, language: str | None
) -> None:
    """Told at once; a stop behind the day has it peeled, and says no more."""
    head = "".join(word + sign for word, sign in parts) + day
    told = analyse(head, agency, language)
    if told.date is not None:
        peeled = analyse(f"{head}.", agency, language)
        assert peeled.date is not None
        # The day was looked for by itself, or in the whole head.
        assert told == peeled._replace(date=peeled.date._replace(start=told.date.start))
