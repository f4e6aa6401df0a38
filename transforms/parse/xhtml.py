"""HTML inside other formats: telling it from plain text, and reading it as a tree."""

from __future__ import annotations

import html
import re

from lxml import etree
from lxml.html import HTMLParser

from transforms.parse import xml

_TAG = re.compile(
    r"</?(?:p|br|div|span|html|body|h[1-6]|b|i|em|strong|a|ul|ol|li|table|tr|td|pre|block)\b[^<>]*>", re.I
)
_NESTING = 200
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def is_markup(text: str) -> bool:
    """Whether a text is HTML: it holds a tag that HTML knows."""
    return "<" in text and bool(_TAG.search(text))


def fragment(text: str) -> etree._Element:
    """The tree of a piece of HTML, however broken; comments dropped, nothing fetched.

    Returns:
        The `html` element, or an empty one where nothing can be read.
    """
    parser = HTMLParser(
        remove_comments=True, remove_pis=True, no_network=True, huge_tree=False, encoding="utf-8"
    )
    cleaned = _FORBIDDEN.sub("", text)
    try:
        root = etree.fromstring(cleaned.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, etree.ParserError, ValueError):
        root = None
    if root is None or xml.deeper(root, _NESTING):
        root = etree.Element("html")
        root.text = html.unescape(_TAG.sub("\n", cleaned))
    return root
