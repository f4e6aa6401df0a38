"""Linking alone: what an item costs, beside MinHash LSH, and whether a million items cost more each.

    python -m tests.benchmarks.links                what an item costs, and what datasketch takes for its text
    python -m tests.benchmarks.links --scale 1000000    cost and peak memory at 10,000 items and at so many
    python -m tests.benchmarks.links --scale 1000000 --parallel    the same, linked by the steps of an engine

Items for --scale are the developers' feed again and again: sketches with other identifiers whose words were
exchanged for others, so that each turn is a wire of its own. With --dense all turns fall into the months of the
feed, and one horizon holds as many items as there are turns; without it they follow one another.
All times are of the CPU.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipeline.link import plan
from pipeline.options import HOUR
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.staging import BATCH_ROWS, stage_items
from pipeline.stage import ITEMS, StagedFile
from schemas.item import Item
from tests.pipeline.linking import Steps, verdicts
from tests.quality.dedupe_pairs import items, known, labelled, make_feed, print_table
from transforms.dedupe.fingerprint import Sketch, encode
from transforms.dedupe.sketch import sketch

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
BOUND, GROWTH, MEMORY = 60.0, 1.2, 2 << 30
_FEW = 10_000
_FILE = 4_000  # items of a staged file, as in a run
_TEXTS = 2_000  # that datasketch is given
_YEAR = 366 * 24 * HOUR
_STAGED = pa.schema(
    [
        *(
            (name, pa.string())
            for name in ("item_id", "uri", "source", "provider", "time_source", "body_text")
        ),
        *((name, pa.timestamp("us", tz="UTC")) for name in ("version_created", "received_at")),
        ("fingerprint", pa.binary()),
    ]
)


def spent(started: float, count: int) -> float:
    """Microseconds of CPU for each of so many items."""
    return 1e6 * (time.process_time() - started) / count


def link_stage(files: Sequence[StagedFile], folder: Path) -> float:
    """Links staged files in an empty dataset: microseconds an item, from reading them to the plan of files."""
    with Dataset.open(folder / "out") as dataset:
        started = time.process_time()
        _, counts = plan(files, dataset, folder / "links", 72 * HOUR, 50_000)
        took = spent(started, sum(file.rows for file in files))
    overflows = {label: count for (event, label), count in counts.items() if event == "overflow"}
    print(json.dumps({"linked": counts["link", "new"], "overflows": overflows}), file=sys.stderr)
    return took


def parallel_stage(files: Sequence[StagedFile], folder: Path) -> tuple[float, float]:
    """Links as an engine does, step by step in this process; and prints what each step takes.

    Returns:
        Microseconds an item of all steps, and of those that are serial.
    """
    steps = Steps()
    with Dataset.open(folder / "out") as dataset:
        _, counts = steps.plan(files, dataset, folder / "parallel", 72 * HOUR, 50_000)
    count = sum(file.rows for file in files)
    us = {step: 1e6 * seconds / count for step, seconds in steps.seconds.items()}
    print(
        f"in parallel {sum(us.values()):.1f} us: "
        + ", ".join(f"{step} {took:.1f}" for step, took in us.items())
        + "; shuffled "
        + ", ".join(f"{what} {size / count:.0f} B" for what, size in steps.sent.items()),
        file=sys.stderr,
    )
    overflows = {label: count for (event, label), count in counts.items() if event == "overflow"}
    print(json.dumps({"linked": counts["link", "new"], "overflows": overflows}), file=sys.stderr)
    return sum(us.values()), us["cut"] + us["choose"]


def same_links(files: Sequence[StagedFile], folder: Path) -> bool:
    """Whether both ways to link say the same of every row, and print how many there are."""
    with Dataset.open(folder / "out") as dataset:
        expected, _ = plan(files, dataset, folder / "links", 72 * HOUR, 50_000)
        found, _ = Steps().plan(files, dataset, folder / "parallel", 72 * HOUR, 50_000)
    rows, others = verdicts(expected), verdicts(found)
    differ = sum(one != other for one, other in itertools.zip_longest(rows, others))
    linked = sum(bool(row["revision_of"] or row["duplicate_of"]) for row in rows)
    print(f"linked in parallel: {len(rows):,} rows, {linked:,} links, {differ} differ from the serial linker")
    return not differ


def datasketch(texts: Sequence[str]) -> float:
    """Microseconds an item for MinHash signatures of 128 rows over word 5-grams, and LSH at .7."""
    from datasketch import MinHash, MinHashLSH

    started = time.process_time()
    index = MinHashLSH(threshold=0.7, num_perm=128)
    for number, text in enumerate(texts):
        words = re.findall(r"\w+", text.lower())
        grams = {" ".join(words[at : at + 5]).encode() for at in range(max(1, len(words) - 4))}
        signature = MinHash(num_perm=128)
        signature.update_batch(sorted(grams))
        index.query(signature)
        index.insert(number, signature)
    return spent(started, len(texts))


def renamed(one: Sketch, turn: int, *, dense: bool) -> Sketch:
    """A sketch of another wire: other words, other identifiers, the same shape."""
    if not turn:
        return one
    mask = turn * 0x9E37 & 0xFFFF
    wide = mask * 0x1_0001_0001_0001
    words = (np.frombuffer(one.words, "<u2") ^ mask).astype("<u2").tobytes()
    title = (np.frombuffer(one.title_words, "<u2") ^ mask).astype("<u2").tobytes()
    return one._replace(
        item_id=f"{turn:08x}{one.item_id[8:]}",
        uri=f"{one.uri}:{turn}",
        revises=f"{one.revises}:{turn}" if one.revises else None,
        alternate_ids=tuple(f"{name}:{turn}" for name in one.alternate_ids),
        time=one.time + (turn * 17 * 60_000_000 if dense else turn * _YEAR),
        slug=one.slug and one.slug ^ wide,
        title=one.title and one.title ^ wide,
        body=one.body and one.body ^ wide,
        form=one.form and one.form ^ wide,
        words=words,
        title_words=title,
        bands=(np.frombuffer(one.bands, "<u8") ^ np.uint64(wide)).astype("<u8").tobytes(),
    )


def stage(sketches: Sequence[Sketch], count: int, folder: Path, *, dense: bool) -> list[StagedFile]:
    """So many sketches as staged files, as StageItems writes them."""
    turns = -(-count // len(sketches))
    made = (renamed(one, turn, dense=dense) for turn in range(turns) for one in sketches)
    if dense:
        made = (renamed(one, turn, dense=dense) for one in sketches for turn in range(turns))
    chosen = itertools.islice(made, count)
    folder.mkdir(parents=True)
    files: list[StagedFile] = []
    for number in itertools.count():
        rows = list(itertools.islice(chosen, _FILE))
        if not rows:
            return files
        path = folder / f"{number:06d}.arrow"
        with pa.ipc.new_file(str(path), _STAGED) as writer:
            writer.write_table(_table(rows), max_chunksize=BATCH_ROWS)
        files.append(StagedFile(ITEMS, str(path), len(rows)))
    return files


def _table(rows: Sequence[Sketch]) -> pa.Table:
    times = [one.time for one in rows]
    columns = {
        "item_id": [one.item_id for one in rows],
        "uri": [one.uri for one in rows],
        "source": [f"/feed/{one.item_id[:16]}.xml" for one in rows],
        "provider": [one.provider for one in rows],
        "time_source": ["version_created"] * len(rows),
        "body_text": [""] * len(rows),
        "version_created": times,
        "received_at": times,
        "fingerprint": [encode(one) for one in rows],
    }
    return pa.table([pa.array(columns[field.name], field.type) for field in _STAGED], _STAGED)


def in_order(found: Iterable[Item]) -> list[Item]:
    """Items in the order in which they are linked."""
    return sorted(found, key=lambda one: (one.version_created, one.uri, one.item_id))


def staged_feed(feed: Sequence[Item], folder: Path) -> Iterator[StagedFile]:
    """The feed's items as a run stages them, texts and all."""
    with Dataset.open(folder / "out") as dataset:
        for start in range(0, len(feed), _FILE):
            part = feed[start : start + _FILE]
            prints = [encode(sketch(one)) for one in part]
            made = stage_items(folder / "items", part, prints, dataset.partition_by)
            yield StagedFile(ITEMS, made.path, len(made.ids))


