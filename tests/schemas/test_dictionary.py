"""The data dictionary that ships is the schema's."""

from __future__ import annotations

from schemas.arrow import REJECTS, STORIES
from schemas.dictionary import PATH, dictionary


def test_the_dictionary_is_current() -> None:
    assert PATH.read_text("utf-8") == dictionary(), "run `make dictionary`"


def test_every_column_has_a_meaning() -> None:
    for field in (*STORIES, *REJECTS):
        assert (field.metadata or {}).get(b"comment"), field.name
        assert f"| `{field.name}` |" in dictionary()


def test_nested_fields_are_listed_by_their_paths() -> None:
    for path in (
        "authors[].name",
        "dateline.places[].country",
        "entities[].mentions[].start",
        "topics[].code",
    ):
        assert f"| `{path}` |" in dictionary()
