"""`wirebeam why`: why two items of a dataset are one story, or two, told from their fingerprints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import duckdb

from pipeline import query
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.held import held_sketches
from pipeline.sinks.snapshot import Snapshot
from pipeline.sinks.storage import Named
from schemas.errors import WirebeamError
from transforms.dedupe.align import changes, overlap
from transforms.dedupe.copies import bounds
from transforms.dedupe.evidence import weigh
from transforms.dedupe.fingerprint import Sketch, decode
from transforms.dedupe.forms import RECURS
from transforms.dedupe.keys import keys
from transforms.dedupe.relation import HORIZON, judge, reach

_HOUR = 3_600_000_000
_MOST = 16  # rows looked at under one identifier
_STEPS = 32  # links followed from an item to the first of its story
_SHOWN = (
    *("dataset", "item_id", "uri", "version_created", "provider", "source", "headline", "pub_status"),
    *("revision_kind", "story_id", "revision_of", "duplicate_of", "link_reason", "similarity"),
)
_FIND = " UNION ALL ".join(
    f"SELECT '{name}' AS dataset, {', '.join(_SHOWN[1:])}, fingerprint FROM {name} "
    "WHERE uri = $id OR item_id = $id"
    for name in ("stories", "duplicates")
)
_PARENT = " UNION ALL ".join(
    f"SELECT uri, link_reason, coalesce(duplicate_of, revision_of) AS parent, version_created FROM {name} "
    "WHERE story_id = $story AND uri = $id"
    for name in ("stories", "duplicates")
)
# Which of the measures a reason speaks of.
_SPEAKS = (
    ("hours apart", r"far apart|hours later|another day|a day later"),
    ("text shared", r"share too little|text shared|texts differ"),
    ("text contained", r"share too little|contained|texts differ|rewritten"),
    ("beginning shared", r"begin otherwise|share too little"),
    ("headline shared", r"headline|something else"),
    ("numbers changed", r"numbers? (changed|replaced)|other numbers|fillers"),
    ("numbers agreed", r"numbers shared"),
    ("names replaced", r"names replaced|fillers"),
)

Row = Mapping[str, Any]


def why(output: Named, one: str, other: str, horizon: int = HORIZON) -> dict[str, Any]:
    """Why two items are one story or two.

    Args:
        output: the dataset's folder.
        one, other: each a `uri` or `item_id`; where a uri has several items, those of both nearest in time
            are taken.
        horizon: how far apart in event time copies may be, microseconds.

    Returns:
        JSON values: `answer`, `one_story` (as the dataset has it), `earlier` and `later` (their rows, each
        with the `links` that lead to the first item of its story), `judged` (kind, similarity, reason and
        ground of the two compared with one another), `otherwise` (the same, had the text been, or not
        been, a form that recurs; null where that changes nothing), `recurring` (how many stories inside the
        horizon began with the later item's form), `recurs` (whether that makes it a form that recurs),
        `keys_shared` (items that share none are never compared), and `measures` (each with its value, bound,
        whether it holds, whether the reason speaks of it).

    Raises:
        WirebeamError: an item is not there, or both are the same one.
    """
    connection = query.connect(output)
    earlier, later = _pair(_rows(connection, one), _rows(connection, other), one, other)
    first, second = decode(earlier["fingerprint"]), decode(later["fingerprint"])
    snapshot = Dataset.read(output).snapshot()
    count = _of_form(snapshot, second, horizon)
    judged = judge(first, second, horizon=horizon, recurring=count >= RECURS)
    otherwise = judge(first, second, horizon=horizon, recurring=count < RECURS)
    shared = len(set(keys(first)) & set(keys(second)))
    one_story = earlier["story_id"] == later["story_id"]
    return {
        "answer": _answer(one_story, judged.kind, shared),
        "one_story": one_story,
        "earlier": {**_shown(earlier), "links": _links(connection, earlier)},
        "later": {**_shown(later), "links": _links(connection, later)},
        "judged": asdict(judged),
        "otherwise": None if otherwise == judged else asdict(otherwise),
        "recurring": count,
        "recurs": count >= RECURS,
        "keys_shared": shared,
        "measures": list(_measures(first, second, judged.reason, horizon)),
    }


def _rows(connection: duckdb.DuckDBPyConnection, identifier: str) -> list[dict[str, Any]]:
    statement = f"{_FIND} ORDER BY version_created, uri, item_id, source LIMIT {_MOST}"
    cursor = query.execute(connection, statement, {"id": identifier})
    rows = [dict(zip((*_SHOWN, "fingerprint"), row, strict=True)) for row in cursor.fetchall()]
    if not rows:
        raise WirebeamError(f"no item {identifier!r} in stories or duplicates: give a uri or an item_id")
    return rows


def _pair(ones: Sequence[Row], others: Sequence[Row], one: str, other: str) -> tuple[Row, Row]:
    """Two items nearest in time, the earlier one first."""
    pairs = [
        (abs(left["version_created"] - right["version_created"]), *sorted((left, right), key=_order))
        for left in ones
        for right in others
        if left["item_id"] != right["item_id"]
    ]
    if not pairs:
        raise WirebeamError(f"{one!r} and {other!r} are one and the same item")
    _, earlier, later = min(pairs, key=lambda pair: (pair[0], _order(pair[1]), _order(pair[2])))
    return earlier, later


def _order(row: Row) -> tuple[Any, ...]:
    return row["version_created"], row["uri"], row["item_id"], row["source"]


def _shown(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in _SHOWN}


def _links(connection: duckdb.DuckDBPyConnection, row: Row) -> list[dict[str, str]]:
    """The links from an item to the first of its story: each step's target and reason."""
    found: list[dict[str, str]] = []
    target, reason, time = (
        row["duplicate_of"] or row["revision_of"],
        row["link_reason"],
        row["version_created"],
    )
    while target and len(found) < _STEPS:
        found.append({"to": target, "reason": reason or ""})
        statement = f"{_PARENT} ORDER BY version_created DESC"
        above = query.execute(connection, statement, {"story": row["story_id"], "id": target}).fetchall()
        # The latest version of that uri that is not later: several may have it.
        step = next((one for one in above if one[3] <= time and (one[2] != target or one[3] < time)), None)
        if step is None:
            break
        _, reason, target, time = step
    return found


def _of_form(snapshot: Snapshot, later: Sketch, horizon: int) -> int:
    """How many stories inside the horizon began with the later item's form, before it."""
    if not later.form:
        return 0
    rows = held_sketches(snapshot, later.time - reach(horizon), later.time)
    firsts = (row for row in rows if row.duplicate_of is None and row.revision_of is None)
    sketches = (decode(row.fingerprint) for row in firsts)
    return sum(sketch.order < later.order and sketch.form == later.form for sketch in sketches)


def _answer(one_story: bool, kind: str | None, shared: int) -> str:
    if one_story:
        return f"one story: {kind}" if kind else "one story, by links through other items"
    if kind is None:
        return "two stories"
    if not shared:
        return f"two stories: the later would be {kind}, but no candidate key brings them together"
    return f"two stories: the later would be {kind}, but was linked elsewhere, or before the earlier came"


def _measures(earlier: Sketch, later: Sketch, reason: str, horizon: int) -> Iterator[dict[str, Any]]:
    """What was measured, with the bounds of `transforms.dedupe.copies`."""
    bound = bounds()
    seen = weigh(earlier, later)
    hours = (later.time - earlier.time) / _HOUR
    within = reach(horizon) if later.revision_kind else horizon
    yield _measure("hours apart", hours, f"at most {within / _HOUR:g}", hours <= within / _HOUR, reason)
    if earlier.words and later.words:
        found, differ = overlap(earlier, later), changes(earlier, later)
        least = bound["jaccard"]
        yield _measure("text shared", found.jaccard, f"at least {least}", found.jaccard >= least, reason)
        enough = found.containment >= bound["contained"] or (
            found.containment >= bound["containment"] and found.lead >= bound["lead"]
        )
        rule = f"at least {bound['contained']}, or {bound['containment']} with the beginning"
        yield _measure("text contained", found.containment, rule, enough, reason)
        least = bound["lead"]
        yield _measure("beginning shared", found.lead, f"at least {least}", found.lead >= least, reason)
        most = bound["changed_firm"] if seen.same_title or seen.same_ticker else bound["changed"]
        share = differ.share_changed
        yield _measure("numbers changed", share, f"at most {most} of {differ.numbers}", share <= most, reason)
        least = bound["agreed"]
        rule = f"at least {least} of {differ.distinctive}"
        yield _measure("numbers agreed", differ.agreed, rule, differ.agreed >= least, reason)
        held = differ.lead_swapped < 2 and (differ.swapped < 3 or differ.swapped <= 0.03 * later.length)
        rule = "at most 1 in the beginning, 2 or 3 % in all"
        yield _measure("names replaced", float(differ.swapped), rule, held, reason)
    least = bound["headline"]
    yield _measure("headline shared", seen.title, f"at least {least}", seen.title >= least, reason)
    for name in ("same_slug", "same_id", "same_ticker", "other_ticker", "other_place", "title_numbers"):
        if getattr(seen, name):
            yield {
                "what": name.replace("_", " "),
                "value": True,
                "bound": None,
                "holds": None,
                "decided": False,
            }


def _measure(what: str, value: float, bound: str, holds: bool, reason: str) -> dict[str, Any]:
    decided = any(name == what and re.search(pattern, reason) for name, pattern in _SPEAKS)
    return {"what": what, "value": round(value, 3), "bound": bound, "holds": holds, "decided": decided}
