"""What stands before a story."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.normalize import notes

LEAD = "OSLO, March 3 (Reuters) - Prices rose."


@pytest.mark.parametrize(
    "note",
    [
        "(Adds details, quotes)",
        "(Updates with closing prices)",
        "(Recasts, adds analyst comment)",
        "(Corrects spelling)",
        "Eds: With AP Photos.",
        "Eds: APNewsNow.",
        "ATTN: Updates with reaction",
        "Editors: Pictures to follow.",
        "Editor's note: The name is a pseudonym.",
        "Note to editors: Embargoed.",
        "ACHTUNG: Neuer Vorspann",
        "Hinweis: Mit Grafik",
        "(Neu: Reaktionen)",
        "(Ajoute réactions)",
        "(Actualiza con cierre)",
        "(Eds: Updates)",
        "EMBARGO: not before 12 noon",
        "(With photos)",
        "ADDS quote from the board",
        "UPDATES with closing prices",
    ],
)
def test_notes_to_editors(note: str) -> None:
    found = notes.split([note, LEAD])
    assert list(found.notes) == [note]
    assert list(found.paragraphs) == [LEAD]


@pytest.mark.parametrize(
    "line",
    [
        "Editors at the paper said on Monday they would strike.",
        "Attention turned to the harbour on Monday.",
        "(Holt Inc) said it bought a mill.",
        "Advisory boards met.",
        "Neue Wege in der Politik",
        "Note how prices rose",
        "Embargoes on grain were lifted on Friday, the ministry said.",
        "(Reuters) - Prices rose.",
        "Eduard Holt: we will go on.",
        "For the first time in a year, prices fell.",
        "Not for the first time, he fell.",
        "With prices up, buyers waited.",
        "Updates on the storm were scarce.",
        "ADDS UP TO NOTHING",
    ],
)
def test_leads_that_begin_alike(line: str) -> None:
    found = notes.split([line, "More."])
    assert list(found.paragraphs) == [line, "More."]
    assert not found.notes


def test_a_note_glued_to_the_lead_is_cut_off() -> None:
    found = notes.split([f"(Adds details) {LEAD}", "More."])
    assert (list(found.notes), list(found.paragraphs)) == (["(Adds details)"], [LEAD, "More."])


def test_note_byline_and_bullets_in_any_order() -> None:
    found = notes.split(["(Adds details)", "* Prices up 3 pct", "By Ines Holt", "Eds: Updates.", LEAD])
    assert list(found.notes) == ["(Adds details)", "Eds: Updates."]
    assert list(found.bullets) == ["* Prices up 3 pct"]
    assert found.byline == "By Ines Holt"
    assert list(found.paragraphs) == [LEAD]


def test_a_starred_dateline_is_no_bullet() -> None:
    assert not notes.split(["****OSLO, March 3 - Prices rose."]).bullets


def test_an_advisory_of_notes_alone_stays() -> None:
    sent = ["Eds: The budget moves at noon.", "Eds: Photos at one."]
    assert list(notes.split(sent).paragraphs) == sent


@given(st.lists(st.text(alphabet="(Adds) *•By AnnEds:.-", min_size=1, max_size=40), max_size=10))
def test_nothing_is_lost(paragraphs: list[str]) -> None:
    found = notes.split(paragraphs)
    kept = [*found.notes, *found.bullets, *found.paragraphs, *([found.byline] if found.byline else [])]
    assert sorted("".join(kept).replace(" ", "")) == sorted("".join(paragraphs).replace(" ", ""))
