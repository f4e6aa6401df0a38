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

from pipeline.account import Account, account
from pipeline.cycle import Batch, Cycle, Failure, Feed, Listeners, Pace
from pipeline.failure import PipelineFailed
from pipeline.options import Config
from pipeline.repeated import RepeatedGraph
from pipeline.run import ingest
from pipeline.session import Session
from pipeline.sinks import commit, manifest
from pipeline.sinks.commit import Failpoint
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.partition import PartitionBy
from pipeline.sources.live import Delivery, Taken
from schemas.errors import WirebeamError

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
    ) -> None:
        self.feeds = list(feeds)
        self._config = config
        self._pace = pace or Pace()
        self._listeners = listeners or Listeners()
        self._clock = clock
        self._failpoint = failpoint
        self._dataset: Dataset | None = None
        self._graph: RepeatedGraph | None = None
        self._session: Session | None = None
        self._batch: Batch | None = None
        self._most = min(self._pace.items, 500)
        self._failures = 0
        self._taken_at = 0.0
        self._reload: Callable[[], Sequence[Feed]] | None = None

    def open(self) -> None:
        """Open the dataset and the feeds, each behind the position that the newest manifest holds.

        Raises:
            WirebeamError: the dataset is not to be had, or a feed can never work as it is configured.
        """
        keys = PartitionBy.parse(self._config.partition_by) if self._config.partition_by else None
        self._dataset = Dataset.open(self._config.output, partition_by=keys)
        self._graph = RepeatedGraph(self._config, self._dataset)
        self._session = Session(self._config, self._clock())
        self._open_feeds(self.feeds)

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
        threads = [threading.Thread(target=feed.source.close, daemon=True) for feed in self.feeds]
        for thread in threads:
            thread.start()
        ends = time.monotonic() + 5
        for thread in threads:
            thread.join(max(0.0, ends - time.monotonic()))
        if self._dataset is not None:
            if self._session is not None:
                with contextlib.suppress(WirebeamError):
                    self._session.report(self._dataset, finished=True)
            self._dataset.close()
            self._dataset = None

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
        if self._reload is not None and self._batch is None:
            self._replace_feeds()
        self._listeners.turned(self.feeds, began)
        if self._batch is None:
            self._batch = self._take(began)
        self._hear(began)
        if self._session is not None and self._dataset is not None and self._session.due(began):
            with contextlib.suppress(WirebeamError):
                self._session.report(self._dataset, finished=False)
        if self._batch is None:
            return self._pace.every
        self._taken_at = began
        try:
            more = self._commit(self._batch, began)
        except WirebeamError as error:
            return self._failed(self._batch, error)
        if self._failures:
            self._failures = 0
            self._listeners.recovered("commit")
        return 0.0 if more else self._pace.every

    def _open_feeds(self, feeds: Sequence[Feed]) -> None:
        assert self._dataset is not None  # noqa: S101 - opened by the caller
        positions = self._dataset.snapshot().positions
        for feed in feeds:
            feed.source.open(positions.get(feed.source.name))
            feed.heard_at = self._clock()

    def _replace_feeds(self) -> None:
        reload, self._reload = self._reload, None
        try:
            new = list(reload()) if reload else self.feeds
            self._open_feeds([feed for feed in new if feed not in self.feeds])
        except WirebeamError as error:
            self._listeners.failed(Failure("feeds", f"{error}; the feeds of before are followed on", 1, 0))
            return
        for feed in self.feeds:
            if feed not in new:
                feed.source.close()
        self.feeds = new

    def _take(self, now: float) -> Batch | None:
        """What the feeds have, in turn, within the bounds of a cycle; None where that is nothing."""
        taken: dict[str, Taken] = {}
        deliveries: list[Delivery] = []
        size = self._pace.bytes
        for number, feed in enumerate(self.feeds):
            # No feed, however much it has, keeps those after it from their share.
            room = max(1, (self._most - len(deliveries)) // (len(self.feeds) - number))
            if size <= 0 or len(deliveries) >= self._most or feed.retry_at > now:
                continue
            try:
                found = feed.source.take(room, size)
            except (WirebeamError, OSError) as error:
                feed.attempts += 1
                wait = self._backoff(feed.attempts)
                feed.retry_at = now + wait
                self._listeners.failed(Failure(feed.name, str(error), feed.attempts, wait))
                continue
            if feed.attempts:
                feed.attempts, feed.retry_at = 0, 0.0
                self._listeners.recovered(feed.name)
            if found.deliveries:
                feed.heard_at = now
                taken[feed.source.name] = found
                deliveries += found.deliveries
                size -= sum(len(one.data or b"") for one in found.deliveries)
        if not deliveries:
            return None
        self._failpoint("taken")
        return Batch(taken, [deliveries])

    def _hear(self, now: float) -> None:
        """Raise and lift the alarms of feeds that say nothing."""
        for feed in self.feeds:
            quiet = now - feed.heard_at
            if feed.silence is not None and (quiet >= feed.silence) is not feed.silent:
                feed.silent = not feed.silent
                self._listeners.silence(feed, quiet if feed.silent else None)

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
        for feed in self.feeds:
            if feed.source.name in batch.taken:
                feed.source.acknowledge(batch.taken[feed.source.name].position)
        self._failpoint("acknowledged")
        return more

    def _commit_part(self, batch: Batch, began: float) -> None:
        dataset, graph = self._opened()
        part, run_id = batch.parts[0], self._config.run_id
        if batch.base is not None and _committed(dataset, run_id, batch.base):
            # Its manifest was there when something went wrong: opening the dataset completed the commit.
            batch.parts.pop(0)
            batch.failures, batch.base = 0, None
            return
        batch.base = dataset.snapshot().sequence
        last = len(batch.parts) == 1
        refused = batch.failures > _ATTEMPTS and len(part) == 1
        problem = "its delivery made the whole pipeline fail" if refused else None
        positions = {name: taken.position for name, taken in batch.taken.items()} if last else None
        result, counts = ingest(
            dataset,
            run_id,
            lambda: graph.run(part, problem),
            positions=positions,
            failpoint=self._failpoint,
        )
        self._failpoint("committed")
        committed_at = time.time_ns() // 1000
        try:
            made = account(dataset.staging(run_id), batch.feeds)
        except (OSError, pa.ArrowException):
            made = Account()  # it is committed all the same
        dataset.discard(run_id)
        seconds = self._clock() - began
        batch.parts.pop(0)
        batch.failures, batch.base = 0, None
        more = bool(batch.parts) or any(taken.more for taken in batch.taken.values())
        sequence = dataset.snapshot().sequence
        cycle = Cycle(sequence, counts, made, len(part), seconds, committed_at, more)
        if self._session is not None:
            self._session.add(result, counts)
        self._adapt(len(part), seconds)
        self._listeners.committed(cycle)

    def _adapt(self, deliveries: int, seconds: float) -> None:
        """Take as many next time as a cycle can do in its time."""
        if seconds > self._pace.longest:
            self._most = max(_LEAST, int(deliveries * self._pace.longest / seconds))
        elif deliveries >= self._most:
            self._most = self._most * 3 // 2
        self._most = max(1, min(self._most, self._pace.items))

    def _opened(self) -> tuple[Dataset, RepeatedGraph]:
        """The dataset, opened again where something went wrong."""
        if self._dataset is None:
            self._dataset = Dataset.open(self._config.output, create=False)
        if self._graph is None:
            self._graph = RepeatedGraph(self._config, self._dataset)
        return self._dataset, self._graph

    def _failed(self, batch: Batch, error: WirebeamError) -> float:
        """Get ready to try again: seconds to wait."""
        self._failures += 1
        wait = self._backoff(self._failures)
        self._listeners.failed(Failure("commit", str(error), self._failures, wait))
        if self._dataset is not None:  # opened again, which completes or undoes the commit
            self._dataset.close()
            self._dataset = None
        if isinstance(error, PipelineFailed):
            batch.failures += 1
            part = batch.parts[0]
            if batch.failures >= _ATTEMPTS and len(part) > 1:
                half = len(part) // 2
                batch.parts[:1] = [part[:half], part[half:]]
                batch.failures = 0
                wait = 0.0
        return wait

    def _backoff(self, attempts: int) -> float:
        return float(min(self._pace.ceiling, max(self._pace.every, 0.5) * 2 ** min(attempts - 1, 16)))


def _committed(dataset: Dataset, run_id: str, base: int) -> bool:
    """Whether the newest manifest is one of this stream's, later than `base`."""
    sequence = dataset.snapshot().sequence
    return sequence > base and manifest.read(dataset.root / manifest.FOLDER, sequence).run_id == run_id
