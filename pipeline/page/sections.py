"""The sections of the page: what was asked, as plots, tables and a sentence on how to read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.page import plots
from pipeline.page.plots import Plot
from pipeline.page.questions import Rows
from pipeline.page.table import Table, lasting, table

_LAGS = ("≤ 1 min", "≤ 10 min", "≤ 1 h", "≤ 6 h", "≤ 24 h", "≤ 3 days", "longer")
_KINDS = {"PERSON": "People", "ORG": "Organisations", "GPE": "Countries, cities and regions"}


@dataclass(frozen=True, slots=True)
class Section:
    """One section: `anchor` for links, `lead` in plain words; where there is nothing to show, why."""

    anchor: str
    title: str
    lead: str
    plots: Sequence[Plot] = ()
    tables: Sequence[Table] = field(default_factory=tuple)


def sections(found: Mapping[str, Rows], runs: Rows) -> Iterator[Section]:
    """The page's sections.

    Args:
        found: from `pipeline.page.questions.answers`.
        runs: from `pipeline.page.questions.runs`.
    """
    yield _volume(found)
    yield _silence(found)
    yield _formats(found)
    yield _rejects(found)
    yield _links(found)
    yield _languages(found)
    yield _places(found)
    yield _subjects(found)
    yield _quality(found)
    yield _runs(runs)


def _volume(found: Mapping[str, Rows]) -> Section:
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


def _silence(found: Mapping[str, Rows]) -> Section:
    rows = found["silence"]
    ratios = [
        {"provider": row["provider"], "ratio": round(row["silent_for"] / max(row["usual_gap"], 1.0), 1)}
        for row in rows
        if row["state"] != "new" and row["usual_gap"] is not None
    ][:15]
    silent = [row["provider"] for row in rows if row["state"] == "silent"]
    said = f"Silent now: {', '.join(map(plots.short, silent))}. " if silent else "No feed is silent. "
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


def _formats(found: Mapping[str, Rows]) -> Section:
    rows = found["formats"]
    return Section(
        "formats",
        "Formats",
        "Which formats the items came in, as their bytes say.",
        [plots.bars(rows[:12], "format", "items", "items by format")] if rows else [],
        [table("Items by format", rows, {"format": "format", "items": "items", "providers": "providers"})],
    )


def _rejects(found: Mapping[str, Rows]) -> Section:
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


def _links(found: Mapping[str, Rows]) -> Section:
    rates = []
    for row in found["providers"]:
        hundred = max(1, row["items"]) / 100
        named = ("exact_copies", "near_copies", "updates", "corrections", "kills")
        rates.append(
            {
                "provider": row["provider"],
                "items": row["items"],
                **{name: row[name] / hundred for name in named},
            }
        )
    lags = [
        {
            "label": _LAGS[row["bucket"]],
            "series": {"copy": "copies", "revision": "revisions"}[row["link"]],
            "items": row["items"],
        }
        for row in found["links"]
        if row["bucket"] is not None
    ]
    firsts = [row for row in found["links"] if row["bucket"] is None][:25]
    tables = [
        table(
            "Of 100 items of a provider",
            rates,
            {
                "provider": "provider",
                "exact_copies": "exact copies",
                "near_copies": "near copies",
                "updates": "updates",
                "corrections": "corrections",
                "kills": "kills",
            },
        )
    ]
    if lags:
        tables.append(
            table(
                "How long after what they copy or revise",
                lags,
                {"label": "lag", "series": "what", "items": "items"},
            )
        )
    if firsts:
        tables.append(
            table(
                "Which agency was first",
                firsts,
                {"to_provider": "first", "provider": "later", "items": "stories", "median_lag": "median lag"},
            )
        )
    return Section(
        "links",
        "Copies and revisions",
        "Copies are kept apart and point at their story; updates, corrections and kills are versions of it.",
        [plots.grouped(lags, _LAGS, ("copies", "revisions"), "items by lag")] if lags else [],
        tables,
    )


def _languages(found: Mapping[str, Rows]) -> Section:
    rows = found["languages"]
    return Section(
        "languages",
        "Languages",
        "As the wire says, else as detected in the text.",
        [plots.bars(rows[:12], "language", "items", "items by language")] if rows else [],
        [table("Items by language", rows, {"language": "language", "items": "items"})],
    )


def _places(found: Mapping[str, Rows]) -> Section:
    if not found["places"]:
        return Section("places", "Datelines", "No dateline names a place that is known.")
    return Section(
        "places",
        "Datelines",
        "Where stories were filed from: the first place of each dateline.",
        [plots.world(found["places"])],
        [
            table(
                "Stories by country",
                found["countries"],
                {"country": "country", "stories": "stories", "places": "places"},
            ),
            table(
                "The most frequent places",
                found["places"][:50],
                {"name": "place", "country": "country", "stories": "stories"},
                folded=True,
            ),
        ],
    )


def _subjects(found: Mapping[str, Rows]) -> Section:
    drawn, tables = [], []
    for kind, title in _KINDS.items():
        rows = [row for row in found["entities"] if row["type"] == kind]
        if rows:
            drawn.append(plots.bars(rows[:10], "name", "stories", f"stories by {title.lower()}"))
            tables.append(table(title, rows, {"name": "name", "stories": "stories"}))
    if found["topics"]:
        drawn.append(plots.bars(found["topics"][:12], "topic", "stories", "stories by IPTC Media Topic"))
        tables.append(table("IPTC Media Topics", found["topics"], {"topic": "topic", "stories": "stories"}))
    return Section(
        "subjects",
        "Who and what",
        "Whom stories name and what they are about: versions count, copies do not.",
        drawn,
        tables,
    )


def _quality(found: Mapping[str, Rows]) -> Section:
    rows = found["warnings"]
    if not rows:
        return Section("quality", "Quality warnings", "Nothing had to be mended.")
    return Section(
        "quality",
        "Quality warnings",
        "What was mended or could not be told, by the codes of the column `warnings`.",
        [plots.bars(rows[:12], "warning", "items", "items by warning")],
        [
            table(
                "Items by warning",
                rows,
                {"warning": "warning", "items": "items", "providers": "providers", "mostly": "mostly from"},
            )
        ],
    )


def _runs(runs: Rows) -> Section:
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
            )
        ],
    )
