"""A story taken apart: notes, byline and dateline before it, sign-off behind it, and who made it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from schemas.agency import Agency
from schemas.item import Author, Dateline, ParsedItem
from transforms.normalize import byline, dateline, language, notes, provider, signoff
from transforms.normalize import text as texts

_LEAD = 3  # paragraphs among which a dateline with an agency's mark is looked for
_ENCLOSED = re.compile(r"\(([^()]{4,80})\)\s*[-–—]?\s*(?=\S)")
_SUBHEAD = 160  # characters of a line that may stand above the lead


class Story(NamedTuple):
    """The text taken apart.

    Attributes:
        paragraphs: the story itself.
        front, end: what stood before and behind it.
        dateline: of the mark-up, of the text, or of both.
        byline: in the text, as written.
        agency: whose story it is, by the mark-up, else by the dateline's mark or the end mark.
        summary: of the mark-up, with bullets that stood above a dateline.
        warnings: codes.
    """

    paragraphs: Sequence[str]
    front: notes.Front
    end: signoff.SignOff
    dateline: Dateline | None
    byline: str | None
    agency: Agency | None
    summary: str | None
    warnings: tuple[str, ...]


def take_apart(parsed: ParsedItem, sent: Sequence[str], agency: Agency | None, created: int) -> Story:
    """The text without what stands before it and what closes it, dateline and byline cut out.

    Args:
        parsed: what the item's mark-up says.
        sent: its paragraphs, cleaned.
        agency: by the mark-up, None where that does not say.
        created: the item's own time, microseconds since the epoch (UTC).
    """
    front = notes.split(sent)
    end = signoff.split(front.paragraphs)
    known, agency = agency, agency or end.agency
    paragraphs = list(end.paragraphs)
    tag = language.normalize(parsed.language) if parsed.language else None
    where: Dateline | None = None
    by = front.byline
    warnings: tuple[str, ...] = ()
    number, reading = _reading(paragraphs, agency, created, tag, lone=bool(parsed.dateline))
    if reading is not None:
        where, by = reading.dateline, by or reading.byline
        # The dateline's mark says whose story it is; an end mark may be that of a service passing it on.
        agency = known or (provider.named(reading.agency) if reading.agency else None) or agency
        rest = reading.rest
        if not by and rest[:1] == "(" and (match := _ENCLOSED.match(rest)) and byline.is_byline(match[1]):
            by, rest = match[1], rest[match.end() :]  # `(ANSA) - ROMA, 3 MAR - (di Maria Rossi) Il ...`
        if rest:
            paragraphs[number] = rest
        else:
            del paragraphs[number]
        if not by and number < len(paragraphs) and byline.is_byline(paragraphs[number]):
            by = paragraphs.pop(number)
        if number:
            front, by = _above(front, paragraphs[:number], by)
            paragraphs[:number] = [line for line in paragraphs[:number] if line not in (by, *front.notes)]
    if parsed.dateline and (said := texts.line(parsed.dateline)):
        given = dateline.parse(said, agency=agency, sent=created, language=tag)
        if where is None and paragraphs:
            paragraphs[0] = _without(paragraphs[0], said)
        where, warnings = _joined(given, where)
    summary = texts.optional(parsed.summary)
    if front.bullets:
        if reading is None:
            paragraphs = [*front.bullets, *paragraphs]
        else:
            summary = "\n".join((summary, *front.bullets) if summary else front.bullets)
    return Story(paragraphs, front, end, where, by, agency, summary, warnings)


def _reading(
    paragraphs: Sequence[str], agency: Agency | None, sent: int, tag: str | None, lone: bool
) -> tuple[int, dateline.Reading | None]:
    """The dateline in the text and the number of its paragraph: the first, or one after short lines."""
    for number, paragraph in enumerate(paragraphs[:_LEAD]):
        reading = dateline.read(paragraph, agency=agency, sent=sent, language=tag)
        if reading is not None and (
            number == 0 or reading.agency is not None or all(map(byline.names_writers, paragraphs[:number]))
        ):
            return number, reading
        if lone or len(paragraph) > _SUBHEAD or paragraph[-1] in '.!?"”»':
            break
    return 0, None


def _above(front: notes.Front, lines: Sequence[str], by: str | None) -> tuple[notes.Front, str | None]:
    """What the lines above a dateline say: notes to editors, a byline that is only names."""
    noted = [line for line in lines if notes.speaks_of_changes(line)]
    if by is None:
        by = next((line for line in lines if line not in noted and byline.names_writers(line)), None)
    return (front._replace(notes=(*front.notes, *noted)) if noted else front), by


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


def authors(
    parsed: ParsedItem, sent_byline: str | None, story: Story, agency: Agency | None
) -> tuple[list[Author], tuple[str, ...]]:
    """People and organisations of byline, mark-up and sign-off, and a warning where two bylines differ.

    Args:
        parsed: what the item's mark-up says.
        sent_byline: byline of the mark-up, cleaned.
        story: the text taken apart.
        agency: whose story it is, as far as known.
    """
    if not (sent_byline or story.byline or parsed.authors or parsed.sign_off or story.end.authors):
        return [], ()
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
