"""The items of a span in their order: numbered, with their keys. What was delivered before is left out."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa

from pipeline.fresh import fresh
from pipeline.memory import held_items
from pipeline.parallel.packed import packed, unpacked
from pipeline.parallel.spans import NUMBER_BITS, Span
from pipeline.sinks.snapshot import Snapshot
from pipeline.sinks.staging import read_rows, write_table
from pipeline.sinks.storage import Location
from pipeline.staged import StagedRows
from transforms.dedupe.choice import STORY_DIGITS, STORY_MARK
from transforms.dedupe.fingerprint import Sketch, decode
from transforms.dedupe.keys import keys
from transforms.dedupe.linker import Verdict
from transforms.dedupe.pairing import FORM, SEEKS, Postings
from transforms.dedupe.words import digest

SHARDS = 64  # of candidate keys
NEW, HELD, AGAIN = range(3)
ROWS = pa.schema(
    [
        ("state", pa.int8()),
        ("time", pa.int64()),
        ("uri", pa.string()),
        ("item_id", pa.string()),
        ("form", pa.uint64()),
        ("story", pa.uint64()),
        ("marked", pa.bool_()),
        ("file", pa.int32()),
        ("row", pa.int32()),
        ("size", pa.int64()),
        ("partition", pa.string()),
        ("story_id", pa.string()),
        ("revision_of", pa.string()),
        ("duplicate_of", pa.string()),
    ]
)
_TYPES = (np.uint64, np.int64, np.int64, np.uint8)  # of the arrays of `Postings`
_SKETCHES = pa.schema([("fingerprint", pa.binary())])


class _Row(NamedTuple):
    """An item in its place, numbered by where it stands: columns of `ROWS` and its sketch's bytes.

    Attributes:
        state: `NEW`; `HELD` by the dataset before the run; `AGAIN`: the item before it, from another source.
        time, uri, item_id, form: as in `Sketch`.
        story: 64 bits of the uri, or of the story that a held item belongs to.
        marked: the uri ends as a story's does that had to be told from another one's.
        file, row, size, partition: as in `Fresh`; the file is one of the span's paths.
        story_id, revision_of, duplicate_of: of a held item.
    """

    state: int
    time: int
    uri: str
    item_id: str
    form: int
    story: int
    marked: bool
    file: int = -1
    row: int = -1
    size: int = 0
    partition: str = ""
    story_id: str | None = None
    revision_of: str | None = None
    duplicate_of: str | None = None
    fingerprint: bytes | None = None


@dataclass(slots=True)
class _Found:
    """Postings as they are found."""

    keys: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)

    def add(self, sketch: Sketch, number: int, *, seeks: bool) -> None:
        found = keys(sketch)
        self.keys += found
        count = len(found)
        kind = SEEKS if seeks else 0
        self.kinds += [kind] * count
        if sketch.form:
            self.keys.append(sketch.form)
            self.kinds.append(kind | FORM)
            count += 1
        self.numbers += [number] * count
        self.times += [sketch.time] * count

    def packed(self) -> dict[int, bytes]:
        """By shard."""
        own = np.array(self.keys, np.uint64)
        lists = (self.numbers, self.times, self.kinds)
        columns = [own, *(np.array(values, kind) for values, kind in zip(lists, _TYPES[1:], strict=True))]
        shards = (own % np.uint64(SHARDS)).astype(np.int64)
        order = np.argsort(shards, kind="stable")
        ends = np.searchsorted(shards[order], np.arange(SHARDS + 1))
        return {
            shard: packed([values[order[start:end]] for values in columns])
            for shard, (start, end) in enumerate(itertools.pairwise(ends.tolist()))
            if end > start
        }


def rows_path(folder: Location, span: int) -> Location:
    """Where the rows of a span are: the same for all attempts, since all give the items the same numbers."""
    return folder / f"rows-{span:08d}.arrow"


def _sketches(span: int) -> str:
    return f"sketches-{span:08d}"


def sketches(folder: Location, span: int, places: list[int]) -> list[Sketch]:
    """Sketches of a span's items, by their numbers within it, ascending."""
    table = read_rows(folder / f"{_sketches(span)}.arrow", places)
    return [decode(data) for data in table.column("fingerprint").to_pylist()]


