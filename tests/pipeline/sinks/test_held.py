"""What a dataset tells a later run about its rows."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from pipeline.sinks import held
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.snapshot import Snapshot
from tests.pipeline.sinks import rows

HOUR = 3_600_000_000


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    with Dataset.open(tmp_path) as dataset:
        stories = rows.stage(dataset, "run", [rows.row(n, fingerprint=b"%d" % n) for n in (1, 2, 40, 80)])
        link = {"story_id": "urn:example:1", "duplicate_of": "urn:example:1", "duplicate_kind": "exact"}
        copies = rows.stage(dataset, "run", [rows.row(3, fingerprint=b"3", **link)], "duplicates")
        rejects = [{"reject_id": f"{n:032x}", "received_at": n * HOUR} for n in (1, 50)]
        dataset.commit("run", [*stories, *copies, *rows.stage(dataset, "run", rejects, "rejects")])
        return dataset.snapshot()


def hexed(*numbers: int) -> set[str]:
    return {f"{number:032x}" for number in numbers}


def test_redelivered_items_are_known_by_their_time(snapshot: Snapshot) -> None:
    def found(*times: int, timeless: Collection[str] = ()) -> set[tuple[str, str]]:
        return held.held_deliveries(snapshot, times, timeless)

    assert found(HOUR, 3 * HOUR, 40 * HOUR, 41 * HOUR) == {(one, "/raw") for one in hexed(1, 3, 40)}
    assert found() == found(99 * HOUR, -HOUR) == set()
    assert found(timeless=hexed(1, 5)) == {(one, "/raw") for one in hexed(1)}
    assert found(HOUR, timeless=hexed(80)) == {(one, "/raw") for one in hexed(1, 80)}


def test_rejects_are_known_by_their_id(snapshot: Snapshot) -> None:
    assert held.held_reject_ids(snapshot, hexed(1, 2, 50)) == hexed(1, 50)
    assert held.held_reject_ids(snapshot, set()) == set()


def test_sketches_of_a_time_range(snapshot: Snapshot) -> None:
    def numbers(since: int | None, until: int | None) -> list[int]:
        return sorted(int(found.fingerprint) for found in held.held_sketches(snapshot, since, until))

    assert numbers(None, None) == [1, 2, 3, 40, 80]
    assert numbers(2 * HOUR, 40 * HOUR) == [2, 3, 40]
    assert numbers(2 * HOUR + 1, 40 * HOUR - 1) == [3]
    assert numbers(81 * HOUR, None) == []
    (copy,) = (one for one in held.held_sketches(snapshot, None, None) if one.dataset == "duplicates")
    assert (copy.uri, copy.version_created) == ("urn:example:3", 3 * HOUR)
    assert (copy.story_id, copy.duplicate_of, copy.revision_of) == ("urn:example:1", "urn:example:1", None)
