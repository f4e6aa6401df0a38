"""Streams on a real Flink, from a real Kafka and from a folder, while all of it is killed in turn."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.sinks import manifest
from pipeline.sinks.objects import ObjectPath
from pipeline.verify import verify
from tests.brokers.kafka import Broker
from tests.conftest import Command
from tests.engines.flink import WIREBEAM, Flink, wait_until
from tests.pipeline.sinks.states import fetched
from tests.soak.flink import rows, soak, wire
from tests.soak.flink_stream import Sender, Stream

pytestmark = pytest.mark.engines
ITEMS = 1_200  # `make soak-flink` sends 20,000
RATE = 60  # messages a second
PATIENCE = 300.0
FEW = 210


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with Broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


def test_nothing_is_lost_or_doubled_while_all_of_it_is_killed(
    flink: Flink, broker: Broker, shared: Path, tmp_path: Path
) -> None:
    """A worker, the TaskManager, the broker and the command itself, in the middle of the flow."""
    kills = ("worker", "taskmanager", "broker", "command")
    found = soak(
        tmp_path, flink, broker, items=ITEMS, rate=RATE, kills=kills, patience=PATIENCE, topic="killed"
    )
    print(f"\n{found}")
    assert found.kept, found
    assert found.counts["rejects"] == ITEMS // 200
    assert found.counts["stories"] > ITEMS * 0.9
    assert found.counts["duplicates"] > 20


def test_a_savepoint_goes_on_where_it_was_taken(
    flink: Flink, broker: Broker, store: str, shared: Path, tmp_path: Path, wirebeam: Command
) -> None:
    """Stopped with a savepoint and begun from it; then begun once more from it, when it is long out of date.

    Into an object store, as the one above goes into a folder.
    """
    items = wire(tmp_path, FEW)
    topic = "saved"
    broker.create(topic, 2)
    root = ObjectPath.parse(f"{store}/saved")
    assert root is not None
    stream = Stream(flink, broker, tmp_path / "stream", topic=topic, store=root)
    third = FEW // 3
    savepoint = ""
    for part in range(3):
        sender = Sender(broker, items[part * third : (part + 1) * third], 1_000, topic)
        sender.start()
        stream.start(*([f"--savepoint_path={savepoint}"] if savepoint else []))
        try:
            wait_until(stream.reaches((part + 1) * third), PATIENCE)
        finally:
            ended = stream.stop()
        said = stream.log.read_text("utf-8")
        assert ended == 0, said
        assert len(re.findall("from savepoint", flink.log("jobmanager"), re.I)) >= part, said
        savepoint = savepoint or re.findall(r"savepoint (\S+)", said)[0]
    counts = stream.counts()
    print(f"\n{counts}")
    assert counts["read"] == sum(counts[name] for name in ("stories", "duplicates", "rejects")) == 3 * third
    assert counts["absorbed"] >= third  # what the last job read again from the first one's savepoint
    (tmp_path / "items").mkdir()
    for number, data in enumerate(items[: 3 * third]):
        (tmp_path / "items" / f"{number:06d}").write_bytes(data)
    assert wirebeam("run", tmp_path / "items", "-o", tmp_path / "batch").returncode == 0
    assert verify(root) == []
    left = fetched(root, tmp_path / "stream")
    assert wirebeam("compact", left).returncode == 0
    assert rows(left) == rows(tmp_path / "batch")
    assert verify(left) == []


def test_a_folder_goes_by_cycles_each_a_job(
    flink: Flink, shared: Path, tmp_path: Path, wirebeam: Command
) -> None:
    """What workers cannot read by themselves the command takes in, and sends them."""
    items = wire(tmp_path, FEW)
    folder, output, log = tmp_path / "in", tmp_path / "stream", tmp_path / "stream.log"
    folder.mkdir()
    for number, data in enumerate(items):
        (folder / f"{number:06d}").write_bytes(data)
    command = [WIREBEAM, "stream", str(folder), "-o", str(output), "--stop-when-idle", "1s"]
    command += ["--max-items", str(FEW // 2), "--runner", "FlinkRunner", "--", *flink.options]
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
    # At work, that is: for a worker that dies before it has said its name Flink waits minutes.
    wait_until(lambda: any(output.glob("_staging/*/items/*")), PATIENCE)
    flink.kill_workers()
    assert process.wait(2 * PATIENCE) == 0, log.read_text("utf-8")
    assert manifest.newest(output / manifest.FOLDER) >= 2
    assert wirebeam("run", folder, "-o", tmp_path / "batch").returncode == 0
    assert wirebeam("compact", output).returncode == 0
    assert rows(output) == rows(tmp_path / "batch")
    assert verify(output) == []
    print(log.read_text("utf-8"), file=sys.stderr)
