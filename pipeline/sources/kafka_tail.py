"""A partition of a Kafka topic read from an offset on, by one client in this process."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from pipeline.sources import kafka_client
from pipeline.sources.secrets import Secrets
from pipeline.sources.settings import KafkaSettings
from schemas.errors import WirebeamError

_LOG = logging.getLogger(__name__)
_BATCH = 500
_WAIT = 0.02  # seconds that a reader waits for a message
ASKING = 3.0  # seconds to ask the broker
_SAID = 30.0  # seconds between two warnings of the same


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


class Tail:
    """The one client of a partition in this process.

    Args:
        partition: which.
        client: makes the client from librdkafka's properties.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        partition: PartitionStart,
        client: Callable[[dict[str, Any]], Consumer] = Consumer,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._secrets = Secrets()
        options = kafka_client.options(partition.servers, partition.settings, self._secrets)
        options.pop("group.instance.id", None)  # no member of the group: it is told by the committer
        self._consumer = client(options | {"enable.partition.eof": True, "error_cb": self._told})
        self._one = (partition.topic, partition.number)
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: list[Message] = []
        self._position: int | None = None
        self._said = -_SAID
        self._quiet_since: float | None = None

    @property
    def quiet(self) -> float:
        """Seconds for which the broker has had nothing more; 0 while it has, or is away."""
        since = self._quiet_since
        return 0.0 if since is None else self._clock() - since

    def read(self, position: int) -> Message | None:
        """The first message from a position on, None where there is none now.

        Raises:
            WirebeamError: the partition ends before the position: it was made anew.
            KafkaException: the client cannot go on.
        """
        with self._lock:
            if position != self._position:
                self._consumer.assign([TopicPartition(*self._one, position)])
                self._waiting, self._position, self._quiet_since = [], position, None
            if not self._waiting:
                self._waiting = self._consumer.consume(_BATCH, timeout=_WAIT)[::-1]
            while self._waiting:
                message = self._waiting.pop()
                if (error := message.error()) is None:
                    self._position = int(message.offset() or 0) + 1
                    self._quiet_since = None
                    return message
                self._trouble(error, position)
            return None

    def _trouble(self, error: KafkaError, position: int) -> None:
        if error.code() == KafkaError._PARTITION_EOF:
            self._quiet_since = self._clock() if self._quiet_since is None else self._quiet_since
        elif error.code() == KafkaError._AUTO_OFFSET_RESET:
            low, high = self._consumer.get_watermark_offsets(TopicPartition(*self._one), timeout=ASKING)
            if position > high:
                topic, number = self._one
                raise WirebeamError(
                    f"{topic}/{number} ends at {high}, but {position} were read: it was made anew"
                )
            start, _, what = kafka_client.first_offset(position, low, high, latest=False)
            if what:
                _LOG.error("%s/%d: %s", *self._one, what)
            self._consumer.assign([TopicPartition(*self._one, start)])
            self._waiting = []
        elif error.fatal():
            raise KafkaException(error)
        else:
            self._told(error)

    def _told(self, error: KafkaError) -> None:
        """What the client says of brokers and credentials; it goes on trying by itself."""
        self._quiet_since = None
        if self._clock() - self._said >= _SAID:
            self._said = self._clock()
            _LOG.warning("%s/%d: %s", *self._one, self._secrets.hide(error.str()))


_TAILS: dict[tuple[str, str, str, int], Tail] = {}
_TAILS_LOCK = threading.Lock()


def tail(partition: PartitionStart) -> Tail:
    """The client of a partition in this process, made when it is asked for first."""
    key = (partition.servers, partition.settings.name, partition.topic, partition.number)
    with _TAILS_LOCK:
        if key not in _TAILS:
            _TAILS[key] = Tail(partition)
        return _TAILS[key]
