"""What changed in the wording from one version to the next: a word diff, shortened to what is new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import takewhile
from typing import NamedTuple

_CONTEXT = 5  # words kept on either side of a change
_LARGEST = 4_000_000  # words of one text times those of the other that are laid side by side
_GAP = "…"


class Piece(NamedTuple):
    """A run of words. `kind` is `kept`, `gone` or `new`."""

    kind: str
    text: str


def changed(old: str | None, new: str | None) -> list[Piece]:
    """What changed from one text to another: pieces in order, with some words that stayed around each.

    Line breaks and other white space do not count. Of texts so long that laying them side by side would
    take seconds, everything between their first and last difference counts as changed.

    Returns:
        The pieces; none where the words are the same.
    """
    left, right = (old or "").split(), (new or "").split()
    if left == right:
        return []
    head = _shared(left, right)
    tail = _shared(left[head:][::-1], right[head:][::-1])
    one, other = left[head : len(left) - tail], right[head : len(right) - tail]
    pieces = [("kept", left[:head]), *_middle(one, other), ("kept", left[len(left) - tail :])]
    return list(_shortened([(kind, words) for kind, words in pieces if words]))


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _middle(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    if len(one) * len(other) > _LARGEST:
        yield from (("gone", one), ("new", other))
        return
    for action, i, i_end, j, j_end in SequenceMatcher(None, one, other).get_opcodes():
        if action == "equal":
            yield "kept", one[i:i_end]
        else:
            yield from (("gone", one[i:i_end]), ("new", other[j:j_end]))


def _shortened(pieces: Sequence[tuple[str, Sequence[str]]]) -> Iterator[Piece]:
    """Words that stayed are left out but for those next to a change."""
    for number, (kind, words) in enumerate(pieces):
        if kind == "kept":
            before = _CONTEXT if number else 0
            after = _CONTEXT if number < len(pieces) - 1 else 0
            if len(words) > before + after + 1:
                words = [*words[:before], _GAP, *words[len(words) - after :]]
        yield Piece(kind, " ".join(words))


def brief(text: str, most: int = 40) -> str:
    """A text of so many words at the most, its middle left out and counted."""
    words = text.split()
    if len(words) <= most:
        return text
    half = most // 2
    left_out = len(words) - 2 * half
    return " ".join([*words[:half], f"{_GAP} {left_out} words {_GAP}", *words[len(words) - half :]])
