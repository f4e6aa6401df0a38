"""Rows of many Parquet files in one order, a bounded number at a time, however many and however long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.sinks.storage import Location, parquet
from schemas.errors import WirebeamError

Rows = npt.NDArray[np.int64]

# The linker's order first; of an item that came from several sources, the row received first comes first.
LINKED = ("version_created", "uri", "item_id", "received_at", "source")
REJECTED = ("received_at", "reject_id")
PLACE = (pa.field("part", pa.int32()), pa.field("row", pa.int64()))


@dataclass(frozen=True, slots=True)
class Part:
    """A Parquet file whose rows are sorted by time, or some of its rows.

    Attributes:
        path: the file.
        rows: numbers of its rows, ascending; None for all.
    """

    path: Location
    rows: Rows | None = None


def in_order(
    parts: Sequence[Part],
    keys: Sequence[str],
    schema: pa.Schema,
    rows: int,
    size: int | None = None,
    between: tuple[int, int] | None = None,
) -> Iterator[pa.Table]:
    """The rows of all parts by `keys`, as tables of the schema's columns, `part` and `row`.

    Memory holds the times of all rows, and one table. Files are read by row group, once for each slice of
    time that they have rows in.

    Args:
        parts: where the rows are.
        keys: columns to sort by, ascending; the first is the time by which files are sorted.
        schema: the columns wanted; one that a file has not is null.
        rows: rows of a table at the most, about.
        size: bytes of a table at the most, about, as the files' average row has it.
        between: first and last time of the rows wanted; None for all.

    Raises:
        WirebeamError: a file is not sorted by time, or cannot be read.
    """
    if size is not None:
        rows = max(1, min(rows, int(size / max(1.0, _row_bytes(parts)))))
    times = [_times(part, keys[0]) for part in parts]
    order = np.sort(np.concatenate(times)) if times else np.empty(0, np.int64)
    if between is not None:
        order = order[np.searchsorted(order, between[0]) : np.searchsorted(order, between[1], "right")]
    names = pa.schema([field for field in schema if field.name in keys])
    for low, high in _slices(order, rows):
        found = []
        for number, own in enumerate(times):
            if len(own) and own[0] <= high and own[-1] >= low:
                first, end = int(np.searchsorted(own, low)), int(np.searchsorted(own, high, "right"))
                if first < end:
                    found.append(_placed(number, parts[number], _numbers(parts[number], first, end), names))
        index = pa.concat_tables(found)
        index = index.take(pc.sort_indices(index, [(key, "ascending") for key in keys]))
        for start in range(0, len(index), rows):
            yield _gathered(parts, index.slice(start, rows), schema)


def at_once(
    parts: Sequence[Part], keys: Sequence[str], schema: pa.Schema, between: tuple[int, int]
) -> pa.Table:
    """What `in_order` gives, as one table: for few rows in many files, each of which is read once.

    Raises:
        WirebeamError: a file cannot be read.
    """
    tables = []
    for number, part in enumerate(parts):
        with _opened(part.path) as file:
            try:
                read = file.read(columns=_there(file, schema), use_threads=False)
            except (OSError, pa.ArrowException) as error:
                raise WirebeamError(f"{part.path}: cannot be read: {str(error).splitlines()[0]}") from error
        table = _fitted(read, schema)
        times = table.column(keys[0]).cast(pa.int64()).to_numpy()
        rows = np.flatnonzero((times >= between[0]) & (times <= between[1]))
        rows = rows if part.rows is None else np.intersect1d(rows, part.rows, assume_unique=True)
        tables.append(_with_place(table.take(pa.array(rows)), number, rows))
    whole = pa.concat_tables(tables) if tables else pa.schema([*schema, *PLACE]).empty_table()
    return whole.take(pc.sort_indices(whole, [(key, "ascending") for key in keys]))


def _row_bytes(parts: Sequence[Part]) -> float:
    """Bytes of an average row, uncompressed."""
    size = count = 0
    for part in parts:
        with _opened(part.path) as file:
            groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
            size += sum(group.total_byte_size for group in groups)
            count += file.metadata.num_rows
    return size / max(1, count)


def _opened(path: Location) -> Any:
    try:
        return parquet(path)
    except (OSError, pa.ArrowException) as error:
        raise WirebeamError(f"{path}: cannot be read: {str(error).splitlines()[0]}") from error


def _times(part: Part, column: str) -> Rows:
    with _opened(part.path) as file:
        times: Rows = file.read(columns=[column], use_threads=False).column(0).cast(pa.int64()).to_numpy()
    if not bool((times[1:] >= times[:-1]).all()):
        raise WirebeamError(f"{part.path}: its rows are not sorted by {column}; see wirebeam verify")
    return times if part.rows is None else times[part.rows]


def _slices(order: Rows, rows: int) -> Iterator[tuple[int, int]]:
    """First and last time of slices of so many rows; rows of one time stay together."""
    start = 0
    while start < len(order):
        end = min(start + rows, len(order))
        if end < len(order) and order[end] == order[end - 1]:
            first = int(np.searchsorted(order, order[end]))
            end = first if first > start else int(np.searchsorted(order, order[end], "right"))
        yield int(order[start]), int(order[end - 1])
        start = end


def _numbers(part: Part, start: int, end: int) -> Rows:
    return np.arange(start, end) if part.rows is None else part.rows[start:end]


def _placed(number: int, part: Part, rows: Rows, schema: pa.Schema) -> pa.Table:
    """Rows of a part, in the order of the file, with where they stand."""
    return _with_place(_read(part.path, rows, schema), number, rows)


def _with_place(table: pa.Table, number: int, rows: Rows) -> pa.Table:
    table = table.append_column(PLACE[0], pa.array(np.full(len(rows), number, np.int32)))
    return table.append_column(PLACE[1], pa.array(rows))


def _gathered(parts: Sequence[Part], index: pa.Table, schema: pa.Schema) -> pa.Table:
    """The rows that an index names, in its order."""
    numbers, rows = (index.column(field.name).to_numpy() for field in PLACE)
    by_file = np.lexsort((rows, numbers))
    tables = []
    for number in np.unique(numbers).tolist():
        wanted = rows[by_file][numbers[by_file] == number]
        tables.append(_placed(number, parts[number], wanted, schema))
    back = np.empty(len(by_file), np.int64)
    back[by_file] = np.arange(len(by_file))
    return pa.concat_tables(tables).take(pa.array(back))


def _read(path: Location, rows: Rows, schema: pa.Schema) -> pa.Table:
    """Rows of a file, ascending: one row group after the other, of which only these rows are kept."""
    tables = []
    with _opened(path) as file:
        metadata = file.metadata
        counts = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
        ends = np.cumsum([0, *counts])
        there = _there(file, schema)
        groups = np.searchsorted(ends, rows, "right") - 1
        for group in np.unique(groups).tolist():
            try:
                whole = file.read_row_group(group, columns=there, use_threads=False)
            except (OSError, pa.ArrowException) as error:
                raise WirebeamError(f"{path}: cannot be read: {str(error).splitlines()[0]}") from error
            tables.append(whole.take(pa.array(rows[groups == group] - ends[group])))
        return _fitted(pa.concat_tables(tables), schema)


def _there(file: Any, schema: pa.Schema) -> list[str]:
    """Which of the columns a file has."""
    names = set(file.schema_arrow.names)
    return [name for name in schema.names if name in names]


def _fitted(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """A file's rows with all columns; those that the file has not are null."""
    there = set(table.column_names)
    for field in schema:
        if field.name not in there:
            table = table.append_column(field, pa.nulls(len(table), field.type))
    return table.select(schema.names).cast(schema)
