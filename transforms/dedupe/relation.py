"""What a later item is to an earlier one, decided from their two sketches, with the reason in words.

First what the wire itself says (guid, predecessor, identifiers), then markers (correction, update, kill, ...)
with a text or headline that agrees, then the text alone (`transforms.dedupe.copies`).
"""

from __future__ import annotations

from schemas.agency import UNKNOWN
from transforms.dedupe.align import Overlap, changes, overlap
from transforms.dedupe.copies import begins_otherwise, near_copy, other_form
from transforms.dedupe.decision import Relation, apart
from transforms.dedupe.evidence import Evidence, weigh
from transforms.dedupe.fingerprint import Sketch

_HOUR = 3600 * 1_000_000
HORIZON = 72 * _HOUR
COPIES = ("exact", "near")
__all__ = ["COPIES", "HORIZON", "Relation", "judge", "reach", "relation"]
_UPDATED = 24 * _HOUR  # how far apart versions with other texts may be
_FLASH = 6 * _HOUR  # how far apart two headlines without a text may be


def reach(horizon: int) -> int:
    """How far apart a version and its predecessor may be: a third more than the horizon, microseconds.

    Desks correct what they find out on the next working day but one (the latest of the labelled Reuters
    corrections came after 81 hours). Beyond the horizon a marker or an identifier is needed.
    """
    return horizon * 4 // 3


def relation(
    earlier: Sketch, later: Sketch, *, horizon: int = HORIZON, recurring: bool = False
) -> Relation | None:
    """What `later` is to `earlier`, None where they are two stories; the arguments are those of `judge`."""
    found = judge(earlier, later, horizon=horizon, recurring=recurring)
    return found if found.kind else None


def judge(earlier: Sketch, later: Sketch, *, horizon: int = HORIZON, recurring: bool = False) -> Relation:
    """What `later` is to `earlier`, with the reason, also where they are two stories (kind None).

    Args:
        earlier, later: sketches in the order of `Sketch.order`.
        horizon: how far apart copies may be, microseconds of event time.
        recurring: the later text is a form that several other stories filled (`transforms.dedupe.forms`).
    """
    gap = later.time - earlier.time
    if gap > reach(horizon):
        return apart("too far apart in time")
    if _other_provider(earlier, later):
        return apart("of different agencies")
    kind = later.revision_kind or ("kill" if later.pub_status == "canceled" else None)
    exact = bool(later.body) and later.body == earlier.body
    marked = kind is not None and (kind, later.revision) != (earlier.revision_kind, earlier.revision)
    if named := _named(earlier, later):
        if exact and not marked and later.version == earlier.version:
            return Relation("exact", 1.0, f"the same words, {named}", "named")
        similarity = overlap(earlier, later).jaccard if earlier.words and later.words else 0.0
        return Relation(kind or "update", similarity, named, "named")
    if gap > horizon and kind is None:
        return apart("too far apart in time")
    seen = weigh(earlier, later)
    if not later.words or not earlier.words:
        return _without_text(earlier, later, kind, seen)
    if exact and not other_form(seen, later.length, recurring):
        return Relation(kind, 1.0, f"{kind} of the same words") if kind and marked else _EXACT
    found = overlap(earlier, later)
    if kind and (marked or kind == "correction"):
        return _version(earlier, later, found, seen, kind)
    return near_copy(earlier, later, found, seen, recurring=recurring)


_EXACT = Relation("exact", 1.0, "the same words")


def _other_provider(earlier: Sketch, later: Sketch) -> bool:
    """Two agencies write two stories; a cut may have lost the line by which its agency is known."""
    return earlier.provider != later.provider and UNKNOWN not in (earlier.provider, later.provider)


def _named(earlier: Sketch, later: Sketch) -> str | None:
    """By which identifier the wire itself says that the later item belongs to the earlier one."""
    if later.uri == earlier.uri and not later.own_uri:
        return "same guid"
    if later.revises and later.revises in (earlier.uri, *earlier.alternate_ids):
        return "named as predecessor"
    if earlier.uri in later.alternate_ids and not earlier.own_uri:
        return "guid among its identifiers"
    return None


def _without_text(earlier: Sketch, later: Sketch, kind: str | None, seen: Evidence) -> Relation:
    """Flashes are headlines only, kills and advisories may be: the headline or slug must be the same.

    Pictures have headlines only, too, but are told apart by what they show (see `Sketch.body`).
    """
    if kind in ("kill", "advisory") and (seen.same_title or seen.same_slug or seen.same_id):
        return Relation(kind, 0.0, f"{kind} with the same {_head(seen)}", "head")
    if not seen.same_title or earlier.body != later.body:
        return apart("one has no text, and the headlines or what they point at differ")
    if seen.apart > _FLASH:
        return apart("the same headline without a text, hours later")
    if kind and kind != earlier.revision_kind:
        return Relation(kind, 1.0, f"{kind} of the same headline", "head")
    return Relation("exact", 1.0, "same headline, no text", "head")


def _head(seen: Evidence) -> str:
    return "headline" if seen.same_title else "identifier" if seen.same_id else "slug line"


def _version(earlier: Sketch, later: Sketch, found: Overlap, seen: Evidence, kind: str) -> Relation:
    """An item with a revision marker as a version of the earlier one, or not."""

    def version(reason: str, ground: str = "head") -> Relation:
        return Relation(kind, found.jaccard, f"{kind} marker, {reason}", ground)

    filed = seen.same_title or seen.same_slug or seen.same_id
    headed = filed or seen.same_ticker or seen.title >= 0.6
    if kind in ("kill", "advisory") and filed:
        return version(f"same {_head(seen)}")
    if found.containment < 0.5 and not headed:
        return apart(f"{kind} of something else: texts and headlines differ", found.jaccard)
    if why := None if filed else begins_otherwise(earlier, later, found, seen):
        return apart(why, found.jaccard)
    differ = changes(earlier, later)
    if seen.other_ticker and differ.swapped:
        return apart("other ticker symbols", found.jaccard)
    # A repeat changes nothing but slips; a correction may change all of a short text's one or two numbers.
    most = 0.25 if kind == "repeat" else 0.5
    if differ.share_changed > most and (kind == "repeat" or differ.changed > 1):
        return apart(f"{differ.changed} of {differ.numbers} numbers replaced", found.jaccard)
    if found.containment >= 0.5 and differ.lead_swapped < 3:
        return version(f"text contained {found.containment:.2f}", "text")
    if kind == "repeat":
        return apart("repeat of something else: the texts differ", found.jaccard)
    if kind == "update" and seen.apart > _UPDATED:
        return apart("update of something else: texts differ, a day later", found.jaccard)
    figures = found.containment >= 0.1 and differ.distinctive >= 3 and differ.agreed >= 0.7
    if headed and (found.containment >= 0.2 or figures):
        return version(f"headline or slug line agrees, text contained {found.containment:.2f}")
    if (seen.same_slug or seen.same_id) and seen.title >= 0.4:
        return version(f"same {_head(seen)} and a like headline")
    return apart(f"{kind} of something else: the texts share too little", found.jaccard)
