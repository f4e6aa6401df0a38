"""The parts of a soak on Flink: who sends, the command that streams, and what is killed."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import pyarrow.parquet as pq

from pipeline.sinks import manifest
from pipeline.sinks.objects import ObjectPath
from tests.brokers.kafka import Broker
from tests.conftest import WIREBEAM
from tests.engines.flink import Flink, wait_until

TOPIC = "wire"
_TOMBSTONE = 150  # one message in so many has no value


class Sender:
    """Sends items one after the other; they wait in the client while the broker is away.

    Args:
        broker: where to.
        items: what.
        rate: items a second.
        topic: the topic.
        kept: so many of the last ones are kept back until `finish`.

    Attributes:
        sent: how many so far.
    """

    def __init__(
        self, broker: Broker, items: Sequence[bytes], rate: float, topic: str = TOPIC, kept: int = 0
    ) -> None:
        self._broker, self._items, self._rate, self._topic = broker, items, rate, topic
        self._kept, self._finish = kept, threading.Event()
        self.sent = 0
        self._thread = threading.Thread(target=self._send, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def finish(self, seconds: float) -> None:
        """Send what was kept back, and wait for the end."""
        self._finish.set()
        self._thread.join(seconds)

    def reaches(self, items: int) -> Callable[[], bool]:
        """Whether so many are sent, for `wait_until`."""
        return lambda: self.sent >= items

    def _send(self) -> None:
        producer = self._broker.producer(**{"message.timeout.ms": 600_000, "enable.idempotence": True})
        started = time.monotonic()
        for number, data in enumerate(self._items):
            if number >= len(self._items) - self._kept:
                self._finish.wait()
            time.sleep(max(0.0, started + number / self._rate - time.monotonic()))
            producer.produce(self._topic, data, headers=[("desk", str(number))])
            if not number % _TOMBSTONE:
                producer.produce(self._topic, None, key=b"gone")
            producer.poll(0)
            self.sent = number + 1
        if producer.flush(600):
            raise RuntimeError("the broker did not take all messages")


class Recorded:
    """What a stream has committed.

    Args:
        output: the dataset, which need not be there yet.
    """

    def __init__(self, output: Path) -> None:
        self.output = output

    def manifests(self) -> list[manifest.Manifest]:
        """All commits."""
        folder = self.output / manifest.FOLDER
        newest = manifest.newest(folder) if folder.is_dir() else 0
        return [manifest.read(folder, number) for number in range(1, newest + 1)]

    def counts(self) -> dict[str, int]:
        """Sums over all commits."""
        total: Counter[str] = Counter({"read": 0})
        for one in self.manifests():
            total.update(one.counts)
        return dict(total)


class Stream(Recorded):
    """The command that streams, and what it has committed.

    Args:
        flink: the cluster.
        broker: where the items are.
        output: the dataset.
        options: further options of the command.
        topic: the topic.
        store: where the dataset is instead, in an object store; the log alone is beside `output`.
    """

    def __init__(
        self,
        flink: Flink,
        broker: Broker,
        output: Path,
        *options: str,
        topic: str = TOPIC,
        store: ObjectPath | None = None,
    ) -> None:
        super().__init__(cast(Path, store or output))
        self.log = output.with_suffix(".log")
        address = f"kafka://{broker.servers}/{topic}"
        self._command = [WIREBEAM, "stream", address, "-o", str(self.output), "--every", "0.5", *options]
        self._flink = flink
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Start it."""
        command = [*self._command, "--runner", "FlinkRunner", "--", *self._flink.options, *options]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send it a signal and wait for its end."""
        if self.process is None:
            return 0
        self.process.send_signal(number)
        return self.process.wait(180)

    def reaches(self, items: int) -> Callable[[], bool]:
        """Whether so many items are committed, for `wait_until`."""

        def reached() -> bool:
            if self.process is None or self.process.poll() is not None:
                raise RuntimeError(f"the stream ended: {self.log.read_text('utf-8')}")
            return self.counts()["read"] >= items

        return reached


def latencies(stream: Recorded, skip: int = 0) -> list[float]:
    """Seconds from the broker to the manifest, of each row: p50, p95, p99. Files must not have been merged.

    Args:
        stream: the stream.
        skip: commits that do not count.
    """
    found: list[float] = []
    for one in stream.manifests()[skip:]:
        for file in one.added:
            column = pq.read_table(stream.output / file.path, columns=["received_at"]).column(0)
            found += [one.committed_at / 1e6 - moment.timestamp() for moment in column.to_pylist()]
    found.sort()
    return [round(found[int(len(found) * share)], 2) for share in (0.5, 0.95, 0.99)] if found else []


def kill(victim: str, flink: Flink, broker: Broker, stream: Recorded) -> None:
    """SIGKILL, and whatever would start it again does so."""
    if victim == "worker":
        wait_until(lambda: bool(flink.workers()), 120)
        flink.kill_workers()
    elif victim == "taskmanager":
        flink.kill("taskmanager")
        flink.start_taskmanager()
    elif victim == "jobmanager":
        flink.restart_jobmanager()  # a command that finds no cluster says so and ends
    elif victim == "broker":
        broker.stop(kill=True)
        time.sleep(2)
        broker.start()
    elif isinstance(stream, Stream):
        stream.stop(signal.SIGKILL)
        stream.start()
