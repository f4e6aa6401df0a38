"""What a run has staged, read back for linking: rows in the order of time, a bounded number at a time."""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.sinks.storage import local

_ROWS = 8_192
_INT64 = pa.int64()
_PLACE = ("file", "row", "bytes")

Times = npt.NDArray[np.int64]


@dataclass(slots=True)
class StagedRows:
    """The rows of several staged files, by memory map: only columns that are asked for are read.

    Attributes:
        tables: one for each file.
        maps: the memory that they lie in.
        times: the rows' `version_created` (or the column named), microseconds since the epoch (UTC), of all
            tables one after the other.
        between: first and last time of the rows wanted; None for all.
    """

    tables: Sequence[pa.Table]
    time: str = "version_created"
    maps: Sequence[mmap.mmap] = ()
    between: tuple[int, int] | None = None
    times: Times = field(init=False)

    def __post_init__(self) -> None:
        columns = [table.column(self.time).cast(_INT64).to_numpy() for table in self.tables]
        self.times = np.concatenate(columns) if columns else np.empty(0, np.int64)

    @classmethod
    def open(
        cls,
        paths: Sequence[str],
        time: str = "version_created",
        between: tuple[int, int] | None = None,
    ) -> StagedRows:
        """The rows of staged files; `time` is the column that orders them."""
        maps = [_mapped(path) for path in paths]
        tables = [pa.ipc.open_file(pa.BufferReader(pa.py_buffer(one))).read_all() for one in maps]
        return cls(tables, time, maps, between)

    @property
    def wanted(self) -> Times:
        """Times of the rows wanted."""
        if self.between is None:
            return self.times
        return self.times[(self.times >= self.between[0]) & (self.times <= self.between[1])]

    def values(self, name: str, where: str, value: str) -> set[Any]:
        """What a column has in the rows wanted in which another one has some value."""
        found: set[Any] = set()
        for table in self.tables:
            chosen = pc.equal(table.column(where), value)
            if self.between is not None:
                times = table.column(self.time).cast(_INT64)
                inside = pc.and_(
                    pc.greater_equal(times, self.between[0]), pc.less_equal(times, self.between[1])
                )
                chosen = pc.and_(chosen, inside)
            found.update(table.column(name).filter(chosen).to_pylist())
        return found

    def in_order(self, names: Sequence[str], keys: Sequence[str], bulk: str) -> Iterator[tuple[Any, ...]]:
        """All rows wanted by time, then by `keys`.

        Args:
            names: columns wanted.
            keys: columns to sort by within an instant, ascending.
            bulk: a column of which only the size is wanted.

        Returns:
            Of each row its time, file and row (where it stands), the size of its `bulk` column in bytes, and
            the columns wanted.
        """
        starts = np.cumsum([0, *map(len, self.tables)])
        sizes = [pc.binary_length(table.column(bulk)).cast(_INT64).to_numpy() for table in self.tables]
        order = np.argsort(self.times, kind="stable")
        times = self.times[order]
        if self.between is not None:
            low, high = (
                np.searchsorted(times, self.between[0]),
                np.searchsorted(times, self.between[1], "right"),
            )
            order, times = order[low:high], times[low:high]
        start = 0
        while start < len(order):
            end = min(start + _ROWS, len(order))
            # Rows of one instant stay together, for the keys to sort them.
            end = int(np.searchsorted(times, times[end - 1], "right"))
            wanted = np.sort(order[start:end])
            files = np.searchsorted(starts, wanted, "right") - 1
            parts = []
            for number in np.unique(files).tolist():
                rows = wanted[files == number] - starts[number]
                own = sizes[number][rows]
                parts.append(self._part(number, rows, own, dict.fromkeys((*names, *keys))))
            whole = pa.concat_tables(parts)
            whole = whole.take(pc.sort_indices(whole, [(key, "ascending") for key in (self.time, *keys)]))
            columns = [self.time, *_PLACE, *names]
            yield from zip(*(whole.column(name).to_pylist() for name in columns), strict=True)
            start = end
            for one in self.maps:
                one.madvise(mmap.MADV_DONTNEED)  # what was read stays the file system's, not ours

    def _part(self, number: int, rows: Times, sizes: Times, names: Iterable[str]) -> pa.Table:
        """Rows of one file with where they stand, and their time as a number."""
        wanted = [name for name in names if name != self.time]
        part = self.tables[number].select([self.time, *wanted]).take(pa.array(rows))
        part = part.set_column(0, self.time, part.column(0).cast(_INT64))
        for name, values in zip(
            _PLACE, (np.full(len(rows), number, np.int32), rows.astype(np.int32), sizes), strict=True
        ):
            part = part.append_column(name, pa.array(values))
        return part


def _mapped(path: str) -> mmap.mmap:
    with local(path).open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
