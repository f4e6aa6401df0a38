"""What stands before a story in whole items: notes, bullets, bylines of many kinds; none of it in the lead."""

from __future__ import annotations

import json

import pytest

from schemas.item import Item, ParsedItem
from schemas.raw import RawItem
from tests.transforms.normalize.dateline.whole_items import INGESTED, SENT
from transforms.normalize.item import normalize
from transforms.parse.transform import parse

# Paragraphs, language, provider, place, beginning of the body, whether an editor's note is kept, authors.
FRONTS = [
    (
        [
            "(Adds details, quotes)",
            "LONDON, March 3 (Reuters) - The bridge opened on Wednesday after two years of work.",
        ],
        "en",
        "Reuters",
        "LONDON",
        "The bridge",
        True,
        [],
    ),
    (
        [
            "(Updates throughout, changes dateline from PARIS)",
            "By Jane Doe and Bob Roe",
            "LONDON, March 3 (Reuters) - The bridge opened on Wednesday after two years of work.",
        ],
        "en",
        "Reuters",
        "LONDON",
        "The bridge",
        True,
        ["Jane Doe", "Bob Roe"],
    ),
    (
        [
            "* Bridge opens after two years",
            "* Cost doubles to 3 bln",
            "(Adds minister, background)",
            "By Jane Doe",
            "LONDON, March 3 (Reuters) - The bridge opened on Wednesday after two years of work.",
        ],
        "en",
        "Reuters",
        "LONDON",
        "The bridge",
        True,
        ["Jane Doe"],
    ),
    (
        [
            "ATTN: photo editors, pictures to follow",
            "By JANE DOE",
            "Associated Press",
            "LONDON (AP) — The bridge opened on Wednesday after two years of work.",
        ],
        "en",
        "AP",
        "LONDON",
        "The bridge",
        True,
        ["Jane Doe"],
    ),
    (
        [
            "Eds: UPDATES: Adds byline, photo links.",
            "By JANE DOE and BOB ROE, Associated Press",
            "LONDON (AP) — The bridge opened on Wednesday after two years of work.",
        ],
        "en",
        "AP",
        "LONDON",
        "The bridge",
        True,
        ["Jane Doe", "Bob Roe"],
    ),
    (
        [
            "Attention editors: with picture",
            "By Jane Doe, PA",
            "The bridge opened on Wednesday after two years of work, the company said.",
        ],
        "en",
        "PA",
        None,
        "The bridge",
        True,
        ["Jane Doe"],
    ),
    (
        [
            "(Neu: Reaktionen)",
            "Von Anna Müller, dpa",
            "Berlin (dpa) - Die Brücke ist am Mittwoch nach zwei Jahren Bauzeit eröffnet worden.",
        ],
        "de",
        "dpa",
        "Berlin",
        "Die Brücke",
        True,
        ["Anna Müller"],
    ),
    (
        [
            "Von Anna Müller, dpa",
            "Berlin (dpa) - Die Brücke ist am Mittwoch nach zwei Jahren Bauzeit eröffnet worden.",
            "# Notizblock",
            "## Redaktionelle Hinweise",
            "- Foto folgt",
        ],
        "de",
        "dpa",
        "Berlin",
        "Die Brücke",
        False,
        ["Anna Müller"],
    ),
    (
        [
            "Achtung Redaktionen: Sperrfrist beachten",
            "Wien (APA) - Die Brücke ist am Mittwoch nach zwei Jahren Bauzeit eröffnet worden.",
        ],
        "de",
        "APA",
        "Wien",
        "Die Brücke",
        True,
        [],
    ),
    (
        [
            "ACTUALISE avec réaction",
            "Par Jeanne DUPONT",
            "Paris, 3 mars 2021 (AFP) - Le pont a ouvert mercredi après deux ans de travaux.",
        ],
        "fr",
        "AFP",
        "Paris",
        "Le pont",
        True,
        ["Jeanne Dupont"],
    ),
    (
        [
            "(Actualisé avec réactions)",
            "Paris, 3 mars 2021 (AFP) - Le pont a ouvert mercredi après deux ans de travaux.",
        ],
        "fr",
        "AFP",
        "Paris",
        "Le pont",
        True,
        [],
    ),
    (
        [
            "(Actualiza con reacciones)",
            "María López",
            "Madrid, 3 mar (EFE).- El puente abrió este miércoles tras dos años de obras.",
        ],
        "es",
        "EFE",
        "Madrid",
        "El puente",
        True,
        ["María López"],
    ),
    (
        ["Por María López", "Madrid, 3 mar (EFE).- El puente abrió este miércoles tras dos años de obras."],
        "es",
        "EFE",
        "Madrid",
        "El puente",
        False,
        ["María López"],
    ),
    (
        [
            "*** Ana Silva, da agência Lusa ***",
            "Lisboa, 03 mar 2021 (Lusa) - A ponte abriu na quarta-feira após dois anos de obras.",
        ],
        "pt",
        "Lusa",
        "Lisboa",
        "A ponte",
        False,
        ["Ana Silva"],
    ),
    (
        ["(di Maria Rossi)", "(ANSA) - ROMA, 03 MAR - Il ponte ha aperto mercoledì dopo due anni di lavori."],
        "it",
        "ANSA",
        "ROMA",
        "Il ponte",
        False,
        ["Maria Rossi"],
    ),
    (
        ["(ANSA) - ROMA, 03 MAR - (di Maria Rossi) Il ponte ha aperto mercoledì dopo due anni di lavori."],
        "it",
        "ANSA",
        "ROMA",
        "Il ponte",
        False,
        ["Maria Rossi"],
    ),
    (
        ["Door Jan de Vries", "DEN HAAG (ANP) - De brug is woensdag na twee jaar geopend."],
        "nl",
        "ANP",
        "DEN HAAG",
        "De brug",
        False,
        ["Jan de Vries"],
    ),
    (
        ["Av Kari Nordmann", "Oslo (NTB): Broen åpnet onsdag etter to års arbeid."],
        "no",
        "NTB",
        "Oslo",
        "Broen",
        False,
        ["Kari Nordmann"],
    ),
    (
        ["Иван Петров, корр. ТАСС", "МОСКВА, 3 марта. /ТАСС/. Мост открылся в среду после двух лет работ."],
        "ru",
        "ТАСС",
        "МОСКВА",
        "Мост",
        False,
        ["Иван Петров"],
    ),
    (
        ["AINO VIRTANEN", "Helsinki (STT) - Silta avattiin keskiviikkona kahden vuoden jälkeen."],
        "fi",
        "STT",
        "Helsinki",
        "Silta",
        False,
        ["Aino Virtanen"],
    ),
    (
        [
            "By Kim Min-ji",
            "SEOUL, March 3 (Yonhap) -- The bridge opened on Wednesday after two years of work.",
        ],
        "en",
        "Yonhap",
        "SEOUL",
        "The bridge",
        False,
        ["Kim Min-ji"],
    ),
    (
        [
            "(ATTN: UPDATES throughout; RECASTS headline)",
            "By Kim Min-ji",
            "SEOUL, March 3 (Yonhap) -- The bridge opened on Wednesday after two years of work.",
        ],
        "en",
        "Yonhap",
        "SEOUL",
        "The bridge",
        True,
        ["Kim Min-ji"],
    ),
    (
        ["(LEAD)", "SEOUL, March 3 (Yonhap) -- The bridge opened on Wednesday after two years of work."],
        "en",
        "Yonhap",
        "SEOUL",
        "The bridge",
        True,
        [],
    ),
    (
        ["EDS: With photos", "Mumbai, Mar 3 (PTI) The bridge opened on Wednesday after two years of work."],
        "en",
        "PTI",
        "Mumbai",
        "The bridge",
        True,
        [],
    ),
    (
        [
            "(Eds: Adding details)",
            "Mumbai, Mar 3 (PTI) The bridge opened on Wednesday after two years of work.",
        ],
        "en",
        "PTI",
        "Mumbai",
        "The bridge",
        True,
        [],
    ),
    (
        [
            "Recasts with police comments",
            "SYDNEY, March 3 AAP - The bridge opened on Wednesday after two years of work.",
        ],
        "en",
        "AAP",
        "SYDNEY",
        "The bridge",
        True,
        [],
    ),
    (
        [
            "Editors' note: this story is embargoed until 5 p.m.",
            "SYDNEY, March 3 AAP - The bridge opened on Wednesday after two years of work.",
        ],
        "en",
        "AAP",
        "SYDNEY",
        "The bridge",
        True,
        [],
    ),
    (
        [
            "Jane Doe and Bob Roe, The Canadian Press",
            "TORONTO — The bridge opened on Wednesday after two years of work.",
        ],
        "en",
        "CP",
        "TORONTO",
        "The bridge",
        False,
        ["Jane Doe", "Bob Roe"],
    ),
    (
        [
            "(Pix)",
            "(FILE) LONDON, March 3 (Reuters) - The bridge opened on Wednesday after two years of work.",
        ],
        "en",
        "Reuters",
        "LONDON",
        "The bridge",
        True,
        [],
    ),
    (
        [
            "LONDON (AP) — The bridge opened on Wednesday after two years of work.",
            "___",
            "Associated Press writer Bob Roe in Paris contributed to this report.",
        ],
        "en",
        "AP",
        "LONDON",
        "The bridge",
        False,
        ["Bob Roe"],
    ),
]


