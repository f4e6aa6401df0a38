"""What an HTTP answer holds: entries of RSS and Atom, items of a JSON list, one document; where it goes on.

Feeds repeat what they said before. Taken apart here, an entry that was there already costs nothing, and a
new one goes its own way: it stands in the feed's own head and tail, its bytes as they were sent.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from pipeline.sources.known import digest

_ENTRIES = {b"rss": b"item", b"rdf": b"item", b"feed": b"entry"}
_BEFORE_ROOT = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?\s*>)*", re.S | re.I
)
_ROOT = re.compile(rb"<((?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*))")
_TOKEN = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<(/?)((?:[A-Za-z_][\w.-]*:)?(?:item|entry))(?=[\s>/])[^<>]*?(/?)>",
    re.S | re.I,
)
_ID = re.compile(rb"<(?:[\w.-]+:)?(?:guid|id)(?:\s[^<>]*)?>(?:\s*<!\[CDATA\[)?([^<]{1,2000})")
_ABOUT = re.compile(rb"^<[^<>]*\srdf:about\s*=\s*[\"']([^\"'<>]+)")
_LINK = re.compile(
    rb"<(?:[\w.-]+:)?(?P<name>link|enclosure)\b(?P<inside>[^<>]*?)(?:/>|>(?P<text>[^<]*))", re.S
)
_ATTRIBUTE = re.compile(rb"([\w:.-]{1,100})\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_LISTS = ("items", "entries", "results", "articles", "stories", "newsItems", "news", "hits", "docs")
_AROUND = ("", "/data", "/response", "/result", "/feed")
_IDS = ("urn", "uri", "guid", "id", "itemid", "altids/itemid", "entry_id", "_id")
_NEXT = (
    "next_page",
    "next",
    "links/next",
    "_links/next",
    "links/next/href",
    "_links/next/href",
    "paging/next",
)
_SOLE = frozenset({"headline", "headlines", "body_html", "body_text", "bodies", "article_html", "title"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of an answer.

    Attributes:
        data: a document of its own.
        digest: the same as long as the entry is.
        id: as the entry says, empty where it says none or is the whole answer.
        url: where the item itself is, as the entry says; empty where it says nothing.
        receipt: what acknowledges it, empty where it has none.
        record: the JSON object, None where it is none.
    """

    data: bytes
    digest: bytes
    id: str = ""
    url: str = ""
    receipt: str = ""
    record: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """An answer taken apart.

    Attributes:
        entries: in the order of the answer.
        next_url: where it goes on, empty where it does not.
        whole: False where its end is missing.
    """

    entries: Sequence[Entry]
    next_url: str = ""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Pointers:
    """Where things are in an answer: see `pipeline.sources.settings.HttpSettings`."""

    items: str = ""
    item_id: str = ""
    item_url: str = ""
    receipt: str = ""
    next_page: str = ""


def read(body: bytes, pointers: Pointers) -> Page:
    """The entries of an answer; the whole where it is no list that is known, none where it is empty."""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        return Page(())
    if start[:1] in (b"{", b"["):
        return _json(body, start, pointers)
    if start[:1] == b"<":
        return _xml(body, pointers)
    return Page((Entry(body, digest(body)),))


def _whole(body: bytes, whole: bool) -> Page:
    return Page((Entry(body, digest(body)),), "", whole)


# XML


def _xml(body: bytes, pointers: Pointers) -> Page:
    before = _BEFORE_ROOT.match(body)
    root = _ROOT.match(body, before.end() if before else 0)
    if not root:
        return _whole(body, b"\x00" in body[:64])  # UTF-16 is not taken apart
    # Feeds are cut off in the middle: only a document that ends its root came whole.
    whole = re.search(rb"</%b\s*>\s*(?:<!--(?:(?!-->).)*-->\s*)*\Z" % re.escape(root[1]), body[-4096:], re.S)
    name = _ENTRIES.get(root[2].lower())
    if whole is None or name is None:
        return _whole(body, whole is not None or (name is None and b"/>" in body[-16:]))
    spans = list(_spans(body, name))
    if not spans:
        return Page(())
    head, tail = body[: spans[0][0]], body[spans[-1][1] :]
    entries = [_entry(head, body[start:end], tail, pointers) for start, end in spans]
    return Page(entries, _next_link(head + tail))


def _spans(body: bytes, name: bytes) -> Iterator[tuple[int, int]]:
    """Where the entries begin and end. What CDATA and comments hold is passed over."""
    tag: bytes | None = None
    depth = start = 0
    for token in _TOKEN.finditer(body):
        if token[2] is None or (token[2] != tag if tag else token[2].rpartition(b":")[2].lower() != name):
            continue
        tag = token[2]
        if token[1]:
            depth -= 1
            if depth == 0:
                yield start, token.end()
        elif not token[3]:
            start = token.start() if depth == 0 else start
            depth += 1
        elif depth == 0:
            yield token.span()
        depth = max(depth, 0)


