"""The formats Wirebeam reads, in the order they are asked. A new format is one module and one line here."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from schemas.errors import Code, ItemError, Reject
from schemas.item import ParsedItem
from transforms.parse.document import Document

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Attributes:
        name: value of the `source_format` column, and what `--format` takes.
        title: what it is, for people.
        recognise: looks at a document's first bytes; a short reason why it is this format, or None.
        parse: yields the document's items; one bad item of several is yielded as a `Reject`, a failure
            of the whole is raised as an `ItemError`.
        items: local names of the elements that hold one item each, where the format is XML and has messages
            of several: by them the good items of a message that is not well-formed are saved.
    """

    name: str
    title: str
    recognise: Callable[[Document], str | None]
    parse: Callable[[Document], Iterator[ParsedItem | Reject]]
    items: tuple[str, ...] = ()


@functools.cache
def formats() -> tuple[Format, ...]:
    """All formats, the most telling mark-up first, plain text last; their modules are imported now."""
    from transforms.parse import (
        anpa,
        ap_media,
        belga_360,
        dpa_digitalwires,
        email,
        envelope,
        feed,
        house_dialects,
        iptc7901,
        newsml_1,
        newsml_g2,
        ninjs,
        nitf,
        reuters_connect,
        text,
        xhtml,
        zczc,
    )

    return (
        newsml_g2.FORMAT,
        newsml_1.FORMAT,
        nitf.FORMAT,
        *house_dialects.FORMATS,
        feed.FORMAT,
        dpa_digitalwires.FORMAT,
        ap_media.FORMAT,
        reuters_connect.FORMAT,
        belga_360.FORMAT,
        ninjs.FORMAT,
        email.FORMAT,
        zczc.FORMAT,
        iptc7901.FORMAT,
        anpa.FORMAT,
        envelope.FORMAT,
        xhtml.FORMAT,
        text.FORMAT,
    )


def sniff(document: Document, known: tuple[Format, ...]) -> tuple[Format, str]:
    """The format of a document, by its bytes alone, and why.

    Raises:
        ItemError: `empty` or `format_unknown`; the latter names XML root and namespace, or JSON keys.
    """
    if not document.data.strip(b" \t\r\n\x00"):
        raise ItemError(Code.EMPTY, "no bytes" if not document.data else "nothing but white space")
    if hint := document.raw.format_hint:
        for candidate in known:
            if candidate.name == hint:
                return candidate, "given by --format"
        raise ItemError(Code.FORMAT_UNKNOWN, f"--format {hint} is no format; see `wirebeam formats`")
    for candidate in known:
        if reason := candidate.recognise(document):
            return candidate, reason
    raise ItemError(Code.FORMAT_UNKNOWN, describe(document))


def describe(document: Document) -> str:
    """What a document without a format looks like, in one line."""
    name, namespace = document.root
    if name:
        return f"XML with root <{name}> in namespace {namespace or '(none)'}"
    if document.start[:1] in ("{", "["):
        value = document.json
        if isinstance(value, dict):
            return f"JSON object with keys {', '.join(sorted(map(str, value))[:12]) or '(none)'}"
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return f"JSON list of {len(value)}, the first with keys {', '.join(sorted(value[0])[:12])}"
        return f"JSON {type(value).__name__}"
    if "\x00" in document.head or len(_CONTROL.findall(document.head)) > 32:
        return f"binary, first bytes {document.data[:8].hex(' ')}"
    return "text in no known form"
