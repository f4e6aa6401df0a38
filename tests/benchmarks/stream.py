"""`make bench-stream`: how far a stream is behind the wire, how much it takes in, what it costs when idle.

    python -m tests.benchmarks.stream [--seconds 30] [--rates 10,100,500] [--items 8000] [--files 1000000]
                                      [--minutes 0] [--processes 1]

Latency is from when a file was renamed into the folder (its time) until the manifest that accounts for it, read
from the dataset itself. The machine's other load shows in it: the CPU seconds beside it do not depend on that.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.sinks import manifest
from pipeline.sinks.dataset import Dataset
from pipeline.sources.seen import WIDTH, Seen, file_key
from pipeline.sources.watch import state_folder
from tests.conftest import WIREBEAM
from tests.soak.run import feed

_TICK = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and all that it has started and that still run."""
    found = [pid]
    for one in found:
        with suppress(FileNotFoundError):
            for thread in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (thread / "children").read_text().split())
    return found


def cpu(pid: int) -> float:
    """CPU seconds that a process has used, with all that it has started."""
    ticks = 0
    for one in family(pid):
        with suppress(FileNotFoundError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))  # its own, and that of those who have ended
    return ticks / _TICK


def memory(pid: int) -> float:
    """Resident memory of a process and all that it has started, MB; what several map is counted once."""
    size = 0
    for one in family(pid):
        with suppress(FileNotFoundError, ProcessLookupError):
            fields = dict(
                line.split(":", 1) for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()[1:]
            )
            size += int(fields["Pss"].split()[0])
    return size * 1024 / 1e6


