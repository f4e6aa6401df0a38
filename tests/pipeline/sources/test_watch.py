"""The folder source: what is complete is taken once, whatever happens to the folder."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sources import watch as watched
from pipeline.sources.live import Position
from pipeline.sources.scan import Scanner
from pipeline.sources.seen import Seen, found
from pipeline.sources.settings import SettingError
from pipeline.sources.watch import FolderSettings, WatchedFolder
from schemas.errors import WirebeamError


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Watch:
    """A watched folder in a test: `take` gives the names that came."""

    def __init__(self, tmp_path: Path, position: Position | None = None, **settings: Any) -> None:
        self.root, self.clock = tmp_path / "in", Clock()
        self.root.mkdir(exist_ok=True)
        made = FolderSettings(**{"settle": 0.0, **settings})
        self.source = WatchedFolder(self.root, tmp_path / "state", made, clock=self.clock)
        self.source.open(position)
        self.position = position

    def take(self, items: int = 100, size: int = 1 << 20, passed: float = 100.0) -> list[str]:
        self.clock.now += passed
        taken = self.source.take(items, size)
        self.position = taken.position
        return [os.path.relpath(one.uri, self.root) for one in taken.deliveries]

    def commit(self) -> None:
        assert self.position is not None
        self.source.acknowledge(self.position)


def drop(path: Path, text: str = "text") -> None:
    """As an uploader does that is careful."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}")
    beside.write_text(text)
    beside.rename(path)


