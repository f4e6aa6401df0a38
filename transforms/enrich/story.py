"""A story's entities and topics: the whole stage as one pure function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.item import Entity, Mention, Place, Subject, Topic
from transforms.enrich.consistency import Name, consistent
from transforms.enrich.links import links_of
from transforms.enrich.salience import salience
from transforms.enrich.shapes import prose
from transforms.enrich.span import Span, Tagger


@dataclass(frozen=True, slots=True)
class Story:
    """What tagging needs of an item.

    Attributes:
        headline: as normalized, may be empty.
        body_text: paragraphs joined by newlines.
        language: BCP 47, None where it is not known.
        provider: key in the agency table.
        places: of the dateline.
        located: the wire's own location field.
        subjects, keywords: the wire's own codes and words.
        authors: names of the byline and the sign-off.
    """

    headline: str
    body_text: str
    language: str | None = None
    provider: str = "unknown"
    places: Sequence[Place] = ()
    located: str | None = None
    subjects: Sequence[Subject] = ()
    keywords: Sequence[str] = ()
    authors: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What a story is about."""

    entities: tuple[Entity, ...]
    topics: tuple[Topic, ...]


def enrich(story: Story, tagger: Tagger) -> Enrichment:
    """Entities and topics of a story.

    An entity has a row for each form in which the story names it (`Angela Merkel`, `Merkel`): `text` is the
    form, `mentions` are where it stands, and `name`, the fullest form, is the same in all of them, as
    are links and salience. What `name` and `type` say is who is meant. Rows are in order of salience.

    Args:
        story: the story.
        tagger: what finds the names in the body.
    """
    text = prose(story.body_text)
    names = consistent(text, tagger.tag(text, story.language)) if text else []
    return Enrichment(_entities(story, names), ())


def _entities(story: Story, names: Sequence[Name]) -> tuple[Entity, ...]:
    groups: dict[tuple[str, str], list[Name]] = {}
    for name in names:
        groups.setdefault((name.type, name.name), []).append(name)
    body = story.body_text
    lead_end = body.find("\n")
    if lead_end < 0:
        lead_end = len(body)
    headline = f" {story.headline.casefold()} "
    rows: list[tuple[float, int, int, Entity]] = []
    for (kind, full), group in groups.items():
        starts = [place[0] for name in group for place in name.places]
        if len(group) > 1:
            starts.sort()
        named = any(name.form.casefold() in headline for name in group)
        score = round(salience(len(body), lead_end, named, starts), 4)
        links = links_of(
            kind, full, body, (place[1] for name in group for place in name.places), story.language
        )
        for at, name in enumerate(group):
            entity = Entity(
                kind,
                name.form,
                full,
                tuple([Mention("body_text", start, end) for start, end in name.places]),
                round(name.confidence, 4),
                score,
                name.source,
                links,
            )
            rows.append((-score, starts[0], at, entity))
    rows.sort(key=_order)
    return tuple([row[3] for row in rows])


def _order(row: tuple[float, int, int, Entity]) -> tuple[float, int, int]:
    return row[:3]


__all__ = ["Enrichment", "Span", "Story", "Tagger", "enrich"]
