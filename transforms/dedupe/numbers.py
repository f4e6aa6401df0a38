"""Numbers of a text as values: what a changed number is, and what is only another way to write it."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import xxhash

UNITS = {  # powers of ten
    **dict.fromkeys(("mln", "million", "millions", "mio", "mill", "millionen", "millones", "milioni"), 6),
    **dict.fromkeys(("bln", "bn", "billion", "billions", "mrd", "milliarden", "milliards", "miliardi"), 9),
    **dict.fromkeys(("trillion", "trln", "billionen"), 12),
    **dict.fromkeys(("thousand", "tausend", "mila", "mille"), 3),
}
_FRACTION = re.compile(r"(?:(\d{1,15})-)?(\d{1,9})/(\d{1,9})")
_GROUPED = re.compile(r"(\d{1,3}(?:,\d{3})+)(\.\d+)?|(\d{1,3}(?:\.\d{3}){2,})(,\d+)?")
_PLAIN = re.compile(r"\d{1,30}(?:[.,]\d{1,30})?")
SPELLED = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
}  # fmt: skip
_EXACT = -9  # exponent of numbers that are no rounding: fractions, times, ranges
_LARGEST = 1e37  # that 32-bit floats hold
_SHADE = 1 + 1e-7  # more than 32-bit floats lose
_SLACK = 0.505  # of the last digit: rounding, and what 32-bit floats lose


class Number(NamedTuple):
    """A value and the power of ten of its last digit: `17.1 mln` is 17,100,000 and 5."""

    value: float
    exponent: int

    @property
    def digits(self) -> int:
        """How many digits it is given to; 0 for fractions, times and ranges."""
        if self.exponent == _EXACT or self.value < 1:
            return 0
        return len(str(int(self.value * _SHADE / 10.0**self.exponent)))


@functools.lru_cache(maxsize=65_536)
def number(token: str, exponent: int = 0) -> Number:
    """The number that a token stands for, times a power of ten (its unit's).

    `6-1/16` is 6.0625. Ranges, times and dates (`30-89`, `12:40`) are no quantity: they get a negative
    value made from their digits, so that they equal themselves alone.
    """
    scale = float(10**exponent)
    if token in SPELLED:
        return Number(SPELLED[token] * scale, exponent)
    if _PLAIN.fullmatch(token) and not _GROUPED.fullmatch(token):
        whole, _, decimals = token.replace(",", ".").partition(".")
        return Number(min(float(f"{whole}.{decimals}") * scale, _LARGEST), exponent - len(decimals))
    if match := _GROUPED.fullmatch(token[:60]):
        whole = match[1].replace(",", "") if match[1] else match[3].replace(".", "")
        decimals = (match[2] or match[4] or "")[1:]
        return Number(min(float(f"{whole}.{decimals}") * scale, _LARGEST), exponent - len(decimals))
    if (match := _FRACTION.fullmatch(token)) and int(match[2]) < int(match[3]):
        return Number((float(match[1] or 0) + int(match[2]) / int(match[3])) * scale, _EXACT)
    return Number(-float(xxhash.xxh3_64_intdigest(token.encode()) & 0xFFFFFF), _EXACT)


def same(one: Number, other: Number) -> bool:
    """Whether two numbers are one, rounded differently (17.1 million, 17,121,000)."""
    if one.value == other.value:
        return True
    if one.exponent == other.exponent or one.value < 0 or other.value < 0:
        return False
    return abs(one.value - other.value) <= _SLACK * 10.0 ** max(one.exponent, other.exponent)


def changed(earlier: Sequence[Number], later: Sequence[Number]) -> int:
    """How many numbers of one place were replaced by others: those on each side without a partner."""
    left = list((Counter(earlier) - Counter(later)).elements())
    right = list((Counter(later) - Counter(earlier)).elements())
    for one in list(left):
        for index, other in enumerate(right):
            if same(one, other):
                left.remove(one)
                del right[index]
                break
    return min(len(left), len(right))
