"""Kafka without a broker: librdkafka's own mock cluster, which lives inside a client."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources import kafka_client
from pipeline.sources.connect import connect
from pipeline.sources.kafka import KafkaSource
from pipeline.sources.live import Delivery
from pipeline.sources.secrets import Secrets
from pipeline.sources.settings import KafkaSettings, SettingError
from tests.pipeline.sources.mock_kafka import mock_kafka
from tests.pipeline.sources.server import collect, nothing, opened, wait_for

# The mock cluster knows no static members, and takes its time to miss others.
QUICK = {"session.timeout.ms": "6000", "fetch.wait.max.ms": "20"}
FAST = KafkaSettings(retry_ceiling=0.2, group="wirebeam", options=QUICK)


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[Producer, str]]:
    with mock_kafka() as both:
        yield both


@pytest.fixture
def topic() -> str:
    return f"wire-{uuid.uuid4().hex[:8]}"


def send(producer: Producer, topic: str, *numbers: int, **named: Any) -> None:
    for number in numbers:
        producer.produce(
            topic,
            f"item {number}".encode(),
            partition=number % 4,
            timestamp=1_700_000_000_000 + number,
            **named,
        )
    assert producer.flush(60) == 0


def test_messages_come_with_name_time_key_and_headers_and_poison_comes_through(
    cluster: tuple[Producer, str], topic: str
) -> None:
    producer, servers = cluster
    poison = b"\xff\xfe\x00no news"
    headers = [("content-type", b"text/xml"), ("desk", b"WLD"), ("desk", None), ("odd", b"\xff")]
    producer.produce(topic, poison, key=b"k", partition=0, timestamp=1_700_000_000_123, headers=headers)
    producer.produce(topic, None, key=b"gone", partition=0)
    producer.produce(topic, b"", partition=0)
    assert producer.flush(60) == 0
    with opened(f"kafka://{servers}/{topic}", replace(FAST, name="desk", provider="ansa")) as source:
        got, position = collect(source, 2)
        assert source.health().passed_over == 1
    assert [one.uri for one in got] == [f"kafka://{servers}/{topic}/0/{offset}" for offset in (0, 2)]
    assert [one.data for one in got] == [poison, b""]
    assert (got[0].received_at, got[0].media_type) == (1_700_000_000_123_000, "text/xml")
    assert got[0].attributes == (
        ("kafka.key", "k"), ("content-type", "text/xml"), ("desk", "WLD"), ("desk", ""), ("odd", "\\xff"),
    )  # fmt: skip
    assert (got[0].feed, got[0].provider) == ("desk", "ansa")
    assert position[topic]["0"] == 3


def test_the_manifests_position_goes_before_the_groups_offsets(
    cluster: tuple[Producer, str], topic: str
) -> None:
    producer, servers = cluster
    send(producer, topic, *range(40))
    settings = replace(FAST, group=f"g-{topic}")
    with opened(f"kafka://{servers}/{topic}", settings) as source:
        _, position = collect(source, 40)
        source.acknowledge(position)
        wait_for(lambda: committed(servers, topic, settings.group) == {0: 10, 1: 10, 2: 10, 3: 10})
    behind = {topic: {"0": 4, "1": 10, "2": 10, "3": 10}}
    with opened(f"kafka://{servers}/{topic}", settings, behind) as source:
        got, position = collect(source, 6)
        source.acknowledge(position)
        assert [one.data for one in got] == [f"item {number}".encode() for number in (16, 20, 24, 28, 32, 36)]
        nothing(source)
    with opened(f"kafka://{servers}/{topic}", settings) as source:  # another dataset, the same group
        nothing(source, 1)
        send(producer, topic, 40)
        assert collect(source, 1)[0][0].data == b"item 40"


def committed(servers: str, topic: str, group: str) -> dict[int, int]:
    consumer = Consumer({"bootstrap.servers": servers, "group.id": group, "log_level": 0})
    try:
        found = consumer.committed([TopicPartition(topic, number) for number in range(4)], timeout=60)
        return {one.partition: one.offset for one in found}
    finally:
        consumer.close()


def test_offsets_follow_the_manifest_and_nothing_else(cluster: tuple[Producer, str], topic: str) -> None:
    producer, servers = cluster
    send(producer, topic, *range(8))
    settings = replace(FAST, group=f"g-{topic}")
    with opened(f"kafka://{servers}/{topic}", settings) as source:
        collect(source, 8)
        nothing(source, 1)
    assert set(committed(servers, topic, settings.group).values()) == {-1001}, "taken, not committed"
    with opened(f"kafka://{servers}/{topic}", settings) as source:
        collect(source, 8)


def test_a_small_buffer_pauses_and_loses_nothing(cluster: tuple[Producer, str], topic: str) -> None:
    producer, servers = cluster
    send(producer, topic, *range(2000))
    with opened(f"kafka://{servers}/{topic}", replace(FAST, buffer_items=50)) as source:
        assert isinstance(source, KafkaSource)
        wait_for(lambda: source._paused)
        got: list[Delivery] = []
        while len(got) < 2000:
            some, _ = collect(source, min(90, 2000 - len(got)))
            got += some
    assert len({one.uri for one in got}) == 2000
    for partition in range(4):
        own = [int(one.uri.rpartition("/")[2]) for one in got if f"/{partition}/" in one.uri]
        assert own == list(range(500)), "in order"


def test_latest_begins_at_the_end_and_a_position_overrules_it(
    cluster: tuple[Producer, str], topic: str
) -> None:
    producer, servers = cluster
    send(producer, topic, *range(4))
    settings = replace(FAST, start="latest", group=f"g-{topic}")
    with opened(f"kafka://{servers}/{topic}", settings) as source:
        wait_for(lambda: len(source.take(1, 1).position.get(topic, {})) == 4)
        send(producer, topic, 5)
        (got,), position = collect(source, 1)
        assert got.data == b"item 5"
        assert position == {topic: {"0": 1, "1": 2, "2": 1, "3": 1}}
    with opened(f"kafka://{servers}/{topic}", settings, {topic: {"0": 0, "1": 2}}) as source:
        # Partitions that the position does not know are new ones: read whole.
        got_all, _ = collect(source, 3)
        assert {one.data for one in got_all} == {b"item 0", b"item 2", b"item 3"}


@pytest.mark.parametrize(
    ("uri", "given", "message"),
    [
        ("kafka://broker:9092", {}, "is not of the form"),
        ("kafka://broker:9092/", {}, "is not of the form"),
        ("kafka://user:geheim@broker/wire", {}, "is not of the form"),
        ("kafka://broker/wi re", {}, "no name of a topic"),
        ("kafka://broker/wire", {"options": {"group.id": "x"}}, "group.id cannot be set"),
        ("kafka://broker/wire", {"options": {"ssl.key.password": "${NO_SUCH}"}}, "NO_SUCH is not set"),
        (
            "kafka://broker/wire",
            {"sasl_mechanism": "PLAIN", "user_env": "NO_U", "password_env": "NO_P"},
            "NO_U",
        ),
    ],
)
def test_what_can_never_work_is_refused(uri: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError) as refused:
        connect(uri, KafkaSettings(**given))
    assert message in str(refused.value)
    assert "geheim" not in str(refused.value)


def test_an_option_that_librdkafka_does_not_know_is_refused_when_it_is_opened() -> None:
    source = connect("kafka://broker/wire", KafkaSettings(options={"no.such.option": "1"}))
    with pytest.raises(SettingError, match=r"no\.such\.option"):
        source.open(None)
    source.close()


def test_tls_and_sasl_become_the_clients_options() -> None:
    settings = KafkaSettings(
        tls=True, ca_file="ca.pem", cert_file="c.pem", key_file="k.pem", key_password_env="K",
        sasl_mechanism="SCRAM-SHA-512", user_env="U", password_env="P", instance_id="one",
        options={"client.rack": "${R}"},
    )  # fmt: skip
    secrets = Secrets({"K": "kk", "U": "uu", "P": "pp", "R": "rr"})
    found = kafka_client.options("broker:9092", settings, secrets)
    wanted = {
        "security.protocol": "SASL_SSL", "ssl.ca.location": "ca.pem", "ssl.certificate.location": "c.pem",
        "ssl.key.location": "k.pem", "ssl.key.password": "kk", "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "uu", "sasl.password": "pp", "group.instance.id": "one", "client.rack": "rr",
        "enable.auto.commit": False, "auto.offset.reset": "error",
    }  # fmt: skip
    assert wanted.items() <= found.items()
    assert secrets.hide("user uu, password pp") == "user ${U}, password ${P}"


@given(
    known=st.none() | st.integers(0, 50),
    low=st.integers(0, 50),
    more=st.integers(0, 50),
    latest=st.booleans(),
)
def test_the_first_offset_is_one_that_the_broker_has_and_what_is_lost_is_counted(
    known: int | None, low: int, more: int, latest: bool
) -> None:
    start, lost, what = kafka_client.first_offset(known, low, low + more, latest)
    assert low <= start <= low + more
    assert lost == max(0, low - known if known is not None else 0)
    assert bool(what) == (known is not None and start != known)


offsets = st.dictionaries(st.tuples(st.sampled_from(["a", "b.c"]), st.integers(0, 99)), st.integers(0, 2**62))


@given(found=offsets)
def test_a_position_gives_the_offsets_back(found: dict[tuple[str, int], int]) -> None:
    assert kafka_client.offsets(kafka_client.position(found)) == found
