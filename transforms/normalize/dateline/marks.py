"""Agency marks: the names by which datelines say whose text it is, of every agency in the table and others."""

from __future__ import annotations

import functools
import re

from schemas.agency import agencies

# Wires and news services that are met in datelines without an entry of their own in the table.
_OTHERS = (
    "Reuter", "Reuters Life!", "Reuters Breakingviews", "Breakingviews", "IFR", "LPC", "Thomson Reuters Foundation",
    "RAW", "Variety.com", "Gracenote", "OPTA", "AFX", "SID", "tca", "infocom", "lno", "bb", "dpatopbilder",
    "Field Level Media", "The Sports Xchange", "Hollywood Reporter", "Variety", "Prime", "Прайм", "Economic News",
)  # fmt: skip
_PARTS = re.compile(r"\s*[/,+&;]\s*|\s*[-–—]\s*|\s+(?:and|und|et|y|e|och|og|ja|и)\s+")
_SPACES = re.compile(r"[\W_]+")
# A mark that no table knows: short, capitals first, no sentence.
_FORM = re.compile(r"[^\W\d_][\w.&!’' -]{0,28}[\w!.]")
LONGEST = 60


def _fold(text: str) -> str:
    return _SPACES.sub(" ", text).strip().casefold()


@functools.cache
def names() -> frozenset[str]:
    """Folded names of agencies that a dateline may hold; their codes are no marks."""
    table = agencies().by_key.values()
    return frozenset(_fold(n) for agency in table for n in (agency.name, *agency.names)) | {
        _fold(name) for name in _OTHERS
    }


@functools.lru_cache(maxsize=4096)
def is_mark(text: str) -> bool:
    """Whether a text is one agency's name, or several (`dpa/AFP`, `Xinhua-AsiaNet`)."""
    if not 1 < len(text) <= LONGEST:
        return False
    whole = _fold(text)
    if whole in names() or whole.replace(" ", "") in _squeezed():
        return True
    parts = [part for part in _PARTS.split(text) if part.strip()]
    known = [_fold(part) in names() for part in parts]
    return len(parts) > 1 and known[0] or (len(parts) > 1 and known[-1] and all(len(p) <= 20 for p in parts))


@functools.cache
def _squeezed() -> frozenset[str]:
    return frozenset(name.replace(" ", "") for name in names())


def is_likely(text: str) -> bool:
    """Whether a text in brackets or slashes has the form of a mark: a short name, no sentence."""
    return len(text) <= 30 and bool(_FORM.fullmatch(text)) and len(text.split()) <= 4 and not text.islower()
