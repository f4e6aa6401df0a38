"""Replay and expire: what moves and what goes, that links hold, and that a crash anywhere costs nothing."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline.compact import compact
from pipeline.expire import expire
from pipeline.options import Config
from pipeline.query import connect
from pipeline.replay import replay
from pipeline.run import run
from pipeline.sinks.dataset import Dataset
from pipeline.verify import verify
from tests.conftest import Command
from tests.pipeline.crashes import Crash, crash_at
from tests.pipeline.sinks import rows
from transforms.parse.document import Limits

DAY = 86_400_000_000
# A line that is no JSON is rejected where its file is taken apart, and by itself where it is read.
OF_THE_RUN = {"ingested_at", "run_id", "reject_id", "stage", "message", "source_format"}


def everything(output: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of a dataset, without what names the run."""
    with connect(output) as connection:
        found = {}
        for name in ("stories", "duplicates", "rejects"):
            columns = {column for column, *_ in connection.execute(f"DESCRIBE {name}").fetchall()}
            left_out = (OF_THE_RUN if name == "rejects" else {"ingested_at"}) & columns
            chosen = f"* EXCLUDE ({', '.join(sorted(left_out))})"
            found[name] = connection.execute(f"SELECT {chosen} FROM {name} ORDER BY ALL").fetchall()
        return found


