"""Plain wire text: no mark-up at all, or only what terminals left of it. Asked last of all formats."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemas.errors import Code, ItemError, Reject
from schemas.item import ParsedItem
from transforms.parse import lines, story
from transforms.parse.document import Document
from transforms.parse.fields import Fields
from transforms.parse.registry import Format

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_HTML = re.compile(r"<!doctype\s+html|<html[\s>]|<\?xml|<(?:head|body|rss|feed|script)[\s>]", re.I)
# Reuters' tickers stand in angle brackets: a tag is what closes or has attributes.
_TAG = re.compile(r"</[a-z][\w:-]{0,20}>|<[a-z][\w:-]{0,20}\s+[\w:-]{1,30}=[\"'][^<>]{0,200}>", re.I)
_PAIR = re.compile(r"[\w .-]{1,40}(?::\s|=)")
# Images, documents, archives and sound whose first bytes can be read as words: PNG, PDF, ID3, ...
_MAGIC = (b"\x89PNG", b"GIF8", b"%PDF", b"%!PS", b"PK\x03\x04", b"\xff\xd8\xff", b"RIFF", b"ID3", b"OggS")
_MAGIC += (b"{\\rtf", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"\x7fELF", b"MZ\x90", b"SQLite format", b"PAR1")
_START = 400  # characters in which a start of text (STX) ends a header


def _quoted(line: str) -> int:
    """How many columns a line of comma-separated values has, 0 for any other line."""
    if not re.match(r"\s*\"[^\"]*\"\s*[,;\t]", line):
        return 0
    return len(re.split(r"[,;\t]", line))


def _is_element(document: Document) -> bool:
    """Whether what looks like an element is one: it has a namespace, or its end tag closes the document."""
    name, namespace = document.root
    tail = document.data[-200:].decode("latin-1")
    return bool(namespace) or (name is not None and f"</{name}" in tail) or document.start.startswith("<!")


def recognise(document: Document) -> str | None:
    """Text that people can read: no binary, mark-up, program data, form or table of values."""
    head = document.head
    start = document.start
    words = _WORD.findall(head)
    if (
        not words
        or document.data.startswith(_MAGIC)
        or "\x00" in head.rstrip("\x00")
        or len(_CONTROL.findall(head)) * 20 > len(head) + 200
    ):
        return None
    if head.count("\ufffd") * 2 > sum(map(len, words)):
        return None
    if start[:1] == "<" and (_HTML.search(start[:1000]) or _is_element(document)):
        return None
    if "<" in head and len(_TAG.findall(head)) >= max(3, len(words) // 15):
        return None
    if start[:1] in ("{", "[") and re.match(r"[\[{]\s*(?:[\"'{\[\]}]|-?\d+\s*[,\]]|$)", start):
        return None
    rows = [line for line in lines.clean(head).split("\n")[:30] if line.strip()]
    if sum(_quoted(row) > 2 for row in rows) * 2 > len(rows):
        return None
    if len(rows) > 2 and sum(bool(_PAIR.match(row)) for row in rows) * 10 > len(rows) * 8:
        return None
    return "readable text without mark-up"


def parse(document: Document) -> Iterator[ParsedItem | Reject]:
    """The one item of a text.

    Raises:
        ItemError: `no_content` where nothing is left without control bytes, `encoding_broken`.
    """
    fields = Fields(document, FORMAT.name)
    text = document.text
    before, mark, after = text[:_START].partition("\x02")
    if mark:
        text = after + text[_START:]
        if before.strip():
            fields.add("warnings", "header_unread", "before the start of text")
    body = lines.clean(text).split("\n")
    found = story.read(body)
    if not found.headline and not found.paragraphs:
        raise ItemError(Code.NO_CONTENT, "no text but control bytes and white space")
    found.put(fields, "text")
    yield fields.item()


FORMAT = Format("text", "plain wire text", recognise, parse)
