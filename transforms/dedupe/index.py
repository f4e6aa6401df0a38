"""The items inside the horizon, found by candidate key. What it answers is a function of those items.

It answers as of an item's place among all items: what is later, or too early, does not count. So an item may
be looked up that comes late, and what is kept beyond the horizon changes nothing.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar

Order = tuple[int, str, str]
Key = TypeVar("Key", bound=Hashable)


class Sketched(Protocol):
    """What is looked at of an item here: see `transforms.dedupe.fingerprint.Sketch`."""

    @property
    def item_id(self) -> str:
        """The item."""

    @property
    def uri(self) -> str:
        """Its guid."""

    @property
    def time(self) -> int:
        """Its event time, microseconds since the epoch."""

    @property
    def form(self) -> int:
        """Hash of its text's form."""

    @property
    def order(self) -> Order:
        """Its place among all items."""


One = TypeVar("One", bound=Sketched)

_order = attrgetter("order")


@dataclass(slots=True, eq=False)
class Entry(Generic[One]):
    """An item of the index.

    Attributes:
        sketch: the item.
        order: its place among all items.
        keys: its candidate keys.
        story_id: its story.
        row: uri of the story that it copies, else its own.
        copied: whether it is a copy.
        form: its form (`transforms.dedupe.forms`); 0 for copies and versions, so that a story counts once.
    """

    sketch: One
    order: Order
    keys: tuple[int, ...]
    story_id: str
    row: str
    copied: bool
    form: int


class Holding(Protocol[One]):
    """What holds items, in memory (`Index`) or on disk (`transforms.dedupe.disk_index.DiskIndex`)."""

    overflows: Counter[str]
    forgotten: int | None

    def __len__(self) -> int:
        """How many there are."""

    def close(self) -> None:
        """See `Index`."""

    def find(self, order: Order) -> Entry[One] | None:
        """See `Index`."""

    def members(self, story_id: str, order: Order, since: int) -> int:
        """See `Index`."""

    def stories(self, form: int, order: Order, since: int) -> int:
        """See `Index`."""

    def add(self, entry: Entry[One]) -> None:
        """See `Index`."""

    def forget(self, before: int) -> None:
        """See `Index`."""

    def candidates(self, keys: tuple[int, ...], order: Order, since: int) -> list[Entry[One]]:
        """See `Index`."""


# Nine keys of ten have one item: no list is made for it, which saves a third of the memory.
Buckets = dict[Key, Entry[Any] | list[Entry[Any]]]


