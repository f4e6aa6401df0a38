"""Drops files into a folder at a steady rate, as an agency's transfer program does; a tenth of them twice.

python -m tests.soak.feeder SOURCE TARGET --rate 100 [--limit N] [--seed 7]
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

TWICE = 0.1
LATER = 1_000  # drops until an item is delivered again, at the most


def drops(files: list[Path], seed: int) -> Iterator[Path]:
    """The files in a shuffled order, a tenth of them again some time later."""
    chosen = random.Random(seed)
    files = sorted(files)
    chosen.shuffle(files)
    again: list[tuple[int, Path]] = []
    for number, path in enumerate(files):
        yield path
        if chosen.random() < TWICE:
            again.append((number + chosen.randint(1, LATER), path))
        due = [entry for entry in again if entry[0] <= number]
        again = [entry for entry in again if entry[0] > number]
        yield from (path for _, path in due)
    yield from (path for _, path in again)


def drop(path: Path, name: str, target: Path, *, now: bool = False) -> None:
    """A file under a temporary name, then renamed into place; its time is kept, or is the present."""
    beside = target / f".{name}.uploading"
    shutil.copyfile(path, beside)
    if not now:
        status = path.stat()
        os.utime(beside, ns=(status.st_atime_ns, status.st_mtime_ns))
    beside.rename(target / name)


def main() -> int:
    """Drop everything, then end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--ordered", action="store_true", help="by time, each once, as a live wire has it")
    parser.add_argument("--now", action="store_true", help="files have the time at which they are dropped")
    given = parser.parse_args()
    files = sorted(path for path in given.source.rglob("*") if path.is_file())[: given.limit]
    given.target.mkdir(parents=True, exist_ok=True)
    names = {path: path.relative_to(given.source).as_posix().replace("/", "_") for path in files}
    started = time.monotonic()
    count = 0
    by_time = sorted(files, key=lambda path: (path.stat().st_mtime_ns, path))
    for number, path in enumerate(by_time if given.ordered else drops(files, given.seed)):
        wait = started + number / given.rate - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        if given.seconds is not None and time.monotonic() - started >= given.seconds:
            break
        drop(path, names[path], given.target, now=given.now)
        count += 1
    print(count)
    return 0


if __name__ == "__main__":
    sys.exit(main())
