"""Candidate keys."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.item import Item
from tests.transforms.dedupe.conftest import MakeItem
from transforms.dedupe.keys import keys
from transforms.dedupe.sketch import sketch


def shared(one: Item, two: Item) -> set[int]:
    return set(keys(sketch(one))) & set(keys(sketch(two)))


def test_copies_share_keys(item: MakeItem, story: str) -> None:
    assert shared(item(story, "One"), item(story.upper(), "Two"))
    assert shared(item(story), item("\n".join(story.split("\n")[:2])))
    assert shared(item(story), item("Lowestrand: " + story.replace("voted on Tuesday", "voted")))


def test_headline_slug_and_identifiers_are_keys(item: MakeItem) -> None:
    assert shared(item("one", "Ferry terminal closes"), item("two", "FERRY TERMINAL CLOSES"))
    assert shared(item("one", slugline="BC-Ferry"), item("two", slugline="Ferry"))
    assert shared(item("one", uri="tag:a"), item("two", revises="tag:a"))
    assert shared(item("one", uri="tag:a"), item("two", alternate_ids=["tag:a"]))
    assert shared(item("one", alternate_ids=["topic:1"]), item("two", alternate_ids=["topic:1"]))


def test_strangers_share_none(item: MakeItem, story: str) -> None:
    other = "A chess club in Porto has banned telephones after two players were caught in the same week."
    assert not shared(item(story, "Ferry terminal closes"), item(other, "Club bans telephones"))
    assert not shared(item("", None), item("", None, hours=1))


@given(st.text(max_size=300), st.none() | st.text(max_size=80))
def test_keys_are_a_bounded_function_of_the_sketch(item: MakeItem, body: str, headline: str | None) -> None:
    made = sketch(item(body, headline, alternate_ids=[f"id:{number}" for number in range(40)]))
    found = keys(made)
    assert found == keys(made)
    assert 0 < len(found) <= 21
    assert len(set(found)) == len(found)
    assert all(0 <= key < 2**64 for key in found)