def item(paragraphs: list[str], language: str, provider: str, byline: str | None = None) -> Item:
    """A story of these paragraphs, from its bytes to the end."""
    record = {
        "uri": "urn:example:1",
        "type": "text",
        "language": language,
        "versioncreated": SENT,
        "headline": "A bridge opens",
        "source": provider,
        "body_text": "\n\n".join(paragraphs),
    }
    if byline:
        record["byline"] = byline
    (parsed,) = parse(RawItem(source="item.json", data=json.dumps(record, ensure_ascii=False).encode()))
    assert isinstance(parsed, ParsedItem)
    return normalize(parsed, ingested_at=INGESTED)


@pytest.mark.parametrize("case", FRONTS, ids=[f"{case[2]}-{number}" for number, case in enumerate(FRONTS)])
def test_what_stands_before_a_story(
    case: tuple[list[str], str, str, str | None, str, bool, list[str]],
) -> None:
    paragraphs, language, provider, place, beginning, noted, people = case
    found = item(paragraphs, language, provider)
    assert (found.dateline.place_text if found.dateline else None) == place
    assert found.body_text.startswith(beginning)
    assert (found.ed_note is not None) is noted
    assert [author.name for author in found.authors] == people


@pytest.mark.parametrize(
    "marked, warned, people", [("By Bob Roe", True, ["Bob Roe"]), ("Jane Doe", False, ["Jane Doe"])]
)
def test_two_bylines_agree_or_a_warning_says_so(marked: str, warned: bool, people: list[str]) -> None:
    lead = "LONDON, March 3 (Reuters) - The bridge opened on Wednesday."
    found = item(["By Jane Doe", lead], "en", "Reuters", byline=marked)
    assert ("byline_differs" in found.warnings) is warned
    assert [author.name for author in found.authors] == people
    assert found.body_text == "The bridge opened on Wednesday."


def test_a_headline_above_a_dateline_is_no_byline() -> None:
    lead = "LONDON, March 3 (Reuters) - The bridge opened on Wednesday after two years of work."
    found = item(["Bridge Opens After Two Years", lead], "en", "Reuters")
    assert found.authors == ()
    assert found.body_text.startswith("Bridge Opens After Two Years\nThe bridge opened")
