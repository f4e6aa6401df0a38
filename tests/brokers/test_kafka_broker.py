"""The Kafka source against a real broker that is stopped, killed, emptied, grown and shared."""

from __future__ import annotations

import random
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import NewPartitions

from pipeline.sources.connect import connect
from pipeline.sources.kafka import KafkaSource
from pipeline.sources.live import LiveSource
from pipeline.sources.settings import KafkaSettings
from tests.brokers.kafka import Broker
from tests.pipeline.sources.crashes import crashing
from tests.pipeline.sources.server import PATIENCE, collect, nothing, opened, wait_for

pytestmark = pytest.mark.engines
FAST = KafkaSettings(
    retry_ceiling=0.2,
    options={
        "fetch.wait.max.ms": "20",
        "topic.metadata.refresh.interval.ms": "500",
        "session.timeout.ms": "6000",
    },
)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with Broker(tmp_path_factory.mktemp("broker"), secure="geheim") as running:
        yield running


@pytest.fixture
def topic(broker: Broker) -> str:
    name = f"wire-{uuid.uuid4().hex[:8]}"
    broker.create(name, 2)
    return name


def send(broker: Broker, topic: str, *numbers: int) -> None:
    producer = broker.producer()
    for number in numbers:
        producer.produce(topic, b"item %d" % number, partition=number % 2)
    assert producer.flush(120) == 0


def fresh(broker: Broker, topic: str) -> tuple[str, KafkaSettings]:
    return f"kafka://{broker.servers}/{topic}", replace(FAST, group=f"g-{topic}")


def test_a_broker_that_is_stopped_and_killed_and_comes_back(broker: Broker, topic: str) -> None:
    uri, settings = fresh(broker, topic)
    send(broker, topic, *range(10))
    with opened(uri, settings) as source:
        _, position = collect(source, 10)
        for kill in (False, True):
            broker.stop(kill=kill)
            assert wait_for(lambda: source.health().failure)
            source.acknowledge(position)
            nothing(source, 0.2)
            broker.start()
            send(broker, topic, 10 + kill)
            (got,), position = collect(source, 1)
            assert got.data == b"item %d" % (10 + kill)
            wait_for(lambda: source.health().failure is None)


def test_a_broker_that_is_not_there_when_we_start(tmp_path: Path) -> None:
    late = Broker(tmp_path / "late")
    with opened(f"kafka://{late.servers}/wire", FAST) as source:
        assert wait_for(lambda: source.health().failure)
        with late:
            late.create("wire", 2)
            send(late, "wire", 1)
            assert collect(source, 1)[0][0].data == b"item 1"


def test_a_topic_that_is_not_there_yet(broker: Broker, caplog: pytest.LogCaptureFixture) -> None:
    name = f"later-{uuid.uuid4().hex[:8]}"
    uri, settings = fresh(broker, name)
    with opened(uri, settings) as source:
        assert "nknown topic" in wait_for(lambda: source.health().failure)
        nothing(source, 5)
        assert "nknown topic" in (source.health().failure or "")
        assert len(caplog.records) <= 2, "said once"
        broker.create(name, 2)
        send(broker, name, 1)
        collect(source, 1)
        wait_for(lambda: source.health().failure is None)


def test_offsets_that_the_broker_deleted_are_counted_and_said(
    broker: Broker, topic: str, caplog: pytest.LogCaptureFixture
) -> None:
    uri, settings = fresh(broker, topic)
    send(broker, topic, *range(20))
    admin = broker.admin()
    admin.delete_records([TopicPartition(topic, 0, 7)])[TopicPartition(topic, 0)].result(120)
    with opened(uri, settings, {topic: {"0": 2, "1": 10}}) as source:
        got, position = collect(source, 3)
        assert [one.data for one in got] == [b"item 14", b"item 16", b"item 18"]
        assert source.health().lost == 5
        assert "deleted 2 to 6 unread: up to 5 items are lost" in caplog.text
    with opened(uri, settings, position) as source:
        nothing(source, 1.5)
        assert source.health().lost == 0, "counted once"
    with opened(uri, settings, {topic: {"0": 500, "1": 10}}) as source:
        assert len(collect(source, 3)[0]) == 3, "a topic made anew is read from its beginning"
        assert "made anew" in caplog.text


def test_a_compacted_topic_has_gaps_and_nothing_is_lost(broker: Broker) -> None:
    topic = f"compact-{uuid.uuid4().hex[:8]}"
    broker.create(
        topic,
        cleanup_policy="compact",
        segment_ms="100",
        min_cleanable_dirty_ratio="0.01",
        delete_retention_ms="60000",
    )
    producer = broker.producer()

    def send_all() -> None:
        for number in range(30):
            producer.produce(topic, b"version %d" % number, key=b"story")
        producer.produce(topic, None, key=b"killed")
        assert producer.flush(120) == 0

    uri, settings = fresh(broker, topic)
    end = time.monotonic() + 60
    while True:  # until the broker has compacted
        send_all()
        time.sleep(0.5)
        high = broker.end(topic)
        with opened(uri, replace(settings, group=uuid.uuid4().hex), {topic: {"0": 0}}) as source:
            got: list[str] = []

            def caught_up(source: Any = source, got: list[str] = got, high: int = high) -> bool:
                taken = source.take(10_000, 1 << 30)
                got.extend(one.uri for one in taken.deliveries)
                return bool(taken.position[topic]["0"] >= high)

            wait_for(caught_up)
            health = source.health()
        assert (health.lost, health.failure) == (0, None)
        assert health.passed_over > 0
        if len(got) + health.passed_over < high:
            return
        assert time.monotonic() < end, "never compacted"


