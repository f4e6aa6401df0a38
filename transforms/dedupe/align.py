"""Two texts laid side by side: what they share, and what stands in one where the other has something else."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass

import numpy as np

from transforms.dedupe import numbers
from transforms.dedupe.sketch import Sketch
from transforms.dedupe.words import NAME, NUMBER, OPENING, Classes, Words, grams

_ANCHOR = 3  # words of an anchor: runs of three or more equal words are found
_SLOT = 14  # a longer replacement is rewriting, no slot of a form


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
    one, other = left.tolist(), right.tolist()
    found: list[Slot] = []
    i = j = 0
    for place, position in [*anchors(left, right), (len(one), len(other))]:
        end_i, end_j = place, position
        if end_i < i or end_j < j:  # overlaps the anchor before it
            step = max(i - place, j - position)
            if step > _ANCHOR:
                continue
            end_i, end_j = place + step, position + step
        while i < end_i and j < end_j and one[i] == other[j]:
            i, j = i + 1, j + 1
        stop_i, stop_j = end_i, end_j
        while stop_i > i and stop_j > j and one[stop_i - 1] == other[stop_j - 1]:
            stop_i, stop_j = stop_i - 1, stop_j - 1
        if stop_i > i or stop_j > j:
            found.append(Slot(i, stop_i, j, stop_j))
        if place < len(one) or position < len(other):
            i, j = max(i, place + _ANCHOR), max(j, position + _ANCHOR)
    return found


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two texts compare.

    Attributes:
        jaccard: of their word 5-grams.
        containment: share of the shorter one's 5-grams that the other has.
        lead: share of the 5-grams of the first 30 words of one that the other has (the better way round).
        changed: numbers replaced by other numbers in the same place.
        swapped: names replaced by other names in the same place.
        lead_changed, lead_swapped: those within the first 40 words.
        numbers: numbers in the shorter text.
        shared: numbers of the shorter text that the other has too, small ones left out, and those looked for.
        distinctive: numbers of the shorter text that are looked for: at least two digits that differ.
        slots: places where both have something else.
    """

    jaccard: float
    containment: float
    lead: float
    changed: int
    swapped: int
    lead_changed: int
    lead_swapped: int
    numbers: int
    shared: int
    distinctive: int
    slots: int


def overlap(left: Words, right: Words) -> tuple[float, float, float]:
    """Jaccard and containment of the word 5-grams, and the overlap of the leads."""
    one, other = grams(left, 5), grams(right, 5)
    first, second = set(one.tolist()), set(other.tolist())
    shared = len(first & second)
    lead_one, lead_other = one[:26].tolist(), other[:26].tolist()
    lead = max(
        sum(gram in second for gram in lead_one) / len(lead_one),
        sum(gram in first for gram in lead_other) / len(lead_other),
    )
    return shared / (len(first) + len(second) - shared), shared / min(len(first), len(second)), lead


def _ordinals(kinds: Classes) -> list[int]:
    found: list[int] = (np.cumsum(kinds == NUMBER) - 1).tolist()
    return found


def compare(earlier: Sketch, later: Sketch) -> Comparison:
    """Lay two sketches' texts side by side. Both must have words."""
    left, right = earlier.text, later.text
    jaccard, containment, lead = overlap(left, right)
    left_kinds, right_kinds = earlier.kinds, later.kinds
    left_nth, right_nth = _ordinals(left_kinds), _ordinals(right_kinds)
    one, other = left.tolist(), right.tolist()
    left_classes, right_classes = left_kinds.tolist(), right_kinds.tolist()
    all_left, all_right = set(one), set(other)
    changed = swapped = lead_changed = lead_swapped = both = 0
    for slot in slots(left, right):
        if slot.left == slot.left_end or slot.right == slot.right_end:
            continue
        both += 1
        gone = [i for i in range(slot.left, slot.left_end) if one[i] not in all_right]
        come = [j for j in range(slot.right, slot.right_end) if other[j] not in all_left]
        replaced = numbers.changed(
            [
                earlier.values[left_nth[i]]
                for i in gone
                if left_classes[i] == NUMBER and left_nth[i] < len(earlier.values)
            ],
            [
                later.values[right_nth[j]]
                for j in come
                if right_classes[j] == NUMBER and right_nth[j] < len(later.values)
            ],
        )
        names = min(
            sum(left_classes[i] in (NAME, OPENING) for i in gone),
            sum(right_classes[j] in (NAME, OPENING) for j in come),
        )
        if max(slot.left_end - slot.left, slot.right_end - slot.right) > _SLOT:
            names = 0
        changed += replaced
        swapped += names
        if slot.left < 40 and slot.right < 40:
            lead_changed += replaced
            lead_swapped += names
    fewer, more = sorted((earlier.values, later.values), key=len)
    looked = [number for number in fewer if abs(number) >= 13 or number != int(number)]
    shared = sum(any(numbers.same(number, other) for other in more) for number in looked)
    count = min(int((left_kinds == NUMBER).sum()), int((right_kinds == NUMBER).sum()))
    return Comparison(
        jaccard,
        containment,
        lead,
        changed,
        swapped,
        lead_changed,
        lead_swapped,
        count,
        shared,
        len(looked),
        both,
    )
