"""A cycle's work shared by several processes: this one and its coworkers, for as long as a stream goes.

Reading, normalizing and writing are done in shares; what needs all items together, linking and committing,
is done here. A small cycle is done here alone, as it costs less than to share it: a stream of few items never
has a second process.
"""

from __future__ import annotations

import collections
import contextlib
import logging
import math
import os
from collections.abc import Sequence

from apache_beam.runners.runner import PipelineState

from pipeline import finish, monitor, share
from pipeline.coworker import Coworker
from pipeline.finish import Result
from pipeline.link import planned
from pipeline.options import Config
from pipeline.plan import FilePlan
from pipeline.repeated import RepeatedGraph
from pipeline.share import Done, Share, Work
from pipeline.sinks.dataset import Dataset
from pipeline.sources.live import Delivery
from transforms.step import tally_key

LEAST = 100  # deliveries of a share: fewer are done sooner by one process
_FILE = 10  # rows that cost as much as to begin and end a file


def worth_while() -> int:
    """How many processes are worth while here, where nobody says: one a core, but no more than two.

    Linking and committing stay with one of them, and each holds some 250 MB.
    """
    return min(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def dealt(plans: Sequence[FilePlan], shares: int) -> list[list[FilePlan]]:
    """Final files dealt out so that all shares have about as much to do.

    Args:
        plans: the files, the most work first.
        shares: how many.
    """
    given: list[list[FilePlan]] = [[] for _ in range(shares)]
    work = [0] * shares
    for one in plans:
        least = work.index(min(work))
        given[least].append(one)
        work[least] += one.rows + _FILE
    return given


class SharedGraph:
    """The graph of `pipeline.graph.build` for the deliveries of a cycle, in several processes. A `Graph`.

    Args:
        config: what the stream is told; all cycles share its run id.
        dataset: where rows go.
        processes: how many share the work, this one among them.
    """

    def __init__(self, config: Config, dataset: Dataset, processes: int) -> None:
        self._config = config
        self._dataset = dataset
        self._processes = processes
        self._alone = RepeatedGraph(config, dataset)
        self._own: Share | None = None
        self._coworkers: list[Coworker] = []

    @property
    def pids(self) -> list[int]:
        """Of the coworkers' processes, those that are starting among them."""
        return [one.pid for one in self._coworkers]

    def ready(self) -> bool:
        """Whether the next large cycle would be shared; who is missing for it is started."""
        return bool(self._ready(self._processes - 1))

    def run(self, deliveries: Sequence[Delivery], problem: str | None = None) -> str | None:
        """See `pipeline.repeated.Graph`. What goes wrong in another process is raised here."""
        coworkers = self._ready(min(self._processes, len(deliveries) // LEAST) - 1)
        if not coworkers:
            return self._alone.run(deliveries, problem)
        self._own = self._own or Share(self._config, self._dataset, 0)
        self._shared(deliveries, problem, self._own, coworkers)
        return str(PipelineState.DONE)

    def close(self) -> None:
        """See `pipeline.repeated.Graph`."""
        while self._coworkers:
            self._coworkers.pop().close()

    def _ready(self, wanted: int) -> list[Coworker]:
        """Coworkers that can begin at once, at the most as many as wanted; who is missing is started."""
        ready = []
        for one in self._coworkers[: max(0, wanted)]:
            new = not one.began
            try:
                if one.ready():
                    ready.append(one)
                    if new:
                        message = f"process {one.pid} does a share of large cycles"
                        monitor.say(logging.INFO, "process", message, pid=one.pid)
            except Exception as error:  # noqa: BLE001 - whatever it is, this process can do all alone
                one.close()
                self._coworkers.remove(one)
                if new:
                    self._processes = 1
                    message = f"another process cannot be had, this one does all from now on: {error}"
                    monitor.say(logging.WARNING, "process", message)
                    return []
        for number in {*range(1, wanted + 1)} - {one.number for one in self._coworkers}:
            self._coworkers.append(Coworker(self._config, number))
        return ready

    def _shared(
        self, deliveries: Sequence[Delivery], problem: str | None, own: Share, coworkers: Sequence[Coworker]
    ) -> None:
        run_id, config = self._config.run_id, self._config
        shares = 1 + len(coworkers)
        numbers = [0, *(one.number for one in coworkers)]
        folders = [share.folder_of(self._dataset, run_id, number) for number in numbers]
        for start, folder in enumerate(folders):
            share.give_deliveries(folder, deliveries[start::shares], problem)
        staged = self._together(Work.STAGE, own, coworkers)
        files = [file for result in staged for file in result.files]
        # As many files as there are shares, where one would hold most of the rows.
        most = max(LEAST, math.ceil(sum(file.rows for file in files) / shares))
        folder = self._dataset.staging(run_id)
        plans, tallies = planned(
            files,
            str(self._dataset.root),
            run_id,
            folder / "links",
            config.horizon,
            min(most, config.rows_per_file),
        )
        for place, part in zip(folders, dealt(plans, shares), strict=True):
            share.give_plans(place, part)
        written = self._together(Work.WRITE, own, coworkers)
        counts: collections.Counter[tuple[str, str, str]] = collections.Counter(dict(map(tally_key, tallies)))
        for result in (*staged, *written):
            counts.update(result.tallies)
        made = sorted((file for result in written for file in result.files), key=lambda file: str(file.path))
        finish.save(folder, Result(tuple(made), counts))

    def _together(self, work: Work, own: Share, coworkers: Sequence[Coworker]) -> list[Done]:
        """The results of all shares, done at the same time. Where one fails, the others are done as well when
        it is raised: nobody writes any more.
        """
        asked: list[Coworker] = []
        results: list[Done] = []
        try:
            for one in coworkers:
                one.ask(work)
                asked.append(one)
            results.append(own.do(work))
            while asked:
                results.append(asked.pop().answer())
        finally:
            for one in asked:
                with contextlib.suppress(Exception):
                    one.answer()
        return results
