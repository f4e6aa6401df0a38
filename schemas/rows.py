"""Row coders for the elements that cross between Beam stages.

Importing this module registers them; every module that defines a DoFn imports it, so that workers know
them too. Plain dataclasses would be pickled: ten times slower, and tied to one version of Python.
"""

from __future__ import annotations

import dataclasses
import uuid
from typing import TypeVar

from apache_beam import coders

from schemas.errors import Reject
from schemas.item import Item, ParsedItem
from schemas.raw import Attribute, RawItem

T = TypeVar("T")

_NAMESPACE = uuid.UUID("6f1c3c52-8a0d-5c0e-9d55-5b6c8f0b7a11")


def register_row(row: type[T]) -> type[T]:
    """Register Beam's row coder for a frozen slotted dataclass, and return it: a class decorator.

    Beam builds rows by position, so fields must not be keyword-only. The schema's id is made from the
    class and its fields: Beam's own is random in each process, and a worker that does not find the id
    hands out a named tuple instead of the class.
    """
    fields = ",".join(f"{field.name}:{field.type}" for field in dataclasses.fields(row))  # type: ignore[arg-type]
    identity = uuid.uuid5(_NAMESPACE, f"{row.__module__}.{row.__qualname__}({fields})")
    row._beam_schema_id = str(identity)  # type: ignore[attr-defined]
    coders.registry.register_row(row)
    return row


for _row in (Attribute, RawItem, ParsedItem, Item, Reject):
    register_row(_row)
