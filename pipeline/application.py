"""A stream as one job that no command watches: the committer is a source inside it.

epoch ─► shares of the partitions ─► expand … stage ─► committables     (a queue: no epoch, Beam's own source)
  ▲                                                        │
  └── committer: link ─► write ─► manifest ◄───────────────┘      one reader of one source, in a worker
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from typing import Any

import apache_beam as beam
from apache_beam import coders
from apache_beam.io.unbounded_source import (
    CheckpointMark,
    ReadFromUnboundedSource,
    UnboundedReader,
    UnboundedSource,
)
from apache_beam.metrics import Metrics
from apache_beam.utils.timestamp import Timestamp

from pipeline import monitor
from pipeline.sinks.storage import location
from pipeline.sources.kafka_share import KafkaShare
from pipeline.sources.pubsub_unbounded import ReadSubscription
from pipeline.sources.settings import PubsubSettings
from pipeline.standing import kafka_settings
from pipeline.tenure import Application, adopt, tenure
from pipeline.unbounded import POLL, stages
from pipeline.workers import Terms
from schemas.errors import WirebeamError

REFUSED = 180.0  # seconds that a committer waits for a dataset that is not to be had: thrice a dead one's
_SAID = 30.0  # seconds between two warnings of it


class _Nothing(CheckpointMark):
    """Where a committer stands is in the manifests."""


class _NothingCoder(coders.Coder):
    def encode(self, value: _Nothing) -> bytes:
        return b""

    def decode(self, encoded: bytes) -> _Nothing:
        return _Nothing()

    def is_deterministic(self) -> bool:
        return True


class _CommitReader(UnboundedReader):
    """Has the committer's turns while it is asked; each commit's counts come out."""

    def __init__(self, application: Application, longest: float) -> None:
        self._tenure, self._longest = tenure(application), longest
        self._counts: Mapping[str, int] = {}
        self._refused: float | None = None
        self._said = 0.0

    def start(self) -> bool:
        return self.advance()

    def advance(self) -> bool:
        end = time.monotonic() + self._longest
        while True:
            try:
                wait = self._tenure.turn()
                self._refused = None
            except WirebeamError as error:
                wait = self._refuse(error)
            if (cycle := self._tenure.told()) is not None:
                self._counts = cycle.counts
                return True
            if time.monotonic() >= end:
                return False
            time.sleep(min(wait, 1.0))

    def _refuse(self, error: WirebeamError) -> float:
        """Wait for a dataset that another one holds, which may be this job's own former worker."""
        now = time.monotonic()
        self._refused = self._refused or now
        if now - self._refused > REFUSED:
            raise error
        if now - self._said >= _SAID:
            self._said = now
            monitor.say(logging.WARNING, "waiting", str(error))
        return 1.0

    def get_current(self) -> dict[str, int]:
        return dict(self._counts)

    def get_current_timestamp(self) -> Timestamp:
        return Timestamp.now()

    def get_watermark(self) -> Timestamp:
        return Timestamp.now()

    def get_checkpoint_mark(self) -> _Nothing:
        return _Nothing()


class Commits(UnboundedSource):
    """The commits of an application -> counts by name; to read it is to commit.

    Args:
        application: see there.
        longest: seconds to wait for a commit.
    """

    def __init__(self, application: Application, longest: float) -> None:
        self._application, self._longest = application, longest

    def split(self, desired_num_splits: int, options: Any = None) -> list[Commits]:
        """Not possible: a dataset has one committer."""
        return [self]

    def create_reader(self, options: Any, checkpoint_mark: CheckpointMark | None) -> _CommitReader:
        """See `UnboundedSource`."""
        return _CommitReader(self._application, self._longest)

    def get_checkpoint_mark_coder(self) -> _NothingCoder:
        """See `UnboundedSource`."""
        return _NothingCoder()

    def default_output_coder(self) -> coders.Coder:
        """See `UnboundedSource`."""
        return coders.registry.get_coder(dict)


class _Count(beam.DoFn):
    """Counts by name -> Beam's counters `wirebeam`, which the engine shows."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def setup(self) -> None:
        # A step is of this job, a source may come out of a savepoint, as another job made it.
        adopt(self._application)

    def process(self, element: Mapping[str, int]) -> Iterator[None]:
        for name, count in element.items():
            Metrics.counter("wirebeam", name).inc(count)
        Metrics.counter("wirebeam", "commits").inc()
        return iter(())


def build(pipeline: beam.Pipeline, application: Application, readers: int, longest: float) -> None:
    """Put the whole job into a pipeline.

    Args:
        pipeline: an empty one.
        application: see there.
        readers: how many read at once.
        longest: seconds that each goes on without a pause.
    """
    root = application.config.output
    queues = [
        ReadSubscription(one.source, one.settings)
        for one in application.feeds
        if isinstance(one.settings, PubsubSettings)
    ]
    feeds = [
        kafka_settings(one, root) for one in application.feeds if not isinstance(one.settings, PubsubSettings)
    ]
    of = max(readers, len(feeds)) if feeds else 0
    shares = [KafkaShare(number, of, feeds, root, application.name, longest) for number in range(of)]
    terms = Terms.of_versions()
    # First: Flink knows where sources begin by their numbers, and of readers there may be more next time.
    commits = pipeline | "Commits" >> ReadFromUnboundedSource(
        Commits(application, longest), poll_interval=POLL, max_read_time_seconds=longest
    )
    commits | "Count" >> beam.ParDo(_Count(application))
    adopts = [share.adopt for share in shares]
    stages(pipeline, application.config, shares, location(root), terms, longest, adopts=adopts, queues=queues)
