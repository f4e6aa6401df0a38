"""Reuters Connect's content API: GraphQL answers with one `item`, or `items` of a search.

The members are those of ninjs in Reuters' spelling (`headLine`, `byLine`, `bodyXhtml`); subjects are
QCodes of Reuters' own schemes (`N2:ENV`, `MCC:I`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from schemas.errors import Reject
from schemas.item import ParsedItem
from transforms.parse import json_value, ninjs
from transforms.parse.document import Document
from transforms.parse.fields import Fields
from transforms.parse.json_value import Members, Record
from transforms.parse.registry import Format

NAME = "reuters-connect"

_SPELLINGS = frozenset({"headLine", "byLine", "bodyXhtml", "bodyXhtmlRich", "versionedGuid"})
_SPELT = re.compile(rb'"(?:headLine|byLine|bodyXhtml(?:Rich)?|versionedGuid)"')


def is_item(record: Record) -> bool:
    """Whether an object is an item: it has a guid and a member in Reuters' spelling."""
    guid = json_value.raw(json_value.pick(record, "uri", "versionedGuid", "guid"))
    return guid is not None and not _SPELLINGS.isdisjoint(record)


def recognise(document: Document) -> str | None:
    """JSON whose item, or one of whose items, has `headLine`, `byLine`, `bodyXhtml` or `versionedGuid`."""
    if not json_value.is_json(document) or not _SPELT.search(document.data):
        return None
    found = json_value.records(document.json, is_item)
    return f"{len(found)} items in Reuters Connect's spelling" if found else None


def parse(document: Document) -> Iterator[ParsedItem | Reject]:
    """The items of an answer.

    Raises:
        ItemError: `json_broken`, `too_deep` or `structure_broken`.
    """
    yield from json_value.parse_records(document, NAME, is_item, functools.partial(_item, document))


def _item(document: Document, record: Record, count: int | None) -> ParsedItem:
    fields = Fields(document, NAME, count)
    members = Members(record)
    versioned = json_value.identifier(members["versionedguid"])
    if versioned and members["uri"]:
        fields.add("alternate_ids", versioned, "versionedGuid")
    fields.put("uri", json_value.identifier(members["uri"]) or versioned, "uri")
    fields.add("provider_names", "Reuters" if "source" not in members else None, "format")
    ninjs.put(fields, members)
    return fields.item()


FORMAT = Format(NAME, "Reuters Connect JSON", recognise, parse)
