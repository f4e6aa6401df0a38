"""Coders for the elements that cross between Beam stages.

Importing this module registers them; every module that defines a DoFn imports it, so that workers know
them too. Plain dataclasses would be pickled: several times slower.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeVar

from apache_beam import coders
from apache_beam.coders.coder_impl import StreamCoderImpl
from apache_beam.coders.coders import FastCoder
from apache_beam.coders.typecoders import CoderRegistry

from schemas.errors import Reject
from schemas.item import Item, ParsedItem
from schemas.raw import Attribute, RawItem

T = TypeVar("T")


class _RowImpl(StreamCoderImpl):
    """Writes the fields in their order. The class itself is not written: the coder knows it."""

    def __init__(self, row: Callable[..., Any], names: tuple[str, ...]) -> None:
        self._row = row
        # With one name attrgetter gives the value, not a tuple.
        self._values = attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)
        self._tuple = coders.TupleCoder([coders.FastPrimitivesCoder()] * len(names)).get_impl()

    def encode_to_stream(self, value: Any, out: Any, nested: bool) -> None:
        self._tuple.encode_to_stream(self._values(value), out, nested)

    def decode_from_stream(self, stream: Any, nested: bool) -> Any:
        return self._row(*self._tuple.decode_from_stream(stream, nested))


class RowCoder(FastCoder):
    """Encodes a frozen slotted dataclass by its fields, in a form that no runner looks into.

    Beam's own row coder does not do: runners that know it (Flink's, in Java) decode and encode each row
    wherever it passes a stage, and stumble over fields that are Python's own. The bytes of a coder that they
    do not know are passed on as they are.

    Args:
        row: the dataclass; its fields may not be keyword-only.
    """

    def __init__(self, row: type) -> None:
        self._row = row

    def _create_impl(self) -> _RowImpl:
        return _RowImpl(self._row, tuple(field.name for field in dataclasses.fields(self._row)))

    def is_deterministic(self) -> bool:
        """Rows are no keys."""
        return False

    def to_type_hint(self) -> type:
        """The dataclass."""
        return self._row

    @classmethod
    def from_type_hint(cls, typehint: type, registry: CoderRegistry) -> RowCoder:
        """The coder of a dataclass."""
        return cls(typehint)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RowCoder) and self._row is other._row

    def __hash__(self) -> int:
        return hash((RowCoder, self._row))


def register_row(row: type[T]) -> type[T]:
    """Register the coder of a frozen slotted dataclass, and return the class: a class decorator."""
    coders.registry.register_coder(row, RowCoder)
    return row


for _row in (Attribute, RawItem, ParsedItem, Item, Reject):
    register_row(_row)
