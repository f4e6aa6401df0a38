"""Collecting an item's fields while a parser walks its mark-up, each with where it stood."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from typing import Any

from schemas.item import ParsedItem
from transforms.parse import misread
from transforms.parse.document import Document

# Fields that hold text for readers.
_PROSE = (
    *("headline", "slugline", "summary", "byline", "dateline", "sign_off", "ed_notes", "keywords"),
    "paragraphs",
)
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
        for name in _PROSE:
            self._mend(values, name)
        if not _NAMES.issuperset(values):
            raise TypeError(f"ParsedItem has no field {', '.join(sorted(values.keys() - _NAMES))}")
        warnings = dict.fromkeys((*self._document.warnings, *values.pop("warnings", ())))
        return ParsedItem(**values, warnings=tuple(warnings), origins=self._origins)

    def _mend(self, values: dict[str, Any], name: str) -> None:
        """Take back what was misread in a field's text or texts; a warning tells."""
        held = values.get(name)
        if isinstance(held, str):
            found: Any = misread.mended(held)
        elif isinstance(held, tuple):
            found = tuple(misread.mended(part) if isinstance(part, str) else part for part in held)
        else:
            return
        if found != held:
            values[name] = found
            values["warnings"] = (*values.get("warnings", ()), "encoding_repaired")
