"""Tables of the page: values as a reader wants them, numbers to the right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_LONGEST = 300  # characters of a cell


@dataclass(frozen=True, slots=True)
class Table:
    """What the page shows as a table; the first cell of a row is its head.

    Attributes:
        caption: what it is.
        columns: titles.
        kinds: of each column: `number`, `time` or `text`.
        rows: cells as text.
        folded: shown when asked for.
        broad: needs the page's whole width.
    """

    caption: str
    columns: Sequence[str]
    kinds: Sequence[str]
    rows: Sequence[Sequence[str]]
    folded: bool = False
    broad: bool = False


def table(
    caption: str,
    rows: Sequence[Mapping[str, Any]],
    columns: Mapping[str, str],
    *,
    folded: bool = False,
    broad: bool = False,
) -> Table:
    """A table of rows.

    Args:
        caption: what it is.
        rows: values by column.
        columns: column -> title, in order. Columns that end in `_gap`, `_lag` or `_for` hold seconds.
        folded, broad: see `Table`.
    """
    cells = [[cell(name, row.get(name)) for name in columns] for row in rows]
    kinds = [_kind([row.get(name) for row in rows]) for name in columns]
    return Table(caption, list(columns.values()), kinds, cells, folded, broad)


def _kind(values: Sequence[Any]) -> str:
    if any(isinstance(value, int | float) for value in values):
        return "number"
    return "time" if any(isinstance(value, dt.datetime) for value in values) else "text"


def cell(name: str, value: Any) -> str:
    """A value as text."""
    if value is None:
        return "–"
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, int | float) and name.endswith(("_gap", "_lag", "_for")):
        return lasting(value)
    if isinstance(value, float):
        return f"{value:,.1f}"
    if isinstance(value, int):
        return f"{value:,}"
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def lasting(seconds: float) -> str:
    """A duration: `40 s`, `12 min`, `5 h`, `3 days`."""
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:,.0f} s"
