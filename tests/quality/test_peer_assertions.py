"""The tool that holds peers' assertions against our items, and those that have to hold."""

from __future__ import annotations

import collections
from pathlib import Path
from typing import Any

import pytest

from schemas.item import Item
from tests.fuzz.way import results
from tests.quality.peer_assertions import holds, outcomes


def item() -> Item:
    data = (
        b'{"uri": "u:1", "headline": "Quay to be rebuilt", "body_html": "<p>It is late.</p><p>Very.</p>", "keywords":'
        b' ["quays"], "subject": [{"code": "04000000", "name": "economy"}], "versioncreated": "2024-05-01T10:00:00Z"}'
    )
    (found,) = results(data)
    assert isinstance(found, Item)
    return found


@pytest.mark.parametrize(
    ("field", "op", "value", "held"),
    [
        ("headline", "eq", "<b>Quay to be rebuilt</b>", True),
        ("headline", "eq", "Quay", False),
        ("headline", "startswith", "Quay", True),
        ("body_html", "endswith", "<p>Very.</p>", True),
        ("body_html", "not_contains", "[form]", True),
        ("body_html", "not_contains", "late", False),
        ("keywords", "eq", ["quays"], True),
        ("keywords", "len", 2, False),
        ("subject", "contains", {"qcode": "04000000", "name": "other"}, True),
        ("subject", "eq", [{"qcode": "05000000"}], False),
        ("guid", "contains", "u:1", True),
        ("versioncreated", "eq", "2024-05-01T12:00:00+02:00 datetime(...)", True),
        ("versioncreated", "eq", "2024-05-01T12:00:00", False),
        ("byline", "eq", None, True),
    ],
)
def test_holds(field: str, op: str, value: Any, held: bool) -> None:
    assert holds({"field": field, "op": op, "value": value}, item()) is held


def test_what_no_peer_can_see_otherwise_holds(shared: Path) -> None:
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for assertion, outcome, _ in outcomes(shared / "fixtures"):
        counts[assertion["field"]][outcome] += 1
    for field in ("uri", "pubstatus", "embargoed", "item_id"):
        assert counts[field]["holds"] >= 1
        assert counts[field]["differs"] == 0, field
