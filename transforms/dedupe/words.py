"""The words of a text as small numbers: what a sketch keeps of it, and what two sketches are compared by.

A word becomes 16 bits of its hash (case and typographic variants folded) and a class of 2 bits: plain,
number, name (a capital inside a sentence) or opening (a capital at the start of one). 5-grams of such
words have 80 bits, so chance matches do not count; texts can be aligned word for word, which sets of
hashed shingles cannot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xxhash

from transforms.dedupe.numbers import SPELLED

PLAIN, NUMBER, NAME, OPENING = range(4)
_SHOUT = 4  # a word in capitals throughout: becomes NAME, or PLAIN where all the text is upper-case
_BREAK = 5  # end of a sentence or paragraph: no word

Words = npt.NDArray[np.uint16]
Classes = npt.NDArray[np.uint8]

# Numbers with their separators (1,234.5  6-1/16  12:40), words with inner marks (U.S., O'Neil, AT&T), single
# characters of scripts without spaces, ends of sentences.
_TOKEN = re.compile(
    r"[A-Za-z]+(?![^\W\d_])|\d+(?:[.,:/-]\d+)*"
    r"|[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]"
    r"|[^\W\d_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]+"
    r"|\n|[.!?\u3002\uff01\uff1f](?=[\s\"'\u201d\u2019\u00bb)]|$)"
)
_DIGIT = re.compile(r"\d")
_MEMO_LIMIT = 200_000  # words; a wire's vocabulary of some weeks
_TEXT_LIMIT = 200_000  # code points read of a text: some 30,000 words
_SHOUTED = 0.6  # above this share of capitals a text is upper-case throughout, and capitals say nothing


class _Memo(dict[str, int]):
    """Token -> hash | class << 16. Bounded: emptied when full, which changes speed alone."""

    def __missing__(self, token: str) -> int:
        if len(self) >= _MEMO_LIMIT:
            self.clear()
        value = self[token] = _code(token)
        return value


def _code(token: str) -> int:
    first = token[0]
    if first == "\n" or not (first.isalnum()):
        return _BREAK << 16
    folded = token.casefold()
    kind = PLAIN
    if _DIGIT.match(first):
        folded, kind = folded.replace(",", ""), NUMBER
    elif folded in SPELLED:
        folded, kind = str(SPELLED[folded]), NUMBER
    elif first.isupper():
        kind = _SHOUT if len(token) > 1 and token.isupper() else NAME
    return (xxhash.xxh3_64_intdigest(folded.encode("utf-8", "surrogatepass")) & 0xFFFF) | kind << 16


_memo = _Memo()


def tokens(text: str) -> list[str]:
    """The tokens of a text, breaks among them; at most its first 200,000 code points are read."""
    return _TOKEN.findall(text[:_TEXT_LIMIT])


@dataclass(frozen=True, slots=True)
class Coded:
    """A text's words and their classes, and the tokens that are numbers, in order."""

    words: Words
    classes: Classes
    numbers: tuple[str, ...]
    units: tuple[str, ...]


def code(text: str) -> Coded:
    """Words, classes and numbers of a text. `units` holds the token after each number, or ""."""
    found = tokens(text)
    memo = _memo
    coded = np.array([memo[token] for token in found], np.uint32)
    classes = (coded >> 16).astype(np.uint8)
    at = np.flatnonzero(classes == NUMBER).tolist()
    numbers = tuple(found[i] for i in at)
    units = tuple(found[i + 1] if i + 1 < len(found) else "" for i in at)
    breaks = classes == _BREAK
    opens = np.ones(len(found), bool)
    opens[1:] = breaks[:-1]
    kept = ~breaks
    shouted = classes == _SHOUT
    lower = int((classes == PLAIN).sum())
    count = int(shouted.sum())
    classes[shouted] = NAME if count <= _SHOUTED * (count + lower) else PLAIN
    classes[opens & (classes == NAME)] = OPENING
    classes = classes[kept]
    return Coded((coded[kept] & 0xFFFF).astype(np.uint16), classes, numbers, units)


_MIX = np.uint64(0x9E3779B97F4A7C15)
_SPREAD = np.uint64(0xBF58476D1CE4E5B9)


def grams(words: Words, size: int) -> npt.NDArray[np.uint64]:
    """Hashes of the word n-grams in order; one for the whole text where it is shorter than `size`."""
    count = len(words) - size + 1
    wide = words.astype(np.uint64)
    if count < 1:
        wide = np.concatenate([wide, np.zeros(size - len(words), np.uint64)])
        count = 1
    mixed = np.zeros(count, np.uint64)
    for offset in range(size):
        mixed = (mixed + wide[offset : offset + count] + np.uint64(offset + 1)) * _MIX
        mixed ^= mixed >> np.uint64(29)
    mixed *= _SPREAD
    return mixed ^ (mixed >> np.uint64(32))


def pack(classes: Classes) -> bytes:
    """Classes, four a byte."""
    padded = np.zeros(-(-len(classes) // 4) * 4, np.uint8)
    padded[: len(classes)] = classes
    quads = padded.reshape(-1, 4)
    return (quads[:, 0] | quads[:, 1] << 2 | quads[:, 2] << 4 | quads[:, 3] << 6).astype(np.uint8).tobytes()


def unpack(packed: bytes, count: int) -> Classes:
    """The first `count` classes that `pack` packed."""
    quads = np.frombuffer(packed, np.uint8)
    classes = np.empty(len(quads) * 4, np.uint8)
    for place in range(4):
        classes[place::4] = quads >> (2 * place) & 3
    return classes[:count]
