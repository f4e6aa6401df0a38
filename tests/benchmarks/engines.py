"""`make bench-engines`: a batch on Flink beside the local runner, at two sizes, with the memory of each process.

    python -m tests.benchmarks.engines [--sizes 1,9]

A size is how often the developers' feed (11,104 items) is read, each time a year later. Needs ../shared, Java 17
and Maven. Figures of one run are compared with one another only.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.run import SHARED, later, made_feed
from tests.engines.compare import counts, differences
from tests.engines.flink import WIREBEAM, Flink, resident


class Watch:
    """The most memory that processes have had, by what they are, bytes.

    Args:
        command: process id; what the kernel tells of a child that has ended begins with its parent's.
        flink: a cluster that it uses.
    """

    def __init__(self, command: int, flink: Flink | None) -> None:
        self.peaks: dict[str, int] = {"command": 0}
        self._command, self._flink = command, flink
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._stopped.wait(0.2):
            named = [("command", self._command)]
            if self._flink is not None:
                named += [(name, process.pid) for name, process in self._flink.processes.items()]
                named += [("worker", pid) for pid in self._flink.workers()]
            for name, pid in named:
                try:
                    self.peaks[name] = max(self.peaks.get(name, 0), resident(pid))
                except (OSError, StopIteration):  # it has ended
                    continue

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stopped.set()
        self._thread.join()


def timed(inputs: list[Path], output: Path, *options: str, flink: Flink | None = None) -> dict[str, Any]:
    """One run: its report, seconds on the clock, and the most memory that its processes have had, bytes."""
    started = time.perf_counter()
    command = [WIREBEAM, "run", *map(str, inputs), "-o", str(output), "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with Watch(process.pid, flink) as watch:
            report = process.stdout.read()
    if process.returncode:
        sys.exit(process.returncode)
    return {
        **json.loads(report),
        "clock": time.perf_counter() - started,
        "peaks": watch.peaks,
    }


def line(name: str, made: dict[str, Any]) -> None:
    """One row of the table."""
    read = made["counts"]["read"]
    link = made["stages"]["link"]["seconds"]
    memory = ", ".join(f"{who} {size >> 20}" for who, size in made["peaks"].items())
    print(
        f"{read:9,d}  {name:24s} {made['clock']:7.1f} s  {read / made['clock']:7,.0f}/s  "
        f"link {link:6.1f} s ({link / made['clock']:.0%})  MB: {memory}",
        flush=True,
    )


def main() -> int:
    """Measure and print; 1 where Flink's rows are not the local runner's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1,9")
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    if not SHARED.is_dir():
        print(f"bench-engines: needs the corpora at {SHARED}")
        return 0
    same = True
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        feed = made_feed(scratch)
        feeds = [feed, *(later(feed, scratch, years) for years in range(1, max(sizes)))]
        with Flink(scratch / "flink") as flink:
            for size in sizes:
                inputs, local = feeds[:size], scratch / f"local{size}"
                line("local", timed(inputs, local))
                for parallelism in (1, 2):
                    output = scratch / f"flink{size}-{parallelism}"
                    options = ("--runner", "FlinkRunner", "--", *flink.options)
                    made = timed(inputs, output, *options, f"--parallelism={parallelism}", flink=flink)
                    line(f"Flink, parallelism {parallelism}", made)
                    found = list(differences(local, output))
                    print(f"{'':11s}{counts(output)}: {found or 'every row and link the same'}", flush=True)
                    same = same and not found
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
