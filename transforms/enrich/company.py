"""What tells a company's name of which nothing else is known: its spelling, and what stands around it."""

from __future__ import annotations

import re

from transforms.enrich import gazetteer as g
from transforms.enrich.scan import Scan
from transforms.enrich.shapes import sentence_starts
from transforms.enrich.words import word_set

_HOLDINGS = word_set("holdings")  # `shares of X`, `a unit of X`
_MADE = word_set("made_by")  # `owned by X`
_OWNED = word_set("of_companies")  # `X's shares`, `X shares`
# PepsiCo, HarperCollins, NationsBank; but McDonald, DeLay, LaGuardia, O'Neill, MacArthur are names of people.
_CAMEL = re.compile(
    r"(?!(?:Mc|Mac|De|Di|Del|Du|La|Le|Lo|Da|Van|Von|Fitz|Ste|San|St|Ma|Abu|Al|Ap)[A-Z])[A-Z]\w*?[a-z][A-Z]\w*"
)
_LEADING = frozenset(("the", "at", "with", "of", "by"))
_CLEAR = frozenset((" ", "'", "’"))


def is_spelled(word: str) -> bool:
    """Whether a word has capitals inside, as companies write themselves and people do not."""
    return not word[1:].islower() and _CAMEL.fullmatch(word) is not None


def is_company_there(scan: Scan, start: int, end: int, before: str) -> bool:
    """Whether what stands before (the word `before`) or behind a name tells that it is a company's."""
    return (before in _LEADING and _before(scan, start, before)) or _behind(scan, start, end)


def _before(scan: Scan, start: int, word: str) -> bool:
    if word == "the":
        start -= 4
        word = scan.previous(start)
    if word not in ("at", "with", "of", "by"):
        return False
    role = scan.previous(start - len(word) - 1)
    if word == "of":
        return role in _HOLDINGS
    if word == "by":
        return role in _MADE
    return bool(scan.flags(role, 0) & g.ROLE)


def _behind(scan: Scan, start: int, end: int) -> bool:
    if scan.text[end : end + 1] not in _CLEAR or "-" in scan.text[start:end]:
        return False
    if scan.text[end : end + 3] in ("'s ", "’s "):
        at = end + 3
    elif sentence_starts(scan.text, start):  # `Retail sales rose`
        return False
    else:
        at = end + 1
    word = scan.text[at : at + 16].split(" ", 1)[0].rstrip(",.;:")
    return word in _OWNED
