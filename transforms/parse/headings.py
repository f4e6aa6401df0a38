"""Titles of an item compared: whether two are the same, whether one is a slug."""

from __future__ import annotations

import re

_MARKER = re.compile(r"\([^()]{1,30}\)")  # EFE's `(Avance)` before it
_FOLDED = re.compile(r"[\W_]+")


def same(one: str | None, other: str | None) -> bool:
    """Whether two titles are the same words, whatever their case, spacing and punctuation."""
    return bool(one and other) and _FOLDED.sub(" ", one or "").strip().casefold() == (
        _FOLDED.sub(" ", other or "").strip().casefold()
    )


def is_slug(deck: str | None, headline: str | None) -> bool:
    """Whether a second title is a slug: a few words in capitals under a headline that has small letters."""
    words = _MARKER.sub("", deck or "").strip()
    return bool(words.isupper() and len(words) <= 60 and not (headline or words).isupper())
