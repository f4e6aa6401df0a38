"""The parts of a dateline's head, while it is peeled and once it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from schemas.item import Place
from transforms.normalize.dateline.dates import Found


class Head(NamedTuple):
    """The parts of a head.

    Attributes:
        place_text, places: the place part as written, and its places.
        date: the date.
        mark: the agency mark as written.
        manner: how the mark stands: `enclosed` in brackets or slashes, `first` before the place, `bare`
            without either, `likely` where it is enclosed but no table knows it.
        byline: a byline before the place or inside the mark.
        divided: whether a comma or a stop parts the place from what follows.
        plausible: whether the place part has the form of one.
        resolved: whether at least one place is known.
    """

    place_text: str | None = None
    places: tuple[Place, ...] = ()
    date: Found | None = None
    mark: str | None = None
    manner: str | None = None
    byline: str | None = None
    divided: bool = False
    plausible: bool = False
    resolved: bool = False


@dataclass(slots=True)
class Parts:
    """A head while it is peeled: `text` is what is left of it."""

    text: str
    key: str | None
    language: str | None
    mark: str | None = None
    manner: str | None = None
    byline: str | None = None
    date: Found | None = None
