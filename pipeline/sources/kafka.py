"""Topics of a Kafka cluster, as a member of a consumer group whose offsets follow the dataset.

What the manifest says was read, was read; group offsets only mirror it, for monitoring and for a dataset that
begins. A thread keeps the membership alive however long a cycle takes, and pauses while the buffer is full.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from confluent_kafka import (
    OFFSET_STORED,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)

from pipeline.sources import kafka_client
from pipeline.sources.buffer import Buffer
from pipeline.sources.failure import Failure, repeated
from pipeline.sources.health import Health
from pipeline.sources.kafka_group import GroupOffsets, Partition
from pipeline.sources.live import Delivery, Position, Taken
from pipeline.sources.secrets import Secrets
from pipeline.sources.settings import KafkaSettings, SettingError

_LOG = logging.getLogger(__name__)
_BATCH = 500
_POLL = 0.1
_CLOSING = 5.0
_ASKING = 3.0  # seconds to ask the broker
_PROBE = 2.0  # seconds between two questions whether the broker is back
_RENEWAL = 5.0  # seconds before a client that failed for good is replaced


class KafkaSource:
    """Topics of one cluster.

    Args:
        uri: `kafka://host:port[,host:port]/topic[,topic]`.
        settings: the feed's.
        now: the clock, seconds since the epoch (UTC).

    Attributes:
        name: key of its position.

    Raises:
        SettingError: see `pipeline.sources.connect.connect`.
    """

    def __init__(self, uri: str, settings: KafkaSettings, now: Callable[[], float] = time.time) -> None:
        self._address = kafka_client.address(uri)
        self.name = settings.name or uri
        self._settings = replace(settings, name=self.name)
        self._secrets = Secrets()
        self._options = kafka_client.options(self._address.servers, self._settings, self._secrets)
        self._group = GroupOffsets()
        self._options |= {"error_cb": self._told, "on_commit": self._group.answered}
        self._now = now
        self._buffer: Buffer[tuple[Partition, int]] = Buffer(settings.buffer_items, settings.buffer_bytes)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._began = False  # whether there is a position: then a partition without one is new
        self._taken: dict[Partition, int] = {}
        self._position: Position = {}
        self._owned: set[Partition] = set()
        self._read_to: dict[Partition, int] = {}
        self._had: set[Partition] = set()  # all that was owned since the source was opened
        self._astray: set[Partition] = set()  # partitions whose next offset is not there
        self._paused = self._away = False
        self._next_probe = 0.0
        self._health = Health()

    def health(self) -> Health:
        """How it fares."""
        return self._health

    def open(self, position: Position | None) -> None:
        """Begin behind a position; the thread joins the group as soon as a broker answers."""
        self._began = bool(position)
        self._taken = kafka_client.offsets(position)
        self._position = kafka_client.position(self._taken)
        self._group.follow(self._taken)  # a crash between manifest and group is mended at once
        try:
            consumer = Consumer(self._options)
        except (KafkaException, ValueError, TypeError) as error:
            raise SettingError("options", self._secrets.hide(_message(error))) from None
        name = f"feed {self.name}"
        self._thread = threading.Thread(target=self._run, args=(consumer,), name=name, daemon=True)
        self._thread.start()

    def take(self, items: int, size: int) -> Taken:
        """What has arrived; see `LiveSource`."""
        with self._lock:
            deliveries, marks, more = self._buffer.take(items, size)
            for partition, offset in marks:
                self._taken[partition] = offset
            if marks:
                self._position = kafka_client.position(self._taken)
        return Taken(deliveries, self._position, more)

    def acknowledge(self, position: Position) -> None:
        """The thread commits these offsets to the group."""
        self._group.follow(kafka_client.offsets(position))

    def close(self) -> None:
        """Leave the group."""
        self._stopped.set()
        if self._thread:
            self._thread.join(_CLOSING)

    def _run(self, consumer: Consumer) -> None:
        """Read until closed. A client that failed for good is replaced by a new one."""
        while True:
            repeated(partial(self._read, consumer), self._settings.retry_ceiling, self._stopped, self._failed)
            if not self._health.failure:
                self._group.commit(consumer, self._owned, wait=True)
            consumer.close()
            if self._stopped.wait(_RENEWAL if self._health.failure else 0):
                return
            consumer = Consumer(self._options)

    def _failed(self, failure: Failure, seconds: float) -> None:
        self._note(str(failure))
        self._health = replace(self._health, retries=self._health.retries + 1)

    def _note(self, message: str) -> None:
        message = self._secrets.hide(message)
        if message != self._health.failure:
            _LOG.warning("feed %s: %s", self.name, message)
        self._health = replace(self._health, failure=message)

    def _told(self, error: KafkaError) -> None:
        """What librdkafka says of brokers and credentials; it goes on trying by itself."""
        self._away = True
        # That all are down says less than what was said of one of them.
        if error.code() != KafkaError._ALL_BROKERS_DOWN or not self._health.failure:
            self._note(error.str())
        self._health = replace(self._health, retries=self._health.retries + 1)

    def _read(self, consumer: Consumer) -> None:
        """Returns when the client must be replaced, or the source is closed."""
        try:
            consumer.subscribe(
                list(self._address.topics),
                on_assign=self._assigned,
                on_revoke=self._revoked,
                on_lost=self._lost,
            )
            while not self._stopped.is_set():
                self._pause(consumer)
                self._probe(consumer)
                for message in consumer.consume(_BATCH, timeout=_POLL):
                    if not (error := message.error()):
                        self._accept(message)
                    elif error.fatal():
                        self._note(error.str())
                        return
                    else:
                        self._trouble(message, error)
                self._group.commit(consumer, self._owned)
        except KafkaException as error:
            raise Failure(self._secrets.hide(_message(error))) from None

    def _pause(self, consumer: Consumer) -> None:
        full = not self._buffer.has_room()
        if full != self._paused and self._owned:
            partitions = [TopicPartition(*one) for one in self._owned]
            (consumer.pause if full else consumer.resume)(partitions)
            self._paused = full

    def _accept(self, message: Message) -> None:
        partition, offset = (str(message.topic()), int(message.partition() or 0)), int(message.offset() or 0)
        if partition not in self._owned or offset < self._read_to.get(
            partition, self._taken.get(partition, 0)
        ):
            return
        found = kafka_client.delivery(message, self._address.servers, self._settings, self._now)
        if found is None:
            self._health = replace(self._health, passed_over=self._health.passed_over + 1)
        self._put(partition, offset + 1, found)
        self._well()

    def _put(self, partition: Partition, following: int, delivery: Delivery | None) -> None:
        self._read_to[partition] = following
        self._buffer.put(delivery, (partition, following))

    def _probe(self, consumer: Consumer) -> None:
        """After trouble: ask the broker now and then, and set right what it could not be asked before."""
        if not (self._away or self._astray) or time.monotonic() < self._next_probe:
            return
        try:
            if astray := sorted(self._astray & self._owned):
                for partition in astray:
                    self._begin(consumer, partition)
                self._assign(consumer)  # a partition in this state cannot be sought
            if self._away and consumer.list_topics(self._address.topics[0], timeout=_ASKING).brokers:
                self._well()
        except KafkaException as error:
            self._note(_message(error))
        self._next_probe = time.monotonic() + _PROBE

    def _well(self) -> None:
        if self._health.failure:
            _LOG.warning("feed %s: answers again", self.name)
        self._away = False
        self._health = replace(self._health, failure=None, reached_at=int(self._now() * 1e6))

    def _assigned(self, consumer: Consumer, partitions: Sequence[TopicPartition]) -> None:
        """Where each partition begins: behind what was taken, else where the group stands."""
        with self._lock:
            # What waits in the buffer is read again, from behind what was taken.
            self._buffer.clear()
            self._owned = {(one.topic, one.partition) for one in partitions}
            self._astray.clear()
            # At first the manifest counts. A partition that went and came back was read by another member
            # meanwhile: the group knows how far, and it never stands before what we committed.
            self._read_to = {one: offset for one, offset in self._taken.items() if one not in self._had}
            self._group.forget(self._owned & self._had)
            self._began = self._began or bool(self._had)
            self._had |= self._owned
        self._assign(consumer)
        if partitions:
            self._well()

    def _assign(self, consumer: Consumer) -> None:
        """Read all that is owned, each from where it is read to, else from where the group stands."""
        begin = [TopicPartition(*one, self._read_to.get(one, OFFSET_STORED)) for one in sorted(self._owned)]
        self._paused = False
        consumer.assign(begin)

    def _revoked(self, consumer: Consumer, partitions: Sequence[TopicPartition]) -> None:
        """Another member reads on where the group stands."""
        self._group.commit(consumer, self._owned, wait=True)
        self._lost(consumer, partitions)

    def _lost(self, consumer: Consumer, partitions: Sequence[TopicPartition]) -> None:
        """What was not taken yet is for who has the partitions now."""
        with self._lock:
            self._buffer.clear()
            self._owned = set()

    def _trouble(self, message: Message, error: KafkaError) -> None:
        if error.code() == KafkaError._AUTO_OFFSET_RESET:
            self._astray.add((str(message.topic()), int(message.partition() or 0)))
            self._next_probe = 0.0
        else:
            self._note(error.str())

    def _begin(self, consumer: Consumer, partition: Partition) -> None:
        """Where to go on when the next offset is not there: nobody set one, or the broker deleted it.

        Raises:
            KafkaException: the broker could not be asked.
        """
        one = TopicPartition(*partition)
        low, high = consumer.get_watermark_offsets(one, timeout=_ASKING)
        if (known := self._read_to.get(partition)) is None:
            (stored,) = consumer.committed([one], timeout=_ASKING)
            known = max(stored.offset, self._taken.get(partition, -1))
            known = known if known >= 0 else None
        # A partition added to a topic that we know is read whole.
        latest = self._settings.start == "latest" and not self._began
        start, lost, what = kafka_client.first_offset(known, low, high, latest)
        if what:
            _LOG.error("feed %s: %s/%d: %s", self.name, *partition, what)
        self._health = replace(self._health, lost=self._health.lost + lost)
        self._astray.discard(partition)
        self._put(partition, start, None)


def _message(error: Exception) -> str:
    first = error.args[0] if error.args else error
    return first.str() if isinstance(first, KafkaError) else str(first)
