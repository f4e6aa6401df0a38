"""What a dataset holds, and one story with its versions and copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from pipeline.query import execute
from pipeline.wording import changed
from schemas.errors import WirebeamError

_COUNTED = {
    "providers": ("stories", "provider"),
    "formats": ("stories", "source_format"),
    "languages": ("stories", "language"),
    "countries": ("stories", "dateline.places[1].country"),
    "revisions": ("stories", "revision_kind"),
    "copies": ("duplicates", "duplicate_kind"),
    "rejects": ("rejects", "code"),
}
_MOST = 12


def overview(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Counts of a dataset: rows, time range, and the most frequent values of what one looks at first."""
    rows = {name: _one(connection, f"SELECT count(*) FROM {name}") for name in _DATASETS}
    first, last = execute(
        connection, "SELECT min(version_created), max(version_created) FROM stories"
    ).fetchone() or (None, None)
    counted = {
        title: execute(
            connection,
            f"SELECT {column} AS value, count(*) AS n FROM {name} WHERE {column} IS NOT NULL "
            f"GROUP BY ALL ORDER BY n DESC, value LIMIT {_MOST}",
        ).fetchall()
        for title, (name, column) in _COUNTED.items()
    }
    return {
        "rows": rows,
        "from": first.isoformat() if first else None,
        "to": last.isoformat() if last else None,
        **{title: dict(pairs) for title, pairs in counted.items() if pairs},
    }


_DATASETS = ("stories", "duplicates", "rejects", "latest")
_STORY = """
SELECT 'stories' AS dataset, version_created, provider, uri, version, headline, revision_kind, revision,
       pub_status, revision_of, NULL AS duplicate_of, NULL AS duplicate_kind, similarity, link_reason,
       source, body_text, item_id
FROM stories WHERE story_id = $id
UNION ALL
SELECT 'duplicates', version_created, provider, uri, version, headline, revision_kind, revision,
       pub_status, revision_of, duplicate_of, duplicate_kind, similarity, link_reason,
       source, body_text, item_id
FROM duplicates WHERE story_id = $id
ORDER BY version_created, uri, item_id
"""


def story(connection: duckdb.DuckDBPyConnection, identifier: str) -> list[dict[str, Any]]:
    """Every version and copy of a story, in order of time, each with what changed.

    A version that revises another has `changes`: the `item_id` of that one (`from`), and the word diffs of
    headline and text as lists of `pipeline.wording.Piece`, empty where nothing changed. Others have null.

    Args:
        connection: from `pipeline.query.connect`.
        identifier: a `story_id`, or the `uri` or `item_id` of one of its items.

    Raises:
        WirebeamError: no item has that identifier.
    """
    found = execute(
        connection,
        "SELECT story_id FROM (SELECT story_id, uri, item_id FROM stories UNION ALL "
        "SELECT story_id, uri, item_id FROM duplicates) "
        "WHERE story_id = $id OR uri = $id OR item_id = $id ORDER BY story_id = $id DESC LIMIT 1",
        {"id": identifier},
    ).fetchone()
    if found is None:
        raise WirebeamError(f"no story, uri or item {identifier!r} here")
    cursor = execute(connection, _STORY, {"id": found[0]})
    names = [column[0] for column in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [{**row, "changes": _changes(rows[:number], row)} for number, row in enumerate(rows)]


def _changes(before: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> dict[str, Any] | None:
    """What changed against the latest version of the item that a row revises."""
    revised = [
        one for one in before if one["dataset"] == "stories" and one["uri"] == row["revision_of"] is not None
    ]
    if not revised:
        return None
    return {
        "from": revised[-1]["item_id"],
        "headline": [piece._asdict() for piece in changed(revised[-1]["headline"], row["headline"])],
        "body_text": [piece._asdict() for piece in changed(revised[-1]["body_text"], row["body_text"])],
    }


def _one(connection: duckdb.DuckDBPyConnection, statement: str) -> Any:
    row = execute(connection, statement).fetchone()
    return row[0] if row else None
