"""Starts `wirebeam stream` again and again and kills it with SIGKILL at random moments.

    python -m tests.soak.nursery KILLS SEED SHORTEST LONGEST HELD INCOMING -- stream SOURCE... -o OUTPUT

Each stream is a process of its own, forked from this one, which has imported everything: to be up again takes a
second. Before every other kill a file of HELD goes into INCOMING, which the stream follows, and is committed. After
the last kill the stream runs until it stops by itself.
"""

from __future__ import annotations

import functools
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from pipeline import feeds
from pipeline.cli import main as wirebeam
from pipeline.sinks import manifest
from pipeline.sinks.lease import owner
from pipeline.sources import http, kafka, watch
from pipeline.stream import Stream


def begin(arguments: list[str]) -> int:
    """A process that runs the command line: its id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        wirebeam(arguments)
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 1)
    except BaseException:
        traceback.print_exc()
        os._exit(70)
    os._exit(0)


def wait_until(happened: Callable[[], bool], seconds: float = 300.0) -> None:
    """Until something has happened, or so long: to kill a process while it imports would prove nothing."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and not happened():
        time.sleep(0.02)


def owned(output: Path, pid: int) -> bool:
    """Whether the dataset is this process's."""
    held = owner(output)
    return held is not None and held.pid == pid


def committed(output: Path, since: int) -> bool:
    """Whether a manifest is newer than that one."""
    return manifest.newest(output / manifest.FOLDER) > since


def main() -> int:
    """Kill, then let live; the exit code of the last stream."""
    cut = sys.argv.index("--")
    kills, seed, shortest, longest, held, incoming = sys.argv[1:cut]
    arguments = sys.argv[cut + 1 :]
    output = Path(arguments[arguments.index("-o") + 1])
    moments = random.Random(int(seed))
    assert all((Stream, feeds, http, kafka, watch))  # imported before any fork
    for number in range(int(kills)):
        newest = manifest.newest(output / manifest.FOLDER)
        pid = begin(arguments)
        wait_until(functools.partial(owned, output, pid))
        if number % 2:
            # However slow the machine and whatever the feed has left, something is committed between the kills.
            kept = min(Path(held).iterdir())
            kept.rename(Path(incoming) / kept.name)
            wait_until(functools.partial(committed, output, newest))
        time.sleep(moments.uniform(float(shortest), float(longest)))
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        if not os.WIFSIGNALED(status):
            print(f"nursery: the stream ended by itself with {os.waitstatus_to_exitcode(status)}")
            return 1
    pid = begin([*arguments, "--stop-when-idle", "6s"])
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
