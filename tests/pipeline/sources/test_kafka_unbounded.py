"""Partitions of Kafka as an unbounded source: against librdkafka's own mock cluster, which lives inside a client."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from apache_beam.utils.timestamp import MIN_TIMESTAMP, Timestamp
from confluent_kafka import Producer
from hypothesis import given
from hypothesis import strategies as st

from pipeline import committable
from pipeline.sources import kafka_unbounded
from pipeline.sources.kafka_tail import PartitionStart, Tail, tail
from pipeline.sources.kafka_topics import KafkaTopics
from pipeline.sources.kafka_unbounded import IDLE, KafkaPartitions, Mark, Reader, dealt
from pipeline.sources.settings import KafkaSettings
from pipeline.sources.stream_message import TICK, StreamMessage
from schemas.errors import WirebeamError
from tests.pipeline.sources.mock_kafka import mock_kafka

SETTINGS = KafkaSettings(name="desk", group="wirebeam", provider="ansa", options={"fetch.wait.max.ms": "20"})
SECONDS = 120.0


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[Producer, str]]:
    with mock_kafka() as both:
        yield both


@pytest.fixture
def topic(cluster: tuple[Producer, str]) -> str:
    return f"wire-{uuid.uuid4().hex[:8]}"


def send(producer: Producer, topic: str, count: int, partition: int = 0, first: int = 0) -> None:
    for number in range(first, first + count):
        producer.produce(
            topic, f"item {number}".encode(), partition=partition, timestamp=1_700_000_000_000 + number
        )
    assert producer.flush(60) == 0


def read(reader: Any, count: int) -> list[StreamMessage]:
    """So many messages, as Beam asks for them; ticks are passed over."""
    found: list[StreamMessage] = []
    end = time.monotonic() + SECONDS
    more = reader.start()
    while len(found) < count:
        assert time.monotonic() < end, f"only {len(found)} came"
        if more and (message := reader.get_current()) != TICK:
            found.append(message)
        more = reader.advance() if len(found) < count else False
    return found


def test_messages_come_as_they_are_with_header_time_and_place(
    cluster: tuple[Producer, str], topic: str
) -> None:
    producer, servers = cluster
    poison = b"\xff\xfe\x00no news"
    headers = [("desk", b"WLD")]
    producer.produce(topic, poison, key=b"k", partition=0, timestamp=1_700_000_000_123, headers=headers)
    producer.produce(topic, None, key=b"gone", partition=0)
    assert producer.flush(60) == 0
    reader = Reader([PartitionStart(servers, SETTINGS, topic, 0, 0)], None, lambda: False)
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
    assert reader.get_checkpoint_mark().positions == {(topic, 0): 2}


def test_a_reader_goes_on_behind_a_mark_and_a_process_keeps_one_client(
    cluster: tuple[Producer, str], topic: str
) -> None:
    producer, servers = cluster
    send(producer, topic, 6)
    send(producer, topic, 2, partition=1)
    starts = [PartitionStart(servers, SETTINGS, topic, 0, 1), PartitionStart(servers, SETTINGS, topic, 1, 0)]
    source = KafkaPartitions(starts, "nowhere", "job-1")
    first = source.split(20)[0].create_reader(None, None)
    before = [(one.number, one.begin, one.offset) for one in read(first, 3)]
    coder = source.get_checkpoint_mark_coder()
    mark = coder.decode(coder.encode(first.get_checkpoint_mark()))
    first.close()
    second = source.split(20)[0].create_reader(None, mark)
    after = [(one.number, one.begin, one.offset) for one in read(second, 4)]
    whole = [(0, at, at) for at in range(1, 6)] + [(1, 0, 0), (1, 1, 1)]
    assert sorted(before + after) == whole
    again = source.split(20)[0].create_reader(
        None, Mark({(topic, 0): 4}, {(topic, 0): -1})
    )  # after a failure
    found = [(one.number, one.begin, one.offset) for one in read(again, 4)]
    assert sorted(found) == [(0, 4, 4), (0, 5, 5), (1, 0, 0), (1, 1, 1)]
    assert tail(starts) is tail(starts[::-1])


def test_ticks_come_behind_messages_and_then_nothing(
    cluster: tuple[Producer, str], topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    producer, servers = cluster
    send(producer, topic, 1)
    starts = [PartitionStart(servers, SETTINGS, topic, 0, 0)]
    passed, client = [0.0], Tail(starts)

    class Waiting:
        """The client, whose waits are the only time that passes."""

        def read(self, positions: Any, seconds: float) -> Any:
            if (message := client.read(positions, 0.02)) is None:
                passed[0] += seconds
            return message

    monkeypatch.setattr(kafka_unbounded, "time", SimpleNamespace(monotonic=lambda: passed[0]))
    waiting: Any = Waiting()
    reader = Reader(starts, None, lambda: False, waiting, longest=1.5)
    read(reader, 1)
    ticks = 0
    began = passed[0]
    while reader.advance():
        assert reader.get_current() == TICK
        ticks += 1
    assert 3 <= ticks <= 5, "for a second, five times a second"
    assert passed[0] - began >= 1.5
    assert reader.get_checkpoint_mark().positions == {(topic, 0): 1}


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), max_size=20, unique=True),
    st.integers(1, 12),
)
def test_partitions_are_dealt_out_each_once_by_feed(named: list[tuple[str, int]], most: int) -> None:
    starts = [
        PartitionStart("b:9092", replace(SETTINGS, name=feed), "wire", number, 0) for feed, number in named
    ]
    groups = dealt(starts, most)
    assert sorted((one.settings.name, one.number) for some in groups for one in some) == sorted(named)
    assert all(some and len({one.settings.name for one in some}) == 1 for some in groups)
    assert len(groups) <= max(most, len({feed for feed, _ in named}))
    for feed in {feed for feed, _ in named}:
        sizes = [len(some) for some in groups if some[0].settings.name == feed]
        assert max(sizes) - min(sizes) <= 1


def test_a_partition_at_its_end_does_not_hold_the_watermark_back(
    cluster: tuple[Producer, str], topic: str
) -> None:
    producer, servers = cluster
    send(producer, topic, 1)
    now, passed = [1_700_000_100.0], [0.0]
    starts = [PartitionStart(servers, SETTINGS, topic, number, 0) for number in range(2)]
    client = Tail(starts, clock=lambda: passed[0])
    reader = Reader(starts, None, lambda: False, client, lambda: now[0])
    assert reader.get_watermark() == MIN_TIMESTAMP
    read(reader, 1)
    passed[0] = 1.0
    end = time.monotonic() + SECONDS
    while not (client.quiet((topic, 0)) and client.quiet((topic, 1))) and time.monotonic() < end:
        reader.advance()
        passed[0] += 0.1
    assert reader.get_watermark() == MIN_TIMESTAMP  # nobody knows yet that nothing comes from the other
    passed[0] += IDLE
    assert reader.get_watermark() == Timestamp(1_700_000_100 - IDLE - 1)
    send(producer, topic, 1, first=1)
    read(reader, 1)
    assert reader.get_watermark() == Timestamp(micros=1_699_999_999_001_000)


def test_a_topic_that_was_made_anew_is_no_silence(cluster: tuple[Producer, str], topic: str) -> None:
    producer, servers = cluster
    send(producer, topic, 2)
    reader = Reader([PartitionStart(servers, SETTINGS, topic, 0, 7)], None, lambda: False)
    with pytest.raises(WirebeamError, match="ends at 2, but 7 were read: it was made anew"):
        reader.advance()


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
    asked: list[object] = []
    client: Any = type("Client", (), {"read": lambda self, *given: asked.append(given)})()
    starts = [PartitionStart("b:9092", SETTINGS, "wire", 0, 0)]
    assert not Reader(starts, None, lambda: pressure.full(str(tmp_path)), client).advance()
    assert asked == []


def test_a_reader_does_not_wait_while_its_job_stops(
    cluster: tuple[Producer, str], topic: str, tmp_path: Path
) -> None:
    producer, servers = cluster
    send(producer, topic, 2)
    pressure = kafka_unbounded.Pressure(look=0.0)
    starts = [PartitionStart(servers, SETTINGS, topic, 0, 0)]
    reader = Reader(starts, None, lambda: pressure.full(str(tmp_path)), longest=600.0)
    read(reader, 1)
    committable.stop(tmp_path / "_staging" / "job")
    began = time.monotonic()
    assert not reader.advance()
    assert time.monotonic() - began < SECONDS
    again = Reader(starts, reader.get_checkpoint_mark(), lambda: False)
    assert [again.advance(), again.get_current().offset] == [True, 1], (
        "what was not read is read from its mark"
    )


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
