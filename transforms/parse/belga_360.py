"""Belga 360, Belga's archive and delivery API: `newsObjects` of `newsComponents`, times in milliseconds.

A component's text stands in its proxies (`varcharData`, or `clobData` where it is long); the components
called Lead and Body, in the order sent, are the story, others name what belongs to it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from schemas.errors import Reject
from schemas.item import Association, Author, ParsedItem, Subject
from transforms.parse import html, json_value
from transforms.parse.document import Document
from transforms.parse.fields import Fields
from transforms.parse.json_value import Members, Record, identifier, objects, pick, text
from transforms.parse.registry import Format

NAME = "belga-360"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PARTS = frozenset({"title", "lead", "body", "text"})
_ROLES = {"AUTHOR": "writer", "EDITOR": "editor", "PHOTOGRAPHER": "photographer"}


def is_item(record: Record) -> bool:
    """Whether an object is a news object: it has its number and components."""
    return "newsObjectId" in record and isinstance(record.get("newsComponents"), list)


def recognise(document: Document) -> str | None:
    """JSON with `newsObjectId` and `newsComponents`."""
    if not json_value.is_json(document) or b'"newsObjectId"' not in document.data:
        return None
    found = json_value.records(document.json, is_item)
    return f"{len(found)} Belga news objects" if found else None


def parse(document: Document) -> Iterator[ParsedItem | Reject]:
    """The news objects of an answer.

    Raises:
        ItemError: `json_broken`, `too_deep` or `structure_broken`.
    """
    yield from json_value.parse_records(document, NAME, is_item, functools.partial(_item, document))


def _time(value: object) -> str | None:
    """Milliseconds since the epoch as ISO 8601, up to the year 9999; a text as it stands."""
    milliseconds = json_value.number(value, 0, 253_402_300_799_999)
    if milliseconds is None:
        return identifier(value) if isinstance(value, str) else None
    return (_EPOCH + timedelta(milliseconds=milliseconds)).isoformat()


def _item(document: Document, record: Record, count: int | None) -> ParsedItem:
    fields = Fields(document, NAME, count)
    members = Members(record)
    members.put(fields, "uri", identifier, "newsobjectid")
    members.put(fields, "version_created", _time, "validatedate", "createdate")
    members.put(fields, "first_created", _time, "createdate")
    members.put(fields, "language", identifier, "language")
    for field, folded in (("headline", "headline"), ("slugline", "topic"), ("credit_line", "credit")):
        members.put(fields, field, text, folded)
    fields.add("alternate_ids", identifier(members["newsitemid"]), "newsItemId")
    for folded in ("source", "credit"):
        fields.add("provider_names", text(members[folded]), folded)
    fields.add("ed_notes", text(members["editorialinfo"]), "editorialInfo")
    places = (text(members["city"]), text(members["country"]))
    fields.put("located", ", ".join(place for place in places if place) or None, "city, country")
    for one in objects(members["authors"]):
        if name := text(one.get("name")):
            role = _ROLES.get(text(one.get("type")) or "")
            fields.add("authors", Author(name, role), "authors")
            if role == "writer":
                fields.put("byline", name, "authors")
    for keyword in json_value.texts(members["keywords"]):
        fields.add("keywords", keyword, "keywords")
    for one in objects(members["packages"]):
        for scheme in ("newsService", "newsProduct"):
            if code := identifier(one.get(scheme)):
                fields.add("subjects", Subject(scheme, code), "packages")
    _components(fields, members)
    return fields.item()


def _components(fields: Fields, members: Members) -> None:
    paragraphs: list[str] = []
    for component in objects(members["newscomponents"]):
        kind = text(component.get("assetType")) or ""
        for proxy in objects(component.get("proxies")):
            said = json_value.raw(pick(proxy, "clobData", "varcharData"))
            if said and kind.lower() in _PARTS and kind.lower() != "title":
                paragraphs += html.paragraphs(said)
            elif said and kind.lower() == "title":
                fields.put("headline", text(said), "newsComponents Title")
            elif uri := identifier(pick(proxy, "urn", "dataFileName")):
                title = text(component.get("name"))
                fields.add("associations", Association(kind or None, uri, None, title), "newsComponents")
    fields.put("paragraphs", tuple(paragraphs), "newsComponents Lead, Body")


FORMAT = Format(NAME, "Belga 360 JSON", recognise, parse)
