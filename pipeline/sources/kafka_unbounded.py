"""Partitions of Kafka topics as one unbounded source of Beam, for engines that keep a job running.

Where each partition begins is told, by whoever knows what the dataset holds; where it goes on is in Beam's
checkpoints. Neither acknowledges anything: a message is done when a manifest says so (`pipeline.committer`).
A process keeps one client a partition, whatever Beam does with its readers, which it opens at every poll.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from apache_beam import coders
from apache_beam.io.unbounded_source import CheckpointMark, UnboundedReader, UnboundedSource
from apache_beam.utils.timestamp import MIN_TIMESTAMP, Timestamp
from confluent_kafka import Message

from pipeline import committable
from pipeline.sources import kafka_client
from pipeline.sources.files import Resource
from pipeline.sources.kafka_tail import PartitionStart, Tail, tail
from schemas.errors import WirebeamError
from schemas.raw import Attribute
from schemas.rows import register_row

_LOOK = 0.5  # seconds between two looks at what waits for the committer
MOST = 400  # committables that may wait: behind them nothing is read
IDLE = 5.0  # seconds without a message after which a partition no longer holds the watermark back
LAG = 1.0  # seconds that the watermark stays behind


@register_row
@dataclass(frozen=True, slots=True)
class KafkaMessage:
    """A message: where it stands, as `pipeline.coverage.Message` has it; its bytes, but of a tombstone."""

    feed: str
    topic: str
    number: int
    begin: int
    offset: int
    resource: Resource | None


class Mark(CheckpointMark):
    """Where a reader stands.

    Attributes:
        position: the next offset.
        newest: timestamp of the newest message so far, milliseconds since the epoch; -1 for none.
    """

    def __init__(self, position: int, newest: int) -> None:
        self.position, self.newest = position, newest

    def finalize_checkpoint(self) -> None:
        """Says nothing about the dataset: the group follows the manifests, not the checkpoints."""


class MarkCoder(coders.Coder):
    """A `Mark` as JSON."""

    def encode(self, value: Mark) -> bytes:
        """See `Coder`."""
        return orjson.dumps([value.position, value.newest])

    def decode(self, encoded: bytes) -> Mark:
        """See `Coder`."""
        return Mark(*orjson.loads(encoded))

    def is_deterministic(self) -> bool:
        """See `Coder`."""
        return True


class Reader(UnboundedReader):
    """Reads a partition from a mark on, or from its start.

    Args:
        partition: which.
        mark: where to go on.
        full: whether so much waits for the committer that nothing more should be read.
        client: the partition's client.
        now: the clock, seconds since the epoch (UTC).
    """

    def __init__(
        self,
        partition: PartitionStart,
        mark: Mark | None,
        full: Callable[[], bool],
        client: Tail | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._partition = partition
        self._position = mark.position if mark else partition.start
        self._newest = mark.newest if mark else -1
        self._full = full
        self._tail = client or tail(partition)
        self._now = now
        self._current: tuple[int, Message] | None = None

    def start(self) -> bool:
        """See `UnboundedReader`."""
        return self.advance()

    def advance(self) -> bool:
        """See `UnboundedReader`."""
        if self._full() or (message := self._tail.read(self._position)) is None:
            return False
        self._current = self._position, message
        self._position = int(message.offset() or 0) + 1
        self._newest = max(self._newest, message.timestamp()[1])
        return True

    def get_current(self) -> KafkaMessage:
        """See `UnboundedReader`."""
        begin, message = self._read()
        servers, settings = self._partition.servers, self._partition.settings
        found = kafka_client.delivery(message, servers, settings, self._now)
        resource = (
            None
            if found is None
            else Resource(
                found.uri,
                found.received_at,
                found.size,
                found.data,
                found.media_type,
                found.provider,
                found.source_format,
                tuple(Attribute(name, value) for name, value in found.attributes),
            )
        )
        offset = int(message.offset() or 0)
        return KafkaMessage(
            settings.name, self._partition.topic, self._partition.number, begin, offset, resource
        )

    def _read(self) -> tuple[int, Message]:
        if self._current is None:
            raise ValueError("nothing was read yet")
        return self._current

    def get_current_timestamp(self) -> Timestamp:
        """See `UnboundedReader`."""
        milliseconds = self._read()[1].timestamp()[1]
        return Timestamp(micros=max(0, milliseconds) * 1000)

    def get_watermark(self) -> Timestamp:
        """Behind the newest message; behind the clock, where the partition has long been at its end."""
        if self._tail.quiet > IDLE:
            return Timestamp(micros=int((self._now() - IDLE - LAG) * 1e6))
        if self._newest < 0:
            return MIN_TIMESTAMP
        return Timestamp(micros=self._newest * 1000 - int(LAG * 1e6))

    def get_checkpoint_mark(self) -> Mark:
        """See `UnboundedReader`."""
        return Mark(self._position, self._newest)

    def close(self) -> None:
        """The client outlives the reader."""


class Pressure:
    """Whether a dataset's committer is far behind, looked up now and then.

    Args:
        look: seconds between two looks.
    """

    def __init__(self, look: float = _LOOK) -> None:
        self._look = look
        self._looked = -look
        self._full = False
        self._lock = threading.Lock()

    def full(self, root: str) -> bool:
        """Whether so much waits in a dataset that nothing more should be read."""
        with self._lock:
            if time.monotonic() - self._looked >= self._look:
                self._looked = time.monotonic()
                self._full = committable.waiting(Path(root)) >= MOST
            return self._full


_PRESSURE = Pressure()


class KafkaPartitions(UnboundedSource):
    """Partitions, of one feed or several -> `KafkaMessage`.

    Args:
        partitions: each is read by itself, in parallel.
        root: the dataset's folder: while too much waits there to be committed, nothing is read.
    """

    def __init__(self, partitions: Sequence[PartitionStart], root: str) -> None:
        self._partitions = tuple(partitions)
        self._root = root

    def split(self, desired_num_splits: int, options: Any = None) -> list[KafkaPartitions]:
        """One source a partition: nothing is asked of the broker here, where Beam hides failures."""
        return [KafkaPartitions([one], self._root) for one in self._partitions]

    def create_reader(self, options: Any, checkpoint_mark: CheckpointMark | None) -> Reader:
        """See `UnboundedSource`."""
        if len(self._partitions) != 1:
            raise WirebeamError(f"{len(self._partitions)} partitions for one reader")
        mark = checkpoint_mark if isinstance(checkpoint_mark, Mark) else None
        return Reader(self._partitions[0], mark, lambda: _PRESSURE.full(self._root))

    def get_checkpoint_mark_coder(self) -> MarkCoder:
        """See `UnboundedSource`."""
        return MarkCoder()

    def default_output_coder(self) -> coders.Coder:
        """See `UnboundedSource`."""
        return coders.registry.get_coder(KafkaMessage)
