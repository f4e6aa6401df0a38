"""AP Media API: https://api.ap.org/media/v/docs/, items of `content` and of `content/feed`.

An item is ninjs 1 with AP's own members. Its text is not in it: the API hands that out as a rendition in
NITF, which whoever fetched both puts beside the item, as mark-up or as an object that holds it. Without it
the item stands on headline and summary.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

from schemas.errors import ItemError, Reject
from schemas.item import Author, ParsedItem
from transforms.parse import html, json_value, markup, ninjs, xml
from transforms.parse.document import Document
from transforms.parse.fields import Fields
from transforms.parse.json_value import Members, Record
from transforms.parse.markup import Passages
from transforms.parse.registry import Format

NAME = "ap-media"

_ITEM_ID = re.compile(r"[0-9a-f]{32}")
_RENDITIONS = ("nitf", "nitf_content", "body_nitf", "story_nitf", "caption_nitf")


def is_item(record: Record) -> bool:
    """Whether an object is an AP item, or wraps one as `item`: it has an AP item number."""
    return _number(_inner(record)) is not None


def recognise(document: Document) -> str | None:
    """JSON whose item, or one of whose items, has `altids.itemid` and AP's editorial members."""
    if not json_value.is_json(document) or b'"itemid"' not in document.data:
        return None
    found = json_value.records(document.json, is_item)
    return f"{len(found)} items with altids.itemid" if found else None


def parse(document: Document) -> Iterator[ParsedItem | Reject]:
    """The items of a response.

    Raises:
        ItemError: `json_broken`, `too_deep` or `structure_broken`.
    """
    whole = document.json
    outer = whole if isinstance(whole, dict) else {}
    yield from json_value.parse_records(document, NAME, is_item, functools.partial(_item, document, outer))


def _inner(record: Record) -> Record:
    inner = record.get("item")
    return inner if isinstance(inner, dict) else record


def _number(item: Record) -> str | None:
    altids = item.get("altids")
    if not isinstance(altids, dict) or not ("etag" in altids or "friendlykey" in altids):
        return None
    return json_value.identifier(altids.get("itemid"))


def _guid(item: Record) -> str | None:
    """The guid of AP's NewsML-G2 and NITF: an item's own `uri` ends in the reader's session."""
    number = _number(item)
    if number and _ITEM_ID.fullmatch(number):
        return f"urn:publicid:ap.org:{number}"
    return number or json_value.identifier(item.get("uri"))


def _item(document: Document, outer: Record, record: Record, count: int | None) -> ParsedItem:
    item = dict(_inner(record))
    fields = Fields(document, NAME, count)
    fields.put("uri", _guid(item), "altids.itemid")
    for rendition in _renditions(item, record, outer if count is None else {}):
        if passages := _read(rendition, json_value.text(item.get("headline")), document):
            html.put(fields, passages, "nitf")
            break
    if isinstance(associations := item.get("associations"), dict):
        item["associations"] = {
            name: {**one, "uri": _guid(one)} for name, one in associations.items() if isinstance(one, dict)
        }
    item["subject"] = [_category(one) for one in json_value.objects(item.get("subject"))]
    _people(fields, item)
    _place(fields, item)
    if isinstance(renditions := item.get("renditions"), dict):
        words = json_value.pick(renditions.get("nitf"), "words")
        fields.put("word_count", json_value.number(words), "renditions.nitf.words")
    ninjs.put(fields, Members(item))
    fields.add("provider_names", "AP", "format")
    return fields.item()


def _renditions(*records: Record) -> Iterator[Any]:
    for record in records:
        for name in _RENDITIONS:
            if value := record.get(name):
                yield value


def _read(rendition: object, headline: str | None, document: Document) -> Passages | None:
    if isinstance(rendition, dict):
        rendition = json_value.pick(rendition, "body_html", "nitf", "content", "value", "body")
    text = json_value.raw(rendition)
    if not text or not html.is_markup(text):
        return None
    if "<nitf" in text[:4096]:
        try:
            root, _ = xml.parse(text.encode("utf-8", "replace"), document.limits.nesting)
        except ItemError:
            root = html.parse(text)
        head = next(xml.descendants(root, "hedline"), None)
        titles = (headline, markup.inline(head))
        passages = markup.read(next(xml.descendants(root, "body.content"), root), titles=titles)
    else:
        passages = html.read(text, (headline,))
    return passages if passages.paragraphs else None


def _category(subject: Record) -> Record:
    """AP's category letters are those of ANPA 1312; they come without a scheme."""
    rels = json_value.texts(subject.get("rels"))
    if "scheme" not in subject and rels and rels[0] in ("category", "suppcategory"):
        return {**subject, "scheme": "anpa" if rels[0] == "category" else rels[0]}
    return subject


def _people(fields: Fields, item: Record) -> None:
    text = json_value.text
    lines = []
    for one in json_value.objects(item.get("bylines")):
        by, title = text(json_value.pick(one, "by", "name", "byline")), text(one.get("title"))
        if by:
            lines.append(f"{by}, {title}" if title else by)
    fields.put("byline", "; ".join(lines) or None, "bylines")
    for role in ("photographer", "producer", "captionwriter"):
        for one in json_value.objects(item.get(role)):
            if name := text(one.get("name")):
                known = role if role == "photographer" else None
                fields.add("authors", Author(name, known, None, text(one.get("title"))), role)
                if known:
                    fields.put("byline", name, role)


def _place(fields: Fields, item: Record) -> None:
    fields.put("located", json_value.text(item.get("located")), "located")
    place = item.get("datelinelocation")
    names = [
        json_value.text(json_value.pick(place, name)) for name in ("city", "countryareaname", "countryname")
    ]
    fields.put("located", ", ".join(name for name in names if name) or None, "datelinelocation")


FORMAT = Format(NAME, "AP Media API JSON", recognise, parse)
