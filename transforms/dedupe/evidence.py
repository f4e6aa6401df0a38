"""Evidence beside the text: headlines, tickers, datelines, identifiers."""

from __future__ import annotations

from dataclasses import dataclass

from transforms.dedupe.align import slots
from transforms.dedupe.fingerprint import Sketch


@dataclass(frozen=True, slots=True)
class Evidence:
    """What two sketches have in common or in contradiction, their texts aside.

    Attributes:
        title: Jaccard of the headlines' words, 0 where one is missing.
        same_title: the headlines are the same words.
        titled: both have a headline.
        same_slug: the slug lines are the same words.
        same_id: they share an identifier that is no guid (topic, package).
        title_numbers: the headlines are one form with other numbers in it.
        same_ticker, other_ticker: headlines share a ticker symbol; both have some, and share none.
        other_place: datelines from different places.
        apart: microseconds between the event times.
    """

    title: float
    same_title: bool
    titled: bool
    same_slug: bool
    same_id: bool
    title_numbers: bool
    same_ticker: bool
    other_ticker: bool
    other_place: bool
    apart: int


_FILLER = 3  # words: a longer difference between headlines is another wording


def _renumbered(earlier: Sketch, later: Sketch) -> bool:
    """Whether the headlines are one form with other numbers in it: `quotes 11:00`, `quotes 11:10`."""
    (left, left_number), (right, right_number) = earlier.title_text, later.title_text
    if not (left_number.any() and right_number.any()):
        return False
    one, other = set(left.tolist()), set(right.tolist())
    for slot in slots(left, right):
        if max(slot.left_end - slot.left, slot.right_end - slot.right) <= _FILLER:
            gone = [
                i for i in range(slot.left, slot.left_end) if left_number[i] and int(left[i]) not in other
            ]
            come = [
                j for j in range(slot.right, slot.right_end) if right_number[j] and int(right[j]) not in one
            ]
            if gone and come:
                return True
    return False


def weigh(earlier: Sketch, later: Sketch) -> Evidence:
    """The evidence for one story or two."""
    left, right = set(earlier.title_text[0].tolist()), set(later.title_text[0].tolist())
    same_title = bool(earlier.title) and earlier.title == later.title
    one, other = set(earlier.tickers), set(later.tickers)
    return Evidence(
        title=len(left & right) / len(left | right) if left and right else 0.0,
        same_title=same_title,
        titled=bool(earlier.title and later.title),
        same_slug=bool(earlier.slug) and earlier.slug == later.slug,
        same_id=not set(earlier.alternate_ids).isdisjoint(later.alternate_ids),
        title_numbers=not same_title and bool(left & right) and _renumbered(earlier, later),
        same_ticker=bool(one & other),
        other_ticker=bool(one and other and not one & other),
        other_place=bool(earlier.place and later.place and earlier.place != later.place),
        apart=abs(later.time - earlier.time),
    )
