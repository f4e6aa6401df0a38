"""The words of a text as small numbers: what a sketch keeps of it, and what two sketches are compared by.

A word becomes 16 bits of its hash, case folded, and is marked where it is a number or a name (it has a
capital, and is no article or pronoun that opens a sentence). 5-grams of such words have 80 bits, so chance
matches do not count, and texts can be aligned word for word, which sets of hashed shingles cannot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xxhash

from transforms.dedupe.numbers import SPELLED

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
_MEMO_LIMIT = 200_000  # words; a wire's vocabulary of some weeks
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


class _Memo(dict[str, int]):
    """Token -> hash | class << 16. Bounded: emptied when full, which changes speed alone."""

    def __missing__(self, token: str) -> int:
        if len(self) >= _MEMO_LIMIT:
            self.clear()
        value = self[token] = _code(token)
        return value


def _code(token: str) -> int:
    folded, kind = token.casefold(), _PLAIN
    if token[0].isdigit():
        folded, kind = folded.replace(",", ""), _NUMBER
    elif folded in SPELLED:
        folded, kind = str(SPELLED[folded]), _NUMBER
    elif token[0].isupper():
        if len(token) > 1 and token.isupper():
            kind = _UPPER
        elif folded not in _OPENERS:
            kind = _NAME
    return (xxhash.xxh3_64_intdigest(folded.encode("utf-8", "surrogatepass")) & 0xFFFF) | kind << 16


_memo = _Memo()


@dataclass(frozen=True, slots=True)
class Coded:
    """A text's words, which of them are numbers and which are names.

    `numbers` holds the number tokens in order, each with the token after it (the unit).
    """

    words: Words
    is_number: Marks
    is_name: Marks
    numbers: list[tuple[str, str]]


def code(text: str) -> Coded:
    """The words of a text; at most its first 200,000 code points are read."""
    tokens = _TOKEN.findall(text[:_TEXT_LIMIT])
    memo = _memo
    coded = np.array([memo[token] for token in tokens], np.uint32)
    kinds = coded >> 16
    is_number = kinds == _NUMBER
    is_name = kinds >= _NAME
    upper = kinds == _UPPER
    count = int(np.count_nonzero(upper))
    if count and count > _SHOUTED * (len(tokens) - int(np.count_nonzero(is_number))):
        is_name = np.zeros(len(tokens), np.bool_)
    at = np.flatnonzero(is_number).tolist()
    tokens.append("")
    return Coded(coded.astype(np.uint16), is_number, is_name, [(tokens[i], tokens[i + 1]) for i in at])


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
