"""Flink's application mode: the jar runs by itself, from a savepoint or afresh, and the dataset is the same.

It lies in a folder, or in an object store, where nothing but the store is shared.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from pipeline.sinks.storage import location
from pipeline.verify import verify
from tests.brokers.kafka import Broker
from tests.conftest import Command
from tests.engines.application import Application, ApplicationStream
from tests.engines.flink import wait_until
from tests.pipeline.sinks import objects
from tests.pipeline.sinks.states import fetched
from tests.soak.flink import rows, wire
from tests.soak.flink_stream import TOPIC, Sender, kill

pytestmark = pytest.mark.engines
ITEMS = 210
PATIENCE = 300.0


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker(tmp_path / "broker") as running:
        yield running


def test_a_jar_goes_on_where_the_dataset_ends(
    broker: Broker, shared: Path, tmp_path: Path, wirebeam: Command
) -> None:
    """Stopped with a savepoint, begun from it, cancelled; another jar begun from it, when it is out of date."""
    items, third = wire(tmp_path, ITEMS), ITEMS // 3
    (tmp_path / "items").mkdir()
    for number, data in enumerate(items):
        (tmp_path / "items" / f"{number:06d}").write_bytes(data)
    broker.create(TOPIC, 2)
    with Application(tmp_path / "flink") as flink:
        stream = ApplicationStream(flink, broker, tmp_path / "stream", interval=2_000)
        for part in range(3):
            Sender(broker, items[part * third : (part + 1) * third], 1_000).start()
            if part == 2:
                told = (broker, tmp_path / "stream", "--horizon=48h")
                stream = ApplicationStream(flink, *told, interval=2_000, parallelism=1)
            stream.start(restore=part > 0)
            wait_until(stream.reaches((part + 1) * third), PATIENCE)
            if part == 0:
                wait_until(lambda: flink.counter("read") == third, PATIENCE)
                flink.stop_with_savepoint()
            elif part == 1:
                flink.cancel()
        assert "from savepoint" in flink.log("jobmanager").lower()
    counts = stream.counts()
    assert counts["read"] == sum(counts[name] for name in ("stories", "duplicates", "rejects")) == ITEMS
    assert counts.get("absorbed", 0) == 0  # the savepoint's positions were not taken for true
    assert len({one.run_id for one in stream.manifests()}) == 3
    assert wirebeam("run", tmp_path / "items", "-o", tmp_path / "batch").returncode == 0
    last = json.loads(max((tmp_path / "stream" / "_runs").glob("*.json")).read_text("utf-8"))
    assert last["options"]["horizon_hours"] == 48  # what the other jar was told, not what the savepoint was
    assert wirebeam("compact", stream.output).returncode == 0
    assert rows(stream.output) == rows(tmp_path / "batch")
    assert verify(stream.output) == []


def test_a_jar_streams_into_an_object_store(
    broker: Broker, shared: Path, tmp_path: Path, wirebeam: Command
) -> None:
    """Its workers are killed in mid-flow, the one that commits too; another one takes its claim."""
    items = wire(tmp_path, ITEMS)
    (tmp_path / "items").mkdir()
    for number, data in enumerate(items):
        (tmp_path / "items" / f"{number:06d}").write_bytes(data)
    broker.create(TOPIC, 2)
    with objects.s3() as store, Application(tmp_path / "flink") as flink:
        root = location(f"{store}/stream")
        stream = ApplicationStream(flink, broker, cast(Path, root), interval=2_000)
        sender = Sender(broker, items, 1_000, kept=ITEMS // 2)
        sender.start()
        stream.start()
        wait_until(stream.reaches(ITEMS // 4), PATIENCE)
        kill("worker", flink, broker, stream)
        sender.finish(PATIENCE)
        wait_until(stream.reaches(ITEMS), PATIENCE)
        counts = stream.counts()
        stream.stop()
        assert verify(root) == []
        left = fetched(root, tmp_path / "stream")
    assert counts["read"] == sum(counts[name] for name in ("stories", "duplicates", "rejects")) == ITEMS
    assert wirebeam("run", tmp_path / "items", "-o", tmp_path / "batch").returncode == 0
    assert wirebeam("compact", left).returncode == 0
    assert rows(left) == rows(tmp_path / "batch")
