"""A stream as one job that never ends, on an engine: sent, watched and sent again; committed from here.

    position of the newest manifest ─► job: read, parse, normalize, tag, stage ─► Committer ─► group offsets
            ▲                           │ failed, gone, lost what it staged, or the topics grew        │
            └───────────────────────────┴──────────────────────────────────────────────────────────────┘

Manifests alone say where to go on: a job that is sent anew begins there, whatever became of the one before.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import cast

import pyarrow as pa

from pipeline import committable
from pipeline.account import Account, account
from pipeline.attempt import Attempt
from pipeline.committer import ABSORBED, Committed, Committer
from pipeline.coverage import Partition
from pipeline.cycle import Cycle, Failure, Feed, Listeners, Pace
from pipeline.engine import stream_job
from pipeline.failure import explained
from pipeline.following import Following, backoff
from pipeline.memory import Memory
from pipeline.merge import merge
from pipeline.options import Config
from pipeline.session import Session
from pipeline.sinks import commit as steps
from pipeline.sinks import durable
from pipeline.sinks.commit import Failpoint
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.partition import PartitionBy
from pipeline.sources import kafka_client
from pipeline.sources.kafka_tail import PartitionStart
from pipeline.sources.live import LiveSource
from pipeline.sources.standing import Standing
from pipeline.watch_job import Job, Watch
from schemas.errors import WirebeamError

_LOG = logging.getLogger(__name__)
STUCK = 120.0  # seconds that staged messages may wait for those before them: then these are lost
_STEADY = 60.0  # seconds that a job runs before its failure is its first again


class ContinuousStream:
    """Follows topics and queues into a dataset until told to stop, by one job on an engine.

    Args:
        config: what the stream is told; its run id names the session.
        topics: the feeds; makes them anew where they may have changed.
        job: makes the job of a name.
        pace: how fast: `every`, `items`, `merge`, `idle`, `ceiling`.
        listeners: who is told.
        silences: seconds without an item after which a feed's alarm is raised, by its name.
        clock: seconds, monotonic.
        failpoint: called with each step's name once it is done; tests crash here.
    """

    def __init__(
        self,
        config: Config,
        topics: Callable[[], Sequence[Standing]],
        job: Callable[[str], Job],
        pace: Pace,
        listeners: Listeners,
        *,
        silences: Mapping[str, float | None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        failpoint: Failpoint = steps.nothing,
    ) -> None:
        self._config = config
        self._make_topics = topics
        self._topics = list(topics())
        self._make_job = job
        self._pace = pace
        self._listeners = listeners
        self._silences = silences or {}
        self._look = committable.look(config.output)
        self._clock = clock
        self._failpoint = failpoint
        self._following = Following(self._feeds(), pace, listeners, clock)
        self._memory = Memory(config.horizon)
        self._dataset: Dataset | None = None
        self._committer: Committer | None = None
        self._job: Job | None = None
        self._watch: Watch | None = None
        self._servers: dict[str, str] = {}
        self._troubled: set[str] = set()
        self._jobs = self._attempts = self._unmerged = 0
        self._restored = self._reload = False
        self._sent_at = self._heard_at = self._committed_at = 0.0

    def _feeds(self) -> list[Feed]:
        return [Feed(cast(LiveSource, one), one.name, self._silences.get(one.name)) for one in self._topics]

    @property
    def feeds(self) -> Sequence[Feed]:
        """The feeds that are followed now."""
        return self._following.feeds

    def open(self) -> None:
        """Open the dataset; the job is sent by `run`.

        Raises:
            WirebeamError: the dataset is not to be had.
        """
        self._open(create=True)
        self._session = Session(self._config, self._clock())
        for feed in self.feeds:
            feed.heard_at = self._clock()

    def _open(self, *, create: bool) -> Committer:
        keys = PartitionBy.wanted(self._config.partition_by)
        self._dataset = Dataset.open(self._config.output, create=create, partition_by=keys)
        if self._job is None:
            self._job = self._make_job(stream_job(self._dataset.root))
        made = self._committer = Committer(self._dataset, self._config, self._memory, self._failpoint)
        return made

    def reload(self, _: object = None) -> None:
        """Ask for the feeds anew, and send the job again; may be called from a signal handler."""
        self._reload = True

    def run(self, stop: threading.Event) -> None:
        """Commit what is staged, and see to it that a job runs, until `stop` is set."""
        self._heard_at = self._clock()
        while not stop.is_set():
            stop.wait(self.turn())
            if self._pace.idle is not None and self._clock() - self._heard_at >= self._pace.idle:
                break

    def turn(self) -> float:
        """One turn of the loop: send the job where none runs, commit what can be.

        Returns:
            Seconds to wait before the next.
        """
        now = self._clock()
        self._listeners.turned(self.feeds, now)
        self._following.hear(now)
        where = "commit"
        try:
            committer = self._committer or self._open(create=False)
            done = self._commit(committer)
            where = "job"
            if (reason := self._why_again(committer)) is not None:
                self._give_up(reason)
            if self._watch is None and self._dataset is not None:
                where = "commit"
                self._dataset.check()  # nobody's job but that of who writes
                where = "job"
                self._send(committer)
        except WirebeamError as error:
            return self._failed(where, error)
        if self._troubled and self._watch is not None and now - self._sent_at > _STEADY:
            self._attempts = 0
            while self._troubled:
                self._listeners.recovered(self._troubled.pop())
        if self._dataset is not None and self._session.due(now):
            self._session.report(self._dataset, finished=False)
        return 0.0 if done else self._look

    def _commit(self, committer: Committer) -> bool:
        began = self._clock()
        if began - self._committed_at < self._pace.every and self._watch is not None:
            return False
        try:
            done = committer.commit(self._pace.items)
        except WirebeamError:
            raise
        except Exception as error:
            raise explained(error) from error  # whatever it is: nothing was committed
        if done is None:
            return False
        self._committed_at = self._heard_at = began
        self._told(committer, done)
        self._merge()
        return True

    def _told(self, committer: Committer, done: Committed) -> None:
        if (dataset := self._dataset) is None:
            return
        feeds = {one.uri(self._servers[one.feed]): one.feed for one in done.messages}
        try:
            found = account(dataset.staging(self._config.run_id), feeds)
        except (OSError, pa.ArrowException):
            found = Account()  # it is committed all the same
        dataset.discard(self._config.run_id)
        committer.tidy()
        for topics in self._topics:
            topics.follow({key[1:]: at for key, at in committer.positions.items() if key[0] == topics.name})
        heard = {one.feed for one in done.messages}
        for feed in self.feeds:
            if feed.name in heard:
                feed.heard_at = self._clock()
        self._session.add(done.manifest.counts, done.tallies)
        seconds, made = (committable.now() - done.staged_at) / 1e6, done.manifest
        self._listeners.committed(
            Cycle(made.sequence, made.counts, found, len(done.messages), seconds, made.committed_at)
        )

    def _merge(self) -> None:
        """Merge small files, now and then."""
        self._unmerged += 1
        if not self._pace.merge or self._unmerged < self._pace.merge // 2 or self._dataset is None:
            return
        with durable.explained(self._dataset.root):
            made = merge(self._dataset, self._config.run_id, self._pace.merge, failpoint=self._failpoint)
        if made is None:
            self._unmerged = 0
        else:
            self._memory.committed(made.sequence)

    def _why_again(self, committer: Committer) -> str | None:
        """Why the job must be sent again; None while it need not."""
        if self._watch is None:
            return None
        if self._reload:
            self._reload = False
            for topics in self._topics:
                topics.close()
            self._topics = list(self._make_topics())
            self._following = Following(self._feeds(), self._pace, self._listeners, self._clock)
            return "the feeds are read again"
        waiting = committer.waiting()
        if waiting is not None and (committable.now() - waiting) / 1e6 > STUCK:
            return "messages before those that are staged are missing: they are read again"
        return self._watch.trouble

    def _give_up(self, reason: str) -> None:
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        raise WirebeamError(reason)

    def _send(self, committer: Committer) -> None:
        """Send a job that begins where the dataset ends."""
        if (dataset := self._dataset) is None or (job := self._job) is None:
            return
        starts: list[PartitionStart] = []
        positions = dataset.snapshot().positions
        known: dict[Partition, int] = {}
        for topics in self._topics:
            taken = {} if topics.queue else kafka_client.offsets(positions.get(topics.name))
            known |= {(topics.name, *one): offset for one, offset in taken.items()}
            starts += topics.starts(taken)
        job.prepare()
        known |= {(one.settings.name, one.topic, one.number): one.start for one in starts}
        self._servers = {one.name: one.servers for one in self._topics}
        self._jobs += 1
        name = f"{self._config.run_id}-{self._jobs:03d}"
        committer.follow(name, known, queues=any(one.queue for one in self._topics))
        self._restored, restore = True, bool(job.savepoint) and not self._restored
        job.send(Attempt(self._config, dataset, starts, name), restore=restore)
        self._watch = Watch(job, self._topics, len(starts))
        self._sent_at = self._clock()

    def _failed(self, where: str, error: WirebeamError) -> float:
        """Get ready to try again: seconds to wait."""
        self._attempts += 1
        self._troubled.add(where)
        wait = backoff(self._attempts, self._pace)
        self._listeners.failed(Failure(where, str(error), self._attempts, wait))
        if where == "commit" and self._dataset is not None:
            # Opened again, which completes or undoes the commit; and removes what the job has staged.
            self._dataset.close()
            self._dataset = self._committer = None
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        return wait

    def close(self) -> None:
        """Stop the job, commit what it has staged, and close the dataset."""
        try:
            if self._watch is not None and self._job is not None and self._committer is not None:
                self._watch.close()
                self._committer.stop()
                if (savepoint := self._job.stop()) is not None:
                    _LOG.warning("savepoint %s", savepoint)
                self._watch = None
            while self._committer is not None and self._commit(self._committer):
                pass
            if self._committer is not None:
                self._session.add({ABSORBED: self._committer.untold}, {})
            if self._dataset is not None:
                self._session.report(self._dataset, finished=True)
        except WirebeamError as error:
            self._listeners.failed(Failure("commit", str(error), 1, 0.0))
        finally:
            for topics in self._topics:
                topics.close()
            if self._dataset is not None:
                self._dataset.close()
                self._dataset = None
