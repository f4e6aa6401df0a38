"""A parsed item made into the item of the data contract: the parts of this package, put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from schemas.errors import Code, ItemError
from schemas.item import Dateline, Item, ParsedItem
from schemas.raw import Attribute
from transforms.normalize import embargo, identity, language, provider, revision, status, times
from transforms.normalize import story as taken
from transforms.normalize import text as texts


def normalize(parsed: ParsedItem, *, ingested_at: int, attributes: Sequence[Attribute] = ()) -> Item:
    """An item of the data contract.

    Args:
        parsed: what the item's mark-up says.
        ingested_at: when this run read it, microseconds since the epoch (UTC).
        attributes: headers or attributes of the message it came in.

    Raises:
        ItemError: `no_content` where there is neither headline, slug nor text, and no word that it was
            withheld or withdrawn.
    """
    agency = provider.by_markup(parsed)
    when = times.settle(parsed, agency.timezone if agency else "UTC", ingested_at)
    sent_headline = texts.optional(parsed.headline)
    sent_slugline = texts.optional(parsed.slugline)
    story = taken.take_apart(parsed, texts.paragraphs(parsed.paragraphs), agency, when.version_created)
    agency = agency or story.agency
    zone = agency.timezone if agency else "UTC"

    notice = story.paragraphs or [*parsed.ed_notes, *story.front.notes]
    pub_status = status.read(parsed.pub_status, parsed.signals, sent_headline, notice)
    told = sent_headline or sent_slugline or story.paragraphs or story.summary
    if not told and pub_status == status.USABLE:
        raise ItemError(Code.NO_CONTENT, _nothing(parsed))

    ed_notes = _lines((*parsed.ed_notes, *story.front.notes, *story.end.notes))
    marked = revision.read(
        sent_headline,
        sent_slugline,
        (*parsed.signals, *parsed.genres),
        ed_notes,
        pub_status == status.CANCELED,
    )
    if marked.kind == revision.KILL and pub_status == status.USABLE:
        pub_status = status.CANCELED
    embargo_text = texts.optional(parsed.embargo_text) or embargo.find((*ed_notes, *story.paragraphs[:2]))
    embargoed_until = when.embargoed_until
    if embargoed_until is None and embargo_text:
        embargoed_until = embargo.until(embargo_text, when.version_created, zone)

    sent_byline = texts.optional(parsed.byline)
    authors, by_warnings = taken.authors(parsed, sent_byline, story, agency)
    sign_off = "\n".join(_lines((parsed.sign_off or "", story.end.text or ""))) or None
    headline = texts.prose(marked.headline) if marked.headline else None
    body = texts.prose("\n".join(story.paragraphs))
    tag, language_source = language.read(parsed.language, headline, body, agency.languages if agency else ())

    key = provider.key(agency)
    uri = texts.optional(parsed.uri) or identity.urn(
        key,
        _day(when, story.dateline, parsed.received_at),
        service_number=parsed.service_number,
        slugline=marked.slugline,
        content=(sent_headline, body),
    )
    content = (
        sent_headline, sent_slugline, sent_byline, body, pub_status, "\n".join(ed_notes),
        story.dateline.text if story.dateline else None, sign_off, story.summary,
    )  # fmt: skip
    return Item(
        item_id=identity.item_id(uri, parsed.version, when.stamp, content),
        uri=uri,
        version=texts.optional(parsed.version),
        provider=key,
        source=parsed.source,
        source_format=parsed.source_format,
        received_at=parsed.received_at if parsed.received_at is not None else ingested_at,
        ingested_at=ingested_at,
        version_created=when.version_created,
        first_created=when.first_created,
        time_source=when.source,
        pub_status=pub_status,
        revision_kind=marked.kind,
        revision=marked.number,
        revises=texts.optional(parsed.revises),
        alternate_ids=tuple(parsed.alternate_ids),
        embargoed_until=embargoed_until,
        embargo_text=embargo_text,
        urgency=parsed.urgency,
        priority=texts.optional(parsed.priority),
        language=tag,
        language_source=language_source,
        headline=texts.prose(sent_headline) if sent_headline else None,
        headline_text=headline,
        slugline=sent_slugline,
        slugline_text=marked.slugline,
        byline=sent_byline or story.byline,
        sign_off=sign_off,
        summary=story.summary,
        ed_note="\n".join(ed_notes) or None,
        credit_line=texts.optional(parsed.credit_line),
        authors=tuple(authors),
        dateline=story.dateline,
        located=texts.optional(parsed.located),
        body_text=body,
        word_count=texts.word_count(body),
        wire_word_count=parsed.word_count,
        subjects=tuple(parsed.subjects),
        genres=tuple(parsed.genres),
        keywords=tuple(parsed.keywords),
        copyright_holder=texts.optional(parsed.copyright_holder),
        copyright_notice=texts.optional(parsed.copyright_notice),
        usage_terms=texts.optional(parsed.usage_terms),
        associations=tuple(parsed.associations),
        warnings=tuple(dict.fromkeys((*parsed.warnings, *when.warnings, *story.warnings, *by_warnings))),
        attributes=attributes,
    )


def _nothing(parsed: ParsedItem) -> str:
    """Why there is nothing to keep; the item's number, since the bytes kept are those of its message."""
    _, mark, number = parsed.source.rpartition("#")
    which = f"item #{number}: " if mark and number.isdigit() else ""
    held = sum(association.uri is not None for association in parsed.associations)
    only = f", {held} references only" if held else ""
    return f"{which}neither headline, slug nor text{only}"


def _day(when: times.Times, where: Dateline | None, received_at: int | None) -> int | None:
    """An instant of the day that identifies an item without guid: the wire's, the dateline's, the source's.

    Where only the run's clock gave a time, the dateline's year is a guess and identifies nothing.
    """
    if when.day is not None:
        return when.day
    if where is not None and where.date is not None and when.stamp is not None:
        return where.date * 86_400_000_000
    return received_at


def _lines(sent: Iterable[str]) -> tuple[str, ...]:
    """Cleaned lines, each once, none empty."""
    return tuple(
        dict.fromkeys(line for text in sent for part in text.split("\n") if (line := texts.line(part)))
    )
