"""Agency marks without brackets at the end of a head: `SEOUL, Nov 26 AFP`, `Homs, SANA`, `Mar. 3, CANA`."""

from __future__ import annotations

import re

from schemas.agency import agencies
from transforms.normalize.dateline import dates, known, marks
from transforms.normalize.dateline.parts import Parts
from transforms.normalize.dateline.resolve import resolve

_BARE = re.compile(r"(?:^|(?<=[\s,.]))([^\W\d_][^\s,()/]*(?: [^\W\d_][^\s,()/]*){0,4})[\s.,]*$")
_CAPITALS = re.compile(r"(?<=[\s.,])([^\W\d_a-zß-öø-ÿа-я][^\W\d_a-zß-öø-ÿа-я.-]{1,14})[\s.,]*$")


def cut(parts: Parts) -> bool:
    """Take a mark without brackets off the end; whether there is one."""
    if (joined := at_hyphen(parts.text)) is not None:
        parts.text, parts.mark, parts.manner = *joined, "bare"
        return True
    match = _BARE.search(parts.text)
    if match is None:
        return False
    words = match.group(1).split(" ")
    for start in range(len(words)):
        mark = " ".join(words[start:])
        if not marks.is_mark(mark.rstrip(".")):
            continue
        before = parts.text[: match.end(1) - len(mark)].rstrip(" ,")
        agency = agencies().get(parts.key)
        own = agency is not None and "bare" in agency.datelines
        if (
            dates.cut(before, parts.language)[1] is None
            and (not own or known.qualifiers(mark))
            and _rather_place(mark, before)
        ):
            return False
        parts.text, parts.mark, parts.manner = before, mark.rstrip("."), "bare"
        return True
    return _unknown_at_end(parts)


def at_hyphen(text: str) -> tuple[str, str] | None:
    """A place and the mark that a hyphen joins to it (`دمشق-سانا`, `Homs-SANA`); None for other texts."""
    place, hyphen, mark = text.strip().rpartition("-")
    if not hyphen or not mark.isalnum() or not marks.is_mark(mark) or marks.is_mark(place):
        return None
    return None if resolve(place) is None else (place, mark)


def _rather_place(mark: str, before: str) -> bool:
    """Whether an agency's mark behind a place is rather a place: not in capitals of its own (`Homs, SANA`),
    nor where no more than a small place has its name (`SYDNEY, AAP`).
    """
    place = resolve(mark)
    if place is None or (mark.isupper() and not before.isupper()):
        return False
    return not mark.isupper() or place.how != "population"


def _unknown_at_end(parts: Parts) -> bool:
    """Take a mark that no table knows off the end, where it is in capitals after a date: `Mar. 3, CANA`."""
    match = _CAPITALS.search(parts.text)
    if match is None:
        return False
    before = parts.text[: match.start()]
    date = dates.cut(before, parts.language)[1]
    if date is None or not date.certain or dates.cut(parts.text, parts.language)[1] is not None:
        return False
    parts.text, parts.mark, parts.manner = before, match.group(1), "likely"
    return True
