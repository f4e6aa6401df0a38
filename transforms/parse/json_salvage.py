"""What is left of a JSON list that is broken somewhere, or cut off: its elements, each read by itself."""

from __future__ import annotations

import json
import math
import re
from typing import Any

# The list may be what an object or two around it hold first: {"data": {"items": [
_START = re.compile(r"\s*(?:\{\s*\"[^\"\\]{1,60}\"\s*:\s*){0,3}\[\s*(?=\{)")
_OBJECT = re.compile(r"\{\s*\"")
_TRIES = 20_000  # objects looked at behind a broken one


def decoder() -> json.JSONDecoder:
    """A decoder of what JSON forbids and senders write: line ends in texts, `NaN`, `1e999`."""
    return json.JSONDecoder(strict=False, parse_constant=lambda _: None, parse_float=_finite)


def _finite(number: str) -> float | None:
    value = float(number)
    return value if math.isfinite(value) else None


def elements(text: str) -> list[Any] | None:
    """The elements of a broken list of objects, each broken one as its text; None where none can be told.

    Behind a broken element the next one begins with an object that has most of the members of those before.
    """
    match = _START.match(text)
    if match is None:
        return None
    reader = decoder()
    found: list[Any] = []
    position, tries = match.end(), 0
    known: set[str] = set()
    while position < len(text):
        try:
            value, end = reader.raw_decode(text, position)
        except (ValueError, RecursionError):
            value, end = None, -1
        if isinstance(value, dict):
            found.append(value)
            known = known or set(value)
        else:
            end, tries = _next(text, position, known, reader, tries)
            found.append(text[position:end].rstrip(" ,\t\r\n"))
        position = end
        while position < len(text) and text[position] in ", \t\r\n":
            position += 1
        if text[position : position + 1] != "{":
            break  # the list ended
    return found if sum(isinstance(value, dict) for value in found) and len(found) > 1 else None


def _next(text: str, position: int, known: set[str], reader: json.JSONDecoder, tries: int) -> tuple[int, int]:
    """Where the next element begins, the text's end where none does; and how many objects were looked at."""
    start = position + 1
    while tries < _TRIES and (match := _OBJECT.search(text, start)):
        tries += 1
        start = match.start() + 1
        try:
            value, end = reader.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and known and 2 * len(known & set(value)) > len(known):
            return match.start(), tries
        start = end
    return len(text), tries
