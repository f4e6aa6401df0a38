"""Resources to raw items, in the pipeline."""

from __future__ import annotations

from collections.abc import Iterator

import apache_beam as beam

from pipeline.sources.files import Resource
from pipeline.sources.read import read
from schemas.errors import Reject, Stage
from schemas.raw import RawItem
from schemas.rows import register_row
from transforms.expand.expand import Hints
from transforms.expand.limits import ExpandLimits
from transforms.step import REJECTS, TALLIES, Step

register_row(Resource)


class ReadStep(Step):
    """`Resource` -> `RawItem`: opened, archives expanded."""

    stage = Stage.EXPAND

    def __init__(self, hints: Hints, limits: ExpandLimits) -> None:
        self._hints = hints
        self._limits = limits

    def apply(self, element: Resource) -> Iterator[RawItem | Reject]:
        """See `Step`."""
        return read(element, self._hints, self._limits)

    def raw(self, element: Resource) -> RawItem:
        """See `Step`."""
        return RawItem(element.uri, element.data or b"", element.received_at)


class Read(beam.PTransform):
    """`Resource` -> `RawItem`, with outputs `rejects` and `tallies`: opened, archives expanded.

    Args:
        hints: provider and format of every item, where the user gave them.
        limits: of size, members, expansion and nesting.
    """

    def __init__(self, hints: Hints | None = None, limits: ExpandLimits | None = None) -> None:
        super().__init__()
        self._hints = hints or Hints()
        self._limits = limits or ExpandLimits()

    def expand(self, pcoll: beam.PCollection) -> beam.pvalue.DoOutputsTuple:
        """Apply the stage."""
        step = beam.ParDo(ReadStep(self._hints, self._limits)).with_output_types(RawItem)
        return pcoll | step.with_outputs(REJECTS, TALLIES, main="items")
