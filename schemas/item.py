"""The item on its way: as its mark-up gives it (`ParsedItem`), and as the dataset holds it (`Item`).

Times are microseconds since the epoch (UTC), dates are days since the epoch: Beam's rows carry no
`datetime`. `schemas.arrow` turns them into Arrow timestamps and dates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schemas.raw import Attribute


@dataclass(frozen=True, slots=True)
class Author:
    """A person or an organisation of the byline or the sign-off.

    `role` is `writer`, `reporter`, `editor`, `photographer`, `contributor`, `translator` or None.
    """

    name: str
    role: str | None = None
    organisation: str | None = None
    jobtitle: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a dateline.

    Attributes:
        name: its usual English name.
        kind: `city`, `admin`, `country`, `region`, `site`, `moving` or `unknown`.
        country: ISO 3166-1 alpha-2.
        region: ISO 3166-2, such as `US-NY`.
        geonames_id: GeoNames number.
        latitude, longitude: degrees, WGS 84.
        how: how it was found (`qualified`, `alias`, `capital`, `population`, `misprint`, ...).
        candidates: how many places of that name there were.
    """

    name: str
    kind: str
    country: str | None = None
    region: str | None = None
    geonames_id: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    how: str | None = None
    candidates: int = 0


@dataclass(frozen=True, slots=True)
class Dateline:
    """Where and when the reporting happened.

    `text` is the dateline as sent, `place_text` its place part alone. `date` counts days since the
    epoch; `date_precision` is `day`, `month` or None.
    """

    text: str
    place_text: str | None = None
    places: Sequence[Place] = ()
    date: int | None = None
    date_precision: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject code as the wire gave it: scheme (`subj`, `medtop`, `anpa`, `N2`, ...), code, name."""

    scheme: str | None = None
    code: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Association:
    """Something the item points at: a picture, a package's member, a predecessor.

    `rel` is the role in the item's own words (`mainPic`, `seeAlso`, `replaces`), `uri` its address or
    guid, `type` what it is (`picture`, `text`, `package`, a media type), `title` its caption or title.
    """

    rel: str | None = None
    uri: str | None = None
    type: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """Where an entity is named: `field` (`body_text`, `headline`), half-open code point offsets."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Link:
    """An entity's identity in a scheme (`geonames`, `iso3166-1`, `ticker`, `wikidata`), score 0 to 1."""

    scheme: str
    id: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, organisation or place of the story, in one of the forms in which the story names it.

    Rows with the same `type` and `name` are one entity; together they hold all its mentions.

    Attributes:
        type: `PERSON`, `ORG`, `GPE`, `LOC`, `FAC`, ...
        text: the form, as it stands in the text.
        name: the fullest form known, articles and possessives off.
        mentions: every place in the text where it stands in this form.
        confidence: 0 to 1, the share of such tags that are right (measured on IEER).
        salience: 0 to 1, how much the story is about it, in all its forms.
        source: what found it (`rules`, `spacy:...`, `rules+spacy`, `wire`).
        links: identities in other schemes.
    """

    type: str
    text: str
    name: str
    mentions: Sequence[Mention] = ()
    confidence: float | None = None
    salience: float | None = None
    source: str | None = None
    links: Sequence[Link] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic in IPTC Media Topics; `source` says from which code of the wire it was mapped."""

    scheme: str
    code: str
    name: str | None = None
    score: float | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """What one item's own mark-up says, before anything is made of it: None or () where it is silent.

    Texts are Unicode without mark-up or entities, times are as sent (`transforms.normalize` reads
    them), paragraphs still hold what agencies glue to them (dateline, sign-off).

    Attributes:
        source: object URI; `source#n` where one raw item holds several.
        source_format: the registry's name of the format.
        received_at: microseconds since the epoch (UTC).
        provider_hint: agency key given by the user; it wins.
        provider_names: names, domains, codes and qcodes by which the mark-up says who sent it, the
            most telling first.
        uri, version: guid and version as delivered.
        service_number: transmission number of ANPA 1312 or IPTC 7901 (`f0050`), where there is no guid.
        alternate_ids: other identifiers the wire gives (topic id, slug id, originating id).
        version_created, first_created, sent: times as sent; `sent` is the envelope's own.
        embargoed, embargo_text: a mark-up embargo's time as sent; a prose embargo as sent.
        pub_status: as sent (`stat:canceled`, `usable`, `KILL`); None where the wire is silent.
        signals: as sent (`sig:correction`, `ed-msg` kinds, ANPA keywords of management).
        revises: guid of the item that this one names as its predecessor.
        urgency: 1 to 9; priority: the wire's letter.
        language: as sent.
        byline, dateline, located: as the mark-up separates them.
        summary: abstract, description or deck.
        ed_notes: notes to editors, one an entry.
        authors: people whom the mark-up itself lists as creators or contributors.
        word_count: the wire's own count.
        paragraphs: publishable text in order; tables come as one paragraph a row.
        associations: what it refers to.
        warnings: codes of what was mended (`encoding_repaired`, ...).
        origins: field name -> where in the mark-up its value stood, for `wirebeam inspect`.
    """

    source: str
    source_format: str
    received_at: int | None = None
    provider_hint: str | None = None
    provider_names: Sequence[str] = ()
    uri: str | None = None
    version: str | None = None
    service_number: str | None = None
    alternate_ids: Sequence[str] = ()
    version_created: str | None = None
    first_created: str | None = None
    sent: str | None = None
    embargoed: str | None = None
    embargo_text: str | None = None
    pub_status: str | None = None
    signals: Sequence[str] = ()
    revises: str | None = None
    urgency: int | None = None
    priority: str | None = None
    language: str | None = None
    headline: str | None = None
    slugline: str | None = None
    byline: str | None = None
    dateline: str | None = None
    located: str | None = None
    sign_off: str | None = None
    summary: str | None = None
    credit_line: str | None = None
    copyright_holder: str | None = None
    copyright_notice: str | None = None
    usage_terms: str | None = None
    ed_notes: Sequence[str] = ()
    authors: Sequence[Author] = ()
    subjects: Sequence[Subject] = ()
    genres: Sequence[str] = ()
    keywords: Sequence[str] = ()
    word_count: int | None = None
    paragraphs: Sequence[str] = ()
    associations: Sequence[Association] = ()
    warnings: Sequence[str] = ()
    origins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """One normalized item: the data contract's columns, but for those that linking and tagging set.

    `item_id` identifies this very version: 32 hex digits from uri, version, event time and content,
    so that a redelivery has the same one.
    """

    item_id: str
    uri: str
    version: str | None
    provider: str
    source: str
    source_format: str
    received_at: int
    ingested_at: int
    version_created: int
    first_created: int | None
    time_source: str
    pub_status: str
    revision_kind: str | None
    revision: int | None
    revises: str | None
    alternate_ids: Sequence[str]
    embargoed_until: int | None
    embargo_text: str | None
    urgency: int | None
    priority: str | None
    language: str | None
    language_source: str | None
    headline: str | None
    headline_text: str | None
    slugline: str | None
    slugline_text: str | None
    byline: str | None
    sign_off: str | None
    summary: str | None
    ed_note: str | None
    credit_line: str | None
    authors: Sequence[Author]
    dateline: Dateline | None
    located: str | None
    body_text: str
    word_count: int
    wire_word_count: int | None
    subjects: Sequence[Subject]
    genres: Sequence[str]
    keywords: Sequence[str]
    copyright_holder: str | None
    copyright_notice: str | None
    usage_terms: str | None
    associations: Sequence[Association]
    warnings: Sequence[str]
    attributes: Sequence[Attribute] = ()