def test_each_file_is_taken_once(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    drop(watch.root / "b.xml")
    drop(watch.root / "deep" / "er" / "a.xml")
    assert sorted(watch.take()) == ["b.xml", "deep/er/a.xml"]
    assert watch.take() == []
    drop(watch.root / "deep" / "c.xml")
    assert watch.take() == ["deep/c.xml"]


def test_it_goes_on_behind_the_position_of_a_manifest(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    drop(watch.root / "a.xml")
    watch.take()
    committed = watch.position
    drop(watch.root / "b.xml")
    assert watch.take() == ["b.xml"]  # and no manifest says so
    again = Watch(tmp_path, committed)
    assert again.take() == ["b.xml"]
    assert Watch(tmp_path, again.position).take() == []


def test_without_a_position_everything_is_new(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    drop(watch.root / "a.xml")
    watch.take()
    assert Watch(tmp_path).take() == ["a.xml"]


def test_a_lost_journal_brings_files_again_and_loses_none(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    drop(watch.root / "a.xml")
    watch.take()
    shutil.rmtree(tmp_path / "state")
    assert Watch(tmp_path, watch.position).take() == ["a.xml"]


@pytest.fixture
def ago(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, float], None]:
    """Makes the present so many seconds after a file was written to."""

    def at(path: Path, seconds: float) -> None:
        present = path.stat().st_ctime_ns + int(seconds * 1e9)
        monkeypatch.setattr(time, "time_ns", lambda: present)

    return at


def test_a_file_that_is_being_written_is_waited_for(
    tmp_path: Path, ago: Callable[[Path, float], None]
) -> None:
    watch = Watch(tmp_path, settle=0.3)
    path = watch.root / "a.xml"
    with open(path, "w") as file:
        file.write("half")
        file.flush()
        ago(path, 0.0)
        assert watch.take() == []
        ago(path, 0.4)
        assert watch.take(passed=0.4) == []  # unchanged for long enough, but the writer is still there
        file.write(" whole")
    ago(path, 0.1)
    assert watch.take(passed=0.1) == []
    ago(path, 0.4)
    assert watch.take(passed=0.4) == ["a.xml"]


def test_a_file_that_is_renamed_into_place_is_taken_at_once(tmp_path: Path) -> None:
    watch = Watch(tmp_path, settle=1000.0)
    (watch.root / "a.tmp").write_text("text")
    (watch.root / "b.xml").write_text("text")
    assert watch.take(0) == []
    time.sleep(0.05)  # the clock of the file system has its ticks
    os.rename(watch.root / "a.tmp", watch.root / "a.xml")
    watch.clock.now -= 100  # or b.xml would have been seen unchanged for long enough
    assert watch.take() == ["a.xml"]


def test_temporary_and_hidden_names_are_passed_over(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    for name in (".a.xml", "a.xml.part", "b.tmp", ".done/c.xml", "d.xml"):
        path = watch.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("text")
    assert watch.take() == ["d.xml"]


def test_a_replaced_file_comes_again_and_a_deleted_one_does_not(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    drop(watch.root / "a.xml", "first")
    assert watch.take() == ["a.xml"]
    drop(watch.root / "a.xml", "other")
    drop(watch.root / "b.xml")
    (watch.root / "b.xml").unlink()
    assert watch.take() == ["a.xml"]
    (watch.root / "a.xml").unlink()
    assert watch.take() == []


def test_a_file_written_to_in_place_is_found_at_the_next_look_at_all(tmp_path: Path) -> None:
    watch = Watch(tmp_path, rescan=1_000.0)
    drop(watch.root / "a.xml", "first")
    assert watch.take() == ["a.xml"]
    time.sleep(0.02)
    (watch.root / "a.xml").write_text("first and more")
    watch.clock.now += 1_000
    assert watch.take() == ["a.xml"]


def test_keys_of_files_that_are_gone_leave_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched, "_DEAD", 10)
    watch = Watch(tmp_path, after="delete", rescan=1_000.0)
    for number in range(30):
        drop(watch.root / f"{number}.xml")
    watch.take()
    watch.commit()
    drop(watch.root / "kept.xml")
    watch.take()
    before = watch.position
    assert before is not None
    for _ in range(2):  # one look at everything to see what there is, another to leave away the rest
        watch.clock.now += 1_000
        watch.take()
        watch.source.acknowledge(before)
    assert len(list((tmp_path / "state").iterdir())) == 2  # the manifest still names the old one
    assert Watch(tmp_path, before).take() == []
    watch.commit()
    assert len(list((tmp_path / "state").iterdir())) == 1
    assert next((tmp_path / "state").iterdir()).stat().st_size <= 16
    assert Watch(tmp_path, watch.position).take() == []


def test_a_file_that_vanishes_while_it_waits_is_no_item(
    tmp_path: Path, ago: Callable[[Path, float], None]
) -> None:
    watch = Watch(tmp_path, settle=0.2)
    path = watch.root / "a.xml"
    path.write_text("text")
    ago(path, 0.0)
    assert watch.take() == []
    ago(path, 0.3)
    path.unlink()
    assert watch.take() == []


def test_bounds_of_a_cycle(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    for number in range(5):
        drop(watch.root / f"{number}.xml", "x" * 100)
    assert len(watch.take(2)) == 2
    assert watch.source.take(0, 1000).more
    assert len(watch.take(100, 150)) == 2
    assert len(watch.take(100, 1)) == 1  # one always fits
    assert watch.take() == []


@pytest.mark.parametrize("after", ["move", "delete"])
def test_committed_files_are_put_away(tmp_path: Path, after: str) -> None:
    watch = Watch(tmp_path, after=after)
    drop(watch.root / "deep" / "a.xml")
    watch.take()
    assert (watch.root / "deep" / "a.xml").exists()
    watch.commit()
    assert not (watch.root / "deep" / "a.xml").exists()
    assert (watch.root / ".done" / "deep" / "a.xml").exists() is (after == "move")
    drop(watch.root / "deep" / "a.xml", "another")
    assert watch.take() == ["deep/a.xml"]
    watch.commit()
    assert (watch.root / ".done" / "deep" / "a.xml.1").exists() is (after == "move")


def test_what_a_crash_left_is_put_away_later(tmp_path: Path) -> None:
    watch = Watch(tmp_path, after="delete")
    drop(watch.root / "a.xml")
    watch.take()  # the manifest is written, and the process dies before it acknowledges
    drop(watch.root / "b.xml")
    again = Watch(tmp_path, watch.position, after="delete")
    assert again.take() == ["b.xml"]
    assert sorted(os.listdir(watch.root)) == ["b.xml"]


def test_a_file_replaced_before_it_is_put_away_stays(tmp_path: Path) -> None:
    watch = Watch(tmp_path, after="delete")
    drop(watch.root / "a.xml", "first")
    watch.take()
    drop(watch.root / "a.xml", "second")
    watch.commit()
    assert (watch.root / "a.xml").read_text() == "second"
    assert watch.take() == ["a.xml"]


def test_a_folder_that_is_away_is_said_and_waited_for(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    shutil.rmtree(watch.root)
    with pytest.raises(WirebeamError, match="in"):
        watch.take()
    drop(watch.root / "a.xml")
    assert watch.take() == ["a.xml"]


def test_datasets_and_loops_are_passed_over(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    (watch.root / "news").mkdir()
    (watch.root / "news" / "_wirebeam.json").write_text("{}")
    (watch.root / "news" / "a.parquet").write_text("x")
    (watch.root / "loop").symlink_to(watch.root)
    drop(watch.root / "a.xml")
    assert watch.take() == ["a.xml"]


def test_a_known_folder_is_not_listed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        drop(tmp_path / "in" / f"{number:03d}" / "a.xml")
        os.utime(tmp_path / "in" / f"{number:03d}", (1, 1))
    os.utime(tmp_path / "in", (1, 1))
    scanner = Scanner(str(tmp_path / "in"))
    assert len(list(scanner.scan(100))) == 20
    listed: list[str] = []
    scandir = os.scandir

    def listing(path: str) -> AbstractContextManager[Iterator[os.DirEntry[str]]]:
        listed.append(str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", listing)
    assert list(scanner.scan(100)) == []
    assert listed == []
    drop(tmp_path / "in" / "007" / "b.xml")
    assert [Path(path).name for path, _ in scanner.scan(100)] == ["b.xml"]
    assert listed == [str(tmp_path / "in" / "007")]


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=8), max_size=8), st.integers(0, 8))
def test_a_journal_holds_what_was_added_up_to_its_length(
    tmp_path_factory: pytest.TempPathFactory, groups: list[list[int]], kept: int
) -> None:
    folder = tmp_path_factory.mktemp("seen")
    seen = Seen(folder)
    seen.open(None)
    positions = [seen.position]
    for group in groups:
        seen.add(group)
        positions.append(seen.position)
    kept = min(kept, len(groups))
    again = Seen(folder)
    assert again.open(positions[kept])
    wanted = {key for group in groups[:kept] for key in group}
    assert all(key in again for key in wanted)
    others = {key for group in groups for key in group} - wanted
    assert not any(key in again for key in others)
    again.forget(np.array(sorted(wanted)[:1], np.uint64))
    assert all(key in again for key in sorted(wanted)[:1])
    third = Seen(folder)
    assert third.open(again.position)
    assert len(third) == min(1, len(wanted))


def test_keys_are_found_in_a_sorted_array() -> None:
    among = np.array([1, 5, 2**64 - 1], np.uint64)
    asked = np.array([0, 1, 5, 6, 2**64 - 1], np.uint64)
    assert found(asked, among).tolist() == [False, True, True, False, True]
    assert found(asked, np.empty(0, np.uint64)).tolist() == [False] * 5


@pytest.mark.parametrize(
    ("given_settings", "key"),
    [({"after": "burn"}, "after"), ({"settle": -1}, "settle"), ({"rescan": 0}, "rescan")],
)
def test_settings_that_cannot_be(given_settings: dict[str, Any], key: str) -> None:
    with pytest.raises(SettingError) as raised:
        FolderSettings(**given_settings)
    assert raised.value.key == key
