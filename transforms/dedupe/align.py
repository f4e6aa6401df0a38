"""Two texts laid side by side: what they share, and what stands in one where the other has something else."""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from transforms.dedupe import numbers
from transforms.dedupe.fingerprint import Sketch
from transforms.dedupe.words import Words, grams

_ANCHOR = 3  # words of an anchor: runs of three or more equal words are found
_FILLER = 3  # words of a slot in which one thing was put for another
_SLOT = 14  # a longer replacement is rewriting, no slot of a form
_LEAD = 26  # 5-grams of the first 30 words
_LEAD_SLOTS = 40  # words
_PRECISE = 5  # digits
_SMALL = 13  # whole numbers below are in every text


@dataclass(frozen=True, slots=True)
class Slot:
    """A place where one text has other words than the other: half-open ranges of both."""

    left: int
    left_end: int
    right: int
    right_end: int


def anchors(left: Words, right: Words) -> list[tuple[int, int]]:
    """Positions of word 3-grams that stand once in each text, in an order common to both (the longest)."""
    one, other = grams(left, _ANCHOR).tolist(), grams(right, _ANCHOR).tolist()
    seen: dict[int, int] = {}
    for position, gram in enumerate(one):
        seen[gram] = -1 if gram in seen else position
    twice = Counter(other)
    pairs = [
        (place, position)
        for position, gram in enumerate(other)
        if (place := seen.get(gram, -1)) >= 0 and twice[gram] == 1
    ]
    # Longest increasing run of left positions (patience sorting).
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for index, (place, _) in enumerate(pairs):
        pile = bisect_left(tops, place)
        before.append(piles[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(place)
            piles.append(index)
        else:
            tops[pile], piles[pile] = place, index
    chain: list[tuple[int, int]] = []
    at = piles[-1] if piles else -1
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]


def slots(left: Words, right: Words) -> list[Slot]:
    """The places where the texts differ, in order; equal words at their edges belong to no slot."""
    head, tail = _edges(left, right)
    end_i, end_j = len(left) - tail, len(right) - tail
    if head in (end_i, end_j):
        return [Slot(head, end_i, head, end_j)] if end_i > head or end_j > head else []
    one, other = left.tolist(), right.tolist()
    inner = anchors(left[head:end_i], right[head:end_j])
    chain = [(place + head, position + head) for place, position in inner]
    found: list[Slot] = []
    i = j = head
    for place, position in [*chain, (end_i, end_j)]:
        if place < i or position < j:  # part of the run that the anchor before it began
            continue
        while i < place and j < position and one[i] == other[j]:
            i, j = i + 1, j + 1
        stop_i, stop_j = place, position
        while stop_i > i and stop_j > j and one[stop_i - 1] == other[stop_j - 1]:
            stop_i, stop_j = stop_i - 1, stop_j - 1
        if stop_i > i or stop_j > j:
            found.append(Slot(i, stop_i, j, stop_j))
        i, j = place + _ANCHOR, position + _ANCHOR
    return found


def _edges(left: Words, right: Words) -> tuple[int, int]:
    """Lengths of the common beginning and, behind it, of the common end."""
    count = min(len(left), len(right))
    differ = np.flatnonzero(left[:count] != right[:count])
    head = int(differ[0]) if len(differ) else count
    rest = count - head
    if not rest:
        return head, 0
    differ = np.flatnonzero(left[len(left) - rest :][::-1] != right[len(right) - rest :][::-1])
    return head, int(differ[0]) if len(differ) else rest


@functools.lru_cache(maxsize=256)
def _shingles(words: bytes) -> tuple[frozenset[int], list[int]]:
    """Word 5-grams of a text, and those of its first 30 words in order."""
    found = grams(np.frombuffer(words, "<u2"), 5).tolist()
    return frozenset(found), found[:_LEAD]


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two texts share.

    Attributes:
        jaccard: of their word 5-grams.
        containment: share of the shorter one's 5-grams that the other has.
        lead: share of the 5-grams of the first 30 words of one that the other has (the better way round).
        start: the same of the longer text's first words: wires cut from the end, digests begin otherwise.
    """

    jaccard: float
    containment: float
    lead: float
    start: float


def overlap(earlier: Sketch, later: Sketch) -> Overlap:
    """What the texts of two sketches share. Both must have words."""
    first, first_lead = _shingles(earlier.words)
    second, second_lead = _shingles(later.words)
    shared = len(first & second)
    leads = (
        sum(gram in second for gram in first_lead) / len(first_lead),
        sum(gram in first for gram in second_lead) / len(second_lead),
    )
    return Overlap(
        jaccard=shared / (len(first) + len(second) - shared),
        containment=shared / min(len(first), len(second)),
        lead=max(leads),
        start=leads[0] if earlier.length >= later.length else leads[1],
    )


@dataclass(frozen=True, slots=True)
class Changes:
    """What two texts say differently in the same places.

    Attributes:
        changed: numbers replaced by other numbers.
        swapped: names replaced by other names.
        lead_changed, lead_swapped: those within the first 40 words.
        slots: places where both have something else.
        numbers: numbers in the text that has fewer.
        distinctive: those of them that are looked for in the other text: no small whole numbers.
        shared: those that it has.
        precise: those of them with five digits and more: chance does not repeat them.
    """

    changed: int
    swapped: int
    lead_changed: int
    lead_swapped: int
    slots: int
    numbers: int
    distinctive: int
    shared: int
    precise: int

    @property
    def share_changed(self) -> float:
        """Share of the numbers that were changed; a text with few numbers counts as one with four."""
        return self.changed / max(4, self.numbers)

    @property
    def agreed(self) -> float:
        """Share of the distinctive numbers that both texts have; 1.0 where there are none."""
        return self.shared / self.distinctive if self.distinctive else 1.0


@dataclass(slots=True)
class _Side:
    """One text on the way through its slots."""

    words: list[int]
    is_name: list[bool]
    values: list[numbers.Number | None]

    @classmethod
    def of(cls, sketch: Sketch, quantities: list[numbers.Number]) -> _Side:
        is_number = sketch.is_number
        values: list[numbers.Number | None] = [None] * len(is_number)
        for position, quantity in zip(np.flatnonzero(is_number).tolist(), quantities, strict=False):
            values[position] = quantity
        return cls(sketch.text.tolist(), sketch.is_name.tolist(), values)

    def only(self, start: int, stop: int, other: set[int]) -> list[int]:
        """Positions of the words in a slot that the other text has nowhere."""
        return [position for position in range(start, stop) if self.words[position] not in other]

    def replaced(self, positions: Iterable[int]) -> list[numbers.Number]:
        return [value for position in positions if (value := self.values[position]) is not None]

    def names(self, positions: list[int]) -> int:
        return sum(self.is_name[position] for position in positions)


def changes(earlier: Sketch, later: Sketch) -> Changes:
    """Lay two sketches' texts side by side, and count what differs."""
    one, other = earlier.numbers, later.numbers
    fewer, more = (one, other) if len(one) <= len(other) else (other, one)
    looked = [number for number in fewer if abs(number.value) >= _SMALL or number.value % 1]
    values = {number.value for number in more}
    shared = [
        number
        for number in looked
        if number.value in values or any(numbers.same(number, candidate) for candidate in more)
    ]
    precise = sum(number.digits >= _PRECISE for number in shared)
    changed = swapped = lead_changed = lead_swapped = both = 0
    if earlier.words != later.words:
        left, right = _Side.of(earlier, one), _Side.of(later, other)
        all_left, all_right = set(left.words), set(right.words)
        for slot in slots(earlier.text, later.text):
            if slot.left == slot.left_end or slot.right == slot.right_end:
                continue
            both += 1
            longest = max(slot.left_end - slot.left, slot.right_end - slot.right)
            gone = left.only(slot.left, slot.left_end, all_right)
            come = right.only(slot.right, slot.right_end, all_left)
            if longest <= _FILLER:
                # A number in the place of another is new, though the text has it elsewhere: a quotation
                # comes again as the one before in the next report.
                replaced = numbers.changed(
                    left.replaced(range(slot.left, slot.left_end)),
                    right.replaced(range(slot.right, slot.right_end)),
                )
            else:
                replaced = numbers.changed(left.replaced(gone), right.replaced(come))
            names = 0
            if longest <= _SLOT:
                names = min(left.names(gone), right.names(come))
            changed += replaced
            swapped += names
            if max(slot.left, slot.right) < _LEAD_SLOTS:
                lead_changed += replaced
                lead_swapped += names
    return Changes(
        changed, swapped, lead_changed, lead_swapped, both, len(fewer), len(looked), len(shared), precise
    )
