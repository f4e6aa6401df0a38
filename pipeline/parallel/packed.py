"""Arrays as bytes: thousands of small numbers are one element between stages, not thousands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

_ZSTD = pa.ipc.IpcWriteOptions(compression="zstd")


def packed(columns: Mapping[str, Any]) -> bytes:
    """Columns of one length, as Arrow's stream with zstd.

    Args:
        columns: NumPy arrays or Arrow arrays, by name.
    """
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_ZSTD) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def unpacked(parts: Iterable[bytes]) -> pa.Table:
    """All rows of several tables that were packed with the same columns, one after the other."""
    return pa.concat_tables(pa.ipc.open_stream(part).read_all() for part in parts)
