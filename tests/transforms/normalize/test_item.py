"""A parsed item made into an item of the contract: the parts together."""

import contextlib
import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Code, ItemError
from schemas.item import Association, Author, Item, ParsedItem
from tests.processor import within
from transforms.normalize.item import normalize

NOON = 1_426_248_000_000_000  # 2015-03-13T12:00Z
HOUR = 3_600_000_000


def parsed(**fields: Any) -> ParsedItem:
    values: dict[str, Any] = {
        "source": "file:///feed/1",
        "source_format": "text",
        "received_at": NOON,
    } | fields
    return ParsedItem(**values)


def item(**fields: object) -> Item:
    return normalize(parsed(**fields), ingested_at=NOON + HOUR)


STORY = (
    "(Adds details, quotes)",
    "By Ines Holt",
    "OSLO, March 13 (Reuters) - The harbour board said it would rebuild the northern quay.",
    "``It is time,'' the chairman said.",
    "(Reporting by Ines Holt in Oslo; Editing by Ed Marsh)",
    "Reuter",
)


def test_a_story_is_taken_apart() -> None:
    found = item(headline="UPDATE 2-Quay to be rebuilt", paragraphs=STORY)
    assert found.headline == "UPDATE 2-Quay to be rebuilt"
    assert found.headline_text == "Quay to be rebuilt"
    assert (found.revision_kind, found.revision) == ("update", 2)
    assert found.body_text == (
        'The harbour board said it would rebuild the northern quay.\n"It is time," the chairman said.'
    )
    assert found.word_count == 16
    assert found.ed_note == "(Adds details, quotes)"
    assert found.byline == "By Ines Holt"
    assert found.sign_off == "(Reporting by Ines Holt in Oslo; Editing by Ed Marsh)\nReuter"
    assert found.authors == (Author("Ines Holt", "writer", None, None, "Oslo"), Author("Ed Marsh", "editor"))
    assert found.provider == "reuters"
    assert found.dateline is not None
    assert found.dateline.place_text == "OSLO"
    assert found.dateline.date == 16507
    assert (found.language, found.language_source) == ("en", "detected")
    assert (found.version_created, found.time_source) == (NOON, "received_at")
    assert found.uri.startswith("urn:wirebeam:reuters:20150313:")
    assert found.warnings == ()


def test_an_end_mark_alone_names_the_agency() -> None:
    assert item(headline="Quay", paragraphs=("Prices rose on Monday. Reuter",)).provider == "reuters"


def test_a_redelivery_has_the_same_id_whatever_carried_it() -> None:
    first = normalize(
        parsed(headline="Quay", uri="u", version_created="20150313T120000Z", paragraphs=STORY), ingested_at=1
    )
    again = normalize(
        parsed(
            headline="Quay",
            uri="u",
            version_created="2015-03-13T13:00:00+01:00",
            paragraphs=STORY,
            source="other",
            source_format="nitf",
            received_at=NOON + HOUR,
        ),
        ingested_at=2,
    )
    assert first.item_id == again.item_id
    assert len(first.item_id) == 32


@pytest.mark.parametrize(
    "change",
    [
        {"headline": "CORRECTED-Quay"},
        {"uri": "v"},
        {"version": "3"},
        {"version_created": "20150313T120001Z"},
        {"pub_status": "stat:canceled"},
        {"ed_notes": ("See also",)},
        {"paragraphs": (*STORY[:3], "More.")},
        {"byline": "By Ed Marsh"},
        {"slugline": "QUAY"},
    ],
)
def test_every_change_of_content_is_another_version(change: dict[str, object]) -> None:
    one = {
        "headline": "Quay",
        "uri": "u",
        "version": "2",
        "version_created": "20150313T120000Z",
        "paragraphs": STORY,
    }
    assert item(**one).item_id != item(**(one | change)).item_id


def test_without_any_time_the_runs_clock_changes_no_identity() -> None:
    one = parsed(headline="Quay", paragraphs=STORY, received_at=None)
    first, second = normalize(one, ingested_at=NOON), normalize(one, ingested_at=NOON + 50 * 24 * HOUR)
    assert (first.uri, first.item_id) == (second.uri, second.item_id)
    assert first.time_source == "ingested_at"


def test_a_text_that_comes_again_the_next_day_is_the_same_item() -> None:
    first = item(headline="Quay", paragraphs=STORY)
    again = item(headline="Quay", paragraphs=STORY, received_at=NOON + 24 * HOUR)
    assert first.uri == again.uri
    assert first.uri.startswith("urn:wirebeam:reuters:20150313:")
    assert first.item_id != again.item_id


