"""RSS 0.9 to 2.0, Atom and WordPress exports, one item an entry, read by feedparser.

feedparser gets a stream of text that is already decoded, so it opens, fetches and guesses nothing. What
comes out of it is HTML or plain text by the feed's word; feeds lie about that, so tags decide.
"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Iterator
from typing import Any

import orjson

from schemas.errors import Code, ItemError, Reject, Stage
from schemas.item import Association, Author, ParsedItem, Subject
from transforms.parse import feed_sax, html, json_value
from transforms.parse.document import Document
from transforms.parse.fields import Fields
from transforms.parse.json_value import Record, identifier, objects, text
from transforms.parse.registry import Format

NAME = "feed"

LARGEST = 64_000_000
"""Characters of a feed that are read; feedparser holds some ten times that in memory."""

_RSS_1 = re.compile(r"purl\.org/(?:net/)?rss|my\.netscape\.com/rdf|channel\.netscape\.com/rdf", re.I)
_ATOM = re.compile(r"w3\.org/2005/Atom|purl\.org/atom", re.I)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_REFERENCE = re.compile(r"&#(?:(\d+)|[xX]([0-9a-fA-F]+));?")
_RUN = 256
_BLANKS = re.compile(rf"(?<!\s)\s{{{_RUN},}}")  # feedparser's dates take time quadratic in them
_WIDE = "\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_TO_BLANK = str.maketrans("\t\n\v\f\r", " " * 5)
_ENDLESS_NAME = re.compile(  # and its search for mail addresses in names
    r"(<(?:[\w.-]{1,30}:)?(?:author|creator|managingEditor|webMaster|owner|name|contributor|publisher)"
    r"(?:\s[^<>]{0,500})?>\s{0,99}(?:<!\[CDATA\[)?[^<]{500})[^<]+",
    re.I,
)
_LONG_TAG = re.compile(r"<[^<>]{20000,}")
_CAPTION = re.compile(r"\[caption\b[^\[\]]*\].*?\[/caption\]", re.S | re.I)
_CLOSING = re.compile(r"\[/([a-z][\w-]*)\]", re.I)
_ATTRIBUTED = re.compile(r"\[[a-z][\w-]*\s[^\[\]=]*=[^\[\]]*\]", re.I)
_ALONE = re.compile(r"^[ \t]*\[[a-z][\w-]*\][ \t]*$", re.M | re.I)
_WITHHELD = frozenset({"draft", "pending", "private", "trash", "future", "auto-draft"})


def recognise(document: Document) -> str | None:
    """The root is `rss`, an Atom `feed`, or RDF that holds RSS 1.0."""
    name, namespace = document.root
    match (name or "").lower():
        case "rss":
            return "root <rss>"
        case "feed" if not namespace or _ATOM.search(namespace):
            return "root <feed>, Atom"
        case "rdf" if _RSS_1.search(document.head):
            return "root <RDF>, RSS 1.0"
    return None


def parse(document: Document) -> Iterator[ParsedItem | Reject]:
    """The entries of a feed, numbered from 1.

    Raises:
        ItemError: `encoding_broken`, `xml_broken`, `too_deep`, `item_too_large`, or `no_content` for a feed
            without entries.
    """
    whole = _read(document)
    entries = [entry for entry in whole.get("entries") or () if isinstance(entry, dict)]
    if not entries:
        if whole.get("bozo"):
            raise ItemError(Code.XML_BROKEN, f"no entry to be read: {_reason(whole)}")
        raise ItemError(Code.NO_CONTENT, "a feed without entries")
    if len(entries) > document.limits.items:
        raise ItemError(
            Code.ITEM_TOO_LARGE, f"{len(entries)} entries in a feed, the limit is {document.limits.items}"
        )
    if whole.get("bozo"):
        document.warnings.append("xml_repaired")
    head = whole.get("feed")
    for number, entry in enumerate(entries, 1):
        kind = identifier(_plain(entry, "wp_post_type"))
        if kind and kind != "post":
            yield _reject(document, number, entry, f"WordPress {kind}")
            continue
        yield _item(document, number, entry, head if isinstance(head, dict) else {})


@functools.cache
def _feedparser() -> Any:
    # Its own choice is a foreign XML parser that it would look for each time (`drv_libxml2`, in vain: 50 us),
    # and whose entities it would not guard.
    import feedparser
    import feedparser.api

    feedparser.api.PREFERRED_XML_PARSERS = [feed_sax.__name__]
    return feedparser


def _read(document: Document) -> Record:
    feedparser = _feedparser()
    data = _prepared(document.text)
    try:
        found = feedparser.parse(
            io.BytesIO(data),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:
        raise ItemError(Code.XML_BROKEN, f"feedparser: {type(error).__name__}: {error}"[:300]) from error
    return found if isinstance(found, dict) else {}


def _prepared(text: str) -> bytes:
    """A feed in UTF-8 without what makes feedparser fail (characters that XML forbids) or crawl."""
    if len(text) > LARGEST:
        raise ItemError(Code.ITEM_TOO_LARGE, f"a feed of {len(text)} characters, the limit is {LARGEST}")
    for tag in _LONG_TAG.finditer(text):
        if text.count("=", *tag.span()) > 1000:
            raise ItemError(Code.XML_BROKEN, "an element with more than 1000 attributes")
    text = text.lstrip("\ufeff")
    if declaration := _DECLARATION.match(text):
        text = text[declaration.end() :]
    if "&#" in text:
        text = _REFERENCE.sub(_character, text)
    text = _ENDLESS_NAME.sub(r"\1", text)
    text = _FORBIDDEN.sub("", text)
    return (_BLANKS.sub("\n", text) if _may_be_blank(text) else text).lstrip().encode()


def _may_be_blank(text: str) -> bool:
    """Whether a text may have a long run of white space: looking for one takes longer than for this."""
    if sum(map(text.count, _WIDE)) > _RUN // 2:
        return True
    return " " * (_RUN // 2) in text.translate(_TO_BLANK)


def _character(reference: re.Match[str]) -> str:
    decimal, digits = reference.groups()
    short = (decimal or digits).lstrip("0")
    code = int(short or "0", 10 if decimal else 16) if len(short) < 8 else 0x110000
    if code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000:
        return reference.group()
    return "\ufffd" if code >= 0x110000 else ""


def _reason(whole: Record) -> str:
    return " ".join(str(whole.get("bozo_exception")).split())[:200]


def _plain(entry: Record, name: str) -> Any:
    """A member as feedparser set it: its dictionaries answer for one time with another."""
    return dict.get(entry, name) if isinstance(entry, dict) else None


def _pick(value: object, *names: str) -> Any:
    """The first of these members that says something."""
    if isinstance(value, dict):
        for name in names:
            if member := _plain(value, name):
                return member
    return None


def _reject(document: Document, number: int, entry: Record, message: str) -> Reject:
    members = {str(key): value for key, value in entry.items() if isinstance(value, str)}
    raw = document.raw
    source = f"{raw.source}#{number}"
    dumped = orjson.dumps(members)
    return Reject(source, Stage.PARSE, Code.NOT_NEWS, message, dumped, raw.received_at, NAME)


def _item(document: Document, number: int, entry: Record, head: Record) -> ParsedItem:
    fields = Fields(document, NAME, number)
    for name in ("id", "link"):
        fields.put("uri", identifier(_plain(entry, name)), name)
    for name in ("updated", "published", "created"):
        fields.put("version_created", identifier(_plain(entry, name)), name)
    for name in ("published", "created"):
        fields.put("first_created", identifier(_plain(entry, name)), name)
    for name in ("updated", "published"):
        fields.put("sent", identifier(_plain(head, name)), f"feed {name}")
    fields.put("headline", text(_plain(entry, "title")), "title")
    if (identifier(_plain(entry, "wp_status")) or "") in _WITHHELD:
        fields.put("pub_status", "withheld", "wp:status")
    _text(fields, entry)
    _people(fields, entry, head)
    _codes(fields, entry)
    for one, origin in ((entry, "rights"), (head, "feed rights")):
        fields.put("copyright_notice", text(_plain(one, "rights")), origin)
    detail = _pick(_plain(entry, "title_detail"), "language")
    for value, origin in (
        (_plain(entry, "language"), "language"),
        (_plain(head, "language"), "feed language"),
    ):
        fields.put("language", identifier(value), origin)
    fields.put("language", identifier(detail), "xml:lang")
    return fields.item()


def _text(fields: Fields, entry: Record) -> None:
    """The longest of the contents is the text; the summary stays one only beside another text."""
    headline = fields.get("headline")
    summary = _plain(entry, "summary")
    forms = [json_value.raw(_pick(one, "value")) for one in objects(_plain(entry, "content"))]
    contents = [form for form in forms if form and form != summary]
    wordpress = _plain(entry, "wp_post_id") is not None
    if isinstance(summary, str) and not contents:
        contents, summary = [summary], None
    if contents:
        value = max(contents, key=len)
        value = _without_shortcodes(value) if wordpress else value
        if html.is_markup(value) or wordpress:
            html.put(fields, html.read(value, (headline,)), "content")
        else:
            fields.put("paragraphs", tuple(html.paragraphs(value)), "content")
    fields.put("summary", text(summary), "summary")
    fields.put("summary", text(_plain(entry, "subtitle")), "subtitle")


def _without_shortcodes(value: str) -> str:
    """WordPress' text without its shortcodes, `[gallery ids="1"]`; what stands between two stays."""
    value = _CAPTION.sub("", value) if value.lower().count("[/caption]") else value
    closed = {name.lower() for name in _CLOSING.findall(value)}
    if closed:
        names = "|".join(re.escape(name) for name in sorted(closed)[:100])
        value = re.sub(rf"\[/?(?:{names})(?:\s[^\[\]]*)?\]", "", value, flags=re.I)
    return _ALONE.sub("", _ATTRIBUTED.sub("", value))


