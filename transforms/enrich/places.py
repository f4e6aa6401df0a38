"""Places that are named in a text: what they are called, and where they are."""

from __future__ import annotations

import functools

from schemas.agency import agencies
from schemas.item import Link, Place
from schemas.places import fold, places
from transforms.enrich.span import GPE, LOC
from transforms.normalize.dateline import resolve

_AREAS = frozenset(("country", "admin", "region"))
_DEFINITE = 1.0
_LIKELY = 0.8  # a city of that name, where there is more than one


@functools.lru_cache(maxsize=20_000)
def named_place(
    form: str, kind: str, provider: str, language: str | None
) -> tuple[str, tuple[Link, ...]] | None:
    """Usual name and links of the place that `place` finds, None where there is none."""
    found = place(form, kind, provider, language)
    return (found.name, place_links(found)) if found is not None else None


def place(form: str, kind: str, provider: str, language: str | None) -> Place | None:
    """The place that a form means in a text of that agency and language.

    Args:
        form: as it stands in the text, without article.
        kind: `GPE`, `LOC` or `FAC`: a city is only ever a GPE.
        provider: key in the agency table.
        language: BCP 47.

    Returns:
        None where the table has no such place. Misprints are not mended here: a word that is nearly a
        city is another word.
    """
    found = resolve(form, agency=agencies().get(provider), language=language)
    if found is None or found.how == "misprint" or found.kind == "unknown":
        return None
    if found.kind == "city" and found.country and (country := _country(form, found.country)):
        found = country
    if kind == GPE or (kind == LOC and found.kind in _AREAS) or found.kind == "site":
        return found
    return None


def _country(form: str, code: str) -> Place | None:
    """The country of that name: datelines mean the capital by it (`MEXICO, June 2`), sentences do not."""
    for entry in places().find(fold(form)):
        if entry.kind == "country" and entry.country == code:
            known = places().details(entry.row)
            number, north, east = known.geonames_id, known.latitude, known.longitude
            return Place(known.name, "country", code, None, number, north, east, "country", 1)
    return None


def place_links(found: Place) -> tuple[Link, ...]:
    """GeoNames number, ISO 3166-1 and ISO 3166-2 codes; less sure where several places have the name."""
    links = []
    score = _DEFINITE if found.kind in _AREAS or found.candidates <= 1 else _LIKELY
    if found.geonames_id:
        links.append(Link("geonames", str(found.geonames_id), score))
    if found.country:
        links.append(Link("iso3166-1", found.country, score))
    if found.region:
        links.append(Link("iso3166-2", found.region, score))
    return tuple(links)
