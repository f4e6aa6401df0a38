"""Opening a dataset: who may write, where, and what is told to those who may not."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline.sinks.dataset import Dataset
from pipeline.sinks.partition import PartitionBy
from pipeline.sinks.storage import Named
from schemas.errors import WirebeamError
from tests.pipeline.sinks import rows


def refusal(path: Named, **options: Any) -> str:
    with pytest.raises(WirebeamError) as caught:
        Dataset.open(path, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_new_dataset_is_empty_and_ours(tmp_path: Path) -> None:
    with Dataset.open(tmp_path / "a" / "b") as dataset:
        assert dataset.snapshot().sequence == 0
        assert dataset.files("stories") == []
        assert dataset.partition_by == PartitionBy(("date", "provider"))
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == [
        "_manifests", "_runs", "_staging", "_wirebeam.json", "duplicates", "rejects", "stories",
    ]  # fmt: skip


def test_folders_that_count_as_empty(tmp_path: Path) -> None:
    (tmp_path / ".DS_Store").touch()
    (tmp_path / "_wirebeam.json.77.tmp").touch()  # somebody died while making the marker
    Dataset.open(tmp_path).close()
    assert Dataset.read(tmp_path).files("stories") == []


def test_another_programs_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("my only copy")
    assert "'thesis.doc'" in refusal(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]


def test_outputs_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert str(tmp_path / "file") in refusal(tmp_path / "file")
    assert str(tmp_path / "file") in refusal(tmp_path / "file" / "below")
    assert "s3://bucket/name or gs://bucket/name" in refusal("ftp://host/out")
    assert "no Wirebeam dataset" in refusal(tmp_path / "none", create=False)
    assert not (tmp_path / "none").exists()
    with pytest.raises(WirebeamError, match="no Wirebeam dataset"):
        Dataset.read(tmp_path)


@contextlib.contextmanager
def powerless() -> Iterator[None]:
    """Permissions count, also where tests run as root."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_without_permission() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "empty").mkdir()
        with Dataset.open(root / "full") as dataset:
            dataset.commit("run", rows.stage(dataset, "run", [rows.row(1)]))
        for path in (root, root / "empty", *root.glob("full/**/")):
            path.chmod(0o555)
        try:
            with powerless():
                assert "permission denied" in refusal(root / "empty")
                assert "permission denied" in refusal(root / "new")
                assert "permission denied" in refusal(root / "full")
                assert len(Dataset.read(root / "full").files("stories")) == 1
        finally:
            for path in (root, root / "empty", *root.glob("full/**/")):
                path.chmod(0o755)


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    with Dataset.open(tmp_path):
        assert "another run is writing" in refusal(tmp_path)
        assert Dataset.read(tmp_path).snapshot().sequence == 0
    Dataset.open(tmp_path).close()


