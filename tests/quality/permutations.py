"""However a real feed is cut into runs: after `wirebeam compact` the dataset says what one run says.

    python -m tests.quality.permutations [SHARED] [--runs 1,7,100] [--limit ITEMS]

The developers' feed, a tenth of it delivered twice (as it was, or from another source, received an hour earlier
or later), in so many runs, in the order of time and shuffled. Tags are left out: linking is looked at.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.compact import compact
from pipeline.options import HOUR
from pipeline.sinks.dataset import Dataset
from schemas.item import Item
from tests.pipeline import cycles
from tests.quality.dedupe_pairs import items, make_feed

HORIZON = 72 * HOUR
IGNORED = ("ingested_at", "run_id", "entities", "topics")

Rows = dict[str, list[dict[str, Any]]]


def delivered(feed: Sequence[Item], seed: int = 5) -> list[Item]:
    """A feed with a tenth of its items delivered twice, in the order of time."""
    draw = random.Random(seed)
    again = []
    for one in draw.sample(list(feed), -(-len(feed) // 10)):
        how = draw.randrange(4)
        moment = one.received_at + (0, 0, HOUR, -HOUR)[how]
        source = f"/again/{how}{one.source}" if how else one.source
        again.append(dataclasses.replace(one, source=source, received_at=moment))
    return sorted([*feed, *again], key=lambda one: (one.version_created, one.uri, one.item_id, one.source))


def cut(feed: Sequence[Item], runs: int, *, shuffled: bool) -> list[list[Item]]:
    """The feed in so many runs, in the order of time or in any."""
    left = list(feed)
    if shuffled:
        random.Random(runs).shuffle(left)
    ends = [len(left) * number // runs for number in range(runs + 1)]
    return [left[start:end] for start, end in itertools.pairwise(ends)]


def read(parts: Sequence[Sequence[Item]], output: Path) -> Rows:
    """What a dataset says once each part was a run of its own and all was compacted."""
    with Dataset.open(output) as dataset:
        for number, part in enumerate(parts):
            cycles.run(dataset, f"run{number:04d}", part, (), HORIZON)
    compact(output, horizon=HORIZON, ner="off")
    return cycles.rows(output, IGNORED)


def differing(expected: Rows, found: Rows) -> list[tuple[Any, Any]]:
    """Rows that one dataset has and the other has not, or otherwise."""
    if {name: len(rows) for name, rows in expected.items()} != {
        name: len(rows) for name, rows in found.items()
    }:
        return [({name: len(rows) for name, rows in one.items()}, None) for one in (expected, found)]
    return [
        pair
        for name in expected
        for pair in zip(expected[name], found[name], strict=True)
        if pair[0] != pair[1]
    ]


def main() -> int:
    """All cuts, one after the other; 1 where one says something else."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    beside = Path(__file__).resolve().parents[3] / "shared"
    parser.add_argument("shared", type=Path, nargs="?", default=beside)
    parser.add_argument("--runs", default="1,7,100")
    parser.add_argument("--limit", type=int, help="so many items of the feed")
    chosen = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        found = items(make_feed(chosen.shared, Path(folder) / "feed") / "raw")
        feed = delivered(sorted(found.values(), key=lambda one: one.version_created)[: chosen.limit])
        expected = read([feed], Path(folder) / "once")
        print(
            f"{len(feed):,} deliveries:",
            ", ".join(f"{len(rows):,} {name}" for name, rows in expected.items()),
        )
        for runs in map(int, chosen.runs.split(",")):
            for shuffled in (False, True):
                started = time.process_time()
                parts = cut(feed, runs, shuffled=shuffled)
                others = differing(expected, read(parts, Path(folder) / f"{runs}{shuffled}"))
                wrong += bool(others)
                how = "shuffled" if shuffled else "in order"
                print(
                    f"{runs:5d} runs, {how}: {len(others)} rows differ ({time.process_time() - started:.0f} s)"
                )
                for pair in others[:2]:
                    print("   ", pair, file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
