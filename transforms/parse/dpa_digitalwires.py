"""dpa digitalwires, dpa's JSON (`"format": "digitalwires@..."`): https://github.com/dpa-newslab.

The notepad (sources, telephone numbers, who wrote and edited) and all `ednotes` are for editors: they
become `ed_notes`, never text. The closing line with its signs becomes the sign-off, the kicker, a label
of a word or two above the headline, the slugline. An info box is text of its own and follows the story's.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from schemas.errors import Reject
from schemas.item import Association, Author, ParsedItem, Subject
from transforms.parse import html, json_codes, json_value
from transforms.parse.document import Document
from transforms.parse.fields import Fields
from transforms.parse.json_value import Members, Record
from transforms.parse.registry import Format

NAME = "dpa-digitalwires"

_LOGIN = re.compile(r"[\w-]+(?:\.[\w-]+)?")  # `loening.meyel`, `brockt`: who was logged in, no author
_SUBJECTS = {
    "dpasubject": None, "geosubject": None, "desk": None, "wire": None, "scope": None, "rubric": None,
    "poi": "poi", "organisation": "organisation", "person": "person", "product": "product", "event": "event",
}  # fmt: skip


def is_item(record: Record) -> bool:
    """Whether an object is a digitalwires entry: it says so, or has an `urn` and `article_html`."""
    stated = record.get("format")
    if isinstance(stated, str) and stated.startswith("digitalwires"):
        return True
    return "urn" in record and "article_html" in record and "version_created" in record


def recognise(document: Document) -> str | None:
    """JSON whose `format` is digitalwires, or that has dpa's members."""
    if not json_value.is_json(document) or b'"urn"' not in document.data:
        return None
    found = json_value.records(document.json, is_item)
    return f"{len(found)} digitalwires entries" if found else None


def parse(document: Document) -> Iterator[ParsedItem | Reject]:
    """The entries of a document.

    Raises:
        ItemError: `json_broken`, `too_deep` or `structure_broken`.
    """
    yield from json_value.parse_records(document, NAME, is_item, functools.partial(_item, document))


_AS_SENT = (
    ("uri", "urn"),
    ("version", "version"),
    ("version_created", "versioncreated"),
    ("first_created", "contentcreated"),
    ("sent", "updated"),
    ("embargoed", "embargoed"),
    ("pub_status", "pubstatus"),
    ("language", "language"),
)
_TEXTS = (
    ("headline", ("headline",)),
    ("slugline", ("kicker",)),
    ("summary", ("teaser", "subhead")),
    ("byline", ("byline",)),
    ("dateline", ("dateline",)),
    ("credit_line", ("creditline",)),
    ("copyright_notice", ("copyrightnotice", "autopublishnotice")),
    ("usage_terms", ("usageterms",)),
)


def _item(document: Document, record: Record, count: int | None) -> ParsedItem:
    fields = Fields(document, NAME, count)
    members = Members(record)
    for name, folded in _AS_SENT:
        members.put(fields, name, json_value.identifier, folded)
    members.put(fields, "urgency", lambda value: json_value.number(value, 1, 9), "urgency")
    for name, several in _TEXTS:
        members.put(fields, name, json_value.text, *several)
    for name in ("entryid", "autopublishnotice"):
        fields.add("alternate_ids" if name == "entryid" else "ed_notes", json_value.text(members[name]), name)
    for signal in json_value.texts(members["signal"]):
        fields.add("signals", signal, "signal")
    _text(fields, members)
    _notes(fields, members)
    _categories(fields, members)
    _references(fields, members)
    return fields.item()


def _text(fields: Fields, members: Members) -> None:
    article, infobox = json_value.raw(members["articlehtml"]), json_value.raw(members["infoboxhtml"])
    if article:
        passages = html.read(article, (fields.get("headline"),))
        if infobox:
            passages.paragraphs += html.read(infobox).paragraphs
        html.put(fields, passages, "article_html")
    elif infobox:
        html.put(fields, html.read(infobox), "infobox_html")
    for one in json_value.objects(members["descriptions"]):
        said = json_value.text(json_value.pick(one, "description", "value", "name"))
        fields.put("summary", said, "descriptions")


