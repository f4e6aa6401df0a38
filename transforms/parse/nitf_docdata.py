"""NITF's head: docdata, tobject, meta, and the same elements where agencies put them beside docdata."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml import etree

from schemas.item import Association, Subject
from transforms.parse import markup, xml
from transforms.parse.fields import Fields

_TIME = re.compile(r"\d{4}")
_TIMES = ("date.issue", "revision-history", "pubdata", "date.release")  # the best for a version's time first
_SUBJECT_CODE = re.compile(r"\d{7,8}")
_ENTITIES = ("person", "org", "location", "event", "object.title", "virtloc")

# `meta` is free: names that several agencies use (folded), and the field each one holds.
_META = {
    **dict.fromkeys(("slug", "slugline", "anpakeyword", "ntbstikkord", "slugname"), "slugline"),
    **dict.fromkeys(("language", "lang", "dclanguage"), "language"),
    **dict.fromkeys(("anpasequence",), "service_number"),
    **dict.fromkeys(("priority", "prioridad", "anpapriority"), "priority"),
    **dict.fromkeys(("anpawordcount", "wordcount"), "word_count"),
    **dict.fromkeys(("anpacategory", "category"), "category"),
    **dict.fromkeys(("ntbkilde", "provider", "source", "origin", "originator"), "provider_names"),
    **dict.fromkeys(("copyright",), "copyright_holder"),
    **dict.fromkeys(("version",), "version"),
}


def read(root: etree._Element, fields: Fields) -> None:
    """Read all that stands above the body, and the root's own attributes, into an item's fields."""
    fields.put("language", xml.attribute(root, xml.LANGUAGE, "baselang", "lang"), "nitf language")
    times: dict[str, list[str]] = {}
    for parent in root:
        name = xml.local(parent)
        if name != "body":
            _times(parent, times)
        if name == "head":
            for element in parent:
                if xml.local(element) == "docdata":
                    _docdata(element, fields)
            for element in parent:
                _element(element, fields)
        elif name == "docdata":
            _docdata(parent, fields)
        elif name != "body":
            _element(parent, fields)
    for docdata in _misplaced(root):
        _times(docdata, times)
        _docdata(docdata, fields)
    fields.put("uri", xml.attribute(root, "uno"), "nitf uno")
    _put_times(times, fields)


def _misplaced(root: etree._Element) -> Iterator[etree._Element]:
    """`docdata` in the body or its head, where some agencies put it."""
    for body in xml.children(root, "body"):
        yield from xml.children(body, "docdata")
        for head in xml.children(body, "body.head"):
            yield from xml.children(head, "docdata")


def place(location: etree._Element | None) -> str | None:
    """A `location`: its own text, or its parts (city, region, country) with commas between."""
    if location is None:
        return None
    if (location.text and location.text.strip()) or not len(location):
        return markup.inline(location)
    return ", ".join(part for child in location if (part := markup.inline(child))) or None


def _docdata(docdata: etree._Element, fields: Fields) -> None:
    fields.put("pub_status", xml.attribute(docdata, "management-status"), "docdata management-status")
    fields.put("embargoed", _time(xml.attribute(docdata, "management-embargo")), "management-embargo")
    for element in docdata:
        _element(element, fields)


def _element(element: etree._Element, fields: Fields) -> None:
    if reader := _READERS.get(xml.local(element)):
        reader(element, fields)


def _doc_id(element: etree._Element, fields: Fields) -> None:
    fields.put("uri", xml.attribute(element, "id-string"), "doc-id id-string")
    fields.add("provider_names", xml.attribute(element, "regsrc"), "doc-id regsrc")


def _urgency(element: etree._Element, fields: Fields) -> None:
    value = xml.attribute(element, "ed-urg") or markup.inline(element)
    fields.put("urgency", xml.urgency(value), "urgency ed-urg")


def _du_key(element: etree._Element, fields: Fields) -> None:
    fields.put("version", xml.attribute(element, "version"), "du-key version")
    key = xml.attribute(element, "key")
    if key and re.search(r"[^\W\d]{2}", key):  # otherwise a number of the system, no slug
        fields.put("slugline", key, "du-key key")
    elif key:
        fields.add("alternate_ids", key, "du-key key")


def _copyright(element: etree._Element, fields: Fields) -> None:
    holder = xml.attribute(element, "holder")
    fields.put("copyright_holder", holder, "doc.copyright holder")
    fields.add("provider_names", holder, "doc.copyright holder")


def _rights(element: etree._Element, fields: Fields) -> None:
    fields.put("copyright_holder", xml.attribute(element, "owner"), "doc.rights owner")
    terms = [xml.attribute(element, name) for name in ("type", "limitations")]
    fields.put("usage_terms", " ".join(filter(None, terms)), "doc.rights type, limitations")


def _message(element: etree._Element, fields: Fields) -> None:
    fields.add("signals", xml.attribute(element, "msg-type"), "ed-msg msg-type")
    fields.add("ed_notes", xml.attribute(element, "info") or markup.inline(element), "ed-msg info")


def _correction(element: etree._Element, fields: Fields) -> None:
    fields.add("signals", "correction", "correction")
    fields.add("ed_notes", xml.attribute(element, "info"), "correction info")
    fields.put("revises", xml.attribute(element, "id-string"), "correction id-string")


def _key_list(element: etree._Element, fields: Fields) -> None:
    for keyword in xml.children(element, "keyword"):
        fields.add("keywords", xml.attribute(keyword, "key") or markup.inline(keyword), "key-list")


def _evloc(element: etree._Element, fields: Fields) -> None:
    names = ("city", "county-dist", "state-prov", "iso-cc")
    parts = [xml.attribute(element, name) for name in names]
    fields.put("located", ", ".join(filter(None, parts)) or markup.inline(element), "evloc")


def _from(element: etree._Element, fields: Fields) -> None:
    for source in xml.children(element, "from-src"):
        fields.add("provider_names", xml.attribute(source, "src-name"), "del-list/from-src")


def _tobject(element: etree._Element, fields: Fields) -> None:
    for child in element:
        name = xml.local(child)
        if name == "tobject.property":
            fields.add("genres", xml.attribute(child, "tobject.property.type"), name)
        elif name == "tobject.subject":
            said = [xml.attribute(child, f"{name}.{part}") for part in ("detail", "matter", "type", "code")]
            code = xml.attribute(child, "tobject.subject.refnum")
            title = next(filter(None, said), None)
            scheme = "subj" if code and _SUBJECT_CODE.fullmatch(code) else None
            if code or title:
                fields.add("subjects", Subject(scheme, code or said[3], title), name)


def _identified(element: etree._Element, fields: Fields) -> None:
    for child in element:
        name = xml.local(child)
        text = markup.inline(child)
        code = xml.attribute(child, "value", "location-code", "id")
        if name == "classifier":
            scheme = xml.attribute(child, "type", "idsrc")
        elif name in _ENTITIES:
            scheme = xml.attribute(child, "idsrc", "code-source") or name
        else:
            continue
        if code or text:
            fields.add("subjects", Subject(scheme, code, text), f"identified-content/{name}")


def _doc_scope(element: etree._Element, fields: Fields) -> None:
    if scope := xml.attribute(element, "scope"):
        fields.add("subjects", Subject("doc-scope", None, scope), "doc-scope")


def _pubdata(element: etree._Element, fields: Fields) -> None:
    if (xml.attribute(element, "unit-of-measure") or "word") == "word":
        fields.put("word_count", xml.number(element.get("item-length")), "pubdata item-length")
    fields.add("provider_names", xml.attribute(element, "name"), "pubdata name")


def _meta(element: etree._Element, fields: Fields) -> None:
    name = re.sub(r"[\W_]+", "", (element.get("name") or "").lower())
    value = xml.attribute(element, "content")
    origin = f"meta {element.get('name')}"
    match _META.get(name):
        case None:
            return
        case "word_count":
            fields.put("word_count", xml.number(value), origin)
        case "priority":
            fields.put("priority", value if value and len(value) == 1 and value.isalpha() else None, origin)
        case "category" if value:
            fields.add("subjects", Subject("category", value), origin)
        case "provider_names":
            fields.add("provider_names", value, origin)
        case field:
            fields.put(field, value, origin)


def _link(element: etree._Element, fields: Fields) -> None:
    if uri := xml.attribute(element, "href", "source", "id-string"):
        rel = xml.attribute(element, "rel") or xml.local(element)
        fields.add("associations", Association(rel, uri, xml.attribute(element, "type")), "head link")


def _revision(element: etree._Element, fields: Fields) -> None:
    fields.add("ed_notes", xml.attribute(element, "comment"), "revision-history comment")


_READERS: dict[str, Callable[[etree._Element, Fields], None]] = {
    "doc-id": _doc_id,
    "urgency": _urgency,
    "du-key": _du_key,
    "doc.copyright": _copyright,
    "doc.rights": _rights,
    "ed-msg": _message,
    "correction": _correction,
    "key-list": _key_list,
    "evloc": _evloc,
    "del-list": _from,
    "tobject": _tobject,
    "identified-content": _identified,
    "doc-scope": _doc_scope,
    "pubdata": _pubdata,
    "meta": _meta,
    "link": _link,
    "revision-history": _revision,
}


def _time(value: str | None) -> str | None:
    """A time as sent; patterns that no system filled in (`YYYYMMDD...`) are none."""
    return value if value and _TIME.match(value) else None


def _times(element: etree._Element, found: dict[str, list[str]]) -> None:
    for node in element.iter():
        name = xml.local(node)
        if name in _TIMES and (
            value := _time(xml.attribute(node, "norm", "date.publication") or markup.inline(node))
        ):
            found.setdefault(name, []).append(value)


def _put_times(found: dict[str, list[str]], fields: Fields) -> None:
    for name in _TIMES:
        if name in found:
            fields.put("version_created", found[name][-1], name)
    if release := found.get("date.release"):
        issue = found.get("date.issue", [""])[0]
        if _clock(release[0]) > _clock(issue):
            fields.put("embargoed", release[0], "date.release")


def _clock(value: str) -> str:
    """The digits of date and time of day: enough to compare times that one system wrote."""
    return re.sub(r"\D", "", value[:19])[:14]
