"""Agency marks: the names by which datelines say whose text it is."""

from __future__ import annotations

import functools
import re
import unicodedata

from schemas.agency import agencies
from transforms.normalize.dateline import words

_PARTS = re.compile(r"\s*[/,+&;]\s*|\s*[-–—]\s*|\s+(?:and|und|et|y|e|och|og|ja|и)\s+")
_SPACES = re.compile(r"[\W_]+")
# A mark that no table knows: short, capitals first, no sentence.
_FORM = re.compile(r"[^\W\d_][\w.&!’' -]{0,28}[\w!.]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
LONGEST = 60
SMALL = 5


def _fold(text: str) -> str:
    return _SPACES.sub(" ", text).strip().casefold()


@functools.cache
def names() -> frozenset[str]:
    """Folded names of agencies that a dateline may hold; their codes are no marks."""
    table = agencies().by_key.values()
    return frozenset(_fold(n) for agency in table for n in (agency.name, *agency.names)) | {
        _fold(name) for name in words.services()
    }


@functools.lru_cache(maxsize=4096)
def is_mark(text: str) -> bool:
    """Whether a text is one agency's name, or several (`dpa/AFP`, `Xinhua-AsiaNet`)."""
    if not 1 < len(text) <= LONGEST:
        return False
    if len(text) <= SMALL and text.islower() and text not in _small():
        return False  # `(aim)` and `(map)` are words
    whole = _fold(text)
    if whole in names() or whole.replace(" ", "") in _squeezed():
        return True
    parts = [part for part in _PARTS.split(text) if part.strip()]
    if len(parts) < 2 or ". " in text or any(len(part) > 20 or not part[-1].isalpha() for part in parts):
        return False
    return _fold(parts[0]) in names() or _fold(parts[-1]) in names()


@functools.cache
def _small() -> frozenset[str]:
    """Names that agencies themselves write without a capital: `dpa`, `ats`."""
    table = agencies().by_key.values()
    written = {name for agency in table for name in (agency.key, *agency.names)} | set(words.services())
    return frozenset(name for name in written if name.islower())


@functools.cache
def _beginnings() -> frozenset[str]:
    parts = (part for name in names() for part in (name, name.replace(" ", "")))
    return frozenset(part.split()[0] for part in parts if part)


def begins(word: str) -> bool:
    """Whether a word is the first of a mark, alone or joined to another (`AFP/Reuters`)."""
    if not word.isalnum():
        word = _fold(_PARTS.split(word)[0]).partition(" ")[0]
    return word.casefold() in _beginnings()


@functools.cache
def _squeezed() -> frozenset[str]:
    return frozenset(name.replace(" ", "") for name in names())


@functools.cache
def glued() -> tuple[str, ...]:
    """Chinese, Japanese and Korean marks, which stand without a space; the longest first."""
    written = (n for agency in agencies().by_key.values() for n in agency.names)
    return tuple(sorted((n for n in written if _CJK.match(n)), key=lambda n: (-len(n), n)))


def is_likely(text: str) -> bool:
    """Whether a text in brackets or slashes has the form of a mark: a short name, no sentence."""
    if not text.isascii():  # vowels of Indic scripts and Thai are signs, no letters
        text = "".join(letter for letter in text if unicodedata.category(letter) not in ("Mc", "Mn"))
    return len(text) <= 30 and bool(_FORM.fullmatch(text)) and len(text.split()) <= 4 and not text.islower()
