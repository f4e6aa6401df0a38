"""A NewsML-G2 item's content: the rendition of its text that says most, in its main language."""

from __future__ import annotations

import base64
import binascii

from lxml import etree

from schemas.item import Association
from transforms.parse import markup, nitf, qcode, xhtml, xml
from transforms.parse.fields import Fields

_TITLES = ("headline", "summary")


def read(content_sets: list[etree._Element], language: str | None, fields: Fields) -> None:
    """Read `contentSet` elements into an item's fields.

    Of several renditions of the text the first in the item's language that holds any is taken. Remote
    content is kept as associations.
    """
    inline: list[etree._Element] = []
    for content_set in content_sets:
        for element in content_set:
            name = xml.local(element)
            if name in ("inlineXML", "inlineData"):
                inline.append(element)
            elif name == "remoteContent":
                _remote(element, fields)
    for element in dict.fromkeys((*qcode.in_language(inline, language), *inline)):
        if fields.get("paragraphs"):
            break
        if xml.local(element) == "inlineXML":
            _marked_up(element, fields)
        else:
            _data(element, fields)
        _count(element, fields)


def _marked_up(element: etree._Element, fields: Fields) -> None:
    for child in element:
        if xml.local(child).lower() == "nitf":
            nitf.story(child, fields)
            return
    if not len(element) and element.text and element.text.strip():
        _text(element.text, fields, "inlineXML")
        return
    _put(markup.read(element, titles=[fields.get(name) for name in _TITLES]), fields, "inlineXML")


def _data(element: etree._Element, fields: Fields) -> None:
    text = xml.string(element)
    kind = (element.get("contenttype") or "").lower()
    if "base64" in (element.get("encoding") or "").lower():
        if kind and not kind.startswith("text/"):
            return
        try:
            text = base64.b64decode(text).decode("utf-8")
        except (binascii.Error, ValueError):
            return
    if kind and not (kind.startswith("text/") or "html" in kind or "xml" in kind):
        return
    _text(text, fields, "inlineData")


def _text(text: str, fields: Fields, origin: str) -> None:
    if xhtml.is_markup(text):
        titles = [fields.get(name) for name in _TITLES]
        _put(markup.read(xhtml.fragment(text), titles=titles), fields, origin)
    else:
        fields.put("paragraphs", tuple(markup.plain(text)), origin)


def _put(passages: markup.Passages, fields: Fields, origin: str) -> None:
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
    fields.put("paragraphs", tuple(passages.paragraphs), origin)


def _remote(element: etree._Element, fields: Fields) -> None:
    if uri := xml.attribute(element, "residref", "href"):
        rel = xml.attribute(element, "rendition") or "remoteContent"
        kind = xml.attribute(element, "contenttype")
        title = xml.text(xml.child(element, "title")) or xml.text(xml.child(element, "altText"))
        fields.add("associations", Association(rel, uri, kind, title), "contentSet/remoteContent")
    _count(element, fields)


def _count(element: etree._Element, fields: Fields) -> None:
    count = xml.attribute(element, "wordcount") or ""
    if count.isascii() and count.isdigit() and len(count) < 9:
        fields.put("word_count", int(count), "wordcount")
