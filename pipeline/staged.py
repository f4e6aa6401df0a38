"""What a run has staged, read back for linking: rows in the order of time, a bounded number at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.stage import StagedFile

_ROWS = 8_192
_INT64 = pa.int64()

Times = npt.NDArray[np.int64]


@dataclass(slots=True)
class StagedRows:
    """The rows of several staged files, by memory map: only columns that are asked for are read.

    Attributes:
        tables: one for each file.
        times: the rows' `version_created` (or the column named), microseconds since the epoch (UTC), of all
            tables one after the other.
    """

    tables: Sequence[pa.Table]
    time: str = "version_created"
    times: Times = field(init=False)

    def __post_init__(self) -> None:
        columns = [table.column(self.time).cast(_INT64).to_numpy() for table in self.tables]
        self.times = np.concatenate(columns) if columns else np.empty(0, np.int64)

    @classmethod
    def open(cls, files: Sequence[StagedFile], time: str = "version_created") -> StagedRows:
        """The rows of staged files; `time` is the column that orders them."""
        return cls([pa.ipc.open_file(pa.memory_map(file.path)).read_all() for file in files], time)

    def in_order(self, names: Sequence[str], keys: Sequence[str], bulk: str) -> Iterator[dict[str, Any]]:
        """All rows by time, then by `keys`.

        Args:
            names: columns wanted. Times become microseconds since the epoch.
            keys: columns to sort by within an instant, ascending; all of them wanted.
            bulk: a column of which only the size is wanted.

        Returns:
            Of each row the named columns, `time`, `file` and `row` (where it stands) and `bytes`, the size of
            its `bulk` column.
        """
        starts = np.cumsum([0, *map(len, self.tables)])
        sizes = [pc.binary_length(table.column(bulk)).cast(_INT64).to_numpy() for table in self.tables]
        order = np.argsort(self.times, kind="stable")
        start = 0
        while start < len(order):
            end = min(start + _ROWS, len(order))
            # Rows of one instant stay together, for the keys to sort them.
            end = int(np.searchsorted(self.times, self.times[order[end - 1]], "right", sorter=order))
            yield from self._sorted(np.sort(order[start:end]), starts, sizes, names, keys)
            start = end

    def _sorted(
        self,
        wanted: Times,
        starts: Times,
        sizes: Sequence[Times],
        names: Sequence[str],
        keys: Sequence[str],
    ) -> Iterator[dict[str, Any]]:
        files = np.searchsorted(starts, wanted, "right") - 1
        parts = []
        for number in np.unique(files).tolist():
            rows = wanted[files == number] - starts[number]
            part = self.tables[number].select(list(names)).take(pa.array(rows))
            for index, column in enumerate(part.schema):
                if pa.types.is_timestamp(column.type):
                    part = part.set_column(index, column.name, part.column(index).cast(_INT64))
            for name, values in (
                ("time", self.times[wanted[files == number]]),
                ("file", np.full(len(rows), number, np.int32)),
                ("row", rows.astype(np.int32)),
                ("bytes", sizes[number][rows]),
            ):
                part = part.append_column(name, pa.array(values))
            parts.append(part)
        whole = pa.concat_tables(parts)
        whole = whole.take(pc.sort_indices(whole, [(key, "ascending") for key in ("time", *keys)]))
        columns = [column.to_pylist() for column in whole.columns]
        for values in zip(*columns, strict=True):
            yield dict(zip(whole.column_names, values, strict=True))
