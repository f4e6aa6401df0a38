"""Copies by their text, and the guards that keep look-alikes apart.

Wires cut and extend stories, so that containment counts as much as resemblance; and they send forms
(money market figures, dividends, contract awards, half-hourly quotes) that differ in a number or a name
and are other events. The bounds come from hand-labelled pairs of Reuters-21578; tests/quality/dedupe_pairs.py
sets them anew on one half of the pairs and prints what they give on the other.
"""

from __future__ import annotations

from transforms.dedupe.align import Changes, Overlap, changes
from transforms.dedupe.decision import Relation, apart
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
_START = 0.2  # of the longer text's beginning: below, it begins otherwise
_HEADLINE = 0.7
_HEADED = 0.4  # containment that is enough under a like headline
_FIGURES = 0.15  # containment that is enough where the figures agree
_AGREED = 0.7
_CHANGED = 0.15
_CHANGED_FIRM = 0.25  # under the same headline or ticker
_TABLE = 0.25  # share of numbers among the words of a table: it comes again with new quotes
# A copy has slips mended or parts cut; below both it is another writing, and a version.
_MENDED_JACCARD, _CUT_CONTAINMENT = 0.6, 0.9


def bounds() -> dict[str, float]:
    """The bounds by name, for those who explain what they decided."""
    return {
        "jaccard": _JACCARD,
        "containment": _CONTAINMENT,
        "contained": _CONTAINED,
        "lead": _LEAD,
        "start": _START,
        "headline": _HEADLINE,
        "agreed": _AGREED,
        "changed": _CHANGED,
        "changed_firm": _CHANGED_FIRM,
    }


def other_form(seen: Evidence, length: int, recurring: bool) -> str | None:
    """Why items with the very same text are two all the same, or None: a form that comes again.

    "Dividend 25 cents, payable July 1" comes for many companies; a central bank's daily notice comes every
    day; a quote without a change comes again at 11:10 under a headline with that time.

    Args:
        seen: what else is known of the two.
        length: words of the shorter text.
        recurring: several other stories had this form.
    """
    if seen.title_numbers and seen.title >= 0.4:
        return "other numbers in the headline"
    if length < _FORM and seen.apart > _NEXT_DAY:
        return "a short form, on another day"
    if length < _FEW and not (seen.same_title or seen.same_ticker):
        return "a few words under another headline"
    if seen.same_ticker or not seen.titled:
        return None
    if length < _SHORT and seen.title < (0.8 if seen.other_ticker else 0.3):
        return "a short form under another headline"
    if recurring and length < _REPORT and seen.title < 0.6:
        return "a form that recurs, under another headline"
    return None


def begins_otherwise(earlier: Sketch, later: Sketch, found: Overlap, seen: Evidence) -> str | None:
    """Why one text holds the other and is another story, or None: a round-up, a common background."""
    shorter, longer = sorted((earlier.length, later.length))
    if shorter < 0.25 * longer and seen.title < 0.3:
        return "one is a round-up that holds the other"
    if found.start < _START and seen.title < 0.4 and found.jaccard < _MENDED_JACCARD:
        return "they begin otherwise, under other headlines"
    return None


def near_copy(earlier: Sketch, later: Sketch, found: Overlap, seen: Evidence, *, recurring: bool) -> Relation:
    """An unmarked item as near copy, silent correction or other writing of the earlier one, or as neither."""
    shorter = min(earlier.length, later.length)
    if not _worth_a_look(found, seen):
        return apart("the texts share too little", found.jaccard)
    if why := _kept_apart(earlier, later, found, seen, recurring=recurring):
        return apart(why, found.jaccard)
    differ = changes(earlier, later)
    reason = _reason(found, seen, differ)
    if reason is None:
        return apart("the texts share too little", found.jaccard)
    if why := _filled_anew(found, seen, differ, shorter, recurring=recurring):
        return apart(why, found.jaccard)
    ground = "text" if _alike(found) else "head"
    if differ.changed:
        numbers = f"{differ.changed} number{'s' * (differ.changed > 1)} changed without a word"
        return Relation("silent", found.jaccard, f"silent: {reason}, {numbers}", ground)
    if (
        later.length == earlier.length > len(later.words) // 2
        and later.body != earlier.body
        and not differ.slots
    ):
        return Relation(
            "silent", found.jaccard, f"silent: {reason}, changed after the words compared", ground
        )
    rewritten = found.jaccard < _MENDED_JACCARD and found.containment < _CUT_CONTAINMENT
    if rewritten or (shorter < _BRIEF and found.jaccard < 0.9):
        return Relation("update", found.jaccard, f"rewritten: {reason}", ground)
    return Relation("near", found.jaccard, reason)


def _kept_apart(
    earlier: Sketch, later: Sketch, found: Overlap, seen: Evidence, *, recurring: bool
) -> str | None:
    """Why two like texts are two stories, seen from outside."""
    shorter = min(earlier.length, later.length)
    if why := other_form(seen, shorter, recurring):
        return why
    if why := begins_otherwise(earlier, later, found, seen):
        return why
    if seen.same_title or seen.same_ticker:
        return None
    if seen.other_place and found.jaccard < 0.8:
        return "datelines from different places"
    if shorter < _SHORT and seen.title < 0.9 and found.jaccard < 0.8 and found.containment < 0.95:
        return "short texts under other headlines"
    return None


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


def _filled_anew(
    found: Overlap, seen: Evidence, differ: Changes, shorter: int, *, recurring: bool
) -> str | None:
    """Why the texts are one form filled for two events, or None: other numbers or names in its places."""
    firm = seen.same_title or seen.same_ticker
    if seen.other_ticker and (differ.swapped or differ.changed or found.containment < 0.9):
        return "other ticker symbols"
    if _certain(differ, seen):
        return None
    if recurring and (differ.changed or (differ.swapped and not firm)):
        return "a form that recurs, with other fillers"
    if differ.changed:
        if shorter < _REPORT and seen.apart > _SAME_DAY:
            return "other numbers on another day"
        if differ.numbers > _TABLE * shorter and not seen.same_ticker:
            return "a table with other numbers"
        lone = differ.changed == 1 and differ.slots == 1 and seen.same_title and seen.apart <= _SILENT
        if not lone and differ.share_changed > (_CHANGED_FIRM if firm else _CHANGED):
            return f"{differ.changed} of {differ.numbers} numbers replaced"
    if differ.agreed < _AGREED and differ.distinctive >= 4 and found.containment < 0.8:
        return f"only {differ.shared} of {differ.distinctive} numbers shared"
    lead = differ.lead_swapped >= 2 or (differ.lead_swapped and (shorter < _SHORT or differ.changed))
    if firm and not (lead and shorter < _REPORT and not seen.same_ticker):
        return None
    if lead or (differ.swapped >= 3 and differ.swapped > 0.03 * shorter):
        return f"{differ.swapped} names replaced"
    return None
