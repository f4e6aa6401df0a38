"""What the page asks of a dataset. DuckDB aggregates: answers are short, however many items."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

import duckdb
import orjson

from pipeline.query import execute
from pipeline.sinks.folder import REPORTS
from pipeline.sinks.storage import Location, files_below

Rows = list[dict[str, Any]]
_NAME = re.compile(r"^-- name: (\w+)\n", re.M)
_RUNS = 60
# The longest span, in days, that is shown in steps of an hour, a day, a week; beyond that months.
_STEPS = ((8, "hour"), (200, "day"), (1500, "week"))


def statements() -> dict[str, str]:
    """The SQL of each question, by its name."""
    parts = _NAME.split(resources.files("pipeline").joinpath("page/questions.sql").read_text("utf-8"))
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def answers(connection: duckdb.DuckDBPyConnection, moment: dt.datetime | None) -> dict[str, Rows]:
    """Every question's answer.

    Args:
        connection: from `pipeline.query.connect`; gets a temporary table `items`.
        moment: when the page is of, for what has gone silent; None for the newest item's time.

    Raises:
        FileGone: a writer replaced a file meanwhile.
    """
    asked = statements()
    # The footers of all files are read once, not for each question.
    execute(connection, "SET parquet_metadata_cache = true")
    execute(connection, asked.pop("items"))
    span = _rows(connection, asked.pop("span"))
    first, last = span[0]["first"], span[0]["last"]
    at = moment or last or dt.datetime.now(dt.UTC)
    leading = [row["provider"] for row in _rows(connection, asked.pop("leading"))]
    parameters: dict[str, dict[str, Any]] = {
        "volume": {"step": step(first, last), "leading": leading},
        "silence": {"moment": at},
    }
    found = {name: _rows(connection, statement, parameters.get(name)) for name, statement in asked.items()}
    return {**found, "span": [{**span[0], "moment": at, "step": step(first, last)}]}


def step(first: dt.datetime | None, last: dt.datetime | None) -> str:
    """How finely a span of time is shown: `hour`, `day`, `week` or `month`."""
    days = (last - first).days if first and last else 0
    return next((name for longest, name in _STEPS if days < longest), "month")


def runs(root: Location) -> Rows:
    """The latest runs' reports, newest first; what is no report is passed over."""
    found: Rows = []
    for path in reversed(files_below(root / REPORTS, "*.json")):
        try:
            made: Mapping[str, Any] = orjson.loads(path.read_bytes())
            found.append(
                {
                    "run": str(made["run_id"]),
                    "started": dt.datetime.fromisoformat(made["started_at"]),
                    "seconds": float(made["seconds"]),
                    **{name: int(count) for name, count in made["counts"].items()},
                }
            )
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            continue
        if len(found) == _RUNS:
            break
    return found


def _rows(
    connection: duckdb.DuckDBPyConnection, statement: str, parameters: Mapping[str, Any] | None = None
) -> Rows:
    answer = execute(connection, statement, parameters)
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