def test_a_title_under_the_byline_belongs_to_it() -> None:
    lead = "OSLO (AP) _ The quay will be rebuilt."
    found = item(headline="Quay", paragraphs=("By INES HOLT", "Associated Press Writer", lead))
    assert found.byline == "By INES HOLT, Associated Press Writer"
    assert found.authors == (Author("Ines Holt", "writer", "Associated Press", "Writer"),)
    assert (found.body_text, found.provider) == ("The quay will be rebuilt.", "ap")


def test_a_kill_without_text_is_a_row() -> None:
    found = item(uri="u", pub_status="stat:canceled")
    assert (found.pub_status, found.revision_kind, found.body_text, found.word_count) == (
        "canceled",
        "kill",
        "",
        0,
    )


@pytest.mark.parametrize(
    "fields", [{}, {"paragraphs": ("\x07 \u00a0",)}, {"headline": " "}, {"byline": "By Ines Holt"}]
)
def test_nothing_to_read_is_a_reject(fields: dict[str, object]) -> None:
    with pytest.raises(ItemError) as error:
        item(**fields)
    assert error.value.code == Code.NO_CONTENT


def test_a_word_that_holds_an_item_back_is_a_row_without_text() -> None:
    found = item(uri="u", pub_status="stat:withheld")
    assert (found.pub_status, found.body_text, found.word_count) == ("withheld", "", 0)


def test_a_marked_date_does_not_hide_the_dateline_of_the_text() -> None:
    found = item(dateline="13/03/2015", paragraphs=("OSLO, 13 mars (NTB) - The quay will be rebuilt.",))
    assert found.dateline is not None
    assert (found.dateline.text, found.dateline.place_text) == ("OSLO, 13 mars (NTB) -", "OSLO")
    assert found.body_text == "The quay will be rebuilt."


def test_a_note_to_kill_without_a_text_is_a_kill() -> None:
    found = item(slugline="BC-Quay-Kill", ed_notes=("Editors: Please kill BC-Quay.",))
    assert (found.pub_status, found.revision_kind) == ("canceled", "kill")


def test_a_slug_alone_is_an_item() -> None:
    found = item(uri="u", slugline="BC-QUAY")
    assert (found.slugline, found.headline, found.body_text) == ("BC-QUAY", None, "")


def test_a_reject_says_which_item_of_its_message_it_was() -> None:
    with pytest.raises(ItemError, match=r"item #3: neither .* 1 references only"):
        item(source="file:///feed/1#3", associations=(Association("rnd:main", "http://a/b.mp4"),))


def test_a_headline_alone_is_an_item() -> None:
    found = item(headline="Quay to be rebuilt")
    assert (found.body_text, found.word_count, found.dateline) == ("", 0, None)


def test_bylines_of_mark_up_and_text_agree_or_warn() -> None:
    same = item(headline="Quay", byline="By INES HOLT, Reuters", paragraphs=STORY)
    assert same.warnings == ()
    assert same.authors[0] == Author("Ines Holt", "writer", "Reuters", None, "Oslo")
    other = item(headline="Quay", byline="By Una Brook", paragraphs=STORY)
    assert other.warnings == ("byline_differs",)
    assert other.authors[0].name == "Una Brook"


def test_mark_ups_dateline_is_kept_and_its_copy_cut_from_the_text() -> None:
    found = item(
        headline="Quay", provider_hint="stt", dateline="Oslo", paragraphs=("Oslo - Laituri rakennetaan.",)
    )
    assert found.dateline is not None
    assert found.dateline.text == "Oslo"
    assert found.body_text == "Laituri rakennetaan."


def test_datelines_that_differ_are_told() -> None:
    found = item(headline="Quay", dateline="PARIS", paragraphs=STORY)
    assert "dateline_differs" in found.warnings
    assert found.dateline is not None
    assert found.dateline.text == "PARIS"


def test_bullets_before_a_dateline_are_a_summary_and_elsewhere_text() -> None:
    lead = "OSLO, March 13 (Reuters) - The quay will be rebuilt."
    found = item(headline="Quay", paragraphs=("* Quay to be rebuilt", lead))
    assert (found.summary, found.body_text) == ("* Quay to be rebuilt", "The quay will be rebuilt.")
    plain = item(headline="Quay", paragraphs=("* Quay to be rebuilt", "The quay will be rebuilt."))
    assert plain.body_text == "* Quay to be rebuilt\nThe quay will be rebuilt."


def test_a_line_above_the_lead_stays_but_never_in_it() -> None:
    found = item(headline="Quay", paragraphs=("Board decides", *STORY[2:4]))
    assert found.dateline is not None
    assert found.body_text.startswith("Board decides\nThe harbour board")


