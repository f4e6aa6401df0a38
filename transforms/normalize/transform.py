"""Parsed items to items, in the pipeline."""

from __future__ import annotations

import time
from collections.abc import Iterator

import apache_beam as beam

from schemas.errors import Stage
from schemas.item import Item
from schemas.raw import RawItem
from transforms.normalize.item import normalize
from transforms.parse.transform import ParsedRaw
from transforms.step import REJECTS, TALLIES, Step


class NormalizeStep(Step):
    """`ParsedRaw` -> `Item`."""

    stage = Stage.NORMALIZE

    def __init__(self, ingested_at: int | None) -> None:
        self._ingested_at = ingested_at

    def start_bundle(self) -> None:
        """See `Step`."""
        super().start_bundle()
        self._now = time.time_ns() // 1000 if self._ingested_at is None else self._ingested_at

    def apply(self, element: ParsedRaw) -> Iterator[Item]:
        """See `Step`."""
        yield normalize(element.parsed, ingested_at=self._now, attributes=element.raw.attributes)

    def raw(self, element: ParsedRaw) -> RawItem:
        """See `Step`."""
        return element.raw

    def source_format(self, element: ParsedRaw) -> str | None:
        """See `Step`."""
        return element.parsed.source_format

    def label(self, result: Item) -> str:
        """See `Step`."""
        return result.provider


class Normalize(beam.PTransform):
    """`ParsedRaw` -> `Item`, with outputs `rejects` and `tallies`.

    Args:
        ingested_at: time of the run, microseconds since the epoch (UTC); injected, so that a run can
            be repeated to the byte. None where a graph never ends: the time of each bundle.
    """

    def __init__(self, ingested_at: int | None) -> None:
        super().__init__()
        self._ingested_at = ingested_at

    def expand(self, pcoll: beam.PCollection) -> beam.pvalue.DoOutputsTuple:
        """Apply the stage."""
        step = beam.ParDo(NormalizeStep(self._ingested_at)).with_output_types(Item)
        return pcoll | step.with_outputs(REJECTS, TALLIES, main="items")
