"""The words of datelines (`schemas/data/datelines.toml`): months, weekdays, small words, services."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from schemas.folding import DATA, fold


@functools.cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads((DATA / "datelines.toml").read_text("utf-8"))


@functools.cache
def months(language: str | None) -> Mapping[str, int]:
    """Folded month names of all languages; where two disagree (`listopada`), a text's own has the word."""
    found: dict[str, int] = {}
    named = _table()["months"]
    own = (language or "")[:2].casefold()
    for names in (named.get("no" if own in ("nb", "nn") else own, ""), *named.values()):
        for month, forms in enumerate(names.split("/"), 1):
            for form in forms.split():
                found.setdefault(fold(form.replace("_", " ")), month)
    return found


@functools.cache
def weekdays() -> frozenset[str]:
    """Folded names of the days of the week."""
    return frozenset(fold(name) for names in _table()["weekdays"].values() for name in names.split())


@functools.cache
def particles() -> frozenset[str]:
    """Words that stand small inside the name of a place, in lower case."""
    return frozenset(_table()["words"]["particles"].split())


@functools.cache
def small() -> frozenset[str]:
    """Small words that are no place by themselves, even before a date: `On March 3`, `El 3 de marzo`."""
    return particles() | frozenset(_table()["words"]["before_date"].split())


@functools.cache
def before_date() -> re.Pattern[str]:
    """What stands between a place and its date, at the end of a text."""
    words = "|".join(_table()["words"]["before_date"].split())
    return re.compile(rf"[\s,]+(?:{words})[\s,]*$", re.IGNORECASE)


def services() -> tuple[str, ...]:
    """News services that datelines name and the agency table does not."""
    return tuple(_table()["marks"]["services"])
