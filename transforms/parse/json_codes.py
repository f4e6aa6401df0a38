"""Subjects, named things, genres, keywords and references of JSON items, as ninjs and its kin have them."""

from __future__ import annotations

import re

from schemas.item import Association, Subject
from transforms.parse import json_value
from transforms.parse.fields import Fields
from transforms.parse.json_value import Members, Record

_JOINED_KEYWORDS = re.compile(r"(?<=\w)\+(?=\w)")
_KEYWORD_LIST = re.compile(r"\s*[,;|]\s*")
_QCODE = re.compile(r"([A-Za-z][\w.-]{0,30}):([^\s/][^\s]*)$")
_SCHEMES = {"service": "service", "anpacategory": "anpa"}
_IPTC_URI = re.compile(r"https?://(?:cv\.iptc\.org/newscodes|[\w.]*iptc\.org/NewsCodes)/(\w+)/(.+)$", re.I)
_IPTC_ALIASES = {"mediatopic": "medtop", "subjectcode": "subj"}
_URI = re.compile(r"(https?://\S+[/#])([^/#\s]+)$")
_NAMED = {
    "person": "person", "people": "person", "place": "place", "places": "place", "event": "event",
    "events": "event", "organisation": "organisation", "organisations": "organisation",
    "object": "object", "objects": "object",
}  # fmt: skip


def put(fields: Fields, members: Members) -> None:
    """Collect an item's codes and references."""
    _codes(fields, members)
    _references(fields, members)


def split(code: str) -> tuple[str | None, str]:
    """(scheme, code) of a QCode or a concept's URI; IPTC's schemes by their usual aliases.

    A bare number of eight digits is IPTC's: a media topic from 20000000 on, a subject code below.
    """
    if match := _IPTC_URI.match(code):
        return _IPTC_ALIASES.get(match[1].lower(), match[1].lower()), match[2]
    if match := _URI.match(code):
        return match[1], match[2]
    if code.startswith(("http:", "https:", "urn:", "tag:")):
        return None, code
    if match := _QCODE.match(code):
        return match[1], match[2]
    if len(code) == 8 and code.isdecimal():
        return ("medtop" if code[0] == "2" else "subj"), code
    return None, code


def subject(record: Record, scheme: str | None = None) -> Subject | None:
    """A subject of `{scheme, code | qcode | literal | uri, name}`, or of a text that is a code or a name."""
    identify = json_value.identifier
    name = json_value.text(json_value.pick(record, "name", "title"))
    code = identify(json_value.pick(record, "code", "qcode", "literal", "uri", "href", "id", "guid"))
    if code is None and name and set(record) == {"name"} and _QCODE.match(name):
        code, name = name, None
    if code is None:
        return Subject(scheme, None, name) if name else None
    if said := identify(json_value.pick(record, "scheme")):
        known, _ = split(said.rstrip("/") + "/-")
        return Subject(known if _IPTC_URI.match(said.rstrip("/") + "/-") else said, code, name)
    if scheme:
        return Subject(scheme, code, name)
    found, local = split(code)
    if found is None and (uri := identify(record.get("uri"))):
        found, _ = split(uri)
    return Subject(found, local, name)


def _codes(fields: Fields, members: Members) -> None:
    for folded, value, origin in members.present("subject", "subjects", "service", "anpacategory"):
        if isinstance(value, dict) and isinstance(value.get("code"), list):  # {"code": ["a", "b"]}
            value = [{"code": code} for code in value["code"]]
        for one in json_value.objects(value):
            fields.add("subjects", subject(one, _SCHEMES.get(folded)), origin)
    for folded, value, origin in members.present(*_NAMED):
        for one in json_value.objects(value):
            name = json_value.text(one.get("name"))
            code = json_value.identifier(json_value.pick(one, "uri", "literal", "code", "qcode"))
            scheme = json_value.identifier(one.get("scheme"))
            if code and scheme and scheme.startswith("http") and not code.startswith("http"):
                code = scheme + code
            if name or code:
                fields.add("subjects", Subject(_NAMED[folded], code, name), origin)
    for _, value, origin in members.present("genre", "genres"):
        for genre in json_value.texts(value):
            fields.add("genres", genre, origin)
    for _, value, origin in members.present("keywords", "keyword"):
        for keyword in json_value.texts(_KEYWORD_LIST.split(value) if isinstance(value, str) else value):
            for part in _JOINED_KEYWORDS.split(keyword):
                fields.add("keywords", part.strip(), origin)


def _references(fields: Fields, members: Members) -> None:
    for _, value, origin in members.present("associations"):
        _associations(fields, value, origin)
    for _, value, origin in members.present("trustindicator", "trustindicators"):
        for indicator in json_value.objects(value):
            uri = json_value.identifier(json_value.pick(indicator, "href", "uri"))
            title = json_value.text(json_value.pick(indicator, "title", "name", "code"))
            if uri or title:
                fields.add("associations", Association("trustIndicator", uri, None, title), origin)


def _associations(fields: Fields, associations: object, origin: str) -> None:
    named: list[tuple[str | None, Record]]
    if isinstance(associations, dict):
        named = [(name, one) for name, one in associations.items() if isinstance(one, dict)]
    else:
        named = [
            (json_value.text(json_value.pick(one, "role", "rel", "name")), one)
            for one in json_value.objects(associations)
        ]
    for rel, one in named:
        uri = json_value.identifier(json_value.pick(one, "uri", "guid", "_id", "href"))
        kind = json_value.identifier(one.get("type"))
        title = _title(one)
        if uri or title:
            fields.add("associations", Association(rel, uri, kind, title), origin)


def _title(record: Record) -> str | None:
    for name in (
        "headline",
        "headline_main",
        "headlines",
        "title",
        "description_text",
        "descriptions",
        "name",
    ):
        value = record.get(name)
        if isinstance(value, list) and value:
            value = json_value.pick(value[0], "value")
        if found := json_value.text(value):
            return found
    return None
