"""How one file is read: its format and why, its provider, each field, where from and what was made of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

from pipeline.sources.files import find
from pipeline.sources.read import read
from schemas.errors import ItemError, Reject
from schemas.item import Item, ParsedItem
from schemas.raw import RawItem
from transforms.enrich.enricher import Tagging, enricher
from transforms.enrich.story import Story
from transforms.expand.expand import Hints
from transforms.expand.limits import ExpandLimits
from transforms.normalize.item import normalize
from transforms.normalize.provider import why as why_provider
from transforms.parse import salvage
from transforms.parse.document import Document
from transforms.parse.registry import formats, sniff

_TIMES = ("received_at", "ingested_at", "version_created", "first_created", "embargoed_until")
_TIMES_SENT = ("version_created", "first_created", "sent")
_ENVELOPE = ("source", "source_format", "received_at", "provider_hint", "origins")


def inspect(
    path: str,
    *,
    ingested_at: int,
    provider: str | None = None,
    source_format: str | None = None,
    limits: ExpandLimits | None = None,
) -> Iterator[dict[str, Any]]:
    """Explain every item of a file, as JSON values, in order.

    Args:
        path: a file, or an object URI.
        ingested_at: microseconds since the epoch (UTC).
        provider: agency key for every item, None to find it.
        source_format: format of every item, None to sniff.
        limits: of archives and item size.

    Raises:
        WirebeamError: there is no such file.
    """
    for resource in find([path]):
        for raw in read(resource, Hints(provider, source_format), limits):
            if isinstance(raw, Reject):
                yield _rejected(raw)
            else:
                yield from _explained(raw, ingested_at)


def _rejected(reject: Reject) -> dict[str, Any]:
    return {
        "source": reject.source,
        "rejected": {"stage": reject.stage, "code": reject.code, "message": reject.message},
        "bytes": len(reject.raw),
    }


def _explained(raw: RawItem, ingested_at: int) -> Iterator[dict[str, Any]]:
    document = Document(raw)
    head: dict[str, Any] = {"source": raw.source, "bytes": len(raw.data)}
    try:
        found, why = sniff(document, formats())
        head["format"] = {"name": found.name, "why": why}
        head["encoding"] = {"used": document.decoded.encoding, "declared": document.decoded.declared}
        results = list(salvage.items(document, found))
    except ItemError as error:
        yield head | {"rejected": {"stage": "parse", "code": error.code, "message": error.message}}
        return
    for result in results:
        if isinstance(result, Reject):
            yield head | _rejected(result)
            continue
        try:
            item = normalize(result, ingested_at=ingested_at)
        except ItemError as error:
            rejected = {"stage": "normalize", "code": error.code, "message": error.message}
            yield head | {"source": result.source, "rejected": rejected}
            continue
        yield head | {"source": result.source} | _fields(result, item)


def _fields(parsed: ParsedItem, item: Item) -> dict[str, Any]:
    names = [field.name for field in dataclasses.fields(ParsedItem) if field.name not in _ENVELOPE]
    sent = {name: _plain(getattr(parsed, name)) for name in names if getattr(parsed, name) not in (None, ())}
    made = {
        field.name: _time(getattr(item, field.name))
        if field.name in _TIMES
        else _plain(getattr(item, field.name))
        for field in dataclasses.fields(Item)
    }
    tagged = enricher(Tagging()).enrich(_story(item))
    return {
        "provider": {"key": item.provider, "why": why_provider(parsed, item.provider)},
        "sent": {name: {"value": value, "from": parsed.origins.get(name)} for name, value in sent.items()},
        "item": {name: value for name, value in made.items() if value not in (None, [], "")},
        "made_from": _made_from(parsed, item),
        "entities": _plain(tagged.entities),
        "topics": _plain(tagged.topics),
        "warnings": list(item.warnings),
    }


def _made_from(parsed: ParsedItem, item: Item) -> dict[str, str]:
    """Where the item's fields come from that do not stand in the mark-up as they are."""
    cut = "cut out of the text"
    reasons = {
        "uri": "" if parsed.uri else "made from what identifies the item: number and day, or content",
        "version_created": f"sent.{item.time_source}"
        if item.time_source in _TIMES_SENT
        else str(item.time_source),
        "pub_status": "sent.pub_status"
        if parsed.pub_status
        else "sent.signals, or words of headline and text; usable where none says otherwise",
        "revision_kind": "sent.signals, sent.genres, or a marker in headline, slugline or ed_note",
        "headline_text": "headline without its marker",
        "slugline_text": "slugline without its marker",
        "byline": "" if parsed.byline else cut,
        "sign_off": "" if item.sign_off == parsed.sign_off else cut,
        "dateline": "sent.dateline"
        if item.dateline and parsed.dateline and item.dateline.text in parsed.dateline
        else cut,
        "authors": "sent.authors, byline and sign_off",
        "summary": "" if item.summary == parsed.summary else "sent.summary, bullets above the text",
        "embargo_text": "" if parsed.embargo_text else "ed_note or the first lines of the text",
        "embargoed_until": "sent.embargoed" if parsed.embargoed else "read in embargo_text",
        "language": "sent.language" if item.language_source == "wire" else "detected in the text",
        "body_text": "sent.paragraphs without dateline, byline, sign-off and notes",
    }
    held = {name for name in reasons if getattr(item, name) not in (None, (), "")}
    return {name: reason for name, reason in reasons.items() if reason and name in held}


def _story(item: Item) -> Story:
    return Story(
        headline=item.headline or "",
        body_text=item.body_text,
        language=item.language,
        provider=item.provider,
        subjects=item.subjects,
        keywords=item.keywords,
    )


def _time(value: int | None) -> str | None:
    if value is None:
        return None
    moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=value)
    return moment.isoformat().replace("+00:00", "Z")


def _plain(value: Any) -> Any:
    """Dataclasses and sequences as JSON values, dates as ISO 8601."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        plain = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        if isinstance(plain.get("date"), int):
            plain["date"] = (dt.date(1970, 1, 1) + dt.timedelta(days=plain["date"])).isoformat()
        return {name: inner for name, inner in plain.items() if inner not in (None, [])}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value
