"""A commit is whole or not at all, wherever it stops, and whoever comes next tidies up."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipeline.sinks import durable, manifest, storage
from pipeline.sinks.dataset import CommitConflict, Dataset
from pipeline.sinks.storage import Location
from pipeline.verify import verify
from schemas.errors import WirebeamError
from tests.pipeline.crashes import Crash, crash_at
from tests.pipeline.sinks import objects, rows
from tests.pipeline.sinks.states import ADDED, BEFORE, append, compact, globbed, ids, numbers, prepared


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    with objects.s3() as uri:
        yield uri


@pytest.fixture(params=["folder", "store"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    """A place for a dataset: a folder, and one in an object store."""
    if request.param == "folder":
        return tmp_path / "news"
    return storage.location(f"{request.getfixturevalue('store')}/{request.node.name}")


def test_threads_of_a_process_write_the_same_file_each_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers of a queue make the dataset at once; a worker may have many of them."""
    both, put = threading.Barrier(2, timeout=60), Path.replace

    def together(beside: Path, target: Path) -> Path:
        both.wait()
        return put(beside, target)

    monkeypatch.setattr(Path, "replace", together)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(partial(durable.place, tmp_path / "file"), [b"one", b"other"]))
    assert (tmp_path / "file").read_bytes() in (b"one", b"other")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("change", [append, compact])
@pytest.mark.parametrize(
    ("root", "crash_in_recovery"), [("folder", False), ("folder", True), ("store", False)], indirect=["root"]
)
def test_a_crash_at_any_step_leaves_all_or_nothing(
    root: Location, change: Any, crash_in_recovery: bool
) -> None:
    steps = 0
    for call in range(100):
        own = root / str(call)
        prepared(own)
        dataset = Dataset.open(own)
        try:
            change(dataset, crash_at(call))
        except Crash:
            steps += 1
        else:
            break
        finally:
            dataset.close()
        committed = manifest.newest(own / manifest.FOLDER) == 2
        # A reader that comes before the next writer sees one of the two states, and only committed files.
        assert ids(own) in (numbers(BEFORE), numbers(BEFORE, ADDED))
        listed = manifest.live_files(own / manifest.FOLDER, 1 + committed)
        leaving = set(manifest.live_files(own / manifest.FOLDER, 1))
        assert globbed(own) <= set(listed) | leaving
        assert verify(own) == []
        if crash_in_recovery:
            for again in range(100):
                try:
                    Dataset.open(own, failpoint=crash_at(again)).close()
                except Crash:
                    assert ids(own) in (numbers(BEFORE), numbers(BEFORE, ADDED))
                else:
                    break
        with Dataset.open(own) as dataset:
            held = dataset.snapshot()
        assert ids(own) == (numbers(BEFORE, ADDED) if committed else numbers(BEFORE))
        assert held.positions == {"feed": 2 if committed and change is append else 1, "other": 7}
        assert globbed(own) == set(held.by_path)
        assert list((own / "_staging").iterdir()) == []
        assert verify(own) == []
    assert steps >= 4


@pytest.mark.parametrize("moment", ["before the link", "after the link"])
def test_a_crash_around_the_link_of_the_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    prepared(tmp_path)
    link = os.link

    def crashing(source: Path, target: Path) -> None:
        if moment == "after the link":
            link(source, target)
        raise Crash

    with Dataset.open(tmp_path) as dataset:
        monkeypatch.setattr(os, "link", crashing)
        with pytest.raises(Crash):
            append(dataset, lambda step: None)
        monkeypatch.undo()
    Dataset.open(tmp_path).close()
    assert ids(tmp_path) == (numbers(BEFORE) if moment == "before the link" else numbers(BEFORE, ADDED))
    assert verify(tmp_path) == []


def test_file_systems_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    prepared(tmp_path)
    assert ids(tmp_path) == numbers(BEFORE)
    with pytest.raises(FileExistsError):
        durable.create(tmp_path / "_manifests" / manifest.name(1), b"another")
    assert verify(tmp_path) == []


_KILLED = """
    import importlib.util, os, signal, sys
    from pipeline.sinks.dataset import Dataset
    spec = importlib.util.spec_from_file_location("rows", sys.argv[1])
    rows = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(rows)
    def failpoint(step):
        if step == sys.argv[3]:
            os.kill(os.getpid(), signal.SIGKILL)
    opening = failpoint if sys.argv[3] in ("claimed", "cleaned") else lambda step: None
    dataset = Dataset.open(sys.argv[2], failpoint=opening)
    files = rows.stage(dataset, "second", [rows.row(number) for number in [3, 50, 51]])
    failpoint("unstaged")
    dataset.commit("second", files, failpoint=failpoint)
"""


