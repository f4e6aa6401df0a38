"""The data contract as Arrow schemas: `STORIES` for stories/ and duplicates/, `REJECTS` for rejects/.

Names follow ninjs 3 and NewsML-G2 in snake_case. Columns may be added, none is renamed: a change of the
schema raises `SCHEMA_VERSION`, and readers of older files see the new columns as null.
"""

from __future__ import annotations

import pyarrow as pa

SCHEMA_VERSION = 2

_TIME = pa.timestamp("us", tz="UTC")


def _column(name: str, type_: pa.DataType, meaning: str, nullable: bool = True) -> pa.Field:
    return pa.field(name, type_, nullable=nullable, metadata={"comment": meaning})


AUTHOR = pa.struct([(name, pa.string()) for name in ("name", "role", "organisation", "jobtitle", "location")])
PLACE = pa.struct(
    [
        ("name", pa.string()),
        ("kind", pa.string()),
        ("country", pa.string()),
        ("region", pa.string()),
        ("geonames_id", pa.int64()),
        ("latitude", pa.float64()),
        ("longitude", pa.float64()),
        ("how", pa.string()),
        ("candidates", pa.int32()),
    ]
)
DATELINE = pa.struct(
    [
        ("text", pa.string()),
        ("place_text", pa.string()),
        ("places", pa.list_(PLACE)),
        ("date", pa.date32()),
        ("date_precision", pa.string()),
    ]
)
SUBJECT = pa.struct([(name, pa.string()) for name in ("scheme", "code", "name")])
ATTRIBUTE = pa.struct([("name", pa.string()), ("value", pa.string())])
ASSOCIATION = pa.struct([(name, pa.string()) for name in ("rel", "uri", "type", "title")])
MENTION = pa.struct([("field", pa.string()), ("start", pa.int32()), ("end", pa.int32())])
LINK = pa.struct([("scheme", pa.string()), ("id", pa.string()), ("score", pa.float32())])
ENTITY = pa.struct(
    [
        ("type", pa.string()),
        ("text", pa.string()),
        ("name", pa.string()),
        ("mentions", pa.list_(MENTION)),
        ("confidence", pa.float32()),
        ("salience", pa.float32()),
        ("source", pa.string()),
        ("links", pa.list_(LINK)),
    ]
)
TOPIC = pa.struct(
    [
        ("scheme", pa.string()),
        ("code", pa.string()),
        ("name", pa.string()),
        ("score", pa.float32()),
        ("source", pa.string()),
    ]
)

