"""One place name, with its qualifier, to a place: country, region, coordinates, and how it was found."""

from __future__ import annotations

import functools

from schemas.agency import Agency
from schemas.item import Place
from schemas.places import Entry, fold, places
from transforms.normalize.dateline import forms, known, misprints
from transforms.normalize.dateline.known import Area
from transforms.normalize.dateline.leaning import Leaning, leaning

# An alternate name counts a fifth of the usual one; a place at the agency's home counts four times.
ALTERNATE = 0.2
HOME = 4.0
# A city of the same name as a country's subdivision is meant from this weight on.
CITY_OVER_ADMIN = 50_000.0
# A city of this weight is meant before the subdivision that it is the seat of.
SEAT = 15_000
# A village smaller than this may be a misprint of a city that wires write every day.
RARE = 5_000
LONGEST = 100
MANY = 5  # places of a name whose usual names are tried as well
_GUESSED = ("alias", "population", "admin")


def resolve(name: str, *, agency: Agency | None = None, language: str | None = None) -> Place | None:
    """The place that a name means.

    Args:
        name: one place as written, in any case, with its qualifier if it has one (`PORTLAND, Ore.`).
        agency: whose text it is; places at its home are preferred.
        language: BCP 47 of the text, used where the agency says nothing.

    Returns:
        The place; None where the name is not known and no qualifier says where it lies.
    """
    return resolve_leaning(name, leaning(agency, language))


def resolve_leaning(name: str, leans: Leaning) -> Place | None:
    """`resolve` for a text that leans to these countries, which is all that agency and language say."""
    if len(name) > LONGEST:
        return None
    name = " ".join(name.strip(forms.EDGES).split())
    if not name:
        return None
    home, spoken = leans
    place = _resolve(name, home)
    # `Toledo` at Prensa Latina: no city of Cuba, but one of a country of its language.
    if spoken and spoken != home and place and place.how in _GUESSED and place.country not in home:
        near = _resolve(name, spoken)
        return near if near is not None and near.country in spoken else place
    return place


@functools.lru_cache(maxsize=16384)
def _resolve(whole: str, home: tuple[str, ...]) -> Place | None:
    if known.MOVING.match(whole):
        return Place(whole, "moving", how="moving")
    if beside := forms.near(whole):
        return _resolve(beside, home)
    if (key := fold(whole)) in known.sites() or key in known.aliases():
        return _alone(whole, home)
    city, extra = forms.split(whole)
    areas = [found for part in extra if (found := known.qualifiers(part))]
    if areas:
        place = _qualified(city, areas, home)
        if place is not None and place.kind == "unknown" and (beside := forms.without_facility(city)):
            return _qualified(beside, areas, home, strict=True) or place
        return place
    if extra:
        return _alone(city, home)
    return _alone(whole, home) or _spaced(whole, home) or _part(whole, home)


def _part(name: str, home: tuple[str, ...]) -> Place | None:
    """The place of a name that the tables have in a plainer form."""
    for how, plain in forms.plainer(name):
        if how == "district":
            best = max(_cities(fold(plain)), key=_weight, default=None)
            return _place(best, "population", 1) if best and best.weight >= CITY_OVER_ADMIN else None
        place = _alone(plain, home)
        if place is None or place.how == "misprint" or (how == "city" and place.kind == "admin"):
            continue
        if how == "city" and place.kind == "country" and (seat := places().capital(place.country or "")):
            return _place(seat, "capital", 1)
        return place
    return None


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
    name, number, latitude, longitude = places().details(entry.row)
    return Place(name, entry.kind, entry.country, entry.region, number, latitude, longitude, how, candidates)


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
    if site and any(area.reaches(site.country, site.region) for area in readings):
        return site
    keys = [key]
    if (alias := known.aliases().get(key)) and alias.key != key:
        keys.append(alias.key)
    if (inside := _inside(keys, readings, ("city", "admin"))) is not None:
        return inside
    entries = [entry for form in keys for entry in known.find(form) if entry.kind in ("city", "admin")]
    # `París (Texas)`, `Moscú (Idaho)`: a foreign name of the great one, given to its namesake.
    usual = {fold(places().details(entry.row).name) for entry in entries[:MANY] if not entry.main}
    if (inside := _inside(sorted(usual.difference(keys)), readings)) is not None:
        return inside
    for area in readings:
        owned = {code for country in area.countries for code in known.DEPENDENT.get(country, ())}
        if area.region is not None or not owned:
            continue
        if held := [entry for entry in entries if entry.country in owned]:
            return _place(max(held, key=_weight), "qualified", len(held))
        if any(found.countries[0] in owned for found in known.qualifiers(city)):
            return _alone(city, home)
    if strict:
        return None
    for area in readings if all(entry.weight < misprints.FREQUENT for entry in entries) else ():
        for country in area.countries:
            if (row := misprints.within(key, country, area.region)) is not None:
                return _place(places().entry(row), "misprint", 1)
    area = readings[0]
    return Place(_title(city), "unknown", area.countries[0], area.region, how="qualifier", candidates=0)


def _inside(
    keys: list[str], areas: list[Area], kinds: tuple[str, ...] = ("city", "admin", "country")
) -> Place | None:
    """The heaviest place of some names in the first area that holds one; cities go before subdivisions."""
    for area in areas:
        near = [entry for key in keys for entry in places().inside(key, area.countries, area.region)]
        if held := [entry for entry in near if entry.kind in kinds]:
            best = held[0]
            if len(held) > 1:
                best = min(held, key=lambda entry: (entry.kind != "city", -_weight(entry)))
            return None if best.kind == "country" else _place(best, "qualified", len(held))
    return None


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
    country = known.countries().get(key)
    region = next(iter(known.regions().get(key, ())), None)
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
    if best is not None and any(_seats(best, admin) for admin in admins):
        return None
    return _place(next((e for e in admins if e.country in home), admins[0]), "admin", len(admins))


def _seats(city: Entry, admin: Entry) -> bool:
    """Whether a city gives a subdivision its name: Salzburg, Venise."""
    if city.country != admin.country or city.weight < SEAT or (admin.main and not city.main):
        return False
    if city.region == admin.region:
        return True
    named = known.find(fold(places().details(admin.row).name))
    return city.country != "US" and any(entry.row == city.row for entry in named)


def _area_place(name: str, area: Area, kind: str) -> Place:
    if len(area.countries) > 1:
        return Place(_title(name), "country", how="dissolved", candidates=len(area.countries))
    code = area.region or area.countries[0]
    entry = places().area(code)
    if entry is None:
        return Place(_title(name), kind, area.countries[0], area.region, how=kind, candidates=1)
    return _place(entry, kind, 1)