class Index(Generic[One]):
    """Items in their order. They are forgotten from the earliest on.

    Args:
        max_bucket: items looked at under one key: the earliest half and the latest half.
        max_candidates: items found for one item: those that share most keys.

    Attributes:
        overflows: how often each bound was reached: `bucket`, `candidates`.
        forgotten: what is earlier may be missing, microseconds since the epoch; None where nothing is.
    """

    def __init__(self, max_bucket: int, max_candidates: int) -> None:
        self.max_bucket = max_bucket
        self.max_candidates = max_candidates
        self.overflows: Counter[str] = Counter()
        self.forgotten: int | None = None
        self._entries: list[Entry[One]] = []
        self._buckets: Buckets[int] = {}
        self._stories: Buckets[str] = {}
        self._forms: Buckets[int] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def close(self) -> None:
        """Hold nothing any more."""
        for held in (self._entries, self._buckets, self._stories, self._forms):
            held.clear()

    def find(self, order: Order) -> Entry[One] | None:
        """The item that has this place."""
        entries = self._entries
        if not entries or entries[-1].order < order:
            return None
        at = bisect_left(entries, order, key=_order)
        return entries[at] if at < len(entries) and entries[at].order == order else None

    def members(self, story_id: str, order: Order, since: int) -> int:
        """How many items of a story are earlier than an item, back to an instant."""
        return _count(self._stories, story_id, order, since)

    def stories(self, form: int, order: Order, since: int) -> int:
        """How many stories that are earlier than an item, back to an instant, began with a form."""
        return _count(self._forms, form, order, since)

    def add(self, entry: Entry[One]) -> None:
        """Take in an item."""
        entries = self._entries
        if not entries or entries[-1].order < entry.order:
            entries.append(entry)
        else:
            insort(entries, entry, key=_order)
        _put(self._stories, entry.story_id, entry)
        if entry.form:
            _put(self._forms, entry.form, entry)
        for key in entry.keys:
            _put(self._buckets, key, entry)

    def forget(self, before: int) -> None:
        """Forget the items before an instant, microseconds since the epoch."""
        if self.forgotten is None or self.forgotten < before:
            self.forgotten = before
        entries = self._entries
        gone = entries[: bisect_left(entries, before, key=_time)]
        del entries[: len(gone)]
        for entry in gone:
            _drop(self._stories, entry.story_id)
            if entry.form:
                _drop(self._forms, entry.form)
            for key in entry.keys:
                _drop(self._buckets, key)

    def candidates(self, keys: tuple[int, ...], order: Order, since: int) -> list[Entry[One]]:
        """The items that share a key and are earlier than an item, back to an instant: in their order, within
        the bounds."""
        shared: dict[Entry[One], int] = {}
        for key in keys:
            bucket = self._buckets.get(key)
            if bucket is None:
                continue
            if isinstance(bucket, Entry):
                if since <= bucket.order[0] and bucket.order < order:
                    shared[bucket] = shared.get(bucket, 0) + 1
                continue
            start, end = _range(bucket, order, since)
            if end - start > self.max_bucket:
                self.overflows["bucket"] += 1
                half = self.max_bucket // 2
                looked = [*bucket[start : start + self.max_bucket - half], *bucket[end - half : end]]
            else:
                looked = bucket[start:end]
            for entry in looked:
                shared[entry] = shared.get(entry, 0) + 1
        return within(shared, self.max_candidates, self.overflows)


def within(shared: Mapping[Entry[One], int], most: int, overflows: Counter[str]) -> list[Entry[One]]:
    """The entries that share most keys, in their order.

    Args:
        shared: how many keys each shares.
        most: how many are wanted.
        overflows: takes whether there were more.
    """
    if len(shared) <= most:
        return sorted(shared, key=_order) if len(shared) > 1 else list(shared)
    overflows["candidates"] += 1
    chosen = sorted(shared, key=lambda entry: (-shared[entry], entry.order))
    return sorted(chosen[:most], key=_order)


def _time(entry: Entry[Any]) -> int:
    return entry.order[0]


def _range(bucket: list[Entry[Any]], order: Order, since: int) -> tuple[int, int]:
    """Which items of a bucket are earlier than an item, back to an instant: most often all."""
    start, end = 0, len(bucket)
    if bucket[0].order[0] < since:
        start = bisect_left(bucket, since, key=_time)
    if bucket[-1].order >= order:
        end = bisect_left(bucket, order, key=_order)
    return start, max(start, end)


def _count(buckets: Buckets[Key], key: Key, order: Order, since: int) -> int:
    bucket = buckets.get(key)
    if bucket is None:
        return 0
    if isinstance(bucket, Entry):
        return int(since <= bucket.order[0] and bucket.order < order)
    start, end = _range(bucket, order, since)
    return end - start


def _put(buckets: Buckets[Key], key: Key, entry: Entry[Any]) -> None:
    bucket = buckets.get(key)
    if bucket is None:
        buckets[key] = entry
    elif isinstance(bucket, Entry):
        buckets[key] = [bucket, entry] if bucket.order < entry.order else [entry, bucket]
    elif bucket[-1].order < entry.order:
        bucket.append(entry)
    else:
        insort(bucket, entry, key=_order)


def _drop(buckets: Buckets[Key], key: Key) -> None:
    """Takes the earliest item from a bucket."""
    bucket = buckets[key]
    if isinstance(bucket, Entry):
        del buckets[key]
    elif len(bucket) > 2:
        del bucket[0]
    else:
        buckets[key] = bucket[1]
