"""Two texts side by side."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.dedupe.conftest import MakeItem
from transforms.dedupe.align import Slot, anchors, changes, overlap, slots
from transforms.dedupe.sketch import sketch
from transforms.dedupe.words import Words

WORDS = st.lists(st.integers(0, 30), max_size=60).map(lambda words: np.array(words, np.uint16))


def array(text: str) -> Words:
    return np.array([ord(letter) for letter in text], np.uint16)


def test_slots_are_the_differing_words_alone() -> None:
    assert slots(array("abcdefghij"), array("abcXefghij")) == [Slot(3, 4, 3, 4)]
    assert slots(array("abcdefghij"), array("abcdefgXYhij")) == [Slot(7, 7, 7, 9)]
    assert slots(array("abcdefghij"), array("abcdefghij")) == []
    assert slots(array("Xabcdefg1hijklmY"), array("Zabcdefg2hijklm")) == [
        Slot(0, 1, 0, 1),
        Slot(8, 9, 8, 9),
        Slot(15, 16, 15, 15),
    ]


def test_a_cut_text_differs_at_its_end_alone() -> None:
    assert slots(array("abcdefghij"), array("abcdef")) == [Slot(6, 10, 6, 6)]


@given(WORDS, WORDS)
def test_what_lies_between_the_slots_is_equal(left: Words, right: Words) -> None:
    i = j = 0
    for slot in [*slots(left, right), Slot(len(left), len(left), len(right), len(right))]:
        assert left[i : slot.left].tolist() == right[j : slot.right].tolist()
        assert slot.left_end > slot.left or slot.right_end > slot.right or slot.left == len(left)
        i, j = slot.left_end, slot.right_end


@given(WORDS, WORDS)
def test_anchors_rise_in_both_texts(left: Words, right: Words) -> None:
    found = anchors(left, right)
    assert all(one[0] < two[0] and one[1] < two[1] for one, two in pairwise(found))


def test_overlap_of_a_cut(item: MakeItem, story: str) -> None:
    whole, cut = sketch(item(story)), sketch(item("\n".join(story.split("\n")[:2])))
    found = overlap(whole, cut)
    assert found.containment == found.lead == 1.0
    assert found.jaccard < 0.5


def test_changed_numbers_and_swapped_names_are_counted_where_they_stand(item: MakeItem, story: str) -> None:
    other = (
        story.replace("38 of", "41 of").replace("Marit Aasgard", "Tove Lindqvist").replace("25 min", "35 min")
    )
    found = changes(sketch(item(story)), sketch(item(other)))
    assert (found.changed, found.swapped, found.lead_changed, found.lead_swapped) == (2, 2, 1, 0)
    assert found.slots == 3


def test_a_moved_or_rounded_number_is_not_changed(item: MakeItem) -> None:
    one = item(
        "Profit was 17,121,000 crowns and sales were 640 million crowns in the first quarter of the year."
    )
    two = item(
        "Sales were 640 million crowns and profit was 17.1 million crowns in the first quarter of the year."
    )
    found = changes(sketch(one), sketch(two))
    assert found.changed == 0
    assert found.agreed == 1.0


@given(st.text("ab 12,.X\n", max_size=200), st.text("ab 12,.X\n", max_size=200))
def test_any_two_texts_are_compared(item: MakeItem, left: str, right: str) -> None:
    one, two = sketch(item(left)), sketch(item(right))
    if one.words and two.words:
        found = overlap(one, two)
        assert 0.0 <= found.jaccard <= found.containment <= 1.0
        assert 0.0 <= found.lead <= 1.0
    counted = changes(one, two)
    assert 0 <= counted.shared <= counted.distinctive
    assert 0.0 <= counted.agreed <= 1.0
