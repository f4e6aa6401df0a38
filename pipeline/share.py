"""A share of a stream's cycle: what one of several processes does of it, with the steps of the whole graph.

    deliveries ─► share 0: stage ─┐                ┌─► share 0: write ─┐
               ─► share 1: stage ─┴─► link, plan ──┴─► share 1: write ─┴─► commit

A share lies in a folder below the run's staging folder: its deliveries or plans go in there as files, and
its result comes out as one, so that each step is a graph that is built once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import apache_beam as beam
import orjson
from apache_beam.runners.runner import PipelineState

from pipeline import finish
from pipeline.finish import Finish, Result
from pipeline.graph import stage
from pipeline.options import Config
from pipeline.plan import FilePlan
from pipeline.repeated import Repeated
from pipeline.sinks import durable
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.manifest import DataFile
from pipeline.sources import spool
from pipeline.sources.live import Delivery
from pipeline.stage import StagedFile
from pipeline.write import Write
from schemas.errors import WirebeamError

_SPOOL, _PLANS = "deliveries", "plans.json"


class Work(StrEnum):
    """What is done in shares."""

    STAGE = "stage"
    WRITE = "write"


def folder_of(dataset: Dataset, run_id: str, number: int) -> Path:
    """Where a share lies."""
    return dataset.staging(run_id) / "shares" / str(number)


def give_deliveries(folder: Path, deliveries: Sequence[Delivery], problem: str | None = None) -> None:
    """Deliveries for `Work.STAGE`; `problem` as in `pipeline.repeated.Graph.run`.

    Raises:
        WirebeamError: they could not be written.
    """
    spool.write(folder / _SPOOL, deliveries, problem)


def give_plans(folder: Path, plans: Sequence[FilePlan]) -> None:
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

    def do(self, work: str) -> Result[Any]:
        """Do what was given: the files that were made, `StagedFile`s or `DataFile`s, and what was counted.

        Args:
            work: a `Work`.

        Raises:
            Exception: whatever went wrong in a step.
        """
        state = self._graphs[Work(work)].run()
        if state not in (None, PipelineState.DONE):
            raise WirebeamError(f"the pipeline ended as {state}; nothing was committed")
        kind: type[Any] = StagedFile if work == Work.STAGE else DataFile
        return finish.load(self._folder / work, kind)

    def _stage(self, pipeline: beam.Pipeline) -> None:
        found = pipeline | "Source" >> spool.ReadSpool(self._folder / _SPOOL)
        files, tallies = stage(found, self._config, self._folder, self._dataset.partition_by)
        counted = tallies | "AllTallies" >> beam.Flatten()
        (files, counted) | "Finish" >> Finish(self._folder / Work.STAGE, StagedFile)

    def _write(self, pipeline: beam.Pipeline) -> None:
        plans = (
            pipeline
            | "Paths" >> beam.Create([str(self._folder / _PLANS)], reshuffle=False)
            | "Plans" >> beam.ParDo(_ReadPlans()).with_output_types(FilePlan)
        )
        # The final files lie together, wherever they were written: none has the name of another.
        staging = self._dataset.staging(self._config.run_id)
        written = plans | "Write" >> Write(
            staging, self._config.run_id, self._dataset.partition_by, self._config.tagging
        )
        (written.files, written.tallies) | "Finish" >> Finish(self._folder / Work.WRITE)
