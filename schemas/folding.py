"""Names as keys: what is written alike, or one for the other, has one key."""

from __future__ import annotations

import re
import unicodedata
from importlib import resources
from pathlib import Path

DATA = Path(str(resources.files("schemas").joinpath("data")))


def _simplified() -> dict[str, str]:
    """Traditional Chinese characters of place names to simplified ones: GeoNames has now these, now those."""
    lines = (DATA / "places_han.tsv").read_text("utf-8").splitlines()[1:]
    return dict(line.split("\t") for line in lines)


# Letters that NFKD leaves whole, and Arabic letters that are written one for the other.
_LETTERS = str.maketrans(
    {
        **dict(zip("øłđıħŧ", "oldiht", strict=True)),
        **{"æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ـ": None},
        **_simplified(),
        **dict.fromkeys("'’‘`´ʼʻʹ.·", None),
        **dict.fromkeys('-‐‑–—/,;:()[]"«»“”', " "),
    }
)
_VOICED = ("\u3099", "\u309a")
_WORDS = re.compile(r"\b(saint|sainte|ft|mt)\b")
_SHORT = {"saint": "st", "sainte": "ste", "ft": "fort", "mt": "mount"}


# The same for what is written in ASCII alone.
_ASCII = str.maketrans(
    {**dict.fromkeys("'`.", None), **dict.fromkeys('-/,;:()[]"', " ")},
)
_SHORTENED = ("saint", "ft", "mt")


def fold(name: str) -> str:
    """A name as a key: case, accents, points and hyphens off, `Saint` as `st`, `Ft.` as `fort`."""
    if name.isascii():
        key = name.lower()
        if not key.isalpha():
            key = " ".join(key.translate(_ASCII).split())
    else:
        name = unicodedata.normalize("NFKD", name)
        name = "".join(c for c in name if c in _VOICED or not unicodedata.combining(c))
        name = unicodedata.normalize("NFC", name)
        key = " ".join(name.casefold().translate(_LETTERS).split())
    for word in _SHORTENED:
        if word in key:
            return _WORDS.sub(lambda match: _SHORT[match.group()], key)
    return key
