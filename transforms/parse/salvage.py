"""What is left of an XML message that is not well-formed as a whole: its items, each read by itself.

One item with a stray `<` or a cut tag makes its message unreadable for every XML parser; the others are
found in the text between their own start and end tags, and read inside the message's beginning.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from schemas.errors import Code, ItemError, Reject, Stage
from schemas.item import ParsedItem
from transforms.parse.document import Document
from transforms.parse.registry import Format

WARNING = "message_broken"
"""Warning of items whose message was not well-formed."""

_HEAD = 16_384  # characters before the first item: read anew with each, so that they must be few
_WORK = 16_000_000  # characters of heads read in all
_HOPELESS = 200  # parts without an item among them
_FAULTS = frozenset({Code.XML_BROKEN, Code.TOO_DEEP})
_TAG = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<(?P<end>/?)(?P<name>[A-Za-z_][\w.:-]*)[^<>]*?(?P<empty>/?)>", re.S
)


def items(document: Document, found: Format) -> Iterator[ParsedItem | Reject]:
    """The items of a document in a format; of a message that cannot be read those that can by themselves.

    Raises:
        ItemError: the whole cannot be read and nothing be saved; it names the format.
    """
    try:
        yield from found.parse(document)
    except ItemError as error:
        whole = ItemError(error.code, error.message, error.source_format or found.name)
        if error.code not in _FAULTS or not found.items:
            raise whole from error
        yield from _saved(document, found, whole)


def _saved(document: Document, found: Format, whole: ItemError) -> Iterator[ParsedItem | Reject]:
    """Results of a message's parts, from the first item on as they are read.

    Raises:
        ItemError: `whole`, where none of the parts, or of the first of very many, is an item.
    """
    head, parts = _parts(document.text, found.items)
    if not 1 < len(parts) <= document.limits.items or len(head) > _HEAD or len(head) * len(parts) > _WORK:
        raise whole
    tail = "".join(f"</{name}>" for name in reversed(_open(head)))
    held: list[Reject] = []
    begun = False
    for number, part in enumerate(parts, 1):
        for result in _read(document, number, part, f"{head}{part}{tail}", found):
            if not begun and isinstance(result, Reject):
                held.append(result)
                continue
            if not begun:
                yield from held
            begun = True
            yield result
        if not begun and number == _HOPELESS:
            break
    if not begun:
        raise whole


def _read(
    document: Document, number: int, part: str, whole: str, found: Format
) -> Iterator[ParsedItem | Reject]:
    raw = document.raw
    source = f"{raw.source}#{number}"
    inner = Document(dataclasses.replace(raw, source=source, data=whole.encode()), document.limits)
    inner.warnings += [*document.warnings, WARNING]
    try:
        yield from found.parse(inner)
    except ItemError as error:
        data = part.encode()
        yield Reject(source, Stage.PARSE, error.code, error.message, data, raw.received_at, found.name)


def _parts(text: str, names: tuple[str, ...]) -> tuple[str, list[str]]:
    """What stands before the first item, without the XML declaration, and the items' texts.

    An item ends with its end tag, or where the next one starts.
    """
    text = text.lstrip("\ufeff \t\r\n")
    if text.startswith("<?xml"):
        text = text.partition("?>")[2].lstrip()
    tag = re.compile(rf"<(/?)(?:[\w.-]+:)?(?:{'|'.join(map(re.escape, names))})(?=[\s/>])[^<>]*?(/?)>")
    parts: list[str] = []
    head, start = "", -1
    for match in tag.finditer(text):
        closes, empty = match.groups()
        if closes:
            if start >= 0:
                parts.append(text[start : match.end()])
            start = -1
            continue
        if start >= 0:
            parts.append(text[start : match.start()])
        elif not parts:
            head = text[: match.start()]
        start = match.start()
        if empty:
            parts.append(match.group())
            start = -1
    if start >= 0:
        parts.append(text[start:])
    return head, parts


def _open(head: str) -> list[str]:
    """Names, with their prefixes, of the elements that are open at the end of a text."""
    found: list[str] = []
    for match in _TAG.finditer(head):
        name = match["name"]
        if name is None or match["empty"]:
            continue
        if not match["end"]:
            found.append(name)
        elif name in found:
            del found[len(found) - 1 - found[::-1].index(name) :]
    return found
