"""Collecting an item's fields while a parser walks its mark-up, each with where it stood."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from typing import Any

from schemas.item import ParsedItem
from transforms.parse.document import Document

_NAMES = frozenset(field.name for field in dataclass_fields(ParsedItem))


class Fields:
    """Values for one `ParsedItem`; the first value put for a field stays, empty ones are passed over."""

    def __init__(self, document: Document, source_format: str, number: int | None = None) -> None:
        """Args: the document, the format's name, and the item's number (from 1) where it holds several."""
        raw = document.raw
        self._document = document
        self._values: dict[str, Any] = {
            "source": raw.source if number is None else f"{raw.source}#{number}",
            "source_format": source_format,
            "received_at": raw.received_at,
            "provider_hint": raw.provider_hint,
        }
        self._lists: dict[str, dict[Any, None]] = {}  # keys alone: kept in order, found at once
        self._origins: dict[str, str] = {}

    def put(self, name: str, value: Any, origin: str) -> None:
        """Set a field, unless it is set already or the value is None or empty."""
        if name in self._values or value is None or value in ("", (), []):
            return
        self._values[name] = value
        self._origins[name] = origin

    def add(self, name: str, value: Any, origin: str) -> None:
        """Append to a field that holds a sequence, unless the value is None, empty or there already."""
        if value is None or value == "":
            return
        held = self._lists.setdefault(name, {})
        if value not in held:
            held[value] = None
            self._origins.setdefault(name, origin)

    def get(self, name: str) -> Any:
        """The value set so far, None where there is none."""
        return self._values.get(name) or tuple(self._lists.get(name, ())) or None

    def item(self) -> ParsedItem:
        """The item.

        Raises:
            TypeError: a name that `ParsedItem` does not have was put.
        """
        values = dict(self._values)
        for name, held in self._lists.items():
            values[name] = (*values.get(name, ()), *held)
        if unknown := values.keys() - _NAMES:
            raise TypeError(f"ParsedItem has no field {', '.join(sorted(unknown))}")
        warnings = dict.fromkeys((*self._document.warnings, *values.pop("warnings", ())))
        return ParsedItem(**values, warnings=tuple(warnings), origins=self._origins)
