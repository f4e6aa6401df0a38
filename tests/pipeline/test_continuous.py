"""A stream as one job: sent where the dataset ends, whatever becomes of it; here the engine is played by the test."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline import committable, continuous, watch_job
from pipeline.attempt import Attempt
from pipeline.committer import Committer
from pipeline.continuous import ContinuousStream
from pipeline.cycle import Cycle, Failure, Listeners, Pace
from pipeline.flink_job import arguments
from pipeline.ingest import Ingest, Job
from pipeline.options import Config
from pipeline.sinks.dataset import Dataset
from pipeline.sources.files import Resource
from pipeline.sources.kafka_tail import PartitionStart
from pipeline.sources.settings import KafkaSettings
from pipeline.sources.stream_message import StreamMessage
from pipeline.verify import verify
from schemas.errors import WirebeamError
from tests.pipeline.sources.server import PATIENCE, wait_for

SETTINGS = KafkaSettings(name="desk", group="wirebeam")


class Topics:
    """One partition, or as many as a test says."""

    name, servers, queue = "desk", "broker:9092", False

    def __init__(self) -> None:
        self.told: list[Mapping[tuple[str, int], int]] = []
        self.away = False
        self.count = 1

    def starts(self, taken: Mapping[tuple[str, int], int]) -> list[PartitionStart]:
        if self.away:
            raise WirebeamError("broker:9092: is away")
        return [
            PartitionStart("broker:9092", SETTINGS, "wire", number, taken.get(("wire", number), 0))
            for number in range(self.count)
        ]

    def partitions(self) -> int:
        return self.count

    def follow(self, offsets: Mapping[tuple[str, int], int]) -> None:
        self.told.append(offsets)

    def close(self) -> None:
        pass


class Cluster:
    """Runs jobs by staging messages where a job's workers would."""

    def __init__(self, name: str, root: Path) -> None:
        self.name, self.root = name, root
        self.readers_wait = True
        self.savepoint = "savepoint-1"
        self.sent: list[bool] = []
        self.running: str | None = "RUNNING"
        self.stopped = False
        self.grown = 0

    def prepare(self) -> None: ...

    def send(self, attempt: Attempt, *, restore: bool) -> None:
        self.sent.append(restore)
        self.running = "RUNNING"

    def state(self) -> str | None:
        return self.running

    def failure(self) -> str:
        return "a worker is gone"

    def checkpoint_bytes(self) -> int:
        return self.grown

    def stop(self) -> str | None:
        self.stopped = True
        self.readers_wait = not committable.full(self.root, most=1_000)
        return "savepoint-2"


class Told:
    """A listener."""

    def __init__(self) -> None:
        self.cycles: list[Cycle] = []
        self.failures: list[Failure] = []

    def turned(self, feeds: Any, now: float) -> None: ...
    def recovered(self, where: str) -> None: ...
    def silence(self, feed: Any, seconds: float | None) -> None: ...

    def committed(self, cycle: Cycle) -> None:
        self.cycles.append(cycle)

    def failed(self, failure: Failure) -> None:
        self.failures.append(failure)


class World:
    """A stream, its engine and its topics."""

    def __init__(self, root: Path) -> None:
        self.root, self.topics, self.told = root, Topics(), Told()
        self.config = Config(str(root), "run", None)
        self.clusters: list[Cluster] = []
        self.stream = ContinuousStream(
            self.config,
            lambda: [self.topics],
            self._cluster,
            Pace(every=0.0, ceiling=0.01),
            Listeners([self.told]),
        )
        self.stream.open()

    def _cluster(self, name: str) -> Cluster:
        self.clusters.append(Cluster(name, self.root))
        return self.clusters[-1]

    @property
    def cluster(self) -> Cluster:
        return self.clusters[0]

    def stage(self, job: int, offsets: range) -> None:
        """As the workers of a job do."""
        dataset = Dataset.read(self.root)
        ingest = Ingest(Job(self.config, dataset.staging(f"run-{job:03d}"), dataset.partition_by))
        for offset in offsets:
            text = (
                f"ROME, Nov 23 (ANSA) - Item number {offset} says something of its own, as {offset * 7} do."
            )
            uri, at = f"kafka://broker:9092/wire/0/{offset}", (1_700_000_000 + offset) * 1_000_000
            ingest.add(
                StreamMessage(
                    "", "desk", "wire", 0, offset, offset, Resource(uri, at, len(text), text.encode())
                )
            )
        ingest.flush()

    def turns(self, until: Callable[[], object], seconds: float = PATIENCE) -> None:
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, self.told.failures
            time.sleep(min(0.02, self.stream.turn()))

    def position(self) -> int:
        positions = Dataset.read(self.root).snapshot().positions
        return int(positions["desk"]["wire"]["0"]) if positions else 0


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(watch_job, "ASK", 0.02)
    monkeypatch.setattr(watch_job, "COUNT", 0.05)
    made = World(tmp_path / "news")
    yield made
    made.stream.close()


