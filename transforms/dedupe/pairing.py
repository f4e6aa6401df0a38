"""Candidate pairs of many items at once, from the postings of their keys: what `transforms.dedupe.index`
finds one by one, as arrays, so that keys can be dealt out to many workers.

Items have numbers, which are in the order of `Sketch.order`. All times are microseconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.dedupe.choice import MAX_BUCKET, MAX_CANDIDATES
from transforms.dedupe.forms import RECURS

Numbers = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Kinds = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

SEEKS = 1  # bit of a kind: the item is to be linked, and not only held
FORM = 2  # bit of a kind: the key is the form of the item's text, no candidate key
AT_ONCE = 1 << 20  # pairs
RECURRING = -1  # in place of an earlier item: the later one's form may recur


class Postings(NamedTuple):
    """Which item has which key: four arrays of one length, in any order. An item has a key once."""

    keys: Keys
    numbers: Numbers
    times: Numbers
    kinds: Kinds

    def take(self, which: Numbers | Flags) -> Postings:
        """Some of them, by their places or by a mask."""
        return Postings(self.keys[which], self.numbers[which], self.times[which], self.kinds[which])


class Pairs(NamedTuple):
    """Items, and earlier ones with which they share a key: once for each key they share, in any order.

    In place of an earlier item stands `RECURRING` where so many items of the same form lie before the later
    one that they may make it a template; how many of them begin a story only linking can tell.
    """

    later: Numbers
    earlier: Numbers


class Candidates(NamedTuple):
    """Pairs to compare, by later item, then by earlier one; `recurring` are the later items of such forms."""

    later: Numbers
    earlier: Numbers
    recurring: Numbers


def pairs(
    postings: Postings, reach: int, max_bucket: int = MAX_BUCKET, at_once: int = AT_ONCE
) -> Iterator[tuple[Pairs, int]]:
    """The pairs that postings make: of each key all of its postings must be there.

    Args:
        postings: of some keys.
        reach: how far apart the items of a pair may be, microseconds.
        max_bucket: as in `transforms.dedupe.choice.Chooser`: items looked at under one key.
        at_once: pairs held in memory at the most, about: a key that all items have makes 64 of each.

    Returns:
        Pairs, a number of them at a time, and how often the bound was reached for these.
    """
    form = (postings.kinds & FORM) > 0
    group, found = _buckets(postings, ~form)
    start, end = _before(group, found, reach)
    over = end - start > max_bucket
    half = max_bucket // 2
    first = np.where(over, max_bucket - half, end - start)
    last = np.where(over, half, 0)
    seeking = np.flatnonzero((found.kinds & SEEKS > 0) & (end > start))
    made = np.cumsum((first + last)[seeking])
    cuts = np.searchsorted(made, np.arange(at_once, made[-1] if len(made) else 0, at_once))
    for some in np.split(seeking, np.unique(cuts)):
        later, earlier = [], []
        for begins, counts in ((start, first), (end - last, last)):
            places, repeated = _ranges(begins[some], counts[some])
            later.append(found.numbers[some][repeated])
            earlier.append(found.numbers[places])
        yield Pairs(np.concatenate(later), np.concatenate(earlier)), int(over[some].sum())
    group, forms = _buckets(postings, form)
    start, end = _before(group, forms, reach)
    recurring = forms.numbers[(forms.kinds & SEEKS > 0) & (end - start >= RECURS)]
    yield Pairs(recurring, np.full(len(recurring), RECURRING, np.int64)), 0


def candidates(found: Pairs, max_candidates: int = MAX_CANDIDATES) -> tuple[Candidates, int]:
    """The pairs to compare: of each later item all of its pairs must be there.

    Args:
        found: pairs of some items.
        max_candidates: as in `Chooser`: items compared with one.

    Returns:
        The candidates, and how often the bound was reached.
    """
    marks = found.earlier == RECURRING
    recurring = np.unique(found.later[marks])
    later, earlier = found.later[~marks], found.earlier[~marks]
    order = np.lexsort((earlier, later))
    later, earlier = later[order], earlier[order]
    new = np.ones(len(later), np.bool_)
    new[1:] = (later[1:] != later[:-1]) | (earlier[1:] != earlier[:-1])
    starts = np.flatnonzero(new)
    shared = np.diff(starts, append=len(later))
    later, earlier = later[starts], earlier[starts]
    # Those that share most keys come first, of them the earliest.
    order = np.lexsort((earlier, -shared, later))
    begins = _starts(later)
    rank = np.arange(len(later)) - np.repeat(begins, np.diff(begins, append=len(later)))
    kept = np.sort(order[rank < max_candidates])
    over = int((np.diff(begins, append=len(later)) > max_candidates).sum())
    return Candidates(later[kept], earlier[kept], recurring), over


def _buckets(postings: Postings, which: Flags) -> tuple[Numbers, Postings]:
    """Those of some postings that share a key, by key, then by item, and to which key each belongs."""
    of = postings.take(which)
    order = np.lexsort((of.numbers, of.keys))
    keys = of.keys[order]
    same = np.zeros(len(keys), np.bool_)
    same[1:] = keys[1:] == keys[:-1]
    shared = same.copy()
    shared[:-1] |= same[1:]
    group: Numbers = np.cumsum(~same, dtype=np.int64)[shared]
    return group, of.take(order[shared])


def _before(group: Numbers, of: Postings, reach: int) -> tuple[Numbers, Numbers]:
    """Of each posting in a bucket the half-open range of those before it that are not too far back."""
    moments = np.unique(of.times)
    # Bucket and time as one number: times of one bucket ascend, since items are in their order.
    place = group << 32 | np.searchsorted(moments, of.times)
    since = group << 32 | np.searchsorted(moments, of.times - reach)
    return np.searchsorted(place, since), np.arange(len(group))


def _ranges(begins: Numbers, counts: Numbers) -> tuple[Numbers, Numbers]:
    """All numbers of several ranges, one after the other, and which range each comes from."""
    repeated = np.repeat(np.arange(len(begins)), counts)
    within = np.arange(len(repeated)) - np.repeat(np.cumsum(counts) - counts, counts)
    return begins[repeated] + within, repeated


def _starts(values: Numbers) -> Numbers:
    """Where runs of equal values begin."""
    new = np.ones(len(values), np.bool_)
    new[1:] = values[1:] != values[:-1]
    return np.flatnonzero(new)


class Items(NamedTuple):
    """All items of a run and those held, in their order, and those among them that are the same item again.

    Attributes:
        numbers: ascending.
        stories: 64 bits of the story that an item belongs to; of a new one, of its uri.
        forms: forms of their texts.
        again: which are the item before them, from another source.
        marked: which have a uri that may be the name of another story.
    """

    numbers: Numbers
    stories: Keys
    forms: Keys
    again: Flags
    marked: Flags


def involved(items: Items, later: Numbers, earlier: Numbers, asked: Numbers) -> Flags:
    """Which items must be looked at one by one when they are linked; each of the rest is a story of its own.

    Args:
        items: all of them.
        later, earlier: numbers of those that are related.
        asked: later ones whose relations depend on whether their form recurs.
    """
    found = np.zeros(len(items.numbers), np.bool_)
    found[np.searchsorted(items.numbers, later)] = True
    found[np.searchsorted(items.numbers, earlier)] = True
    again = np.flatnonzero(items.again)
    found[again] = found[again - 1] = True
    # Where several items have one story, or would, its members and its name are counted.
    _, of, count = np.unique(items.stories, return_inverse=True, return_counts=True)
    found |= count[of] > 1
    found |= items.marked
    forms = np.unique(items.forms[np.searchsorted(items.numbers, asked)])
    found |= np.isin(items.forms, forms[forms > 0])
    return found
