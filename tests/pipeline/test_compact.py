"""However a feed is cut into runs, a compacted dataset says what one run over it says."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from pipeline import query, show
from pipeline.compact import compact
from pipeline.options import Config, size
from pipeline.run import run
from pipeline.sinks.dataset import Dataset
from pipeline.verify import verify
from schemas.errors import WirebeamError
from tests.conftest import Command

SET = ("stories", "duplicates", "rejects")
OF_THE_RUN = {"ingested_at", "run_id"}
CHILD = """
import os, signal, sys
from pipeline.compact import compact
left = int(sys.argv[3])
def failpoint(step):
    global left
    left -= step == sys.argv[2]
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
compact(sys.argv[1], failpoint=failpoint)
"""


def everything(output: Path) -> dict[str, list[dict[str, Any]]]:
    """All rows of a dataset, in an order of their own, without what names the run."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in SET:
        if not any((output / name).rglob("*.parquet")):
            found[name] = []
            continue
        table = ds.dataset(output / name, format="parquet", partitioning="hive").to_table()
        kept = [column for column in sorted(table.column_names) if column not in OF_THE_RUN]
        rows = table.select(kept).to_pylist()
        found[name] = sorted(rows, key=lambda row: (row.get("item_id") or row["reject_id"], row["source"]))
    return found


def read(output: Path, *cut: Sequence[Path], **options: Any) -> Path:
    """A dataset made by one run for each part of the feed."""
    for number, part in enumerate(cut):
        inputs = tuple(str(path) for path in part)
        config = Config(str(output), f"run{number:03d}", 1_700_000_000_000_000 + number, inputs, **options)
        run(config)
    return output


