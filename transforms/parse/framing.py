"""Transmissions of the wire's own formats: one file may hold many, each between its control bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from schemas.errors import Code, ItemError, Reject, Stage
from schemas.item import ParsedItem
from transforms.parse.document import Document
from transforms.parse.fields import Fields

HEAD = 600
"""Characters in which a header ends."""

_CONTROL = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]")
_END = re.compile("\x04[\x00-\x20\x7f]*")


def plain(line: str) -> str:
    """A header's line with control bytes and tabs as blanks, none at its ends."""
    text = line.strip()
    return text if text.isprintable() else _CONTROL.sub(" ", text).strip()


def transmissions(text: str) -> list[str]:
    """A text cut before each start of header (SOH) and after each end of transmission (EOT).

    What stands between two transmissions (padding) goes with the one before it.
    """
    if text.count("\x01") < 2 and not _followed(text):
        return [text]
    found: list[str] = []
    for part in _END.split(text):
        for begun in part.split("\x01"):
            if begun.strip("\x00 \r\n\x16\x7f"):
                found.append(begun)
            elif found:
                found[-1] += begun
    return found or [text]


def _followed(text: str) -> bool:
    end = _END.search(text)
    return end is not None and end.end() < len(text)


def items(
    document: Document,
    source_format: str,
    parts: Sequence[str],
    read: Callable[[Fields, str], ParsedItem],
) -> Iterator[ParsedItem | Reject]:
    """The items of all parts; where there are several, a bad one is a reject and costs only itself.

    Args:
        document: they come from.
        source_format: name of the format.
        parts: their texts.
        read: makes an item of the fields begun for it and a part's text, or raises an `ItemError`.

    Raises:
        ItemError: the only part cannot be read; `structure_broken` where parts outnumber the limit.
    """
    if len(parts) == 1:
        yield read(Fields(document, source_format), parts[0])
        return
    if len(parts) > document.limits.items:
        raise ItemError(
            Code.STRUCTURE_BROKEN, f"{len(parts)} transmissions, the limit is {document.limits.items}"
        )
    for number, part in enumerate(parts, start=1):
        try:
            yield read(Fields(document, source_format, number), part)
        except ItemError as error:
            yield Reject(
                source=f"{document.raw.source}#{number}",
                stage=Stage.PARSE,
                code=error.code,
                message=error.message,
                raw=part.encode(document.decoded.encoding, "replace"),
                received_at=document.raw.received_at,
                source_format=source_format,
            )
