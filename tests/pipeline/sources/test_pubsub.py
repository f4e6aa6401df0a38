"""Pub/Sub against a server that speaks Google's gRPC: acknowledged after the commit, known when it comes again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import grpc
import pytest

from pipeline.sources.connect import connect
from pipeline.sources.settings import PubsubSettings, SettingError
from tests.brokers.kafka import free_port
from tests.brokers.pubsub import FakePubsub
from tests.pipeline.sources.crashes import crashing
from tests.pipeline.sources.server import collect, nothing, opened, wait_for

URI = "pubsub://news-project/wire-sub"
FAST = PubsubSettings(retry_ceiling=0.2)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePubsub]:
    running = FakePubsub(port=free_port())
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{running.port}")
    yield running
    running.close()


def test_messages_come_with_attributes_and_are_acknowledged_after_the_commit(server: FakePubsub) -> None:
    server.publish(b"\xff no news", desk="WLD", **{"content-type": "text/xml"})
    server.publish(b"second")
    with opened(URI, replace(FAST, name="desk", provider="upi")) as source:
        got, position = collect(source, 2)
        first, second = sorted(got, key=lambda one: one.uri)
        assert (first.uri, first.data, first.media_type) == (f"{URI}/1", b"\xff no news", "text/xml")
        assert first.attributes == (("content-type", "text/xml"), ("desk", "WLD"))
        assert (first.feed, first.provider, first.received_at) == ("desk", "upi", 1_795_600_801_123_456)
        assert second.attributes == ()
        nothing(source)
        assert server.acknowledged == []
        source.acknowledge(position)
        wait_for(lambda: sorted(server.acknowledged) == ["1", "2"])
        source.acknowledge(position)


def test_what_a_manifest_holds_is_known_again_after_a_restart(server: FakePubsub) -> None:
    server.publish(b"one")
    with opened(URI, FAST) as source:
        _, position = collect(source, 1)
        server.lose_acknowledgements = True
        source.acknowledge(position)
    server.lose_acknowledgements = False
    server.expire()
    server.publish(b"two")
    with opened(URI, FAST, position) as source:
        (got,), _ = collect(source, 1)
        assert got.data == b"two"
        wait_for(lambda: server.acknowledged == ["1"])
        wait_for(lambda: source.health().repeated == 1)


def test_what_was_taken_and_not_committed_comes_again_at_once(server: FakePubsub) -> None:
    server.lease = 600.0  # longer than anybody waits here
    server.publish(b"one")
    with opened(URI, FAST) as source:
        collect(source, 1)
    with opened(URI, FAST) as source:
        assert collect(source, 1)[0][0].data == b"one"


def test_a_message_that_comes_twice_before_the_commit_is_one(server: FakePubsub) -> None:
    server.publish(b"one")
    with opened(URI, FAST) as source:
        _, position = collect(source, 1)
        server.expire()
        wait_for(lambda: server.deliveries == 2)
        nothing(source, 0.2)
        source.acknowledge(position)
        wait_for(lambda: server.acknowledged == ["1"])
        server.expire()
        nothing(source, 0.2)
        assert server.deliveries == 2


def test_leases_are_extended_while_a_cycle_takes_its_time(server: FakePubsub) -> None:
    server.publish(b"one")
    with opened(URI, FAST) as source:
        collect(source, 1)
        wait_for(lambda: "1" in server.extended)
        assert server.deliveries == 1


def test_a_server_that_refuses_is_said_and_asked_again(server: FakePubsub) -> None:
    server.refusal = grpc.StatusCode.NOT_FOUND
    server.publish(b"one")
    with opened(URI, FAST) as source:
        assert "NotFound" in wait_for(lambda: source.health().failure)
        server.refusal = None
        collect(source, 1)
        wait_for(lambda: source.health().failure is None)


def test_a_server_that_goes_and_comes_back(server: FakePubsub) -> None:
    server.publish(b"one")
    with opened(URI, FAST) as source:
        _, position = collect(source, 1)
        source.acknowledge(position)
        wait_for(lambda: server.acknowledged)
        server.close()
        nothing(source, 0.5)
        again = FakePubsub(port=server.port)
        try:
            again.publish(b"gone by")  # its id is known
            again.publish(b"two")
            assert collect(source, 1)[0][0].data == b"two"
        finally:
            again.close()


def test_crashes_anywhere_lose_nothing_and_repeat_only_what_was_not_committed(server: FakePubsub) -> None:
    chance = random.Random(3)
    for number in range(300):
        server.publish(b"%d" % number)
    made, source = crashing(lambda: connect(URI, FAST), 300, chance, most=40)
    nothing(source, 0.3)
    source.close()
    assert made.crashes > 1
    assert len(made.committed) == len(set(made.committed)) == 300


@pytest.mark.parametrize(
    "uri", ["pubsub://p", "pubsub://project-1/", "pubsub://Project/sub", "pubsub://a/b/c"]
)
def test_an_address_that_cannot_be_is_refused(uri: str) -> None:
    with pytest.raises(SettingError, match="pubsub://project/subscription"):
        connect(uri)


def test_without_credentials_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.delenv("PUBSUB_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", f"{tmp_path}/no-such-file.json")
    with pytest.raises(SettingError, match="GOOGLE_APPLICATION_CREDENTIALS"):
        connect(URI).open(None)
