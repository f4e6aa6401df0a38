"""Partitions of Kafka topics read from some offsets on, by one client in this process."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from pipeline.sources import kafka_client
from pipeline.sources.secrets import Secrets
from pipeline.sources.settings import KafkaSettings
from schemas.errors import WirebeamError

_LOG = logging.getLogger(__name__)
_BATCH = 500
ASKING = 3.0  # seconds to ask the broker
_SAID = 30.0  # seconds between two warnings

Partition = tuple[str, int]
PartitionKey = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True)
class PartitionStart:
    """A partition, and where to begin.

    Attributes:
        servers: as the user named them.
        settings: of the feed; its name tells positions apart.
        topic, number: the partition.
        start: the first offset.
    """

    servers: str
    settings: KafkaSettings
    topic: str
    number: int
    start: int

    @property
    def partition(self) -> Partition:
        """Topic and number."""
        return self.topic, self.number


class Tail:
    """The one client of some partitions in this process.

    Args:
        partitions: of one feed.
        client: makes the client from librdkafka's properties.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        partitions: Sequence[PartitionStart],
        client: Callable[[dict[str, Any]], Consumer] = Consumer,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        one = partitions[0]
        self._secrets = Secrets()
        options = kafka_client.options(one.servers, one.settings, self._secrets)
        options.pop("group.instance.id", None)  # no member of the group: it is told by the committer
        self._consumer = client(options | {"enable.partition.eof": True, "error_cb": self._told})
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: list[Message] = []
        self._positions: dict[Partition, int] = {}
        self._ended: dict[Partition, float] = {}
        self._said = -_SAID

    def quiet(self, partition: Partition) -> float:
        """Seconds for which the broker has had nothing more; 0 while it has, or is away."""
        since = self._ended.get(partition)
        return 0.0 if since is None else self._clock() - since

    def read(self, positions: Mapping[Partition, int], wait: float) -> Message | None:
        """The next message of any partition, each from its position on.

        Args:
            positions: the next offset of each partition.
            wait: seconds to wait for one.

        Returns:
            None where there is none.

        Raises:
            WirebeamError: a partition ends before its position: it was made anew.
            KafkaException: the client cannot go on.
        """
        with self._lock:
            if positions != self._positions:
                self._begin(positions)
            if not self._waiting and (first := self._consumer.poll(wait)) is not None:
                # Not all at once: `consume` would wait for as many as are asked for.
                self._waiting = [first, *self._consumer.consume(_BATCH, timeout=0)][::-1]
            while self._waiting:
                message = self._waiting.pop()
                partition = str(message.topic()), int(message.partition() or 0)
                if (error := message.error()) is None:
                    self._positions[partition] = int(message.offset() or 0) + 1
                    self._ended.pop(partition, None)
                    return message
                self._trouble(error, partition)
            return None

    def rest(self) -> None:
        """Fetch nothing until it is asked again."""
        with self._lock:
            self._begin({})

    def _begin(self, positions: Mapping[Partition, int]) -> None:
        """Read from somewhere else."""
        self._positions = dict(positions)
        self._consumer.assign([TopicPartition(*one, offset) for one, offset in sorted(positions.items())])
        self._waiting = []
        self._ended.clear()

    def _trouble(self, error: KafkaError, partition: Partition) -> None:
        if error.code() == KafkaError._PARTITION_EOF:
            self._ended.setdefault(partition, self._clock())
        elif error.code() == KafkaError._AUTO_OFFSET_RESET:
            low, high = self._consumer.get_watermark_offsets(TopicPartition(*partition), timeout=ASKING)
            position = self._positions[partition]
            if position > high:
                topic, number = partition
                raise WirebeamError(
                    f"{topic}/{number} ends at {high}, but {position} were read: it was made anew"
                )
            start, _, what = kafka_client.first_offset(position, low, high, latest=False)
            if what:
                _LOG.error("%s/%d: %s", *partition, what)
            # The reader's position stays before the gap: its next message covers what is gone.
            self._consumer.assign(
                [
                    TopicPartition(*one, start if one == partition else offset)
                    for one, offset in sorted(self._positions.items())
                ]
            )
            self._waiting = []
        elif error.fatal():
            raise KafkaException(error)
        else:
            self._told(error)

    def _told(self, error: KafkaError) -> None:
        """What the client says of brokers and credentials; it goes on trying by itself."""
        self._ended.clear()
        if self._clock() - self._said >= _SAID:
            self._said = self._clock()
            _LOG.warning("%s", self._secrets.hide(error.str()))


_TAILS: dict[tuple[PartitionKey, ...], Tail] = {}
_TAILS_LOCK = threading.Lock()


def tail(partitions: Sequence[PartitionStart]) -> Tail:
    """The client of some partitions in this process, made when it is asked for first."""
    key = tuple(sorted((one.servers, one.settings.name, one.topic, one.number) for one in partitions))
    with _TAILS_LOCK:
        if key not in _TAILS:
            _TAILS[key] = Tail(partitions)
        return _TAILS[key]
