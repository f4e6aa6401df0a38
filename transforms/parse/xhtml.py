"""HTML pages and fragments as items: title, microdata or RDFa of schema.org and rNews, meta, paragraphs.

rNews is the IPTC's vocabulary of news for web pages: https://iptc.org/standards/rnews/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from schemas.errors import Code, ItemError, Reject
from schemas.item import Author, ParsedItem
from transforms.parse import html, markup, xml
from transforms.parse.document import Document
from transforms.parse.fields import Fields
from transforms.parse.registry import Format

NAME = "html"

_ROOTS = re.compile(r"html|h[1-6]|p|div|article|section|main|body")
_LANGUAGE = re.compile(r"<html\b[^>]*?\blang\s*=\s*[\"']?([A-Za-z]{2,3}(?:[-_]\w{2,8})*)", re.I)
_NAMES = {  # of meta elements and of properties, folded, their prefix off
    **dict.fromkeys(("headline", "title"), "headline"),
    **dict.fromkeys(("description", "abstract", "alternativeheadline"), "summary"),
    **dict.fromkeys(("dateline",), "dateline"),
    **dict.fromkeys(
        ("publishedtime", "datepublished", "date", "pubdate", "created", "issued"), "first_created"
    ),
    **dict.fromkeys(("modifiedtime", "datemodified", "modified", "lastmodified"), "version_created"),
    **dict.fromkeys(("copyrightnotice", "copyright", "rights"), "copyright_notice"),
    **dict.fromkeys(("copyrightholder",), "copyright_holder"),
    **dict.fromkeys(("usageterms",), "usage_terms"),
    **dict.fromkeys(("identifier", "url", "canonical"), "uri"),
    **dict.fromkeys(("inlanguage", "language"), "language"),
    **dict.fromkeys(("byline",), "byline"),
    **dict.fromkeys(("version",), "version"),
}
_LISTS = {
    **dict.fromkeys(("keywords", "newskeywords", "tag"), "keywords"),
    **dict.fromkeys(("genre",), "genres"),
    **dict.fromkeys(("publisher", "sitename", "provider", "sourceorganization", "author"), "provider_names"),
}
_BODY = frozenset({"articlebody", "textbody"})


def recognise(document: Document) -> str | None:
    """The root is `html`, or what comes first is a block of HTML."""
    name, _ = document.root
    return f"root <{name}>" if name and _ROOTS.fullmatch(name.lower()) else None


def parse(document: Document) -> Iterator[ParsedItem | Reject]:
    """The item that a page is.

    Raises:
        ItemError: `encoding_broken`; `no_content` where it holds no text.
    """
    root = html.parse(document.text)
    fields = Fields(document, NAME)
    if language := _LANGUAGE.search(document.head):
        fields.put("language", language.group(1), "html lang")
    body: etree._Element | None = None
    title: str | None = None
    for element in root.iter():
        if said := element.get("itemprop") or element.get("property") or element.get("name"):
            names = [_folded(name) for name in said.split()]
            _property(element, names, fields)
            if body is None and _BODY.intersection(names) and len(element):
                body = element
        elif element.tag == "title":
            title = title or xml.text(element)
        elif element.tag == "article":
            body = element if body is None else body
    holder = body if body is not None else xml.child(root, "body")
    passages = markup.read(holder if holder is not None else root, titles=(fields.get("headline"), title))
    html.put(fields, passages, "body")
    fields.put("headline", title, "head/title")
    if not fields.get("headline") and not passages.paragraphs:
        raise ItemError(Code.NO_CONTENT, "an HTML page without text")
    yield fields.item()


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.rpartition(":")[2].rpartition(".")[2].rpartition("/")[2]).lower()


def _property(element: etree._Element, names: list[str], fields: Fields) -> None:
    value = xml.attribute(element, "content", "datetime")
    if value is None and element.tag != "meta":
        value = (
            xml.attribute(element, "href", "resource") if element.tag in ("a", "link") else xml.text(element)
        )
    if not value or len(value) > 2000:
        return
    for name in names:
        origin = f"<{element.tag}> {name}"
        if field := _NAMES.get(name):
            fields.put(field, value, origin)
        elif field := _LISTS.get(name):
            for part in re.split(r"\s*[,;]\s*", value) if field == "keywords" else [value]:
                fields.add(field, part, origin)
        if name in ("author", "creator"):
            fields.add("authors", Author(xml.text(element) or value), origin)


FORMAT = Format(NAME, "HTML page", recognise, parse)
