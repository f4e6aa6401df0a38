"""Which agency an item came from: what the user says, what the mark-up says, what the text shows."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

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
    return next((agency for agency, _ in _evidence(parsed)), None)


def why(parsed: ParsedItem, key: str) -> str:
    """What an item's provider was found by, in one line for people.

    Args:
        parsed: the item as its mark-up gives it.
        key: the provider it was given.
    """
    for agency, reason in _evidence(parsed):
        return reason if agency.key == key else f"the text; the mark-up says {agency.key} ({reason})"
    if key != UNKNOWN:
        return "the text: its dateline, sign-off or end mark"
    said = ", ".join(parsed.provider_names[:4])
    return f"no agency of the table is named{f' ({said})' if said else ''}; see `wirebeam providers`"


def _evidence(parsed: ParsedItem) -> Iterator[tuple[Agency, str]]:
    """Agencies that the mark-up names, the strongest evidence first, each with its reason."""
    hint = parsed.provider_hint
    if hint and (hinted := agencies().get(hint) or named(hint)):
        yield hinted, "given by --provider"
    for name in parsed.provider_names:
        if name and (found := named(name)):
            yield found, f"`{name}` in {parsed.origins.get('provider_names', 'the mark-up')}"
    if parsed.uri and (found := agencies().of_guid(parsed.uri[:_NAME])):
        yield found, f"guid `{parsed.uri[:_NAME]}`"
    for field in ("credit_line", "copyright_holder"):
        if (name := getattr(parsed, field)) and (found := named(name)):
            yield found, f"{field} `{name}`"


def key(agency: Agency | None) -> str:
    """Value of the `provider` column."""
    return agency.key if agency else UNKNOWN