def number(span: Span, snapshot: Snapshot, folder: Location) -> dict[int, bytes]:
    """Put the items of a span in their order, and write it down for those who compare and link them.

    Args:
        span: the span.
        snapshot: the dataset before the run.
        folder: takes two files: the rows, with the staged files and what was counted in its metadata, and
            their sketches.

    Returns:
        The postings of the items' keys, packed, by shard.

    Raises:
        WirebeamError: a file of the dataset cannot be read, or another version wrote it.
    """
    started = time.perf_counter_ns()
    counts: Counter[tuple[str, str]] = Counter()
    found = _Found()
    rows: list[_Row] = []
    for row, sketch in _in_order(span, snapshot, counts):
        if sketch is not None:
            found.add(sketch, span.number << NUMBER_BITS | len(rows), seeks=row.state == NEW)
        rows.append(row)
    columns = dict(zip(_Row._fields, zip(*rows, strict=True), strict=True)) if rows else {}
    write_table(_table(columns, _SKETCHES), folder, _sketches(span.number))
    made = found.packed()
    counts["nanoseconds", ""] = time.perf_counter_ns() - started
    counted = [(*key, count) for key, count in sorted(counts.items())]
    about = {"files": orjson.dumps(list(span.paths)), "counts": orjson.dumps(counted)}
    name = rows_path(folder, span.number).name.removesuffix(".arrow")
    write_table(_table(columns, ROWS.with_metadata(about)), folder, name)
    return made


def _table(columns: dict[str, Any], schema: pa.Schema) -> pa.Table:
    return pa.table([pa.array(columns.get(column.name, ()), column.type) for column in schema], schema)


def _in_order(
    span: Span, snapshot: Snapshot, counts: Counter[tuple[str, str]]
) -> Iterator[tuple[_Row, Sketch | None]]:
    """Held and new items by their order; no sketch where it is that of the item before."""
    old = (item for window in span.held for item in held_items(snapshot, *window))
    pending = next(old, None)
    last: tuple[int, str, str] | None = None
    staged = StagedRows.open(span.paths, between=(span.since, span.until))
    for one in fresh(staged, snapshot, counts):
        sketch = one.sketch
        while pending is not None and pending.sketch.order <= sketch.order:
            last = pending.sketch.order
            yield _held(pending.sketch, pending.verdict, pending.fingerprint), pending.sketch
            pending = next(old, None)
        again = sketch.order == last
        last = sketch.order
        row = _Row(
            AGAIN if again else NEW,
            sketch.time,
            sketch.uri,
            sketch.item_id,
            sketch.form,
            digest(sketch.uri),
            sketch.uri[-STORY_DIGITS - 1 : -STORY_DIGITS] == STORY_MARK,
            one.file,
            one.row,
            one.size,
            one.partition,
            fingerprint=None if again else one.fingerprint,
        )
        yield row, None if again else sketch
    while pending is not None:
        yield _held(pending.sketch, pending.verdict, pending.fingerprint), pending.sketch
        pending = next(old, None)


def _held(sketch: Sketch, verdict: Verdict, fingerprint: bytes) -> _Row:
    return _Row(
        HELD,
        sketch.time,
        sketch.uri,
        sketch.item_id,
        sketch.form,
        digest(verdict.story_id),
        False,
        story_id=verdict.story_id,
        revision_of=verdict.revision_of,
        duplicate_of=verdict.duplicate_of,
        fingerprint=fingerprint,
    )


def postings(parts: Iterable[bytes]) -> Postings:
    """The postings that were packed by shard."""
    return Postings(*unpacked(parts, _TYPES))
