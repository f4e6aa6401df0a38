"""ninjs 1, 2 and 3, IPTC's news in JSON: https://iptc.org/std/ninjs/, and its dialects.

Version 1 names one value after another (`body_html`, `byline`, `headline_main`), versions 2 and 3 have
lists of objects (`bodies`, `headlines`), version 3 writes its names in camel case. Superdesk's export
(`guid`, `service`, `authors`), the Guardian's aggregator (`slug`, `source-feed`, keywords such as
`rail+strike`) and TT's (`bodies` in four forms) are read by the same rules: names are folded, and of
several forms of a text the HTML one wins, since only mark-up tells paragraphs apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from schemas.errors import Code, ItemError, Reject
from schemas.item import Author, ParsedItem
from transforms.parse import html, json_codes, json_value, markup
from transforms.parse.document import Document
from transforms.parse.fields import Fields
from transforms.parse.json_value import Members, Record
from transforms.parse.markup import Passages
from transforms.parse.registry import Format

NAME = "ninjs"

_IDENTIFIERS = ("uri", "guid", "_id", "id", "unique-name")
# The names of the standard's three versions, folded.
_STANDARD = (
    "$standard standard uri guid type mimetype representationtype digitalsourcetype profile version title "
    "firstcreated versioncreated contentcreated embargoed expires pubstatus urgency language ednote "
    "rightsinfo copyrightholder copyrightnotice usageterms person people organisation organisations place "
    "places subject subjects event events object objects infosource infosources headline headlines "
    "slugline byline by located charcount wordcount renditions associations altids trustindicator "
    "trustindicators genre genres description descriptions descriptiontext descriptionhtml body bodies "
    "bodytext bodyhtml bodyxhtml eventdetails plannedcoverage keywords"
)
_TELLING = (
    "headline headlines slugline versioncreated pubstatus byline bodytext bodyhtml bodyxhtml bodyrichtext "
    "bodymain bodies descriptiontext descriptionhtml descriptions copyrightholder usageterms $standard "
    "eventdetails plannedcoverage headlinemain ednote"
)
_STANDARD_NAMES, _TELLING_NAMES = frozenset(_STANDARD.split()), frozenset(_TELLING.split())
_NOT_NEWS = frozenset({"event", "planning", "concept", "assignment", "newsletter", "calendar"})
_MARKUP_FORMS = ("html", "richtext")
_AGENCY_FEED = re.compile(r"([A-Za-z]{2,})[_-]\w+$")
_ROLES: Mapping[str, str] = {
    **dict.fromkeys(("writer", "author", "journalist", "creator", "byline"), "writer"),
    **dict.fromkeys(("reporter", "correspondent"), "reporter"),
    **dict.fromkeys(("editor", "subeditor", "sub-editor"), "editor"),
    **dict.fromkeys(("photographer", "camera"), "photographer"),
    "contributor": "contributor",
    "translator": "translator",
}


def is_item(record: Record) -> bool:
    """Whether an object is a ninjs item: it has an identifier and what the standard calls by that name."""
    if not any(json_value.raw(record.get(name)) for name in _IDENTIFIERS):
        return False
    if "uri" in record and not _TELLING_NAMES.isdisjoint(record):
        return True
    folded = {json_value.fold(name) for name in record}
    return bool(folded & _TELLING_NAMES) or ("uri" in record and folded <= _STANDARD_NAMES)


def recognise(document: Document) -> str | None:
    """A JSON object with `uri` or `guid` and a ninjs property, or a list or envelope of such objects."""
    if not json_value.is_json(document):
        return None
    found = json_value.records(document.json, is_item)
    if not found:
        return None
    return "JSON with uri and ninjs properties" if found[0][0] is None else f"{len(found)} ninjs items"


def parse(document: Document) -> Iterator[ParsedItem | Reject]:
    """The items of a ninjs document.

    Raises:
        ItemError: `json_broken`, `too_deep`, `structure_broken`, or `not_news` for an event or a plan.
    """
    yield from json_value.parse_records(
        document, NAME, is_item, lambda record, number: _item(document, record, number)
    )


def _item(document: Document, record: Record, number: int | None) -> ParsedItem:
    members = Members(record)
    kind = json_value.identifier(members["type"])
    if kind in _NOT_NEWS or "eventdetails" in members or "plannedcoverage" in members:
        raise ItemError(Code.NOT_NEWS, f"ninjs of type {kind or 'event'}")
    fields = Fields(document, NAME, number)
    put(fields, members)
    return fields.item()


def put(fields: Fields, members: Members) -> None:
    """Collect what an item's members say; agencies' own JSON that is ninjs at heart is read by it too."""
    _management(fields, members)
    _titles(fields, members)
    _people(fields, members)
    _text(fields, members)
    json_codes.put(fields, members)


_SUMMARIES = (
    *("descriptiontext", "abstract", "descriptionsummary", "descriptionmain", "descriptionhtml", "summary"),
    *("intro", "descriptioncaption", "caption"),
)
_TEXTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("headline", ("headline", "headlinemain")),
    ("slugline", ("slugline", "slug", "slugtext")),
    ("summary", _SUMMARIES),
    ("credit_line", ("creditline", "credit", "descriptioncreditline")),
    ("sign_off", ("signoff", "closingline")),
    ("embargo_text", ("embargotext",)),
    ("copyright_holder", ("copyrightholder",)),
    ("copyright_notice", ("copyrightnotice",)),
    ("usage_terms", ("usageterms", "usage")),
)
_AS_SENT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("uri", ("uri", "guid", "id", "uniquename")),
    ("version", ("version", "currentversion")),
    ("version_created", ("versioncreated", "versiondate", "updated")),
    ("first_created", ("firstcreated", "firstversion", "contentcreated", "created")),
    ("sent", ("datetimesent", "sent", "firstpublished", "published")),
    ("embargoed", ("embargoed", "embargo")),
    ("pub_status", ("pubstatus", "status")),
    ("priority", ("priority", "editorialpriority")),
    ("language", ("language", "lang")),
    ("revises", ("evolvedfrom", "rewriteof", "predecessor")),
)


def _management(fields: Fields, members: Members) -> None:
    identify = json_value.identifier
    for name, folded in _AS_SENT:
        members.put(fields, name, identify, *folded)
    members.put(fields, "urgency", lambda value: json_value.number(value, 1, 9), "urgency")
    members.put(fields, "word_count", json_value.number, "wordcount")
    for _, value, origin in members.present("state"):
        if (identify(value) or "").lower() in ("killed", "recalled", "corrected", "unpublished"):
            fields.add("signals", value, origin)
    if identify(members["type"]) == "advisory":
        fields.add("signals", "advisory", "type")
    for _, value, origin in members.present("signals", "signal", "editorialtypes"):
        for one in json_value.texts(value):
            fields.add("signals", one, origin)
    for _, value, origin in members.present("altids"):
        values = value.values() if isinstance(value, dict) else json_value.objects(value)
        for altid in values:
            fields.add("alternate_ids", identify(json_value.pick(altid, "value", "name") or altid), origin)
    for _, value, origin in members.present("guid", "usn", "uniquename", "familyid", "itemid", "originalurn"):
        found = identify(value)
        if found and len(found) > 1 and found != fields.get("uri"):
            fields.add("alternate_ids", found, origin)


def _titles(fields: Fields, members: Members) -> None:
    text = json_value.text
    for name, listed, roles in (
        ("headline", "headlines", ("main", "headline", "title")),
        ("summary", "descriptions", ("text", "summary", "abstract", "caption", "main")),
    ):
        if listed in members:
            value, origin = _chosen(members, listed, roles)
            fields.put(name, text(value), origin)
    for name, folded in _TEXTS:
        members.put(fields, name, _joined, *folded)
    if not fields.get("headline"):
        for origin, value in members.starting("headline"):
            fields.put("headline", text(value), origin)
        members.put(fields, "headline", text, "title")
    if not fields.get("summary"):
        for origin, value in members.starting("description"):
            if "creditline" not in origin:
                fields.put("summary", text(value), origin)
        members.put(fields, "summary", text, "subhead", "subtitle")


def _chosen(members: Members, name: str, roles: tuple[str, ...]) -> tuple[object, str]:
    """The value of the list's object with the first of these roles, else of its first with a value."""
    value, origin = members.first(name)
    if not isinstance(value, list):
        return (value if isinstance(value, str) else json_value.pick(value, "value")), origin
    best: tuple[int, object, str] | None = None
    for number, one in enumerate(value):
        said = json_value.pick(one, "value") if isinstance(one, dict) else one
        if not json_value.raw(said):
            continue
        role = json_value.raw(json_value.pick(one, "role", "name"))
        rank = roles.index(role) if role in roles else len(roles)
        if best is None or rank < best[0]:
            best = rank, said, f"{origin}[{number}].value"
    return best[1:] if best else (None, origin)


