"""Staged items that are new, in the linker's order: what was delivered before is counted and left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from pipeline.memory import Memory
from pipeline.options import HOUR
from pipeline.sinks import held
from pipeline.sinks.snapshot import Snapshot
from pipeline.staged import StagedRows
from transforms.dedupe.fingerprint import Sketch, decode

ENDLESS = 2**63 - 1
_WITHIN = ("uri", "item_id", "received_at", "source")  # the linker's order within an instant


class Fresh(NamedTuple):
    """A staged item that is to be linked: where it stands, the size of its text in bytes, its folder, its
    sketch and the bytes of that."""

    file: int
    row: int
    size: int
    partition: str
    sketch: Sketch
    fingerprint: bytes


def fresh(
    staged: StagedRows,
    snapshot: Snapshot,
    counts: Counter[tuple[str, str]],
    memory: Memory | None = None,
    kept: int = ENDLESS,
) -> Iterator[Fresh]:
    """New rows in the linker's order; redelivered ones are counted and left out.

    Args:
        staged: staged items, with the columns of `schemas.arrow.STAGED`.
        snapshot: the dataset before the run.
        counts: takes how many were redelivered.
        memory: what is known of the dataset: items from `kept` on, and those without a time of their own.
        kept: event time in microseconds since the epoch (UTC).
    """
    timeless = staged.values("item_id", "time_source", held.TIMELESS)
    times = staged.wanted
    if memory is not None:
        times = times[times < kept]
        if timeless:
            memory.read_timeless(snapshot)
            timeless.clear()
    known = held.held_deliveries(snapshot, times, timeless)
    keys = snapshot.partition_by.columns
    columns = ("item_id", "source", "time_source", "fingerprint", *keys)
    partitions: dict[tuple[Any, ...], str] = {}
    current: str | None = None
    sources: set[str] = set()
    for time_, file, row, size, item_id, source, dated, fingerprint, *values in staged.in_order(
        columns, _WITHIN, "body_text"
    ):
        if item_id != current:
            current, sources = item_id, set()
        told = memory is not None and memory.delivered(item_id, source)
        if told or source in sources or (item_id, source) in known:
            counts["redelivered", ""] += 1
            continue
        sources.add(source)
        if memory is not None and (time_ >= kept or dated == held.TIMELESS):
            memory.deliver(item_id, source, None if dated == held.TIMELESS else time_)
        place = (time_ // HOUR, *values)
        partition = partitions.get(place)
        if partition is None:
            partition = snapshot.partition_by.path(time_, dict(zip(keys, values, strict=True)).get)
            partitions[place] = partition
        yield Fresh(file, row, size, partition, decode(fingerprint), fingerprint)
