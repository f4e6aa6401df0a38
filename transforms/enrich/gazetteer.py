"""Words and names that the rules tagger knows: one look-up a word, one a phrase.

Sources: the tables of `schemas/data` (own work; places from GeoNames, CC BY 4.0, and ISO 3166). Read once a
process.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from schemas.agency import agencies
from transforms.enrich.span import FAC, GPE, LOC, ORG
from transforms.enrich.words import lines, table, word_lists, word_set

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
_CITY_POPULATION = 200_000
_METROPOLIS_POPULATION = 500_000


@dataclass(frozen=True, slots=True)
class Known:
    """What a name is known to be.

    Attributes:
        type: as `Span.type`.
        confidence: 0 to 1.
        name: the fullest form, None where the name itself is: most entries then are one object, which
            the garbage collector is spared.
    """

    type: str
    confidence: float
    name: str | None = None


_CITY = Known(GPE, 0.95)
_REGION = {GPE: 0.95, LOC: 0.82, FAC: 0.5}  # many hold that a landmark is no name of a place
_LONG_TOWN = Known(GPE, 0.85)  # two words are rarely both a town's name and something else


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The tables of one process.

    Attributes:
        words: word -> what it can be, the flags of this module.
        names: name (one word or several) -> what it is.
        starts: first words of the names of several words -> their greatest number of words.
        small: first words of names that go on in small letters (`Fonds monétaire international`).
        towns: names of towns that need company: a preposition, or their state after a comma. Apart from
            `words`, which is asked often and should stay small.
    """

    words: dict[str, int]
    names: dict[str, Known]
    starts: dict[str, int]
    small: frozenset[str]
    towns: frozenset[str]


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


def _places(words: dict[str, int]) -> tuple[dict[str, Known], frozenset[str]]:
    """Place names, and towns too small to stand alone."""
    names = {}
    towns = set()
    for name, kind, number in table("place_words.tsv"):
        flags = words.get(name, 0)
        population = int(number)
        if kind in ("country", "state"):
            sure = True
        elif " " in name or "-" in name:
            names[name] = _CITY if population >= _CITY_POPULATION else _LONG_TOWN
            continue
        elif flags & _NO_NAME_ALONE or len(name) < 3:
            continue
        elif kind == "exonym":
            sure = not flags
        elif flags & (FIRST_NAME | FAMILY_NAME):
            sure = population >= _METROPOLIS_POPULATION
        else:
            sure = population >= _CITY_POPULATION
        if sure:
            names[name] = _CITY
        elif kind == "city":
            towns.add(name)
    for abbreviation in word_lists()["state_abbreviations"]:
        names[abbreviation] = _CITY
    return names, frozenset(towns)


# Common words that, with a capital inside a sentence, are these bodies.
_SURE_WORDS = frozenset(("House", "Fed", "Treasury"))
_ADJECTIVES = ("Deutsche ", "Europäische ", "Vereinte ", "Schweizerische ", "Österreichische ")


def _declined(forms: Iterable[str]) -> Iterator[str]:
    """Names, and those that begin with a German adjective in its other cases too (`der Deutschen Bahn`)."""
    for form in forms:
        yield form
        if form.startswith(_ADJECTIVES):
            yield form.replace(" ", "n ", 1)


def _organisation_names(listed: str) -> Iterator[tuple[str, str]]:
    """Each form of the names of a line, and the full name."""
    for forms in listed.split("; "):
        full, *aliases = forms.split("|")
        yield full, full
        for alias in aliases:
            yield alias, full


@functools.cache
def gazetteer() -> Gazetteer:
    """The tables, built at first use (about half a second)."""
    words = _words()
    names, towns = _places(words)
    for name, kind, aliases, same_as in table("regions.tsv"):
        for form in (name, *filter(None, aliases.split("|"))):
            names[form] = Known(kind, _REGION[kind], same_as or name)
    for name, _, aliases, _ in table("organisations.tsv"):
        for form in _declined((name, *filter(None, aliases.split("|")))):
            if " " in form or not words.get(form, 0) & (NEVER | COMMON) or form in _SURE_WORDS:
                names[form] = Known(ORG, 0.92, name)
    for agency in agencies().by_key.values():
        for form in _declined((agency.name, *agency.names)):
            if words.get(form, 0) & _NO_NAME_ALONE == 0 and (form.isupper() or len(form) > 3):
                names[form] = Known(ORG, 0.95, agency.name)
    for _, listed in table("organisation_names.tsv"):
        for form, full in _organisation_names(listed):
            alone = " " in form or form.isupper() or not (words.get(form, 0) or form in towns)
            if alone and form not in names:
                names[form] = Known(ORG, 0.92, full)
    starts: dict[str, int] = {}
    small = set()
    joined = word_set("particles") | word_set("connectors")
    for name in names:
        if " " in name:
            first, second = name.split(" ", 2)[:2]
            starts[first] = max(starts.get(first, 0), name.count(" ") + 1)
            if second[0].islower() and second not in joined and names[name].type == ORG:
                small.add(first)
    return Gazetteer(words, names, starts, frozenset(small), towns)
