"""Partitions of Kafka as an unbounded source: against librdkafka's own mock cluster, which lives inside a client."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from apache_beam.utils.timestamp import MIN_TIMESTAMP, Timestamp
from confluent_kafka import Producer

from pipeline import committable
from pipeline.sources import kafka_unbounded
from pipeline.sources.kafka_tail import PartitionStart, Tail, tail
from pipeline.sources.kafka_topics import KafkaTopics
from pipeline.sources.kafka_unbounded import IDLE, KafkaMessage, KafkaPartitions, Mark, Reader
from pipeline.sources.settings import KafkaSettings
from schemas.errors import WirebeamError

SETTINGS = KafkaSettings(name="desk", group="wirebeam", provider="ansa", options={"fetch.wait.max.ms": "20"})
SECONDS = 20.0


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[Producer, str]]:
    producer = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "unused", "log_level": 0})
    servers = ",".join(f"{one.host}:{one.port}" for one in producer.list_topics(timeout=10).brokers.values())
    yield producer, servers
    producer.purge()


@pytest.fixture
def topic(cluster: tuple[Producer, str]) -> str:
    return f"wire-{uuid.uuid4().hex[:8]}"


def send(producer: Producer, topic: str, count: int, partition: int = 0, first: int = 0) -> None:
    for number in range(first, first + count):
        producer.produce(
            topic, f"item {number}".encode(), partition=partition, timestamp=1_700_000_000_000 + number
        )
    assert producer.flush(10) == 0


def read(reader: Any, count: int) -> list[KafkaMessage]:
    """So many messages, as Beam asks for them."""
    found: list[KafkaMessage] = []
    end = time.monotonic() + SECONDS
    more = reader.start()
    while len(found) < count:
        assert time.monotonic() < end, f"only {len(found)} came"
        if more:
            found.append(reader.get_current())
        more = reader.advance() if len(found) < count else False
    return found


def test_messages_come_as_they_are_with_header_time_and_place(
    cluster: tuple[Producer, str], topic: str
) -> None:
    producer, servers = cluster
    poison = b"\xff\xfe\x00no news"
    producer.produce(
        topic, poison, key=b"k", partition=0, timestamp=1_700_000_000_123, headers=[("desk", b"WLD")]
    )
    producer.produce(topic, None, key=b"gone", partition=0)
    assert producer.flush(10) == 0
    start = PartitionStart(servers, SETTINGS, topic, 0, 0)
    reader = Reader(start, None, lambda: False)
    first, second = read(reader, 2)
    assert first.resource is not None
    assert (first.resource.data, first.resource.provider) == (poison, "ansa")
    assert first.resource.received_at == 1_700_000_000_123_000
    assert first.resource.uri == f"kafka://{servers}/{topic}/0/0"
    assert [(one.name, one.value) for one in first.resource.attributes] == [
        ("kafka.key", "k"),
        ("desk", "WLD"),
    ]
    assert (second.resource, second.begin, second.offset) == (None, 1, 1)
    assert reader.get_checkpoint_mark().position == 2


def test_a_reader_goes_on_behind_a_mark_and_a_process_keeps_one_client(
    cluster: tuple[Producer, str], topic: str
) -> None:
    producer, servers = cluster
    send(producer, topic, 6)
    source = KafkaPartitions([PartitionStart(servers, SETTINGS, topic, 0, 1)], "nowhere")
    first = source.split(20)[0].create_reader(None, None)
    assert [one.offset for one in read(first, 3)] == [1, 2, 3]
    coder = source.get_checkpoint_mark_coder()
    mark = coder.decode(coder.encode(first.get_checkpoint_mark()))
    first.close()
    second = source.split(20)[0].create_reader(None, mark)
    assert [(one.begin, one.offset) for one in read(second, 2)] == [(4, 4), (5, 5)]
    again = source.split(20)[0].create_reader(None, Mark(2, -1))  # as after a failure
    assert [one.offset for one in read(again, 4)] == [2, 3, 4, 5]
    assert tail(PartitionStart(servers, SETTINGS, topic, 0, 1)) is tail(
        PartitionStart(servers, SETTINGS, topic, 0, 9)
    )


def test_each_partition_is_a_source_of_its_own() -> None:
    starts = [PartitionStart("b:9092", SETTINGS, "wire", number, number) for number in range(30)]
    parts = KafkaPartitions(starts, "nowhere").split(20)
    assert len(parts) == 30
    with pytest.raises(WirebeamError, match="30 partitions for one reader"):
        KafkaPartitions(starts, "nowhere").create_reader(None, None)


def test_a_partition_at_its_end_does_not_hold_the_watermark_back(
    cluster: tuple[Producer, str], topic: str
) -> None:
    producer, servers = cluster
    send(producer, topic, 1)
    now, passed = [1_700_000_100.0], [0.0]
    start = PartitionStart(servers, SETTINGS, topic, 0, 0)
    client = Tail(start, clock=lambda: passed[0])
    reader = Reader(start, None, lambda: False, client, lambda: now[0])
    assert reader.get_watermark() == MIN_TIMESTAMP
    read(reader, 1)
    assert reader.get_watermark() == Timestamp(1_699_999_999)
    end = time.monotonic() + SECONDS
    passed[0] = 1.0
    while client.quiet == 0.0 and time.monotonic() < end:
        assert not reader.advance()
        passed[0] += 0.1
    assert reader.get_watermark() == Timestamp(1_699_999_999)
    passed[0] += IDLE
    assert reader.get_watermark() == Timestamp(1_700_000_100 - IDLE - 1)
    send(producer, topic, 1, first=1)
    read(reader, 1)
    assert reader.get_watermark() == Timestamp(micros=1_699_999_999_001_000)


def test_nothing_is_read_while_much_waits_for_the_committer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "_staging" / "job" / committable.FOLDER
    place.mkdir(parents=True)
    monkeypatch.setattr(kafka_unbounded, "MOST", 3)
    pressure = kafka_unbounded.Pressure(look=0.0)
    assert not pressure.full(str(tmp_path))
    for number in range(3):
        (place / f"{number:020d}-x.json").touch()
    assert pressure.full(str(tmp_path))
    asked: list[int] = []
    client: Any = type("Client", (), {"read": lambda self, at: asked.append(at)})()
    start = PartitionStart("b:9092", SETTINGS, "wire", 0, 0)
    assert not Reader(start, None, lambda: pressure.full(str(tmp_path)), client).advance()
    assert asked == []


def test_where_each_partition_begins(cluster: tuple[Producer, str], topic: str) -> None:
    producer, servers = cluster
    for number in range(4):
        send(producer, topic, 5, partition=number)
    topics = KafkaTopics(f"kafka://{servers}/{topic}", SETTINGS)
    found = {one.number: one.start for one in topics.starts({(topic, 0): 3, (topic, 1): 9})}
    # Behind the dataset; at the beginning of one made anew, and of one that nobody knows.
    assert found == {0: 3, 1: 0, 2: 0, 3: 0}
    assert topics.partitions() == 4
    topics.close()
    late = KafkaTopics(f"kafka://{servers}/{topic}", replace(SETTINGS, group="late", start="latest"))
    assert {one.start for one in late.starts({})} == {5}
    late.close()


def test_a_broker_that_is_away_is_one_line() -> None:
    topics = KafkaTopics("kafka://127.0.0.1:1/wire", SETTINGS)
    with pytest.raises(WirebeamError, match=r"127\.0\.0\.1:1: "):
        topics.starts({})
    topics.close()
