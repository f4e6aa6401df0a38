"""Which staged rows go where: redeliveries dropped, copies and revisions linked, final files planned.

One serial step a dataset reads the staged sketches in order of event time, never the texts: it links some
10,000 items a second, and its memory holds the sketches of one horizon, however long the feed.
"""

from __future__ import annotations

import collections
import heapq
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.plan import FilePlan, Verdicts
from pipeline.sinks import held
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.partition import rejects_path
from pipeline.sinks.snapshot import Snapshot
from pipeline.sinks.staging import BATCH_ROWS
from pipeline.stage import ITEMS, StagedFile
from transforms import activity
from transforms.dedupe.fingerprint import decode
from transforms.dedupe.linker import Linker, Verdict
from transforms.dedupe.relation import reach
from transforms.dedupe.sketch import Sketch
from transforms.step import REJECTS, TALLIES, Tally

_CHUNK = 8_192


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
        sizes = pc.binary_length(table.column(bulk)).cast(pa.int64())
        parts.append(part.append_column("bytes", sizes))
    if not parts:
        return
    whole = pa.concat_tables(parts)
    order = pc.sort_indices(whole, [(key, "ascending") for key in keys])
    for start in range(0, len(order), _CHUNK):
        yield from whole.take(order.slice(start, _CHUNK)).to_pylist()


def _fingerprint(table: pa.Table, row: int) -> bytes:
    found: bytes = table.column("fingerprint").chunk(row // BATCH_ROWS)[row % BATCH_ROWS].as_py()
    return found


def _held(snapshot: Snapshot, since: int, until: int, horizon: int) -> Iterator[tuple[Sketch, Verdict]]:
    """What the dataset holds inside the horizon of the new items, in the linker's order."""
    rows = sorted(
        held.held_sketches(snapshot, since - reach(horizon), until),
        # Of an item held several times its story comes first.
        key=lambda row: (row.version_created, row.uri, row.item_id, row.dataset == "duplicates"),
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
    tables: Sequence[pa.Table], snapshot: Snapshot, verdicts: Verdicts
) -> Iterator[tuple[Sketch, dict[str, Any]]]:
    """New rows in the linker's order with their sketches; redelivered ones are counted and left out."""
    columns = ["item_id", "uri", "version_created", "received_at", "source"]
    columns += [name for name in snapshot.partition_by.columns if name not in columns]
    times: set[int] = set()
    timeless: set[str] = set()
    for table in tables:
        times.update(table.column("version_created").cast(pa.int64()).to_pylist())
        own = pc.equal(table.column("time_source"), "ingested_at")
        timeless.update(table.column("item_id").filter(own).to_pylist())
    known = held.held_deliveries(snapshot, times, timeless)
    keys = ("version_created", "uri", "item_id", "received_at", "source")
    current: str | None = None
    sources: set[str] = set()
    for row in _in_order(tables, columns, keys, "body_text"):
        if row["item_id"] != current:
            current, sources = row["item_id"], set()
        if row["source"] in sources or (row["item_id"], row["source"]) in known:
            verdicts.counts["redelivered", ""] += 1
            continue
        sources.add(row["source"])
        yield decode(_fingerprint(tables[row["file"]], row["row"])), row


def again(sketch: Sketch, first: Verdict) -> Verdict:
    """The verdict on an item that came from another source before: a copy of it, or of what it copies."""
    return Verdict(
        sketch.item_id,
        first.story_id,
        duplicate_of=first.duplicate_of or sketch.uri,
        duplicate_kind="exact",
        similarity=1.0,
        reason="same item from another source",
        relation="exact",
    )


def link(tables: Sequence[pa.Table], snapshot: Snapshot, horizon: int, verdicts: Verdicts) -> None:
    """Links staged items with one another and with what the dataset holds; adds their verdicts.

    The same item from the same source is a redelivery and gets no row; from another source it is an exact
    copy, with the row received first as the original: so every delivery is accounted for.

    Args:
        tables: staged items, with the columns of `schemas.arrow.STAGED`.
        snapshot: the dataset before the run.
        horizon: how far apart in event time linked items may be, microseconds.
        verdicts: takes the rows and the counts.
    """
    bounds = [pc.min_max(table.column("version_created").cast(pa.int64())) for table in tables]
    if not bounds:
        return
    since = min(bound["min"].as_py() for bound in bounds)
    until = max(bound["max"].as_py() for bound in bounds)
    linker = Linker(horizon)
    old = _held(snapshot, since, until, horizon)
    new = _fresh(tables, snapshot, verdicts)
    merged: Iterator[tuple[Sketch, Verdict | None, dict[str, Any]]] = heapq.merge(
        ((sketch, verdict, {}) for sketch, verdict in old),
        ((sketch, None, row) for sketch, row in new),
        key=lambda entry: (entry[0].order, entry[1] is None),
    )
    last: Verdict | None = None
    for sketch, known, row in merged:
        repeated = last is not None and last.item_id == sketch.item_id
        if known is not None:
            if not repeated:
                linker.hold(sketch, known)
                last = known
            continue
        verdict = again(sketch, last) if repeated and last else linker.link(sketch)
        last = last if repeated else verdict
        activity.note("linked")
        verdicts.counts["link", verdict.relation or "new"] += 1
        verdicts.add(
            "duplicates" if verdict.duplicate_of else "stories",
            snapshot.partition_by.path(row["version_created"], row.get),
            row["file"],
            row["row"],
            row["bytes"],
            (
                verdict.story_id,
                verdict.revision_of,
                verdict.duplicate_of,
                verdict.duplicate_kind,
                verdict.similarity,
                verdict.reason,
                verdict.revision_kind,
            ),
        )
    for name, count in linker.overflows.items():
        verdicts.counts["overflow", name] += count


def sort_rejects(tables: Sequence[pa.Table], first: int, snapshot: Snapshot, verdicts: Verdicts) -> None:
    """Adds staged rejects to the verdicts; those that the dataset holds already count as redelivered.

    Args:
        tables: staged rejects, with the columns of `schemas.arrow.REJECTS`.
        first: number of the first of these tables among all staged files.
        snapshot: the dataset before the run.
        verdicts: takes the rows and the counts.
    """
    wanted = {id_ for table in tables for id_ in table.column("reject_id").to_pylist()}
    known = held.held_reject_ids(snapshot, wanted)
    for row in _in_order(tables, ["reject_id", "received_at"], ("received_at", "reject_id"), "raw"):
        if row["reject_id"] in known:
            verdicts.counts["redelivered", ""] += 1
            continue
        known.add(row["reject_id"])
        file = first + row["file"]
        verdicts.add("rejects", rejects_path(row["received_at"]), file, row["row"], row["bytes"])


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
    verdicts = Verdicts()
    link(_open(items), snapshot, horizon, verdicts)
    sort_rejects(_open(rejects), len(items), snapshot, verdicts)
    paths = [file.path for file in [*items, *rejects]]
    return verdicts.save(folder / "verdicts.arrow", paths, rows_per_file), verdicts.counts


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
