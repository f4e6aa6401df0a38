"""HTML fragments and pages to elements, safely; `markup` then reads their text.

libxml2 reads HTML, with three of its limits watched (measured with 2.14.6): once elements nest 256 deep
or a text passes 10 MB it silently gives an empty tree, and its time is quadratic in one element's
attributes (100,000 of them: 12 s). What goes beyond is read coarsely instead: blocks to paragraphs by
their tags alone, in linear time, so that no text is lost.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterable

from lxml import etree

from transforms.parse import markup
from transforms.parse.fields import Fields
from transforms.parse.markup import Passages

DEEPEST = 100
"""Elements inside one another that are read exactly; mail and pages of agencies stay below 40."""

_LARGEST = 2_000_000  # characters that libxml2 is trusted with
_BLOCKS = (
    r"address|article|aside|blockquote|br|center|dd|div|dl|dt|figcaption|figure|footer|h[1-6]|header|hr|li|"
    r"main|nav|ol|p|pre|section|table|tr|ul"
)
_INLINE = (
    r"abbr|acronym|bdi|bdo|big|body|caption|cite|code|del|dfn|em|embed|font|hl[12]|html|iframe|img|ins|kbd|"
    r"label|mark|nobr|object|samp|script|small|span|strike|strong|style|sub|sup|tbody|td|th|thead|time|tt|wbr"
)
# Wires write tickers in angle brackets, `<DD>` and `<HR>` among them: in capitals a tag is one only where it
# has an attribute, ends itself, or an end tag or another `<BR>` follows; what HTML does not know never is.
_NAMES = rf"{_BLOCKS}|{_INLINE}"
_MARKUP = re.compile(
    rf"<(?=[a-z/!])(?:/(?:[abipqsu]|{_NAMES})\s*>|(?:a|{_NAMES})(?:\s+[a-z][\w:-]*+\s*+=|\s*+/>)|!--"
    rf"|(?-i:(?:{_NAMES})\s*>)|br>\s*<br>)",
    re.I,
)
_OPENS = re.compile(r"\s*<p>", re.I)
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,31}\d{0,2}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_ESCAPED = re.compile(rf"&lt;/?(?:{_BLOCKS}|span|strong|em|b|i|a)\b[^&<>]{{0,200}}?/?&gt;", re.I)
_ENDLESS_REFERENCE = re.compile(r"&#(?:\d{8,}|[xX][0-9A-Fa-f]{7,});?")
_ENDLESS_TAG = re.compile(r"<[^<>]{20000}")
_INLINE_DATA = re.compile(r"=\s*(?:\"data:[^\"]*+\"|'data:[^']*+')")
_CODE = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.S | re.I)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCKS})(?=[\s/>])[^<>]*+>", re.I)
_OTHER_TAG = re.compile(r"</?[A-Za-z!?][^<>]*+(?:>|\Z)")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def is_markup(text: str) -> bool:
    """Whether a text holds tags."""
    return "<" in text and (_MARKUP.search(text) or _OPENS.match(text)) is not None


def unescape(text: str) -> str:
    """Character references resolved; a number that no character has becomes U+FFFD."""
    if "&" not in text:
        return text
    return html.unescape(_ENDLESS_REFERENCE.sub("\ufffd", text))


def parse(text: str) -> etree._Element:
    """The element that a fragment or a page of HTML is, or a `body` that holds it.

    Escaping once too often and CDATA sections around the whole are undone. Nothing is fetched; comments
    and processing instructions are dropped. Never fails: what is no HTML is text.
    """
    if "<![CDATA[" in text:
        text = text.replace("<![CDATA[", "").replace("]]>", "")
    if "<" not in text and _ESCAPED.search(text):
        text = unescape(text)
    if "data:" in text:
        text = _INLINE_DATA.sub('=""', text)
    text = _CONTROLS.sub("", text)
    if len(text) > _LARGEST or _ENDLESS_TAG.search(text):
        return _coarse(text)
    # The element around it keeps text that stands in no element.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    root = etree.fromstring(f"<body>{text}".encode(), parser)
    if root is None or _lost(parser) or (text.count("<") > DEEPEST and _deeper()(root)):
        return _coarse(text)
    return root


def read(text: str, titles: Iterable[str | None] = ()) -> Passages:
    """The paragraphs of HTML, and what stands apart from them: see `markup.read`."""
    return markup.read(parse(text), titles=titles)


def put(fields: Fields, passages: Passages, origin: str) -> None:
    """Collect what a text holds: its paragraphs, and what its mark-up sets apart."""
    fields.put("paragraphs", tuple(passages.paragraphs), origin)
    for name, value in (
        ("headline", next(iter(passages.titles), None)),
        ("byline", passages.byline),
        ("dateline", passages.dateline),
        ("summary", passages.summary),
        ("sign_off", passages.sign_off),
        ("copyright_notice", passages.notice),
    ):
        fields.put(name, value, f"{origin} mark-up")
    for note in passages.notes:
        fields.add("ed_notes", note, f"{origin} mark-up")
    for association in passages.media:
        fields.add("associations", association, f"{origin} mark-up")


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text that may be HTML or plain, as feeds put both into the same field."""
    if is_markup(text) or _ESCAPED.search(text):
        return read(text).paragraphs
    return markup.plain(unescape(text) if _ENTITY.search(text) else text)


def line(text: str) -> str | None:
    """A short text that may hold mark-up or character references, as one line; None where it is empty."""
    if is_markup(text):
        passages = read(text)
        text = " ".join((*passages.titles, *passages.paragraphs))
    elif "&" in text and _ENTITY.search(text):
        text = unescape(text)
    return " ".join(text.split()) or None


def _lost(parser: etree.HTMLParser) -> bool:
    return any(
        "xcessive depth" in entry.message or "huge" in entry.message.casefold()
        for entry in parser.error_log.filter_from_fatals()
    )


@functools.cache
def _deeper() -> etree.XPath:
    return etree.XPath("boolean(" + "/*" * (DEEPEST + 1) + ")")


def _coarse(text: str) -> etree._Element:
    text = _OTHER_TAG.sub("", _BLOCK_TAG.sub("\n", _CODE.sub("", text)))
    body = etree.Element("body")
    for row in unescape(text).split("\n"):
        if folded := " ".join(_CONTROLS.sub("", row).split()):
            etree.SubElement(body, "p").text = folded
    return body
