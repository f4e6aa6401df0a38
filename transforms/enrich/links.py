"""Identities of the entities in schemes that others know."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from schemas.agency import agencies
from schemas.item import Link
from transforms.enrich.places import resolve
from transforms.enrich.span import GPE, ORG, PLACES
from transforms.enrich.tickers import ticker_after
from transforms.enrich.words import table


def place_links(kind: str, name: str, language: str | None) -> tuple[Link, ...]:
    """GeoNames number, ISO 3166-1 code and ISO 3166-2 code of a place; a town's country scores less."""
    place = resolve(name, language)
    if place is None or (kind != GPE and place.kind == "city"):
        return ()
    links = []
    score = 1.0 if place.kind in ("country", "admin") else 0.8
    if place.geonames_id:
        links.append(Link("geonames", str(place.geonames_id), score))
    if place.country:
        links.append(Link("iso3166-1", place.country, score))
    if place.region:
        links.append(Link("iso3166-2", place.region, score))
    return tuple(links)


@functools.cache
def _organisations() -> dict[str, tuple[Link, ...]]:
    links: dict[str, tuple[Link, ...]] = {}
    for name, _, _, listed in table("organisations.tsv"):
        if listed:
            schemes = (link.partition(":") for link in listed.split(" "))
            links[name] = tuple(Link(scheme, number, 1.0) for scheme, _, number in schemes)
    for agency in agencies().by_key.values():
        links[agency.name] = (
            Link("agency", agency.key, 1.0),
            *(Link("domain", d, 1.0) for d in agency.domains[:1]),
        )
    return links


def links_of(kind: str, name: str, text: str, ends: Iterable[int], language: str | None) -> tuple[Link, ...]:
    """Links of an entity.

    Args:
        kind: its type.
        name: its fullest form.
        text: the text it stands in.
        ends: where its mentions end, for the tickers behind them.
        language: of the text.
    """
    if kind in PLACES:
        return place_links(kind, name, language)
    if kind != ORG:
        return ()
    for end in ends:
        if found := ticker_after(text, end):
            return found + _organisations().get(name, ())
    return _organisations().get(name, ())
