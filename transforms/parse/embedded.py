"""Text that one format carries inside another: NITF, XHTML, escaped HTML, base64, plain text."""

from __future__ import annotations

import base64
import binascii
import re

from lxml import etree

from transforms.parse import markup, nitf, nitf_docdata, xhtml, xml
from transforms.parse.fields import Fields

_TEXT_TYPES = re.compile(r"text/(?!css|javascript)|html|xml|nitf|^$", re.I)
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
    """Paragraphs of a string that is HTML or plain text."""
    content = content.strip("\n\r")
    if xhtml.is_markup(content):
        tree = xhtml.fragment(content)
        return _apart(markup.read(tree, titles=[fields.get(name) for name in _TITLES]), fields, origin)
    return markup.plain(content)


def data(
    holder: etree._Element, fields: Fields, origin: str, media_type: str | None, coded: str | None
) -> list[str]:
    """Paragraphs of an element that holds data of a media type, as it stands or in base64.

    Args:
        holder: the element around it.
        fields: the item's fields.
        origin: name of the holder.
        media_type: its media type or format's name, None where it says none; what is no text is passed over.
        coded: the holder's own word for its transfer encoding.
    """
    if not _TEXT_TYPES.search(media_type or ""):
        return []
    if "base64" not in (coded or "").lower():
        return element(holder, fields, origin)
    try:
        return text(base64.b64decode(xml.string(holder)).decode("utf-8"), fields, origin)
    except (binascii.Error, ValueError):
        return []


def _apart(passages: markup.Passages, fields: Fields, origin: str) -> list[str]:
    """Put what the mark-up set apart, and hand back the paragraphs."""
    fields.put("headline", next(iter(passages.titles), None), f"{origin} heading")
    fields.put("byline", passages.byline, f"{origin} byline")
    fields.put("dateline", passages.dateline, f"{origin} dateline")
    fields.put("summary", passages.summary, f"{origin} summary")
    fields.put("sign_off", passages.sign_off, f"{origin} sign-off")
    fields.put("copyright_notice", passages.notice, f"{origin} copyrite")
    for note in passages.notes:
        fields.add("ed_notes", note, f"{origin} note")
    for association in passages.media:
        fields.add("associations", association, f"{origin} media")
    return passages.paragraphs
