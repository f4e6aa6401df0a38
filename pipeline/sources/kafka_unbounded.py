"""Partitions of Kafka topics as one unbounded source of Beam, for engines that keep a job running.

Where each partition begins is told, by whoever knows what the dataset holds; where it goes on is in Beam's
checkpoints. Neither acknowledges anything: a message is done when a manifest says so (`pipeline.committer`).
A process keeps one client for partitions that are read together, whatever Beam does with its readers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from apache_beam import coders
from apache_beam.io.unbounded_source import CheckpointMark, UnboundedReader, UnboundedSource
from apache_beam.utils.timestamp import MIN_TIMESTAMP, Timestamp
from confluent_kafka import Message

from pipeline import committable
from pipeline.sinks.objects import ObjectPath
from pipeline.sinks.storage import location
from pipeline.sources import kafka_client
from pipeline.sources.kafka_tail import Partition, PartitionStart, Tail, tail
from pipeline.sources.stream_message import TICK, StreamMessage, resource

_LOOK = 0.5  # seconds between two looks at what waits for the committer, and whether the job is to stop
_SELDOM = 4  # times less often in an object store, which is paid by the listing
MOST = 400  # committables that may wait: behind them nothing is read
_WAIT = 0.2  # seconds between two looks whether something else is to be done
_TICKING = 1.0  # seconds after a message in which ticks come
LONGEST = 10.0  # seconds that a reader waits for a message, and that a busy one goes on
IDLE = 5.0  # seconds without a message after which a partition no longer holds the watermark back
LAG = 1.0  # seconds that the watermark stays behind


class Mark(CheckpointMark):
    """Where a reader stands.

    Attributes:
        positions: the next offset of each partition.
        newest: timestamp of the newest message of each so far, milliseconds since the epoch; -1 for none.
    """

    def __init__(self, positions: Mapping[Partition, int], newest: Mapping[Partition, int]) -> None:
        self.positions, self.newest = dict(positions), dict(newest)

    def finalize_checkpoint(self) -> None:
        """Says nothing about the dataset: the group follows the manifests, not the checkpoints."""


class MarkCoder(coders.Coder):
    """A `Mark` as JSON."""

    def encode(self, value: Mark) -> bytes:
        """See `Coder`."""
        return orjson.dumps([[*one, at, value.newest[one]] for one, at in sorted(value.positions.items())])

    def decode(self, encoded: bytes) -> Mark:
        """See `Coder`."""
        found = {(topic, number): (at, newest) for topic, number, at, newest in orjson.loads(encoded)}
        return Mark(
            {one: at for one, (at, _) in found.items()}, {one: newest for one, (_, newest) in found.items()}
        )

    def is_deterministic(self) -> bool:
        """See `Coder`."""
        return True


class Reader(UnboundedReader):
    """Reads partitions from a mark on, or from their start.

    It waits for messages, against Beam's advice: each time it says that there are none, the runner keeps
    something for ever (3 kB of Flink's state). Behind messages come ticks, so that nothing waits with it.

    Args:
        partitions: of one feed.
        mark: where to go on.
        full: whether nothing more should be read, since much waits for the committer or the job is to stop.
        client: the partitions' client.
        now: the clock, seconds since the epoch (UTC).
        longest: seconds to wait for a message.
        job: for which the messages are read.
    """

    def __init__(
        self,
        partitions: Sequence[PartitionStart],
        mark: Mark | None,
        full: Callable[[], bool],
        client: Tail | None = None,
        now: Callable[[], float] = time.time,
        longest: float = LONGEST,
        job: str = "",
    ) -> None:
        self._job = job
        self._servers, self._settings = partitions[0].servers, partitions[0].settings
        self._positions = {one.partition: one.start for one in partitions}
        self._newest = dict.fromkeys(self._positions, -1)
        if mark is not None:  # of a savepoint, it may know other partitions
            self._positions |= {one: mark.positions[one] for one in self._positions.keys() & mark.positions}
            self._newest |= {one: mark.newest[one] for one in self._positions.keys() & mark.newest}
        self._full = full
        self._tail = client or tail(partitions)
        self._now = now
        self._longest = longest
        self._ticking = 0.0
        self._current: tuple[int, Message] | None = None

    def start(self) -> bool:
        """See `UnboundedReader`."""
        return self.advance()

    def advance(self) -> bool:
        """See `UnboundedReader`."""
        end = time.monotonic() + self._longest
        while not self._full():
            if (message := self._tail.read(self._positions, _WAIT)) is not None:
                partition = str(message.topic()), int(message.partition() or 0)
                self._current = self._positions[partition], message
                self._positions[partition] = int(message.offset() or 0) + 1
                self._newest[partition] = max(self._newest[partition], message.timestamp()[1])
                self._ticking = time.monotonic() + _TICKING
                return True
            if time.monotonic() < self._ticking:
                self._current = None
                return True
            if time.monotonic() >= end:
                return False
        return False

    def get_current(self) -> StreamMessage:
        """See `UnboundedReader`."""
        if self._current is None:
            return TICK
        begin, message = self._current
        found = kafka_client.delivery(message, self._servers, self._settings, self._now)
        topic, number = str(message.topic()), int(message.partition() or 0)
        offset = int(message.offset() or 0)
        whole = None if found is None else resource(found)
        return StreamMessage(self._job, self._settings.name, topic, number, begin, offset, whole)

    def get_current_timestamp(self) -> Timestamp:
        """See `UnboundedReader`."""
        if self._current is None:
            return Timestamp(micros=int(self._now() * 1e6))
        return Timestamp(micros=max(0, self._current[1].timestamp()[1]) * 1000)

    def get_watermark(self) -> Timestamp:
        """Behind the newest messages; a partition that has long been at its end follows the clock."""
        idle = Timestamp(micros=int((self._now() - IDLE - LAG) * 1e6))
        return min(
            idle
            if self._tail.quiet(one) > IDLE
            else MIN_TIMESTAMP
            if newest < 0
            else Timestamp(micros=newest * 1000 - int(LAG * 1e6))
            for one, newest in self._newest.items()
        )

    def get_checkpoint_mark(self) -> Mark:
        """See `UnboundedReader`."""
        return Mark(self._positions, self._newest)

    def rest(self) -> None:
        """Have the client fetch nothing more."""
        self._tail.rest()

    def close(self) -> None:
        """The client outlives the reader."""


class Pressure:
    """Whether a dataset's committer is far behind or its job about to stop, looked up now and then.

    Args:
        look: seconds between two looks.
    """

    def __init__(self, look: float = _LOOK) -> None:
        self._look = look
        self._looked = -look
        self._full = False
        self._lock = threading.Lock()

    def full(self, root: str) -> bool:
        """Whether nothing more should be read for a dataset."""
        with self._lock:
            place = location(root)
            look = self._look * (_SELDOM if isinstance(place, ObjectPath) else 1)
            if time.monotonic() - self._looked >= look:
                self._looked = time.monotonic()
                self._full = committable.full(place, MOST)
            return self._full


PRESSURE = Pressure()


class KafkaPartitions(UnboundedSource):
    """Partitions of one feed, read together -> `StreamMessage`, and now and then a `TICK`.

    Args:
        partitions: which, and where to begin.
        root: the dataset's folder: while too much waits there to be committed, or its job is about to stop,
            nothing is read.
        job: for which they are read, `Dataset.staging(job)`.
    """

    def __init__(self, partitions: Sequence[PartitionStart], root: str, job: str) -> None:
        self._partitions = tuple(partitions)
        self._root = root
        self._job = job

    def split(self, desired_num_splits: int, options: Any = None) -> list[KafkaPartitions]:
        """Not here: Flink would read all parts of one source by one task, in turn (see `dealt`)."""
        return [self]

    def create_reader(self, options: Any, checkpoint_mark: CheckpointMark | None) -> Reader:
        """See `UnboundedSource`."""
        mark = checkpoint_mark if isinstance(checkpoint_mark, Mark) else None
        return Reader(self._partitions, mark, lambda: PRESSURE.full(self._root), job=self._job)

    def get_checkpoint_mark_coder(self) -> MarkCoder:
        """See `UnboundedSource`."""
        return MarkCoder()

    def default_output_coder(self) -> coders.Coder:
        """See `UnboundedSource`."""
        return coders.registry.get_coder(StreamMessage)


def dealt(partitions: Sequence[PartitionStart], most: int) -> list[list[PartitionStart]]:
    """Partitions dealt out to readers, each with those of one feed, evenly.

    Args:
        partitions: of any feeds.
        most: readers, about; each feed has one at least.
    """
    feeds: dict[str, list[PartitionStart]] = {}
    for one in partitions:
        feeds.setdefault(one.settings.name, []).append(one)
    share = max(1, most // max(1, len(feeds)))
    return [
        own[start :: min(share, len(own))] for own in feeds.values() for start in range(min(share, len(own)))
    ]
