"""Plain wire text: no mark-up at all, or only what terminals left of it. Asked last of all formats."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemas.errors import Code, ItemError, Reject
from schemas.item import ParsedItem
from transforms.parse import anpa_marks, lines, story
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
_MAGIC = (
    *(b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"%PDF", b"%!PS", b"{\\rtf", b"\xd0\xcf\x11\xe0", b"PK\x03\x04"),
    *(b"\x1f\x8b", b"RIFF", b"ID3", b"OggS", b"\x7fELF", b"MZ\x90", b"SQLite format", b"PAR1"),
)
_QUOTED = re.compile(r"\s*\"[^\"]*\"\s*[,;\t].*[,;\t]")
_DATA = re.compile(r"[\[{]\s*(?:[\"'{\[\]}]|-?\d+\s*[,\]]|$)")  # JSON and its like
_LOOK = 1500  # characters in which words are looked for
_ROWS = 30
_START = 400  # characters in which a start of text (STX) ends a header


def recognise(document: Document) -> str | None:
    """Text that people can read: no binary, mark-up, program data, form or table of values."""
    head = document.head
    if document.data.startswith(_MAGIC) or _is_binary(head):
        return None
    if not _WORD.search(head, 0, _LOOK) or _is_markup(document) or _DATA.match(document.start):
        return None
    rows = [line for line in lines.clean(head).split("\n")[:_ROWS] if line.strip()]
    if _is_table(rows) or _is_form(rows):
        return None
    return "readable text without mark-up"


def _is_binary(head: str) -> bool:
    if head.isprintable():
        return False
    strange = len(_CONTROL.findall(head)) + head.count("\ufffd")
    return "\x00" in head.rstrip("\x00") or strange * 20 > len(head) + 200


def _is_markup(document: Document) -> bool:
    """Whether tags are more than a few, or what looks like an element at the start is one."""
    head, start = document.head, document.start
    if "<" not in head:
        return False
    if start.startswith("<!") or (start.startswith("<") and _HTML.search(start[:1000])):
        return True
    name, namespace = document.root
    if namespace or (name and f"</{name}" in document.data[-200:].decode("latin-1")):
        return True
    return len(_TAG.findall(head)) >= max(3, head.count(" ") // 15)


def _is_table(rows: list[str]) -> bool:
    """Values between commas, semicolons or tabs, quoted or in the same number on every line."""
    quoted = sum(bool(_QUOTED.match(row)) for row in rows if '"' in row)
    if quoted * 2 > len(rows):
        return True
    return len(rows) > 3 and any(
        (count := rows[0].count(mark)) > 2 and all(row.count(mark) == count for row in rows)
        for mark in ",;\t|"
    )


def _is_form(rows: list[str]) -> bool:
    """Names and values on almost every line: a configuration, a log, a header without a body."""
    pairs = sum(bool(_PAIR.match(row)) for row in rows if ":" in row or "=" in row)
    return len(rows) > 2 and pairs * 10 > len(rows) * 8


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
    if anpa_marks.marked(body):
        # An ANPA text that lost its header: the version line has the slug.
        anpa_marks.put(fields, body, "")
    else:
        story.read(body).put(fields, "text")
    if not fields.get("headline") and not fields.get("paragraphs"):
        raise ItemError(Code.NO_CONTENT, "no text but control bytes and white space")
    yield fields.item()


FORMAT = Format("text", "plain wire text", recognise, parse)
