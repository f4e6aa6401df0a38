"""Numbers of a text as values: what a changed number is, and what is only another way to write it."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

import xxhash

_MILLION, _BILLION = 1e6, 1e9
_SCALES = {
    **dict.fromkeys(
        ("mln", "million", "millions", "mio", "mill", "millionen", "millones", "milioni"), _MILLION
    ),
    **dict.fromkeys(
        ("bln", "bn", "billion", "billions", "mrd", "milliarden", "milliards", "miliardi"), _BILLION
    ),
    **dict.fromkeys(("trillion", "trln", "billionen"), 1e12),
    **dict.fromkeys(("thousand", "tausend", "mila", "mille"), 1e3),
}
_FRACTION = re.compile(r"(?:(\d{1,15})-)?(\d{1,9})/(\d{1,9})")
_GROUPED = re.compile(r"(\d{1,3}(?:,\d{3})+)(\.\d+)?|(\d{1,3}(?:\.\d{3}){2,})(,\d+)?")
_PLAIN = re.compile(r"\d{1,30}(?:[.,]\d{1,30})?")
SPELLED = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
}  # fmt: skip
_ROUNDED = 0.005  # relative difference that rounding explains (17.1 mln for 17,121,000)


@functools.lru_cache(maxsize=65_536)
def value(token: str, unit: str = "") -> float:
    """The value of a number token: `6-1/16` is 6.0625, `12.1` before `mln` 12,100,000.

    Ranges, times and dates (`30-89`, `12:40`) are no quantity: they get a value of their own, negative,
    made from their digits, so that they equal themselves alone.
    """
    folded = token.casefold()
    if folded in SPELLED:
        return float(SPELLED[folded])
    scale = _SCALES.get(unit.casefold(), 1.0)
    if _PLAIN.fullmatch(token) and not _GROUPED.fullmatch(token):
        return float(token.replace(",", ".")) * scale
    if match := _GROUPED.fullmatch(token[:60]):
        digits = match[1].replace(",", "") if match[1] else match[3].replace(".", "")
        return float(digits + (match[2] or match[4] or "").replace(",", ".")) * scale
    if match := _FRACTION.fullmatch(token):
        return (float(match[1] or 0) + float(match[2]) / (float(match[3]) or 1.0)) * scale
    return -float(xxhash.xxh3_64_intdigest(token.encode()) & 0xFFFFFF)


def same(one: float, other: float) -> bool:
    """Whether two values are one number, written or rounded differently."""
    return one == other or (one > 0 and other > 0 and abs(one - other) <= _ROUNDED * max(one, other))


def changed(earlier: Sequence[float], later: Sequence[float]) -> int:
    """How many numbers of one slot were replaced by others: those on each side without a partner."""
    left, right = list(earlier), list(later)
    for number in earlier:
        for index, candidate in enumerate(right):
            if same(number, candidate):
                left.remove(number)
                del right[index]
                break
    return min(len(left), len(right))
