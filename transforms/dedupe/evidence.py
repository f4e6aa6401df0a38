"""Evidence beside the text: headlines, tickers, datelines, identifiers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transforms.dedupe.sketch import Sketch
from transforms.dedupe.words import NUMBER, unpack


@dataclass(frozen=True, slots=True)
class Evidence:
    """What two sketches have in common or in contradiction, their texts aside.

    Attributes:
        title: Jaccard of the headlines' words, 0 where one is missing.
        same_title: the headlines are the same words.
        same_slug: the slug lines are the same words.
        title_numbers: the headlines have other numbers at their end of the same frame.
        same_ticker, other_ticker: headlines share a ticker symbol; both have some, and share none.
        other_place: datelines from different places.
        days: days between the datelines' dates, 0 where one has none.
        apart: microseconds between the event times.
    """

    title: float
    same_title: bool
    same_slug: bool
    title_numbers: bool
    same_ticker: bool
    other_ticker: bool
    other_place: bool
    days: int
    apart: int


def _title(sketch: Sketch) -> tuple[set[int], set[int]]:
    words = np.frombuffer(sketch.title_words, "<u2")
    numbers = unpack(sketch.title_classes, len(words)) == NUMBER
    return set(words[~numbers].tolist()), set(words[numbers].tolist())


def weigh(earlier: Sketch, later: Sketch) -> Evidence:
    """The evidence for one story or two."""
    (left, left_numbers), (right, right_numbers) = _title(earlier), _title(later)
    every = len((left | left_numbers) | (right | right_numbers))
    alike = len(left & right) + len(left_numbers & right_numbers)
    one, other = set(earlier.tickers), set(later.tickers)
    return Evidence(
        title=alike / every if left and right else 0.0,
        same_title=bool(earlier.title) and earlier.title == later.title,
        same_slug=bool(earlier.slug) and earlier.slug == later.slug,
        title_numbers=bool(left_numbers - right_numbers and right_numbers - left_numbers),
        same_ticker=bool(one & other),
        other_ticker=bool(one and other and not one & other),
        other_place=bool(earlier.place and later.place and earlier.place != later.place),
        days=abs(earlier.date - later.date) if earlier.date is not None and later.date is not None else 0,
        apart=abs(later.time - earlier.time),
    )
