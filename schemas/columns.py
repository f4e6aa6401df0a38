"""Columns of an Arrow table for reading single values quickly, without Python objects for all of them.

pyarrow's own `to_numpy` and compute functions are left out: they import pandas and 45 MB of kernels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pyarrow as pa


class Strings:
    """A column of strings as one block of bytes with offsets: a fifth of what Python strings take."""

    def __init__(self, column: pa.Array) -> None:
        buffers = column.buffers()
        self.size = len(column)
        self._offsets = memoryview(buffers[1]).cast("i")[: self.size + 1]
        self._bytes: bytes = buffers[2].to_pybytes()  # a slice of a view takes four times as long

    def __len__(self) -> int:
        return self.size

    @property
    def letters(self) -> Any:
        """All bytes, as numpy has them."""
        return np.frombuffer(self._bytes, np.uint8)

    def bounds(self, numbers: Any) -> tuple[Any, Any]:
        """Where strings begin and end among the bytes."""
        offsets = np.asarray(self._offsets)
        return offsets[numbers], offsets[numbers + 1]

    def __getitem__(self, number: int) -> bytes:
        offsets = self._offsets
        return self._bytes[offsets[number] : offsets[number + 1]]


def view(values: Any) -> Sequence[Any]:
    """An array of numpy as a view: five times as quick to index as the array itself."""
    return cast("Sequence[Any]", memoryview(values))


def numbers(column: pa.Array, kind: str) -> Any:
    """A column of numbers as numpy reads its buffer; `to_numpy` would import pandas."""
    return np.frombuffer(column.buffers()[1], kind, len(column), column.offset * np.dtype(kind).itemsize)


def flags(column: pa.Array) -> Any:
    """A column of booleans, which Arrow packs into bits."""
    bits = np.unpackbits(np.frombuffer(column.buffers()[1], np.uint8), bitorder="little")
    return bits[column.offset : column.offset + len(column)].astype(bool)


class Codes:
    """A column of few distinct strings: a number a row."""

    def __init__(self, column: pa.DictionaryArray) -> None:
        self.values: list[str] = column.dictionary.to_pylist()
        self._codes = {value: code for code, value in enumerate(self.values)}
        self.of_row: Sequence[int] = view(numbers(column.indices, "i4").astype(np.int16))

    def __getitem__(self, row: int) -> str:
        return self.values[self.of_row[row]]

    @property
    def codes(self) -> Any:
        """The numbers of all rows, as numpy has them."""
        return np.asarray(self.of_row)

    def code(self, value: str) -> int:
        """The number of a value; one more than the last for a value that no row has."""
        return self._codes.get(value, len(self.values))

    def equal(self, value: str, rows: Any = None) -> Any:
        """A mask of the rows, or of some of them, with a value."""
        return (self.codes if rows is None else self.codes[rows]) == self.code(value)