def _entry(head: bytes, entry: bytes, tail: bytes, pointers: Pointers) -> Entry:
    found = _ID.search(entry) or _ABOUT.search(entry)
    links = list(_links(entry))
    alternate = next((href for name, rel, href in links if name == "link" and rel in ("", "alternate")), "")
    wanted = {
        "link": alternate,
        "enclosure": next((href for name, rel, href in links if "enclosure" in (name, rel)), ""),
    }
    return Entry(
        data=head + entry + tail,
        digest=digest(entry),
        id=(_text(found[1].removesuffix(b"]]>")) if found else "") or alternate,
        url=wanted.get(pointers.item_url, ""),
    )


def _text(data: bytes) -> str:
    return html.unescape(data.decode("utf-8", "replace")).strip()


def _links(data: bytes) -> Iterator[tuple[str, str, str]]:
    """Links and enclosures: name, relation, address."""
    for link in _LINK.finditer(data):
        attributes = {one[1].lower(): one[2] or one[3] or b"" for one in _ATTRIBUTE.finditer(link["inside"])}
        href = attributes.get(b"href") or attributes.get(b"url") or link["text"] or b""
        yield link["name"].decode(), _text(attributes.get(b"rel", b"")), _text(href)


def _next_link(data: bytes) -> str:
    return next((href for _, rel, href in _links(data) if rel == "next"), "")


# JSON


def _json(body: bytes, start: bytes, pointers: Pointers) -> Page:
    try:
        value = orjson.loads(start)
    except orjson.JSONDecodeError:
        return _json_lines(body, pointers)
    items = at(value, pointers.items) if pointers.items else _items(value)
    next_url = at(value, pointers.next_page) if pointers.next_page else _next_page(value)
    if not isinstance(items, list):
        # A list that was named and is not there is an answer without items.
        return Page(()) if pointers.items else _whole(body, True)
    entries = [_record(item, pointers) for item in items]
    return Page(entries, next_url if isinstance(next_url, str) else "")


def _json_lines(body: bytes, pointers: Pointers) -> Page:
    lines = [line.strip() for line in body.removeprefix(b"\xef\xbb\xbf").splitlines()]
    try:
        values = [orjson.loads(line) for line in lines if line]
    except orjson.JSONDecodeError:
        return _whole(body, False)
    return Page([_record(value, pointers) for value in values])


def _record(value: object, pointers: Pointers) -> Entry:
    record = value if isinstance(value, dict) else None
    receipt = ""
    if record is not None and pointers.receipt and isinstance(found := at(record, pointers.receipt), str):
        # A queue hands out another receipt each time.
        receipt, record = found, _without(record, _steps(pointers.receipt))
        value = record
    data = orjson.dumps(value)
    url = at(record, pointers.item_url) if pointers.item_url else None
    return Entry(
        data=data,
        digest=digest(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)),
        id=_identity(record, pointers),
        url=url if isinstance(url, str) else "",
        receipt=receipt,
        record=record,
    )


def _identity(record: object, pointers: Pointers) -> str:
    inner = at(record, "/item")
    names = (pointers.item_id,) if pointers.item_id else tuple(f"/{name}" for name in _IDS)
    for one in (record, inner):
        for name in names:
            found = at(one, name)
            if isinstance(found, (str, int)) and not isinstance(found, bool) and found != "":
                return str(found)
    return ""


def _items(value: object) -> object:
    """The list in an answer: the answer itself, or a member of a usual name that holds objects."""
    if isinstance(value, list):
        return value if all(isinstance(one, dict) for one in value) else None
    for around in _AROUND:
        holder = at(value, around)
        if around and isinstance(holder, list) and all(isinstance(one, dict) for one in holder):
            return holder
        if not isinstance(holder, dict) or _SOLE & holder.keys():
            continue
        for name in _LISTS:
            found = holder.get(name)
            if isinstance(found, list) and all(isinstance(one, dict) for one in found):
                return found
    return None


def _next_page(value: object) -> object:
    for around in ("", "/data", "/response", "/meta"):
        for name in _NEXT:
            found = at(value, f"{around}/{name}")
            if isinstance(found, str) and found:
                return found
    return None


def at(value: object, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to, None where it leads nowhere."""
    for step in _steps(pointer):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _without(record: dict[str, Any], steps: Sequence[str]) -> dict[str, Any]:
    copy = dict(record)
    if len(steps) == 1:
        copy.pop(steps[0], None)
    elif steps and isinstance(inner := copy.get(steps[0]), dict):
        copy[steps[0]] = _without(inner, steps[1:])
    return copy