def compare(raw: Path, scratch: Path) -> bool:
    """Print what linking costs and finds beside the usual rules, on the same texts; whether it is kept to.

    Args:
        raw: the developers' feed.
        scratch: a folder for staged files.
    """
    found = items(raw)
    print_table(found, labelled(SHARED), known(raw.parent))
    feed = in_order(found.values())
    files = list(staged_feed(feed, scratch / "links"))
    ours = min(link_stage(files, scratch / "links") for _ in range(3))
    whole, serial = min(parallel_stage(files, scratch / "links") for _ in range(3))
    same = same_links(files, scratch / "links")
    started = time.process_time()
    for one in feed:
        encode(sketch(one))
    sketching = spent(started, len(feed))
    theirs = datasketch([one.body_text for one in feed[:_TEXTS]])
    print(
        f"link stage {ours:.1f} us an item (at most {BOUND:g}), and {sketching:.1f} for its sketch, in parallel;"
        f"\non an engine {whole:.1f} us, {whole / ours:.2f} times as much, of which {serial:.1f} are serial;"
        f"\ndatasketch {theirs:.1f} us: MinHash of 128 rows and LSH at .7 alone, nothing decided"
    )
    return same and ours <= BOUND


def grow(count: int, *, dense: bool, parallel: bool, scratch: Path) -> int:
    """Cost and peak memory of many items beside those of few; 1 where one is more than promised."""
    found = items(make_feed(SHARED, scratch / "feed") / "raw")
    sketches = [sketch(one) for one in in_order(found.values())]
    figures = []
    for number in (_FEW, count):
        folder = scratch / f"{number}"
        stage(sketches, number, folder / "items", dense=dense)
        command = [sys.executable, "-m", "tests.benchmarks.links", "--link", str(folder)]
        command += ["--parallel"] * parallel
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        figures.append(json.loads(done.stdout.splitlines()[-1]))
        print(
            f"{number:10,d} items: {figures[-1]['us']:.1f} us an item, peak {figures[-1]['peak'] / 1e6:,.0f} MB"
        )
        print(
            "\n".join(
                f"{'':10s} {line}" for line in done.stderr.splitlines()[-2:] if "us" in line or "{" in line
            )
        )
    growth = figures[1]["us"] / figures[0]["us"]
    print(f"an item costs {growth:.2f} times as much (at most {GROWTH})")
    return int(growth > GROWTH or figures[1]["peak"] > MEMORY)


def main() -> int:
    """The comparison, the growth, or one linking in a process of its own (called by `grow`)."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", type=int, metavar="ITEMS", help="grow to so many items")
    parser.add_argument("--dense", action="store_true", help="all turns at one time")
    parser.add_argument("--parallel", action="store_true", help="by the steps of an engine")
    parser.add_argument("--link", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.link:
        names = sorted((chosen.link / "items").iterdir())
        files = [
            StagedFile(ITEMS, str(path), pa.ipc.open_file(str(path)).read_all().num_rows) for path in names
        ]
        us = (parallel_stage(files, chosen.link)[0]) if chosen.parallel else link_stage(files, chosen.link)
        print(json.dumps({"us": us, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
        return 0
    if not SHARED.is_dir():
        print(f"links: needs the corpora at {SHARED}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        if chosen.scale:
            return grow(chosen.scale, dense=chosen.dense, parallel=chosen.parallel, scratch=scratch)
        return int(not compare(make_feed(SHARED, scratch / "feed") / "raw", scratch))


if __name__ == "__main__":
    sys.exit(main())
