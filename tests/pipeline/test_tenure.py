"""The committer inside a job: it takes the dataset, tells readers where to begin, commits, and lets go."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from confluent_kafka import Producer

from pipeline import watch_job
from pipeline.cycle import Pace
from pipeline.epoch import Epoch, current, open_epoch
from pipeline.feeds import FeedConfig
from pipeline.ingest import Ingest, Job
from pipeline.options import Config
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.storage import Location, location
from pipeline.sources.files import Resource
from pipeline.sources.settings import KafkaSettings
from pipeline.sources.stream_message import StreamMessage
from pipeline.tenure import Application, Tenure, adopt, end_all, tenure
from pipeline.verify import verify
from schemas.errors import WirebeamError
from tests.brokers.kafka import free_port
from tests.pipeline.sinks import objects
from tests.pipeline.sinks.states import keys
from tests.pipeline.sources.mock_kafka import mock_kafka

SECONDS = 120.0


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[Producer, str]]:
    with mock_kafka() as both:
        yield both


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    with objects.s3() as uri:
        yield uri


@pytest.fixture
def application(cluster: tuple[Producer, str], tmp_path: Path, request: pytest.FixtureRequest) -> Application:
    """Of one topic, with ten messages in its first partition; into a folder, or where a test says so a store."""
    producer, servers = cluster
    topic = f"wire-{uuid.uuid4().hex[:8]}"
    for number in range(10):
        producer.produce(topic, f"item {number}".encode(), partition=0)
    assert producer.flush(60) == 0
    source = f"kafka://{servers}/{topic}"
    feed = FeedConfig(source, KafkaSettings(name="desk"))
    inside = getattr(request, "param", "folder") == "store"
    root = f"{request.getfixturevalue('store')}/{tmp_path.name}" if inside else tmp_path / "news"
    config = Config(str(root), "jar", None, (source,))
    return Application("job", config, (feed,), Pace(every=0.0, ceiling=0.05))


def epoch(application: Application) -> Epoch:
    found = current(location(application.config.output), application.name)
    assert found is not None
    return found


def position(epoch: Epoch) -> int:
    return next(one.offset for one in epoch.starts if one.number == 0)


def stage(application: Application, epoch: Epoch, offsets: range) -> None:
    """As readers of an epoch do."""
    dataset = Dataset.read(application.config.output)
    ingest = Ingest(Job(application.config, dataset.staging(epoch.name), dataset.partition_by))
    start = epoch.starts[0]
    for offset in offsets:
        text = f"ROME, Nov 23 (ANSA) - Item number {offset} says something of its own, as {offset * 7} do."
        uri, at = f"kafka://{start.servers}/{start.topic}/0/{offset}", (1_700_000_000 + offset) * 1_000_000
        resource = Resource(uri, at, len(text), text.encode())
        ingest.add(StreamMessage(epoch.name, "desk", start.topic, 0, offset, offset, resource))
    ingest.flush()


def copies() -> set[Path]:
    """Objects of a store that this process has on its own disk."""
    return set(Path(tempfile.gettempdir()).glob(f"wirebeam-copies-{os.getpid()}-*/*"))


def commits(holder: Tenure, read: int) -> None:
    """Turns until so many items were read."""
    found, end = 0, time.monotonic() + SECONDS
    while found < read:
        assert time.monotonic() < end
        time.sleep(min(0.02, holder.turn()))
        while (cycle := holder.told()) is not None:
            found += cycle.counts["read"]
    assert found == read


@pytest.mark.parametrize("application", ["folder", "store"], indirect=True)
def test_readers_are_told_and_what_they_stage_is_committed(application: Application) -> None:
    before = copies()
    holder = Tenure(application)
    holder.turn()
    first = epoch(application)
    assert position(first) == 0
    stage(application, first, range(4))
    stage(application, first, range(2))  # once more
    assert copies() == before  # nothing of a store stays on a reader's disk, which would fill in weeks
    commits(holder, 4)
    assert copies() == before
    stage(application, first, range(4, 6))
    holder.end()  # commits what is staged
    with pytest.raises(WirebeamError, match="about to end"):
        holder.turn()  # by a thread that has not noticed
    assert current(location(application.config.output), application.name) is None
    successor = Tenure(application)  # in a worker elsewhere
    successor.turn()
    second = epoch(application)
    assert position(second) == 6
    assert second.name != first.name
    stage(application, first, range(6, 8))  # a worker that has not noticed
    stage(application, second, range(6, 7))
    commits(successor, 1)
    successor.end()
    assert Dataset.read(application.config.output).snapshot().positions["desk"]
    assert verify(application.config.output) == []
    reports: list[Location] = [*(location(application.config.output) / "_runs").glob("*.json")]
    assert len(reports) == 2
    assert all(b"finished_at" in path.read_bytes() for path in reports)
    Dataset.open(application.config.output).close()  # sweeps what nobody commits any more
    left = keys(location(application.config.output))
    assert not [key for key in left if key.startswith("_staging/")]


def test_an_epoch_that_readers_hear_of_no_more_is_followed_by_another(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that woke up after it was taken for dead may remove it, or write its own over it."""
    monkeypatch.setattr(watch_job, "ASK", 0.01)
    root, holder = location(application.config.output), Tenure(application)
    holder.turn()
    first = epoch(application)
    stage(application, first, range(4))
    commits(holder, 4)
    open_epoch(root, application.name, "of-another", [])
    end = time.monotonic() + SECONDS
    while current(root, application.name) == Epoch("of-another", ()):
        assert time.monotonic() < end
        time.sleep(holder.turn())
    second = epoch(application)
    assert (position(second), second.name != first.name) == (4, True)
    stage(application, second, range(4, 6))
    commits(holder, 2)
    holder.end()
    assert verify(application.config.output) == []


