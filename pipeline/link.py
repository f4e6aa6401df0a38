"""Which staged rows go where: redeliveries dropped, copies and revisions linked, final files planned.

One serial step a dataset reads the staged sketches in order of event time, never the texts: it links some
10,000 items a second, and its memory holds the sketches of one horizon, however long the feed.
"""

from __future__ import annotations

import collections
import heapq
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa

from pipeline.sinks import held
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.partition import PartitionBy, rejects_path
from pipeline.sinks.snapshot import Snapshot
from pipeline.sinks.staging import BATCH_ROWS
from pipeline.stage import ITEMS, StagedFile
from schemas.rows import register_row
from transforms import activity
from transforms.dedupe.fingerprint import decode
from transforms.dedupe.linker import Linker, Verdict
from transforms.dedupe.sketch import Sketch
from transforms.step import REJECTS, TALLIES, Tally

VERDICTS = pa.schema(
    [
        ("dataset", pa.dictionary(pa.int8(), pa.string())),
        ("partition", pa.dictionary(pa.int32(), pa.string())),
        ("file", pa.int32()),
        ("row", pa.int32()),
        ("bytes", pa.int64()),
        ("story_id", pa.string()),
        ("revision_of", pa.string()),
        ("duplicate_of", pa.string()),
        ("duplicate_kind", pa.string()),
        ("similarity", pa.float32()),
        ("link_reason", pa.string()),
        ("revision_kind", pa.string()),
    ]
)
_CHUNK = 8_192
_FILE_BYTES = 128 << 20  # of text, or of rejected bytes, in one final file


@register_row
@dataclass(frozen=True, slots=True)
class FilePlan:
    """One final file to write: rows `start` to `stop` of a table of verdicts.

    `dataset` is `stories`, `duplicates` or `rejects`, `partition` its folder, `verdicts` the path of the
    table (an Arrow file, whose metadata list the staged files), `rows` how many rows there are.
    """

    dataset: str
    partition: str
    verdicts: str
    start: int
    rows: int


@dataclass(slots=True)
class _Outcome:
    """Verdicts as they are found, column by column, and what was counted on the way."""

    columns: list[list[Any]]
    chunks: list[pa.RecordBatch]
    counts: collections.Counter[tuple[str, str]]

    @classmethod
    def empty(cls) -> _Outcome:
        return cls([[] for _ in VERDICTS], [], collections.Counter())

    def add(self, *values: Any) -> None:
        for column, value in zip(self.columns, values, strict=True):
            column.append(value)
        if len(self.columns[0]) >= _CHUNK:
            self.flush()

    def flush(self) -> None:
        arrays = [pa.array(values, field.type) for values, field in zip(self.columns, VERDICTS, strict=True)]
        self.chunks.append(pa.RecordBatch.from_arrays(arrays, schema=VERDICTS))
        self.columns = [[] for _ in VERDICTS]

    def table(self) -> pa.Table:
        """All verdicts, those of one final file next to each other, each file in order of time."""
        self.flush()
        table = pa.Table.from_batches(self.chunks, schema=VERDICTS).unify_dictionaries()
        plain = table.select(["dataset", "partition"]).cast(
            pa.schema([("dataset", pa.string()), ("partition", pa.string())])
        )
        # Arrow's sort is stable: the order of time, in which rows were added, stays within a partition.
        order = pa.compute.sort_indices(plain, [("dataset", "ascending"), ("partition", "ascending")])
        return table.take(order)


def _open(files: Sequence[StagedFile]) -> list[pa.Table]:
    """Staged tables by memory map: only the columns that are touched are read."""
    return [pa.ipc.open_file(pa.memory_map(file.path)).read_all() for file in files]


def _in_order(
    tables: Sequence[pa.Table], names: Sequence[str], keys: Sequence[str], bulk: str
) -> Iterator[dict[str, Any]]:
    """Rows of all tables by `keys`: the named columns, `file` and `row`, where the row stands, and `bytes`,
    the size of its `bulk` column."""
    parts = []
    for number, table in enumerate(tables):
        part = table.select(list(names))
        for index, name in enumerate(names):
            if pa.types.is_timestamp(part.schema.field(name).type):
                part = part.set_column(index, name, part.column(name).cast(pa.int64()))
        rows = len(table)
        part = part.append_column("file", pa.array([number] * rows, pa.int32()))
        part = part.append_column("row", pa.array(range(rows), pa.int32()))
        sizes = pa.compute.binary_length(table.column(bulk)).cast(pa.int64())
        parts.append(part.append_column("bytes", sizes))
    if not parts:
        return
    whole = pa.concat_tables(parts)
    order = pa.compute.sort_indices(whole, [(key, "ascending") for key in keys])
    for start in range(0, len(order), _CHUNK):
        yield from whole.take(order.slice(start, _CHUNK)).to_pylist()


