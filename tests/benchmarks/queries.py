"""`make bench-queries`: typical questions on a million items in DuckDB and Polars, and the report.

Each question runs in a process of its own, twice: the second time the files are in the page cache, as they are
for who asks all day. Bytes read are those of the columns and row groups that a question opens, from the files'
footers; bytes held are all of stories/ and duplicates/.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow.dataset as ds

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
MOST_SECONDS, MOST_REPORT, MOST_BYTES = 2.0, 20.0, 3_000_000

DUCKDB = {
    "stories a country a day, one month": """
        SELECT date, dateline.places[1].country AS country, count(*) AS stories FROM stories
        WHERE date BETWEEN '2026-03-01' AND '2026-03-31' GROUP BY ALL ORDER BY ALL""",
    "first agency on a story, one month": """
        SELECT story.provider AS first, copy.provider AS later, count(*) AS copies,
            median(epoch(copy.version_created - story.version_created)) AS seconds
        FROM duplicates AS copy
        JOIN stories AS story ON story.uri = copy.duplicate_of AND story.story_id = copy.story_id
        -- A story may be some days older than its copies.
        WHERE copy.date BETWEEN '2026-03-01' AND '2026-03-31'
          AND story.date BETWEEN '2026-02-25' AND '2026-03-31'
        GROUP BY ALL ORDER BY copies DESC""",
    "one company's mentions, one agency, a year": """
        SELECT date_trunc('week', version_created) AS week, count(DISTINCT item_id) AS stories FROM entities
        WHERE provider = 'reuters' AND type = 'ORG' AND name = 'Federal Reserve' GROUP BY week ORDER BY week""",
    "corrections by agency, a year": """
        SELECT provider, count(*) FILTER (WHERE revision_kind = 'correction') AS corrections, count(*) AS stories
        FROM stories GROUP BY provider ORDER BY provider""",
}
# What each question needs: columns, and the rows' partitions.
NEEDS: dict[str, tuple[Sequence[str], str]] = {
    "stories a country a day, one month": (["dateline"], "date=2026-03-"),
    "first agency on a story, one month": (
        ["uri", "story_id", "version_created", "duplicate_of"],
        "date=2026-(02-2[5-8]|03)",
    ),
    "one company's mentions, one agency, a year": (
        ["version_created", "entities", "item_id"],
        "provider=reuters",
    ),
    "corrections by agency, a year": (["revision_kind"], ""),
}


def duckdb_seconds(news: Path, question: str) -> tuple[float, int]:
    """Seconds and rows of a question to the views."""
    from pipeline.query import connect, execute

    with connect(news) as connection:
        started = time.perf_counter()
        rows = execute(connection, DUCKDB[question]).fetchall()
        return time.perf_counter() - started, len(rows)


def polars_seconds(news: Path, question: str) -> tuple[float, int]:
    """Seconds and rows of the same question in Polars, over the plain files."""
    import polars as pl

    names = list(DUCKDB)
    started = time.perf_counter()
    stories = pl.scan_parquet(
        f"{news}/stories/**/*.parquet", hive_partitioning=True, try_parse_hive_dates=True
    )
    month = pl.col("date").is_between(pl.date(2026, 3, 1), pl.date(2026, 3, 31))
    if question == names[0]:
        country = pl.col("dateline").struct.field("places").list.first().struct.field("country")
        plan = stories.filter(month).group_by("date", country.alias("country")).len()
    elif question == names[1]:
        copies = pl.scan_parquet(
            f"{news}/duplicates/**/*.parquet", hive_partitioning=True, try_parse_hive_dates=True
        )
        # A story may be some days older than its copies.
        near = pl.col("date").is_between(pl.date(2026, 2, 25), pl.date(2026, 3, 31))
        first = stories.filter(near).select(
            "uri", "story_id", "version_created", pl.col("provider").alias("first")
        )
        both = copies.filter(month).join(
            first, left_on=["duplicate_of", "story_id"], right_on=["uri", "story_id"]
        )
        lag = (pl.col("version_created") - pl.col("version_created_right")).dt.total_seconds()
        plan = both.group_by("first", "provider").agg(pl.len(), lag.median().alias("seconds"))
    elif question == names[2]:
        named = pl.element().struct.field("name") == "Federal Reserve"
        plan = (
            stories.filter(pl.col("provider") == "reuters")
            .filter(pl.col("entities").list.eval(named).list.any())
            .group_by(pl.col("version_created").dt.truncate("1w"))
            .len()
        )
    else:
        corrected = (pl.col("revision_kind") == "correction").sum().alias("corrections")
        plan = stories.group_by("provider").agg(corrected, pl.len())
    rows = plan.collect().height
    return time.perf_counter() - started, rows


def bytes_read(news: Path, question: str) -> int:
    """Compressed bytes of the columns and files that a question needs."""
    columns, where = NEEDS[question]
    total = 0
    for dataset in ("stories", "duplicates") if "agency on" in question else ("stories",):
        for fragment in ds.dataset(news / dataset, format="parquet").get_fragments():
            if re.search(where, fragment.path):
                metadata = fragment.metadata
                for group in range(metadata.num_row_groups):
                    chunks = (metadata.row_group(group).column(n) for n in range(metadata.num_columns))
                    total += sum(
                        chunk.total_compressed_size
                        for chunk in chunks
                        if chunk.path_in_schema.split(".")[0] in columns
                    )
    return total


def prepared(folder: Path, items: int) -> Path:
    """The developers' feed read, and dated anew until there are so many items."""
    from tests.benchmarks.million import build

    feed, devs, news = folder / "feed", folder / "devs", folder / "million"
    if not (news / "_manifests" / "00000001.json").exists():
        tool = SHARED / "tools" / "reuters_feed.py"
        subprocess.run([sys.executable, tool, SHARED / "corpora/reuters21578/sgml", feed], check=True)
        wirebeam = Path(sys.executable).with_name("wirebeam")
        subprocess.run([wirebeam, "run", feed / "raw", "-o", devs], check=True)
        print(f"{build(devs, news, items):,} items", file=sys.stderr)
    return news


