"""Copies by their text, and the guards that keep look-alikes apart.

Wires cut and extend stories, so that containment counts as much as resemblance; and they send forms
(money market figures, dividends, contract awards, half-hourly quotes) that differ in a number or a name
and are other events. The bounds come from hand-labelled pairs of Reuters-21578; tests/quality/dedupe_pairs.py
sets them anew on one half of the pairs and prints what they give on the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from transforms.dedupe.align import Changes, Overlap, changes
from transforms.dedupe.evidence import Evidence
from transforms.dedupe.fingerprint import Sketch

_HOUR = 3600 * 1_000_000
_SILENT = 6 * _HOUR  # a number corrected without a word is corrected soon
_SAME_DAY = 12 * _HOUR
_NEXT_DAY = 20 * _HOUR
_FEW = 10  # words: below, a text says nothing without its headline
_BRIEF = 20  # words: below, two texts share too few 5-grams to stand for one another
_SHORT = 40  # words: below, one name is most of what a text says
_FORM = 50  # words: forms that come every day are shorter
_REPORT = 100  # words: longer texts are stories, with numbers in passing

# Bounds on the share of word 5-grams, of equal headline words, of numbers.
_JACCARD = 0.5
_CONTAINMENT = 0.5  # with _LEAD of the beginning; wires cut from the end
_LEAD = 0.4
_CONTAINED = 0.8  # wherever it stands
_HEADLINE = 0.7
_HEADED = 0.4  # containment that is enough under a like headline
_FIGURES = 0.15  # containment that is enough where the figures agree
_AGREED = 0.7
_CHANGED = 0.15
_CHANGED_FIRM = 0.25  # under the same headline or ticker
_TABLE = 0.25  # share of numbers among the words of a table: it comes again with new quotes
# A copy has slips mended or parts cut; below both it is another writing, and a version.
_MENDED_JACCARD, _CUT_CONTAINMENT = 0.6, 0.9


@dataclass(frozen=True, slots=True)
class Decision:
    """Kind of the relation (`near`, `silent` or `update`), Jaccard of the word 5-grams, reason in words."""

    kind: str
    similarity: float
    reason: str


def other_form(seen: Evidence, length: int, recurring: bool) -> bool:
    """Whether items with the very same text are still two: a short form, and the headline tells them apart.

    "Quarterly dividend 25 cents, payable July 1" comes for many companies; "Fed adds reserves" comes every
    day; a quote without a change comes again at 11:10 under a headline with that time.
    """
    if seen.title_numbers and seen.title >= 0.4:
        return True
    if (length < _FORM and seen.apart > _NEXT_DAY) or (
        length < _FEW and not (seen.same_title or seen.same_ticker)
    ):
        return True
    if (
        length < _SHORT
        and seen.titled
        and seen.title < (0.8 if seen.other_ticker else 0.3)
        and not seen.same_ticker
    ):
        return True
    return recurring and length < _REPORT and seen.titled and seen.title < 0.6 and not seen.same_ticker


def is_digest(earlier: Sketch, later: Sketch, seen: Evidence) -> bool:
    """Whether one is a round-up that has the other in it: much longer, under another headline."""
    shorter, longer = sorted((earlier.length, later.length))
    return shorter < 0.25 * longer and seen.title < 0.3


def near_copy(
    earlier: Sketch, later: Sketch, found: Overlap, seen: Evidence, *, recurring: bool
) -> Decision | None:
    """An unmarked item as a near copy, a silent correction or another writing of the earlier one.

    Returns None where they are two stories.
    """
    shorter = min(earlier.length, later.length)
    if (
        not _worth_a_look(found, seen)
        or other_form(seen, shorter, recurring)
        or is_digest(earlier, later, seen)
    ):
        return None
    firm = seen.same_title or seen.same_ticker
    if not firm:
        if seen.other_place and found.jaccard < 0.8:
            return None
        if shorter < _SHORT and seen.title < 0.9 and found.jaccard < 0.8 and found.containment < 0.95:
            return None
    differ = changes(earlier, later)
    reason = _reason(found, seen, differ)
    if reason is None or _filled_anew(found, seen, differ, shorter, recurring=recurring):
        return None
    if differ.changed:
        numbers = f"{differ.changed} number{'s' * (differ.changed > 1)} changed without a word"
        return Decision("silent", found.jaccard, f"silent: {reason}, {numbers}")
    rewritten = found.jaccard < _MENDED_JACCARD and found.containment < _CUT_CONTAINMENT
    if rewritten or (shorter < _BRIEF and found.jaccard < 0.9):
        return Decision("update", found.jaccard, f"rewritten: {reason}")
    return Decision("near", found.jaccard, reason)


def _alike(found: Overlap) -> bool:
    return (
        found.jaccard >= _JACCARD
        or found.containment >= _CONTAINED
        or (found.containment >= _CONTAINMENT and found.lead >= _LEAD)
    )


def _headed(seen: Evidence) -> bool:
    return seen.title >= _HEADLINE or seen.same_slug or seen.same_id


def _worth_a_look(found: Overlap, seen: Evidence) -> bool:
    if _alike(found) or (_headed(seen) and found.containment >= _HEADED):
        return True
    return (seen.same_title or seen.same_ticker) and found.containment >= _FIGURES


def _reason(found: Overlap, seen: Evidence, differ: Changes) -> str | None:
    """Why two texts are one story, if they are no form."""
    if _alike(found):
        return f"text shared {found.jaccard:.2f}, contained {found.containment:.2f}"
    if _same_figures(differ, seen):
        return f"headline or ticker agrees, {differ.shared} of {differ.distinctive} numbers shared"
    if _headed(seen) and found.containment >= _HEADED and differ.agreed >= _AGREED:
        return f"headline or slug line agrees, text contained {found.containment:.2f}"
    return None


def _same_figures(differ: Changes, seen: Evidence) -> bool:
    """Whether two writings of a report give the same figures: results are written anew, not copied."""
    if _certain(differ, seen):
        return True
    if differ.distinctive < 4:
        return False
    if seen.same_ticker and (seen.same_title or seen.apart <= _SAME_DAY):
        return differ.agreed >= _AGREED
    return seen.same_title and not differ.changed and differ.agreed >= 0.8


def _certain(differ: Changes, seen: Evidence) -> bool:
    """Whether the figures alone say that it is one report: no two events share several to the last digit."""
    return differ.precise >= 3 and differ.agreed >= _AGREED and (seen.same_title or seen.same_ticker)


def _filled_anew(found: Overlap, seen: Evidence, differ: Changes, shorter: int, *, recurring: bool) -> bool:
    """Whether the texts are one form filled for two events: other numbers or names in the same places."""
    firm = seen.same_title or seen.same_ticker
    if seen.other_ticker and (differ.swapped or differ.changed or found.containment < 0.9):
        return True
    if _certain(differ, seen):
        return False
    if recurring and (differ.changed or (differ.swapped and not firm)):
        return True
    if differ.changed:
        if shorter < _REPORT and seen.apart > _SAME_DAY:
            return True
        if differ.numbers > _TABLE * shorter and not seen.same_ticker:
            return True
        lone = differ.changed == 1 and differ.slots == 1 and seen.same_title and seen.apart <= _SILENT
        if not lone and differ.share_changed > (_CHANGED_FIRM if firm else _CHANGED):
            return True
    if differ.agreed < _AGREED and differ.distinctive >= 4 and found.containment < 0.8:
        return True
    if firm:
        return False
    if differ.lead_swapped >= 2 or (differ.lead_swapped and shorter < _SHORT):
        return True
    return differ.swapped >= 3 and differ.swapped > 0.03 * shorter
