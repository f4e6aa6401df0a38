"""The shapes of names in text: capitalised runs, and the lines that are worth looking at."""

from __future__ import annotations

import re
import unicodedata

from transforms.enrich.words import word_set

# Alphabets with capitals: Latin, Greek, Cyrillic.
_UPPER = "".join(
    chr(code)
    for code in range(0x41, 0x530)
    if unicodedata.category(chr(code)) == "Lu" and not 0x250 <= code < 0x370
)
_TOKEN = (
    rf"(?:(?:[{_UPPER}]\.)+(?:[{_UPPER}]\w*)?"
    rf"|[{_UPPER}]\w*(?:[&/-]\w+|['’](?!s\b)\w+)*(?:\.(?= [{_UPPER}]))?)"
)
# Small words inside names: particles, which belong to a name, and connectors, which may.
PARTICLES = word_set("particles")
CONNECTORS = word_set("connectors")
SMALL = PARTICLES | CONNECTORS
_SMALL = "|".join(sorted(SMALL, key=lambda word: (-len(word), word)))
NAMES = re.compile(
    rf"(?<!\w){_TOKEN}(?: (?:(?:{_SMALL}) ){{0,2}}{_TOKEN}|, (?=(?:Inc|Ltd|LLC|Jr|Sr|S\.A)\b){_TOKEN})*"
)
WORDS = re.compile(rf"(?<![\w'’-])[{_UPPER}]\w+")
_DIGITS = b"0123456789"
# A line is a table's where digits are more than this share of it (measured on the developers' Reuters
# feed: earnings tables .2 to .5, prose below .08).
_TABLE_SHARE = 0.12
_LONGEST_TABLE_LINE = 240
_LONGEST_HEADER = 80


def prose(text: str) -> str:
    """The text with every line that is no prose (table row, header, all in capitals) blanked out.

    Offsets stay what they were.
    """
    lines = text.split("\n")
    blanked = [line if line and is_prose(line) else " " * len(line) for line in lines]
    return "\n".join(blanked) if blanked != lines else text


def is_prose(line: str) -> bool:
    """Whether a line is running text."""
    length = len(line)
    if length < _LONGEST_TABLE_LINE:
        if line.isupper() or "   " in line.strip():
            return False
        plain = line.encode("ascii", "replace")
        if length - len(plain.translate(None, _DIGITS)) > _TABLE_SHARE * length:
            return False
        if length < _LONGEST_HEADER and line[-1].isalnum():
            return any(word[0].islower() for word in line.split() if len(word) > 3)
    return True


def sentence_starts(text: str, position: int) -> bool:
    """Whether a sentence, a quotation or a list entry starts at that position."""
    if position < 2:
        return True
    return text[position - 1] in '\n"“”„«‘`•*(' or text[position - 2 : position] in _ENDS


_ENDS = frozenset((". ", "! ", "? ", ": ", '" ', "” ", "- ", "– ", "— ", "* ", "• "))