def test_of_two_jobs_one_commits(application: Application) -> None:
    holder, other = Tenure(application), Tenure(replace(application, name="another job"))
    holder.turn()
    with pytest.raises(WirebeamError, match="another run is writing here"):
        other.turn()
    assert current(location(application.config.output), "another job") is None
    stage(application, epoch(application), range(2))
    commits(holder, 2)
    holder.end()
    other.turn()
    assert position(epoch(replace(application, name="another job"))) == 2
    other.end()


def test_a_committer_that_nobody_asks_lets_go(application: Application) -> None:
    holder = Tenure(application, idle=0.2)
    holder.turn()
    other, end = Tenure(replace(application, name="another job")), time.monotonic() + SECONDS
    while current(location(application.config.output), "another job") is None:
        assert time.monotonic() < end
        time.sleep(0.05)
        with contextlib.suppress(WirebeamError):
            other.turn()
    other.end()
    while (again := current(location(application.config.output), application.name)) is None:
        assert time.monotonic() < end
        holder.turn()  # asked again, it takes it again; a slow machine may have let it go before we look
    assert position(again) == 0
    holder.end()


def test_a_process_that_ends_lets_go_and_serves_metrics_until_then(application: Application) -> None:
    served = replace(application, metrics=("127.0.0.1", free_port()))
    holder = tenure(served)
    assert tenure(served) is holder
    holder.turn()
    stage(served, epoch(served), range(3))
    commits(holder, 3)
    host, port = served.metrics or ("", 0)
    with urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=60) as answer:
        assert re.search(r"^wirebeam_items_total{.*} 3\.0$", answer.read().decode(), re.M)
    end_all()
    Dataset.open(application.config.output).close()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=60)


def test_a_committer_of_a_savepoint_commits_as_the_job_that_runs_says(application: Application) -> None:
    adopt(replace(application, config=replace(application.config, horizon=48 * 3_600_000_000)))
    holder = tenure(application)
    holder.turn()
    stage(application, epoch(application), range(2))
    commits(holder, 2)
    holder.end()
    (report,) = (Path(application.config.output) / "_runs").glob("*.json")
    assert '"horizon_hours": 48.0' in report.read_text("utf-8")