def test_a_writer_in_another_process_and_its_death(tmp_path: Path) -> None:
    program = """
        import sys, time
        from pipeline.sinks.dataset import Dataset
        dataset = Dataset.open(sys.argv[1])
        print("open", flush=True)
        time.sleep(60)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"open\n"
        assert "another run is writing" in refusal(tmp_path)
        process.send_signal(signal.SIGKILL)
    Dataset.open(tmp_path).close()


def test_a_reader_cannot_commit(tmp_path: Path) -> None:
    Dataset.open(tmp_path).close()
    with pytest.raises(WirebeamError, match="reading only"):
        Dataset.read(tmp_path).commit("run", [])


def test_partition_keys_stay_those_of_the_first_run(tmp_path: Path) -> None:
    Dataset.open(tmp_path, partition_by=PartitionBy(("month",))).close()
    with Dataset.open(tmp_path) as dataset:
        assert dataset.partition_by.keys == ("month",)
    assert "partitioned by month, not by date" in refusal(tmp_path, partition_by=PartitionBy(("date",)))
    Dataset.open(tmp_path).close()  # the refused one let go of the lock


def test_a_newer_or_damaged_dataset_is_refused(tmp_path: Path) -> None:
    Dataset.open(tmp_path).close()
    marker = tmp_path / "_wirebeam.json"
    value = orjson.loads(marker.read_bytes())
    marker.write_bytes(orjson.dumps(value | {"format_version": 99}))
    assert "format 99" in refusal(tmp_path)
    marker.write_bytes(b"{")
    assert "damaged" in refusal(tmp_path)


def test_lost_manifests_never_cost_data(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        for number in (1, 2, 3):
            dataset.commit("run", rows.stage(dataset, "run", [rows.row(number)]))
    (tmp_path / "_manifests" / "00000002.json").unlink()
    assert "00000002.json: this manifest is missing" in refusal(tmp_path)
    for path in (tmp_path / "_manifests").iterdir():
        path.unlink()
    assert "no manifests" in refusal(tmp_path)
    assert len(list(tmp_path.glob("stories/**/*.parquet"))) == 3


def test_a_lost_file_of_the_last_commit_is_noticed(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        dataset.commit("run", files := rows.stage(dataset, "run", [rows.row(1)]))
    (tmp_path / files[0].path).unlink()
    assert "neither here nor in staging" in refusal(tmp_path)


def test_a_job_that_was_given_up_may_stage_on_while_its_leftovers_are_swept(tmp_path: Path) -> None:
    """Its workers have not noticed: whoever opens the dataset is not to fail for it."""
    root = tmp_path / "news"
    Dataset.open(root).close()
    ended = threading.Event()

    def stage() -> None:
        for number in itertools.count():
            if ended.is_set():
                return
            folder = root / "_staging" / "old-job" / "rows" / str(number % 7)
            with contextlib.suppress(OSError):  # swept under its hands
                folder.mkdir(parents=True, exist_ok=True)
                for name in range(5):
                    (folder / f"{name}.tmp").write_bytes(b"")
                    (folder / f"{name}.tmp").rename(folder / f"{name}.arrow")

    threads = [threading.Thread(target=stage) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(25):
            Dataset.open(root).close()
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    Dataset.open(root).close()
    assert list((root / "_staging").iterdir()) == []


def test_leftovers_are_swept_and_strangers_are_not(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        rows.stage(dataset, "dead", [rows.row(1)])
        dataset.commit("run", rows.stage(dataset, "run", [rows.row(2)]))
    stray = tmp_path / "stories" / "date=1970-01-01" / "0123456789abcdef.parquet"
    stranger = tmp_path / "stories" / "notes.parquet"
    for path in (stray, stranger, tmp_path / "_manifests" / "00000002.json.5.tmp"):
        path.touch()
    Dataset.open(tmp_path).close()
    assert not stray.exists()
    assert stranger.exists()
    assert list((tmp_path / "_staging").iterdir()) == []
    assert [path.name for path in (tmp_path / "_manifests").iterdir()] == ["00000001.json"]


def test_files_of_a_time_range(tmp_path: Path) -> None:
    hour = 3_600_000_000
    with Dataset.open(tmp_path) as dataset:
        dataset.commit("run", rows.stage(dataset, "run", [rows.row(n) for n in (1, 5, 30, 60)]))
    held = Dataset.read(tmp_path).snapshot()
    assert [(file.min_time, file.max_time) for file in held.files("stories")] == [
        (hour, 5 * hour),
        (30 * hour, 30 * hour),
        (60 * hour, 60 * hour),
    ]
    assert len(held.files("stories", 5 * hour, 30 * hour)) == 2
    assert len(held.files("stories", 5 * hour + 1, 30 * hour - 1)) == 0
    assert len(held.files("stories", None, 2 * hour)) == 1
    assert len(held.files("stories", 2 * hour)) == 3
    assert held.files("rejects") == []


def test_reports_and_discarding(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        assert orjson.loads(dataset.write_report("run", {"a": 1}).read_bytes()) == {"a": 1}
        dataset.write_report("run", {"a": 2})
        rows.stage(dataset, "run", [rows.row(1)])
        dataset.discard("run")
        dataset.discard("never")
        assert list((tmp_path / "_staging").iterdir()) == []
    assert [path.name for path in (tmp_path / "_runs").iterdir()] == ["run.json"]
