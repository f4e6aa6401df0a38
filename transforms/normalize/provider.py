"""Which agency an item came from: what the user says, what the mark-up says, what the text shows."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from schemas.agency import UNKNOWN, Agency, agencies
from schemas.item import ParsedItem

_NAME = 160  # characters: no name or guid prefix is longer, and a hostile one costs the table's expressions
_PART = re.compile(r"[/,;|&+]| - | and | und | et | y ")


@functools.lru_cache(maxsize=4096)
def named(name: str) -> Agency | None:
    """The agency that a name, code, qcode or domain stands for: whole, or its first part (`AP/NTB`)."""
    if len(name) > _NAME:
        return None
    if found := agencies().named(name):
        return found
    for part in _PART.split(name):
        if part != name and part.strip() and (found := agencies().named(part.strip())):
            return found
    return None


def by_markup(parsed: ParsedItem) -> Agency | None:
    """The agency by the user's hint, provider fields, guid, credit line and copyright holder."""
    if parsed.provider_hint:
        hinted = agencies().get(parsed.provider_hint) or named(parsed.provider_hint)
        if hinted:
            return hinted
    return (
        _first(parsed.provider_names)
        or (agencies().of_guid(parsed.uri[:_NAME]) if parsed.uri else None)
        or _first((parsed.credit_line or "", parsed.copyright_holder or ""))
    )


def _first(names: Iterable[str]) -> Agency | None:
    for name in names:
        if name and (found := named(name)):
            return found
    return None


def key(agency: Agency | None) -> str:
    """Value of the `provider` column."""
    return agency.key if agency else UNKNOWN
