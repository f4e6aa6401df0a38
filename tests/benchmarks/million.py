"""A dataset of a million items, cheaply: what a real feed became, dated anew for a year and twelve agencies.

Rows go through the sink's own functions, so that files, partitions and manifests are those of a run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from pipeline.sinks.dataset import Dataset
from pipeline.sinks.manifest import DataFile
from pipeline.sinks.parquet import write_data_file
from pipeline.sinks.staging import read_rows, stage_rejects
from schemas.arrow import REJECTS, STORIES
from schemas.errors import Code, Reject, Stage

PROVIDERS = ["reuters", "ap", "afp", "dpa", "efe", "ansa", "tass", "kyodo", "pa", "apa", "stt", "cp"]
START = dt.date(2025, 11, 1)
RUN = "20261101T000000Z-000000"
_DAY = 86_400_000_000
_NAMES = ("uri", "story_id", "revision_of", "duplicate_of")
_REJECTED = (Code.XML_BROKEN, Code.FORMAT_UNKNOWN, Code.JSON_BROKEN, Code.NOT_NEWS)


def again(rows: pa.Table, number: int, provider: str, days: int) -> pa.Table:
    """Rows as another feed's: other ids, another provider, so many days later."""
    for name in _NAMES:
        marked = pc.binary_join_element_wise(rows.column(name), f"~{number}", "")
        rows = rows.set_column(rows.schema.get_field_index(name), rows.schema.field(name), marked)
    ids = pc.binary_join_element_wise(f"{number:02x}", pc.utf8_slice_codeunits(rows.column("item_id"), 2), "")
    rows = rows.set_column(rows.schema.get_field_index("item_id"), rows.schema.field("item_id"), ids)
    named = pa.array([provider] * len(rows), pa.string())
    rows = rows.set_column(rows.schema.get_field_index("provider"), rows.schema.field("provider"), named)
    for field in rows.schema:
        if pa.types.is_timestamp(field.type):
            later = pc.add(rows.column(field.name).cast(pa.int64()), days * _DAY).cast(field.type)
            rows = rows.set_column(rows.schema.get_field_index(field.name), field, later)
    return rows


def written(dataset: Dataset, name: str, source: pa.Table, copies: int, first: int) -> Iterator[DataFile]:
    """Files of `stories` or `duplicates`, one a partition."""
    for place, provider in enumerate(PROVIDERS):
        numbers = range(place, copies, len(PROVIDERS))
        if not numbers:
            continue
        rows = pa.concat_tables(again(source, n, provider, first + (n * 37) % 130) for n in numbers)
        rows = rows.take(pc.sort_indices(rows, [("version_created", "ascending")]))
        dates = pc.strftime(rows.column("version_created"), "%Y-%m-%d").combine_chunks()
        for start, length, date in _runs(dates):
            yield write_data_file(
                dataset.staging(RUN),
                name,
                f"date={date}/provider={provider}",
                [rows.slice(start, length)],
                run_id=RUN,
                partition_by=dataset.partition_by,
            )


def _runs(values: pa.Array) -> Iterator[tuple[int, int, str]]:
    encoded = pc.run_end_encode(values)
    start = 0
    for end, value in zip(encoded.run_ends.to_pylist(), encoded.values.to_pylist(), strict=True):
        yield start, end - start, value
        start = end


def rejected(dataset: Dataset, count: int) -> Iterator[DataFile]:
    """Files of `rejects`, spread over the year."""
    begin = int(dt.datetime.combine(START, dt.time(), dt.UTC).timestamp()) * 1_000_000
    rejects = [
        Reject(
            f"feed/{n}.xml", Stage.PARSE, _REJECTED[n * n % 7 % 4], "not as its format asks for",
            b"<broken>%d" % n * 40, begin + n * 360 * _DAY // count, "nitf",
        )
        for n in range(count)
    ]  # fmt: skip
    staged = stage_rejects(dataset.staging(RUN) / "rejected", rejects, run_id=RUN, now=begin)
    table = read_rows(staged.path, range(count)) if count else REJECTS.empty_table()
    table = table.take(pc.sort_indices(table, [("received_at", "ascending")]))
    for start, length, date in _runs(pc.strftime(table.column("received_at"), "%Y-%m-%d").combine_chunks()):
        yield write_data_file(
            dataset.staging(RUN), "rejects", f"date={date}", [table.slice(start, length)],
            run_id=RUN, partition_by=dataset.partition_by,
        )  # fmt: skip


def build(source: Path, output: Path, items: int) -> int:
    """Makes the dataset; returns how many items it has."""
    read = Dataset.read(source)
    tables = {}
    for name in ("stories", "duplicates"):
        paths = [str(read.root / file.path) for file in read.files(name)]
        found = ds.dataset(paths, partitioning="hive", partition_base_dir=str(read.root / name))
        tables[name] = found.to_table().select(STORIES.names).cast(STORIES)
    own = sum(map(len, tables.values()))
    copies = -(-items // own)
    earliest = min(pc.min(table.column("version_created")).as_py() for table in tables.values())
    first = (START - earliest.date()).days
    with Dataset.open(output) as dataset:
        files = [
            file for name, table in tables.items() for file in written(dataset, name, table, copies, first)
        ]
        files += rejected(dataset, items // 200)
        counts = {name: sum(f.rows for f in files if f.dataset == name) for name in (*tables, "rejects")}
        dataset.commit(RUN, files, counts={"read": sum(counts.values()), **counts, "redelivered": 0})
        dataset.discard(RUN)
    return sum(counts.values())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="a dataset, such as that of the developers' feed")
    parser.add_argument("output", type=Path)
    parser.add_argument("--items", type=int, default=1_000_000)
    given = parser.parse_args()
    print(f"{build(given.source, given.output, given.items):,} items", file=sys.stderr)
