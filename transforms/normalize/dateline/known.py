"""The tables written by hand: qualifiers, stand-alone and renamed cities, sites, moving places."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from schemas.places import DATA, Entry, fold, places

# What wires write with another state, to which it belongs or did: `LONGYEARBYEN, Norway`, `ASMARA, Ethiopia`.
DEPENDENT = {
    "AU": ("CC", "CX", "NF", "PG"), "CN": ("HK", "MO", "TW"), "DK": ("FO", "GL", "IS"), "ET": ("ER",),
    "FI": ("AX",), "FR": ("BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT"),
    "GB": ("AI", "BM", "FK", "GG", "GI", "GS", "IM", "IO", "JE", "KY", "MS", "PN", "SH", "TC", "VG", "IE"),
    "ID": ("TL",), "IL": ("PS",), "IT": ("SM", "VA"), "JO": ("PS", "IL"), "MA": ("EH",), "MY": ("SG",),
    "NL": ("AW", "BQ", "CW", "SX"), "NO": ("SJ",), "NZ": ("CK", "NU", "TK"), "PK": ("BD",),
    "RS": ("ME", "XK"), "SD": ("SS",), "US": ("AS", "GU", "MP", "PR", "UM", "VI"), "ZA": ("NA",),
}  # fmt: skip
# Ships, planes and the open sea, in the languages of the agencies: a place without a country.
MOVING = re.compile(
    r"(?:aboard|on ?board|en route|in flight|at sea|on the road|somewhere|over the|off the|near the|with the"
    r"|on the campaign trail|in the (?=.{0,30}(?:sea|gulf|ocean|strait|channel|air)$)|on the (?=uss |hms )"
    r"|onboard|an bord|auf (?:hoher )?see|unterwegs|im (?=.*(?:meer|atlantik|pazifik|golf)$)"
    r"|in der (?=.*(?:see|straße)$)"
    r"|[àa] bord|en mer|en vol|en (?=méditerranée)|dans l[ea] (?=mer|golfe|avion)"
    r"|a bordo|en alta mar|en vuelo|en el mar|in volo|in mare|no mar|em alto mar|aan boord|op zee|om ?bord"
    r"|på havet|till havs|til havs|til søs|til sjøs|laivalla|lennolla|merellä|на борту|в море|в полете"
    r"|على متن|في البحر)\b|機中|機内|船上",
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

    def reaches(self, country: str | None, region: str | None) -> bool:
        """Whether a place lies in the area, or in a territory or enclave of it (`VATICAN CITY, Italy`)."""
        return country is not None and (
            self.holds(country, region) or country in DEPENDENT.get(self.countries[0], ())
        )


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
def regions() -> Mapping[str, tuple[Area, ...]]:
    """Folded names and abbreviations of states and provinces that stand as qualifiers.

    An abbreviation may stand for several (`WA`, `NT`); the first is meant where nothing tells them apart.
    """
    table: dict[str, tuple[Area, ...]] = {}
    for name, code, _ in _rows("places_regions.tsv"):
        key = fold(name)
        table[key] = (*table.get(key, ()), area(code))
    return table


@functools.cache
def countries() -> Mapping[str, Area]:
    """Folded short, old and foreign names of countries, dissolved states among them."""
    exonyms = ((name, code) for name, place, code, _ in _rows("places_exonyms.tsv") if not place)
    rows = [*((name, code) for name, code, _ in _rows("places_countries.tsv")), *exonyms]
    return {fold(name): area(code) for name, code in reversed(rows)}


@functools.cache
def abbreviations() -> frozenset[str]:
    """Folded abbreviations of regions and countries that end with a point: `Ala.`, `D.C.`."""
    rows = (*_rows("places_regions.tsv"), *_rows("places_countries.tsv"))
    return frozenset(fold(name) for name, _, _ in rows if name.endswith("."))


@functools.cache
def aliases() -> Mapping[str, Alias]:
    """Folded names of cities that mean one place: those that stand alone, former and foreign ones."""
    table = {}
    exonyms = (row for row in _rows("places_exonyms.tsv") if row[1])
    for name, place, code, _ in reversed([*_rows("places_cities.tsv"), *exonyms]):
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
        found += regions().get(form, ())
        if form in countries():
            found.append(countries()[form])
    if (site := sites().get(key)) and site.kind == "region" and site.country:
        found.append(Area((site.country,)))
    if not found or key in ("georgia", "victoria"):
        for entry in find(key):
            if entry.kind == "country":
                found.append(Area((entry.country,)))
            elif entry.kind == "admin":
                found.append(Area((entry.country,), entry.region))
    return tuple(dict.fromkeys(found))
