"""A story's entities and topics: the whole stage as one pure function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.item import Entity, Link, Mention, Place, Subject, Topic
from transforms.enrich.aliases import Alias, Aliased, Aliases
from transforms.enrich.consistency import Name, consistent
from transforms.enrich.links import company_links, organisations
from transforms.enrich.places import place, place_links
from transforms.enrich.salience import salience
from transforms.enrich.shapes import TOKENS, is_sentence, prose
from transforms.enrich.span import ORG, PLACES, Tagger
from transforms.enrich.topics import Vocabulary, topics_of


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


def enrich(
    story: Story, tagger: Tagger, *, vocabulary: Vocabulary | None = None, aliases: Aliases | None = None
) -> Enrichment:
    """Entities and topics of a story.

    An entity has a row for each form in which the story names it (`Angela Merkel`, `Merkel`): `text` is the
    form, `mentions` are where it stands, and `name`, the fullest form, is the same in all of them, as
    are links and salience. What `name` and `type` say is who is meant. Rows are in order of salience.

    Args:
        story: the story.
        tagger: what finds the names in the body.
        vocabulary: Media Topics in full (`--mediatopics`); else the top level alone is known.
        aliases: the user's names (`--entities`).
    """
    if aliases is not None:
        tagger = Aliased(tagger, aliases)
    own = aliases.by_form if aliases is not None else {}
    text = prose(story.body_text)
    names = consistent(text, tagger.tag(text, story.language)) if text else []
    if names:
        entities = _entities(story, names, "body_text", story.body_text, own)
    else:
        entities = _entities(story, _of_headline(story, tagger), "headline", story.headline, own)
    return Enrichment(entities, topics_of(story.subjects, story.keywords, vocabulary))


def _of_headline(story: Story, tagger: Tagger) -> list[Name]:
    """Names of a flash, which has nothing but its head line."""
    headline = story.headline
    if not headline:
        return []
    if is_sentence(headline) or len(headline.upper()) != len(headline):
        return consistent(headline, tagger.tag(headline, story.language))
    read = headline.upper()
    names: dict[str, Name] = {}
    for name in consistent(read, tagger.tag(read, story.language)):
        for start, end in name.places:
            form = headline[start:end]
            again = names.setdefault(form, replace(name, form=form, places=[]))
            again.places.append((start, end))
    return list(names.values())


def _entities(
    story: Story, names: Sequence[Name], field: str, body: str, own: Mapping[str, Alias]
) -> tuple[Entity, ...]:
    groups: dict[tuple[str, str], list[Name]] = {}
    places: dict[tuple[str, str], Place] = {}
    for name in names:
        if name.form in own:
            name.name = own[name.form].name
        elif name.type in PLACES:
            found = place(name.form, name.type, story.provider, story.language)
            if found is not None:
                name.name = found.name
                places[name.type, name.name] = found
        groups.setdefault((name.type, name.name), []).append(name)
    lead_end = body.find("\n")
    if lead_end < 0:
        lead_end = len(body)
    headline = f" {_plain(story.headline)} "
    tickers = "<" in body or "(" in body
    rows: list[tuple[float, int, str, Entity]] = []
    for key, group in groups.items():
        kind, full = key
        starts = [start for name in group for start, _ in name.places]
        if len(starts) > 1:
            starts.sort()
        named = False
        links: tuple[Link, ...] = ()
        for name in group:
            named = named or f" {_plain(name.form)} " in headline
            if name.form in own:
                links = tuple(dict.fromkeys((*links, *own[name.form].links)))
        if key in places:
            links += place_links(places[key])
        elif kind == ORG:
            if tickers:
                links += company_links(body, (end for name in group for _, end in name.places))
            links += organisations().get(full, ())
        score = round(salience(len(body), lead_end, named, starts), 4)
        for name in group:
            if len(name.places) > 1:
                name.places.sort()
            mentions = tuple([Mention(field, start, end) for start, end in name.places])
            entity = Entity(
                kind, name.form, full, mentions, round(name.confidence, 4), score, name.source, links
            )
            rows.append((-score, starts[0], name.form, entity))
    rows.sort(key=_order)
    return tuple([row[3] for row in rows])


def _plain(text: str) -> str:
    """Words in small letters with single spaces: what a head line and a form are compared by."""
    return text.casefold() if text.isalnum() else " ".join(TOKENS.findall(text.casefold()))


def _order(row: tuple[float, int, str, Entity]) -> tuple[float, int, str]:
    return row[:3]
