"""What a stream on Flink costs while nothing comes: `python -m tests.soak.flink_idle [--minutes 30]`.

A line of JSON a minute: size of the checkpoint, resident memory and CPU of each process. Beam keeps polling its
source, each time with a checkpoint of its own: what grows with that, grows here.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from tests.brokers.kafka import Broker
from tests.engines.flink import Flink, wait_until
from tests.soak.flink import wire
from tests.soak.flink_stream import TOPIC, Sender, Stream

PARTITIONS = 4
_ITEMS = 200
_TICKS = os.sysconf("SC_CLK_TCK")


def used(pid: int) -> tuple[int, float]:
    """Resident memory now, bytes, and CPU seconds so far, of a process."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return resident * 1024, (int(fields[11]) + int(fields[12])) / _TICKS


def sample(flink: Flink, stream: Stream) -> dict[str, Any]:
    """Checkpoint and processes."""
    jobs = httpx.get(f"{flink.master}/v1/jobs/overview").json()["jobs"]
    job = next(job["jid"] for job in jobs if job["state"] == "RUNNING")
    checkpoints = httpx.get(f"{flink.master}/v1/jobs/{job}/checkpoints").json()
    last = checkpoints["latest"]["completed"] or {}
    processes = {
        "jobmanager": flink.processes["jobmanager"].pid,
        "taskmanager": flink.processes["taskmanager"].pid,
    }
    processes |= {f"worker{number}": pid for number, pid in enumerate(flink.workers())}
    if stream.process is not None:
        processes["command"] = stream.process.pid
    found = {name: used(pid) for name, pid in processes.items()}
    return {
        "checkpoint_bytes": last.get("state_size", 0),
        "checkpoint_ms": last.get("end_to_end_duration", 0),
        "checkpoints": checkpoints["counts"]["completed"],
        "failed_checkpoints": checkpoints["counts"]["failed"],
        "megabytes": {name: round(size / 1e6) for name, (size, _) in found.items()},
        "cpu_seconds": {name: round(seconds, 1) for name, (_, seconds) in found.items()},
    }


def main() -> int:
    """Samples until the time is over."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--minutes", type=int, default=30)
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and what was started ends with it
    with tempfile.TemporaryDirectory(prefix="wirebeam-idle-") as name:
        scratch = Path(name)
        with Broker(scratch / "broker") as broker, Flink(scratch / "flink") as flink:
            items = wire(scratch, _ITEMS)
            broker.create(TOPIC, PARTITIONS)
            stream = Stream(flink, broker, scratch / "stream")
            stream.start()
            try:
                sender = Sender(broker, items, 100)
                sender.start()
                wait_until(stream.reaches(len(items)), 300)
                started = time.monotonic()
                for minute in range(given.minutes + 1):
                    time.sleep(max(0.0, started + minute * 60 - time.monotonic()))
                    print(json.dumps({"minute": minute, **sample(flink, stream)}), flush=True)
                sender = Sender(broker, items[:50], 100)  # and it still takes what comes
                sender.start()
                at = time.monotonic()
                wait_until(stream.reaches(len(items) + 50), 60)
                print(json.dumps({"then 50 items took": round(time.monotonic() - at, 1)}))
            finally:
                stream.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
