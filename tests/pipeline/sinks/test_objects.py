"""Datasets in an object store: whole or not at all, one writer, whoever dies and wherever."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import query
from pipeline.compact import compact as compact_dataset
from pipeline.expire import expire
from pipeline.replay import replay
from pipeline.sinks import claim, storage
from pipeline.sinks.bucket import bucket
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.objects import ObjectPath
from pipeline.verify import verify
from pipeline.views import script
from schemas.errors import UsageError, WirebeamError
from tests.conftest import Command
from tests.pipeline.sinks import objects, rows
from tests.pipeline.sinks.states import (
    ADDED,
    BEFORE,
    append,
    globbed,
    ids,
    keys,
    numbers,
    one_of_many,
    prepared,
)


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    with objects.s3() as uri:
        yield uri


@pytest.fixture
def root(store: str, request: pytest.FixtureRequest) -> ObjectPath:
    """A folder of the test's own."""
    found = ObjectPath.parse(f"{store}/{request.node.name}")
    assert found
    return found


@pytest.mark.parametrize(
    "uri", ["s3://bucket/a//b", "s3://bucket/../b", "gs://bucket/./b", "ftp://host/folder", "hdfs://host/x"]
)
def test_places_that_are_none(uri: str) -> None:
    with pytest.raises(UsageError, match="bucket/name"):
        storage.location(uri)


def test_a_place_is_named_as_a_path_is() -> None:
    place = storage.location("s3://bucket/one/two/")
    assert isinstance(place, ObjectPath)
    assert str(place / "three/four.json") == "s3://bucket/one/two/three/four.json"
    assert (place / "four.json").stem == "four"
    assert str(place.parent.parent) == "s3://bucket/"
    assert place.parent.parent / "one" == place.parent
    assert storage.location(Path("s3://bucket/one/two")) == place  # a Path makes one slash of two
    assert storage.relative(place / "a/b", place) == "a/b"


def test_objects_are_read_listed_moved_and_removed(root: ObjectPath) -> None:
    (root / "a/one").write_bytes(b"1")
    (root / "a/two").write_bytes(b"22")
    (root / "b").write_bytes(b"333")
    assert sorted(path.name for path in root.iterdir()) == ["a", "b"]
    assert sorted(keys(root)) == ["a/one", "a/two", "b"]
    assert [path.name for path in (root / "a").glob("t*")] == ["two"]
    (root / "a/one").replace(root / "a/two")
    assert (root / "a/two").read_bytes() == b"1"
    with pytest.raises(FileNotFoundError):
        (root / "a/one").replace(root / "a/two")
    with pytest.raises(FileNotFoundError):
        (root / "a/one").unlink()
    (root / "a/one").unlink(missing_ok=True)
    (root / "a").remove_tree()
    assert keys(root) == {"b"}
    assert not (root / "a").is_dir()


@settings(max_examples=25, deadline=None)
@given(seeks=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=6), whole=st.booleans())
def test_an_object_reads_as_a_file_does(store: str, seeks: list[tuple[int, int]], whole: bool) -> None:
    data = bytes(range(256))
    path = storage.location(f"{store}/reading")
    assert isinstance(path, ObjectPath)
    path.write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.sinks.objects._WHOLE", 1_000 if whole else 0)
        with path.open() as one, io.BytesIO(data) as other:
            for offset, length in seeks:
                assert one.seek(offset) == other.seek(offset)
                assert one.read(length) == other.read(length)
                assert one.tell() == (other.tell() if offset <= len(data) else offset)


def test_of_many_who_create_one_does(root: ObjectPath) -> None:
    first = one_of_many((root / "one").create)
    assert (root / "one").read_bytes() == first


def test_an_answer_that_was_lost_is_no_conflict(root: ObjectPath) -> None:
    """The client asks again, and the store says that there is one: ours."""
    place = root / "one"
    place.write_bytes(b"ours")
    place.create(b"ours")
    with pytest.raises(FileExistsError):
        place.create(b"theirs")


def test_a_second_writer_is_refused_and_told_who_writes(root: ObjectPath) -> None:
    with Dataset.open(root), pytest.raises(WirebeamError, match=r"another run is writing here .*process \d+"):
        Dataset.open(root)
    Dataset.open(root).close()


