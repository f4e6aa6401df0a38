"""Identities of organisations and people in schemes that others know."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from schemas.agency import agencies
from schemas.item import Link
from transforms.enrich.tickers import ticker_after
from transforms.enrich.words import table


@functools.cache
def organisations() -> dict[str, tuple[Link, ...]]:
    """Links of the organisations that we know, by name: their home on the web, agencies by our key too."""
    links: dict[str, tuple[Link, ...]] = {}
    for name, _, _, listed in table("organisations.tsv"):
        if listed:
            schemes = (link.partition(":") for link in listed.split(" "))
            links[name] = tuple(Link(scheme, number, 1.0) for scheme, _, number in schemes)
    for agency in agencies().by_key.values():
        homes = (Link("domain", domain, 1.0) for domain in agency.domains[:1])
        links[agency.name] = (Link("agency", agency.key, 1.0), *homes)
    return links


def company_links(text: str, ends: Iterable[int]) -> tuple[Link, ...]:
    """Links of the first ticker that stands behind one of the mentions that end at `ends`."""
    for end in ends:
        if found := ticker_after(text, end):
            return found
    return ()
