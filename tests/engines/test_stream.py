"""A stream from a real Kafka, its cycles on a real Flink, while all of it is killed in turn."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.sinks.manifest import FOLDER
from pipeline.verify import verify
from tests.brokers.kafka import Broker
from tests.engines.compare import table
from tests.engines.flink import WIREBEAM, Flink, wait_until

pytestmark = [pytest.mark.engines, pytest.mark.xdist_group("flink")]
STORIES = 900
RATE = 40  # messages a second
# What an item says itself, whatever way it came; and its links.
SAME = (
    "item_id",
    "uri",
    "story_id",
    "revision_of",
    "duplicate_of",
    "duplicate_kind",
    "headline",
    "body_text",
)


@pytest.fixture(scope="module")
def flink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flink]:
    with Flink(tmp_path_factory.mktemp("flink"), attempts=10) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with Broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture(scope="module")
def wire(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Items that say their own time: the way they come must not matter."""
    target = tmp_path_factory.mktemp("wire") / "feed"
    tool, sgml = shared / "tools/reuters_feed.py", shared / "corpora/reuters21578/sgml"
    formats = ("--formats", "nitf,newsmlg2,ninjs", "--limit", str(STORIES))
    subprocess.run([sys.executable, tool, sgml, target, *formats], check=True)
    return target / "raw"


def items(output: Path) -> set[tuple[Any, ...]]:
    """Every row of stories and duplicates, by what does not depend on the way it came."""
    found = []
    for dataset in ("stories", "duplicates"):
        held = table(output, dataset)
        if held is not None:
            found += [(dataset, *row.values()) for row in held.select(SAME).to_pylist()]
    assert len(found) == len(set(found)), "an item twice"
    return set(found)


def manifests(output: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted((output / FOLDER).glob("*.json"))]


def counted(output: Path) -> dict[str, int]:
    """What the commits account for."""
    total: dict[str, int] = {}
    for one in manifests(output):
        for name, count in one["counts"].items():
            total[name] = total.get(name, 0) + count
    return total


def send(broker: Broker, topic: str, paths: list[Path]) -> None:
    """Sends files one after the other; messages wait in the client while the broker is away."""
    producer = broker.producer(**{"message.timeout.ms": 240_000, "enable.idempotence": True})
    started = time.monotonic()
    for number, path in enumerate(paths):
        time.sleep(max(0.0, started + number / RATE - time.monotonic()))
        producer.produce(topic, path.read_bytes())
        producer.poll(0)
    assert producer.flush(240) == 0


def test_nothing_is_lost_or_doubled_while_all_of_it_is_killed(
    flink: Flink, broker: Broker, wire: Path, tmp_path: Path, wirebeam: Any
) -> None:
    paths = sorted(path for path in wire.rglob("*") if path.is_file())
    batch, output = tmp_path / "batch", tmp_path / "stream"
    assert wirebeam("run", wire, "-o", batch).returncode == 0
    broker.create("wire", 4)
    command = [WIREBEAM, "stream", f"kafka://{broker.servers}/wire", "-o", str(output), "--every", "1"]
    command += ["--runner", "FlinkRunner", "--", *flink.options]
    log = tmp_path / "stream.log"

    def start() -> subprocess.Popen[bytes]:
        with log.open("ab") as file:
            return subprocess.Popen(command, stdout=file, stderr=file)

    def committed() -> int:
        return counted(output).get("read", 0)

    def grown(before: int, by: int = 1) -> bool:
        assert process.poll() is None, log.read_text("utf-8")
        return committed() >= before + by

    process = start()
    sender = threading.Thread(target=send, args=(broker, "wire", paths), daemon=True)
    sender.start()
    try:
        wait_until(lambda: grown(0), 300)
        wait_until(lambda: bool(flink.workers()), 300)
        for pid in flink.workers():
            os.kill(pid, signal.SIGKILL)
        broker.stop(kill=True)
        wait_until(lambda: flink.free_slots() < 2, 300)
        flink.kill("taskmanager")
        flink.start_taskmanager()
        broker.start()
        process.kill()  # the command itself, with a job under way: a new one goes on where the dataset ends
        process.wait()
        assert committed() < len(paths)
        process = start()
        wait_until(lambda: committed() >= len(paths), 500)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        sender.join(60)
    counts = counted(output)
    print(f"\n{counts} in {len(manifests(output))} commits\n{log.read_text('utf-8')}")
    assert counts["rejects"] == 0
    assert counts["read"] == counts["stories"] + counts["duplicates"] + counts["redelivered"]
    assert counts["stories"] + counts["duplicates"] == len(paths)
    assert wirebeam("compact", output).returncode == 0
    assert items(output) == items(batch)
    assert verify(output) == []
