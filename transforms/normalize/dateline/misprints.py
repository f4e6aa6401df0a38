"""Names one edit away from a known one: a letter missing, too many, wrong, or two changed about."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

from schemas.places import places
from transforms.normalize.dateline import known

# Places of this weight are written every day somewhere: a misprint of one is likelier than a village.
FREQUENT = 300_000
# How often a name is misprinted: 21 of 9,300 datelines of Reuters-21578, of which a given name has few.
RATE = 0.0005
SHORTEST, LONGEST = 5, 40


def deletions(key: str) -> Iterator[str]:
    """The key, and the key without each of its letters in turn."""
    yield key
    for index in range(len(key)):
        yield key[:index] + key[index + 1 :]


def near(left: str, right: str) -> bool:
    """Whether one edit (insert, delete, replace, swap of neighbours) makes one key of the other."""
    if left == right:
        return True
    if abs(len(left) - len(right)) > 1:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    one, other = left[start:], right[start:]
    if len(one) == len(other):
        return one[1:] == other[1:] or (one[:2] == other[1::-1] and one[2:] == other[2:])
    return one[1:] == other if len(one) > len(other) else one == other[1:]


def index(names: Mapping[str, int]) -> dict[str, list[str]]:
    """Names by each of their deletions, so that a misprint is found by its own deletions."""
    found: dict[str, list[str]] = {}
    for name in names:
        if len(name) >= SHORTEST:
            for form in deletions(name):
                found.setdefault(form, []).append(name)
    return found


def search(key: str, names: Mapping[str, int], forms: Mapping[str, list[str]]) -> int | None:
    """The heaviest place (lowest row) whose name is one edit from a key; None for short or hopeless keys."""
    if not SHORTEST <= len(key) <= LONGEST:
        return None
    rows = [
        names[name]
        for form in deletions(key)
        for name in forms.get(form, ())
        if name != key and near(key, name)
    ]
    return min(rows, default=None)


@functools.cache
def _frequent() -> tuple[dict[str, int], dict[str, list[str]]]:
    names = places().heaviest(FREQUENT)
    for key, alias in known.aliases().items():
        for entry in places().find(alias.key):
            if entry.kind == "city" and alias.area.holds(entry.country, entry.region):
                names[key] = entry.row
                break
    return names, index(names)


def frequent(key: str) -> int | None:
    """Row of the frequent place that a key misprints."""
    return search(key, *_frequent())


def within(key: str, country: str, region: str | None) -> int | None:
    """Row of the city in a region, or in a country, that a key misprints."""
    if not SHORTEST <= len(key) <= LONGEST:
        return None
    rows = (row for name, row in places().similar(key, country, region) if near(key, name))
    return min(rows, default=None)
