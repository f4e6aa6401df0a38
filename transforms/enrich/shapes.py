"""The shapes of names in text: capitalised runs, and the lines that are worth looking at."""

from __future__ import annotations

import re
import unicodedata

from transforms.enrich.words import word_set

# Capitals of Latin, Greek and Cyrillic.
_UPPER = "".join(
    chr(code)
    for code in range(0x41, 0x530)
    if unicodedata.category(chr(code)) == "Lu" and not 0x250 <= code < 0x370
)
PARTICLES = word_set("particles")
CONNECTORS = word_set("connectors")
SMALL = PARTICLES | CONNECTORS


def _any_of(words: frozenset[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word)))


# What follows the first letter of a word: an abbreviation's points, or letters, with parts joined by a
# hyphen or an apostrophe; a point only before another capital, for it may end the sentence.
_REST = (
    rf"(?:(?:\.[{_UPPER}])*\.(?:[{_UPPER}]\w*)?"
    rf"|\w*(?:[&/]\w+|-(?!(?:{_any_of(word_set('suffixes'))})\b)\w+|['’](?!s\b)\w+)*(?:\.(?= [{_UPPER}]))?)"
)
_LEGAL = "Inc|Ltd|LLC|Jr|Sr|S\\.A"
# Runs of capitalised words with up to two small words between them, commas before a legal form
# (`Acme, Inc`) and in partners' names (`Able, Baker & Co`). The look-behind comes after the first letter,
# because the engine then skips quickly to capitals: half the time. At most 16 words: time stays linear.
NAMES = re.compile(
    rf"[{_UPPER}](?<!\w\w){_REST}"
    rf"(?: (?:(?:{_any_of(SMALL)}) ){{0,2}}[{_UPPER}]{_REST}"
    rf"|, (?=(?:{_LEGAL})\b|[{_UPPER}]\w+(?:, [{_UPPER}]\w+){{0,2}} & )[{_UPPER}]{_REST}){{0,15}}"
)
WORDS = re.compile(rf"[{_UPPER}](?<!\w\w)\w+")
TOKENS = re.compile(r"\w+")
_DIGITS = b"0123456789"
# A line is a table's where digits are more than this share of it (measured on the developers' Reuters
# feed: earnings tables .2 to .5, prose below .08).
_TABLE_SHARE = 0.12
_LONGEST_TABLE_LINE = 240
_LONGEST_HEADER = 80


def prose(text: str) -> str:
    """The text with every line that is no prose (table row, header, all in capitals) blanked out.

    Offsets stay what they were. A text all in capitals keeps its lines, but for tables.
    """
    shouting = text.isupper()
    lines = text.split("\n")
    kept = [line if not line or is_prose(line, shouting) else " " * len(line) for line in lines]
    return "\n".join(kept) if kept != lines else text


def is_prose(line: str, shouting: bool = False) -> bool:
    """Whether a line is running text; `shouting`: in a text that is all in capitals."""
    length = len(line)
    if length < _LONGEST_TABLE_LINE:
        if not shouting and line.isupper():
            return False
        if "   " in line.strip():
            return False
        plain = line.encode("ascii", "replace")
        if length - len(plain.translate(None, _DIGITS)) > _TABLE_SHARE * length:
            return False
        if length < _LONGEST_HEADER and line[-1].isalnum() and not shouting:
            return any(word[0].islower() for word in line.split() if len(word) > 3)
    return True


_ENDS = frozenset((". ", "! ", "? ", ": ", '" ', "” ", "- ", "– ", "— ", "* ", "• "))


def sentence_starts(text: str, position: int) -> bool:
    """Whether a sentence, a quotation or a list entry starts at that position."""
    if position < 2:
        return True
    return text[position - 1] in '\n"“”„«‘`•*(' or text[position - 2 : position] in _ENDS


def is_sentence(headline: str) -> bool:
    """Whether a head line is written as a sentence: with small letters in words other than names."""
    words = [word for word in headline.split() if len(word) > 3 and word[0].isalpha()]
    return sum(word[0].islower() for word in words) * 3 >= len(words)


def titled(name: str) -> str:
    """A name in capitals as it is usually written: `BANK OF ENGLAND` to `Bank of England`."""
    words = name.title().split(" ")
    return " ".join([words[0], *(word.lower() if word.lower() in SMALL else word for word in words[1:])])
