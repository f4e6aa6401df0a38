"""Why two items are one story or two, as the command says it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import query
from pipeline.why import why
from schemas.errors import WirebeamError
from tests.conftest import Command


def uri(news: Path, source: str) -> str:
    found = query.connect(news).execute(
        "SELECT uri FROM (SELECT uri, source FROM stories UNION ALL SELECT uri, source FROM duplicates) "
        f"WHERE contains(source, '{source}')"
    )
    return str(found.fetchall()[0][0])


def between(news: Path, one: str, other: str) -> dict[str, Any]:
    return why(news, uri(news, one), uri(news, other))


def decided(found: dict[str, Any]) -> dict[str, bool]:
    return {one["what"]: one["holds"] for one in found["measures"] if one["decided"]}


def test_a_correction_is_one_story_by_its_marker(news: Path) -> None:
    found = between(news, "eurozone_confidence_corrected.json", "eurozone_confidence.json")
    assert found["answer"] == "one story: correction"
    assert found["judged"]["reason"].startswith("correction marker")
    assert found["earlier"]["headline"].startswith("Euro zone")
    assert found["later"]["links"] == [
        {"to": found["earlier"]["uri"], "reason": found["later"]["link_reason"]}
    ]
    assert found["keys_shared"] > 0
    assert decided(found) == {"text contained": True}


def test_the_order_of_the_two_does_not_matter(news: Path) -> None:
    assert between(news, "eurozone_confidence.json", "eurozone_confidence_corrected.json") == between(
        news, "eurozone_confidence_corrected.json", "eurozone_confidence.json"
    )


def test_a_form_with_other_numbers_is_two_stories_and_the_bound_says_so(news: Path) -> None:
    found = between(news, "f0301.anpa", "f0311.anpa")
    assert found["answer"] == "two stories"
    assert found["judged"]["kind"] is None
    assert "numbers replaced" in found["judged"]["reason"]
    assert decided(found) == {"numbers changed": False}
    assert found["otherwise"]["reason"] != found["judged"]["reason"]
    assert not found["recurs"]


def test_a_copy_is_shown_with_what_it_is_linked_to(news: Path) -> None:
    found = between(news, "ferries_trimmed.json", "ferries.txt")
    assert found["one_story"]
    assert {found["earlier"]["dataset"], found["later"]["dataset"]} == {"stories", "duplicates"}


def test_versions_of_one_guid_are_compared_with_one_another(news: Path) -> None:
    guid = uri(news, "afp/kidney_test.xml")
    found = why(news, guid, guid)
    assert (found["judged"]["kind"], found["judged"]["ground"]) == ("kill", "named")
    assert found["earlier"]["item_id"] != found["later"]["item_id"]
    assert why(news, found["earlier"]["item_id"], found["later"]["item_id"]) == found
    with pytest.raises(WirebeamError, match="one and the same"):
        why(news, found["later"]["item_id"], found["later"]["item_id"])


def test_unlike_items_share_no_key(news: Path) -> None:
    found = between(news, "murmansk_water.txt", "bushfire.txt")
    assert (found["one_story"], found["keys_shared"]) == (False, 0)
    assert found["judged"]["reason"] == "of different agencies"


def test_a_shorter_horizon_decides_by_time(news: Path) -> None:
    one, other = (
        uri(news, "reuters/eurozone_confidence.json"),
        uri(news, "eurozone_confidence_corrected.json"),
    )
    found = why(news, one, other, horizon=1)
    assert found["judged"]["reason"] == "too far apart in time"
    assert decided(found) == {"hours apart": False}
    assert found["one_story"], "as the dataset has it"


def test_the_command_for_people_and_for_scripts(news: Path, wirebeam: Command) -> None:
    pair = uri(news, "f0301.anpa"), uri(news, "f0311.anpa")
    done = wirebeam("why", news, *pair)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("two stories\n")
    assert "> numbers changed" in done.stdout
    found = json.loads(wirebeam("why", news, *pair, "--json").stdout)
    assert found["judged"]["kind"] is None
    assert "fingerprint" not in found["earlier"]
    missing = wirebeam("why", news, pair[0], "urn:nobody")
    assert (missing.returncode, "urn:nobody" in missing.stderr) == (1, True)
