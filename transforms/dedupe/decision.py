"""What was decided about two items, and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Relation:
    """What a later item is to an earlier one.

    Attributes:
        kind: `exact` or `near` (copies); `update`, `correction`, `repeat`, `advisory`, `kill` or `silent`
            (versions; silent: a number was changed, and nothing says so); None where they are two stories.
        similarity: Jaccard of the word 5-grams, 1.0 for exact copies, 0.0 where there is no text.
        reason: what decided, in words.
        ground: what it rests on: `named` (the wire itself names the earlier item), `text` (one text holds
            most of the other), `head` (headline, slug line, figures); None where they are two stories.
    """

    kind: str | None
    similarity: float
    reason: str
    ground: str | None = "text"


def apart(reason: str, similarity: float = 0.0) -> Relation:
    """Two stories, and what keeps them apart."""
    return Relation(None, similarity, reason, None)