def delivered(files: Iterable[Path], elsewhere: Path, seed: int = 5) -> list[Path]:
    """Files in the order of their times, a tenth of them twice: as they are, or from another source, with
    the same time of arrival or an hour later or earlier."""
    draw = random.Random(seed)
    found = sorted(files)
    for path in draw.sample(found, -(-len(found) // 10)):
        how = draw.randrange(4)
        if how:
            copy = elsewhere / f"{how}" / path.parent.name / path.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            moment = path.stat().st_mtime + (0, 0, 3600, -3600)[how]
            shutil.copy(path, copy)
            os.utime(copy, (moment, moment))
            found.append(copy)
        else:
            found.append(path)
    return sorted(found, key=lambda path: (path.stat().st_mtime, path))


def cut(files: Sequence[Path], runs: int, *, shuffled: bool) -> list[list[Path]]:
    """The feed in so many runs, in the order of time or in any."""
    left = list(files)
    if shuffled:
        random.Random(runs).shuffle(left)
    each = -(-len(left) // runs)
    return [left[start : start + each] for start in range(0, len(left), each)]


@pytest.fixture(scope="module")
def samples(feed: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    files = (path for path in feed.rglob("*") if path.is_file())
    return delivered(files, tmp_path_factory.mktemp("elsewhere"))


@pytest.fixture(scope="module")
def at_once(samples: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples in one run. Tests do not change it."""
    return read(tmp_path_factory.mktemp("once") / "out", samples)


@pytest.fixture(scope="module")
def scattered(samples: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples in seven runs, in any order. Tests do not change it."""
    return read(tmp_path_factory.mktemp("scattered") / "out", *cut(samples, 7, shuffled=True))


@pytest.fixture
def copied(scattered: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(scattered, tmp_path / "out"))


def manifests(output: Path) -> list[str]:
    return sorted(path.name for path in (output / "_manifests").iterdir())


def test_one_run_leaves_nothing_to_settle(at_once: Path, tmp_path: Path) -> None:
    output = Path(shutil.copytree(at_once, tmp_path / "out"))
    done = compact(output)
    assert done.linked == sum(len(everything(at_once)[name]) for name in ("stories", "duplicates"))
    assert (done.changed, done.moved) == (0, 0)
    assert done.files[0] == done.files[1]
    assert manifests(output) == manifests(at_once)
    assert everything(output) == everything(at_once)


def test_runs_in_any_order_say_the_same_as_one(at_once: Path, scattered: Path, copied: Path) -> None:
    assert everything(scattered) != everything(at_once)
    done = compact(copied)
    assert done.moved > 0
    assert done.files[1] < done.files[0]
    assert everything(copied) == everything(at_once)
    assert verify(copied) == []


def test_runs_in_the_order_of_time_say_the_same_as_one(
    at_once: Path, samples: list[Path], tmp_path: Path
) -> None:
    output = read(tmp_path / "out", *cut(samples, 12, shuffled=False))
    compact(output)
    assert everything(output) == everything(at_once)
    assert verify(output) == []


def test_a_second_compaction_changes_nothing(copied: Path) -> None:
    compact(copied)
    before, commits = everything(copied), manifests(copied)
    done = compact(copied)
    assert (done.changed, done.files[0]) == (0, done.files[1])
    assert (everything(copied), manifests(copied)) == (before, commits)


def test_other_partitions_and_a_later_run_are_settled_alike(samples: list[Path], tmp_path: Path) -> None:
    keys = {"partition_by": "month,language"}
    expected = read(tmp_path / "once", samples, **keys)
    output = tmp_path / "out"
    parts = cut(samples, 3, shuffled=True)
    read(output, *parts[:2], **keys)
    compact(output)
    run(Config(str(output), "run9", 1_700_000_000_000_009, tuple(map(str, parts[2]))))
    compact(output)
    assert everything(output) == everything(expected)
    assert verify(output) == []


def test_files_are_merged_up_to_the_target_and_no_further(copied: Path) -> None:
    whole = compact(copied, target=1 << 30)
    per_partition = [path.parent for name in SET for path in (copied / name).rglob("*.parquet")]
    assert len(per_partition) == len(set(per_partition)) == whole.files[1]
    for name in ("stories", "duplicates"):
        for path in (copied / name).rglob("*.parquet"):
            times = pq.read_table(path, partitioning=None).column("version_created").to_pylist()
            assert times == sorted(times)


def test_a_small_target_leaves_files_of_its_size(scattered: Path, tmp_path: Path) -> None:
    output = Path(shutil.copytree(scattered, tmp_path / "out"))
    target = 120_000
    compact(output, target=target)
    assert verify(output) == []
    for partition in {path.parent for name in SET for path in (output / name).rglob("*.parquet")}:
        small = [path for path in partition.iterdir() if path.stat().st_size < target // 2]
        assert len(small) <= 1, partition
    assert compact(output, target=target).changed == 0


def test_the_horizon_is_that_of_the_latest_run(feed: Path, tmp_path: Path) -> None:
    names = ["reuters/eurozone_confidence.json", "reuters/eurozone_confidence_corrected.json"]
    output = read(tmp_path / "out", *([feed / name] for name in names), horizon=1)
    alone = everything(output)
    assert len({row["story_id"] for row in alone["stories"]}) == 2
    compact(output)
    assert everything(output) == alone
    assert compact(output, horizon=72 * 3_600_000_000).changed == 1
    assert len({row["story_id"] for row in everything(output)["stories"]}) == 1
    assert verify(output) == []


def test_what_only_links_said_goes_with_them(feed: Path, tmp_path: Path) -> None:
    """A kind of revision that linking filled in is taken back where the link is."""
    output = read(tmp_path / "out", sorted(path for path in feed.rglob("*") if path.is_file()))
    linked = {row["item_id"]: row for row in everything(output)["stories"]}
    compact(output, horizon=1)
    apart = {row["item_id"]: row for row in everything(output)["stories"]}
    freed = [key for key, row in linked.items() if row["revision_of"] and not apart[key]["revision_of"]]
    assert any(apart[key]["revision_kind"] for key in freed), "kinds that the wire gave stay"
    assert any(row["duplicate_of"] is None for key, row in apart.items() if key not in linked)
    compact(output, horizon=72 * 3_600_000_000)
    assert {row["item_id"]: row for row in everything(output)["stories"]} == linked


@pytest.mark.parametrize(
    ("step", "time", "committed"),
    [
        ("synced", 1, False),  # while the run before is tidied up after
        ("settled", 1, False),
        ("written", 4, False),
        ("staged", 1, False),
        ("published", 1, True),
        ("renamed", 5, True),
        ("synced", 2, True),
        ("removed", 3, True),
    ],
)
def test_killed_anywhere_it_leaves_the_dataset_whole(
    step: str, time: int, committed: bool, scattered: Path, at_once: Path, copied: Path
) -> None:
    child = subprocess.run([sys.executable, "-c", CHILD, str(copied), step, str(time)], check=False)
    assert child.returncode == -signal.SIGKILL
    assert verify(copied) == []
    assert committed == (len(manifests(copied)) > len(manifests(scattered)))
    if not committed:
        assert everything(copied) == everything(scattered)
    compact(copied)
    assert everything(copied) == everything(at_once)
    assert verify(copied) == []
    assert not any((copied / "_staging").iterdir())


def test_a_reader_works_before_and_after_and_is_told_when_its_files_are_gone(copied: Path) -> None:
    early = query.connect(copied)
    counted = show.overview(early)["rows"]
    compact(copied)
    with pytest.raises(WirebeamError, match="compacted meanwhile"):
        show.overview(early)
    after = show.overview(query.connect(copied))["rows"]
    assert sum(after[name] for name in SET) == sum(counted[name] for name in SET)


def test_nothing_is_done_to_a_dataset_that_another_writes_to(copied: Path) -> None:
    before = manifests(copied)
    with Dataset.open(copied), pytest.raises(WirebeamError, match="another run"):
        compact(copied)
    assert manifests(copied) == before


def test_what_is_no_dataset_is_not_made_one(tmp_path: Path, wirebeam: Command) -> None:
    done = wirebeam("compact", tmp_path)
    assert (done.returncode, "no Wirebeam dataset" in done.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_what_it_did(copied: Path, wirebeam: Command) -> None:
    done = wirebeam("compact", copied)
    assert done.returncode == 0, done.stderr
    assert "moved between" in done.stdout
    assert "nothing to do" in wirebeam("compact", copied).stdout
    assert '"changed": 0' in wirebeam("compact", copied, "--json").stdout
    for wrong in (["--target-bytes", "much"], ["--horizon", "soon"]):
        assert wirebeam("compact", copied, *wrong).returncode == 2


def test_sizes() -> None:
    assert [size(text) for text in ("4096", "1KB", "1.5 MiB", "128MB", "2g")] == [
        4096, 1024, 3 << 19, 128 << 20, 2 << 30
    ]  # fmt: skip
    for wrong in ("", "MB", "-1MB", "0", "1 mile"):
        with pytest.raises(WirebeamError, match="no size"):
            size(wrong)


@pytest.mark.shared
def test_a_real_feed_in_seven_runs_says_the_same_as_in_one(shared: Path, tmp_path: Path) -> None:
    base = tmp_path / "feed"
    tool, sgml = shared / "tools/reuters_feed.py", shared / "corpora/reuters21578/sgml"
    command = [sys.executable, str(tool), str(sgml), str(base), "--limit", "1300"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    feed = delivered((path for path in (base / "raw").rglob("*") if path.is_file()), tmp_path / "elsewhere")
    assert len(feed) > 1_500
    expected = everything(read(tmp_path / "once", feed))
    for shuffled in (False, True):
        output = read(tmp_path / f"shuffled-{shuffled}", *cut(feed, 7, shuffled=shuffled))
        done = compact(output)
        assert (done.changed > 0) or not shuffled
        found = everything(output)
        for name in SET:
            wrong = [(a, b) for a, b in zip(expected[name], found[name], strict=True) if a != b]
            assert not wrong, (shuffled, wrong[0])
        assert verify(output) == []
        assert compact(output).changed == 0
