"""The tables written by hand: qualifiers, stand-alone and renamed cities, sites, moving places."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from schemas.places import DATA, Entry, fold, places

# Ships, planes and the open sea, in the languages of the agencies: a place without a country.
MOVING = re.compile(
    r"(?:aboard|on ?board|en route|in flight|at sea|on the road|somewhere|over the|off the|near the|with the"
    r"|on the campaign trail|an bord|auf see|unterwegs|à bord|en mer|en vol|a bordo|en alta mar|en vuelo"
    r"|in volo|no mar|aan boord|ombord|på havet|laivalla|lennolla|на борту|в море|على متن)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Area:
    """A qualifier: ISO 3166-1 (several for a dissolved state), ISO 3166-2 of a region."""

    countries: tuple[str, ...]
    region: str | None = None

    def holds(self, country: str, region: str | None) -> bool:
        """Whether a place with these codes lies in the area."""
        return country in self.countries and (self.region is None or self.region == region)


@dataclass(frozen=True, slots=True)
class Alias:
    """Where a city name points: the key to look up, and the area it lies in."""

    key: str
    area: Area


@dataclass(frozen=True, slots=True)
class Site:
    """A place that GeoNames does not hold as a city, with its coordinates."""

    name: str
    kind: str
    country: str | None
    region: str | None
    latitude: float
    longitude: float


def _rows(file: str) -> Iterator[list[str]]:
    lines = (DATA / file).read_text("utf-8").splitlines()
    for line in lines[1:]:
        if line and not line.startswith("#"):
            yield line.split("\t")


def area(code: str) -> Area:
    """The area of a code: `CZ`, `US-NY`, or the successors of a dissolved state, `CZ SK`."""
    if "-" in code:
        return Area((code.partition("-")[0],), code)
    return Area(tuple(code.split()))


@functools.cache
def regions() -> Mapping[str, Area]:
    """Folded names and abbreviations of states and provinces that stand as qualifiers."""
    return {fold(name): area(code) for name, code, _ in reversed(list(_rows("places_regions.tsv")))}


@functools.cache
def countries() -> Mapping[str, Area]:
    """Folded short, old and foreign names of countries, dissolved states among them."""
    return {fold(name): area(code) for name, code, _ in reversed(list(_rows("places_countries.tsv")))}


@functools.cache
def abbreviations() -> frozenset[str]:
    """Folded abbreviations of regions and countries that end with a point: `Ala.`, `D.C.`."""
    rows = (*_rows("places_regions.tsv"), *_rows("places_countries.tsv"))
    return frozenset(fold(name) for name, _, _ in rows if name.endswith("."))


@functools.cache
def aliases() -> Mapping[str, Alias]:
    """Folded names of cities that mean one place: those that stand alone, former and foreign ones."""
    table = {}
    for name, place, code, _ in reversed(list(_rows("places_cities.tsv"))):
        table[fold(name)] = Alias(fold(place or name), area(code))
    return table


@functools.cache
def sites() -> Mapping[str, Site]:
    """Folded names of sites and regions without an ISO code of their own."""
    table = {}
    for name, title, kind, code, latitude, longitude, _ in _rows("places_sites.tsv"):
        country = code.partition("-")[0] or None
        region = code if "-" in code else None
        table[fold(name)] = Site(title, kind, country, region, float(latitude), float(longitude))
    return table


@functools.lru_cache(maxsize=16384)
def find(key: str) -> tuple[Entry, ...]:
    """The places of the table under a folded name, the heaviest first, kept for the names that recur."""
    return places().find(key)


@functools.lru_cache(maxsize=4096)
def qualifiers(name: str) -> tuple[Area, ...]:
    """The areas that a name or abbreviation stands for, the usual one first; none where it is no area."""
    key = fold(name)
    found: list[Area] = []
    # `W. Va.` and `N. Y.` are also written with a space.
    for form in (key, key.replace(" ", "")) if len(key) <= 6 else (key,):
        found += [table[form] for table in (regions(), countries()) if form in table]
    if (site := sites().get(key)) and site.kind == "region" and site.country:
        found.append(Area((site.country,)))
    if not found or key in ("georgia", "victoria"):
        for entry in find(key):
            if entry.kind == "country":
                found.append(Area((entry.country,)))
            elif entry.kind == "admin":
                found.append(Area((entry.country,), entry.region))
    return tuple(dict.fromkeys(found))
