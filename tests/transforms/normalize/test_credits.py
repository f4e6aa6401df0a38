"""Credit lines at a story's end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.normalize import credits


@pytest.mark.parametrize(
    ("paragraph", "found"),
    [
        (
            "(Reporting by Ines Holt in Rome, Ed Marsh and Una Brook in Oslo; Additional reporting "
            "by Di Gow; Writing by Liv Dal; Editing by Otto Vale)",
            [
                ("Ines Holt", "reporter", "Rome"),
                ("Ed Marsh", "reporter", None),
                ("Una Brook", "reporter", "Oslo"),
                ("Di Gow", "contributor", None),
                ("Liv Dal", "writer", None),
                ("Otto Vale", "editor", None),
            ],
        ),
        (
            "(Reporting by Ines Holt, editing by Ed Marsh)",
            [("Ines Holt", "reporter", None), ("Ed Marsh", "editor", None)],
        ),
        (
            "Reporting by Ines Holt; Editing by Ed Marsh",
            [("Ines Holt", "reporter", None), ("Ed Marsh", "editor", None)],
        ),
        (
            "(Reporte de Juan Paz. Editado por Ana Ruiz)",
            [("Juan Paz", "reporter", None), ("Ana Ruiz", "editor", None)],
        ),
        (
            "(Jean Petit, édité par Anne Blanc)",
            [("Jean Petit", "reporter", None), ("Anne Blanc", "editor", None)],
        ),
        ("(Traduction: Anne Blanc)", [("Anne Blanc", "translator", None)]),
        (
            "Mitarbeit: Ines Holt, Ed Marsh",
            [("Ines Holt", "contributor", None), ("Ed Marsh", "contributor", None)],
        ),
        (
            "Associated Press writers Ines Holt in Rome and Ed Marsh contributed to this report.",
            [("Ines Holt", "contributor", "Rome"), ("Ed Marsh", "contributor", None)],
        ),
        (
            "AP Science Writer Ines Holt contributed reporting from Rome.",
            [("Ines Holt", "contributor", None)],
        ),
        ("Ines Holt reported from Rome.", [("Ines Holt", "contributor", "Rome")]),
        ("— With files from Ines Holt in Oslo", [("Ines Holt", "contributor", "Oslo")]),
        ("(Compiled by Oslo newsroom)", []),
    ],
)
def test_read(paragraph: str, found: list[tuple[str, str, str | None]]) -> None:
    authors = credits.read(paragraph)
    assert authors is not None
    assert [(author.name, author.role, author.location) for author in authors] == found


@pytest.mark.parametrize(
    "paragraph",
    [
        "The storm contributed to this year's losses.",
        "Research by Harbour University found that one in three was late.",
        "Reporting by rivals shows that the deal is off.",
        "(Mr Holt spoke by phone)",
        "Editing by committee is hard.",
        "",
        "She edited the film, he wrote it.",
    ],
)
def test_prose_is_no_credit(paragraph: str) -> None:
    assert credits.read(paragraph) is None


def test_the_organisation_of_contributors_is_kept() -> None:
    authors = credits.read("Associated Press writer Ines Holt contributed to this report.")
    assert authors is not None
    assert authors[0].organisation == "Associated Press"


@given(
    st.text(max_size=300),
    st.sampled_from(["(Reporting by ", "Editing by ", "(", "contributed to this report"]),
)
def test_no_text_breaks_it(rest: str, start: str) -> None:
    for author in credits.read(start + rest) or ():
        assert author.name
