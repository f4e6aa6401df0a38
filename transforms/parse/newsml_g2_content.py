"""A NewsML-G2 item's content: the rendition of its text that says most, in its main language."""

from __future__ import annotations

from lxml import etree

from schemas.item import Association
from transforms.parse import embedded, xml
from transforms.parse.fields import Fields

_RENDITIONS = 64  # more are no item's


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
    for element in list(dict.fromkeys((*xml.in_language(inline, language), *inline)))[:_RENDITIONS]:
        name = xml.local(element)
        kind = element.get("contenttype") if name == "inlineData" else None
        paragraphs = embedded.data(element, fields, name, kind, element.get("encoding"))
        fields.put("paragraphs", tuple(paragraphs), name)
        _count(element, fields)
        if paragraphs:
            break


def _remote(element: etree._Element, fields: Fields) -> None:
    if uri := xml.attribute(element, "residref", "href"):
        rel = xml.attribute(element, "rendition") or "remoteContent"
        kind = xml.attribute(element, "contenttype")
        title = xml.text(xml.child(element, "title")) or xml.text(xml.child(element, "altText"))
        fields.add("associations", Association(rel, uri, kind, title), "contentSet/remoteContent")
    _count(element, fields)


def _count(element: etree._Element, fields: Fields) -> None:
    fields.put("word_count", xml.number(element.get("wordcount")), "wordcount")