def _fingerprint(table: pa.Table, row: int) -> bytes:
    found: bytes = table.column("fingerprint").chunk(row // BATCH_ROWS)[row % BATCH_ROWS].as_py()
    return found


def _held(snapshot: Snapshot, since: int, until: int, horizon: int) -> Iterator[tuple[Sketch, Verdict]]:
    """What the dataset holds inside the horizon of the new items, in the linker's order."""
    rows = sorted(
        held.held_sketches(snapshot, since - horizon, until),
        key=lambda row: (row.version_created, row.uri, row.item_id),
    )
    for row in rows:
        yield (
            decode(row.fingerprint),
            Verdict(
                item_id=row.item_id,
                story_id=row.story_id,
                revision_of=row.revision_of,
                duplicate_of=row.duplicate_of,
            ),
        )


def _fresh(
    tables: Sequence[pa.Table], partition_by: PartitionBy, snapshot: Snapshot, outcome: _Outcome
) -> Iterator[tuple[dict[str, Any], Sketch]]:
    """New rows in the linker's order with their sketches; redelivered ones are counted and left out.

    Of one item delivered twice the row received first is kept, then the one whose source sorts first.
    """
    columns = ["item_id", "uri", "version_created", "received_at", "time_source", "source"]
    columns += [name for name in partition_by.columns if name not in columns]
    times: set[int] = set()
    timeless: set[str] = set()
    for table in tables:
        times.update(table.column("version_created").cast(pa.int64()).to_pylist())
        own = pa.compute.equal(table.column("time_source"), "ingested_at")
        timeless.update(table.column("item_id").filter(own).to_pylist())
    known = held.held_item_ids(snapshot, times) | held.held_ids(snapshot, timeless)
    keys = ("version_created", "uri", "item_id", "received_at", "source")
    last = None
    for row in _in_order(tables, columns, keys, "body_text"):
        if row["item_id"] == last or row["item_id"] in known:
            outcome.counts["redelivered", ""] += 1
            continue
        last = row["item_id"]
        yield row, decode(_fingerprint(tables[row["file"]], row["row"]))


def link(tables: Sequence[pa.Table], snapshot: Snapshot, horizon: int, outcome: _Outcome) -> None:
    """Links staged items with one another and with what the dataset holds; adds their verdicts.

    Args:
        tables: staged items, with the columns of `schemas.arrow.STAGED`.
        snapshot: the dataset before the run.
        horizon: how far apart in event time linked items may be, microseconds.
        outcome: takes the verdicts and the counts.
    """
    bounds = [pa.compute.min_max(table.column("version_created").cast(pa.int64())) for table in tables]
    if not bounds:
        return
    since = min(bound["min"].as_py() for bound in bounds)
    until = max(bound["max"].as_py() for bound in bounds)
    linker = Linker(horizon)
    old = _held(snapshot, since, until, horizon)
    new = _fresh(tables, snapshot.partition_by, snapshot, outcome)
    merged: Iterator[tuple[Sketch, Verdict | None, dict[str, Any]]] = heapq.merge(
        ((sketch, verdict, {}) for sketch, verdict in old),
        ((sketch, None, row) for row, sketch in new),
        key=lambda entry: (entry[0].order, entry[1] is None),
    )
    for sketch, known, carried in merged:
        if known is not None:
            linker.hold(sketch, known)
            continue
        verdict = linker.link(sketch)
        activity.note("linked")
        partition = snapshot.partition_by.path(carried["version_created"], carried.get)
        outcome.counts["link", verdict.relation or "new"] += 1
        outcome.add(
            "duplicates" if verdict.duplicate_of else "stories",
            partition,
            carried["file"],
            carried["row"],
            carried["bytes"],
            verdict.story_id,
            verdict.revision_of,
            verdict.duplicate_of,
            verdict.duplicate_kind,
            verdict.similarity,
            verdict.reason,
            verdict.revision_kind,
        )
    for name, count in linker.overflows.items():
        outcome.counts["overflow", name] += count


def sort_rejects(tables: Sequence[pa.Table], first: int, snapshot: Snapshot, outcome: _Outcome) -> None:
    """Adds staged rejects to the outcome; those that the dataset holds already count as redelivered.

    Args:
        tables: staged rejects, with the columns of `schemas.arrow.REJECTS`.
        first: number of the first of these tables among all staged files.
        snapshot: the dataset before the run.
        outcome: takes the rows and the counts.
    """
    wanted = {id_ for table in tables for id_ in table.column("reject_id").to_pylist()}
    known = held.held_reject_ids(snapshot, wanted)
    for row in _in_order(tables, ["reject_id", "received_at"], ("received_at", "reject_id"), "raw"):
        if row["reject_id"] in known:
            outcome.counts["redelivered", ""] += 1
            continue
        known.add(row["reject_id"])
        place = (rejects_path(row["received_at"]), first + row["file"], row["row"], row["bytes"])
        outcome.add("rejects", *place, *[None] * (len(VERDICTS) - 5))


def plan(
    staged: Iterable[StagedFile], dataset: Dataset, folder: Path, horizon: int, rows_per_file: int
) -> tuple[list[FilePlan], collections.Counter[tuple[str, str]]]:
    """Plans the final files of a run.

    Args:
        staged: the run's staged files, in any order.
        dataset: where the rows go; what it holds is compared with.
        folder: takes the table of verdicts.
        horizon: how far apart in event time linked items may be, microseconds.
        rows_per_file: rows in one final file at the most.

    Returns:
        The files to write, and what was counted: `(event, label)` -> count.
    """
    files = sorted(set(staged), key=lambda file: (file.kind, file.path))
    items = [file for file in files if file.kind == ITEMS]
    rejects = [file for file in files if file.kind == REJECTS]
    snapshot = dataset.snapshot()
    outcome = _Outcome.empty()
    link(_open(items), snapshot, horizon, outcome)
    sort_rejects(_open(rejects), len(items), snapshot, outcome)
    table = outcome.table()
    path = folder / "verdicts.arrow"
    folder.mkdir(parents=True, exist_ok=True)
    names = "\n".join(file.path for file in [*items, *rejects])
    with pa.ipc.new_file(str(path), VERDICTS.with_metadata({"files": names})) as writer:
        writer.write_table(table.cast(VERDICTS).replace_schema_metadata({"files": names}))
    return list(_slices(table, str(path), rows_per_file)), outcome.counts


def _slices(table: pa.Table, path: str, rows_per_file: int) -> Iterator[FilePlan]:
    """Runs of rows of one partition, cut where a file would grow beyond its rows or `_FILE_BYTES`."""
    columns = (table.column("dataset").cast(pa.string()), table.column("partition").cast(pa.string()))
    entries = zip(*(column.to_pylist() for column in (*columns, table.column("bytes"))), strict=True)
    start = rows = size = 0
    current: tuple[str, str] | None = None
    for name, partition, own in entries:
        full = rows >= rows_per_file or (rows and size + own > _FILE_BYTES)
        if current is not None and (full or current != (name, partition)):
            yield FilePlan(*current, path, start, rows)
            start, rows, size = start + rows, 0, 0
        current, rows, size = (name, partition), rows + 1, size + own
    if current is not None:
        yield FilePlan(*current, path, start, rows)


class _Link(beam.DoFn):
    def __init__(self, output: str, folder: Path, horizon: int, rows_per_file: int) -> None:
        self._output = output
        self._folder = folder
        self._horizon = horizon
        self._rows_per_file = rows_per_file

    def process(self, element: tuple[None, Iterable[StagedFile]]) -> Iterator[Any]:
        started = time.perf_counter_ns()
        dataset = Dataset.read(self._output)
        plans, counts = plan(element[1], dataset, self._folder, self._horizon, self._rows_per_file)
        yield from plans
        counts["nanoseconds", ""] = time.perf_counter_ns() - started
        for (event, label), count in sorted(counts.items()):
            yield beam.pvalue.TaggedOutput(TALLIES, Tally("link", event, label, count))


class Link(beam.PTransform):
    """`StagedFile` -> `FilePlan`, with output `tallies`.

    Args:
        output: folder of the dataset.
        folder: takes the table of verdicts, on storage that all workers reach.
        horizon: how far apart in event time linked items may be, microseconds.
        rows_per_file: rows in one final file at the most.
    """

    def __init__(self, output: str, folder: Path, horizon: int, rows_per_file: int) -> None:
        super().__init__()
        self._step = _Link(output, folder, horizon, rows_per_file)

    def expand(self, pcoll: beam.PCollection) -> beam.pvalue.DoOutputsTuple:
        """Apply the stage."""
        step = beam.ParDo(self._step).with_output_types(FilePlan)
        return (
            pcoll
            | "Together" >> beam.WithKeys(None).with_output_types(tuple[None, StagedFile])
            | beam.GroupByKey()
            | step.with_outputs(TALLIES, main="plans")
        )
