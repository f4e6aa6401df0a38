"""Which staged rows go where: redeliveries dropped, copies and revisions linked, final files planned.

One serial step a dataset reads the staged sketches in order of event time, never the texts: it links some
10,000 items a second, and its memory holds the sketches of one horizon, however long the feed.
"""

from __future__ import annotations

import heapq
import itertools
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow.compute as pc

from pipeline.memory import Memory, held_items, windows
from pipeline.plan import FilePlan, Verdicts
from pipeline.sinks import held
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.partition import rejects_path
from pipeline.sinks.snapshot import Snapshot
from pipeline.stage import ITEMS, StagedFile
from pipeline.staged import StagedRows
from transforms import activity
from transforms.dedupe.fingerprint import decode
from transforms.dedupe.linker import Linker, Verdict
from transforms.dedupe.sketch import Sketch
from transforms.step import REJECTS, TALLIES, Tally

_COLUMNS = ("item_id", "uri", "source", "received_at", "time_source", "fingerprint")
_WITHIN = ("uri", "item_id", "received_at", "source")  # the linker's order within an instant
_ENDLESS = 2**63 - 1

Row = dict[str, Any]


def _fresh(
    staged: StagedRows, snapshot: Snapshot, verdicts: Verdicts, memory: Memory | None, kept: int
) -> Iterator[tuple[Sketch, Row]]:
    """New rows in the linker's order with their sketches; redelivered ones are counted and left out.

    What memory knows are items from `kept` on, and those without a time of their own.
    """
    timeless: set[str] = set()
    for table in staged.tables:
        without = pc.equal(table.column("time_source"), held.TIMELESS)
        timeless.update(table.column("item_id").filter(without).to_pylist())
    times = staged.times
    if memory is not None:
        times = times[times < kept]
        if timeless:
            memory.read_timeless(snapshot)
            timeless.clear()
    known = held.held_deliveries(snapshot, times, timeless)
    columns = [*_COLUMNS, *(name for name in snapshot.partition_by.columns if name not in _COLUMNS)]
    current: str | None = None
    sources: set[str] = set()
    for row in staged.in_order(columns, _WITHIN, "body_text"):
        item_id, source = row["item_id"], row["source"]
        if item_id != current:
            current, sources = item_id, set()
        told = memory is not None and memory.delivered(item_id, source)
        if told or source in sources or (item_id, source) in known:
            verdicts.counts["redelivered", ""] += 1
            continue
        sources.add(source)
        if memory is not None:
            own = row["time_source"] == held.TIMELESS
            memory.deliver(item_id, source, kept=row["time"] >= kept, timeless=own)
        yield decode(row["fingerprint"]), row


def link(
    staged: StagedRows, snapshot: Snapshot, horizon: int, verdicts: Verdicts, memory: Memory | None = None
) -> None:
    """Links staged items with one another and with what the dataset holds; adds their verdicts.

    The same item from the same source is a redelivery and gets no row; from another source it is an exact
    copy, with the row received first as the original: so every delivery is accounted for.

    Args:
        staged: staged items, with the columns of `schemas.arrow.STAGED`.
        snapshot: the dataset before the run.
        horizon: how far apart in event time linked items may be, microseconds.
        verdicts: takes the rows and the counts.
        memory: what is known of the dataset; without it, what matters of it is read.
    """
    times = np.unique(staged.times)
    kept = memory.open(snapshot, times) if memory else _ENDLESS
    spans = windows(times[times < kept], horizon)
    old = itertools.chain.from_iterable(held_items(snapshot, *span) for span in spans)
    new = _fresh(staged, snapshot, verdicts, memory, kept)
    merged: Iterator[tuple[Sketch, Verdict | None, Row]] = heapq.merge(
        ((item.sketch, item.verdict, {}) for item in old),
        ((sketch, None, row) for sketch, row in new),
        key=lambda entry: (entry[0].order, entry[1] is None),
    )
    passing = Linker(horizon)
    linkers = [passing, memory.linker] if memory else [passing]
    before = sum((linker.overflows for linker in linkers), Counter[str]())
    for sketch, known, row in merged:
        if memory and sketch.time >= kept:
            verdict = memory.linker.link(sketch)
        else:
            passing.advance(sketch.time)
            if known is not None:
                passing.hold(sketch, known)
                continue
            verdict = passing.link(sketch)
        activity.note("linked")
        verdicts.counts["link", verdict.relation or "new"] += 1
        verdicts.add(
            "duplicates" if verdict.duplicate_of else "stories",
            snapshot.partition_by.path(row["time"], row.get),
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
    after = sum((linker.overflows for linker in linkers), Counter[str]())
    for name, count in (after - before).items():
        verdicts.counts["overflow", name] += count


def sort_rejects(
    staged: StagedRows, first: int, snapshot: Snapshot, verdicts: Verdicts, memory: Memory | None = None
) -> None:
    """Adds staged rejects to the verdicts; those that the dataset holds already count as redelivered.

    Args:
        staged: staged rejects, with the columns of `schemas.arrow.REJECTS`.
        first: number of the first of these tables among all staged files.
        snapshot: the dataset before the run.
        verdicts: takes the rows and the counts.
        memory: what is known of the dataset.
    """
    if not len(staged.times):
        return
    if memory is not None:
        known = memory.rejects(snapshot)
    else:
        ids = {id_ for table in staged.tables for id_ in table.column("reject_id").to_pylist()}
        known = held.held_reject_ids(snapshot, ids)
    for row in staged.in_order(["reject_id"], ["reject_id"], "raw"):
        if row["reject_id"] in known:
            verdicts.counts["redelivered", ""] += 1
            continue
        known.add(row["reject_id"])
        verdicts.add("rejects", rejects_path(row["time"]), first + row["file"], row["row"], row["bytes"])


def plan(
    staged: Iterable[StagedFile],
    dataset: Dataset,
    folder: Path,
    horizon: int,
    rows_per_file: int,
    memory: Memory | None = None,
) -> tuple[list[FilePlan], Counter[tuple[str, str]]]:
    """Plans the final files of a run, or of a stream's cycle.

    Args:
        staged: the run's staged files, in any order.
        dataset: where the rows go; what it holds is compared with.
        folder: takes the table of verdicts.
        horizon: how far apart in event time linked items may be, microseconds.
        rows_per_file: rows in one final file at the most.
        memory: for a stream: what the cycles before left known; `Memory.committed` must follow.

    Returns:
        The files to write, and what was counted: `(event, label)` -> count.

    Raises:
        WirebeamError: a file of the dataset cannot be read, or another version wrote it.
    """
    files = sorted(set(staged), key=lambda file: (file.kind, file.path))
    items = [file for file in files if file.kind == ITEMS]
    rejects = [file for file in files if file.kind == REJECTS]
    snapshot = dataset.snapshot()
    verdicts = Verdicts()
    link(StagedRows.open(items), snapshot, horizon, verdicts, memory)
    sort_rejects(StagedRows.open(rejects, "received_at"), len(items), snapshot, verdicts, memory)
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
