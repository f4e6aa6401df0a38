"""A stream: a loop of small bounded runs of the one graph, each committed whole, with the sources' positions.

    take ─► graph ─► manifest (files and positions) ─► acknowledge to the sources ─► wait ─► take …

Positions are read from the manifest alone. Killed before the manifest, the next process takes the same
deliveries again; killed after it, it goes on behind them, and what a source hands over once more is known by
its id and adds no row. What fails is tried again with the same deliveries, which are kept until then.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence

import pyarrow as pa

from pipeline import writers
from pipeline.account import Account, account
from pipeline.cycle import Batch, Cycle, Failure, Feed, Listeners, Pace
from pipeline.failure import PipelineFailed
from pipeline.following import Following, backoff
from pipeline.memory import Memory
from pipeline.merge import merge
from pipeline.options import Config
from pipeline.repeated import Graph, RepeatedGraph
from pipeline.report import Tallies
from pipeline.run import ingest
from pipeline.session import Session
from pipeline.sinks import commit, manifest
from pipeline.sinks.commit import Failpoint
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.manifest import Manifest
from pipeline.sinks.partition import PartitionBy
from pipeline.writers import Writer
from schemas.errors import WirebeamError

# Of the installation or the machine: to take items apart, and to reject them, would help nobody.
_NOT_THE_ITEMS = (ImportError, MemoryError, OSError)
_ATTEMPTS = 2  # of the graph over the same deliveries, before they are taken apart
_LEAST = 50  # deliveries a cycle, however slow the machine


class Stream:
    """Follows feeds into a dataset until told to stop.

    Args:
        config: what the stream is told; its run id names the session.
        feeds: what to follow.
        pace: how fast.
        listeners: who is told.
        clock: seconds, monotonic.
        failpoint: called with each step's name once it is done; tests crash here.
        graph: what runs a cycle: in this process, or on an engine (`pipeline.dispatch`).
    """

    def __init__(
        self,
        config: Config,
        feeds: Sequence[Feed],
        pace: Pace | None = None,
        listeners: Listeners | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        failpoint: Failpoint = commit.nothing,
        graph: Callable[[Config, Dataset], Graph] = RepeatedGraph,
    ) -> None:
        self._config = config
        self._pace = pace or Pace()
        self._listeners = listeners or Listeners()
        self._clock = clock
        self._following = Following(feeds, self._pace, self._listeners, clock)
        self._failpoint = failpoint
        self._dataset: Dataset | None = None
        self._make_graph = graph
        self._graph: Graph | None = None
        self._session: Session | None = None
        self._memory = Memory(config.horizon)
        self._batch: Batch | None = None
        self._most = min(self._pace.items, self._pace.first)
        self._failures = 0
        self._taken_at = 0.0
        self._unmerged = 0
        self._reload: Callable[[], Sequence[Feed]] | None = None

    @property
    def feeds(self) -> Sequence[Feed]:
        """The feeds that are followed now."""
        return self._following.feeds

    def open(self) -> None:
        """Open the dataset and the feeds, each behind the position that the newest manifest holds.

        Raises:
            WirebeamError: the dataset is not to be had, or a feed can never work as it is configured.
        """
        keys = PartitionBy.wanted(self._config.partition_by)
        self._dataset = Dataset.open(self._config.output, partition_by=keys)
        writers.register(self._config.run_id, Writer(self._dataset, self._memory))
        self._graph = self._make_graph(self._config, self._dataset)
        self._session = Session(self._config, self._clock())
        self._following.open(self._dataset.snapshot().positions)

    def run(self, stop: threading.Event) -> None:
        """Turn until `stop` is set; the cycle at hand is finished first."""
        self._taken_at = self._clock()
        while not stop.is_set():
            began = self._clock()
            wait = self.turn()
            if self._pace.idle is not None and self._clock() - self._taken_at >= self._pace.idle:
                break
            stop.wait(max(0.0, wait - (self._clock() - began)) if not self._failures else wait)

    def close(self) -> None:
        """Close feeds and dataset; what was not committed is left to the next process."""
        self._following.close()
        if self._dataset is not None:
            if self._session is not None:
                with contextlib.suppress(WirebeamError):
                    self._session.report(self._dataset, finished=True)
            self._dataset.close()
            self._dataset = None
        if self._graph is not None:
            self._graph.close()
        writers.forget(self._config.run_id)

    def reload(self, feeds: Callable[[], Sequence[Feed]]) -> None:
        """Follow other feeds from the next turn on; may be called from a signal handler.

        Args:
            feeds: makes the new list; feeds of it that are followed already are to be the same objects.
        """
        self._reload = feeds

    def turn(self) -> float:
        """One turn of the loop: take, run, commit, acknowledge.

        Returns:
            Seconds to wait before the next, 0 where more is waiting.
        """
        began = self._clock()
        if self._reload is not None and self._batch is None and self._dataset is not None:
            feeds, self._reload = self._reload, None
            self._following.replace(feeds, self._dataset.snapshot().positions)
        self._listeners.turned(self.feeds, began)
        if self._batch is None:
            taken, deliveries = self._following.take(began, self._most)
            if deliveries:
                self._failpoint("taken")
                self._batch = Batch(taken, [deliveries])
        self._following.hear(began)
        if self._dataset is None and self._batch is None:
            with contextlib.suppress(WirebeamError):
                self._opened()
        if self._session is not None and self._dataset is not None and self._session.due(began):
            with contextlib.suppress(WirebeamError):
                self._session.report(self._dataset, finished=False)
        if self._batch is None:
            return self._pace.every
        try:
            more = self._commit(self._batch, began)
        except WirebeamError as error:
            return self._failed(self._batch, error)
        finally:
            self._taken_at = self._clock()
        if self._failures:
            self._failures = 0
            self._listeners.recovered("commit")
        self._merge()
        return 0.0 if more else self._pace.every

    def _commit(self, batch: Batch, began: float) -> bool:
        """Commit what is left of a batch, and acknowledge it.

        Returns:
            Whether more is waiting.

        Raises:
            WirebeamError: it was not committed, or not all of it.
        """
        while batch.parts:
            self._commit_part(batch, began)
            began = self._clock()
        more = any(taken.more for taken in batch.taken.values())
        self._batch = None
        self._following.acknowledge(batch.taken)
        self._failpoint("acknowledged")
        return more

    def _commit_part(self, batch: Batch, began: float) -> None:
        dataset, graph = self._opened()
        part, run_id = batch.parts[0], self._config.run_id
        if batch.base is not None and (made := _committed(dataset, run_id, batch.base)) is not None:
            # Its manifest was there when something went wrong: opening the dataset completed the commit.
            self._done(batch, made, Account(), began)
            return
        batch.base = dataset.snapshot().sequence
        last = len(batch.parts) == 1
        refused = batch.failures > _ATTEMPTS and len(part) == 1
        problem = "its delivery made the whole pipeline fail" if refused else None
        positions = {name: taken.position for name, taken in batch.taken.items()} if last else None
        result, made = ingest(
            dataset,
            run_id,
            lambda: graph.run(part, problem),
            positions=positions,
            failpoint=self._failpoint,
        )
        self._memory.committed(made.sequence)
        self._failpoint("committed")
        try:
            found = account(dataset.staging(run_id), batch.feeds)
        except (OSError, pa.ArrowException):
            found = Account()  # it is committed all the same
        dataset.discard(run_id)
        self._adapt(len(part), self._clock() - began)
        self._done(batch, made, found, began, result.tallies)

    def _done(
        self, batch: Batch, made: Manifest, found: Account, began: float, tallies: Tallies | None = None
    ) -> None:
        """A part is committed: who watches is told."""
        part = batch.parts.pop(0)
        batch.failures, batch.base = 0, None
        if self._session is not None:
            self._session.add(made.counts, tallies or {})
        more = bool(batch.parts) or any(taken.more for taken in batch.taken.values())
        seconds = self._clock() - began
        self._listeners.committed(
            Cycle(made.sequence, made.counts, found, len(part), seconds, made.committed_at, more)
        )

    def _adapt(self, deliveries: int, seconds: float) -> None:
        """Take as many next time as a cycle can do in its time."""
        if seconds > self._pace.longest:
            self._most = max(_LEAST, int(deliveries * self._pace.longest / seconds))
        elif deliveries >= self._most:
            self._most = self._most * 3 // 2
        self._most = max(1, min(self._most, self._pace.items))

    def _merge(self) -> None:
        """Merge small files, now and then; what fails is tried again later."""
        self._unmerged += 1
        if not self._pace.merge or self._unmerged < self._pace.merge // 2 or self._dataset is None:
            return
        try:
            made = merge(self._dataset, self._config.run_id, self._pace.merge, failpoint=self._failpoint)
        except WirebeamError as error:
            self._unmerged = 0
            self._listeners.failed(Failure("merge", str(error), 1, 0.0))
            self._dataset.close()  # opened again, which completes or undoes it
            self._dataset = None
            return
        if made is None:
            self._unmerged = 0  # otherwise another partition may be due: it is looked at next time
        else:
            self._memory.committed(made.sequence)
            self._failpoint("merged")

    def _opened(self) -> tuple[Dataset, Graph]:
        """The dataset, opened again where something went wrong."""
        if self._dataset is None:
            self._dataset = Dataset.open(self._config.output, create=False)
            writers.register(self._config.run_id, Writer(self._dataset, self._memory))
        if self._graph is None:
            self._graph = self._make_graph(self._config, self._dataset)
        return self._dataset, self._graph

    def _failed(self, batch: Batch, error: WirebeamError) -> float:
        """Get ready to try again: seconds to wait."""
        self._failures += 1
        wait = backoff(self._failures, self._pace)
        self._listeners.failed(Failure("commit", str(error), self._failures, wait))
        if self._dataset is not None:  # opened again, which completes or undoes the commit
            self._dataset.close()
            self._dataset = None
        if isinstance(error, PipelineFailed) and not isinstance(error.__cause__, _NOT_THE_ITEMS):
            batch.failures += 1
            part = batch.parts[0]
            if batch.failures >= _ATTEMPTS and len(part) > 1:
                half = len(part) // 2
                batch.parts[:1] = [part[:half], part[half:]]
                batch.failures = 0
                wait = 0.0
        return wait


def _committed(dataset: Dataset, run_id: str, base: int) -> Manifest | None:
    """The newest manifest, where it is one of this stream's and later than `base`."""
    sequence = dataset.snapshot().sequence
    if sequence <= base:
        return None
    newest = manifest.read(dataset.root / manifest.FOLDER, sequence)
    return newest if newest.run_id == run_id else None
