"""How sure the tagger is of a name, and how often it is right: `python -m tests.quality.calibration [--ner spacy]`.

Reads the developers' half of IEER (../shared) with the pipeline, holds what it found against the names marked by
hand, and prints precision and recall by type, once more with every other organisation taken out of the tables, and
the share of right mentions by the confidence that they were given.
"""

from __future__ import annotations

import argparse
import collections
import functools
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
KINDS = {"GPE": "LOC", "LOC": "LOC", "FAC": "LOC", "ORG": "ORG", "PERSON": "PERSON"}
Names = set[tuple[str, str]]


def fold(name: str) -> str:
    """A name as score_entities.py folds it."""
    name = re.sub(r"[’']s\b", "", name.replace("&", " and "))
    return re.sub(r"^the ", "", re.sub(r"[\W_]+", " ", name).strip().casefold())


def gold(feed: Path) -> dict[str, Names]:
    """Story -> the names marked in it."""
    told = map(json.loads, (feed / "gold.jsonl").read_text("utf-8").splitlines())
    return {story["docno"]: {(kind, fold(name)) for kind, name in story["names"]} for story in told}


def found(output: Path) -> dict[str, list[dict[str, Any]]]:
    """Story -> its entities in a finished run."""
    rows = ds.dataset(output / "stories", format="parquet", partitioning="hive").to_table(
        ["source", "entities"]
    )
    return {Path(row["source"].split("#")[0]).stem: row["entities"] for row in rows.to_pylist()}


def by_confidence(output: Path, feed: Path) -> dict[float, tuple[int, int]]:
    """Confidence, rounded down to .05 -> mentions that have it, and how many of them are right."""
    marked = gold(feed)
    tally: collections.Counter[tuple[float, bool]] = collections.Counter()
    for story, entities in found(output).items():
        for entity in entities:
            right = (KINDS.get(entity["type"], ""), fold(entity["text"])) in marked[story]
            tally[int(entity["confidence"] * 20 + 1e-6) / 20, right] += len(entity["mentions"])
    steps = sorted({step for step, _ in tally})
    return {step: (tally[step, True] + tally[step, False], tally[step, True]) for step in steps}


def sure(output: Path, feed: Path) -> tuple[int, float]:
    """Mentions said to be at least .9 sure, and the share of them that are right."""
    steps = [counts for step, counts in by_confidence(output, feed).items() if step >= 0.9]
    mentions, right = (sum(counts[index] for counts in steps) for index in (0, 1))
    return mentions, right / mentions


def call(*command: object) -> str:
    """Standard output of a command that must succeed."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def scored(ner: str, scratch: Path, halved: int | None = None) -> tuple[str, Path, Path]:
    """What score_entities.py says of a run, with the run's output and feed."""
    feed, output = scratch / "feed", scratch / f"out-{halved}"
    if not feed.exists():
        call(sys.executable, SHARED / "tools/ieer_feed.py", SHARED / "corpora/ieer", feed)
    if halved is None:
        call(Path(sys.executable).with_name("wirebeam"), "run", feed / "raw", "-o", output, "--ner", ner)
    else:
        module = "tests.quality.calibration"
        call(sys.executable, "-m", module, "--ner", ner, "--without", halved, feed / "raw", output)
    return call(sys.executable, SHARED / "tools/score_entities.py", output, feed), output, feed


def without_half(half: int) -> None:
    """Take every other organisation out of the tables of this process."""
    from transforms.enrich import gazetteer, links

    def halved(table: Callable[[str], Sequence[Any]], name: str) -> Iterable[Any]:
        rows = table(name)
        if name == "organisations.tsv":
            return [row for number, row in enumerate(rows) if number % 2 != half]
        if name == "organisation_names.tsv":
            return [[kind, "; ".join(listed.split("; ")[half::2])] for kind, listed in rows]
        return rows

    for module in (gazetteer, links):
        module.table = functools.partial(halved, module.table)  # type: ignore[attr-defined]


def main() -> int:
    """Measure and print; with `--without`, one run in this process with half of the organisations."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ner", default="rules")
    parser.add_argument("--without", type=int, choices=(0, 1), help=argparse.SUPPRESS)
    parser.add_argument("paths", nargs="*", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.without is not None:
        from pipeline.cli import main as wirebeam

        without_half(chosen.without)
        sys.argv = ["wirebeam", "run", chosen.paths[0], "-o", chosen.paths[1], "--ner", chosen.ner]
        wirebeam()
        return 0
    if not SHARED.is_dir():
        sys.exit(f"needs the corpora at {SHARED}")
    with tempfile.TemporaryDirectory() as scratch:
        said, output, feed = scored(chosen.ner, Path(scratch))
        print(said)
        for half in (0, 1):
            lines = scored(chosen.ner, Path(scratch), half)[0].splitlines()
            print(
                f"with half of the organisations ({half + 1}):",
                *(line for line in lines if line[:3] == "all"),
            )
        print("\nconfidence  mentions  right")
        for step, (mentions, right) in by_confidence(output, feed).items():
            print(f"{step:.2f}-{step + 0.05:.2f}   {mentions:8d}  {right / mentions:.3f}")
        mentions, share = sure(output, feed)
        print(f"at least .9: {mentions} mentions, {share:.3f} right (asked: .9)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
