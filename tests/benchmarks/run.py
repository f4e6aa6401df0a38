"""`make bench`: what the pipeline costs beside a plain loop over the same functions.

Both read the developers' feed (made from ../shared by its own tool) in processes of their own, so that
peak memory is each one's own; figures of one run are compared with one another only.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipeline.collector import look_less_often
from tests.benchmarks import datelines, entities, formats, links

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
RATIO, MEMORY, GROWTH = 2.0, 1 << 30, 2.2


def loop(inputs: list[str], output: str) -> dict[str, float]:
    """Reads a feed without Beam: the same functions in the same order, one after the other."""
    import collections

    from pipeline.link import plan
    from pipeline.options import Config
    from pipeline.sinks.dataset import Dataset
    from pipeline.sinks.parquet import write_data_file
    from pipeline.sinks.staging import Staging, stage_rejects
    from pipeline.sources.files import find
    from pipeline.sources.read import read
    from pipeline.stage import ITEMS, StagedFile
    from pipeline.write import gather, with_enrichment, with_links
    from schemas.arrow import REJECTS as REJECTS_SCHEMA
    from schemas.arrow import STORIES
    from schemas.errors import ItemError, Reject
    from schemas.raw import RawItem
    from transforms.dedupe.fingerprint import encode
    from transforms.dedupe.sketch import sketch
    from transforms.enrich.enricher import enricher
    from transforms.normalize.item import normalize
    from transforms.parse.transform import parse
    from transforms.step import REJECTS

    ingested_at = time.time_ns() // 1000
    config = Config(output=output, run_id="loop", ingested_at=ingested_at)
    spent: collections.defaultdict[str, float] = collections.defaultdict(float)
    items = 0
    started = time.perf_counter()
    with Dataset.open(output) as dataset:
        folder = dataset.staging(config.run_id)
        staging = Staging(folder / "items", dataset.partition_by, max_rows=config.staging_rows)
        rejects: list[Reject] = []
        staged: list[StagedFile] = []

        def timed(stage: str, since: float) -> float:
            now = time.perf_counter()
            spent[stage] += now - since
            return now

        for found in find(inputs):
            clock = time.perf_counter()
            raws = list(read(found))
            clock = timed("expand", clock)
            for raw in raws:
                if not isinstance(raw, RawItem):
                    rejects.append(raw)
                    continue
                try:
                    results = list(parse(raw, config.parsing))
                except ItemError as error:
                    results = [Reject(raw.source, "parse", error.code, error.message, raw.data)]
                clock = timed("parse", clock)
                for result in results:
                    items += 1
                    if isinstance(result, Reject):
                        rejects.append(result)
                        continue
                    try:
                        item = normalize(result, ingested_at=ingested_at)
                    except ItemError as error:
                        rejects.append(Reject(raw.source, "normalize", error.code, error.message, raw.data))
                        continue
                    clock = timed("normalize", clock)
                    if staging.add(item, encode(sketch(item))):
                        done = staging.flush()
                        staged.append(StagedFile(ITEMS, done.path, len(done.ids)))
                    clock = timed("stage", clock)
        clock = time.perf_counter()
        done = staging.flush()
        if done.ids:
            staged.append(StagedFile(ITEMS, done.path, len(done.ids)))
        if rejects:
            made = stage_rejects(folder / "rejects", rejects, run_id="loop", now=ingested_at)
            staged.append(StagedFile(REJECTS, made.path, len(made.ids)))
        clock = timed("stage", clock)
        plans, _ = plan(staged, dataset, folder / "links", config.horizon, config.rows_per_file)
        clock = timed("link", clock)
        tagging = enricher(config.tagging)
        files = []
        for one in plans:
            tables = []
            for rows, verdicts in gather(one):
                if one.dataset == "rejects":
                    tables.append(rows.select(REJECTS_SCHEMA.names))
                    continue
                rows = with_links(rows, verdicts)
                since = time.perf_counter()
                rows = with_enrichment(rows, tagging if one.dataset == "stories" else None)
                spent["enrich"] += time.perf_counter() - since
                tables.append(rows.select(STORIES.names))
            files.append(
                write_data_file(
                    folder,
                    one.dataset,
                    one.partition,
                    tables,
                    run_id="loop",
                    partition_by=dataset.partition_by,
                )
            )
        clock = timed("write", clock)
        spent["write"] -= spent["enrich"]
        dataset.commit(config.run_id, files)
        timed("commit", clock)
    return {
        "items": items,
        "seconds": time.perf_counter() - started,
        **{f"us.{k}": 1e6 * v / max(items, 1) for k, v in spent.items()},
    }


def pipeline(inputs: list[str], output: str) -> dict[str, float]:
    """Reads a feed with the pipeline on the local runner."""
    import logging

    from pipeline.options import Config
    from pipeline.run import run

    logging.basicConfig(level=logging.ERROR, force=True)
    started = time.perf_counter()
    config = Config(output=output, run_id="bench", ingested_at=time.time_ns() // 1000, inputs=tuple(inputs))
    outcome = run(config)
    items = outcome.counts["read"]
    stages = {f"us.{name}": 1e6 * row["seconds"] / items for name, row in outcome.report["stages"].items()}
    return {"items": items, "seconds": time.perf_counter() - started, **stages}


def measured(way: str, inputs: list[str]) -> dict[str, float]:
    """One way in a process of its own: seconds, items, microseconds an item by stage, peak bytes."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "tests.benchmarks.run", "--way", way, "--output", f"{scratch}/out"]
        done = subprocess.run([*command, *inputs], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def made_feed(scratch: Path, seed: int = 7) -> Path:
    """The developers' feed, made by the tool in ../shared."""
    tool, sgml = SHARED / "tools/reuters_feed.py", SHARED / "corpora/reuters21578/sgml"
    out = scratch / f"feed{seed}"
    command = [sys.executable, str(tool), str(sgml), str(out), "--seed", str(seed)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return out / "raw"


def later(feed: Path, scratch: Path, years: int = 1) -> Path:
    """The feed again some years later: as many items once more, that are no copies of the first ones."""
    target_folder = scratch / f"later{years}"
    year = str(1987 + years).encode()
    for path in sorted(feed.rglob("*")):
        if path.is_file():
            target = target_folder / path.relative_to(feed)
            target.parent.mkdir(parents=True, exist_ok=True)
            data = path.read_bytes().replace(b"reuters.com:1987", b"reuters.com:" + year)
            data = data.replace(b"1987-0", year + b"-0").replace(b'norm="1987', b'norm="' + year)
            target.write_bytes(data.replace(b"1987-1", year + b"-1"))
            moment = path.stat().st_mtime + years * 366 * 86400
            os.utime(target, (moment, moment))
    return target_folder


def compare() -> int:
    """Measure and print everything; 1 where a promise is not kept."""
    if not SHARED.is_dir():
        print(f"bench: needs the corpora at {SHARED}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        feed = made_feed(scratch)
        again = later(feed, scratch)
        plain = measured("loop", [str(feed)])
        beam = measured("pipeline", [str(feed)])
        double = measured("pipeline", [str(feed), str(again)])
        tagged = entities.compare(feed)
        quick = datelines.compare(feed)
        linked = links.compare(feed, scratch)
    ratio = beam["seconds"] / plain["seconds"]
    growth = double["seconds"] / beam["seconds"]
    print(f"{'':22s} {'loop':>12s} {'pipeline':>12s} {'twice':>12s}")
    columns = (plain, beam, double)
    print(f"{'items':22s} " + " ".join(f"{column['items']:12,.0f}" for column in columns))
    rates = (column["items"] / column["seconds"] for column in columns)
    print(f"{'items a second':22s} " + " ".join(f"{rate:12,.0f}" for rate in rates))
    for stage in ("expand", "parse", "normalize", "stage", "link", "enrich", "write"):
        cells = (f"{column.get('us.' + stage, 0):12,.1f}" for column in columns)
        print(f"{'us an item: ' + stage:22s} " + " ".join(cells))
    print(f"{'peak memory, MB':22s} " + " ".join(f"{column['peak'] / 1e6:12,.0f}" for column in columns))
    print(f"pipeline / loop {ratio:.2f} (at most {RATIO}); twice the input {growth:.2f} times as long")
    kept = ratio <= RATIO and beam["peak"] <= MEMORY and growth <= GROWTH
    kept &= formats.compare() & tagged & quick & linked
    print("every figure within its bound" if kept else "a figure is OUT OF ITS BOUND")
    return 0 if kept else 1


def main() -> int:
    """One way (called by `measured`), or the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--way", choices=["loop", "pipeline"])
    parser.add_argument("--output", default="")
    parser.add_argument("inputs", nargs="*")
    chosen = parser.parse_args()
    if chosen.way is None:
        return compare()
    look_less_often()  # as the command does
    figures = {"loop": loop, "pipeline": pipeline}[chosen.way](chosen.inputs, chosen.output)
    figures["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
