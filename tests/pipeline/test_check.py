"""`wirebeam check`: each rule broken on purpose, rules that a file changes, exit codes for a scheduler."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline.check import check
from pipeline.rules import default_text, load
from pipeline.sinks.dataset import Dataset
from schemas.errors import UsageError
from tests.conftest import Command
from tests.pipeline.sinks import rows

HOUR = 3_600_000_000
START = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
BEGIN = int(START.timestamp()) * 1_000_000
END = START + dt.timedelta(hours=99)


def good(number: int, **values: Any) -> dict[str, Any]:
    time = BEGIN + number * HOUR
    made = {"headline": "a", "body_text": "b", "language": "en", "pub_status": "usable", "word_count": 1}
    return rows.row(number, **{**made, "version_created": time, "received_at": time, **values})


def reject(number: int, code: str) -> dict[str, Any]:
    return {
        "reject_id": f"{number:032x}",
        "code": code,
        "stage": "parse",
        "raw": b"x",
        "received_at": BEGIN + number * HOUR,
    }


def broken(
    root: Path, stories: list[dict[str, Any]], rejects: Any = (), given: str = "", **options: Any
) -> set[str]:
    """The rules, with their subjects, that a dataset of these rows does not keep."""
    with Dataset.open(root / "news") as dataset:
        files = rows.stage(dataset, "run", stories)
        dataset.commit("run", files + rows.stage(dataset, "run", list(rejects), "rejects"))
    (root / "rules.toml").write_text(given, "utf-8")
    found = check(root / "news", load(root / "rules.toml"), options.get("moment", END))
    assert all(breach.value > breach.bound for breach in found)
    return {f"{breach.rule} {breach.subject}".strip() for breach in found}


def test_a_good_feed_breaks_no_rule(tmp_path: Path) -> None:
    assert broken(tmp_path, [good(n) for n in range(100)], [reject(1, "xml_broken")]) == set()


def test_a_column_that_stays_empty(tmp_path: Path) -> None:
    stories = [good(n, headline="" if n % 5 == 0 else "a", language=None) for n in range(100)]
    assert broken(tmp_path, stories) == {"nulls ap.headline", "nulls ap.language"}


def test_lists_and_structs_can_be_asked_for_and_kills_are_empty_by_nature(tmp_path: Path) -> None:
    stories = [good(n) for n in range(60)]
    stories += [
        good(100 + n, body_text="", headline=None, pub_status="canceled", provider="efe") for n in range(60)
    ]
    given = "[nulls]\nkeywords = 0.5\ndateline = 0.5\nembargoed_until = 0.5\n[silence]\nby_habit = false"
    assert broken(tmp_path, stories, given=given) == {
        "nulls ap.keywords",
        "nulls ap.dateline",
        "nulls ap.embargoed_until",
    }


def test_few_items_and_old_ones_say_nothing(tmp_path: Path) -> None:
    few = [good(n, headline="") for n in range(49)]
    old = [
        good(n, headline="", provider="efe", version_created=BEGIN - n * HOUR - 30 * 24 * HOUR)
        for n in range(99)
    ]
    assert broken(tmp_path, few + old, given="[silence]\nby_habit = false") == set()


def test_silence_by_habit_and_by_a_bound(tmp_path: Path) -> None:
    stories = [good(n) for n in range(100)]
    given = '[silence.at_most]\nap = "30h"\ntass = "1h"'
    late = END + dt.timedelta(hours=20)
    assert broken(tmp_path, stories, moment=late) == {"silence ap"}
    assert broken(tmp_path / "bound", stories, given=given, moment=late) == {"silence tass"}
    assert broken(tmp_path / "off", stories, given="silence = false", moment=late) == set()
    assert broken(tmp_path / "ignored", stories, given='[silence]\nignore = ["ap"]', moment=late) == set()


def test_rejects_by_share_and_by_code(tmp_path: Path) -> None:
    stories = [good(n) for n in range(99)]
    assert broken(tmp_path, stories, [reject(n, "xml_broken") for n in range(10)]) == {"rejects"}
    assert broken(tmp_path / "code", stories, [reject(1, "internal")]) == {"rejects internal"}


def test_times_that_cannot_be(tmp_path: Path) -> None:
    stories = [good(n, version_created=BEGIN + (n + (n < 5)) * HOUR) for n in range(100)]
    stories += [
        good(200 + n, provider="efe", version_created=BEGIN + n * HOUR, first_created=BEGIN + 500 * HOUR)
        for n in range(99)
    ]
    assert broken(tmp_path, stories) == {"times ap", "times efe"}
    assert broken(tmp_path / "looser", stories, given='[times]\nahead = "30d"') == set()


def test_partitions_too_large_and_too_many_files(tmp_path: Path) -> None:
    with Dataset.open(tmp_path / "news") as dataset:
        for n in range(3):
            dataset.commit(f"run{n}", rows.stage(dataset, f"run{n}", [good(n)]))
    (tmp_path / "rules.toml").write_text("[partitions]\nfiles = 2\nbytes = 100\n", "utf-8")
    found = check(tmp_path / "news", load(tmp_path / "rules.toml"), START)
    assert [breach.subject for breach in found] == ["stories/date=2026-11-02/provider=ap"] * 2
    assert "compact" in found[1].message


def test_own_questions(tmp_path: Path) -> None:
    given = """
        [[query]]
        name = "no-kills"
        sql = "SELECT uri FROM stories WHERE revision_kind = 'kill' ORDER BY uri"
    """
    stories = [good(n, revision_kind="kill" if n < 2 else None) for n in range(100)]
    assert broken(tmp_path, stories, given=given) == {"no-kills"}
    assert broken(tmp_path / "none", stories[2:], given=given) == set()


@pytest.mark.parametrize(
    "text, said",
    [
        ("nulls = 3", "wrong kind"),
        ("[nulls]\nheadlines = 0.1", "headlines"),
        ("[silences]\nx = 1", "silences"),
        ("[times]\nbehind = '1d'", "times.behind"),
        ("window = '7 parsecs'", "parsecs"),
        ("[rejects.by_code]\nbad = 1", "bad"),
        ("[[query]]\nname = 'x'", "wrong kind"),
        ("this is no TOML", "not TOML"),
    ],
)
def test_wrong_rules_are_a_question_of_usage(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "rules.toml").write_text(text, "utf-8")
    with pytest.raises(UsageError, match=said):
        load(tmp_path / "rules.toml")


def test_the_command_is_for_schedulers(news: Path, tmp_path: Path, wirebeam: Command) -> None:
    printed = wirebeam("check", "--print-rules")
    assert tomllib.loads(printed.stdout) == tomllib.loads(default_text())
    passed = wirebeam("check", news, "--at", "newest", "--json")
    assert (passed.returncode, json.loads(passed.stdout)) == (0, [])
    (tmp_path / "rules.toml").write_text('[silence.at_most]\nreuters = "1h"', "utf-8")
    failed = wirebeam("check", news, "--rules", tmp_path / "rules.toml", "--at", "2026-12-30", "--json")
    assert failed.returncode == 1
    assert [breach["rule"] for breach in json.loads(failed.stdout)] == ["silence"]
    assert "reuters: silent for" in wirebeam("check", news, "--rules", tmp_path / "rules.toml").stdout
    assert wirebeam("check").returncode == 2
