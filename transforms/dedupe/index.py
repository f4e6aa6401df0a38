"""The items inside the horizon, found by candidate key. What it answers is a function of those items."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeVar

from transforms.dedupe.fingerprint import Sketch

_order = attrgetter("order")
Key = TypeVar("Key")


@dataclass(slots=True, eq=False)
class Entry:
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

    sketch: Sketch
    order: tuple[int, str, str]
    keys: tuple[int, ...]
    story_id: str
    row: str
    copied: bool
    form: int


class Index:
    """Items in their order, added at one end and forgotten at the other.

    Args:
        max_bucket: items looked at under one key: the earliest half and the latest half.
        max_candidates: items found for one item: those that share most keys.

    Attributes:
        overflows: how often each bound was reached: `bucket`, `candidates`.
    """

    def __init__(self, max_bucket: int, max_candidates: int) -> None:
        self.max_bucket = max_bucket
        self.max_candidates = max_candidates
        self.overflows: Counter[str] = Counter()
        self._entries: deque[Entry] = deque()
        # Nine keys of ten have one item: no list is made for it, which saves a third of the memory.
        self._buckets: dict[int, Entry | list[Entry]] = {}
        self._members: dict[str, int] = {}
        self._forms: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def members(self, story_id: str) -> int:
        """How many items of a story are held."""
        return self._members.get(story_id, 0)

    def stories(self, form: int) -> int:
        """How many stories that are held began with a form."""
        return self._forms.get(form, 0)

    def add(self, entry: Entry) -> None:
        """Take in an item, the latest so far."""
        self._entries.append(entry)
        self._members[entry.story_id] = self._members.get(entry.story_id, 0) + 1
        if entry.form:
            self._forms[entry.form] = self._forms.get(entry.form, 0) + 1
        for key in entry.keys:
            bucket = self._buckets.get(key)
            if bucket is None:
                self._buckets[key] = entry
            elif isinstance(bucket, Entry):
                self._buckets[key] = [bucket, entry]
            else:
                bucket.append(entry)

    def forget(self, before: int) -> None:
        """Forget the items before an instant (microseconds since the epoch)."""
        while self._entries and self._entries[0].order[0] < before:
            entry = self._entries.popleft()
            _less(self._members, entry.story_id)
            if entry.form:
                _less(self._forms, entry.form)
            for key in entry.keys:
                bucket = self._buckets[key]
                if isinstance(bucket, Entry):
                    del self._buckets[key]
                elif len(bucket) > 2:
                    del bucket[0]
                else:
                    self._buckets[key] = bucket[1]

    def latest(self) -> tuple[int, str, str] | None:
        """The order of the item added last."""
        return self._entries[-1].order if self._entries else None

    def candidates(self, keys: tuple[int, ...]) -> list[Entry]:
        """The items that share a key, in their order, within the bounds."""
        shared: dict[Entry, int] = {}
        for key in keys:
            bucket = self._buckets.get(key)
            if bucket is None:
                continue
            if isinstance(bucket, Entry):
                shared[bucket] = shared.get(bucket, 0) + 1
                continue
            if len(bucket) > self.max_bucket:
                self.overflows["bucket"] += 1
                half = self.max_bucket // 2
                bucket = [*bucket[: self.max_bucket - half], *bucket[len(bucket) - half :]]
            for entry in bucket:
                shared[entry] = shared.get(entry, 0) + 1
        if len(shared) <= self.max_candidates:
            return sorted(shared, key=_order) if len(shared) > 1 else list(shared)
        self.overflows["candidates"] += 1
        chosen = sorted(shared, key=lambda entry: (-shared[entry], entry.order))
        return sorted(chosen[: self.max_candidates], key=_order)


def _less(counts: dict[Key, int], key: Key) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]