def test_embargo_in_a_note() -> None:
    found = item(
        headline="Kai",
        provider_hint="dpa",
        version_created="2015-03-13T12:00:00Z",
        paragraphs=("Text.",),
        ed_notes=("Sperrfrist 14. März 10.00 Uhr",),
    )
    assert found.embargo_text == "Sperrfrist 14. März 10.00 Uhr"
    assert found.embargoed_until == NOON + 21 * HOUR


def test_mark_ups_embargo_wins_over_prose() -> None:
    found = item(
        headline="Quay",
        embargoed="2015-03-15T00:00:00Z",
        ed_notes=("EMBARGO 14:00 GMT",),
        paragraphs=("Text.",),
    )
    assert found.embargoed_until == NOON + 36 * HOUR


def test_times_without_zone_are_the_agencys() -> None:
    found = item(
        headline="Kai", provider_hint="dpa", version_created="2015-03-13T13:00:00", paragraphs=("Text.",)
    )
    assert (found.version_created, found.warnings) == (NOON, ("time_without_zone",))


def test_every_text_is_clean() -> None:
    found = item(
        headline=" A\u00a0 quay\u00ad \x07", slugline=" QUAY\t", credit_line="", paragraphs=("One\r\ntwo.",)
    )
    assert (found.headline, found.slugline, found.credit_line, found.body_text) == (
        "A quay",
        "QUAY",
        None,
        "One two.",
    )


TEXT = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            *STORY,
            "KILL-Quay",
            "Sperrfrist 99. Juli 25.61 Uhr",
            "hh/ph",
            "ends",
            "* x",
            "(2nd LD) Quay",
            "--13-45",
        ]
    ),
)
OPTIONAL = st.one_of(st.none(), TEXT)
FIELDS = (
    *(
        "uri",
        "version",
        "service_number",
        "version_created",
        "first_created",
        "sent",
        "embargoed",
        "embargo_text",
    ),
    *(
        "pub_status",
        "language",
        "headline",
        "slugline",
        "byline",
        "dateline",
        "sign_off",
        "summary",
        "credit_line",
    ),
)


@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries(dict.fromkeys(FIELDS, OPTIONAL)),
    st.lists(TEXT, max_size=6),
    st.lists(TEXT, max_size=3),
)
def test_whatever_a_parser_hands_over_gives_an_item_or_a_known_failure(
    fields: dict[str, str | None], paragraphs: list[str], notes: list[str]
) -> None:
    one = parsed(**fields, paragraphs=tuple(paragraphs), ed_notes=tuple(notes), signals=tuple(notes))
    try:
        found = normalize(one, ingested_at=NOON)
    except ItemError:
        return
    assert found == normalize(dataclasses.replace(one), ingested_at=NOON)
    assert found.uri
    assert found.pub_status in ("usable", "withheld", "canceled")
    assert abs(found.version_created) < 2**62
    for value in dataclasses.asdict(found).values():
        if isinstance(value, str):
            value.encode("utf-8")


@pytest.mark.parametrize(
    "unit",
    [
        "(",
        "By A and ",
        "(Reporting by ",
        "A/",
        "word ",
        "``",
        "* ",
        "OSLO, ",
        "\n",
        "ends ",
        "a",
        "((ld ",
        "1",
    ],
)
def test_a_long_text_of_anything_is_read_in_a_second(unit: str) -> None:
    hostile = unit * (300_000 // len(unit))
    every = dict.fromkeys(FIELDS, hostile) | {"provider_names": (hostile,), "ed_notes": (hostile,)}
    with within(1):
        for paragraphs in ((hostile,), ("Lead.", hostile)):
            with contextlib.suppress(ItemError):
                item(**every, paragraphs=paragraphs)


def test_a_place_in_the_byline_is_no_author() -> None:
    found = item(headline="Jäätie", byline="AINO BERG, Kajaani", located="Kajaani")
    assert [(author.name, author.location) for author in found.authors] == [("Aino Berg", "Kajaani")]
    assert [author.name for author in item(headline="Jäätie", byline="AINO BERG, ELLA KORPI").authors] == [
        "Aino Berg",
        "Ella Korpi",
    ]


def test_the_dateline_s_mark_goes_before_initials_at_the_end() -> None:
    story = ("DUNBLANE, Scotland (AP) _ The school reopened on Monday.", "Children brought flowers.", "(rb)")
    found = item(headline="School reopens", paragraphs=story)
    assert (found.provider, found.sign_off) == ("ap", "(rb)")
    assert item(headline="School reopens", paragraphs=("The school reopened.", "(rb)")).provider == "unknown"
    assert item(headline="School reopens", paragraphs=("The school reopened.", "(AFP)")).provider == "afp"
