"""Row coders for the elements that cross between Beam stages.

Importing this module registers them; every module that defines a DoFn imports it, so that workers know
them too. Plain dataclasses would be pickled: ten times slower, and tied to one version of Python.
"""

from __future__ import annotations

from typing import TypeVar

from apache_beam import coders

from schemas.errors import Reject
from schemas.item import Item, ParsedItem
from schemas.raw import RawItem

T = TypeVar("T")


def register_row(row: type[T]) -> type[T]:
    """Register Beam's row coder for a frozen slotted dataclass, and return it: a class decorator.

    Beam builds rows by position, so fields must not be keyword-only.
    """
    coders.registry.register_coder(row, coders.RowCoder)
    return row


for _row in (RawItem, ParsedItem, Item, Reject):
    register_row(_row)
