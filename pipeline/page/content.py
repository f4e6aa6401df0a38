"""Sections on what it says: copies and revisions, languages, places, names, quality."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.page import plots
from pipeline.page.questions import Rows
from pipeline.page.section import Section
from pipeline.page.table import table

_LAGS = ("≤ 1 min", "≤ 10 min", "≤ 1 h", "≤ 6 h", "≤ 24 h", "≤ 3 days", "longer")
_KINDS = {"PERSON": "People", "ORG": "Organisations", "GPE": "Countries, cities and regions"}


def links(found: Mapping[str, Rows]) -> Section:
    """Copies and revisions."""
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


def languages(found: Mapping[str, Rows]) -> Section:
    """Which languages."""
    rows = found["languages"]
    return Section(
        "languages",
        "Languages",
        "As the wire says, else as detected in the text.",
        [plots.bars(rows[:12], "language", "items", "items by language")] if rows else [],
        [table("Items by language", rows, {"language": "language", "items": "items"})],
    )


def places(found: Mapping[str, Rows]) -> Section:
    """Where stories were filed from."""
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


def subjects(found: Mapping[str, Rows]) -> Section:
    """Whom stories name, and what they are about."""
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


def quality(found: Mapping[str, Rows]) -> Section:
    """What had to be mended."""
    rows = found["warnings"]
    if not rows:
        return Section("quality", "Quality warnings", "Nothing had to be mended.")
    return Section(
        "quality",
        "Quality warnings",
        "What was mended or could not be told, by the codes of the column warnings.",
        [plots.bars(rows[:12], "warning", "items", "items by warning")],
        [
            table(
                "Items by warning",
                rows,
                {"warning": "warning", "items": "items", "providers": "providers", "mostly": "mostly from"},
            )
        ],
    )
