"""A share of a stream's cycle: what one of several processes does of it, with the steps of the whole graph.

    deliveries ─► share 0: stage ─┐                ┌─► share 0: write ─┐
               ─► share 1: stage ─┴─► link, plan ──┴─► share 1: write ─┴─► commit

A share lies in a folder below the run's staging folder: its deliveries or plans go in there as files, so that
each step is a graph that is built once.
"""

from __future__ import annotations

import collections
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import apache_beam as beam
import orjson
from apache_beam.runners.runner import PipelineState

from pipeline.graph import stage
from pipeline.options import Config
from pipeline.plan import FilePlan
from pipeline.repeated import Repeated
from pipeline.sinks import durable
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.storage import Location
from pipeline.sources import spool
from pipeline.sources.live import Delivery
from pipeline.write import Write
from schemas.errors import WirebeamError
from transforms.step import Tally, tally_key

_SPOOL, _PLANS = "deliveries", "plans.json"


class Work(StrEnum):
    """What is done in shares."""

    STAGE = "stage"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Done:
    """What was made of a share.

    Attributes:
        files: `StagedFile`s after `Work.STAGE`, `DataFile`s after `Work.WRITE`.
        tallies: (stage, event, label) -> count.
    """

    files: Sequence[Any]
    tallies: Mapping[tuple[str, str, str], int]


def folder_of(dataset: Dataset, run_id: str, number: int) -> Location:
    """Where a share lies."""
    return dataset.staging(run_id) / "shares" / str(number)


def give_deliveries(folder: Location, deliveries: Sequence[Delivery], problem: str | None = None) -> None:
    """Deliveries for `Work.STAGE`; `problem` as in `pipeline.repeated.Graph.run`.

    Raises:
        WirebeamError: they could not be written.
    """
    spool.write(folder / _SPOOL, deliveries, problem)


def give_plans(folder: Location, plans: Sequence[FilePlan]) -> None:
    """Final files to be written, for `Work.WRITE`.

    Raises:
        WirebeamError: they could not be written.
    """
    with durable.explained(folder):
        values = [[one.dataset, one.partition, one.verdicts, one.start, one.rows] for one in plans]
        durable.place(folder / _PLANS, orjson.dumps(values))


class _ReadPlans(beam.DoFn):
    def process(self, element: str) -> Iterator[FilePlan]:
        for values in orjson.loads(Path(element).read_bytes()):
            yield FilePlan(*values)


_MADE: dict[str, list[Any]] = {}
"""What the graphs of this process have made, by the folder of their share, until they have run."""


class _Hand(beam.DoFn):
    """Hands elements to who runs the graph, in this process; `Finish` costs as much as a hundred items."""

    def __init__(self, folder: Location) -> None:
        self._folder = str(folder)

    def start_bundle(self) -> None:
        self._elements: list[Any] = []

    def process(self, element: Any) -> None:
        self._elements.append(element)

    def finish_bundle(self) -> None:
        _MADE[self._folder] += self._elements


class Share:
    """Does the work of one share, cycle after cycle.

    Args:
        config: what the stream is told; all cycles share its run id.
        dataset: where rows go.
        number: of the share.
    """

    def __init__(self, config: Config, dataset: Dataset, number: int) -> None:
        self._config = config
        self._dataset = dataset
        self._folder = folder_of(dataset, config.run_id, number)
        self._graphs = {Work.STAGE: Repeated(self._stage), Work.WRITE: Repeated(self._write)}

    def do(self, work: str) -> Done:
        """Do what was given.

        Args:
            work: a `Work`.

        Raises:
            Exception: whatever went wrong in a step.
        """
        made = _MADE[str(self._folder)] = []
        state = self._graphs[Work(work)].run()
        if state not in (None, PipelineState.DONE):
            raise WirebeamError(f"the pipeline ended as {state}; nothing was committed")
        tallies: collections.Counter[tuple[str, str, str]] = collections.Counter()
        for one in made:
            if isinstance(one, Tally):
                name, count = tally_key(one)
                tallies[name] += count
        return Done([one for one in made if not isinstance(one, Tally)], tallies)

    def _stage(self, pipeline: beam.Pipeline) -> None:
        found = pipeline | "Source" >> spool.ReadSpool(self._folder / _SPOOL)
        files, tallies = stage(found, self._config, self._folder, self._dataset.partition_by)
        self._hand(*files, *tallies)

    def _write(self, pipeline: beam.Pipeline) -> None:
        plans = (
            pipeline
            | "Paths" >> beam.Create([str(self._folder / _PLANS)], reshuffle=False)
            | "Plans" >> beam.ParDo(_ReadPlans()).with_output_types(FilePlan)
        )
        # The final files lie together, wherever they were written: none has the name of another.
        staging = self._dataset.staging(self._config.run_id)
        keys = self._dataset.partition_by
        written = plans | "Write" >> Write(staging, self._config.run_id, keys, self._config.tagging)
        self._hand(written.files, written.tallies)

    def _hand(self, *made: beam.PCollection) -> None:
        """One step each, and no Flatten: so they are all part of the steps before them."""
        for number, one in enumerate(made):
            one | f"Hand{number}" >> beam.ParDo(_Hand(self._folder))
