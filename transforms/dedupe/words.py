"""The words of a text as small numbers: what a sketch keeps of it, and what two sketches are compared by.

A word becomes 16 bits of its hash, case folded, and is marked where it is a number or a name (it has a
capital, and is no article or pronoun that opens a sentence). 5-grams of such words have 80 bits, so chance
matches do not count, and texts can be aligned word for word, which sets of hashed shingles cannot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
import numpy.typing as npt
import xxhash

from transforms.dedupe.numbers import SPELLED, UNITS, Number, number

_PLAIN, _NUMBER, _NAME, _UPPER = range(4)

Words = npt.NDArray[np.uint16]
Marks = npt.NDArray[np.bool_]

# Words; numbers with their separators (1,234.5  6-1/16  12:40); single characters of scripts without spaces.
_TOKEN = re.compile(
    r"[A-Za-z]+(?![^\W\d_])"
    r"|\d+(?:[.,:/-]\d+)*"
    r"|[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]"
    r"|[^\W\d_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]+"
)
_MEMO_LIMIT = 200_000  # pieces of text: a wire's vocabulary of some days; then it begins anew
_PIECE_KEPT = 40  # code points: longer ones are sentences of a script without spaces
_TEXT_LIMIT = 200_000  # code points read of a text: some 30,000 words
_SHOUTED = 0.6  # above this share of upper-case words a text is upper-case throughout: capitals say nothing

# Words that open sentences more often than they open names.
_OPENERS = frozenset({
    "a", "an", "the", "this", "that", "these", "those", "he", "she", "it", "they", "we", "you", "his",
    "her", "its", "their", "our", "my", "in", "on", "at", "by", "for", "from", "of", "to", "with", "as",
    "and", "or", "but", "if", "when", "while", "after", "before", "since", "although", "though", "however",
    "both", "some", "many", "most", "more", "all", "no", "not", "one", "there", "here", "what", "who",
    "which", "where", "why", "how", "under", "over", "last", "next", "also", "asked", "yesterday", "today",
    "tomorrow", "der", "die", "das", "ein", "eine", "er", "sie", "es", "wir", "im", "am", "bei", "mit",
    "nach", "von", "zu", "und", "aber", "auch", "le", "la", "les", "l", "un", "une", "il", "elle", "ils",
    "en", "dans", "au", "aux", "et", "mais", "el", "los", "las", "una", "lo", "con", "por", "para", "y",
    "pero", "i", "gli", "uno", "nel", "nella", "di", "da", "e", "ma", "o", "os", "um", "uma", "em", "na",
    "do", "de", "het", "een", "hij", "zij", "op", "van", "maar", "den", "det", "ett", "han", "hon", "hun",
    "og", "och",
})  # fmt: skip


class _Memo(dict[str, bytes]):
    """A piece of text between white space -> its words: word | kind << 16 | hash as written << 18, `<u8`."""

    def __missing__(self, piece: str) -> bytes:
        whole = piece.isascii() and piece.isalpha()
        found = _code(piece) if whole else b"".join(map(_code, _TOKEN.findall(piece)))
        if len(piece) <= _PIECE_KEPT:
            self[piece] = found
        return found


def _code(token: str) -> bytes:
    written = token.casefold()
    word, kind = written, _PLAIN
    if token[0].isdigit():
        word, kind = written.replace(",", ""), _NUMBER
    elif written in SPELLED:
        word, kind = str(SPELLED[written]), _NUMBER
    elif token[0].isupper():
        if len(token) > 1 and token.isupper():
            kind = _UPPER
        elif written not in _OPENERS:
            kind = _NAME
    hashed = _hash(written)
    as_written = hashed >> _WRITTEN
    if kind == _NUMBER:
        _numerals[as_written] = written
        hashed = _hash(word)
    return (hashed & 0xFFFF | kind << 16 | as_written << _WRITTEN).to_bytes(8, "little")


def _hash(text: str) -> int:
    return xxhash.xxh3_64_intdigest(text.encode("utf-8", "surrogatepass"))


_KIND, _KINDS = np.uint32(16), np.uint32(3)
_WRITTEN = 18
_memo = _Memo()
_numerals: dict[int, str] = {}  # hash of a number as written -> the number as written
_units = {_hash(unit) >> 18: exponent for unit, exponent in UNITS.items()}


def _coded(text: str) -> npt.NDArray[np.uint64]:
    if len(_memo) > _MEMO_LIMIT:
        _memo.clear()
        _numerals.clear()
    return np.frombuffer(b"".join(map(_memo.__getitem__, text.split())), "<u8")


@dataclass(frozen=True, slots=True)
class Coded:
    """A text's words.

    Attributes:
        words: a number of 16 bits for each.
        is_number, is_name: which of them are numbers and names.
        numbers: the numbers, in order.
        digest: 64 bits of all words as written, but for their case; 0 for a text without words.
    """

    words: Words
    is_number: Marks
    is_name: Marks
    numbers: list[Number]
    digest: int


def code(text: str, *, numbers: int) -> Coded:
    """The words of a text; at most its first 200,000 code points, and so many of its numbers, are read."""
    coded = _coded(text[:_TEXT_LIMIT])
    hashes = coded >> np.uint64(_WRITTEN)
    kinds = coded.astype(np.uint32) >> _KIND & _KINDS
    is_number = kinds == _NUMBER
    is_name = kinds >= _NAME
    if np.count_nonzero(kinds == _UPPER) > _SHOUTED * (len(coded) - np.count_nonzero(is_number)):
        is_name[:] = False
    places = is_number.nonzero()[0][:numbers]
    following = hashes[places[places + 1 < len(hashes)] + 1]  # of the last word none
    return Coded(
        words=coded.astype(np.uint16),
        is_number=is_number,
        is_name=is_name,
        numbers=[
            number(_numerals[written], _units.get(after, 0))
            for written, after in zip_longest(hashes[places].tolist(), following.tolist(), fillvalue=0)
        ],
        digest=xxhash.xxh3_64_intdigest(hashes.data) or 1 if len(hashes) else 0,
    )


def code_briefly(text: str) -> tuple[list[int], list[bool]]:
    """The words of a headline, and which of them are numbers: `code` without what only texts need."""
    coded = _coded(text).tolist()
    return [code & 0xFFFF for code in coded], [code >> 16 & 3 == _NUMBER for code in coded]


def digest(text: str) -> int:
    """64 bits of a text, never 0."""
    return _hash(text) or 1


_FACTORS = [
    np.uint64(factor)
    for factor in (
        0x9E3779B97F4A7C15,
        0xC2B2AE3D27D4EB4F,
        0x165667B19E3779F9,
        0xD6E8FEB86659FD93,
        0xA0761D6478BD642F,
    )
]
_SHIFT = np.uint64(32)


def grams(words: Words, size: int) -> npt.NDArray[np.uint64]:
    """Hashes of the word n-grams in order, n at most 5; one for the whole text where it is shorter."""
    wide = words.astype(np.uint64)
    count = len(wide) - size + 1
    if count < 1:
        wide = np.concatenate([wide, np.zeros(size - len(wide), np.uint64)])
        count = 1
    mixed = wide[:count] * _FACTORS[0]
    for offset in range(1, size):
        mixed += wide[offset : offset + count] * _FACTORS[offset]
    mixed ^= mixed >> _SHIFT
    mixed *= _FACTORS[1]
    mixed ^= mixed >> _SHIFT
    return mixed
