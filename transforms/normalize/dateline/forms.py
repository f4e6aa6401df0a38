"""Names of places as they are written: qualifiers, articles, facilities, districts taken off."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BRACKETS = re.compile(r"\s*[(（\[]([^()（）\[\]]{1,40})[)）\]]$")
_NEAR = re.compile(
    r"(?:near|outside|close to|(?:north|south|east|west)(?:ern)? of|bei|près de|cerca de|vicino a|perto de"
    r"|nabij|nära|nær|под|недалеко от)\s+(?=\S)",
    re.IGNORECASE,
)
EDGES = " \t\r\n\u00a0*.,;:_=\"'«»“”„|"
_ARTICLE = re.compile(r"(?:the|le|la|les|el|los|las|il|lo|der|die|das|den|det|o|os)\s+(?=\S)", re.IGNORECASE)
_FACILITY = re.compile(
    r"(?<=\S)\s+(?:(?:international |regional )?airport|(?:military |royal )?air(?: ?force)? base|airbase"
    r"|naval (?:base|station)|military base|army base|refugee camp|camp|(?:border )?crossing|checkpoint"
    r"|(?:train |railway |research |polar )?station|stadium|prison|cosmodrome|flughafen|aeropuerto)$"
    r"|^(?:flughafen|aéroport d[e']|aeropuerto de|aeroporto d[ie]|аэропорт|مطار|مخيم|معبر|camp de)"
    r"\s*(?=\S{3})",
    re.IGNORECASE,
)
_CITY = re.compile(
    r"^(?:citt[àa]['’]? d[ei]l? ?|ciudad de |cidade d[aeo] |ville de |город )"
    r"|(?:[- ](?:city|stadt|ville|stad)|城|市|시)$",
    re.IGNORECASE,
)
_DISTRICT = re.compile(r"([^\W\d_]{4,})-[^\W\d_]{3,}(?: [^\W\d_]+)?$")


def split(name: str) -> tuple[str, tuple[str, ...]]:
    """A name and its qualifiers: `PORTLAND, Ore.` and `Fráncfort (Alemania)`."""
    name = name.rstrip()
    qualifiers: list[str] = []
    if name[-1:] in ")）]" and (match := _BRACKETS.search(name)):
        qualifiers.append(match.group(1))
        name = name[: match.start()]
    if not name.isascii():
        name = name.replace("，", ",").replace("،", ",")
    head, *rest = (part.strip(EDGES) for part in name.split(","))
    return head, tuple(part for part in (*rest, *qualifiers) if part)


def near(name: str) -> str | None:
    """The place beside which something lies (`near Kharkiv`), None where a name says no such thing."""
    match = _NEAR.match(name)
    return name[match.end() :] if match else None


def without_facility(name: str) -> str | None:
    """The place of an airport, base, camp or crossing (`Bagram Air Base`); None for other names."""
    match = _FACILITY.search(name)
    return name.replace(match.group(), "", 1) if match else None


def plainer(name: str) -> Iterator[tuple[str, str]]:
    """What a name may be called in the tables, with how: `article` or `facility` off, the `city` of a
    country's name (`Ciudad de Guatemala`), the city of a `district` (`Rostock-Lichtenhagen`)."""
    if match := _ARTICLE.match(name):
        yield "article", name[match.end() :]
    if place := without_facility(name):
        yield "facility", place
    if rest := _CITY.sub("", name):
        yield from (("city", rest),) if rest != name else ()
    if match := _DISTRICT.match(name):
        yield "district", match.group(1)