# What normalization knows; the staging files hold these and `fingerprint`.
ITEM_FIELDS: tuple[pa.Field, ...] = (
    _column(
        "item_id", pa.string(), "this very version: 32 hex digits of uri, version, time and content", False
    ),
    _column("uri", pa.string(), "the wire's guid, else a stable urn:wirebeam:", False),
    _column("version", pa.string(), "as delivered; no counter"),
    _column("provider", pa.string(), "key in the agency table, else `unknown`", False),
    _column("source", pa.string(), "object URI, `#n` for its nth item", False),
    _column("source_format", pa.string(), "`newsml-g2`, `nitf`, `ninjs`, `anpa-1312`, ...", False),
    _column("received_at", _TIME, "when the source received it", False),
    _column("ingested_at", _TIME, "when this run read it", False),
    _column("version_created", _TIME, "when this version was made: the event time", False),
    _column("first_created", _TIME, "when the first version was made"),
    _column("time_source", pa.string(), "field that gave version_created", False),
    _column("pub_status", pa.string(), "`usable`, `withheld` or `canceled`", False),
    _column("revision_kind", pa.string(), "null, or `update`, `correction`, `repeat`, `advisory`, `kill`"),
    _column("revision", pa.int32(), "number in the revision marker"),
    _column("revises", pa.string(), "guid that the wire itself names as the predecessor"),
    _column("alternate_ids", pa.list_(pa.string()), "other identifiers the wire gives"),
    _column("embargoed_until", _TIME, "end of the embargo, where it could be read"),
    _column("embargo_text", pa.string(), "embargo as sent"),
    _column("urgency", pa.int8(), "IPTC 1 to 9"),
    _column("priority", pa.string(), "wire priority letter"),
    _column("language", pa.string(), "BCP 47"),
    _column("language_source", pa.string(), "`wire` or `detected`"),
    _column("headline", pa.string(), "as sent"),
    _column("headline_text", pa.string(), "the headline without revision markers"),
    _column("slugline", pa.string(), "as sent"),
    _column("slugline_text", pa.string(), "the slugline without revision markers"),
    _column("byline", pa.string(), "as sent"),
    _column("sign_off", pa.string(), "as sent"),
    _column("summary", pa.string(), "abstract, description or deck"),
    _column("ed_note", pa.string(), "notes to editors, one a line"),
    _column("credit_line", pa.string(), "as sent"),
    _column("authors", pa.list_(AUTHOR), "people and organisations of the byline and the sign-off"),
    _column("dateline", DATELINE, "where and when the reporting happened"),
    _column("located", pa.string(), "the wire's own location field"),
    _column("body_text", pa.string(), "paragraphs joined by newlines, dateline and sign-off cut", False),
    _column("word_count", pa.int32(), "words in body_text", False),
    _column("wire_word_count", pa.int32(), "as the wire said"),
    _column("subjects", pa.list_(SUBJECT), "the wire's own codes"),
    _column("genres", pa.list_(pa.string()), "as sent"),
    _column("keywords", pa.list_(pa.string()), "as sent"),
    _column("copyright_holder", pa.string(), "as sent"),
    _column("copyright_notice", pa.string(), "as sent"),
    _column("usage_terms", pa.string(), "as sent"),
    _column("associations", pa.list_(ASSOCIATION), "what the item refers to"),
    _column("warnings", pa.list_(pa.string()), "codes of what was mended"),
    _column("attributes", pa.list_(ATTRIBUTE), "headers or attributes of the message it came in"),
)
FINGERPRINT_FIELD = _column("fingerprint", pa.binary(), "what dedupe needs to compare a later item")
LINK_FIELDS: tuple[pa.Field, ...] = (
    _column("story_id", pa.string(), "uri of the first item of the chain", False),
    _column("revision_of", pa.string(), "uri of the item that this one revises"),
    _column("duplicate_of", pa.string(), "uri of the story that this one copies (duplicates/ only)"),
    _column("duplicate_kind", pa.string(), "`exact` or `near` (duplicates/ only)"),
    _column("similarity", pa.float32(), "Jaccard of word 5-grams with the item linked to"),
    _column("link_reason", pa.string(), "why it was linked"),
)
ENRICH_FIELDS: tuple[pa.Field, ...] = (
    _column("entities", pa.list_(ENTITY), "people, organisations and places named"),
    _column("topics", pa.list_(TOPIC), "IPTC Media Topics"),
)

STAGED = pa.schema([*ITEM_FIELDS, FINGERPRINT_FIELD])
STORIES = pa.schema([*ITEM_FIELDS, *LINK_FIELDS, *ENRICH_FIELDS, FINGERPRINT_FIELD])
REJECTS = pa.schema(
    [
        _column("reject_id", pa.string(), "32 hex digits of source, stage, code and bytes", False),
        _column("source", pa.string(), "object URI, `#n` for its nth item", False),
        _column("source_format", pa.string(), "format it was taken for"),
        _column("received_at", _TIME, "when the source received it", False),
        _column("stage", pa.string(), "stage that rejected it", False),
        _column("code", pa.string(), "why, for scripts", False),
        _column("message", pa.string(), "why, for people", False),
        _column("raw", pa.binary(), "the bytes", False),
        _column("run_id", pa.string(), "run that rejected it", False),
        _column("attributes", pa.list_(ATTRIBUTE), "headers or attributes of the message it came in"),
    ]
)