@pytest.mark.parametrize(
    ("root", "step", "committed"),
    [
        ("store", "claimed", False),
        ("folder", "cleaned", False),
        ("store", "cleaned", False),
        ("folder", "unstaged", False),
        ("folder", "staged", False),
        ("store", "staged", False),
        ("folder", "published", True),
        ("store", "published", True),
        ("folder", "renamed", True),
        ("store", "renamed", True),
        ("folder", "synced", True),
    ],
    indirect=["root"],
)
def test_sigkill(root: Location, step: str, committed: bool) -> None:
    prepared(root)
    program = [sys.executable, "-c", textwrap.dedent(_KILLED), rows.__file__, str(root), step]
    assert subprocess.run(program, check=False, timeout=300).returncode == -signal.SIGKILL
    assert verify(root) == []
    with Dataset.open(root) as dataset:  # the lock died with its holder, whose claim nobody waits for
        assert set(dataset.snapshot().by_path) == globbed(root)
        assert dataset.snapshot().positions == {"feed": 1, "other": 7}
    assert ids(root) == (numbers(BEFORE, ADDED) if committed else numbers(BEFORE))
    assert verify(root) == []


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, name: str, number: int, call: int) -> Iterator[None]:
    """`os.NAME` fails with an error number from its nth call on."""
    real = getattr(os, name)
    calls = 0

    def broken(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > call:
            raise OSError(number, os.strerror(number))
        return real(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, name, broken)
        yield


@pytest.mark.parametrize("name", ["fsync", "link", "replace", "rename", "mkdir"])
@pytest.mark.parametrize("call", [0, 2, 5])
def test_a_full_disk_is_one_line_and_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, call: int
) -> None:
    prepared(tmp_path)
    failed = None
    with Dataset.open(tmp_path) as dataset:
        try:
            with failing(monkeypatch, name, errno.ENOSPC, call):
                append(dataset, lambda step: None)
        except WirebeamError as error:
            failed = str(error)
    if failed is not None:
        assert "no space left" in failed
        assert "\n" not in failed
    assert verify(tmp_path) == []
    committed = failed is None or "the commit is safe" in failed
    Dataset.open(tmp_path).close()
    assert ids(tmp_path) == (numbers(BEFORE, ADDED) if committed else numbers(BEFORE))


def test_positions_are_kept_until_they_are_named_again(tmp_path: Path) -> None:
    prepared(tmp_path)
    with Dataset.open(tmp_path) as dataset:
        dataset.commit("second", [], positions={"feed": {"offset": 5}})
        assert dataset.snapshot().positions == {"feed": {"offset": 5}, "other": 7}


def test_who_loses_the_race_for_a_number_commits_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(tmp_path)
    with Dataset.open(tmp_path) as dataset:
        monkeypatch.setattr(manifest, "newest", lambda folder: 0)
        with pytest.raises(CommitConflict):
            append(dataset, lambda step: None)
    monkeypatch.undo()
    assert ids(tmp_path) == numbers(BEFORE)


def test_rows_are_never_written_over(tmp_path: Path) -> None:
    prepared(tmp_path)
    with Dataset.open(tmp_path) as dataset:
        with pytest.raises(WirebeamError, match="has a file with these rows"):
            dataset.commit("second", rows.stage(dataset, "second", [rows.row(30, headline="other")]))
        dataset.commit("second", rows.stage(dataset, "second", [rows.row(30, source="/elsewhere")]))
    assert ids(tmp_path) == numbers(BEFORE, [30])


def test_a_staged_file_that_changed_is_not_committed(tmp_path: Path) -> None:
    prepared(tmp_path)
    with Dataset.open(tmp_path) as dataset:
        files = rows.stage(dataset, "second", [rows.row(9)])
        staged = dataset.staging("second") / files[0].path
        staged.write_bytes(staged.read_bytes()[:-1])
        with pytest.raises(WirebeamError, match="not as it was staged"):
            dataset.commit("second", files)
        staged.unlink()
        with pytest.raises(WirebeamError):
            dataset.commit("second", files)
    assert ids(tmp_path) == numbers(BEFORE)


def test_many_commits_are_read_from_the_last_full_list(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        for number in range(1, 131):
            removed = [dataset.files("stories")[0].path] if number % 10 == 0 else []
            files = rows.stage(dataset, "run", [rows.row(number)])
            dataset.commit("run", files, removed=removed)
        held = dataset.snapshot()
    folder = tmp_path / manifest.FOLDER
    assert [n for n in range(1, 131) if manifest.read(folder, n).live is not None] == [64, 128]
    assert len(held.by_path) == 130 - 13
    assert globbed(tmp_path) == set(held.by_path)
    for number in range(1, 127):  # older manifests are not needed to open it
        (folder / manifest.name(number)).unlink()
    assert Dataset.read(tmp_path).snapshot().by_path == held.by_path
    Dataset.open(tmp_path).close()
    assert globbed(tmp_path) == set(held.by_path)
