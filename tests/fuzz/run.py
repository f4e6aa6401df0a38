"""`make fuzz`: mutated real files go the whole way; each must come out as items or as rejects with codes.

    python -m tests.fuzz.run --count 100000 --seed 1

Case N of a seed is always the same: `--only N` repeats it, `--keep FOLDER` keeps the bytes of faulty ones.
"""

from __future__ import annotations

import argparse
import collections
import faulthandler
import functools
import multiprocessing
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fuzz.mutations import mutated
from tests.fuzz.way import outcome

TESTS = Path(__file__).resolve().parents[1]
SAMPLES = TESTS / "data" / "samples"
FIXTURES = TESTS.parents[1] / "shared" / "fixtures" / "raw"
STUCK = 20.0  # seconds of processor time after which an item is given up
LOST = 300.0  # seconds after which the process is, where it waits or no signal reaches it


class Stuck(BaseException):
    """An item takes so long that it is given up."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A case that broke a promise: its number, file and mutations, what happened, and where."""

    number: int
    path: str
    mutations: tuple[str, ...]
    what: str
    where: str

    def __str__(self) -> str:
        made = "+".join(self.mutations)
        return f"--only {self.number}: {self.path} ({made}): {self.what}\n{self.where}"


def known() -> tuple[Path, ...]:
    """The samples of this checkout, and the real files beside it where there are any."""
    return tuple(folder for folder in (SAMPLES, FIXTURES) if folder.is_dir())


@functools.cache
def files(folders: tuple[Path, ...]) -> tuple[Path, ...]:
    """The files below folders, in the order of their paths: one of each, and no empty ones."""
    found = (path for folder in folders for path in sorted(folder.rglob("*")))
    return tuple(path for path in found if path.is_file() and path.stat().st_size)


def case(seed: int, number: int, folders: tuple[Path, ...]) -> tuple[Path, bytes, list[str]]:
    """The file that case `number` takes, what is made of it, and the names of the mutations."""
    rng = random.Random(f"{seed}:{number}")
    path = rng.choice(files(folders))
    return path, *mutated(path.read_bytes(), rng)


def faults(seed: int, numbers: Iterable[int], folders: tuple[Path, ...]) -> Iterator[Fault]:
    """The cases that break a promise."""
    before = signal.signal(signal.SIGVTALRM, _give_up)
    try:
        outcome(b"Warm up")  # the tables that every item needs are nobody's time and memory
        for number in numbers:
            if fault := _fault(seed, number, folders):
                yield fault
    finally:
        signal.signal(signal.SIGVTALRM, before)


def _fault(seed: int, number: int, folders: tuple[Path, ...]) -> Fault | None:
    path, data, names = case(seed, number, folders)
    where = ""
    signal.setitimer(signal.ITIMER_VIRTUAL, STUCK)
    faulthandler.dump_traceback_later(LOST, exit=True)  # stuck where no signal reaches
    try:
        what = outcome(data, path.name).fault
        if what:  # the first of a kind pays for tables and compiled patterns: only what stays is one
            what = outcome(data, path.name).fault
    except (Stuck, Exception) as error:
        what, where = f"{type(error).__name__}: {str(error)[:200]}", traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        faulthandler.cancel_dump_traceback_later()
    return Fault(number, str(path), tuple(names), what, where) if what else None


def _give_up(*_: Any) -> None:
    raise Stuck(f"more than {STUCK:.0f} s")


def _share(work: tuple[int, range, tuple[Path, ...]]) -> list[Fault]:
    seed, numbers, folders = work
    return list(faults(seed, numbers, folders))


def run(seed: int, count: int, folders: tuple[Path, ...], jobs: int) -> Iterator[Fault]:
    """Every case of a seed up to a count, in several processes."""
    step = max(1, min(500, count // jobs))
    shares = [(seed, range(first, min(count, first + step)), folders) for first in range(0, count, step)]
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for done, found in enumerate(pool.imap_unordered(_share, shares), 1):
            print(f"\r{min(count, done * step):,} of {count:,}", end="", file=sys.stderr, flush=True)
            yield from found
    print(file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where every case kept the promises, 1 where one did not."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100_000, help="cases (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other cases (%(default)s)")
    parser.add_argument("--only", type=int, help="this case alone")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (%(default)s)")
    parser.add_argument("--keep", type=Path, help="folder for the bytes of faulty cases")
    parser.add_argument(
        "inputs", nargs="*", type=Path, help="folders of files; else the samples and fixtures"
    )
    chosen = parser.parse_args(arguments)
    folders = tuple(chosen.inputs) or known()
    started = time.monotonic()
    if chosen.only is None:
        found = list(run(chosen.seed, chosen.count, folders, chosen.jobs))
    else:
        found = list(faults(chosen.seed, [chosen.only], folders))
    kinds: dict[str, list[Fault]] = collections.defaultdict(list)
    for fault in sorted(found, key=lambda fault: fault.number):
        kinds["\n".join(fault.where.splitlines()[-4:]) or fault.what.split(" ", 3)[-1]].append(fault)
        if chosen.keep:
            chosen.keep.mkdir(parents=True, exist_ok=True)
            (chosen.keep / str(fault.number)).write_bytes(case(chosen.seed, fault.number, folders)[1])
    for same in kinds.values():
        print(f"{len(same)} like this one: {same[0]}")
    count = 1 if chosen.only is not None else chosen.count
    print(f"{count:,} cases, {len(found):,} faults, {time.monotonic() - started:.0f} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
