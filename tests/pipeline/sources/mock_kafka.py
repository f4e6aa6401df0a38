"""librdkafka's own mock of a Kafka cluster, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka import Producer


@contextmanager
def mock_kafka() -> Iterator[tuple[Producer, str]]:
    """A producer and the addresses of its cluster, while it is there."""
    producer = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "unused", "log_level": 0})
    servers = ",".join(f"{one.host}:{one.port}" for one in producer.list_topics(timeout=60).brokers.values())
    yield producer, servers
    producer.purge()
