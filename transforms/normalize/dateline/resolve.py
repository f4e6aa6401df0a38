"""One place name, with its qualifier, to a place: country, region, coordinates, and how it was found."""

from __future__ import annotations

import functools
import re

from schemas.agency import Agency
from schemas.item import Place
from schemas.places import Entry, fold, places
from transforms.normalize.dateline import known, misprints
from transforms.normalize.dateline.known import Area

# An alternate name counts a fifth of the usual one; a place at the agency's home counts four times.
ALTERNATE = 0.2
HOME = 4.0
# A city of the same name as a country's subdivision is meant from this weight on.
CITY_OVER_ADMIN = 50_000.0
# A village smaller than this may be a misprint of a city that wires write every day.
RARE = 5_000
LONGEST = 100
_BRACKETS = re.compile(r"\s*[(（\[]([^()（）\[\]]{1,40})[)）\]]\s*$")
_NEAR = re.compile(
    r"(?:near|outside|close to|(?:north|south|east|west)(?:ern)? of|bei|près de|cerca de|vicino a|perto de"
    r"|nabij|nära|nær|под|недалеко от)\s+(?=\S)",
    re.IGNORECASE,
)
_EDGES = " \t\r\n\u00a0*.,;:_=\"'«»“”„|"
_LANGUAGE_HOMES = {
    "de": ("DE", "AT", "CH"), "fr": ("FR", "BE", "CH"), "es": ("ES", "MX", "AR"), "pt": ("PT", "BR"),
    "it": ("IT",), "nl": ("NL", "BE"), "sv": ("SE", "FI"), "no": ("NO",), "nb": ("NO",), "nn": ("NO",),
    "da": ("DK",), "fi": ("FI",), "ru": ("RU",), "zh": ("CN", "TW"), "ja": ("JP",), "ko": ("KR",),
    "pl": ("PL",), "cs": ("CZ",), "sk": ("SK",), "hu": ("HU",), "tr": ("TR",),
}  # fmt: skip


def homes(agency: Agency | None, language: str | None) -> tuple[str, ...]:
    """The countries whose places an item leans to: the agency's own, else those of its language."""
    if agency is not None and agency.country and agency.key not in _WORLDWIDE:
        return (agency.country,)
    return _LANGUAGE_HOMES.get((language or "")[:2].casefold(), ())


# Their home is no hint: most of what they send is from elsewhere, in the wire's common names.
_WORLDWIDE = frozenset(("reuters", "ap", "afp", "xinhua", "upi", "bloomberg", "dowjones"))


def split(name: str) -> tuple[str, tuple[str, ...]]:
    """A name and its qualifiers: `PORTLAND, Ore.` and `Fráncfort (Alemania)`."""
    qualifiers: list[str] = []
    if match := _BRACKETS.search(name):
        qualifiers.append(match.group(1))
        name = name[: match.start()]
    head, *rest = (part.strip(_EDGES) for part in re.split(r"[,，،]", name))
    return head, tuple(part for part in (*rest, *qualifiers) if part)


def resolve(name: str, *, agency: Agency | None = None, language: str | None = None) -> Place | None:
    """The place that a name means.

    Args:
        name: one place as written, in any case, with its qualifier if it has one (`PORTLAND, Ore.`).
        agency: whose text it is; places at its home are preferred.
        language: BCP 47 of the text, used where the agency says nothing.

    Returns:
        The place; None where the name is not known and no qualifier says where it lies.
    """
    if len(name) > LONGEST:
        return None
    return _resolve(name, homes(agency, language))


@functools.lru_cache(maxsize=16384)
def _resolve(name: str, home: tuple[str, ...]) -> Place | None:
    whole = " ".join(name.strip(_EDGES).split())
    if not whole:
        return None
    if known.MOVING.match(whole):
        return Place(whole, "moving", how="moving")
    if match := _NEAR.match(whole):
        return _resolve(whole[match.end() :], home)
    if (key := fold(whole)) in known.sites() or key in known.aliases():
        return _alone(whole, home)
    city, extra = split(whole)
    areas = [found for part in extra if (found := known.qualifiers(part))]
    if areas:
        return _qualified(city, areas, home)
    if extra:
        return _alone(city, home)
    return _alone(whole, home) or _spaced(whole, home)


def _spaced(name: str, home: tuple[str, ...]) -> Place | None:
    """Qualifiers without a comma: `Ottawa Ontario Canada`, `FARMINGTON CONN`."""
    if not name.isascii() and " " not in name:
        # Chinese and Japanese set the country before the city, without a space.
        for size in range(2, min(8, len(name) - 1)):
            if (found := known.qualifiers(name[:size])) and (
                place := _qualified(name[size:], [found], home, strict=True)
            ):
                return place
    words = name.split()
    areas: list[tuple[Area, ...]] = []
    while len(words) > 1 and len(areas) < 2:
        for size in (2, 1):
            found = known.qualifiers(" ".join(words[-size:])) if len(words) > size else ()
            if found:
                areas.insert(0, found)
                words = words[:-size]
                break
        else:
            break
    return _qualified(" ".join(words), areas, home, strict=True) if areas else None