def test_of_two_who_come_at_once_one_writes(root: ObjectPath, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared(root)
    seen = claim.numbers(root)
    monkeypatch.setattr(claim, "numbers", lambda _: seen)  # both saw the same, one comes a little later
    with Dataset.open(root), pytest.raises(WirebeamError, match="began to write here"):
        Dataset.open(root)


def test_of_two_who_make_the_same_claim_one_gets_it(root: ObjectPath) -> None:
    first = claim.Claim(root, 7)
    with pytest.raises(FileExistsError):
        claim.Claim(root, 7)
    first.check()
    first.close()


@pytest.mark.parametrize("moment", ["before", "published"])
def test_who_was_taken_for_dead_commits_nothing_more(
    root: ObjectPath, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """A writer sleeps, another takes over; what the first one had committed by then stays, and no more."""
    prepared(root)
    sleeper = Dataset.open(root)
    files = rows.stage(sleeper, "second", [rows.row(number) for number in ADDED])
    monkeypatch.setattr(sleeper._lock, "check", lambda: None)  # it looked just before it fell asleep
    taken: list[Dataset] = []

    def falls_asleep(step: str) -> None:
        if step == ("staged" if moment == "before" else moment):
            with monkeypatch.context() as patch:
                patch.setattr(claim, "STALE", 0.0)
                taken.append(Dataset.open(root))

    if moment == "before":
        with pytest.raises(WirebeamError, match="at the same time"):
            sleeper.commit("second", files, failpoint=falls_asleep)
    else:
        sleeper.commit("second", files, failpoint=falls_asleep)
    sleeper.close()
    held = taken[0].snapshot()
    assert set(held.by_path) == globbed(root)
    assert ids(root) == (numbers(BEFORE) if moment == "before" else numbers(BEFORE, ADDED))
    more = rows.stage(taken[0], "third", [rows.row(90)])
    taken[0].commit("third", more)
    taken[0].close()
    assert verify(root) == []


def test_who_was_taken_over_is_told_by_whom(root: ObjectPath, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared(root)
    sleeper = Dataset.open(root)
    with monkeypatch.context() as patch:
        patch.setattr(claim, "STALE", 0.0)
        other = Dataset.open(root)
    with pytest.raises(WirebeamError, match=r"taken over by another run \(wirebeam"):
        append(sleeper, lambda step: None)
    sleeper.close()
    other.close()
    assert ids(root) == numbers(BEFORE)


def test_old_manifests_are_folded(root: ObjectPath, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.sinks.folded.TOGETHER", 4)
    monkeypatch.setattr("pipeline.sinks.folded.KEPT", 2)
    monkeypatch.setattr("pipeline.sinks.manifest.FULL_EVERY", 3)
    with Dataset.open(root) as dataset:
        for number in range(7):
            run = f"run{number}"
            dataset.commit(run, rows.stage(dataset, run, [rows.row(number)]))
    assert "_manifests/folded/00000001.json.gz" in keys(root)
    assert "_manifests/00000004.json" not in keys(root)
    assert ids(root) == numbers(list(range(7)))
    assert verify(root) == []


def test_a_damaged_file_is_found(root: ObjectPath) -> None:
    prepared(root)
    with Dataset.open(root) as dataset:
        one = dataset.files("stories")[0]
    (root / one.path).write_bytes(b"x" * one.bytes)
    (root / "stories/date=1970-01-01/stranger.parquet").write_bytes(b"?")
    assert {finding.where for finding in verify(root)} == {
        one.path,
        "stories/date=1970-01-01/stranger.parquet",
    }


def test_a_bucket_that_is_not_there_is_one_line(store: str) -> None:
    with pytest.raises(WirebeamError, match=r"s3://no-such-bucket/.*NoSuchBucket"):
        Dataset.open("s3://no-such-bucket/news")
    with pytest.raises(WirebeamError, match=f"{store}/nothing: no Wirebeam dataset here"):
        Dataset.read(f"{store}/nothing").snapshot()


def test_a_store_that_does_not_answer_is_one_line(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    bucket.cache_clear()
    try:
        with pytest.raises(WirebeamError, match=r"^s3://wires/[^\n]*Could not connect[^\n]*$"):
            Dataset.open(f"{store}/news")
    finally:
        bucket.cache_clear()


def test_without_credentials_it_is_one_line(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    bucket.cache_clear()
    try:
        with pytest.raises(WirebeamError, match=r"^s3://wires/[^\n]*credentials[^\n]*$"):
            Dataset.open(f"{store}/news")
    finally:
        bucket.cache_clear()


def test_a_folder_of_another_program_is_left_alone(root: ObjectPath) -> None:
    (root / "theirs").write_bytes(b"1")
    with pytest.raises(WirebeamError, match="holds 'theirs' and is no Wirebeam dataset"):
        Dataset.open(root)


def rows_of(output: str | Path) -> list[tuple[Any, ...]]:
    columns = "item_id, source, story_id, revision_of, duplicate_of, dateline, entities, body_text, topics"
    parts = [f"SELECT '{name}', version_created, {columns} FROM {name}" for name in ("stories", "duplicates")]
    with query.connect(output) as connection:
        statement = f"{' UNION ALL '.join(parts)} ORDER BY version_created, item_id, source"
        return query.execute(connection, statement).fetchall()


def test_a_run_gives_what_it_gives_in_a_folder(store: str, feed: Path, news: Path, wirebeam: Command) -> None:
    """Two runs by the command line, then upkeep and questions, as on disk."""
    output = f"{store}/news"
    first = wirebeam("run", feed, "-o", output, "--json")
    assert first.returncode == 0, first.stderr
    found = rows_of(output)
    assert found == rows_of(news)
    read = json.loads(first.stdout)["counts"]["read"]
    again = json.loads(wirebeam("run", feed, "-o", output, "--json").stdout)
    assert again["counts"] == {**dict.fromkeys(again["counts"], 0), "read": read, "redelivered": read}
    assert compact_dataset(output).changed == 0
    assert replay(output).passed == 0
    assert rows_of(output) == found
    assert f"'{output}/stories/" in script(output, dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
    middle = found[len(found) // 2][1]
    assert expire(output, middle).rows["stories"] > 0
    assert 0 < len(rows_of(output)) < len(found)
    checked = wirebeam("verify", output)
    assert (checked.returncode, checked.stdout) == (0, f"{output}: every promise holds\n")


def test_what_needs_a_folder_says_so(store: str, tmp_path: Path, wirebeam: Command) -> None:
    refused = wirebeam("stream", tmp_path, "-o", f"{store}/live")
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)
    assert "this stream writes to a folder" in refused.stderr


def test_what_a_killed_process_left_on_this_machine_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        left = tmp_path / f"wirebeam-copies-{gone.pid}-x"
    lives = tmp_path / "wirebeam-copies-1-x"
    for folder in (left, lives):
        folder.mkdir()
    storage._sweep()
    assert [lives] == list(itertools.islice(tmp_path.iterdir(), 2))
