"""A parsed item made into the item of the data contract: the parts of this package, put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from schemas.agency import Agency
from schemas.errors import Code, ItemError
from schemas.item import Author, Dateline, Item, ParsedItem
from schemas.raw import Attribute
from transforms.normalize import (
    byline,
    dateline,
    embargo,
    identity,
    language,
    notes,
    provider,
    revision,
    signoff,
    status,
    times,
)
from transforms.normalize import text as texts

_LEAD = 3  # paragraphs among which a dateline with an agency's mark is looked for
_SUBHEAD = 160  # characters of a line that may stand above the lead


@dataclass(frozen=True, slots=True)
class _Story:
    """The text taken apart."""

    paragraphs: Sequence[str]
    front: notes.Front
    end: signoff.SignOff
    dateline: Dateline | None
    byline: str | None
    agency: Agency | None
    summary: str | None
    warnings: tuple[str, ...]


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
    story = _take_apart(parsed, agency, when.version_created)
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
    authors, by_warnings = _authors(parsed, sent_byline, story, agency)
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


def _take_apart(parsed: ParsedItem, agency: Agency | None, sent: int) -> _Story:
    """The text without what stands before it and what closes it, dateline and byline cut out."""
    front = notes.split(texts.paragraphs(parsed.paragraphs))
    end = signoff.split(front.paragraphs)
    known, agency = agency, agency or end.agency
    paragraphs = list(end.paragraphs)
    tag = language.normalize(parsed.language) if parsed.language else None
    where: Dateline | None = None
    by = front.byline
    warnings: tuple[str, ...] = ()
    number, reading = _reading(paragraphs, agency, sent, tag, lone=bool(parsed.dateline))
    if reading is not None:
        where, by = reading.dateline, by or reading.byline
        # The dateline's mark says whose story it is; an end mark may be that of a service passing it on.
        agency = known or (provider.named(reading.agency) if reading.agency else None) or agency
        paragraphs[number : number + 1] = [reading.rest] if reading.rest else []
        if not by and number < len(paragraphs) and byline.is_byline(paragraphs[number]):
            by = paragraphs.pop(number)
    if parsed.dateline and (said := texts.line(parsed.dateline)):
        given = dateline.parse(said, agency=agency, sent=sent, language=tag)
        if where is None and paragraphs:
            paragraphs[0] = _without(paragraphs[0], said)
        where, warnings = _joined(given, where)
    summary = texts.optional(parsed.summary)
    if front.bullets:
        if reading is None:
            paragraphs = [*front.bullets, *paragraphs]
        else:
            summary = "\n".join((summary, *front.bullets) if summary else front.bullets)
    return _Story(paragraphs, front, end, where, by, agency, summary, warnings)


def _reading(
    paragraphs: Sequence[str], agency: Agency | None, sent: int, tag: str | None, lone: bool
) -> tuple[int, dateline.Reading | None]:
    """The dateline in the text and the number of its paragraph: the first, or one after short lines."""
    for number, paragraph in enumerate(paragraphs[:_LEAD]):
        reading = dateline.read(paragraph, agency=agency, sent=sent, language=tag)
        if reading is not None and (number == 0 or reading.agency is not None):
            return number, reading
        if lone or len(paragraph) > _SUBHEAD or paragraph[-1] in '.!?"”»':
            break
    return 0, None


def _joined(given: Dateline, read: Dateline | None) -> tuple[Dateline, tuple[str, ...]]:
    """The mark-up's dateline with what the text's adds; a warning where the places differ."""
    if read is None:
        return given, ()
    mine, theirs = texts.fold(given.place_text), texts.fold(read.place_text)
    if mine and theirs and mine not in theirs and theirs not in mine:
        return given, ("dateline_differs",)
    if texts.fold(given.text) in texts.fold(read.text) or (theirs and not mine):
        return read, ()  # a mark-up's dateline that is a date only says less than the text's
    if given.date is None and read.date is not None:
        given = replace(given, date=read.date, date_precision=read.date_precision)
    return given, ()


def _without(paragraph: str, beginning: str) -> str:
    """A paragraph without the dateline that the mark-up gives apart as well."""
    start = beginning.rstrip(" -–—_:")
    if start and paragraph.casefold().startswith(start.casefold()):
        rest = paragraph[len(start) :]
        story = rest.lstrip(" -–—_:,.")
        if story and story != rest and (story[0].isalnum() or story[0] in "\"'“„«‘`("):
            return story
    return paragraph


def _authors(
    parsed: ParsedItem, sent_byline: str | None, story: _Story, agency: Agency | None
) -> tuple[list[Author], tuple[str, ...]]:
    """People and organisations of byline, mark-up and sign-off."""
    warnings: tuple[str, ...] = ()
    authors = byline.read(sent_byline, agency) if sent_byline else []
    if story.byline:
        found = byline.read(story.byline, agency)
        if authors and found and not byline.agree(authors, found):
            warnings = ("byline_differs",)
        authors = byline.merge(authors, found) if not authors or not warnings else authors
    if parsed.authors:
        authors = byline.merge(authors, byline.listed(parsed.authors))
    authors = _placed(authors, parsed.located or (story.dateline.place_text if story.dateline else None))
    signed = list(story.end.authors)
    if parsed.sign_off:
        signed = byline.merge(signoff.read(texts.line(parsed.sign_off)), signed)
    return byline.merge(authors, signed) if signed else authors, warnings


def _placed(authors: list[Author], place: str | None) -> list[Author]:
    """Authors without one that is the item's own place: `AINO BERG, Kajaani` names a writer and a city."""
    where = texts.fold(place) if place and authors else ""
    if not where or all(texts.fold(author.name) != where for author in authors):
        return authors
    people = [author for author in authors if texts.fold(author.name) != where]
    return [author if author.location else replace(author, location=place) for author in people]
