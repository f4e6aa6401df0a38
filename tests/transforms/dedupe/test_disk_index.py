"""On disk the index says what it says in memory, whatever went in and in whichever order."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.dedupe.disk_index import DiskIndex
from transforms.dedupe.fingerprint import Sketch
from transforms.dedupe.index import Entry, Index, Order

# Few of each, so that items share instants, keys and stories, and buckets overflow.
TIMES = st.integers(0, 9)
URIS = st.sampled_from(["a", "b", "é", "\ud800", "￿", "𝄞"])
KEYS = st.lists(st.sampled_from([0, 1, 2**63 - 1, 2**63, 2**64 - 1]), max_size=4, unique=True).map(tuple)
ORDERS = st.tuples(TIMES, URIS, st.sampled_from("0123"))


def sketch(order: Order) -> Sketch:
    time, uri, item_id = order
    empty: dict[str, Any] = dict.fromkeys(Sketch._fields, b"")
    empty.update(dict.fromkeys(("place", "slug", "title", "body", "form", "length"), 0))
    empty.update(dict.fromkeys(("version", "language", "revision_kind", "revision", "revises", "date")))
    empty.update(tickers=(), alternate_ids=(), provider="ap", pub_status="usable")
    return Sketch(**{**empty, "time": time, "uri": uri, "item_id": item_id})


def seen(entry: Entry[Sketch] | None) -> Any:
    return entry and (entry.sketch, entry.order, entry.story_id, entry.row, entry.copied, entry.form)


ENTRIES = st.builds(
    lambda order, keys, story, copied, form: Entry(sketch(order), order, keys, story, order[1], copied, form),
    ORDERS,
    KEYS,
    st.sampled_from(["s", "t"]),
    st.booleans(),
    st.sampled_from([0, 1, 2**64 - 1]),
)
ADDED = st.lists(ENTRIES, max_size=40, unique_by=lambda entry: entry.order)


@settings(max_examples=400, deadline=None)
@given(ADDED, ADDED, st.lists(st.tuples(ORDERS, TIMES, KEYS), max_size=8), TIMES, st.integers(1, 6))
def test_it_says_what_the_index_in_memory_says(
    first: list[Entry[Sketch]],
    second: list[Entry[Sketch]],
    asked: list[tuple[Order, int, tuple[int, ...]]],
    past: int,
    most: int,
) -> None:
    memory: Index[Sketch] = Index(most, 3)
    disk = DiskIndex(most, 3)
    for entries in (first, second):
        for entry in entries:
            if memory.find(entry.order) is None:
                memory.add(entry)
                disk.add(entry)
        for order, since, keys in asked:
            assert seen(disk.find(order)) == seen(memory.find(order))
            for story_id in ("s", "t", "u"):
                assert disk.members(story_id, order, since) == memory.members(story_id, order, since)
            for form in (0, 1, 2**64 - 1):
                assert disk.stories(form, order, since) == memory.stories(form, order, since)
            found = disk.candidates(keys, order, since)
            assert list(map(seen, found)) == list(map(seen, memory.candidates(keys, order, since)))
        assert disk.overflows == memory.overflows
        assert len(disk) == len(memory)
        memory.forget(past)
        disk.forget(past)
        assert disk.forgotten == memory.forgotten
    disk.close()