def _place(entry: Entry, how: str, candidates: int) -> Place:
    details = places().details(entry.row)
    return Place(
        name=details.name,
        kind=entry.kind,
        country=entry.country,
        region=entry.region,
        geonames_id=details.geonames_id,
        latitude=details.latitude,
        longitude=details.longitude,
        how=how,
        candidates=candidates,
    )


def _site(key: str) -> Place | None:
    site = known.sites().get(key)
    if site is None:
        return None
    return Place(
        name=site.name,
        kind=site.kind,
        country=site.country,
        region=site.region,
        latitude=site.latitude,
        longitude=site.longitude,
        how="site",
        candidates=1,
    )


def _weight(entry: Entry, home: tuple[str, ...] = ()) -> float:
    return entry.weight * (1.0 if entry.main else ALTERNATE) * (HOME if entry.country in home else 1.0)


def _cities(key: str) -> list[Entry]:
    found = [entry for entry in known.find(key) if entry.kind == "city"]
    if not found and key.endswith(" city"):
        found = [entry for entry in known.find(key[:-5]) if entry.kind == "city"]
    return found


def _qualified(
    city: str, areas: list[tuple[Area, ...]], home: tuple[str, ...], strict: bool = False
) -> Place | None:
    key = fold(city)
    readings = [area for found in areas for area in found]
    site = _site(key)
    if site and site.country and any(area.holds(site.country, site.region) for area in readings):
        return site
    keys = [key]
    if alias := known.aliases().get(key):
        keys.append(alias.key)
    entries = [entry for form in keys for entry in known.find(form) if entry.kind in ("city", "admin")]
    entries.sort(key=lambda entry: (entry.kind != "city", -_weight(entry)))
    for area in readings:
        if inside := [entry for entry in entries if area.holds(entry.country, entry.region)]:
            return _place(inside[0], "qualified", len(inside))
    if strict:
        return None
    for area in readings:
        for country in area.countries:
            if (row := misprints.within(key, country, area.region)) is not None:
                return _place(places().entry(row), "misprint", 1)
    area = readings[0]
    return Place(_title(city), "unknown", area.countries[0], area.region, how="qualifier", candidates=0)


def _title(name: str) -> str:
    return name.title() if name.isupper() or name.islower() else name


def _alone(name: str, home: tuple[str, ...]) -> Place | None:
    """The place of a name without qualifier: site, known city, country, subdivision, city or misprint."""
    key = fold(name)
    if not key:
        return None
    if site := _site(key):
        return site
    cities = _cities(key)
    best = max(cities, key=lambda entry: _weight(entry, home), default=None)
    if place := _aliased(key, cities, home):
        return place
    if place := _as_area(name, key, best, home):
        return place
    likely = misprints.frequent(key) if best is None or best.weight < RARE else None
    if likely is not None:
        entry = places().entry(likely)
        if best is None or entry.weight * misprints.RATE > _weight(best, home):
            return _place(entry, "misprint", 1)
    if best is None:
        return None
    return _place(best, "capital" if best.capital else "population", len(cities))


def _aliased(key: str, cities: list[Entry], home: tuple[str, ...]) -> Place | None:
    """The city for which a name stands alone, or which it named once, unless one at home is bigger."""
    alias = known.aliases().get(key)
    if alias is None:
        return None
    named = cities if alias.key == key else _cities(alias.key)
    inside = (entry for entry in named if alias.area.holds(entry.country, entry.region))
    meant = max(inside, key=lambda entry: (entry.main, _weight(entry)), default=None)
    local = max((_weight(e, home) for e in cities if e.country in home and e.main), default=0.0)
    if meant is None or (meant.country not in home and local > _weight(meant)):
        return None
    return _place(meant, "alias", max(1, len(cities)))


def _as_area(name: str, key: str, best: Entry | None, home: tuple[str, ...]) -> Place | None:
    """The country or subdivision of a name, unless the city of that name is meant."""
    country, region = known.countries().get(key), known.regions().get(key)
    if region is not None and len(key) > 2 and (country is None or region.countries[0] in home):
        return _area_place(name, region, "admin")
    areas = [entry for entry in known.find(key) if entry.kind != "city"]
    if country is None:
        country = next((Area((entry.country,)) for entry in areas if entry.kind == "country"), None)
    if country is not None:
        # A capital of that name is meant: Kuwait, Túnez, and Amman, which Arabic writes like Oman.
        seat = best is not None and (best.capital or (best.main and best.country in country.countries))
        return (
            None
            if best is not None and seat and _weight(best) >= CITY_OVER_ADMIN
            else _area_place(name, country, "country")
        )
    admins = [entry for entry in areas if entry.kind == "admin"]
    if not admins or len(key) < 3 or (best is not None and _weight(best, home) >= CITY_OVER_ADMIN):
        return None
    return _place(next((e for e in admins if e.country in home), admins[0]), "admin", len(admins))


def _area_place(name: str, area: Area, kind: str) -> Place:
    if len(area.countries) > 1:
        return Place(_title(name), "country", how="dissolved", candidates=len(area.countries))
    code = area.region or area.countries[0]
    entry = places().area(code)
    if entry is None:
        return Place(_title(name), kind, area.countries[0], area.region, how=kind, candidates=1)
    return _place(entry, kind, 1)
