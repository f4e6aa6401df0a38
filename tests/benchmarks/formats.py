"""What reading an item costs in each format: the same story of 2,000 characters, sniffed and parsed.

Files hold one item each; feeds hold ten entries, since no feed comes entry by entry (one alone costs about
half as much again, feedparser's own start).
"""

from __future__ import annotations

import sys
import time

from schemas.raw import RawItem
from tests.formats import FORMATS
from transforms.parse.transform import parse

BASE, BOUND = "nitf", 3.0
"""No format may take more than so many times what NITF takes."""

_ROUNDS, _REPEATS, _ENTRIES = 15, 20, 10


def _file(name: str) -> tuple[RawItem, int]:
    """A format's file, and how many items it holds."""
    sample = FORMATS[name]
    count = _ENTRIES if sample.source_format == "feed" else 1
    return RawItem("bench", sample.file([sample.item(number) for number in range(1, count + 1)])), count


def measure() -> dict[str, float]:
    """Microseconds of processor time an item, by format: the fastest of rounds that take turns.

    Turns, so that a busy machine slows all formats and not one of them.
    """
    files = {name: _file(name) for name in FORMATS}
    best = dict.fromkeys(files, float("inf"))
    for _ in range(_ROUNDS):
        for name, (raw, count) in files.items():
            started = time.process_time_ns()
            for _ in range(_REPEATS):
                list(parse(raw))
            best[name] = min(best[name], (time.process_time_ns() - started) / _REPEATS / count / 1000)
    return best


def compare() -> bool:
    """Print the table; whether every format keeps the bound."""
    found = measure()
    base = found[BASE]
    print(f"{'format':22s} {'bytes':>7s} {'us an item':>10s} {'times NITF':>10s}")
    for name, spent in sorted(found.items(), key=lambda pair: pair[1]):
        size = len(FORMATS[name].one())
        print(f"{name:22s} {size:7,d} {spent:10,.0f} {spent / base:10.2f}")
    worst = max(found, key=lambda name: found[name])
    print(f"slowest: {worst}, {found[worst] / base:.2f} times {BASE.upper()} (at most {BOUND})")
    return found[worst] <= BOUND * base


if __name__ == "__main__":
    sys.exit(0 if compare() else 1)
