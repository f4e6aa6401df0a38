"""Which row goes into which final file: the table of verdicts, and its slices."""

from __future__ import annotations

import collections
import dataclasses
import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.sinks import durable
from pipeline.sinks.storage import Location, draft
from schemas.rows import register_row

VERDICTS = pa.schema(
    [
        ("dataset", pa.string()),
        ("partition", pa.string()),
        ("file", pa.int32()),
        ("row", pa.int32()),
        ("bytes", pa.int64()),
        ("story_id", pa.string()),
        ("revision_of", pa.string()),
        ("duplicate_of", pa.string()),
        ("duplicate_kind", pa.string()),
        ("similarity", pa.float32()),
        ("link_reason", pa.string()),
        ("revision_kind", pa.string()),
    ]
)
VERDICTS_FILE = "verdicts.arrow"  # in the folder of links of a run
_CHUNK = 8_192
_FILE_BYTES = 128 << 20  # of text, or of rejected bytes, in one final file
LINKS = tuple(VERDICTS.names[5:])
_NO_LINKS = (None,) * len(LINKS)


@register_row
@dataclass(frozen=True, slots=True)
class FilePlan:
    """One final file to write: rows `start` to `stop` of a table of verdicts.

    `dataset` is `stories`, `duplicates` or `rejects`, `partition` its folder, `verdicts` the path of the
    table (an Arrow file, whose metadata list the staged files), `rows` how many rows there are.
    """

    dataset: str
    partition: str
    verdicts: str
    start: int
    rows: int


@dataclass(slots=True)
class Verdicts:
    """Collects what becomes of each staged row, in order of time, and what is counted on the way."""

    counts: collections.Counter[tuple[str, str]] = field(default_factory=collections.Counter)
    _rows: list[tuple[Any, ...]] = field(default_factory=list)
    _chunks: list[pa.RecordBatch] = field(default_factory=list)

    def add(
        self, dataset: str, partition: str, file: int, row: int, size: int, links: Sequence[Any] = _NO_LINKS
    ) -> None:
        """One row: where it goes, which staged row it is, its bytes, and its link columns."""
        self._rows.append((dataset, partition, file, row, size, *links))
        if len(self._rows) >= _CHUNK:
            self._flush()

    def add_all(self, rows: pa.Table) -> None:
        """Many rows, with the columns of `VERDICTS`."""
        self._flush()
        self._chunks += rows.to_batches()

    def _flush(self) -> None:
        if not self._rows:
            return
        pairs = zip(zip(*self._rows, strict=True), VERDICTS, strict=True)
        arrays = [pa.array(values, column.type) for values, column in pairs]
        self._chunks.append(pa.RecordBatch.from_arrays(arrays, schema=VERDICTS))
        self._rows = []

    def save(self, path: Location, staged: Sequence[str], rows_per_file: int) -> list[FilePlan]:
        """Write the table, with the paths of the staged files in its metadata, and plan the final files.

        Args:
            path: the Arrow file. Its name gets a digest of its content, so that of two attempts of an engine,
                which number their rows differently, neither takes the other's place.
            staged: staged files, by their numbers.
            rows_per_file: rows in one final file at the most.
        """
        self._flush()
        table = pa.Table.from_batches(self._chunks, schema=VERDICTS)
        # Arrow's sort is stable: the order of time, in which rows were added, stays within a partition.
        order = pc.sort_indices(table, [("dataset", "ascending"), ("partition", "ascending")])
        parts = (table.take(order.slice(start, _CHUNK)) for start in range(0, len(order), _CHUNK))
        schema = VERDICTS.with_metadata({"files": "\n".join(staged)})
        with durable.explained(path), draft(path.parent) as made:
            with made.path.open("wb") as file, pa.ipc.new_file(file, schema) as writer:
                plans = list(_slices(_written(parts, writer), rows_per_file))
            with made.path.open("rb") as content:
                digest = hashlib.file_digest(content, lambda: blake2b(digest_size=8)).hexdigest()
            target = path.with_name(f"{path.stem}-{digest}.arrow")
            made.keep(target, copy=True)
        return [dataclasses.replace(one, verdicts=str(target)) for one in plans]


def _written(tables: Iterable[pa.Table], writer: pa.RecordBatchFileWriter) -> Iterator[pa.Table]:
    """The same tables, each written before the next is made."""
    for table in tables:
        writer.write_table(table)
        yield table


def _slices(tables: Iterable[pa.Table], rows_per_file: int) -> Iterator[FilePlan]:
    """Runs of rows of one partition, cut where a file would grow beyond its rows or `_FILE_BYTES`."""
    names = ("dataset", "partition", "bytes")
    entries = itertools.chain.from_iterable(
        zip(*(table.column(name).to_pylist() for name in names), strict=True) for table in tables
    )
    start = rows = size = 0
    current: tuple[str, str] | None = None
    for name, partition, own in entries:
        full = rows >= rows_per_file or (rows and size + own > _FILE_BYTES)
        if current is not None and (full or current != (name, partition)):
            yield FilePlan(*current, "", start, rows)
            start, rows, size = start + rows, 0, 0
        current, rows, size = (name, partition), rows + 1, size + own
    if current is not None:
        yield FilePlan(*current, "", start, rows)