def test_what_a_job_stages_is_committed_and_told(world: World) -> None:
    world.turns(lambda: world.cluster.sent)
    assert world.cluster.sent == [True]  # from the user's savepoint
    world.stage(1, range(5))
    world.turns(lambda: world.told.cycles)
    (cycle,) = world.told.cycles
    assert (cycle.counts["read"], cycle.deliveries) == (5, 5)
    assert sum(cycle.account.items.values()) == 5
    assert {feed for feed, _, _ in cycle.account.items} == {"desk"}
    assert world.topics.told == [{("wire", 0): 5}]
    assert world.position() == 5


@pytest.mark.parametrize("state", [None, "FAILED", "CANCELED"])
def test_a_job_that_is_gone_is_sent_again_from_where_the_dataset_ends(
    world: World, state: str | None
) -> None:
    world.turns(lambda: world.cluster.sent)
    world.stage(1, range(5))
    world.turns(lambda: world.told.cycles)
    world.cluster.running = state
    world.turns(lambda: len(world.cluster.sent) == 2)
    assert world.cluster.sent == [True, False]  # a savepoint is of the past by now
    world.stage(1, range(5, 9))  # a worker that has not noticed
    world.stage(2, range(5, 7))
    world.turns(lambda: len(world.told.cycles) == 2)
    assert world.position() == 7
    assert any("job" in failure.where for failure in world.told.failures)
    assert verify(world.root) == []


def test_staged_messages_whose_forerunners_are_lost_are_read_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.turns(lambda: world.cluster.sent)
    world.stage(1, range(3, 6))  # 0 to 2 were staged on a disk that is gone
    monkeypatch.setattr(continuous, "STUCK", 0.2)
    world.turns(lambda: len(world.cluster.sent) == 2)
    assert world.told.cycles == []
    world.stage(2, range(6))
    world.turns(lambda: world.told.cycles)
    assert world.position() == 6


def test_a_job_begins_anew_for_new_partitions_and_before_its_checkpoints_grow_too_large(world: World) -> None:
    world.turns(lambda: world.cluster.sent)
    world.topics.count = 2
    world.turns(lambda: len(world.cluster.sent) == 2)
    world.cluster.grown = 65 << 20
    world.turns(lambda: len(world.cluster.sent) == 3)
    world.cluster.grown = 0
    said = " ".join(failure.message for failure in world.told.failures)
    assert "new partitions" in said
    assert "checkpoints have grown" in said


def test_a_broker_that_is_away_is_told_and_waited_for(world: World) -> None:
    world.topics.away = True
    world.turns(lambda: len(world.told.failures) == 2)
    assert world.told.failures[1].message == "broker:9092: is away"
    assert world.cluster.sent == []
    world.topics.away = False
    world.turns(lambda: world.cluster.sent)


def test_a_commit_that_fails_is_tried_by_another_job(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.turns(lambda: world.cluster.sent)
    world.stage(1, range(4))
    real = Committer.commit

    def full(*_: object) -> None:
        raise WirebeamError("no space left on the device; free some and run again")

    monkeypatch.setattr(Committer, "commit", full)
    world.turns(lambda: world.told.failures)
    monkeypatch.setattr(Committer, "commit", real)
    world.turns(lambda: len(world.cluster.sent) == 2)
    world.stage(2, range(4))
    world.turns(lambda: world.told.cycles)
    assert world.position() == 4
    assert verify(world.root) == []


def test_a_stop_commits_what_was_staged_to_the_last(tmp_path: Path) -> None:
    world = World(tmp_path / "news")
    stop = threading.Event()
    thread = threading.Thread(target=world.stream.run, args=(stop,))
    thread.start()
    wait_for(lambda: world.clusters[0].sent)
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    world.stage(1, range(3))
    world.stage(1, range(2))  # once more
    world.stream.close()
    assert world.cluster.stopped
    assert not world.cluster.readers_wait
    assert world.position() == 3
    report = next((world.root / "_runs").glob("*.json")).read_text("utf-8")
    assert '"read": 3' in report
    assert '"absorbed": 2' in report
    assert "finished_at" in report
    Dataset.open(world.root).close()
    assert not committable.full(world.root, most=1_000), "the next job reads"


def test_options_of_a_job_that_never_ends() -> None:
    ours, savepoint = arguments(["--flink_master=http://f:8081", "--checkpointing_interval=60000"])
    assert ours[:2] == ["--flink_master=http://f:8081", "--checkpointing_interval=60000"]
    assert ours[2:] == ["--streaming", "--finish_bundle_before_checkpointing", "--max_bundle_time_mills=200"]
    assert savepoint == ""
    for given in (["--savepoint_path=/s", "--parallelism=2"], ["--savepoint_path", "/s", "--parallelism=2"]):
        ours, savepoint = arguments(given)
        assert (ours[0], savepoint) == ("--parallelism=2", "/s")