def test_a_partition_that_is_added_is_read_whole(broker: Broker, topic: str) -> None:
    uri, settings = fresh(broker, topic)
    send(broker, topic, 0, 1)
    with opened(uri, replace(settings, start="latest"), {topic: {"0": 1, "1": 1}}) as source:
        nothing(source, 1)
        admin = broker.admin()
        admin.create_partitions([NewPartitions(topic, 3)])[topic].result(120)
        producer = broker.producer()
        wait_for(lambda: len(producer.list_topics(topic, timeout=60).topics[topic].partitions) == 3)
        producer.produce(topic, b"new", partition=2)
        assert producer.flush(120) == 0
        (got,), position = collect(source, 1)
        assert got.uri == f"{uri}/2/0"
        assert position[topic] == {"0": 1, "1": 1, "2": 1}


def committed(broker: Broker, topic: str, group: str) -> int:
    """How many messages of a topic a group has done with."""
    consumer = Consumer({"bootstrap.servers": broker.servers, "group.id": group, "log_level": 0})
    try:
        found = consumer.committed([TopicPartition(topic, number) for number in range(2)], timeout=60)
        return sum(max(0, one.offset) for one in found)
    finally:
        consumer.close()


def test_two_members_share_the_partitions_and_lose_nothing(broker: Broker, topic: str) -> None:
    uri, settings = fresh(broker, topic)
    got: list[str] = []

    def drained(items: int, *sources: LiveSource) -> bool:
        """Whether so many came, once all that is there was taken."""
        for source in sources:
            taken = source.take(1000, 1 << 30)
            got.extend((one.data or b"").decode() for one in taken.deliveries)
            if taken.deliveries:
                source.acknowledge(taken.position)
        return len(set(got)) == items

    with opened(uri, settings) as first:
        assert isinstance(first, KafkaSource)
        send(broker, topic, *range(50))
        wait_for(lambda: drained(50, first))
        wait_for(lambda: committed(broker, topic, settings.group) == 50)
        with opened(uri, settings) as second:
            assert isinstance(second, KafkaSource)
            wait_for(lambda: len(first._owned) == len(second._owned) == 1)
            send(broker, topic, *range(50, 100))
            wait_for(lambda: drained(100, first, second))
            wait_for(lambda: committed(broker, topic, settings.group) == 100)
        wait_for(lambda: len(first._owned) == 2)
        send(broker, topic, *range(100, 150))
        wait_for(lambda: drained(150, first))
        doubled = [one for one, times in Counter(got).items() if times > 1]
    assert doubled == []


def test_tls_and_sasl_are_checked(
    broker: Broker, topic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(broker, topic, 1)
    monkeypatch.setenv("K_USER", "wirebeam")
    monkeypatch.setenv("K_GOOD", "geheim")
    monkeypatch.setenv("K_BAD", "falsch")
    uri = f"kafka://{broker.secure_servers}/{topic}"
    ca = str(broker._folder / "ca.pem")
    login = replace(
        FAST, tls=True, ca_file=ca, sasl_mechanism="PLAIN", user_env="K_USER", password_env="K_GOOD"
    )
    with opened(uri, login) as source:
        assert collect(source, 1)[0][0].data == b"item 1"
    with opened(uri, replace(login, password_env="K_BAD")) as source:
        failure = wait_for(lambda: source.health().failure)
        assert "uthentication failed" in failure
        assert "falsch" not in failure
    with opened(uri, replace(login, ca_file="")) as source:
        assert "certificate" in wait_for(lambda: source.health().failure)
        nothing(source, 0.1)


@pytest.mark.parametrize(("group", "missed"), [("", 2 * PATIENCE), ("theirs", 6)])
def test_a_process_that_was_killed_and_its_successor(
    broker: Broker, topic: str, group: str, missed: float
) -> None:
    """As a static member of the feed's own group it goes on at once, else when the group has missed it.

    Args:
        missed: seconds after which a group does.
    """
    settings = KafkaSettings(group=group, options={"session.timeout.ms": str(int(1_000 * missed))})
    uri = f"kafka://{broker.servers}/{topic}"
    send(broker, topic, 1)
    program = (
        "import sys, time; from pipeline.sources.connect import connect; "
        "from pipeline.sources.settings import KafkaSettings; "
        f"source = connect({uri!r}, {settings!r}, '/srv/news'); source.open(None)\n"
        "while not source.take(1, 1).deliveries: time.sleep(0.01)\n"
        "print('taken', flush=True); time.sleep(100)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"taken\n"
        process.kill()
    source = connect(uri, settings, "/srv/news")
    source.open(None)
    collect(source, 1)
    source.close()


@pytest.mark.parametrize("seed", [1])
def test_crashes_anywhere_lose_nothing_and_repeat_only_what_was_not_committed(
    broker: Broker, topic: str, seed: int
) -> None:
    """Take, commit, acknowledge, crash and reopen at random: the committed rows are the messages, each once."""
    random_ = random.Random(seed)
    uri, settings = fresh(broker, topic)
    send(broker, topic, *range(400))
    made, source = crashing(lambda: connect(uri, settings), 400, random_)
    nothing(source, 0.5)
    source.close()
    assert made.crashes > 1
    assert len(set(made.committed)) == len(made.committed) == 400