def _notes(fields: Fields, members: Members) -> None:
    for one in json_value.objects(members["ednotes"]):
        note = json_value.text(json_value.pick(one, "ednote", "value", "name"))
        match (json_value.raw(one.get("role")) or "").rpartition(":")[2]:
            case "closingline" if note and not fields.get("sign_off"):
                fields.put("sign_off", note, "ednotes closingline")
            case "embargo":
                fields.put("embargo_text", note, "ednotes embargo")
                fields.add("ed_notes", note, "ednotes")
            case _:
                fields.add("ed_notes", note, "ednotes")
    notepad = members["notepad"]
    if isinstance(notepad, dict):
        known = " ".join(fields.get("ed_notes") or ())
        for name in ("public_html", "nonpublic_html"):
            passages = html.read(json_value.raw(notepad.get(name)) or "")
            for note in (*passages.titles, *passages.paragraphs, *passages.notes):
                if note not in known:
                    fields.add("ed_notes", note, f"notepad.{name}")


def _categories(fields: Fields, members: Members) -> None:
    fields.add("provider_names", fields.get("credit_line"), "creditline")
    for one in json_value.objects(members["categories"]):
        kind = (json_value.raw(one.get("type")) or "").rpartition(":")[2]
        name, code = json_value.text(one.get("name")), json_value.identifier(one.get("qcode"))
        origin = f"categories {kind}"
        if kind in _SUBJECTS:
            scheme, local = json_codes.split(code) if code else (_SUBJECTS[kind], None)
            if name or local:
                fields.add("subjects", Subject(scheme, local, name), origin)
        elif kind == "keyword":
            fields.add("keywords", name, origin)
        elif kind == "genre":
            fields.add("genres", name, origin)
        elif kind == "signal":
            fields.add("signals", code or name, origin)
        elif kind == "pubstatus":
            fields.put("pub_status", code or name, origin)
        elif kind == "urgency":
            fields.put("urgency", json_value.number(name, 1, 9), origin)
        elif kind in ("creator", "contributor") and name and not _LOGIN.fullmatch(name):
            fields.add("authors", Author(name, "contributor" if kind == "contributor" else None), origin)
        elif kind == "locationcreated":
            fields.put("located", _located(one) or name, origin)
        elif kind in ("infosource", "provider"):
            fields.add("provider_names", name or code, origin)
    for folded, target in (("keywordnames", "keywords"), ("genrenames", "genres")):
        for name in json_value.texts(members[folded]):
            fields.add(target, name, folded)


def _located(category: Record) -> str | None:
    geojson = category.get("geojson")
    properties = geojson.get("properties") if isinstance(geojson, dict) else None
    names = [json_value.text(json_value.pick(properties, name)) for name in ("locality", "country")]
    return ", ".join(name for name in names if name) or None


def _references(fields: Fields, members: Members) -> None:
    for one in json_value.objects(members["associations"]):
        uri = json_value.identifier(json_value.pick(one, "urn", "url"))
        title = json_value.text(json_value.pick(one, "headline", "caption"))
        kind = json_value.identifier(one.get("type"))
        if uri or title:
            rel = "featureimage" if one.get("is_featureimage") is True else kind
            fields.add("associations", Association(rel, uri, kind, title), "associations")
    linkbox = json_value.raw(members["linkboxhtml"])
    for link in html.parse(linkbox).iter("a") if linkbox else ():
        if uri := json_value.identifier(link.get("href")):
            title = json_value.text("".join(map(str, link.itertext())))
            fields.add("associations", Association("link", uri, None, title), "linkbox_html")


FORMAT = Format(NAME, "dpa digitalwires JSON", recognise, parse)
