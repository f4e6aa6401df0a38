"""Readers that hear from a committer where to begin: against librdkafka's own mock cluster."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from confluent_kafka import Producer

from pipeline.epoch import Epochs, close_epoch, open_epoch
from pipeline.sources import kafka_share
from pipeline.sources.kafka_share import KafkaShare, ShareReader
from pipeline.sources.kafka_tail import PartitionStart
from pipeline.sources.settings import KafkaSettings
from pipeline.sources.stream_message import TICK
from schemas.errors import WirebeamError
from tests.pipeline.sources.mock_kafka import mock_kafka

SETTINGS = KafkaSettings(name="desk", group="wirebeam", options={"fetch.wait.max.ms": "20"})
SECONDS = 120.0
Found = list[tuple[str, int, int, int]]


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[Producer, str]]:
    with mock_kafka() as both:
        yield both


@dataclass
class World:
    """A topic of two partitions, and the dataset whose committer is played by the test."""

    producer: Producer
    servers: str
    topic: str
    root: Path

    def share(self, number: int = 0, of: int = 1) -> KafkaShare:
        return KafkaShare(number, of, [SETTINGS], str(self.root), "job", longest=0.5)

    def send(self, count: int, partition: int, first: int = 0) -> None:
        for number in range(first, first + count):
            self.producer.produce(self.topic, f"item {number}".encode(), partition=partition)
        assert self.producer.flush(60) == 0

    def epoch(self, name: str, *offsets: int) -> None:
        starts = [
            PartitionStart(self.servers, SETTINGS, self.topic, number, offset)
            for number, offset in enumerate(offsets)
        ]
        open_epoch(self.root, "job", name, starts)


@pytest.fixture
def world(cluster: tuple[Producer, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(Epochs.__init__, "__defaults__", (0.0,))
    producer, servers = cluster
    made = World(producer, servers, f"wire-{uuid.uuid4().hex[:8]}", tmp_path)
    made.send(3, 0)
    made.send(2, 1)
    return made


def read(reader: ShareReader, count: int) -> Found:
    """So many messages: for which job, partition, where from, offset."""
    found: Found = []
    end = time.monotonic() + SECONDS
    while len(found) < count:
        assert time.monotonic() < end, f"only {found} came"
        if reader.advance() and (message := reader.get_current()) != TICK:
            found.append((message.job, message.number, message.begin, message.offset))
    return found


def test_a_reader_waits_for_an_epoch_and_leaves_it_for_the_next(world: World) -> None:
    reader = world.share().create_reader(None, None)
    assert not reader.start()
    world.epoch("run-1", 1, 0)
    assert sorted(read(reader, 4)) == [
        ("run-1", 0, 1, 1),
        ("run-1", 0, 2, 2),
        ("run-1", 1, 0, 0),
        ("run-1", 1, 1, 1),
    ]
    before = reader.get_watermark()
    world.epoch("run-2", 2, 2)  # what was staged for 1/0 and 0/1 is committed, 0/2 is not
    assert read(reader, 1) == [("run-2", 0, 2, 2)]
    assert reader.get_watermark() >= before
    close_epoch(world.root, "job", "run-2")
    world.send(1, 0, first=3)
    assert not any(reader.advance() and reader.get_current() != TICK for _ in range(2))
    world.epoch("run-3", 3, 2)
    assert read(reader, 1) == [("run-3", 0, 3, 3)]


def test_a_checkpoint_counts_in_its_own_epoch_alone(world: World) -> None:
    world.epoch("run-1", 0, 0)
    share = world.share()
    first = share.create_reader(None, None)
    taken = read(first, 3)
    coder = share.get_checkpoint_mark_coder()
    mark = coder.decode(coder.encode(first.get_checkpoint_mark()))
    rest = read(share.create_reader(None, mark), 2)
    assert len({(number, offset) for _, number, _, offset in taken + rest}) == 5
    world.epoch("run-2", 0, 1)
    again = {(number, offset) for _, number, _, offset in read(share.create_reader(None, mark), 4)}
    assert again == {(0, 0), (0, 1), (0, 2), (1, 1)}
    none = coder.decode(coder.encode(world.share(5, 6).create_reader(None, None).get_checkpoint_mark()))
    assert (none.epoch, none.mark) == ("", None)


def test_each_partition_is_read_by_one_reader(world: World) -> None:
    world.epoch("run-1", 0, 0)
    readers = [world.share(number, 3).create_reader(None, None) for number in range(3)]
    assert [number for _, number, _, _ in read(readers[0], 3)] == [0, 0, 0]
    assert [number for _, number, _, _ in read(readers[1], 2)] == [1, 1]
    assert not readers[2].start()  # there are more of them than partitions
    world.epoch("run-2", 0)  # another feed's reader reads nothing of this one
    other = KafkaShare(0, 1, [KafkaSettings(name="other")], str(world.root), "job", longest=0.1)
    assert not other.create_reader(None, None).start()


def test_a_worker_that_sees_no_committer_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = world.share().create_reader(None, None)
    assert not reader.start()
    monkeypatch.setattr(kafka_share, "ALONE", 0.1)
    with pytest.raises(WirebeamError, match=r"hears of no committer at .*: mount it at the same path"):
        reader.advance()


def test_a_reader_of_a_savepoint_reads_as_the_job_that_runs_says(world: World) -> None:
    old, new = world.share(1, 2), world.share(1, 1)  # there was one more of them
    world.epoch("run-1", 0, 0)
    assert {number for _, number, _, _ in read(old.create_reader(None, None), 2)} == {1}
    new.adopt()
    assert not old.create_reader(None, None).start()
    world.share(1, 2).adopt()
    assert {number for _, number, _, _ in read(new.create_reader(None, None), 2)} == {1}
