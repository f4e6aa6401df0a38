"""`make bench-scale`: whether a long feed costs more an item than a short one, and what memory it takes.

    python -m tests.benchmarks.scale [ITEMS] [--packed]

The developers' feed is read again and again, each time a year later and under other names, as one file an item
or, with --packed, as an archive a day. Each size runs in a process of its own; times are of the CPU. A million
items take some 25 minutes of one core and 8 GB of disk.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import itertools
import json
import os
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.run import SHARED, made_feed

FEW = 10_000
GROWTH, MEMORY = 1.2, 2 << 30
_YEAR = 1987


def again(data: bytes, turn: int) -> bytes:
    """A raw item a number of years later, under another guid."""
    year = b"%d" % (_YEAR + turn)
    for before in (b"reuters.com:%s", b"%s-0", b"%s-1", b'norm="%s'):
        data = data.replace(before % b"1987", before % year)
    return data


def later(moment: float, turn: int) -> float:
    """The same day and time a number of years later; seconds since the epoch."""
    when = dt.datetime.fromtimestamp(moment, dt.UTC)
    day = min(when.day, 28) if when.month == 2 else when.day
    return when.replace(year=when.year + turn, day=day).timestamp()


def turned(feed: Path, count: int) -> Iterator[tuple[str, float, bytes]]:
    """So many items by name, time of arrival and bytes, in the order of time."""
    files = sorted((path for path in feed.rglob("*") if path.is_file()), key=lambda p: (p.stat().st_mtime, p))
    endless = ((turn, path) for turn in itertools.count() for path in files)
    for turn, path in itertools.islice(endless, count):
        name = f"{turn:03d}/{path.parent.name}/{path.name}"
        yield name, later(path.stat().st_mtime, turn), again(path.read_bytes(), turn)


def write_files(feed: Path, count: int, folder: Path) -> None:
    """One file an item."""
    for name, moment, data in turned(feed, count):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (moment, moment))


def write_archives(feed: Path, count: int, folder: Path) -> None:
    """One gzipped tar a day."""
    folder.mkdir(parents=True)
    for day, items in itertools.groupby(turned(feed, count), key=lambda one: one[0].rpartition("/")[0]):
        with tarfile.open(folder / f"{day.replace('/', '-')}.tar.gz", "w:gz", compresslevel=1) as archive:
            for name, moment, data in items:
                member = tarfile.TarInfo(name)
                member.size, member.mtime = len(data), int(moment)
                archive.addfile(member, io.BytesIO(data))


def ingest(feed: Path, output: Path) -> dict[str, float]:
    """Reads a feed into a dataset of its own: seconds of CPU by stage, peak memory."""
    import logging

    from pipeline.options import Config
    from pipeline.run import run

    logging.basicConfig(level=logging.ERROR, force=True)
    started = time.process_time()
    config = Config(
        output=str(output), run_id="scale", ingested_at=time.time_ns() // 1000, inputs=(str(feed),)
    )
    report = run(config).report
    items = report["counts"]["read"]
    return {
        "items": items,
        "us": 1e6 * (time.process_time() - started) / items,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "duplicates": report["counts"]["duplicates"],
        "overflows": sum(report.get("overflows", {}).values()),
        **{f"us.{name}": 1e6 * stage["seconds"] / items for name, stage in report["stages"].items()},
    }


def main() -> int:
    """Both sizes, one after the other; 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("items", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--packed", action="store_true", help="an archive a day in place of a file an item")
    parser.add_argument("--ingest", type=Path, nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.ingest:
        print(json.dumps(ingest(*chosen.ingest)))
        return 0
    if not SHARED.is_dir():
        print(f"scale: needs the corpora at {SHARED}")
        return 0
    found = []
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        feed = made_feed(scratch)
        for count in (FEW, chosen.items):
            made = scratch / f"{count}"
            (write_archives if chosen.packed else write_files)(feed, count, made / "feed")
            command = [
                sys.executable,
                "-m",
                "tests.benchmarks.scale",
                "--ingest",
                str(made / "feed"),
                str(made / "out"),
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(done.stderr)
            found.append(json.loads(done.stdout.splitlines()[-1]))
            parts = ", ".join(f"{k.removeprefix('us.')} {v:.0f}" for k, v in found[-1].items() if "us." in k)
            print(
                f"{count:10,d} items: {found[-1]['us']:,.0f} us an item ({parts}), peak "
                f"{found[-1]['peak'] / 1e6:,.0f} MB, {found[-1]['duplicates']:,} duplicates, "
                f"{found[-1]['overflows']:,} overflows",
                flush=True,
            )
    growth = found[1]["us"] / found[0]["us"]
    print(f"an item costs {growth:.2f} times as much (at most {GROWTH})")
    return int(growth > GROWTH or found[1]["peak"] > MEMORY)


if __name__ == "__main__":
    sys.exit(main())
