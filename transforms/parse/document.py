"""A raw item opened for parsing: what its first bytes show, its text, its JSON, its XML, each read once."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass

import orjson
from lxml import etree

from schemas.errors import Code, ItemError
from schemas.raw import RawItem
from transforms.parse import encoding, json_salvage

HEAD_BYTES = 4096
_PROLOG_BYTES = 65_536  # how far down an XML root is looked for behind comments and a DTD


@dataclass(frozen=True, slots=True)
class Limits:
    """What a parser may be made to take on.

    Attributes:
        nesting: elements or JSON values inside one another.
        items: items in one message or feed.
    """

    nesting: int = 200
    items: int = 100_000


_JSON_NESTING = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]')
_PROLOG = re.compile(r"<!--.*?(?:-->|\Z)|<!DOCTYPE[^\[<>]*(?:\[.*?\]\s*)?>|<\?.*?(?:\?>|\Z)", re.S)
_ROOT = re.compile(r"<(?![?!])(?:([\w.-]+):)?([\w.-]+)([^>]*)", re.S)


def _first_element(text: str) -> re.Match[str] | None:
    """The root's start tag behind nothing but a prolog: a licence, a DTD's internal subset."""
    position = len(text) - len(text.lstrip("\ufeff \t\r\n\x00"))
    while prolog := _PROLOG.match(text, position):
        position = prolog.end()
        position += len(text[position : position + 1000]) - len(text[position : position + 1000].lstrip())
    return _ROOT.match(text, position)


def _encodable(value: object) -> object:
    """A value whose halves of surrogate pairs became question marks: no file could hold them."""
    return orjson.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


class Document:
    """A raw item, with lazily read views of its bytes. Lives inside one call of a parser."""

    def __init__(self, raw: RawItem, limits: Limits | None = None) -> None:
        self.raw = raw
        self.limits = limits or Limits()
        self.warnings: list[str] = []

    @property
    def data(self) -> bytes:
        """The bytes."""
        return self.raw.data

    @functools.cached_property
    def head(self) -> str:
        """The first 4,096 bytes decoded, byte order mark off, for the sniffer."""
        return encoding.decode_head(self.data[:HEAD_BYTES])

    @functools.cached_property
    def start(self) -> str:
        """`head` without leading white space."""
        return self.head.lstrip("\ufeff \t\r\n\x00")

    @functools.cached_property
    def root(self) -> tuple[str | None, str | None]:
        """(local name, namespace URI) of the XML root as the first bytes show it, else (None, None)."""
        if not self.start.startswith("<"):
            return None, None
        match = _first_element(self.start) or _ROOT.search(_PROLOG.sub("", self.start))
        if not match and len(self.data) > HEAD_BYTES:
            match = _first_element(encoding.decode_head(self.data[:_PROLOG_BYTES]))
        if not match:
            return None, None
        prefix, name, attributes = match.groups()
        declaration = rf"xmlns:{re.escape(prefix)}" if prefix else "xmlns"
        namespace = re.search(rf"(?:^|\s){declaration}\s*=\s*[\"']([^\"']*)", attributes)
        return name, namespace.group(1) if namespace else None

    @functools.cached_property
    def decoded(self) -> encoding.Decoded:
        """The whole as text, with the encoding used; warnings are noted.

        Raises:
            ItemError: `encoding_broken` where the bytes are no text.
        """
        decoded = encoding.decode(self.data)
        self.warnings += [w for w in decoded.warnings if w not in self.warnings]
        return decoded

    @property
    def text(self) -> str:
        """The whole as text."""
        return self.decoded.text

    @functools.cached_property
    def json(self) -> object:
        """The JSON value.

        Raises:
            ItemError: `json_broken` or `too_deep`.
        """
        depth = deepest = 0
        if self.data.count(b"{") + self.data.count(b"[") > self.limits.nesting:
            for token in _JSON_NESTING.finditer(self.data):
                byte = token.group()[:1]
                depth += 1 if byte in b"[{" else -1 if byte in b"]}" else 0
                deepest = max(deepest, depth)
        if deepest > self.limits.nesting:
            raise ItemError(Code.TOO_DEEP, f"JSON nests {deepest} deep, the limit is {self.limits.nesting}")
        try:
            return orjson.loads(self.data.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError:
            pass
        try:
            return orjson.loads(self.text)
        except orjson.JSONDecodeError as error:
            message = str(error)
        try:  # line ends and tabs as they are in a text, half of a pair of surrogates, NaN: mended
            mended = _encodable(json_salvage.decoder().decode(self.text))
        except (ValueError, RecursionError):
            pass
        else:
            self.warnings.append("json_repaired")
            return mended
        try:
            saved = json_salvage.elements(self.text)
            mended = None if saved is None else _encodable(saved)
        except (ValueError, RecursionError):
            mended = None
        if mended is None:
            raise ItemError(Code.JSON_BROKEN, f"not JSON: {message}")
        self.warnings.append("message_broken")
        return mended

    @functools.cached_property
    def xml(self) -> etree._Element:
        """The root element, read without resolving entities, loading DTDs or reaching the network.

        Raises:
            ItemError: `xml_broken`, `encoding_broken` or `too_deep`.
        """
        from transforms.parse import xml

        root, warnings = xml.parse(self.data, self.limits.nesting)
        self.warnings += [w for w in warnings if w not in self.warnings]
        return root
