"""Sections on what comes in: volume, silence, formats, rejects, runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.page import plots
from pipeline.page.drawing import short
from pipeline.page.questions import Rows
from pipeline.page.section import Section
from pipeline.page.table import lasting, table


def volume(found: Mapping[str, Rows]) -> Section:
    """How much came, and when."""
    step = found["span"][0]["step"]
    rows = found["volume"]
    providers = [row["provider"] for row in found["providers"]]
    leading = [one for one in providers if any(row["provider"] == one for row in rows)][:6]
    names = [*leading, *(["others"] if any(row["provider"] == "others" for row in rows) else [])]
    totals = {row["provider"]: row["items"] for row in found["providers"]}
    hours = [
        {**row, "share": row["items"] / max(1, totals.get(row["provider"], 1))} for row in found["hours"]
    ]
    drawn = []
    if rows:
        drawn = [
            plots.stacked(rows, "provider", names, step, "items"),
            plots.heat(hours, providers[:12]),
        ]
    sums: dict[Any, int] = {}
    for row in rows:
        sums[row["time"]] = sums.get(row["time"], 0) + row["items"]
    by_time = [{"time": time, "items": items} for time, items in sorted(sums.items(), reverse=True)[:200]]
    by_hour: dict[str, dict[str, Any]] = {}
    for row in found["hours"]:
        by_hour.setdefault(row["provider"], {"provider": row["provider"]})[f"h{row['hour']}"] = row["items"]
    return Section(
        "volume",
        "Volume",
        f"Items by event time, per {step}, and the hours of the day (UTC) in which each provider sends.",
        drawn,
        [
            table(
                "Items by provider",
                found["providers"],
                {name: name for name in ("provider", "items", "stories", "first", "last")},
            ),
            table(f"Items per {step}, newest first", by_time, {"time": step, "items": "items"}, folded=True),
            table(
                "Items by provider and hour of the day (UTC)",
                list(by_hour.values()),
                {"provider": "provider", **{f"h{hour}": f"{hour:02}" for hour in range(24)}},
                folded=True,
            ),
        ],
    )  # fmt: skip


def silence(found: Mapping[str, Rows]) -> Section:
    """Which feeds have gone silent against their own habit."""
    rows = found["silence"]
    ratios = [
        {"provider": row["provider"], "ratio": round(row["silent_for"] / max(row["usual_gap"], 1.0), 1)}
        for row in rows
        if row["state"] != "new" and row["usual_gap"] is not None
    ][:15]
    silent = [row["provider"] for row in rows if row["state"] == "silent"]
    said = f"Silent now: {', '.join(map(short, silent))}. " if silent else "No feed is silent. "
    return Section(
        "silence",
        "Feeds gone silent",
        said
        + "Each feed is measured by its own habit in its last 28 days: 99 % of its gaps are shorter than its"
        " usual gap. Quiet is above three times that, silent also longer than any gap before.",
        [plots.bars(ratios, "provider", "ratio", "silence as a multiple of the usual gap")] if ratios else [],
        [
            table(
                "Silence by provider",
                rows,
                {
                    "provider": "provider",
                    "state": "state",
                    "last_heard": "last item",
                    "silent_for": "silent for",
                    "usual_gap": "usual gap",
                    "longest_gap": "longest gap",
                },
            )
        ],
    )


def formats(found: Mapping[str, Rows]) -> Section:
    """What it came in."""
    rows = found["formats"]
    return Section(
        "formats",
        "Formats",
        "Which formats the items came in, as their bytes say.",
        [plots.bars(rows[:12], "format", "items", "items by format")] if rows else [],
        [table("Items by format", rows, {"format": "format", "items": "items", "providers": "providers"})],
    )


def rejects(found: Mapping[str, Rows]) -> Section:
    """What could not be read."""
    rows = found["rejects"]
    if not rows:
        return Section("rejects", "Rejects", "Nothing was rejected.")
    examples = [{**row, "beginning": _readable(row["beginning"])} for row in found["reject_examples"]]
    by_code: dict[str, int] = {}
    for row in rows:
        by_code[row["code"]] = by_code.get(row["code"], 0) + row["rejects"]
    counted = [{"code": code, "rejects": n} for code, n in sorted(by_code.items(), key=lambda one: -one[1])]
    return Section(
        "rejects",
        "Rejects",
        "What could not be read, with its bytes kept. Once a reader is mended, wirebeam replay tries again.",
        [plots.bars(counted, "code", "rejects", "rejects by code")],
        [
            table(
                "Rejects by code",
                rows,
                {"code": "code", "stage": "stage", "rejects": "rejects", "first": "first", "last": "last"},
            ),
            table(
                "Examples: the newest of each code",
                examples,
                {
                    "code": "code",
                    "message": "message",
                    "source": "source",
                    "size": "bytes",
                    "beginning": "begins with",
                },
                broad=True,
            ),
        ],
    )


def _readable(data: str) -> str:
    """The beginning of an item's bytes, given as hex digits: what is no text is shown as a dot."""
    text = bytes.fromhex(data).decode("utf-8", "replace")
    return "".join(one if one.isprintable() else "·" for one in " ".join(text.split()))[:100]


def runs(runs: Rows) -> Section:
    """The latest runs."""
    if not runs:
        return Section("runs", "Runs", "No run has left a report.")
    shown = [
        {**run, "lasting_for": run["seconds"], "rate": run["read"] / max(run["seconds"], 0.001)}
        for run in runs
    ]
    recent = [{"run": f"{run['started']:%m-%d %H:%M:%S}", "read": run["read"]} for run in runs[:20]]
    return Section(
        "runs",
        "Runs",
        f"The latest {len(runs)} runs, newest first; the newest took {lasting(runs[0]['seconds'])}.",
        [plots.bars(recent, "run", "read", "items read by run")],
        [
            table(
                "Runs",
                shown,
                {
                    "started": "started (UTC)",
                    "read": "read",
                    "stories": "stories",
                    "duplicates": "duplicates",
                    "rejects": "rejects",
                    "redelivered": "redelivered",
                    "lasting_for": "took",
                    "rate": "items/s",
                },
                broad=True,
            )
        ],
    )
