"""Partitions in Hive's convention: which folder a row belongs to. `date=2024-05-01/provider=tass`.

Partition columns live in the path alone: a file that repeated them could not be read by
`pandas.read_parquet` or `pyarrow.parquet.read_table` (string in the file, dictionary from the path).
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

import pyarrow as pa

from schemas.errors import Code, ItemError, UsageError

NULL = "__HIVE_DEFAULT_PARTITION__"
DEFAULT = ("date", "provider")
_EPOCH = dt.datetime(1970, 1, 1)
_MICROSECOND = dt.timedelta(microseconds=1)
# Microseconds since the epoch (UTC) that a calendar date can be given to: the years 1 to 9999.
TIMES = range((dt.datetime.min - _EPOCH) // _MICROSECOND, (dt.datetime.max - _EPOCH) // _MICROSECOND + 1)
_TIMES: Mapping[str, slice] = {"month": slice(0, 7), "date": slice(0, 10), "hour": slice(11, 13)}
_COLUMNS = ("provider", "language", "source_format")


def _hour(microseconds: int) -> int:
    """Hours since the epoch (UTC)."""
    if microseconds not in TIMES:
        raise ItemError(Code.STRUCTURE_BROKEN, f"time {microseconds} us is outside the years 1 to 9999")
    return microseconds // 3_600_000_000


@functools.lru_cache(maxsize=4096)
def _folder(keys: tuple[str, ...], hour: int, columns: tuple[str | None, ...]) -> str:
    time = _EPOCH + dt.timedelta(hours=hour)
    left = iter(columns)
    parts = []
    for key in keys:
        # isoformat pads the year to four digits everywhere, strftime only on some platforms.
        value = time.isoformat()[_TIMES[key]] if key in _TIMES else next(left)
        parts.append(f"{key}={NULL if value is None or value == '' else quote(value, safe=' ')}")
    return "/".join(parts)


@dataclass(frozen=True, slots=True)
class PartitionBy:
    """The partition keys of stories/ and duplicates/, outermost first.

    `date`, `month` and `hour` (00 to 23) are those of `version_created` in UTC; `provider`, `language`
    and `source_format` are the columns.
    """

    keys: tuple[str, ...] = DEFAULT

    @classmethod
    def parse(cls, text: str | Sequence[str]) -> PartitionBy:
        """Keys from `--partition-by`, such as `date,provider`.

        Raises:
            UsageError: unknown or repeated key, or `hour` without `date` before it.
        """
        parts = text.split(",") if isinstance(text, str) else text
        keys = tuple(part.strip() for part in parts if part.strip())
        known = (*_TIMES, *_COLUMNS)
        if wrong := [key for key in keys if key not in known]:
            raise UsageError(f"--partition-by: {wrong[0]!r} is not one of {', '.join(known)}")
        if len(set(keys)) < len(keys):
            raise UsageError(f"--partition-by: a key stands twice in {','.join(keys)}")
        if "hour" in keys and "date" not in keys[: keys.index("hour")]:
            raise UsageError("--partition-by: hour needs date before it")
        return cls(keys)

    @classmethod
    def wanted(cls, text: str | None) -> PartitionBy | None:
        """Keys as a user wants them; None where nothing was said. Raises as `parse` does."""
        return cls.parse(text) if text else None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the path holds, and the files therefore do not."""
        return tuple(key for key in self.keys if key in _COLUMNS)

    def path(self, version_created: int, get: Callable[[str], str | None]) -> str:
        """The folder of a row, `""` where there are no keys.

        Args:
            version_created: microseconds since the epoch (UTC).
            get: the row's value of a column.

        Raises:
            ItemError: the time is outside the years 1 to 9999.
        """
        return _folder(self.keys, _hour(version_created), tuple(get(name) for name in self.columns))

    def of_item(self, item: Any) -> str:
        """The folder of a `schemas.item.Item`."""
        return self.path(item.version_created, lambda name: getattr(item, name))

    def of_table(self, table: pa.Table) -> list[str]:
        """The folder of each row of a table with the columns of `schemas.arrow.STAGED`."""
        times = table.column("version_created").cast(pa.int64()).to_pylist()
        values = [table.column(name).to_pylist() for name in self.columns]
        rows = zip(*values, strict=True) if values else ((),) * len(times)
        return [
            self.path(time, dict(zip(self.columns, row, strict=True)).__getitem__)
            for time, row in zip(times, rows, strict=True)
        ]


def rejects_path(received_at: int) -> str:
    """The folder of a reject: rejects/ is always partitioned by the day of `received_at` (UTC)."""
    return _folder(("date",), _hour(received_at), ())


def values(path: str) -> dict[str, str | None]:
    """Partition keys and values in a file's path: `stories/date=2024-05-01/provider=tass/1f.parquet`."""
    found: dict[str, str | None] = {}
    for part in path.split("/")[:-1]:
        key, equals, value = part.partition("=")
        if equals:
            found[key] = None if value == NULL else unquote(value)
    return found
