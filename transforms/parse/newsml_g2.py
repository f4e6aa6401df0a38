"""NewsML-G2: `newsItem`, `packageItem`, and messages of many. https://iptc.org/standards/newsml-g2/"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from schemas.errors import Code, ItemError, Reject, Stage
from schemas.item import Association, ParsedItem
from transforms.parse import newsml_g2_content, xml
from transforms.parse.document import Document
from transforms.parse.fields import Fields
from transforms.parse.newsml_g2_meta import Groups, Metadata
from transforms.parse.qcode import Catalog
from transforms.parse.registry import Format

NAME = "newsml-g2"

_NEWS = frozenset({"newsItem", "packageItem"})
_OTHER = frozenset({"conceptItem", "knowledgeItem", "planningItem", "catalogItem"})
_ROOTS = _NEWS | _OTHER | {"newsMessage"}


def recognise(document: Document) -> str | None:
    """The root is one of the standard's items, or its message."""
    name, _ = document.root
    return f"root <{name}>" if name in _ROOTS else None


def parse(document: Document) -> Iterator[ParsedItem | Reject]:
    """The items of a document; those of a message are numbered from 1 where there are several.

    Raises:
        ItemError: `xml_broken`, `encoding_broken`, `too_deep`; `not_news` where the only item is a
            concept, knowledge, planning or catalog item; `structure_broken` where there is none.
    """
    root = document.xml
    if xml.local(root) != "newsMessage":
        yield _item(root, document, None, None, Catalog())
        return
    items = [item for group in xml.children(root, "itemSet") for item in xml.children(group, *_NEWS, *_OTHER)]
    items = items or list(xml.children(root, *_NEWS, *_OTHER))
    if not items:
        raise ItemError(Code.STRUCTURE_BROKEN, "newsMessage without items")
    if len(items) > document.limits.items:
        raise ItemError(Code.STRUCTURE_BROKEN, f"newsMessage of {len(items)} items")
    catalog = Catalog(root, xml.child(root, "header"))
    if len(items) == 1:
        yield _item(items[0], document, None, root, catalog)
        return
    for number, item in enumerate(items, 1):
        try:
            yield _item(item, document, number, root, catalog)
        except ItemError as error:
            yield _reject(item, document, number, error)


def _reject(item: etree._Element, document: Document, number: int, error: ItemError) -> Reject:
    raw = document.raw
    return Reject(
        source=f"{raw.source}#{number}",
        stage=Stage.PARSE,
        code=error.code,
        message=error.message,
        raw=etree.tostring(item, encoding="utf-8", with_tail=False),
        received_at=raw.received_at,
        source_format=NAME,
    )


def _item(
    item: etree._Element,
    document: Document,
    number: int | None,
    message: etree._Element | None,
    catalog: Catalog,
) -> ParsedItem:
    kind = xml.local(item)
    if kind in _OTHER:
        raise ItemError(Code.NOT_NEWS, f"NewsML-G2 {kind}")
    groups = xml.grouped(item)
    if not groups.keys() & {"itemMeta", "contentMeta", "contentSet", "groupSet"}:
        raise ItemError(Code.STRUCTURE_BROKEN, f"{kind} without itemMeta, contentMeta and content")
    fields = Fields(document, NAME, number)
    fields.put("uri", xml.attribute(item, "guid"), "guid")
    fields.put("version", xml.attribute(item, "version"), "version")
    header = next(xml.children(message, "header", "Header"), None)
    metadata = Metadata(item, groups, Catalog(item, outer=catalog), fields)
    metadata.read()
    _header(header, fields)
    newsml_g2_content.read(groups.get("contentSet", []), metadata.language, fields)
    _members(groups, fields)
    metadata.finish()
    return fields.item()


def _header(header: etree._Element | None, fields: Fields) -> None:
    if header is None:
        return
    for element in header:
        name = xml.local(element).lower()
        if name == "sent":
            fields.put("sent", xml.text(element), "header/sent")
        elif name in ("sender", "origin", "source"):
            fields.add("provider_names", xml.text(element), f"header/{name}")


def _members(groups: Groups, fields: Fields) -> None:
    """A package's references: its groups' `itemRef` and `conceptRef`, with the group's role."""
    for group_set in groups.get("groupSet", ()):
        for group in xml.children(group_set, "group"):
            role = xml.attribute(group, "role", "id")
            for member in xml.children(group, "itemRef", "conceptRef"):
                if uri := xml.attribute(member, "residref", "href", "qcode", "uri"):
                    title = xml.text(xml.child(member, "headline")) or xml.text(xml.child(member, "title"))
                    kind = xml.attribute(xml.child(member, "itemClass"), "qcode")
                    kind = kind or xml.attribute(member, "contenttype")
                    fields.add("associations", Association(role, uri, kind, title), "groupSet/group")
                    fields.put("headline", title, "groupSet, title of the first member")


FORMAT = Format(NAME, "NewsML-G2", recognise, parse, tuple(sorted(_NEWS | _OTHER)))
