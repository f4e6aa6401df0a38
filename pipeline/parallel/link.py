"""Linking as a graph: the same links as `pipeline.link.Link` gives, on as many workers as there are.

    StagedFile ► times ─► Cut ═► Number ═► Pair ═► Compare ═► Choose ─► FilePlan
                           spans   keys of    pairs    relations
                                   items

A double line is a shuffle: of spans' bounds, of items' keys and numbers (25 bytes a key, before they are
compressed), of pairs, of relations. Sketches stay in files, as texts do. Two steps are serial: `Cut`, which
sees times alone, and `Choose`.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import apache_beam as beam
import numpy as np

from pipeline.link import by_work, sort_rejects
from pipeline.parallel.choosing import choose
from pipeline.parallel.comparing import compared, paired
from pipeline.parallel.numbering import number, rows_path
from pipeline.parallel.packed import packed, unpacked
from pipeline.parallel.spans import Span, spans
from pipeline.plan import VERDICTS_FILE, FilePlan, Verdicts
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.snapshot import Snapshot
from pipeline.sinks.storage import Location
from pipeline.stage import ITEMS, REJECTED, StagedFile
from pipeline.staged import StagedRows
from schemas.rows import register_row
from transforms import activity
from transforms.step import TALLIES, Tally, in_global_window

_PARTS = "parts"
_ROWS = "rows"
_RELATIONS = "relations"


@register_row
@dataclass(frozen=True, slots=True)
class Part:
    """What choosing gets.

    Attributes:
        kind: `rows` of a span's items, `relations`, or staged `rejects`.
        span: number of the span, for rows and relations.
        path: the file of the rows or rejects.
        data: relations, packed.
    """

    kind: str
    span: int = 0
    path: str = ""
    data: bytes = b""


class _Terms(beam.DoFn):
    """What the steps of linking know; the dataset is read once a bundle."""

    def __init__(self, output: str, folder: Location, horizon: int) -> None:
        self._output = output
        self._folder = folder
        self._horizon = horizon

    def start_bundle(self) -> None:
        self._snapshot: Snapshot | None = None

    def snapshot(self) -> Snapshot:
        if self._snapshot is None:
            self._snapshot = Dataset.read(self._output).snapshot()
        return self._snapshot


class _Step(_Terms):
    """A step that counts."""

    def start_bundle(self) -> None:
        super().start_bundle()
        self._counts: Counter[tuple[str, str]] = Counter()

    @abstractmethod
    def apply(self, element: Any) -> Iterable[Any]:
        """What comes of an element."""

    def process(self, element: Any) -> Iterator[Any]:
        started = time.perf_counter_ns()
        for made in self.apply(element):
            self._counts["nanoseconds", ""] += time.perf_counter_ns() - started
            yield made
            started = time.perf_counter_ns()
        self._counts["nanoseconds", ""] += time.perf_counter_ns() - started

    def finish_bundle(self) -> Iterator[Any]:
        for (event, label), count in sorted(self._counts.items()):
            yield in_global_window(beam.pvalue.TaggedOutput(TALLIES, Tally("link", event, label, count)))


class _Times(beam.DoFn):
    """Event times of staged items; rejects, which are not linked, go round."""

    def process(self, element: StagedFile) -> Iterator[Any]:
        if element.kind == REJECTED:
            yield beam.pvalue.TaggedOutput(_PARTS, Part(REJECTED, path=element.path))
        elif element.kind == ITEMS:
            times = StagedRows.open([element.path]).times
            yield None, (element.path, packed([np.sort(times)]))


class _Cut(_Step):
    def apply(self, element: tuple[None, Iterable[tuple[str, bytes]]]) -> Iterator[Any]:
        staged = {path: unpacked([data], [np.int64])[0] for path, data in element[1]}
        for span in spans(list(staged.items()), self.snapshot(), self._horizon):
            # Choosing begins when all before it has ended: the rows are there by then.
            path = str(rows_path(self._folder, span.number))
            yield beam.pvalue.TaggedOutput(_PARTS, Part(_ROWS, span.number, path))
            yield span


class _Number(_Terms):
    """What it counts goes with the rows: of a step with several outputs Flink sends all to each reader."""

    def process(self, element: Span) -> Iterator[tuple[int, bytes]]:
        yield from number(element, self.snapshot(), self._folder).items()


class _Pair(_Step):
    def apply(self, element: tuple[int, Iterable[bytes]]) -> Iterator[tuple[int, bytes]]:
        return paired(element[1], self._horizon, self._counts)


class _Compare(_Step):
    def apply(self, element: tuple[int, Iterable[bytes]]) -> Iterator[Part]:
        data, counts = compared(element[1], self._folder, self._horizon)
        self._counts += counts
        if data is not None:
            yield Part(_RELATIONS, element[0], data=data)


class _Choose(_Step):
    def __init__(self, output: str, folder: Location, horizon: int, rows_per_file: int) -> None:
        super().__init__(output, folder, horizon)
        self._rows_per_file = rows_per_file

    def apply(self, element: tuple[None, Iterable[Part]]) -> list[FilePlan]:
        parts = list(element[1])
        plans, counts = plan(parts, self.snapshot(), self._folder, self._horizon, self._rows_per_file)
        self._counts += counts
        activity.note("linked", sum(count for (event, _), count in counts.items() if event == "link"))
        return sorted(plans, key=by_work)


def plan(
    parts: Iterable[Part], snapshot: Snapshot, folder: Location, horizon: int, rows_per_file: int
) -> tuple[list[FilePlan], Counter[tuple[str, str]]]:
    """Chooses the links and plans the final files, as `pipeline.link.plan` does from sketches.

    Args:
        parts: of all spans, in any order.
        snapshot: the dataset before the run.
        folder: takes the table of verdicts.
        horizon: how far apart in event time linked items may be, microseconds.
        rows_per_file: rows in one final file at the most.

    Returns:
        The files to write, and what was counted: `(event, label)` -> count.
    """
    verdicts = Verdicts()
    found = sorted(parts, key=lambda part: (part.kind, part.span, part.path))
    files = choose(
        {part.span: part.path for part in found if part.kind == _ROWS},
        {part.span: part.data for part in found if part.kind == _RELATIONS},
        horizon,
        verdicts,
    )
    rejects = [part.path for part in found if part.kind == REJECTED]
    sort_rejects(StagedRows.open(rejects, "received_at"), len(files), snapshot, verdicts)
    return verdicts.save(folder / VERDICTS_FILE, [*files, *rejects], rows_per_file), verdicts.counts


class _Linked(NamedTuple):
    plans: beam.PCollection
    tallies: beam.PCollection


class LinkInParallel(beam.PTransform):
    """`StagedFile` -> `FilePlan`, with output `tallies`: the links and files of `pipeline.link.Link`.

    Args:
        output: folder of the dataset.
        folder: takes the items in their order, their sketches, and the table of verdicts: on storage that all
            workers reach.
        horizon: how far apart in event time linked items may be, microseconds.
        rows_per_file: rows in one final file at the most.
    """

    def __init__(self, output: str, folder: Location, horizon: int, rows_per_file: int) -> None:
        super().__init__()
        terms = (output, folder, horizon)
        self._cut, self._number, self._pair, self._compare = (
            step(*terms) for step in (_Cut, _Number, _Pair, _Compare)
        )
        self._choose = _Choose(*terms, rows_per_file)

    def expand(self, pcoll: beam.PCollection) -> _Linked:
        """Apply the stage."""
        read = pcoll | "Times" >> beam.ParDo(_Times()).with_output_types(
            tuple[None, tuple[str, bytes]]
        ).with_outputs(_PARTS, main="times")
        cut = read.times | "TimesTogether" >> beam.GroupByKey() | "Cut" >> _step(self._cut, Span)
        numbered = (
            cut.made | "SpreadSpans" >> beam.Reshuffle() | "Number" >> _step(self._number, tuple[int, bytes])
        )
        paired = numbered.made | "ByKey" >> beam.GroupByKey() | "Pair" >> _step(self._pair, tuple[int, bytes])
        related = paired.made | "ByItem" >> beam.GroupByKey() | "Compare" >> _step(self._compare, Part)
        chosen = (
            (read[_PARTS], cut[_PARTS], related.made)
            | "AllParts" >> beam.Flatten()
            | "Together" >> beam.WithKeys(None).with_output_types(tuple[None, Part])
            | "PartsTogether" >> beam.GroupByKey()
            | "Choose" >> _step(self._choose, FilePlan)
        )
        tallies = [one[TALLIES] for one in (cut, paired, related, chosen)] | beam.Flatten()
        return _Linked(chosen.made, tallies)


def _step(step: _Step, made: Any) -> beam.PTransform:
    return beam.ParDo(step).with_output_types(made).with_outputs(_PARTS, TALLIES, main="made")
