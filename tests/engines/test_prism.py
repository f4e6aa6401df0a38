"""The unbounded graph on a real Prism: what it acknowledged and forgot is read again, and committed once."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.verify import verify
from tests.brokers import go
from tests.brokers.kafka import Broker
from tests.conftest import WIREBEAM, Command
from tests.engines.flink import children, command, wait_until
from tests.soak.flink import rows, wire
from tests.soak.flink_stream import TOPIC, Recorded, Sender

pytestmark = pytest.mark.prism
ITEMS = 150
PATIENCE = 120.0


class Stream(Recorded):
    """The command that streams on Prism.

    Args:
        broker: where the items are.
        output: the dataset.
    """

    def __init__(self, broker: Broker, output: Path) -> None:
        super().__init__(output)
        self._log = output.with_suffix(".log")
        self._command = [WIREBEAM, "stream", f"kafka://{broker.servers}/{TOPIC}", "-o", str(output)]
        self._command += [
            "--every=0.2",
            "--runner=PrismRunner",
            "--",
            f"--prism_location={go.built(go.PRISM)}",
        ]
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._command, stdout=log, stderr=log)

    def descendants(self, word: str) -> list[int]:
        """Process ids of what the command started, by a word of their command lines."""
        found = children(self.process.pid)
        for pid in found:
            found += children(pid)
        return [pid for pid in found if word in command(pid).split(" ")[0]]

    def reached(self, items: int) -> None:
        """Wait until so many items are committed."""

        def committed() -> bool:
            assert self.process.poll() is None, self._log.read_text("utf-8")
            return self.counts()["read"] >= items

        wait_until(committed, PATIENCE)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker(tmp_path / "broker") as running:
        yield running


@pytest.fixture
def stream(broker: Broker, tmp_path: Path) -> Iterator[Stream]:
    broker.create(TOPIC, 2)
    started = Stream(broker, tmp_path / "stream")
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait()


def test_nothing_is_lost_or_doubled_while_the_command_and_prism_are_killed(
    broker: Broker, stream: Stream, shared: Path, tmp_path: Path, wirebeam: Command
) -> None:
    items = wire(tmp_path, ITEMS)
    (tmp_path / "items").mkdir()
    for number, data in enumerate(items):
        (tmp_path / "items" / f"{number:06d}").write_bytes(data)
    sender = Sender(broker, items, 50, kept=ITEMS // 2)  # both die in the middle, however long it takes
    sender.start()
    stream.reached(10)
    (engine,) = stream.descendants("prism")
    stream.process.kill()
    stream.process.wait()
    wait_until(lambda: not command(engine), 20)  # it takes Prism with it, and so the worker
    stream.start()
    stream.reached(ITEMS // 3)
    for pid in stream.descendants("prism"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    sender.finish(PATIENCE)
    stream.reached(ITEMS)
    stream.process.send_signal(signal.SIGTERM)
    assert stream.process.wait(60) == 0
    counts = stream.counts()
    print(f"\n{counts}")
    assert counts["read"] == sum(counts[name] for name in ("stories", "duplicates", "rejects")) == ITEMS
    assert wirebeam("run", tmp_path / "items", "-o", tmp_path / "batch").returncode == 0
    assert wirebeam("compact", tmp_path / "stream").returncode == 0
    assert rows(tmp_path / "stream") == rows(tmp_path / "batch")
    assert verify(tmp_path / "stream") == []
