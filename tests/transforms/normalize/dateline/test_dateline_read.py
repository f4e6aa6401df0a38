"""Datelines glued to a first paragraph: the agencies' own examples, what is cut, and what is none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.agency import Agency, agencies
from tests.processor import within
from transforms.normalize.dateline import Reading, parse, read

EPOCH = dt.date(1970, 1, 1)
SENT = 1_614_855_600_000_000  # 4 March 2021
EXAMPLES = [(agency, example) for agency in agencies().by_key.values() for example in agency.examples]
FIRST = [(agency, agency.examples[0]) for agency in agencies().by_key.values()]


def text_of(
    line: str, agency: str | None = None, sent: int | None = SENT, language: str | None = None
) -> Reading:
    reading = read(line, agency=agencies().get(agency), sent=sent, language=language)
    assert reading is not None, line
    return reading


def day_of(reading: Reading) -> str | None:
    days = reading.dateline.date
    return None if days is None else str(EPOCH + dt.timedelta(days=days))


def codes(reading: Reading) -> str:
    return " ".join(place.country or "-" for place in reading.dateline.places) or "-"


def test_the_table_holds_thirty_agencies_with_three_examples_each() -> None:
    table = agencies().by_key.values()
    assert len(table) >= 30
    assert [agency.key for agency in table if len(agency.examples) < 3] == []


@pytest.mark.parametrize("agency, example", EXAMPLES, ids=[f"{a.key}-{e['line'][:12]}" for a, e in EXAMPLES])
def test_the_agency_s_examples(agency: Agency, example: Mapping[str, str]) -> None:
    """An entry of the table is enough: its examples are read here without a line of code."""
    day = example.get("day")
    sent = dt.datetime.fromisoformat(f"{day or '2021-03-04'}T20:00:00+00:00") + dt.timedelta(days=2)
    reading = read(example["line"], agency=agency, sent=int(sent.timestamp() * 1e6), language=None)
    assert reading is not None
    assert (reading.dateline.place_text or "-", codes(reading), day_of(reading)) == (
        example["place"],
        example["country"],
        day,
    )
    assert reading.rest
    assert example["line"].endswith(reading.rest)
    assert not reading.rest.startswith(("-", "–", "—", "_", " ", ".", ":", "/"))


@pytest.mark.parametrize("agency, example", FIRST, ids=[a.key for a, _ in FIRST])
def test_unknown_agencies_fall_back_to_the_general_grammar(
    agency: Agency, example: Mapping[str, str]
) -> None:
    reading = read(example["line"], agency=None, sent=SENT, language=None)
    if agency.datelines[0] not in ("plain", "none"):
        assert reading is not None
        assert (reading.dateline.place_text or "-") == example["place"]


@pytest.mark.parametrize(
    "line, place",
    [
        ("LILONGWE, March 3 (Newport Wire) - Maize prices rose.", "LILONGWE"),
        ("VILNIUS, March 3 (BNS) - Parliament sat late.", "VILNIUS"),
        ("HARARE (ZIANA) - The dam is full.", "HARARE"),
        ("Rīga, 3. marts (LETA) - Saeima lemj rīt.", "Rīga"),
    ],
)
def test_marks_that_no_table_knows(line: str, place: str) -> None:
    reading = text_of(line)
    assert reading.dateline.place_text == place
    assert reading.agency is not None


@pytest.mark.parametrize(
    "line, place, day",
    [
        ("****OSLO, March 3 - Rates were kept.", "OSLO", "2021-03-03"),
        ("oslo, march 3 - Rates were kept.", "oslo", "2021-03-03"),
        ("OSLO, Narch 3 - Rates were kept.", "OSLO", "2021-03-03"),
        ("OSLO,March 3 - Rates were kept.", "OSLO", "2021-03-03"),
        ("OSLO, 3 March - Rates were kept.", "OSLO", "2021-03-03"),
        ("OSLO, March 3, Reuter - Rates were kept.", "OSLO", "2021-03-03"),
        ("BOULDER, Colo, - March 3 - A dam was built.", "BOULDER, Colo", "2021-03-03"),
        ("BOULDER , Colo., March 3 - A dam was built.", "BOULDER , Colo.", "2021-03-03"),
        ("OSLO, March - Rates were kept.", "OSLO", "2021-03-01"),
    ],
)
def test_what_wires_make_of_a_dateline(line: str, place: str, day: str) -> None:
    reading = text_of(line, "reuters")
    assert (reading.dateline.place_text, day_of(reading)) == (place, day)
    assert reading.rest in ("Rates were kept.", "A dam was built.")


@pytest.mark.parametrize(
    "line, byline, place",
    [
        ("By Ada Okafor NAIROBI, March 3 (Reuters) - Tea prices rose.", "Ada Okafor", "NAIROBI"),
        ("By Ada Okafor, Reuters    NAIROBI, March 3 - Tea prices rose.", "Ada Okafor, Reuters", "NAIROBI"),
        ("Von Jana Vogel Berlin (dpa) - Der Verkehr steht.", "Jana Vogel", "Berlin"),
        ("МИНСК, 3 марта. /Корр. ТАСС Анна Белова/. Завод открыт.", "Анна Белова", "МИНСК"),
        ("新华社广州3月3日电（记者王芳）广交会开幕。", "王芳", "广州"),
        ("中新社记者李明广州3月3日电 广交会开幕。", "李明", "广州"),
    ],
)
def test_bylines_before_and_inside(line: str, byline: str, place: str) -> None:
    reading = text_of(line)
    assert (reading.byline, reading.dateline.place_text) == (byline, place)


def test_carried_copy_names_its_agency() -> None:
    reading = text_of("MANILA, March 3 AFP - Two ferries collided.", "aap")
    assert (reading.agency, reading.dateline.place_text) == ("AFP", "MANILA")


def test_a_mark_without_a_place() -> None:
    reading = text_of("(AP) — The agency corrects a figure in its story.", "ap")
    assert (reading.agency, reading.dateline.place_text, reading.dateline.places) == ("AP", None, ())
    dated = text_of("March 3 (Reuters) - Copper rose for a second day.", "reuters")
    assert (day_of(dated), dated.dateline.place_text) == ("2021-03-03", None)


def test_the_text_is_what_was_cut_off() -> None:
    line = "PORTO ALEGRE,  March 3 (Reuters)  -  The river fell."
    reading = text_of(line)
    assert reading.dateline.text == "PORTO ALEGRE, March 3 (Reuters) -"
    assert reading.rest == "The river fell."


@pytest.mark.parametrize(
    "line",
    [
        "",
        " ",
        "-",
        "Anna Berg, a Reuters reporter, said the road was closed.",
        "Anna Berg (AP) said the road was closed - for now.",
        "The company (Nasdaq: XMPL) - based in Boston - said it would close.",
        "Net profit rose in the year to March 31 - the best result in a decade.",
        "LEAD - Virgin metal was offered at a discount by two merchants.",
        "COPPER GRADE A - cash easier, three months barely steady in London.",
        "Berlin - Hamburg 3:1",
        "Paris - the city of light - is dark tonight because of a strike.",
        "MARCH 8 - 1000 hours, contracts traded as listed below in the table.",
        "He told the Press Association (PA) that nothing had changed.",
        "As of April 7 - as of Friday, that is - nobody had answered the call.",
        "TOTALS -- 12 13 14 15",
        "Read more at example.org/news/ - or call.",
        "China - Exports rose by a tenth in the last month of the year, data show.",
    ],
)
def test_prose_that_only_looks_like_a_dateline(line: str) -> None:
    assert read(line, agency=None, sent=SENT, language="en") is None


def test_agencies_without_datelines_take_no_bare_place() -> None:
    line = "LONDON - Commuters face another week of delays on the line to the coast."
    assert read(line, agency=agencies().get("pa"), sent=SENT, language="en") is None
    assert text_of(line).dateline.place_text == "LONDON"


@pytest.mark.parametrize(
    "text, place, day",
    [
        ("Berlin (dpa) - ", "Berlin", None),
        ("4/3/2021", None, "2021-03-04"),
        ("4.3.2021 16:02:09 CET", None, "2021-03-04"),
        ("MADRID, 3 Mar. 2021 (Europa Press) -", "MADRID", "2021-03-03"),
        ("BEIJING, July 23", "BEIJING", "2021-07-23"),
        ("", None, None),
        ("20210304T080200+0000", None, None),
    ],
)
def test_datelines_that_the_markup_separates(text: str, place: str | None, day: str | None) -> None:
    line = parse(text, agency=None, sent=SENT, language="es" if "Mar." in text else None)
    assert line.text == text.strip()
    assert line.place_text == place
    if day != "2021-07-23":
        assert (None if line.date is None else str(EPOCH + dt.timedelta(days=line.date))) == day


@given(st.text(max_size=400), st.sampled_from([None, *sorted(agencies().by_key)]))
def test_nothing_is_lost(paragraph: str, key: str | None) -> None:
    reading = read(paragraph, agency=agencies().get(key), sent=SENT, language=None)
    if reading is not None:
        assert paragraph.endswith(reading.rest)
        cut = paragraph.removesuffix(reading.rest) if reading.rest else paragraph
        assert reading.dateline.text == " ".join(cut.split())


@pytest.mark.parametrize(
    "unit", ["(", "A (", "- ", "a-", "/A", "A, ", "By ", "【", "日电", "((AP) ", ". ", "1-1-"]
)
def test_hostile_paragraphs_cost_no_time(unit: str) -> None:
    paragraph = unit * (2_000_000 // len(unit))
    with within(2):
        read(paragraph, agency=None, sent=SENT, language=None)
        parse(paragraph, agency=None, sent=SENT, language=None)


@pytest.mark.parametrize(
    "line, rest",
    [
        (
            "OSLO, March 3 - (B.K. Holdings (Norway) Inc) said it would bid.",
            "(B.K. Holdings (Norway) Inc) said it would bid.",
        ),
        ('OSLO, March 3 - "We are ready," the mayor said.', '"We are ready," the mayor said.'),
        ("OSLO, March 3 (AP) - -- A list of winners.", "-- A list of winners."),
        ("Roma, 3 mar - (Nova) - Il governo ha deciso.", "Il governo ha deciso."),
        ("SAN JUAN (WPRX) - March 3 - A new ferry runs.", "A new ferry runs."),
    ],
)
def test_the_story_is_left_whole(line: str, rest: str) -> None:
    assert text_of(line).rest == rest


@pytest.mark.parametrize(
    "line, place, country",
    [
        ("Kathmandu, March 3 (RSS): The cabinet met.", "Kathmandu", "NP"),
        ("Chandigarh, Mar 3 (UNI) Farmers met.", "Chandigarh", "IN"),
        ("[서울=뉴시스] 김민지 기자 = 국회가 열렸다.", "서울", "KR"),
        ("NEAR KHARKIV, Ukraine, March 3 (Reuters) - Shelling eased.", "NEAR KHARKIV, Ukraine", "UA"),
        ("København, onsdag /ritzau/ - Regeringen går af.", "København", "DK"),
        ("TORONTO, ON / ACCESSWIRE / March 3, 2021 / Example Corp. reported.", "TORONTO, ON", "CA"),
        ("New Delhi/Mumbai, Mar 3 (PTI) Markets rose.", "New Delhi/Mumbai", "IN IN"),
        ("Homs, SANA- Repairs began at the water works on Wednesday.", "Homs", "SY"),
        ("PERTH, AAP - Repairs began at the water works on Wednesday.", "PERTH", "AU"),
        ("Cluj, 3 noi /Agerpres/ - Primarul a anunțat lucrări.", "Cluj", "RO"),
        ("Nairobi, Novemba 3 (Xinhua) - Serikali imetangaza mpango.", "Nairobi", "KE"),
        ("BILBAO, 3 (EUROPA PRESS) El puerto amplía el muelle.", "BILBAO", "ES"),
    ],
)
def test_orders_and_marks_of_other_agencies(line: str, place: str, country: str) -> None:
    reading = text_of(line)
    assert (reading.dateline.place_text, codes(reading)) == (place, country)


def test_a_bare_place_is_a_dateline_only_where_the_agency_writes_them() -> None:
    line = "RABAT - The council adopted the plan, a minister said on Wednesday after the meeting."
    table = agencies()
    for key, taken in (("map", True), ("cp", True), (None, True), ("reuters", False), ("afp", False)):
        reading = read(line, agency=table.get(key), sent=None, language="en")
        assert (reading is not None) is taken, key


@pytest.mark.parametrize(
    "line, language, country, mark, day",
    [
        ("26.11. Toruń (PAP) - Rada przyjęła plan.", "pl", "PL", "PAP", "2026-11-26"),
        ("26.11.2026 Toruń (PAP) - Rada przyjęła plan.", "pl", "PL", "PAP", "2026-11-26"),
        ("Vasa, 26.11 (FNB) - Färjan står still.", "sv", "FI", "FNB", "2026-11-26"),
        ("Addis Ababa November 26/2026 (ENA) The council met.", "en", "ET", "ENA", "2026-11-26"),
        ("TEMPO.CO, Bandung - Dewan kota menyetujui rencana itu.", "id", "ID", "TEMPO.CO", None),
        ("WARTA.CO.ID, JAKARTA -- Dewan kota menyetujui rencana itu.", "id", "ID", "WARTA.CO.ID", None),
        ("SINGAPORE: The ferry operator has ordered two new boats.", "en", "SG", None, None),
    ],
)
def test_in_which_order_and_by_which_sign_it_stands(
    line: str, language: str, country: str, mark: str | None, day: str | None
) -> None:
    sent = int(dt.datetime(2026, 11, 27, tzinfo=dt.UTC).timestamp() * 1e6)
    reading = text_of(line, sent=sent, language=language)
    assert (codes(reading), reading.agency, day_of(reading)) == (country, mark, day)
    assert line.endswith(reading.rest)
    assert reading.rest[0].isupper()


def test_a_line_of_its_own_is_a_dateline_by_place_date_and_mark() -> None:
    reading = text_of("Baku, November 26, AZERTAC", sent=None)
    assert (codes(reading), reading.agency, reading.rest) == ("AZ", "AZERTAC", "")
    # A mark that closes a text, behind the day of a company's dividend.
    for line in ("Record March 3 Reuter", "Baku, November 26", "Baku AZERTAC"):
        assert read(line, agency=None, sent=None, language="en") is None


@pytest.mark.parametrize(
    "line",
    [
        "REVIEW: The play that nobody wanted to see again",
        "CHINA: The ministry said that it would answer",
        "SINGAPORE: 3, MALAYSIA: 1",
        "Singapore: the ferry operator has ordered two new boats",
        "WEATHER: Rain in the north and snow on the hills",
    ],
)
def test_what_stands_before_a_colon_and_is_no_dateline(line: str) -> None:
    assert read(line, agency=None, sent=None, language="en") is None
    # An agency that marks its datelines has none of this kind.
    shouted = "SINGAPORE: The ferry operator has ordered two new boats."
    assert read(shouted, agency=agencies().get("reuters"), sent=None, language="en") is None


def test_a_time_of_day_is_no_date_where_days_are_not_written_so() -> None:
    assert day_of(text_of("LONDON, 10.11 (AP) - The council met.", language="en")) is None