@contextmanager
def streaming(incoming: Path, output: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A stream that has begun to turn; it is told to stop at the end."""
    command = [
        WIREBEAM,
        "stream",
        str(incoming),
        "-o",
        str(output),
        *([] if "--every" in options else ["--every", "1"]),
        *options,
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if b"following" in line:
                break
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of new items.

    Attributes:
        at: seconds since the epoch.
        items: how many were read.
        files: files taken from the folder up to it.
    """

    at: float
    items: int
    files: int


def committed(output: Path) -> list[Commit]:
    """The commits of a dataset, but those that merged files alone."""
    folder = output / manifest.FOLDER
    found = []
    for sequence in range(1, manifest.newest(folder) + 1):
        made = manifest.read(folder, sequence)
        if made.counts.get("read"):
            files = sum(int(str(one["length"])) for one in made.positions.values()) // WIDTH
            found.append(Commit(made.committed_at / 1e6, made.counts["read"], files))
    return found


def quantiles(values: Sequence[float], wanted: Sequence[float] = (0.5, 0.95, 0.99)) -> list[float]:
    """Quantiles by rank."""
    ranked = sorted(values)
    return [ranked[min(len(ranked) - 1, int(part * len(ranked)))] for part in wanted]


def latency(
    raw: Path, scratch: Path, rate: float, seconds: float, *options: str
) -> tuple[list[float], int, float]:
    """Seconds until committed at a rate: p50, p95, p99; items; CPU seconds an item."""
    incoming, output = scratch / f"in{rate:g}", scratch / f"out{rate:g}"
    incoming.mkdir()
    feeder = [sys.executable, "-m", "tests.soak.feeder", str(raw), str(incoming), "--now", "--ordered"]
    with streaming(incoming, output, *options) as process:
        time.sleep(2)
        before = cpu(process.pid)
        subprocess.run(
            [*feeder, "--rate", str(rate), "--seconds", str(seconds)], check=True, stdout=subprocess.DEVNULL
        )
        time.sleep(6)
        used = cpu(process.pid) - before
    # In the order of arrival, as files are taken.
    arrived = sorted(path.stat().st_mtime for path in incoming.iterdir() if not path.name.startswith("."))
    found, start = [], 0
    for commit in committed(output):
        found += [commit.at - one for one in arrived[start : commit.files]]
        start = commit.files
    return quantiles(found), len(found), used / max(1, len(found))


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast a full folder was taken in.

    Attributes:
        items: how many.
        clock: a second by the clock, from the first cycle to the last.
        second_half: the same over the second half of them, once all processes work.
        busy: a CPU second of all processes.
        size: MB of memory of all processes, the most that was seen.
    """

    items: int
    clock: float
    second_half: float
    busy: float
    size: float


def sustained(raw: Path, scratch: Path, *options: str) -> Rate:
    """Take in a folder that is full already."""
    output = scratch / "full"
    with streaming(raw, output, "--stop-when-idle", "3s", *options) as process:
        before, started = cpu(process.pid), time.time()
        used, size = before, 0.0
        seen = 0
        while process.poll() is None:
            newest = manifest.newest(output / manifest.FOLDER)
            if newest != seen:
                seen, used, size = newest, cpu(process.pid), max(size, memory(process.pid))
            time.sleep(0.05)
    commits = committed(output)
    items, ended = sum(commit.items for commit in commits), commits[-1].at
    done, half = 0, started
    for commit in commits:
        done, half = done + commit.items, commit.at
        if done >= items / 2:
            break
    second_half = (items - done) / max(1e-6, ended - half)
    return Rate(items, items / (ended - started), second_half, items / max(1e-6, used - before), size)


def idle(scratch: Path, files: int) -> tuple[float, float, float]:
    """Share of a core while nothing comes, beside so many files that were seen; seconds to pass them over when
    it starts; MB of memory."""
    incoming, output = scratch / "seen", scratch / "idle"
    for number in range(max(1, files // 10_000)):
        folder = incoming / f"{number:04d}"
        folder.mkdir(parents=True)
        for inner in range(min(10_000, files)):
            (folder / f"{inner:05d}.txt").touch()
    seen = Seen(state_folder(output, str(incoming)))
    with Dataset.open(output) as dataset:
        seen.open(None)
        seen.add([file_key(str(path), path.stat()) for path in incoming.rglob("*.txt")])
        dataset.commit("bench", [], positions={f"folder:{incoming}": seen.position})
    with streaming(incoming, output, "--every", "2") as process:
        started = cpu(process.pid)
        first = -1.0
        while cpu(process.pid) - started > first + 0.2:  # the first look at all files, which happens once
            first = cpu(process.pid) - started
            time.sleep(8)
        before = cpu(process.pid)
        time.sleep(30)
        share = (cpu(process.pid) - before) / 30
        size = memory(process.pid)
    return share, first, size


def growth(raw: Path, scratch: Path, minutes: float, rate: float = 50.0) -> list[tuple[float, float]]:
    """Resident memory while items come at a rate: (minutes, MB)."""
    incoming, output = scratch / "long", scratch / "longout"
    incoming.mkdir()
    feeder = [
        sys.executable,
        "-m",
        "tests.soak.feeder",
        str(raw),
        str(incoming),
        "--now",
        "--ordered",
        "--rate",
        str(rate),
    ]
    found = []
    with streaming(incoming, output, "--after", "delete") as process:
        started = time.monotonic()
        feeding = subprocess.Popen(feeder, stdout=subprocess.DEVNULL)
        try:
            while time.monotonic() - started < minutes * 60:
                time.sleep(min(30, minutes * 6))
                found.append(((time.monotonic() - started) / 60, memory(process.pid)))
                if feeding.poll() is not None:
                    feeding = subprocess.Popen(feeder, stdout=subprocess.DEVNULL)
        finally:
            feeding.kill()
    return found


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rates", default="10,100,500")
    parser.add_argument("--items", type=int, default=8_000)
    parser.add_argument("--files", type=int, default=1_000_000)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--processes", help="of the stream; its own choice by default")
    given = parser.parse_args()
    extra = ["--processes", given.processes] if given.processes else []
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        raw = feed(scratch, given.items or 4_000)
        for wanted in [float(text) for text in given.rates.split(",") if text]:
            (p50, p95, p99), items, each = latency(raw, scratch, wanted, given.seconds, *extra)
            print(
                f"{wanted:5.0f} items/s: {items:6,} items, seconds from arrival to committed p50 {p50:.2f} "
                f"p95 {p95:.2f} p99 {p99:.2f}; {each * 1e3:.2f} ms of CPU an item",
                flush=True,
            )
        if given.items:
            rate = sustained(raw, scratch, *extra)
            print(
                f"sustained: {rate.items:,} items, {rate.clock:,.0f} a second, {rate.second_half:,.0f} in the second "
                f"half, {rate.busy:,.0f} a CPU second; {rate.size:,.0f} MB of memory",
                flush=True,
            )
        if given.files:
            share, first, size = idle(scratch, given.files)
            print(
                f"idle beside {given.files:,} files seen: {share:.1%} of a core; {first:.1f} CPU seconds for "
                f"the first look at them; {size:,.0f} MB",
                flush=True,
            )
        for minute, size in growth(raw, scratch, given.minutes) if given.minutes else ():
            print(f"at 50 items/s after {minute:5.1f} min: {size:,.0f} MB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
