"""Text that one format carries inside another: NITF, XHTML, escaped HTML, base64, plain text."""

from __future__ import annotations

import base64
import binascii
import re

from lxml import etree

from transforms.parse import html, markup, nitf, nitf_docdata, xml
from transforms.parse.fields import Fields

_NO_TEXT = re.compile(
    r"image|audio|video|css|javascript|json|octet|pdf|zip|msword|officedocument|jpe?g|mpe?g|mp[34]|gif|png|tiff",
    re.I,
)
_TWICE_ESCAPED = re.compile(r"&amp;(?=(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z]{2,8});)")
_ELEMENT = re.compile(r"\s*<([A-Za-z][\w.-]*)\b[^<>]*>.*</\1>\s*", re.S)
_ANY_TAG = re.compile(r"<[^<>]*>")
# Mark-up of no vocabulary known; `<ACME INC>` is a company of the market wire.
_CERTAIN_TAG = re.compile(r"<[A-Za-z][\w:.-]*(?:\s+[\w:.-]+=(?:\"[^\"<>]*\"|'[^'<>]*'))+\s*/?>")
_TITLES = ("headline", "summary")


def element(holder: etree._Element, fields: Fields, origin: str) -> list[str]:
    """Paragraphs of an element whose content is mark-up or text.

    What the mark-up sets apart (byline, notes, sign-off, an NITF's own head) fills fields that are not
    set yet.

    Args:
        holder: the element around it: `inlineXML`, `DataContent`, ...
        fields: the item's fields, its headline among them where it is known.
        origin: name of the holder, for `wirebeam inspect`.
    """
    for child in holder:
        if xml.local(child).lower() == "nitf":
            nitf_docdata.read(child, fields)
            return nitf.story(child, fields)
    if not len(holder):
        return text(holder.text or "", fields, origin)
    return _apart(markup.read(holder, titles=[fields.get(name) for name in _TITLES]), fields, origin)


def text(content: str, fields: Fields, origin: str) -> list[str]:
    """Paragraphs of a string that is HTML or plain text; references escaped twice become characters."""
    content = _TWICE_ESCAPED.sub("&", content.strip("\n\r"))
    if html.is_markup(content):
        return _apart(html.read(content, titles=[fields.get(name) for name in _TITLES]), fields, origin)
    if "<" in content:
        content = (_ANY_TAG if _ELEMENT.fullmatch(content) else _CERTAIN_TAG).sub(" ", content)
    return html.paragraphs(content)


def data(
    holder: etree._Element, fields: Fields, origin: str, media_type: str | None, coded: str | None
) -> list[str]:
    """Paragraphs of an element that holds data of a media type, as it stands or in base64.

    Args:
        holder: the element around it.
        fields: the item's fields.
        origin: name of the holder.
        media_type: its media type or format's name, None where it says none; pictures, styles and the like
            are passed over.
        coded: the holder's own word for its transfer encoding.
    """
    if media_type and _NO_TEXT.search(media_type):
        return []
    if "base64" not in (coded or "").lower():
        return element(holder, fields, origin)
    try:
        return text(base64.b64decode(xml.string(holder)).decode("utf-8"), fields, origin)
    except (binascii.Error, ValueError):
        return []


def _apart(passages: markup.Passages, fields: Fields, origin: str) -> list[str]:
    """Put what the mark-up set apart, and hand back the paragraphs."""
    paragraphs, passages.paragraphs = passages.paragraphs, []
    html.put(fields, passages, origin)
    return paragraphs