@pytest.fixture(scope="module")
def shallow(feed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples, read by a Wirebeam that rejects everything nested deeper than two levels."""
    output = tmp_path_factory.mktemp("shallow") / "out"
    run(Config(str(output), "20261124T000000Z-first", 1, (str(feed),), parsing=Limits(nesting=2)))
    return output


@pytest.fixture
def copied(shallow: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shallow, tmp_path / "copied"))


@pytest.fixture(scope="module")
def settled(news: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    """What the dataset would hold if nothing had been wrong at first."""
    root = Path(shutil.copytree(news, tmp_path_factory.mktemp("settled") / "out"))
    compact(root)
    return everything(root)


def test_what_passes_gets_the_rows_that_it_would_have_had_at_first(
    copied: Path, settled: dict[str, list[tuple[Any, ...]]]
) -> None:
    before = everything(copied)
    assert len(before["rejects"]) > 3 * len(settled["rejects"])
    done = replay(copied)
    assert verify(copied) == []
    assert done.passed == len(before["rejects"]) - len(settled["rejects"])
    assert done.left == len(settled["rejects"])
    assert done.counts["read"] == sum(
        done.counts[n] for n in ("stories", "duplicates", "rejects", "redelivered")
    )
    compact(copied)  # what came late is earlier than its copies
    assert everything(copied) == settled
    assert verify(copied) == []


def test_a_second_replay_changes_nothing(copied: Path) -> None:
    replay(copied)
    before = everything(copied), Dataset.read(copied).snapshot().sequence
    done = replay(copied)
    assert (done.passed, done.left) == (0, len(before[0]["rejects"]))
    assert (everything(copied), Dataset.read(copied).snapshot().sequence) == before


def test_codes_choose_what_is_tried(copied: Path) -> None:
    before = len(everything(copied)["rejects"])
    assert replay(copied, codes=["format_unknown"]).passed == 0
    assert len(everything(copied)["rejects"]) == before
    assert replay(copied, codes=["too_deep"]).passed > 0
    assert verify(copied) == []


def test_what_the_run_was_told_is_told_again(tmp_path: Path) -> None:
    item = tmp_path / "feed" / "a.xml"
    item.parent.mkdir()
    item.write_text(
        "<nitf><head><title>Ferry late</title></head><body><body.content>"
        "<p>The ferry was late on Monday, its owner said.</p></body.content></body></nitf>"
    )
    out = tmp_path / "out"
    config = Config(
        str(out), "20261124T000000Z-first", 1, (str(item.parent),), provider="stt", parsing=Limits(nesting=2)
    )
    run(config)
    assert replay(out).passed == 1
    with connect(out) as connection:
        found = connection.execute("SELECT provider, source FROM stories").fetchall()
    assert found == [("stt", str(item))]


def test_bytes_that_are_not_whole_stay(tmp_path: Path) -> None:
    def reject(number: int, message: str, raw: bytes) -> dict[str, Any]:
        named = {"code": "item_too_large", "stage": "expand", "source": f"/feed/{number}"}
        return {"reject_id": f"{number:032x}", "message": message, "raw": raw, "received_at": DAY, **named}

    whole = b"BC-Ferry\n\nLISBON, Nov 3 (Reuters) - The ferry was late on Monday, its owner said.\n"
    with Dataset.open(tmp_path / "news") as dataset:
        made = [
            reject(
                1,
                "40000000 bytes, the limit is 32; kept are the first 65536 bytes of 40000000 or more",
                whole,
            ),
            reject(2, "cannot be opened", b""),
            reject(3, "100 bytes, the limit is 10", whole),
        ]
        dataset.commit("run", rows.stage(dataset, "run", made, "rejects"))
    done = replay(tmp_path / "news")
    assert (done.tried, done.passed, done.left) == (1, 1, 2)
    with connect(tmp_path / "news") as connection:
        assert connection.execute("SELECT source FROM rejects ORDER BY source").fetchall() == [
            ("/feed/1",),
            ("/feed/2",),
        ]
        assert connection.execute("SELECT source, received_at FROM stories").fetchall() == [
            ("/feed/3", dt.datetime(1970, 1, 2, tzinfo=dt.UTC))
        ]


def test_a_replay_may_be_killed_anywhere(
    shallow: Path, tmp_path: Path, settled: dict[str, list[tuple[Any, ...]]]
) -> None:
    steps: list[str] = []
    replay(Path(shutil.copytree(shallow, tmp_path / "count")), failpoint=steps.append)
    assert {"executed", "staged", "published", "renamed", "removed"} <= set(steps)
    # Before and after the manifest, among the moves, and before the end.
    chosen = [steps.index(step) for step in ("staged", "published", "renamed")] + [len(steps) - 1]
    for number in chosen:
        root = Path(shutil.copytree(shallow, tmp_path / f"crash{number}"))
        with pytest.raises(Crash):
            replay(root, failpoint=crash_at(number))
        held = everything(root)
        # Readers see all of it or nothing.
        assert len(held["rejects"]) in (len(settled["rejects"]), len(everything(shallow)["rejects"]))
        replay(root)
        compact(root)
        assert verify(root) == []
        assert everything(root) == settled, steps[number]
        shutil.rmtree(root)


def chained(root: Path) -> Path:
    """Stories of ten days; one is corrected on the sixth, and copied on the seventh."""
    with Dataset.open(root) as dataset:
        made = [
            rows.row(n, version_created=n * DAY + n, provider="ap" if n % 2 else "efe") for n in range(10)
        ]
        late = rows.row(50, version_created=6 * DAY, story_id="urn:example:1", revision_of="urn:example:1")
        copy = rows.row(
            51,
            version_created=7 * DAY,
            story_id="urn:example:1",
            duplicate_of="urn:example:1",
            duplicate_kind="near",
        )
        rejects = [
            {"reject_id": f"{n:032x}", "raw": b"x", "received_at": n * DAY, "code": "empty"}
            for n in range(4, 8)
        ]
        files = rows.stage(dataset, "run", [*made, late]) + rows.stage(dataset, "run", [copy], "duplicates")
        counts = {"read": 16, "stories": 11, "duplicates": 1, "rejects": 4, "redelivered": 0}
        dataset.commit("run", files + rows.stage(dataset, "run", rejects, "rejects"), counts=counts)
    assert verify(root) == []
    return root


def at(day: float) -> dt.datetime:
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=day)


def test_a_story_expires_as_a_whole(tmp_path: Path) -> None:
    root = chained(tmp_path / "news")
    done = expire(root, at(6.5))
    assert done.rows == {"stories": 6, "duplicates": 0, "rejects": 3}
    assert verify(root) == []
    with connect(root) as connection:
        left = connection.execute("SELECT uri FROM stories ORDER BY uri").fetchall()
        assert [uri[12:] for (uri,) in left] == ["1", "50", "7", "8", "9"]
    assert expire(root, at(7.5)).rows == {"stories": 3, "duplicates": 1, "rejects": 1}
    assert verify(root) == []
    assert expire(root, at(7.5)).files == 0


def test_rows_of_one_file_stay_and_go(tmp_path: Path) -> None:
    from pipeline.sinks.partition import PartitionBy

    with Dataset.open(tmp_path / "news", partition_by=PartitionBy.parse("month")) as dataset:
        dataset.commit(
            "run", rows.stage(dataset, "run", [rows.row(n, version_created=n * DAY) for n in range(20)])
        )
    done = expire(tmp_path / "news", at(12))
    assert (done.rows["stories"], done.files, done.rewritten) == (12, 1, 1)
    assert verify(tmp_path / "news") == []
    with connect(tmp_path / "news") as connection:
        assert connection.execute("SELECT count(*), min(version_created) FROM stories").fetchone() == (
            8,
            at(12),
        )


def test_an_expiry_may_be_killed_anywhere(tmp_path: Path) -> None:
    steps: list[str] = []
    expire(chained(tmp_path / "count"), at(6.5), failpoint=steps.append)
    wanted = everything(tmp_path / "count")
    untouched = everything(chained(tmp_path / "untouched"))
    for number in sorted({max(n for n, one in enumerate(steps) if one == step) for step in set(steps)}):
        root = chained(tmp_path / f"crash{number}")
        with pytest.raises(Crash):
            expire(root, at(6.5), failpoint=crash_at(number))
        assert verify(root) == []
        assert everything(root) in (wanted, untouched)
        expire(root, at(6.5))
        assert verify(root) == []
        assert everything(root) == wanted


def test_the_commands(news: Path, tmp_path: Path, wirebeam: Command) -> None:
    root = shutil.copytree(news, tmp_path / "news")
    done = wirebeam("replay", root)
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 passed" in done.stdout
    assert wirebeam("replay", root, "--code", "bored").returncode == 2
    gone = wirebeam("expire", root, "--before", "2026-11-24", "--json")
    assert gone.returncode == 0, gone.stderr
    assert wirebeam("verify", root).returncode == 0
    assert wirebeam("expire", root, "--before", "yesterday").returncode == 2
