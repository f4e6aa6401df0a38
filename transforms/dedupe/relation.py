"""Whether a later item is a copy or a version of an earlier one: decided from two sketches, with a reason."""

from __future__ import annotations

from dataclasses import dataclass

from transforms.dedupe.align import Comparison, compare
from transforms.dedupe.evidence import Evidence, weigh
from transforms.dedupe.sketch import Sketch

HORIZON = 72 * 3600 * 1_000_000
COPIES = ("exact", "near")
_HOUR = 3600 * 1_000_000
_SILENT = 6 * _HOUR
_REWRITTEN_JACCARD, _REWRITTEN_CONTAINMENT = 0.35, 0.65  # below both, neither text stands for the other
_SHORT = 40  # words: below, one swapped name is most of what the text says


@dataclass(frozen=True, slots=True)
class Relation:
    """What a later item is to an earlier one.

    Attributes:
        kind: `exact` or `near` (copies), or `update`, `correction`, `repeat`, `advisory`, `kill`, `silent`
            (versions).
        similarity: Jaccard of the word 5-grams, 1.0 for exact copies.
        reason: what decided, for people.
    """

    kind: str
    similarity: float
    reason: str


def reach(horizon: int) -> int:
    """How far apart a version and its predecessor may be: a third more than the horizon.

    Desks correct what they find out on the third working day (the latest of the labelled Reuters
    corrections came after 81 hours); a marker or an identifier is needed beyond the horizon.
    """
    return horizon * 4 // 3


def relation(earlier: Sketch, later: Sketch, *, horizon: int = HORIZON) -> Relation | None:
    """What `later` is to `earlier`, or None where they are two stories.

    Args:
        earlier, later: sketches in the order of event time, uri, item_id.
        horizon: how far apart two items of one story may be, microseconds of event time.
    """
    if earlier.provider != later.provider or later.time - earlier.time > reach(horizon):
        return None
    kind = later.revision_kind or ("kill" if later.pub_status == "canceled" else None)
    named = _named(earlier, later)
    if later.time - earlier.time > horizon and not named and kind is None:
        return None
    exact = bool(later.body) and later.body == earlier.body
    if named and not (exact and kind is None):
        similarity = (
            1.0 if exact else compare(earlier, later).jaccard if earlier.words and later.words else 0.0
        )
        return Relation(kind or "update", similarity, named)
    seen = weigh(earlier, later)
    if not later.words or not earlier.words:
        return _without_text(earlier, later, kind, seen)
    if exact and not _contradicts_title(seen):
        if kind and (kind, later.revision) != (earlier.revision_kind, earlier.revision):
            return Relation(kind, 1.0, f"{kind} of the same text")
        return Relation("exact", 1.0, "same text")
    found = compare(earlier, later)
    if (kind and (kind, later.revision) != (earlier.revision_kind, earlier.revision)) or kind == "correction":
        reason = _revises(found, seen, kind)
        return Relation(kind, found.jaccard, reason) if reason else None
    reason = _copies(earlier, later, found, seen)
    if reason is None:
        return None
    if found.changed:
        return Relation("silent", found.jaccard, f"{reason}, {found.changed} numbers changed without a word")
    if found.jaccard < _REWRITTEN_JACCARD and found.containment < _REWRITTEN_CONTAINMENT:
        return Relation("update", found.jaccard, f"rewritten: {reason}")
    return Relation("near", found.jaccard, reason)


def _named(earlier: Sketch, later: Sketch) -> str | None:
    """By which identifier the wire itself says that the later item belongs to the earlier one."""
    if later.uri == earlier.uri and not later.own_uri:
        return "same guid"
    if later.revises and later.revises in (earlier.uri, *earlier.alternate_ids):
        return "named as predecessor"
    if earlier.uri in later.alternate_ids:
        return "guid among its identifiers"
    return None


def _contradicts_title(seen: Evidence) -> bool:
    return seen.other_ticker or (seen.title_numbers and seen.title >= 0.5)


def _without_text(earlier: Sketch, later: Sketch, kind: str | None, seen: Evidence) -> Relation | None:
    """Flashes are headlines only, kills and advisories may be: the headline or slug must be the same."""
    if kind in ("kill", "advisory") and (seen.same_title or seen.same_slug):
        return Relation(kind, 0.0, f"{kind} with the same {'headline' if seen.same_title else 'slug line'}")
    if not seen.same_title or earlier.words or later.words or seen.apart > _SILENT:
        return None
    if kind and kind != earlier.revision_kind:
        return Relation(kind, 1.0, f"{kind} of the same headline")
    return Relation("exact", 1.0, "same headline, no text")


def _revises(found: Comparison, seen: Evidence, kind: str) -> str | None:
    """Why an item with a revision marker is taken for a version of the earlier one; None if it is not."""
    if seen.other_ticker and found.swapped:
        return None
    ratio = found.changed / max(4, found.numbers)
    if kind == "repeat" and ratio > 0.25:
        return None
    if found.changed > 1 and ratio > 0.5:
        return None
    if found.containment >= 0.5 and found.lead_swapped < 3:
        return f"{kind} marker, text contained {found.containment:.2f}"
    if (seen.same_title or seen.same_slug or seen.same_ticker or seen.title >= 0.6) and (
        found.containment >= 0.2 or (found.distinctive >= 3 and found.shared >= 0.7 * found.distinctive)
    ):
        return f"{kind} marker, same headline or slug line, text contained {found.containment:.2f}"
    return None


def _copies(earlier: Sketch, later: Sketch, found: Comparison, seen: Evidence) -> str | None:
    """Why an unmarked item is taken for a copy; None where it is not one."""
    shorter, longer = sorted((earlier.length, later.length))
    firm = seen.same_title or seen.same_ticker
    agreed = found.shared / found.distinctive if found.distinctive else 1.0
    if found.jaccard >= 0.5 or (found.containment >= 0.5 and found.lead >= 0.4) or found.containment >= 0.8:
        reason = f"text shared {found.jaccard:.2f}, contained {found.containment:.2f}"
    elif firm and found.distinctive >= 4 and agreed >= 0.7 and found.containment >= 0.15:
        reason = f"same headline or ticker, {found.shared} of {found.distinctive} numbers shared"
    elif seen.title >= 0.7 and found.containment >= 0.4 and agreed >= 0.7:
        reason = f"like headline, text contained {found.containment:.2f}"
    else:
        return None
    if seen.title_numbers and seen.title >= 0.4 and found.jaccard < 0.9:
        return None
    if seen.other_ticker and (found.swapped or found.changed or found.containment < 0.9):
        return None
    if seen.other_place and not firm and found.jaccard < 0.8:
        return None
    if shorter < 0.25 * longer and seen.title < 0.3:
        return None
    if found.changed:
        ratio = found.changed / max(4, found.numbers)
        lone = found.changed == 1 and found.slots == 1 and seen.same_title and seen.apart <= _SILENT
        if not lone and ratio > (0.25 if firm else 0.15):
            return None
    if agreed < 0.7 and found.distinctive >= 4 and found.containment < 0.8:
        return None
    if not firm:
        if found.lead_swapped >= 2 or (found.lead_swapped and shorter < _SHORT):
            return None
        if found.swapped >= 3 and found.swapped > 0.03 * shorter:
            return None
        if shorter < _SHORT and seen.title < 0.9 and found.jaccard < 0.8:
            return None
    return reason