def _people(fields: Fields, members: Members) -> None:
    text = json_value.text
    members.put(fields, "byline", _joined, "byline", "by")
    members.put(fields, "located", _joined, "located", "location")
    for _, value, origin in members.present("authors", "creators"):
        for one in json_value.objects(value):
            if name := text(json_value.pick(one, "name", "value")):
                role = _ROLES.get((text(one.get("role")) or "").lower())
                job = text(json_value.pick(one, "jobtitle", "jobTitle"))
                organisation = text(json_value.pick(one, "organisation", "org"))
                fields.add("authors", Author(name, role, organisation, job), origin)
    for _, value, origin in members.present("dateline"):
        if isinstance(value, dict):
            fields.put("dateline", text(value.get("text")), f"{origin}.text")
            city = json_value.pick(value.get("located"), "city", "name")
            fields.put("located", text(city), f"{origin}.located")
        fields.put("dateline", text(value), origin)
    for _, value, origin in members.present(
        "provider", "infosources", "infosource", "source", "sourcefeed", "originalsource", "copyrightholder"
    ):
        for member in json_value.objects(value):
            for name in ("uri", "code", "literal", "name"):
                if found := text(member.get(name)):
                    fields.add("provider_names", found, origin)
                    if feed := _AGENCY_FEED.match(found):
                        fields.add("provider_names", feed[1], origin)
    for _, value, origin in members.present("ednote", "ednotes", "editornote"):
        for note in json_value.objects(value):
            fields.add("ed_notes", text(json_value.pick(note, "name", "value", "ednote", "text")), origin)


