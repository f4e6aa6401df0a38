"""The place part of a dateline to its places: one, or several joined by slashes, commas or an `and`."""

from __future__ import annotations

import functools
import re

from schemas.item import Place
from schemas.places import fold
from transforms.normalize.dateline import known, words
from transforms.normalize.dateline.forms import split
from transforms.normalize.dateline.leaning import Leaning
from transforms.normalize.dateline.resolve import resolve, resolve_leaning

LONGEST = 90
MOVING_WORDS = 9
_AND = re.compile(r"\s*(?:[&+;、]|\s(?:and|und|et|y|e|en|og|och|ja|и|와|및|و)\s|\s[-–—]\s)\s*", re.IGNORECASE)
_JOINED = re.compile(r"[&+;、/]|\s(?:and|und|et|y|e|en|og|och|ja|и|와|및|و|[-–—])\s", re.IGNORECASE)
_SLASH = re.compile(r"\s*/\s*")
_COMMA = re.compile(r"\s*[,，،]\s*(?![^()]*\))")
_TOKEN = re.compile(r"[^\s/,.()\[\]（）-]+")
_STOP = re.compile(r"[!?;<>{}\"“”„«»=@#$%^|~\\]|:(?!ta?\b)|\d{3}|\.\s+[^\W\d_]+\s+[^\W\d_]+\s")
_QUOTES = re.compile(r"[\"“”„«»]")
# How sure a place is that stands without date and agency mark.
_SURE = frozenset(("alias", "qualified", "site", "capital"))


def plausible(text: str) -> bool:
    """Whether a text has the form of a place list: capitalised words and particles, no sentence."""
    if not text or len(text) > LONGEST:
        return False
    if known.MOVING.match(text):
        return len(text.split()) <= MOVING_WORDS and not _STOP.search(_QUOTES.sub("", text))
    if _STOP.search(text):
        return False
    tokens = _TOKEN.findall(text)
    if not tokens or len(tokens) > 12:
        return False
    large = 0
    for word in tokens:
        first = word.lstrip("'’‘`*")[:1]
        if first.isupper() or (first.isalpha() and not first.islower()):
            large += 1
        elif first.islower() and word.casefold() not in words.particles() and not re.match(r"[dl]['’]", word):
            return _is_named(text)
    return large > 0


def _is_named(text: str) -> bool:
    """Whether a text with small words is a place of the tables: `Nations unies`, `Bergen op Zoom`."""
    name, qualifiers = split(text)
    if any(not known.qualifiers(part) for part in qualifiers):
        return False
    key = fold(name)
    return (
        key in known.sites()
        or key in known.aliases()
        or bool(known.find(key) if not qualifiers else plausible(name))
    )


def places_of(text: str, leans: Leaning) -> tuple[Place, ...]:
    """The places of a place part.

    Args:
        text: place part as written, without date and agency.
        leans: the countries that the text leans to.

    Returns:
        The places in their order; a name that is not known comes as a place of kind `unknown`.
    """
    found: list[Place] = []
    for name in _names(text, leans):
        place = resolve_leaning(name, leans)
        found.append(place or Place(_title(name), "unknown", candidates=0))
    return tuple(found)


def _title(name: str) -> str:
    name = " ".join(name.split()).strip(" *,")
    return name.title() if name.isupper() or name.islower() else name


def _known(name: str, leans: Leaning) -> Place | None:
    place = resolve_leaning(name, leans)
    return place if place is not None and place.how not in ("misprint", "qualifier") else None


def _names(text: str, leans: Leaning) -> list[str]:
    if not _JOINED.search(text):
        return _by_comma(text, leans) if "," in text or not text.isascii() else [text]
    whole = fold(text)
    if whole in known.aliases() or whole in known.sites() or known.qualifiers(text):
        return [text]
    for pattern in (_SLASH, _AND):
        parts = [part for part in pattern.split(text) if part]
        if len(parts) > 1:
            sure = [_known(_COMMA.split(part)[0], leans) or _known(part, leans) for part in parts]
            if all(sure) or (pattern is _SLASH and sure[0] and all(map(plausible, parts))):
                return [name for part in parts for name in _names(part, leans)]
    return _by_comma(text, leans)


def _by_comma(text: str, leans: Leaning) -> list[str]:
    commas = text.split(",") if text.isascii() and "(" not in text else _COMMA.split(text)
    first, *rest = [part.strip() for part in commas if part.strip(" .*")] or [text]
    names, current = [], first
    for part in rest:
        if _is_qualifier(part, current) or not _is_city(part, leans):
            current = f"{current}, {part}"
        else:
            names.append(current)
            current = part
    return [*names, current]


def _is_city(name: str, leans: Leaning) -> bool:
    place = _known(name, leans)
    return place is not None and place.kind in ("city", "site", "region")


@functools.lru_cache(maxsize=1024)
def _qualifies(part: str) -> bool:
    """Whether a part is a state or country, and no city that wires know by that name."""
    bare, _ = split(part)
    return bool(known.qualifiers(bare)) and fold(bare) not in known.aliases()


def _is_qualifier(part: str, before: str) -> bool:
    if _qualifies(part):
        return True
    bare, _ = split(part)
    if not known.qualifiers(bare):
        return False
    # `NEW YORK` and `LUXEMBOURG` are cities too: they qualify what lies in them, or what else is unknown.
    city, _ = split(before)
    place = resolve(f"{city}, {bare}")
    return place is not None and (place.how == "qualified" or _known(city, Leaning()) is None)


def sure(place: Place, any_city: bool = False) -> bool:
    """Whether a place is known well enough to make a dateline without date and agency mark.

    `any_city` lets every city of the table do, not only those that nobody can mistake.
    """
    if place.kind == "moving":
        return any_city
    return place.kind in ("city", "site", "region") and (
        place.how in _SURE or (any_city and place.how == "population")
    )
