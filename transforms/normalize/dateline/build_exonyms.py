"""Builds `data/places_exonyms.tsv`, names of cities and countries in other languages, once a release.

    pip install babel && python -m transforms.normalize.dateline.build_exonyms

From the Unicode CLDR (Unicode-3.0 licence) through babel, which nothing else here needs: the city of each
time zone and the name of each territory, in the languages of the agencies. Only what the place table does
not find by itself is kept.
"""

from __future__ import annotations

from collections.abc import Iterator

from schemas.folding import DATA, fold
from schemas.places import Entry, places
from transforms.normalize.dateline import known
from transforms.normalize.dateline.resolve import resolve

LANGUAGES = (
    "de", "fr", "es", "es_419", "pt", "pt_PT", "it", "nl", "sv", "no", "da", "fi", "ru", "uk", "zh",
    "zh_Hant", "ja", "ko", "ar", "fa", "he", "tr", "pl", "cs", "sk", "hu", "ro", "bg", "hr", "sr", "sl", "el",
    "id", "vi", "ca", "et", "lt", "lv", "is",
)  # fmt: skip
SHORTEST = 2


def cities() -> Iterator[tuple[str, str, str]]:
    """Name in another language, usual name, country: of the cities of the world's time zones."""
    from babel import Locale
    from babel.core import get_global

    territories = get_global("zone_territories")
    for language in LANGUAGES:
        for zone, names in sorted(Locale.parse(language)._data["time_zones"].items()):
            country, usual = territories.get(zone, ""), zone.rpartition("/")[2].replace("_", " ")
            name = names.get("city")
            # Villages of Indiana have zones of their own; Saint Thomas is first of all a saint.
            if (zone.count("/") > 1 and "Argentina" not in zone) or zone == "America/St_Thomas":
                continue
            if not name or len(country) != 2 or len(name) < SHORTEST or fold(name) == fold(usual):
                continue
            # `Yakutsk time`, `Beulah, North Dakota`: no name of a city.
            if any(sign in name for sign in ",()[]，（"):
                continue
            meant = [e for e in places().find(fold(usual)) if e.kind == "city" and e.country == country]
            if meant and not _stands(name, meant[0]):
                yield name, usual, country


def _stands(name: str, meant: Entry) -> bool:
    """Whether a name already means a city, the country it lies in, or a bigger place."""
    found = resolve(name)
    if found is None or found.how in ("misprint", "qualifier", "qualified"):
        return False
    if found.geonames_id == places().details(meant.row).geonames_id or found.kind == "country":
        return True
    if found.kind != "city":
        return not meant.capital
    held = max((e.weight for e in places().find(fold(name)) if e.kind == "city"), default=meant.weight)
    return held >= meant.weight


def countries() -> Iterator[tuple[str, str]]:
    """Name in another language and ISO 3166-1 code of the world's countries."""
    from babel import Locale

    for language in LANGUAGES:
        for code, name in sorted(Locale.parse(language).territories.items()):
            if len(code) != 2 or code in ("EU", "EZ", "UN", "QO", "XA", "XB", "ZZ") or len(name) < SHORTEST:
                continue
            if any(sign in name for sign in ",()（；") or fold(name) in ("congo", "kongo"):
                continue
            if name.isascii() and len(name) < 4:
                continue
            if places().area(code) and not any(code in area.countries for area in known.qualifiers(name)):
                yield name, code


def main() -> None:
    """Write the table."""
    rows = {(fold(name), code): (name, place, code) for name, place, code in cities()}
    rows |= {(fold(name), code): (name, "", code) for name, code in countries()}
    lines = [f"{name}\t{place}\t{code}\tUnicode CLDR" for name, place, code in sorted(rows.values())]
    (DATA / "places_exonyms.tsv").write_text("\n".join(("name\tplace\tcode\tsource", *lines, "")), "utf-8")
    print(f"{len(lines)} names")


if __name__ == "__main__":
    main()
