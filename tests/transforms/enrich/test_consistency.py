"""One view of a story's names."""

from __future__ import annotations

import pytest

from transforms.enrich.consistency import Name, consistent, trim
from transforms.enrich.span import Span


def spans(text: str, *found: tuple[str, str, float]) -> list[Span]:
    """Spans at each first place after the one before."""
    made = []
    at = 0
    for form, kind, confidence in found:
        at = text.index(form, at)
        made.append(Span(at, at + len(form), kind, confidence, "test"))
        at += len(form)
    return made


def named(text: str, *found: tuple[str, str, float]) -> dict[str, Name]:
    return {name.form: name for name in consistent(text, spans(text, *found))}


def test_a_surname_takes_the_type_of_its_full_name() -> None:
    text = "Ada Brightwater came. Brightwater spoke. Then Brightwater left."
    found = named(text, ("Ada Brightwater", "PERSON", 0.9), ("Brightwater", "ORG", 0.6))
    assert (found["Brightwater"].type, found["Brightwater"].name) == ("PERSON", "Ada Brightwater")
    assert len(found["Brightwater"].places) == 2  # the second one nobody had tagged


def test_the_majority_decides() -> None:
    text = "Quillon said. Quillon said. Quillon said."
    found = named(text, ("Quillon", "ORG", 0.7), ("Quillon", "PERSON", 0.7), ("Quillon", "ORG", 0.7))
    assert found["Quillon"].type == "ORG"


def test_known_countries_and_agencies_are_what_they_are() -> None:
    text = "Germany and Agence France-Presse."
    found = named(text, ("Germany", "ORG", 0.9), ("Agence France-Presse", "GPE", 0.9))
    assert {form: name.type for form, name in found.items()} == {
        "Germany": "GPE",
        "Agence France-Presse": "ORG",
    }


def test_a_country_is_no_company_for_its_name() -> None:
    text = "Germany Widgets Inc left. Germany is quiet."
    found = named(text, ("Germany Widgets Inc", "ORG", 0.9), ("Germany", "GPE", 0.9))
    assert found["Germany"].type == "GPE"


def test_a_generation_is_no_surname() -> None:
    text = "Ada Brightwater Jr. came. Brightwater left. Jr. is a title."
    found = named(text, ("Ada Brightwater Jr.", "PERSON", 0.9))
    assert set(found) == {"Ada Brightwater Jr.", "Brightwater"}


def test_a_name_inside_a_longer_word_is_none() -> None:
    text = "Ada Vance came. Vanceburg grew; Vance-like weather; Vance left."
    found = named(text, ("Ada Vance", "PERSON", 0.9))
    assert [text[start : end + 1] for start, end in found["Vance"].places] == ["Vance "]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the Quill Bank", "Quill Bank"),
        ("Vance's", "Vance"),
        ("Vance’s", "Vance"),
        (' "Vance",', "Vance"),
        ("McDonald's", "McDonald's"),
        ("The Times", "The Times"),
        ("\n \t", ""),
    ],
)
def test_trim(text: str, expected: str) -> None:
    start, end = trim(text, 0, len(text))
    assert text[start:end] == expected


def test_no_spans_no_names() -> None:
    assert consistent("Ada Vance came.", []) == []
