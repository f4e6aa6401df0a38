"""How much a story is about an entity: where it is named, how often, how widely."""

from __future__ import annotations

from collections.abc import Sequence

# What each sign is worth; together 1. The head line is the editor's own summary, the lead comes next.
HEADLINE = 0.4
LEAD = 0.3
COUNT = 0.2
SPREAD = 0.1
_ENOUGH = 6  # mentions from which on more say nothing new


def salience(length: int, lead_end: int, in_headline: bool, starts: Sequence[int]) -> float:
    """Salience, 0 to 1.

    Args:
        length: of the text, in code points.
        lead_end: end of its first paragraph.
        in_headline: whether the head line names the entity.
        starts: where its mentions start in the text, ascending.

    Returns:
        .4 for the head line; up to .3 for the first mention: all of it in the lead, then falling with its
        distance, to nothing at the end; up to .2 for the count (six mentions are all there is to get); up to
        .1 for the share of the text between first and last mention.
    """
    score = HEADLINE if in_headline else 0.0
    if not starts:
        return score
    first = starts[0]
    score += LEAD if first < lead_end else LEAD * 0.8 * (1 - first / length)
    score += COUNT * min(len(starts), _ENOUGH) / _ENOUGH
    score += SPREAD * (starts[-1] - first) / length
    return score
