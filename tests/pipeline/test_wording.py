"""Word diffs: what they say can be checked against both texts."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from pipeline.wording import brief, changed
from tests.processor import within

WORDS = st.lists(
    st.sampled_from(["the", "pier", "at", "Norrsund", "was", "closed", "38", "(new)"]), max_size=30
)


def kinds(old: str | None, new: str | None) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in changed(old, new)]


def test_a_replaced_word_stands_between_those_that_stayed() -> None:
    assert kinds("cracks in 38 of the pillars", "cracks in 83 of the pillars") == [
        ("kept", "cracks in"),
        ("gone", "38"),
        ("new", "83"),
        ("kept", "of the pillars"),
    ]


def test_what_was_added_or_cut() -> None:
    assert kinds("one two", "one two three") == [("kept", "one two"), ("new", "three")]
    assert kinds("one two three", "two three") == [("gone", "one"), ("kept", "two three")]
    assert kinds(None, "Ferry closed") == [("new", "Ferry closed")]
    assert kinds("Ferry closed", None) == [("gone", "Ferry closed")]


def test_white_space_is_no_change() -> None:
    assert kinds("one\ntwo  three", " one two\n\nthree") == []
    assert kinds(None, "") == []


def test_what_stayed_is_shortened_but_next_to_a_change() -> None:
    text = [f"w{number}" for number in range(40)]
    other = [*text[:20], "NEW", *text[20:]]
    assert kinds(" ".join(text), " ".join(other)) == [
        ("kept", "… w15 w16 w17 w18 w19"),
        ("new", "NEW"),
        ("kept", "w20 w21 w22 w23 w24 …"),
    ]


@given(WORDS, WORDS)
def test_gone_and_new_words_are_those_of_the_texts(old: list[str], new: list[str]) -> None:
    pieces = changed(" ".join(old), " ".join(new))
    assert bool(pieces) == (old != new)
    assert all(piece.text for piece in pieces)
    if not any("…" in piece.text for piece in pieces):
        for without, words in (("new", old), ("gone", new)):
            left = " ".join(piece.text for piece in pieces if piece.kind != without)
            assert left.split() == (words if pieces else left.split())


def test_long_texts_take_no_time() -> None:
    draw = random.Random(3)
    with within(5):
        for vocabulary in (3, 110, 500, 50_000):
            old, new = (" ".join(f"w{draw.randrange(vocabulary)}" for _ in range(9_000)) for _ in range(2))
            assert changed(old, new)


def test_brief_counts_what_it_leaves_out() -> None:
    assert brief("one two three", 3) == "one two three"
    assert brief("one two three four five", 4) == "one two … 1 words … four five"