def _people(fields: Fields, entry: Record, head: Record) -> None:
    names: list[str] = []
    for one in objects(_plain(entry, "authors")) or objects(_plain(entry, "author_detail")):
        name = text(_pick(one, "name"))
        if name and "@" not in name and name not in names:
            names.append(name)
            fields.add("authors", Author(name), "author")
    written = text(_plain(entry, "author"))
    fields.put("byline", ", ".join(names) or (written if written and "@" not in written else None), "author")
    for one in objects(_plain(entry, "contributors")):
        if name := text(_pick(one, "name")):
            fields.add("authors", Author(name, "contributor"), "contributor")
    source = _plain(entry, "source")
    for value, origin in (
        (_pick(source, "title"), "source"),
        (_pick(source, "href", "link", "id"), "source"),
        (_plain(entry, "publisher"), "publisher"),
        (_plain(head, "publisher"), "feed publisher"),
        (_plain(head, "title"), "feed title"),
        (_plain(head, "link"), "feed link"),
        (_plain(entry, "link"), "link"),
    ):
        fields.add("provider_names", text(value), origin)
    fields.put("credit_line", text(_pick(source, "title")), "source")


def _codes(fields: Fields, entry: Record) -> None:
    for tag in objects(_plain(entry, "tags")):
        term, label = text(_pick(tag, "term")), text(_pick(tag, "label"))
        scheme = identifier(_pick(tag, "scheme"))
        fields.add("keywords", label or term, "category")
        if scheme and (term or label):
            fields.add("subjects", Subject(scheme, term, label), "category")
    link = identifier(_plain(entry, "link"))
    if link and link != fields.get("uri"):
        fields.add("associations", Association("alternate", link), "link")
    for one in objects(_plain(entry, "media_content")):
        _reference(fields, "media", one)
    for one in objects(_plain(entry, "links")):
        if (rel := identifier(_pick(one, "rel"))) and rel not in ("alternate", "self"):
            _reference(fields, rel, one)


def _reference(fields: Fields, rel: str, one: Record) -> None:
    uri = identifier(_pick(one, "href", "url"))
    if uri:
        kind = identifier(_pick(one, "type", "medium"))
        fields.add("associations", Association(rel, uri, kind, text(_pick(one, "title"))), rel)


FORMAT = Format(NAME, "RSS, Atom, WordPress exports", recognise, parse)
