"""GeoNames' codes of first-order subdivisions to ISO 3166-2, which they follow in some countries only.

A code is known from the city that is its seat (`data/places_seats.tsv`), else from a big city that has the
subdivision's name. That covers 85 % of the cities' inhabitants; the others have no region.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from schemas.places import DATA, fold

_CANADA = {
    "01": "AB", "02": "BC", "03": "MB", "04": "NB", "05": "NL", "07": "NS", "08": "ON",
    "09": "PE", "10": "QC", "11": "SK", "12": "YT", "13": "NT", "14": "NU",
}  # fmt: skip
# Their codes in GeoNames are those of ISO 3166-2, zeros apart.
_SAME = ("US", "GB", "BE", "CH", "AT")
# Their codes in GeoNames are larger areas than those of ISO 3166-2.
_COARSER = ("TW", "SI", "LV", "MK")
# A city that gives its subdivision's name away has at least this many inhabitants.
_BIG = 20_000


def regions(cities: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """(country, GeoNames code) -> ISO 3166-2, for the codes that occur among the cities."""
    import pycountry

    known = {s.code: s for s in pycountry.subdivisions}
    found: dict[tuple[str, str], str] = {}
    by_name: dict[tuple[str, str], tuple[int, str]] = {}
    codes: set[tuple[str, str]] = set()
    for city in cities:
        country, code, size = city["countrycode"], city["admin1code"], city["population"]
        codes.add((country, code))
        for name in {fold(city["name"]), *map(fold, city["alternatenames"])}:
            by_name[country, name] = max(by_name.get((country, name), (0, "")), (size, code))
    for iso, name in _seats().items():
        if seat := by_name.get((iso[:2], fold(name))):
            found.setdefault((iso[:2], seat[1]), iso)
    for key, votes in _votes(known.values(), by_name).items():
        if key not in found and len(votes) == 1:
            found[key] = next(iter(votes))
    for country, code in codes:
        short = _CANADA.get(code, "") if country == "CA" else code.lstrip("0") if country == "AT" else code
        if country in (*_SAME, "CA") and f"{country}-{short}" in known:
            found[country, code] = f"{country}-{short}"
    return found


def _seats() -> dict[str, str]:
    lines = (DATA / "places_seats.tsv").read_text("utf-8").splitlines()[1:]
    return {code: city for code, city, _ in (line.split("\t") for line in lines)}


def _votes(
    subdivisions: Iterable[Any], by_name: Mapping[tuple[str, str], tuple[int, str]]
) -> dict[tuple[str, str], Counter[str]]:
    """For each GeoNames code the subdivisions of whose name it has a big city."""
    votes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for subdivision in subdivisions:
        if subdivision.parent_code or subdivision.country_code in _COARSER:
            continue
        seat = by_name.get((subdivision.country_code, fold(subdivision.name)))
        if seat and seat[0] >= _BIG and seat[1] not in ("", "00"):
            votes[subdivision.country_code, seat[1]][subdivision.code] += seat[0]
    return votes