def _children() -> float:
    """Seconds of CPU of all processes that were started and ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def main() -> int:
    """The figures, one line each; 1 where one is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--news", type=Path, help="a dataset made before; else it is made in a temporary folder"
    )
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--ask", nargs=2, metavar=("ENGINE", "QUESTION"), help="used by itself")
    given = parser.parse_args()
    if given.ask:
        engine, question = given.ask
        ask = duckdb_seconds if engine == "duckdb" else polars_seconds
        ask(given.news, question)
        before = time.process_time()
        seconds, rows = ask(given.news, question)
        print(json.dumps([seconds, time.process_time() - before, rows]))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        news = given.news or prepared(Path(folder), given.items)
        held = sum(
            path.stat().st_size
            for name in ("stories", "duplicates")
            for path in (news / name).rglob("*.parquet")
        )
        failed = 0
        for question in DUCKDB:
            read = bytes_read(news, question)
            line = f"{question:45s} reads {read / 1e6:7.1f} of {held / 1e6:,.0f} MB ({read / held:.1%})"
            for engine in ("duckdb", "polars"):
                command = [
                    sys.executable,
                    "-m",
                    "tests.benchmarks.queries",
                    "--news",
                    news,
                    "--ask",
                    engine,
                    question,
                ]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                seconds, cpu, rows = json.loads(done.stdout)
                failed += seconds > MOST_SECONDS
                line += f"  {engine} {seconds:.2f} s ({cpu:.2f} of CPU), {rows} rows"
            print(line, flush=True)
        page = Path(folder) / "report.html"
        started, before = time.perf_counter(), _children()
        subprocess.run(
            [Path(sys.executable).with_name("wirebeam"), "report", news, "--to", page],
            check=True,
            capture_output=True,
        )
        seconds, size = time.perf_counter() - started, page.stat().st_size
        failed += seconds > MOST_REPORT or size > MOST_BYTES
        print(f"report: {seconds:.1f} s ({_children() - before:.1f} of CPU), {size / 1e6:.1f} MB")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