def _joined(value: object) -> str | None:
    return (
        ", ".join(json_value.texts(value)) or None
        if isinstance(value, (list, dict))
        else json_value.text(value)
    )


def _bodies(members: Members) -> list[tuple[int, str, str]]:
    """Forms of the text: rank (0 mark-up, 1 other, 2 agency XML), text, where it stood; the best first."""
    forms = []
    for number, one in enumerate(json_value.objects(members["bodies"])):
        if value := json_value.raw(json_value.pick(one, "value", "name")):
            said = [json_value.raw(one.get(name)) or "" for name in ("role", "contentType", "contenttype")]
            forms.append((_rank(" ".join(said), value), value, f"bodies[{number}].value"))
    for origin, value in members.starting("body"):
        if found := json_value.raw(value):
            forms.append((_rank(origin, found), found, origin))
    return sorted(forms, key=lambda form: form[0])


def _rank(said: str, value: str) -> int:
    said = said.lower()
    if "nitf" in said or ("xml" in said and "xhtml" not in said):
        return 2
    return 0 if any(form in said for form in _MARKUP_FORMS) and html.is_markup(value) else 1


def _text(fields: Fields, members: Members) -> None:
    headline = fields.get("headline")
    for rank, value, origin in _bodies(members):
        if rank == 2 or html.is_markup(value):
            root = html.parse(value)
            if "bodytext" in value:
                _vignette(fields, root, origin)
            if rank == 2:
                root = next(root.iter("body.content", "brodtext"), root)
            passages = markup.read(root, titles=(headline,))
        else:
            passages = Passages(html.paragraphs(value))
        if passages.paragraphs:
            html.put(fields, passages, origin)
            return


def _vignette(fields: Fields, root: etree._Element, origin: str) -> None:
    """TT's pages set apart, in `<div class="dat">` before the text, a place or a topic and the source."""
    for element in root.iter("div"):
        if element.get("class") == "dat":
            topics = [part for part in element if part.get("class") == "vignette"]
            for topic in topics:
                fields.add("keywords", markup.inline(topic), f"{origin} .vignette")
            fields.put("dateline", None if topics else markup.inline(element), f"{origin} .dat")
            for child in list(element):
                element.remove(child)
            element.text = None
            return


FORMAT = Format(NAME, "ninjs 1 to 3 (IPTC), Superdesk, Guardian, TT", recognise, parse)
