"""Values of JSON items, whatever their type: feeds put numbers where text belongs, and null anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from schemas.errors import Code, ItemError, Reject, Stage
from schemas.item import ParsedItem
from transforms.parse import html
from transforms.parse.document import Document
from transforms.parse.fields import Fields

Record = Mapping[str, Any]

_OPENS = re.compile(r"\{\s*+(?:[\"}]|$)|\[\s*+(?:[\[{\]]|$)")
_NOTHING = frozenset({"", "None", "null", "undefined"})  # nulls that a program wrote out as text
_LOOKED_AT = 1000  # members of a list among which an item must be found, for the list to hold items
_FOLDED = re.compile(r"[^a-z0-9$]+")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff]")


def is_json(document: Document) -> bool:
    """Whether the first bytes are those of a JSON object, or of an array of objects or arrays."""
    start = document.start
    return start[:1] in ("{", "[") and _OPENS.match(start) is not None


def raw(value: object) -> str | None:
    """A value as text, as it stands; None for null, true and false, lists, objects, and empty text."""
    if isinstance(value, str):
        return value if value not in _NOTHING and not value.isspace() else None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return None


def text(value: object) -> str | None:
    """A value as one line: mark-up and character references read, white space folded."""
    if (found := raw(value)) is None:
        return None
    return html.line(found if found.isprintable() else _CONTROLS.sub("", found))


def identifier(value: object) -> str | None:
    """A value as an identifier or a time: without white space at its ends, else as it stands."""
    found = raw(value)
    return found.strip() if found else None


def texts(value: object) -> list[str]:
    """A text or a list of texts (or of objects that have a name or a value), each as one line."""
    found = (
        text(member) or text(pick(member, "name", "value", "literal", "code", "qcode"))
        for member in (value if isinstance(value, list) else [value])
    )
    return [member for member in found if member]


def objects(value: object) -> list[Record]:
    """Objects in a list; an object alone is a list of one, a text stands for an object with that name."""
    members = value if isinstance(value, list) else [value]
    return [
        member if isinstance(member, dict) else {"name": member}
        for member in members
        if isinstance(member, dict) or raw(member)
    ]


def pick(value: object, *names: str) -> Any:
    """The first of an object's members that is neither null nor empty, None where there is none."""
    if isinstance(value, dict):
        for name in names:
            if (member := value.get(name)) not in (None, "", [], {}):
                return member
    return None


def number(value: object, lowest: int = 0, highest: int = 2**31 - 1) -> int | None:
    """A whole number within bounds, given as such or as text; None for anything else."""
    if isinstance(value, str) and len(value) < 12 and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest:
        return value
    return None


class Members:
    """An object's members by folded name: case, `_` and `-` tell the dialects of one format apart."""

    def __init__(self, record: Record) -> None:
        self._members: dict[str, tuple[str, Any]] = {}
        for name, value in record.items():
            if value is not None and value not in ("", [], {}):
                self._members.setdefault(fold(name), (name, value))

    def __contains__(self, folded: str) -> bool:
        return folded in self._members

    def __getitem__(self, folded: str) -> Any:
        """The value of a member, None where there is none."""
        return self._members.get(folded, (None, None))[1]

    def first(self, *folded: str) -> tuple[Any, str]:
        """The first of these members that says something, and its name as sent; else (None, "")."""
        for name in folded:
            if member := self._members.get(name):
                return member[1], member[0]
        return None, ""

    def put(self, fields: Fields, name: str, read: Callable[[object], object | None], *folded: str) -> None:
        """Set a field to the first of these members that `read` makes something of."""
        for one in folded:
            if (member := self._members.get(one)) and (value := read(member[1])) is not None:
                fields.put(name, value, member[0])
                return

    def present(self, *folded: str) -> Iterator[tuple[str, Any, str]]:
        """Those of these members that say something: folded name, value, and name as sent."""
        for one in folded:
            if member := self._members.get(one):
                yield one, member[1], member[0]

    def starting(self, prefix: str) -> Iterator[tuple[str, Any]]:
        """Members whose folded name begins so: name as sent and value, in the order sent."""
        for folded, (name, value) in self._members.items():
            if folded.startswith(prefix):
                yield name, value


def fold(name: str) -> str:
    """A member's name in lower case, letters, digits and `$` alone."""
    if name.isalnum() and name.islower() and name.isascii():
        return name
    return _FOLDED.sub("", name.lower())


def records(value: object, is_item: Callable[[Record], bool]) -> list[tuple[int | None, object]]:
    """The items in a JSON value, numbered from 1 where it is a list or an envelope around one.

    Args:
        value: one item, a list of them, or an object that holds either, three levels deep at most.
        is_item: tells an item of the format.

    Returns:
        Numbers and values, those that are no items among them; empty where none is one.
    """
    return _records(value, is_item, 3)


def _records(
    value: object, is_item: Callable[[Record], bool], levels: int
) -> list[tuple[int | None, object]]:
    if isinstance(value, list):
        if any(isinstance(member, dict) and is_item(member) for member in value[:_LOOKED_AT]):
            return list(enumerate(value, 1))
        return []
    if not isinstance(value, dict):
        return []
    if is_item(value):
        return [(None, value)]
    if levels:
        for member in value.values():
            if isinstance(member, (dict, list)) and (found := _records(member, is_item, levels - 1)):
                return found
    return []


def parse_records(
    document: Document,
    source_format: str,
    is_item: Callable[[Record], bool],
    parse: Callable[[Record, int | None], ParsedItem],
) -> Iterator[ParsedItem | Reject]:
    """Parse the items of a JSON document one by one: a bad one of several costs only itself.

    Raises:
        ItemError: there is none, there are too many, or the only one is bad.
    """
    found = records(document.json, is_item)
    if not found:
        raise ItemError(Code.STRUCTURE_BROKEN, f"no item of {source_format} in this JSON")
    if len(found) > document.limits.items:
        raise ItemError(
            Code.ITEM_TOO_LARGE, f"{len(found)} items in one document, the limit is {document.limits.items}"
        )
    for count, value in found:
        try:
            if not isinstance(value, dict) or (count is not None and not is_item(value)):
                raise ItemError(Code.STRUCTURE_BROKEN, f"no item of {source_format}")
            yield parse(value, count)
        except ItemError as error:
            if count is None:
                raise
            envelope = document.raw
            yield Reject(
                f"{envelope.source}#{count}",
                Stage.PARSE,
                error.code,
                error.message,
                value.encode() if isinstance(value, str) else orjson.dumps(value),
                envelope.received_at,
                source_format,
            )
