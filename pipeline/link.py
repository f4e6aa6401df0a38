"""Which staged rows go where: redeliveries dropped, copies and revisions linked, final files planned.

One serial step a dataset reads the staged sketches in order of event time, never the texts: it links some
10,000 items a second, and its memory holds the sketches of one horizon, however long the feed. It is what one
machine and streams use; a batch on an engine does the same in parallel (`pipeline.parallel.link`).
"""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
import numpy as np

from pipeline import writers
from pipeline.fresh import ENDLESS, fresh
from pipeline.ids import Ids
from pipeline.memory import Memory, held_items, windows
from pipeline.plan import VERDICTS_FILE, FilePlan, Verdicts
from pipeline.sinks import held
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.partition import rejects_path
from pipeline.sinks.snapshot import Snapshot
from pipeline.sinks.storage import Location
from pipeline.stage import ITEMS, REJECTED, StagedFile
from pipeline.staged import StagedRows
from schemas.errors import WirebeamError
from transforms import activity
from transforms.dedupe.linker import Linker
from transforms.scratch import SCRATCH_HELP
from transforms.step import TALLIES, Tally

_NOTED = 256


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
    kept = memory.open(snapshot, times) if memory else ENDLESS
    spans = windows(times[times < kept], horizon)
    old = itertools.chain.from_iterable(held_items(snapshot, *span) for span in spans)
    passing = Linker(horizon)
    linkers = [passing, memory.linker] if memory else [passing]
    before = sum((linker.overflows for linker in linkers), Counter[str]())
    pending = next(old, None)
    linked: Counter[str] = Counter()
    for number, one in enumerate(fresh(staged, snapshot, verdicts.counts, memory, kept), 1):
        sketch = one.sketch
        if memory is not None and sketch.time >= kept:
            verdict = memory.linker.link(sketch)
        else:
            while pending is not None and pending.sketch.order <= sketch.order:
                passing.advance(pending.sketch.time)
                passing.hold(pending.sketch, pending.verdict)
                pending = next(old, None)
            passing.advance(sketch.time)
            verdict = passing.link(sketch)
        linked[verdict.relation or "new"] += 1
        if not number % _NOTED:
            activity.note("linked", _NOTED)
        dataset = "duplicates" if verdict.duplicate_of else "stories"
        links = (
            verdict.story_id,
            verdict.revision_of,
            verdict.duplicate_of,
            verdict.duplicate_kind,
            verdict.similarity,
            verdict.reason,
            verdict.revision_kind,
        )
        verdicts.add(dataset, one.partition, one.file, one.row, one.size, links)
    activity.note("linked", linked.total() % _NOTED)
    for name, count in linked.items():
        verdicts.counts["link", name] += count
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
    known: set[str] | Ids
    if memory is not None:
        known = memory.rejects(snapshot)
    else:
        ids = {id_ for table in staged.tables for id_ in table.column("reject_id").to_pylist()}
        known = held.held_reject_ids(snapshot, ids)
    for time_, file, row, size, reject_id in staged.in_order(["reject_id"], ["reject_id"], "raw"):
        if reject_id in known:
            verdicts.counts["redelivered", ""] += 1
            continue
        known.add(reject_id)
        verdicts.add("rejects", rejects_path(time_), first + file, row, size)


def plan(
    staged: Iterable[StagedFile],
    dataset: Dataset,
    folder: Location,
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
        WirebeamError: a file of the dataset cannot be read, or another version wrote it, or there is no room
            for what is remembered.
    """
    files = sorted(set(staged), key=lambda file: (file.kind, file.path))
    items = [file.path for file in files if file.kind == ITEMS]
    rejects = [file.path for file in files if file.kind == REJECTED]
    snapshot = dataset.snapshot()
    verdicts = Verdicts()
    try:
        link(StagedRows.open(items), snapshot, horizon, verdicts, memory)
        sort_rejects(StagedRows.open(rejects, "received_at"), len(items), snapshot, verdicts, memory)
    except sqlite3.Error as error:
        raise WirebeamError(f"what linking remembers: {error}; {SCRATCH_HELP}") from error
    return verdicts.save(folder / VERDICTS_FILE, [*items, *rejects], rows_per_file), verdicts.counts


def by_work(plan: FilePlan) -> tuple[bool, int]:
    """Orders plans by the work they are, most first: the local runner deals them out to workers in turn."""
    return plan.dataset != "stories", -plan.rows


def planned(
    staged: Iterable[StagedFile], output: str, run_id: str, folder: Location, horizon: int, rows_per_file: int
) -> tuple[list[FilePlan], list[Tally]]:
    """Plans the final files, by the run's writer where it is in this process; see `Link` and `plan`.

    Returns:
        The files to write, in the order of `by_work`, and the step's tallies.

    Raises:
        WirebeamError: see `plan`.
    """
    started = time.perf_counter_ns()
    writer = writers.find(run_id)
    dataset, memory = (writer.dataset, writer.memory) if writer else (Dataset.read(output), None)
    plans, counts = plan(staged, dataset, folder, horizon, rows_per_file, memory)
    counts["nanoseconds", ""] = time.perf_counter_ns() - started
    tallies = [Tally("link", event, label, count) for (event, label), count in sorted(counts.items())]
    return sorted(plans, key=by_work), tallies


class _Link(beam.DoFn):
    def __init__(self, output: str, run_id: str, folder: Location, horizon: int, rows_per_file: int) -> None:
        self._terms = (output, run_id, folder, horizon, rows_per_file)

    def process(self, element: tuple[None, Iterable[StagedFile]]) -> Iterator[Any]:
        plans, tallies = planned(element[1], *self._terms)
        yield from plans
        for tally in tallies:
            yield beam.pvalue.TaggedOutput(TALLIES, tally)


class Link(beam.PTransform):
    """`StagedFile` -> `FilePlan`, with output `tallies`.

    Args:
        output: folder of the dataset.
        run_id: the run, whose writer is asked where it is in this process.
        folder: takes the table of verdicts, on storage that all workers reach.
        horizon: how far apart in event time linked items may be, microseconds.
        rows_per_file: rows in one final file at the most.
    """

    def __init__(self, output: str, run_id: str, folder: Location, horizon: int, rows_per_file: int) -> None:
        super().__init__()
        self._step = _Link(output, run_id, folder, horizon, rows_per_file)

    def expand(self, pcoll: beam.PCollection) -> beam.pvalue.DoOutputsTuple:
        """Apply the stage."""
        step = beam.ParDo(self._step).with_output_types(FilePlan)
        return (
            pcoll
            | "Together" >> beam.WithKeys(None).with_output_types(tuple[None, StagedFile])
            | beam.GroupByKey()
            | step.with_outputs(TALLIES, main="plans")
        )
