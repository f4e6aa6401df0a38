"""Where the partitions of Kafka topics begin, for a job sent to an engine; the group's offsets behind it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from pipeline.sources import kafka_client
from pipeline.sources.kafka_group import GroupOffsets
from pipeline.sources.kafka_tail import ASKING, PartitionStart
from pipeline.sources.secrets import Secrets
from pipeline.sources.settings import KafkaSettings
from schemas.errors import WirebeamError

_LOG = logging.getLogger(__name__)


class KafkaTopics:
    """Topics of a feed, seen by the command that sends the job.

    Args:
        uri: `kafka://host:port[,host:port]/topic[,topic]`.
        settings: the feed's, with its name and group.

    Raises:
        SettingError: the address or a setting cannot be.
    """

    queue = False

    def __init__(self, uri: str, settings: KafkaSettings) -> None:
        self._address = kafka_client.address(uri)
        self.settings = settings
        self._secrets = Secrets()
        # No member of the group: workers read what they are told to.
        options = kafka_client.options(
            self._address.servers, replace(settings, instance_id=""), self._secrets
        )
        self._group = GroupOffsets()
        self._consumer = Consumer(options | {"error_cb": lambda _: None, "on_commit": self._group.answered})

    @property
    def name(self) -> str:
        """Key of the feed's position in the manifests."""
        return self.settings.name

    @property
    def servers(self) -> str:
        """As the user named them."""
        return self._address.servers

    def partitions(self) -> int:
        """How many there are now.

        Raises:
            WirebeamError: as `starts`.
        """
        with _said(self._address.servers, self._secrets):
            return sum(len(self._numbers(topic)) for topic in self._address.topics)

    def _numbers(self, topic: str) -> list[int]:
        told = self._consumer.list_topics(topic, timeout=ASKING).topics[topic]
        if told.error is not None or not told.partitions:
            raise WirebeamError(
                f"{self._address.servers}: {topic}: {told.error.str() if told.error else 'has no partition'}"
            )
        return sorted(told.partitions)

    def starts(self, taken: Mapping[tuple[str, int], int]) -> list[PartitionStart]:
        """Where each partition begins: behind what the dataset holds, else where the group stands.

        Args:
            taken: the next offset of the partitions that a manifest names.

        Raises:
            WirebeamError: the broker does not answer, or has no such topic; it may later.
        """
        found = []
        with _said(self._address.servers, self._secrets):
            for topic in self._address.topics:
                for number in self._numbers(topic):
                    start = self._start(TopicPartition(topic, number), taken)
                    found.append(PartitionStart(self._address.servers, self.settings, topic, number, start))
        return found

    def _start(self, one: TopicPartition, taken: Mapping[tuple[str, int], int]) -> int:
        low, high = self._consumer.get_watermark_offsets(one, timeout=ASKING)
        known = taken.get((one.topic, one.partition))
        if known is None:
            (stored,) = self._consumer.committed([one], timeout=ASKING)
            known = stored.offset if stored.offset >= 0 else None
        # A partition added to a topic that the dataset knows is read whole.
        latest = self.settings.start == "latest" and not taken
        start, _, what = kafka_client.first_offset(known, low, high, latest)
        if what:
            _LOG.error("feed %s: %s/%d: %s", self.name, one.topic, one.partition, what)
        # Behind what is gone the first message covers it, too.
        return known if known is not None and known < low else start

    def follow(self, offsets: Mapping[tuple[str, int], int]) -> None:
        """Tell the group what a manifest holds, for who watches; what fails is told with the next one."""
        self._group.follow(offsets)
        self._group.commit(self._consumer, set(offsets))
        self._consumer.poll(0)

    def close(self) -> None:
        """Close the client."""
        self._consumer.close()


@contextlib.contextmanager
def _said(servers: str, secrets: Secrets) -> Iterator[None]:
    try:
        yield
    except KafkaException as error:
        reason = error.args[0]
        said = reason.str() if isinstance(reason, KafkaError) else str(reason)
        raise WirebeamError(f"{servers}: {secrets.hide(said)}") from None
