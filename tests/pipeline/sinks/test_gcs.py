"""Datasets in Google Cloud Storage: what is asked of a bucket, a run, and a stream's committer, against
fake-gcs-server on loopback.

`make test-gcs` builds the server once, with Go, from its module, whose sums Go checks; `make test-engines` runs these
where it is built.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pipeline.sinks import storage
from pipeline.sinks.bucket import Bucket, bucket
from pipeline.verify import verify
from tests.brokers import go
from tests.brokers.kafka import free_port
from tests.conftest import Command
from tests.engines.compare import copied, differences
from tests.pipeline.sinks.states import one_of_many
from tests.pipeline.test_committer import rows, through_a_crash

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """A store with an empty bucket, for this process and those that it starts."""
    server = go.built(go.GCS)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    program = [server, "-scheme=http", "-host=127.0.0.1", f"-port={port}"]
    with (
        pytest.MonkeyPatch.context() as patch,
        subprocess.Popen(
            [*program, "-backend=memory", f"-external-url={address}"], stderr=subprocess.DEVNULL
        ) as process,
    ):
        patch.setenv("STORAGE_EMULATOR_HOST", address)
        bucket.cache_clear()
        try:
            for _ in range(100):
                try:
                    httpx.post(f"{address}/storage/v1/b", json={"name": "wires"}).raise_for_status()
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield "gs://wires"
        finally:
            bucket.cache_clear()
            process.terminate()


@pytest.fixture
def wires(store: str) -> Bucket:
    return bucket("gs", store.removeprefix("gs://"))


def test_a_bucket_does_what_is_asked_of_one(wires: Bucket, tmp_path: Path) -> None:
    wires.write("a/one", b"0123456789")
    wires.write("a/one", b"abcdefghij")
    assert (wires.read("a/one"), wires.size("a/one")) == (b"abcdefghij", 10)
    assert (wires.read("a/one", 3, 5), wires.read("a/one", 8), wires.read("a/one", 5, 5)) == (
        b"de",
        b"ij",
        b"",
    )
    (tmp_path / "file").write_bytes(b"x" * 3_000_000)
    wires.upload("a/b/two", tmp_path / "file")
    wires.copy("a/b/two", "c")
    assert wires.size("c") == 3_000_000
    assert [entry.key for entry in wires.list("", deep=True)] == ["a/b/two", "a/one", "c"]
    assert sorted(wires.list("a/", deep=False)) == [("a/b/", None), ("a/one", 10)]
    wires.delete(["a/one", "a/b/two", "c", "never"])
    assert list(wires.list("", deep=True)) == []
    for call in (wires.read, wires.size, lambda key: wires.copy(key, "d")):
        with pytest.raises(FileNotFoundError, match="gs://wires/never"):
            call("never")


def test_of_many_who_create_one_does(wires: Bucket) -> None:
    first = one_of_many(lambda data: wires.create("one", data))
    assert wires.read("one") == first
    wires.delete(["one"])


def test_a_run_gives_what_it_gives_in_a_folder(
    store: str, feed: Path, news: Path, tmp_path: Path, wirebeam: Command
) -> None:
    output = f"{store}/news"
    for _ in range(2):
        done = wirebeam("run", feed, "-o", output)
        assert done.returncode == 0, done.stderr
    assert list(differences(news, copied(output, tmp_path / "copied"))) == []
    assert wirebeam("compact", output).returncode == 0
    assert verify(output) == []
    assert not storage.location(f"{output}/_staging").is_dir()


def test_a_stream_goes_on_where_a_committer_was_taken_for_dead(
    store: str, feed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a folder, but that the dead one's claim is followed, not let go."""
    root = storage.location(f"{store}/stream")
    through_a_crash(feed, tmp_path / "news", "published", monkeypatch)
    through_a_crash(feed, root, "published", monkeypatch)
    assert verify(root) == []
    assert rows(root, tmp_path) == rows(tmp_path / "news")
