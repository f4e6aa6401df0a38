"""NewsML 1.0 to 1.2: https://www.iptc.org/std/NewsML/1.2/ ; with and without Version and namespace."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from schemas.errors import Code, ItemError, Reject, Stage
from schemas.item import Association, ParsedItem
from transforms.parse import xml
from transforms.parse.document import Document
from transforms.parse.fields import Fields
from transforms.parse.newsml_1_component import Component
from transforms.parse.newsml_1_meta import Metadata
from transforms.parse.registry import Format

NAME = "newsml-1"

_ROOTS = frozenset({"NewsML", "NewsItem", "NewsComponent"})
_IDENTIFIER = re.compile(r"urn:newsml:[^:]+:[^:]*:.+:(\d+)[NUA]?", re.I)


def recognise(document: Document) -> str | None:
    """The root is `NewsML`, or one of its parts standing alone."""
    name, _ = document.root
    return f"root <{name}>" if name in _ROOTS else None


def parse(document: Document) -> Iterator[ParsedItem | Reject]:
    """The items of a document, numbered from 1 where there are several.

    Raises:
        ItemError: `xml_broken`, `encoding_broken`, `too_deep`; `not_news` where the only item is a set of
            topics; `structure_broken` where there is no item.
    """
    root = document.xml
    if xml.local(root) == "NewsComponent":
        yield _item(None, root, None, document, None)
        return
    envelope = xml.child(root, "NewsEnvelope")
    # NewsItems may stand inside the components of others: each is an item of its own.
    items = list(xml.descendants(root, "NewsItem"))
    if not items:
        code = Code.NOT_NEWS if xml.child(root, "TopicSet") is not None else Code.STRUCTURE_BROKEN
        raise ItemError(code, "NewsML without NewsItem")
    if len(items) > document.limits.items:
        raise ItemError(Code.STRUCTURE_BROKEN, f"NewsML of {len(items)} items")
    for number, item in enumerate(items, 1):
        try:
            component = xml.child(item, "NewsComponent")
            yield _item(item, component, envelope, document, number if len(items) > 1 else None)
        except ItemError as error:
            if len(items) == 1:
                raise
            yield Reject(
                source=f"{document.raw.source}#{number}",
                stage=Stage.PARSE,
                code=error.code,
                message=error.message,
                raw=etree.tostring(item, encoding="utf-8", with_tail=False),
                received_at=document.raw.received_at,
                source_format=NAME,
            )


def _item(
    item: etree._Element | None,
    component: etree._Element | None,
    envelope: etree._Element | None,
    document: Document,
    number: int | None,
) -> ParsedItem:
    if component is None and xml.child(item, "Update") is None and xml.child(item, "NewsManagement") is None:
        if xml.child(item, "TopicSet") is not None:
            raise ItemError(Code.NOT_NEWS, "NewsML NewsItem of topics")
        raise ItemError(Code.STRUCTURE_BROKEN, "NewsItem without NewsManagement and NewsComponent")
    fields = Fields(document, NAME, number)
    if item is not None:
        _identification(xml.child(item, "Identification"), fields)
        _management(xml.child(item, "NewsManagement"), fields)
    if component is not None:
        main = Component(component, xml.attribute(item, xml.LANGUAGE))
        fields.put("language", main.language, "DescriptiveMetadata/Language or xml:lang")
        metadata = Metadata(main, fields)
        metadata.read()
        paragraphs = main.paragraphs(fields)
        metadata.finish()
        fields.put("paragraphs", tuple(paragraphs), "DataContent")
        for association in main.media():
            fields.add("associations", association, "NewsComponent")
    fields.put("slugline", xml.text(xml.child(item, "Identification", "NameLabel")), "NameLabel")
    _envelope(envelope, fields)
    return fields.item()


def _identification(identification: etree._Element | None, fields: Fields) -> None:
    parts = xml.grouped(xml.child(identification, "NewsIdentifier"))
    said = {name: xml.text(elements[0]) for name, elements in parts.items()}
    revision = next(iter(parts.get("RevisionId", ())), None)
    fields.put("version", said.get("RevisionId"), "NewsIdentifier/RevisionId")
    fields.add("provider_names", said.get("ProviderId"), "NewsIdentifier/ProviderId")
    public, item = said.get("PublicIdentifier"), said.get("NewsItemId")
    built = [said.get(name) for name in ("ProviderId", "DateId", "NewsItemId", "RevisionId")]
    whole = f"urn:newsml:{':'.join(part or '' for part in built)}" if item and built[0] else None
    unique = bool(item and item.strip("0"))
    if public and (_IDENTIFIER.fullmatch(public) or (item and unique and item in public)):
        fields.put("uri", public, "NewsIdentifier/PublicIdentifier")
    else:  # Belga's names the agency only: every item would have the same
        fields.put("uri", whole if unique else None, "NewsIdentifier")
        fields.add("alternate_ids", public, "NewsIdentifier/PublicIdentifier")
    uri = fields.get("uri") or ""
    before = xml.attribute(revision, "PreviousRevision")
    if before and before != "0" and (match := _IDENTIFIER.fullmatch(uri)) and before != match.group(1):
        fields.put("revises", f"{uri[: match.start(1)]}{before}", "RevisionId PreviousRevision")
    update = xml.attribute(revision, "Update")
    if update and update != "N":
        fields.add("signals", {"U": "update", "A": "append"}.get(update, update), "RevisionId Update")


def _management(management: etree._Element | None, fields: Fields) -> None:
    for element in xml.children(management):
        name = xml.local(element)
        value = xml.attribute(element, "FormalName") or xml.text(element)
        origin = f"NewsManagement/{name}"
        match name:
            case "FirstCreated":
                fields.put("first_created", value, origin)
            case "ThisRevisionCreated":
                fields.put("version_created", value, origin)
            case "Status":
                fields.put("pub_status", value, origin)
            case "StatusWillChange":
                if (fields.get("pub_status") or "").casefold() in ("embargoed", "withheld"):
                    fields.put("embargoed", xml.text(xml.child(element, "DateAndTime")), origin)
            case "Urgency":
                fields.put("urgency", xml.urgency(value), origin)
            case "NewsItemType":
                fields.add("genres", None if (value or "").casefold() == "news" else value, origin)
            case "Instruction":
                fields.add("signals", value, origin)
            case "DerivedFrom" | "AssociatedWith":
                rel = xml.attribute(element, "FormalName") or name
                fields.add("associations", _reference(element, rel), origin)
            case "EditorialNote" | "UsageRights":
                fields.add("ed_notes", xml.text(element), origin)


def _reference(element: etree._Element, rel: str) -> Association | None:
    uri = xml.attribute(element, "NewsItem", "Href")
    return Association(rel, uri, None, xml.text(xml.child(element, "Comment"))) if uri else None


def _envelope(envelope: etree._Element | None, fields: Fields) -> None:
    for element in xml.children(envelope):
        name = xml.local(element)
        value = xml.attribute(element, "FormalName") or xml.text(element)
        match name:
            case "DateAndTime":
                fields.put("sent", value, "NewsEnvelope/DateAndTime")
            case "Priority":
                fields.put("urgency", xml.urgency(value), "NewsEnvelope/Priority")
            case "SentFrom":
                party = xml.child(element, "Party")
                fields.add("provider_names", xml.attribute(party, "FormalName"), "NewsEnvelope/SentFrom")
            case "TransmissionId":
                fields.put("service_number", value, "NewsEnvelope/TransmissionId")


FORMAT = Format(NAME, "NewsML 1.x", recognise, parse, ("NewsItem",))
