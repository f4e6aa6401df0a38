"""What the commands print, for people and for scripts."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from pipeline import query
from tests.conftest import WIREBEAM, Command


def test_help_teaches(wirebeam: Command) -> None:
    done = wirebeam("--help")
    assert done.returncode == 0
    for command in ("run", "inspect", "show", "sql", "verify"):
        assert command in done.stdout
    assert "follow" in wirebeam("run", "--help").stdout


def test_results_go_to_stdout_and_a_pipe_sees_no_progress(
    feed: Path, tmp_path: Path, wirebeam: Command
) -> None:
    done = wirebeam("run", feed / "tass", "-o", tmp_path / "out")
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith("2 items read = 2 stories + 0 duplicates + 0 rejects + 0 redelivered")


@pytest.mark.parametrize(
    "wrong",
    [
        ("--horizon", "3x"),
        ("--format", "telex"),
        ("--provider", "nobody"),
        ("--ner-model", "de"),
        ("--partition-by", "moon"),
        ("--max-item-bytes", "0"),
        ("--runner", "SparcRunner"),
        ("--", "--direct_num_wokers=2"),
        ("--", "--runner=FlinkRunner"),
        ("--", "--direct_running_mode=multi_threading", "--direct_num_workers=2"),
    ],
)
def test_what_there_is_not_is_a_question_of_usage(
    feed: Path, tmp_path: Path, wirebeam: Command, wrong: tuple[str, ...]
) -> None:
    done = wirebeam("run", feed / "tass", "-o", tmp_path / "out", *wrong)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_inspect_explains_each_field(feed: Path, wirebeam: Command) -> None:
    done = wirebeam("inspect", feed / "reuters/ferries_update.xml")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["format"]["name"] == "newsml-g2"
    assert found["format"]["why"]
    assert found["provider"]["key"] == "reuters"
    assert "reuters" in found["provider"]["why"].lower()
    assert found["encoding"] == {"used": "utf-8", "declared": "utf-8"}
    assert found["sent"]["headline"]["value"].startswith("UPDATE 1-")
    assert found["sent"]["headline"]["from"]
    assert found["item"]["headline_text"].startswith("Portugal approves")
    assert (found["item"]["revision_kind"], found["item"]["revision"]) == ("update", 1)
    assert found["item"]["dateline"]["places"][0]["country"] == "PT"
    assert found["item"]["version_created"] == "2026-11-23T10:41:00Z"
    assert found["made_from"]["version_created"] == "sent.version_created"
    assert found["made_from"]["dateline"] in ("sent.dateline", "cut out of the text")
    assert set(found["made_from"]) <= set(found["item"])


def test_inspect_names_each_item_of_a_message(feed: Path, wirebeam: Command) -> None:
    found = json.loads(wirebeam("inspect", feed / "dpa/morning.xml").stdout)
    assert [one["source"].rsplit("#", 1)[1] for one in found] == ["1", "2", "3"]


def test_inspect_says_why_an_item_is_rejected(feed: Path, wirebeam: Command) -> None:
    found = json.loads(wirebeam("inspect", feed / "broken/recipe.xml").stdout)
    assert found["rejected"]["code"] == "format_unknown"
    assert "recipe" in found["rejected"]["message"]


def test_show_counts_what_is_there(news: Path, wirebeam: Command) -> None:
    found = json.loads(wirebeam("show", news, "--json").stdout)
    assert found["rows"]["stories"] == sum(found["providers"].values()) or len(found["providers"]) == 12
    assert found["rejects"]["format_unknown"] == 2
    people = wirebeam("show", news)
    assert people.returncode == 0
    assert f"{found['rows']['stories']:,} stories" in people.stdout


def test_show_tells_a_story_in_order(news: Path, wirebeam: Command) -> None:
    done = wirebeam("show", news, "--story", "urn:newsdesk:client:20261123-0017", "--json")
    told = json.loads(done.stdout)
    assert [row["dataset"] for row in told] == ["stories", "duplicates", "stories"]
    assert told[2]["revision_kind"] == "update"
    assert told == sorted(told, key=lambda row: row["version_created"])
    people = wirebeam("show", news, "--story", told[1]["uri"]).stdout
    assert "near copy" in people or "exact copy" in people


def test_show_says_what_changed_and_why_it_was_linked(news: Path, wirebeam: Command) -> None:
    found = query.connect(news).execute(
        "SELECT uri, revision_of FROM stories WHERE revision_kind = 'correction' AND provider = 'reuters'"
    )
    uri, first = found.fetchall()[0]
    told = json.loads(wirebeam("show", news, "--story", uri, "--json").stdout)
    assert [row["uri"] for row in told] == [first, uri]
    assert told[0]["changes"] is None
    assert told[1]["changes"]["from"] == told[0]["item_id"]
    pieces = told[1]["changes"]["body_text"]
    assert {"kept", "gone", "new"} <= {piece["kind"] for piece in pieces}
    for kind, row in (("gone", told[0]), ("new", told[1])):
        for piece in pieces:
            if piece["kind"] == kind:
                assert piece["text"] in " ".join(row["body_text"].split())
    people = wirebeam("show", news, "--story", uri).stdout
    gone = next(piece["text"] for piece in pieces if piece["kind"] == "gone")
    assert f"[-{gone}-]" in people
    assert "correction marker" in people
    assert people.index(first) < people.index(uri)
    assert "\x1b" not in people


def test_show_has_colours_on_a_terminal(news: Path) -> None:
    uri = query.connect(news).execute("SELECT uri FROM stories WHERE revision_kind = 'correction'").fetchone()
    assert uri
    environment = {**os.environ, "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        child = subprocess.Popen([WIREBEAM, "show", news, "--story", uri[0]], stdout=theirs, env=environment)
        os.close(theirs)
        seen = b""
        with contextlib.suppress(OSError):  # a terminal whose other end is closed says so by an error
            while part := screen.read(4096):
                seen += part
        assert child.wait() == 0
    shown = seen.decode()
    assert "\x1b[9;31m" in shown, "what is gone is red and struck through"
    assert "\x1b[32m" in shown, "what is new is green"
    assert "[-" not in shown


def test_show_of_what_is_not_there(news: Path, wirebeam: Command) -> None:
    done = wirebeam("show", news, "--story", "urn:nobody")
    assert (done.returncode, "urn:nobody" in done.stderr, done.stdout) == (1, True, "")


def test_sql_in_every_format(news: Path, wirebeam: Command) -> None:
    statement = (
        "SELECT provider, count(*) AS n FROM stories GROUP BY provider ORDER BY n DESC, provider LIMIT 2"
    )
    as_json = json.loads(wirebeam("sql", news, statement, "--json").stdout)
    assert [set(row) for row in as_json] == [{"provider", "n"}] * 2
    as_csv = wirebeam("sql", news, statement, "--format", "csv").stdout.splitlines()
    assert as_csv == ["provider,n", *(f"{row['provider']},{row['n']}" for row in as_json)]
    assert as_json[0]["provider"] in wirebeam("sql", news, statement).stdout


def test_latest_honours_kills_and_withheld_items(news: Path, wirebeam: Command) -> None:
    answer = json.loads(
        wirebeam("sql", news, "SELECT uri, headline, revision_kind FROM latest", "--json").stdout
    )
    headlines = {row["headline"] for row in answer}
    assert not any("kidney disease early: Geneva" in headline for headline in headlines)
    assert "Minister to resign, sources say" not in headlines
    updated = [row for row in answer if "Portugal approves" in row["headline"]]
    assert [row["revision_kind"] for row in updated] == ["update"]


def test_verify_finds_what_was_tampered_with(news: Path, tmp_path: Path, wirebeam: Command) -> None:
    import shutil

    broken = tmp_path / "broken"
    shutil.copytree(news, broken)
    assert wirebeam("verify", broken).returncode == 0
    victim = next((broken / "stories").rglob("*.parquet"))
    victim.unlink()
    done = wirebeam("verify", broken)
    assert done.returncode == 1
    assert victim.name in done.stdout
