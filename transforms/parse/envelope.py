"""Items of known formats inside an XML envelope that is none: SOAP answers, queues, a root of the house."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from lxml import etree

from schemas.errors import Code, ItemError, Reject, Stage
from schemas.item import ParsedItem
from transforms.parse import newsml_1, newsml_g2, nitf, xml
from transforms.parse.document import Document
from transforms.parse.registry import Format

NAME = "xml-envelope"

_INSIDE = {
    **dict.fromkeys(("newsMessage", "newsItem", "packageItem"), newsml_g2.FORMAT),
    "NewsML": newsml_1.FORMAT,
    "nitf": nitf.FORMAT,
}
_START = re.compile(rf"<(?:[\w.-]+:)?({'|'.join(_INSIDE)})[\s/>]")


def recognise(document: Document) -> str | None:
    """The first bytes show an item of a known format below a root that is not known itself."""
    name, _ = document.root
    match = _START.search(document.head) if name else None
    return f"<{match.group(1)}> inside <{name}>" if match else None


def parse(document: Document) -> Iterator[ParsedItem | Reject]:
    """The items in the envelope, each read as its own format says.

    Raises:
        ItemError: `xml_broken`, `encoding_broken`, `too_deep`; `structure_broken` where none is inside;
            what the format raises where there is but one.
    """
    found = xml.outermost(document.xml, _INSIDE)
    if not found or len(found) > document.limits.items:
        raise ItemError(Code.STRUCTURE_BROKEN, f"{len(found)} items inside <{xml.local(document.xml)}>")
    raw = document.raw
    for number, element in enumerate(found, 1):
        source = raw.source if len(found) == 1 else f"{raw.source}#{number}"
        data = etree.tostring(element, encoding="utf-8", with_tail=False)
        inner = Document(dataclasses.replace(raw, source=source, data=data), document.limits)
        inner.warnings += document.warnings
        kind = _INSIDE[xml.local(element)]
        try:
            yield from kind.parse(inner)
        except ItemError as error:
            if len(found) == 1:
                raise
            yield Reject(source, Stage.PARSE, error.code, error.message, data, raw.received_at, kind.name)


FORMAT = Format(NAME, "Known XML items inside an envelope", recognise, parse, tuple(_INSIDE))
