"""Normalized items and rejects to staging files: from here on records travel, and texts stay put."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import apache_beam as beam

from pipeline.sinks.partition import PartitionBy
from pipeline.sinks.staging import Staging, stage_rejects
from pipeline.sinks.storage import Location
from schemas.errors import KEPT, ItemError, Reject, Stage
from schemas.item import Item
from schemas.rows import register_row
from transforms import activity
from transforms.dedupe.fingerprint import encode
from transforms.dedupe.sketch import sketch
from transforms.step import REJECTS, TALLIES, Tally, in_global_window

ITEMS = "items"
REJECTED = "rejects"
REJECT_BYTES = 32 << 20  # of rejected items held in memory before they are staged


@register_row
@dataclass(frozen=True, slots=True)
class StagedFile:
    """A staging file: `kind` is `items` or `rejects`, `path` where it lies, `rows` how many it holds."""

    kind: str
    path: str
    rows: int


def refused(item: Item, error: ItemError) -> Reject:
    """The reject of an item that cannot be a row."""
    # Its text is all that is left of it here; its bytes are with the source.
    return Reject(
        item.source,
        Stage.NORMALIZE,
        error.code,
        f"{error.message}{KEPT}is the text alone",
        item.body_text.encode("utf-8", "replace"),
        item.received_at,
        attributes=item.attributes,
    )


class _StageItems(beam.DoFn):
    """Writes a staging file whenever enough items have come, or the bundle ends.

    A bundle that is tried again leaves files that no record names; they go with the run's folder.
    """

    def __init__(self, folder: Location, partition_by: PartitionBy, rows: int) -> None:
        self._folder = folder
        self._partition_by = partition_by
        self._rows = rows

    def start_bundle(self) -> None:
        self._staging = Staging(self._folder, self._partition_by, max_rows=self._rows)
        self._staged = self._nanoseconds = 0

    def process(self, element: Item) -> Iterator[object]:
        started = time.perf_counter_ns()
        activity.note("items")
        try:
            full = self._staging.add(element, encode(sketch(element)))
        except ItemError as error:
            yield beam.pvalue.TaggedOutput(REJECTS, refused(element, error))
            full = False
        staged = self._flush() if full else None
        self._nanoseconds += time.perf_counter_ns() - started
        if staged:
            yield staged

    def finish_bundle(self) -> Iterator[object]:
        started = time.perf_counter_ns()
        staged = self._flush()
        self._nanoseconds += time.perf_counter_ns() - started
        if staged.rows:
            yield in_global_window(staged)
        for event, count in (("in", self._staged), ("nanoseconds", self._nanoseconds)):
            yield in_global_window(beam.pvalue.TaggedOutput(TALLIES, Tally("stage", event, "", count)))

    def _flush(self) -> StagedFile:
        staged = self._staging.flush()
        self._staged += len(staged.ids)
        return StagedFile(ITEMS, staged.path, len(staged.ids))


class _StageRejects(beam.DoFn):
    def __init__(self, folder: Location, run_id: str, now: int | None) -> None:
        self._folder = folder
        self._run_id = run_id
        self._now = now

    def start_bundle(self) -> None:
        self._buffer: list[Reject] = []
        self._bytes = 0

    def process(self, element: Reject) -> Iterator[StagedFile]:
        activity.note("rejects")
        self._buffer.append(element)
        self._bytes += len(element.raw)
        if self._bytes >= REJECT_BYTES:
            yield self._flush()

    def finish_bundle(self) -> Iterator[object]:
        if self._buffer:
            yield in_global_window(self._flush())

    def _flush(self) -> StagedFile:
        now = time.time_ns() // 1000 if self._now is None else self._now
        staged = stage_rejects(self._folder, self._buffer, run_id=self._run_id, now=now)
        self._buffer, self._bytes = [], 0
        return StagedFile(REJECTED, staged.path, len(staged.ids))


class StageItems(beam.PTransform):
    """`Item` -> `StagedFile`, with outputs `rejects` and `tallies`.

    Args:
        folder: where the files go, on storage that all workers reach.
        partition_by: partition keys of the dataset.
        rows: items held in memory at the most.
    """

    def __init__(self, folder: Location, partition_by: PartitionBy, rows: int) -> None:
        super().__init__()
        self._step = _StageItems(folder, partition_by, rows)

    def expand(self, pcoll: beam.PCollection) -> beam.pvalue.DoOutputsTuple:
        """Apply the stage."""
        step = beam.ParDo(self._step).with_output_types(StagedFile)
        return pcoll | step.with_outputs(REJECTS, TALLIES, main="files")


class StageRejects(beam.PTransform):
    """`Reject` -> `StagedFile`.

    Args:
        folder: where the files go, on storage that all workers reach.
        run_id: the run, for the rows.
        now: `received_at` of rejects whose source cannot tell, microseconds since the epoch (UTC); None
            for the time at which they are staged.
    """

    def __init__(self, folder: Location, run_id: str, now: int | None) -> None:
        super().__init__()
        self._step = _StageRejects(folder, run_id, now)

    def expand(self, pcoll: beam.PCollection) -> beam.PCollection:
        """Apply the stage."""
        return pcoll | beam.ParDo(self._step).with_output_types(StagedFile)
