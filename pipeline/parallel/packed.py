"""Arrays as bytes: thousands of small numbers are one element between stages, not thousands."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Array: TypeAlias = npt.NDArray[Any]

_CODEC = pa.Codec("zstd")
_ZSTD = pa.ipc.IpcWriteOptions(compression="zstd")
_COUNT = struct.Struct("<I")


def packed(arrays: Sequence[Array]) -> bytes:
    """Arrays of integers of one length, small where numbers are near those before them: times, places."""
    parts = []
    for values in arrays:
        # Differences, of which most bytes are 0, and all first bytes, all second ones, and so on.
        differences = np.diff(values, prepend=values.dtype.type(0))
        parts.append(differences.view(np.uint8).reshape(-1, values.itemsize).T.tobytes())
    data: bytes = _CODEC.compress(b"".join(parts), asbytes=True)
    return _COUNT.pack(len(arrays[0])) + data


def unpacked(parts: Iterable[bytes], types: Sequence[type[np.generic]]) -> list[Array]:
    """All values of several times so many arrays that were packed, one after the other.

    Args:
        parts: what `packed` gave.
        types: of the arrays.
    """
    found: list[list[Array]] = [[np.empty(0, kind)] for kind in types]
    width = sum(np.dtype(kind).itemsize for kind in types)
    for part in parts:
        (count,) = _COUNT.unpack_from(part)
        data = _CODEC.decompress(part[_COUNT.size :], count * width)
        whole, start = np.frombuffer(data, np.uint8), 0
        for kind, values in zip(types, found, strict=True):
            size = np.dtype(kind).itemsize
            own = whole[start : start + count * size].reshape(size, -1).T
            values.append(np.cumsum(np.ascontiguousarray(own).view(kind).ravel(), dtype=kind))
            start += count * size
    return [np.concatenate(values) for values in found]


def packed_table(columns: Mapping[str, pa.Array]) -> bytes:
    """Columns of any type, as Arrow's stream with zstd."""
    table = pa.table(dict(columns))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_ZSTD) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def unpacked_table(data: bytes) -> pa.Table:
    """The table of which `packed_table` got the columns."""
    return pa.ipc.open_stream(data).read_all()
