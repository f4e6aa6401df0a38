"""Sketches and their bytes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.dedupe.conftest import MakeItem
from transforms.dedupe.fingerprint import FORMAT
from transforms.dedupe.sketch import decode, encode, sketch, sketch_many

TEXT = st.text(max_size=300)
FIELDS = st.fixed_dictionaries(
    {
        "uri": TEXT,
        "version": st.none() | TEXT,
        "slugline": st.none() | TEXT,
        "language": st.none() | TEXT,
        "revision_kind": st.none() | st.sampled_from(["update", "kill"]),
        "revision": st.none() | st.integers(-(2**31) + 1, 2**31 - 1),
        "revises": st.none() | TEXT,
        "alternate_ids": st.lists(TEXT, max_size=12),
        "place": st.none() | TEXT,
    }
)


@given(TEXT, st.none() | TEXT, FIELDS)
def test_a_sketch_comes_back_from_its_bytes(
    item: MakeItem, body: str, headline: str | None, fields: dict[str, Any]
) -> None:
    made = sketch(item(body, headline, **fields))
    assert decode(encode(made)) == made


def test_a_sketch_is_bounded(item: MakeItem) -> None:
    text = "\n".join(
        f"Line {number} of the table gives {number * 7.25} for Sandholm" for number in range(60_000)
    )
    made = sketch(item(text, "Table " * 300, alternate_ids=[f"id:{number}" for number in range(500)]))
    assert len(encode(made)) < 2_500
    assert made.length > 10_000


def test_a_usual_story_takes_some_hundred_bytes(item: MakeItem, story: str) -> None:
    assert 300 < len(encode(sketch(item(story, "Lowestrand closes its ferry terminal")))) < 900


def test_white_space_is_no_content(item: MakeItem, story: str) -> None:
    assert sketch(item(story)).body == sketch(item(story.replace(" ", "  ").replace("\n", "\n\n"))).body


def test_headlines_are_compared_without_tickers_and_slugs_without_cycle_marks(item: MakeItem) -> None:
    one, two = (
        sketch(item("x", "Norrsund <NRS.OL> lifts outlook")),
        sketch(item("x", "NORRSUND LIFTS OUTLOOK")),
    )
    assert one.title == two.title
    assert len(one.tickers) == 1
    assert (
        sketch(item(slugline="BC-Lowestrand-Ferry")).slug
        == sketch(item(slugline="AM--LOWESTRAND ferry")).slug
    )
    assert (
        sketch(item("x", "Norrsund (NRS.OL) lifts")).tickers == sketch(item("x", "Norrsund <nrs> up")).tickers
    )


def test_many_are_sketched_as_one(item: MakeItem, story: str) -> None:
    items = [item(story), item("", "Flash"), item("12")]
    assert sketch_many(items) == [sketch(one) for one in items]


@given(st.binary(max_size=200))
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="fingerprint"):
        decode(bytes([FORMAT + 1]) + data)


def test_cut_bytes_are_refused(item: MakeItem, story: str) -> None:
    whole = encode(sketch(item(story, "Headline")))
    for size in range(0, len(whole), 7):
        with pytest.raises(ValueError, match="fingerprint"):
            decode(whole[:size])


def test_sketches_are_values(item: MakeItem, story: str) -> None:
    one = sketch(item(story))
    assert one == sketch(item(story))
    with pytest.raises(AttributeError):
        one.title = 1  # type: ignore[misc]
