"""Bounds of processor time: in seconds of the machine on which they were chosen, whatever the one at hand takes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

_REFERENCE = 0.005  # seconds that `_work` takes on that machine, when nothing else is done
_TIMES = 5


def _work() -> float:
    """Seconds of this thread for some work of the kind that is bounded: text, patterns, tables."""
    began = time.thread_time()
    found: dict[str, int] = {}
    text = " ".join(f"Word{number % 997} of {number}" for number in range(8_000))
    for match in re.finditer(r"[A-Z]\w+ of \d+|\w+", text):
        found[match[0].casefold()] = found.get(match[0], 0) + 1
    sorted(found, key=len)
    return time.thread_time() - began


def slowness() -> float:
    """How many times as long as that machine this one takes now, at the worst of some tries; at least 1."""
    return max(1.0, *(_work() / _REFERENCE for _ in range(_TIMES)))


def bounded(spent: float, seconds: float) -> None:
    """Fails where more was spent than so many seconds of that machine."""
    assert spent < seconds or spent < seconds * slowness(), f"{spent:.2f} s"


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fails where this thread takes longer for the block."""
    began = time.thread_time()
    yield
    bounded(time.thread_time() - began, seconds)
