"""The loop, in this process: crashes between any two steps, failures that pass, time, embargoes, alarms."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline import query
from pipeline.account import Account
from pipeline.cycle import Cycle, Failure, Feed, Listeners, Pace
from pipeline.monitor import StatusLine
from pipeline.options import Config, new_run_id
from pipeline.sinks import folded, manifest
from pipeline.sinks.dataset import Dataset
from pipeline.sources.live import Delivery, Position, Taken
from pipeline.sources.watch import FolderSettings, WatchedFolder, state_folder
from pipeline.stream import Stream
from pipeline.verify import verify
from schemas.errors import WirebeamError
from tests.pipeline.sources.server import PATIENCE, wait_for
from transforms.enrich.enricher import Tagging

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


class Crash(BaseException):
    """The process dies here, as far as the code under test can tell."""


def micros(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


def ninjs(number: int, moment: dt.datetime = NOON, **values: Any) -> bytes:
    made = {
        "uri": f"urn:example:{number}",
        "version": "1",
        "versioncreated": moment.isoformat(),
        "headline": f"Ferry number {number} leaves the harbour",
        "body_text": f"The ferry left the harbour {number} minutes late on Monday, its owner said. " * 3,
        "language": "en",
        **values,
    }
    return json.dumps(made).encode()


class Queue:
    """A source of messages: gives what lies behind its position, at most so many."""

    def __init__(self, messages: list[Delivery], name: str = "queue") -> None:
        self.name = name
        self.messages = messages
        self.acknowledged = 0
        self.failing: Exception | None = None
        self._next = 0

    def open(self, position: Position | None) -> None:
        self._next = int(position["next"]) if position else 0

    def take(self, items: int, size: int) -> Taken:
        if self.failing:
            raise self.failing
        found = self.messages[self._next : self._next + items]
        self._next += len(found)
        return Taken(found, {"next": self._next}, more=self._next < len(self.messages))

    def acknowledge(self, position: Position) -> None:
        self.acknowledged = int(position["next"])

    def close(self) -> None:
        pass


def message(number: int, **values: Any) -> Delivery:
    data = values.pop("data", None) or ninjs(number, **values)
    return Delivery(f"queue:{number}", data, micros(NOON), feed="ferries", attributes=(("n", str(number)),))


class Told:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.cycles: list[Cycle] = []
        self.failures: list[Failure] = []
        self.recoveries: list[str] = []
        self.alarms: list[tuple[str, bool]] = []

    def turned(self, feeds: Any, now: float) -> None:
        pass

    def committed(self, cycle: Cycle) -> None:
        self.cycles.append(cycle)

    def failed(self, failure: Failure) -> None:
        self.failures.append(failure)

    def recovered(self, where: str) -> None:
        self.recoveries.append(where)

    def silence(self, feed: Feed, seconds: float | None) -> None:
        self.alarms.append((feed.name, seconds is not None))


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def config(output: Path) -> Config:
    return Config(str(output), new_run_id(NOON), None, tagging=Tagging("off"))


def stream(output: Path, *sources: Any, told: Told | None = None, **options: Any) -> Stream:
    feeds = [Feed(source, source.name, options.pop("silence", None)) for source in sources]
    listeners = Listeners([told] if told else [])
    pace = options.pop("pace", Pace(every=0.01, items=3))
    made = Stream(config(output), feeds, pace, listeners, **options)
    made.open()
    return made


def turn_until_done(made: Stream, most: int = 50) -> None:
    for _ in range(most):
        if made.turn() and made.turn() and made._batch is None:
            return
    raise AssertionError("the stream does not come to rest")


def held(output: Path) -> Counter[str]:
    rows = query.connect(output).execute("SELECT uri FROM stories UNION ALL SELECT uri FROM duplicates")
    return Counter(uri for (uri,) in rows.fetchall())


def accounted(output: Path) -> Mapping[str, int]:
    counts: Counter[str] = Counter()
    for sequence in range(1, manifest.newest(output / manifest.FOLDER) + 1):
        counts.update(manifest.read(output / manifest.FOLDER, sequence).counts)
    return counts


def test_a_crash_between_any_two_steps_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Every step of the second cycle, one after the other: the process that comes next makes it whole."""
    steps: list[str] = []
    output = tmp_path / "out"
    queue = Queue([message(number) for number in range(3)])
    first = stream(output, queue)
    first.turn()
    first.close()
    crash_at: int = 0
    while True:
        queue = Queue([*queue.messages, *(message(len(queue.messages) + n) for n in range(2))])
        left = crash_at

        def failpoint(step: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                steps.append(step)
                raise Crash(step)

        Dataset.open(output).close()  # what a crash left behind is put right, and the lock is free
        dying = Stream(config(output), [Feed(queue, "queue")], Pace(items=3, merge=2), failpoint=failpoint)
        dying.open()
        try:
            dying.turn()
        except Crash:
            assert dying._dataset is not None
            dying._dataset.close()  # as the kernel does when a process dies
        else:
            dying.close()
            break
        finally:
            crash_at += 1
    assert {
        "taken",
        "executed",
        "staged",
        "published",
        "renamed",
        "committed",
        "acknowledged",
        "removed",
        "merged",
    } <= set(steps)
    last = Queue(queue.messages)
    finishing = stream(output, last)
    turn_until_done(finishing)
    finishing.close()
    assert held(output) == Counter({f"urn:example:{n}": 1 for n in range(len(queue.messages))})
    assert verify(output) == []
    assert last._next == len(queue.messages)


def test_small_files_are_merged_as_it_goes(tmp_path: Path) -> None:
    output = tmp_path / "out"
    queue = Queue([message(number) for number in range(24)])
    made = stream(output, queue, pace=Pace(every=0.01, items=1, merge=4))
    turn_until_done(made)
    made.close()
    assert sum(held(output).values()) == 24
    assert len(list((output / "stories").rglob("*.parquet"))) <= 8
    assert verify(output) == []
    again = stream(output, Queue(queue.messages, "another"))
    turn_until_done(again)
    again.close()
    assert accounted(output)["redelivered"] == 24


def test_messages_keep_their_envelope(tmp_path: Path) -> None:
    output = tmp_path / "out"
    broken = Delivery(
        "queue:9", b"{", micros(NOON), media_type="application/json", attributes=(("a", "1"), ("a", "2"))
    )
    told = Told()
    made = stream(output, Queue([message(1), broken]), told=told)
    turn_until_done(made)
    made.close()
    found = told.cycles[0].account
    assert found.items == {("ferries", "unknown", "story"): 1, ("", "", "reject"): 1}
    assert found.wire_lags == [("ferries", 0.0)]
    connection = query.connect(output)
    row = connection.execute("SELECT source, received_at, attributes FROM stories").fetchone()
    assert row is not None
    assert row[0] == "queue:1"
    assert row[1] == NOON
    assert row[2] == [{"name": "n", "value": "1"}]
    row = connection.execute("SELECT source, raw, attributes FROM rejects").fetchone()
    assert row == ("queue:9", b"{", [{"name": "a", "value": "1"}, {"name": "a", "value": "2"}])


def test_what_a_feed_says_of_its_items_counts(tmp_path: Path) -> None:
    output = tmp_path / "out"
    said = Delivery("queue:1", ninjs(1), micros(NOON), provider="tass", source_format="ninjs")
    made = stream(output, Queue([said]))
    made.turn()
    made.close()
    assert query.connect(output).execute("SELECT provider FROM stories").fetchall() == [("tass",)]


def test_a_cycle_that_fails_is_tried_again_with_the_same_items(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, told = tmp_path / "out", Told()
    queue = Queue([message(number) for number in range(3)])
    made = stream(output, queue, told=told)
    publish = manifest.publish

    def no_space(folder: Path, one: Any) -> None:
        raise OSError(28, "No space left on device", str(folder))

    monkeypatch.setattr(manifest, "publish", no_space)
    waits = [made.turn() for _ in range(3)]
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]
    assert [failure.attempts for failure in told.failures] == [1, 2, 3]
    assert "no space left" in told.failures[0].message
    assert queue.acknowledged == 0
    monkeypatch.setattr(manifest, "publish", publish)
    turn_until_done(made)
    made.close()
    assert told.recoveries == ["commit"]
    assert queue.acknowledged == 3
    assert sum(held(output).values()) == 3
    assert accounted(output)["redelivered"] == 0
    assert verify(output) == []


def test_a_failure_behind_the_manifest_is_not_written_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manifest was there when the disk failed: the commit is completed, its items are not read again."""
    output, told = tmp_path / "out", Told()
    queue = Queue([message(number) for number in range(3)])
    made = stream(output, queue, told=told)
    replace = Path.replace
    failing = True

    def refuse(path: Path, target: Any) -> Path:
        if failing and path.suffix == ".parquet" and "_staging" not in str(target):
            raise OSError(5, "Input/output error", str(path))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refuse)
    made.turn()
    assert "the commit is safe" in told.failures[0].message
    failing = False
    turn_until_done(made)
    made.close()
    assert accounted(output)["read"] == 3
    assert queue.acknowledged == 3
    assert verify(output) == []


def test_a_delivery_that_breaks_the_pipeline_costs_itself_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.sinks import staging

    check = staging.check

    def poisoned(item: Any) -> None:
        if item.uri == "urn:example:4":
            raise ZeroDivisionError("nobody foresaw this")
        check(item)

    monkeypatch.setattr(staging, "check", poisoned)
    output, told = tmp_path / "out", Told()
    queue = Queue([message(number) for number in range(8)])
    made = stream(output, queue, told=told, pace=Pace(every=0.01, items=8, ceiling=0.01))
    turn_until_done(made)
    made.close()
    assert held(output) == Counter({f"urn:example:{n}": 1 for n in range(8) if n != 4})
    rejected = query.connect(output).execute("SELECT source, code, raw FROM rejects").fetchall()
    assert rejected == [("queue:4", "internal", message(4).data)]
    assert queue.acknowledged == 8
    assert verify(output) == []


def test_a_broken_installation_costs_no_item(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.sinks import staging

    check = staging.check

    def broken(item: Any) -> None:
        raise ImportError("no module named lxml")

    monkeypatch.setattr(staging, "check", broken)
    output, told = tmp_path / "out", Told()
    made = stream(output, Queue([message(1)]), told=told, pace=Pace(every=0.01, ceiling=0.01))
    for _ in range(6):
        made.turn()
    assert len(told.failures) == 6
    assert "lxml" in told.failures[0].message
    monkeypatch.setattr(staging, "check", check)
    turn_until_done(made)
    made.close()
    assert held(output) == Counter({"urn:example:1": 1})
    assert accounted(output)["rejects"] == 0


def test_the_status_line_says_what_counts() -> None:
    clock = Clock()
    line = StatusLine(clock)
    feed = Feed(Queue([]), "wire", heard_at=clock.now)
    line.turned([feed], clock.now)
    assert line.line() == "waiting for items"
    counts = {"read": 1_200, "stories": 1_100, "duplicates": 60, "rejects": 0, "redelivered": 40}
    line.committed(Cycle(3, counts, Account(), 1_200, 1.5, 0))
    said = "1,200 items, 1,100 stories, 60 duplicates, 40 redelivered · cycle 1.50 s · 800/s"
    assert line.line() == said
    clock.now += 45
    feed.silent = True
    line.failed(Failure("commit", "no space left", 2, 4.0))
    assert line.line() == f"{said} · quiet for 45 s · silent: wire · commit: no space left"
    line.recovered("commit")
    assert "no space" not in line.line()


def test_one_feed_that_fails_delays_no_other(tmp_path: Path) -> None:
    output, told, clock = tmp_path / "out", Told(), Clock()
    broken, sound = Queue([message(1)], "broken"), Queue([message(2)], "sound")
    broken.failing = WirebeamError("/mnt/wire: no such folder")
    made = stream(output, broken, sound, told=told, clock=clock)
    made.turn()
    assert held(output) == Counter({"urn:example:2": 1})
    assert [(failure.where, failure.attempts) for failure in told.failures] == [("broken", 1)]
    made.turn()  # too early to ask again
    assert len(told.failures) == 1
    broken.failing = None
    clock.now += 60
    made.turn()
    made.close()
    assert told.recoveries == ["broken"]
    assert held(output) == Counter({"urn:example:1": 1, "urn:example:2": 1})


def test_a_feed_that_says_nothing_raises_an_alarm(tmp_path: Path) -> None:
    told, clock = Told(), Clock()
    queue = Queue([])
    made = stream(tmp_path / "out", queue, told=told, clock=clock, silence=30.0)
    made.turn()
    clock.now += 31
    made.turn()
    made.turn()
    assert told.alarms == [("queue", True)]
    queue.messages.append(message(1))
    made.turn()
    assert told.alarms == [("queue", True), ("queue", False)]
    made.close()


def test_times_far_away_end_in_their_partitions(tmp_path: Path) -> None:
    """From next year, from years ago, from last month again: nothing is late, nothing is dropped."""
    output = tmp_path / "out"
    moments = [NOON, NOON + dt.timedelta(days=400), dt.datetime(1987, 3, 1, tzinfo=dt.UTC)]
    moments += [NOON - dt.timedelta(days=30), NOON - dt.timedelta(seconds=5)]
    queue = Queue([message(number, moment=moment) for number, moment in enumerate(moments)])
    made = stream(output, queue, pace=Pace(every=0.01, items=1))
    turn_until_done(made)
    replayed = [message(number, moment=moment) for number, moment in enumerate(moments)]
    queue.messages += replayed  # the whole feed once more
    turn_until_done(made)
    made.close()
    dates = query.connect(output).execute("SELECT date FROM stories ORDER BY date").fetchall()
    assert [str(date) for (date,) in dates] == sorted(f"{moment:%Y-%m-%d}" for moment in moments)
    assert accounted(output)["redelivered"] == len(moments)
    assert verify(output) == []


def test_a_clock_set_back_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "out"
    queue = Queue([message(0)])
    made = stream(output, queue)
    made.turn()
    import time

    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() - 3_600_000_000_000)
    queue.messages += [message(1), message(2)]
    turn_until_done(made)
    made.close()
    assert sum(held(output).values()) == 3
    assert verify(output) == []
    again = stream(output, Queue(queue.messages))
    again.turn()
    again.close()
    assert accounted(output)["read"] == 3


def test_what_is_under_embargo_is_written_and_not_shown(tmp_path: Path) -> None:
    output = tmp_path / "out"
    now = dt.datetime.now(dt.UTC)
    items = [message(1, embargoed=(now + dt.timedelta(hours=1)).isoformat())]
    items += [message(2, embargoed=(now - dt.timedelta(hours=1)).isoformat())]
    made = stream(output, Queue(items))
    turn_until_done(made)
    made.close()
    connection = query.connect(output)
    assert connection.execute("SELECT count(embargoed_until) FROM stories").fetchone() == (2,)
    assert connection.execute("SELECT uri FROM latest").fetchall() == [("urn:example:2",)]


def test_a_folder_that_is_away_and_back(tmp_path: Path) -> None:
    incoming, output, told, clock = tmp_path / "in", tmp_path / "out", Told(), Clock()
    incoming.mkdir()
    (incoming / "1.json").write_bytes(ninjs(1))
    source = WatchedFolder(
        incoming, state_folder(output, str(incoming)), FolderSettings(settle=0), clock=clock
    )
    made = stream(output, source, told=told, clock=clock)
    made.turn()
    shutil.move(incoming, tmp_path / "elsewhere")
    for _ in range(3):
        clock.now += 60
        made.turn()
    assert {failure.where for failure in told.failures} == {source.name}
    assert "in" in told.failures[0].message
    (tmp_path / "elsewhere" / "2.json").write_bytes(ninjs(2))
    shutil.move(tmp_path / "elsewhere", incoming)
    clock.now += 60
    turn_until_done(made)
    made.close()
    assert told.recoveries == [source.name]
    assert held(output) == Counter({"urn:example:1": 1, "urn:example:2": 1})
    assert accounted(output)["redelivered"] == 0


def test_opening_does_not_list_the_manifests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "out"
    with Dataset.open(root) as dataset:
        for _ in range(2 * manifest.FULL_EVERY + 3):
            dataset.commit("session", [], counts={}, positions={"feed": 1})
    listed: list[Path] = []
    glob = Path.glob

    def listing(path: Path, pattern: str) -> Iterator[Path]:
        listed.append(path)
        return glob(path, pattern)

    monkeypatch.setattr(Path, "glob", listing)
    assert manifest.newest(root / manifest.FOLDER) == 2 * manifest.FULL_EVERY + 3
    assert listed == []
    (root / manifest.FOLDER / manifest.NEWEST).write_text("999999")
    assert manifest.newest(root / manifest.FOLDER) == 2 * manifest.FULL_EVERY + 3
    assert listed == [root / manifest.FOLDER]
    assert verify(root) == []


def test_old_manifests_are_folded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folded, "TOGETHER", 128)
    monkeypatch.setattr(folded, "KEPT", 64)
    root = tmp_path / "out"
    folder = root / manifest.FOLDER
    with Dataset.open(root) as dataset:
        for number in range(1, 331):
            dataset.commit(f"run{number}", [], counts={"merged": number}, positions={"feed": number})
        assert dataset.snapshot().positions == {"feed": 330}
    assert len(list(folder.glob("0*.json"))) == 330 - 256
    assert len(list((folder / folded.FOLDER).iterdir())) == 2
    for number in (1, 128, 129, 256, 257, 330):
        assert manifest.read(folder, number).run_id == f"run{number}"
        assert manifest.read(folder, number).counts == {"merged": number}
    with Dataset.open(root) as dataset:
        assert dataset.snapshot().sequence == 330
    assert verify(root) == []
    # A crash before all of them were taken away: they are taken away the next time.
    (folder / manifest.name(256)).write_bytes(manifest.read(folder, 256).to_json())
    folded.fold(folder, 330)
    assert not (folder / manifest.name(256)).exists()
    next((folder / folded.FOLDER).iterdir()).write_bytes(b"broken")
    assert [finding.promise for finding in verify(root)] == ["manifests"]


def test_stopping_is_prompt_and_nothing_is_left_to_do(tmp_path: Path) -> None:
    output = tmp_path / "out"
    made = stream(output, Queue([message(n) for n in range(4)]), pace=Pace(every=3_600, items=4))
    stop = threading.Event()
    thread = threading.Thread(target=made.run, args=(stop,))
    thread.start()
    wait_for((output / manifest.FOLDER / manifest.name(1)).exists)
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    made.close()
    report = json.loads(next((output / "_runs").glob("*.json")).read_text())
    assert report["counts"]["read"] == 4
    assert report["finished_at"]
    assert not os.path.exists(output / "_writer.json")
