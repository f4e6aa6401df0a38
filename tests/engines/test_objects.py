"""A batch on a real Flink whose workers share an object store, and no folder: what it leaves is what a folder has.

`make test-engines` runs this; `make test` does not.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.sinks import storage
from pipeline.verify import verify
from tests.engines.compare import differences
from tests.engines.flink import WIREBEAM, Flink
from tests.pipeline.sinks import objects

pytestmark = [pytest.mark.engines, pytest.mark.xdist_group("flink")]


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    with objects.s3() as uri:
        yield uri


@pytest.fixture(scope="module")
def flink(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flink]:
    """A cluster whose workers know where the store is."""
    with Flink(tmp_path_factory.mktemp("flink")) as cluster:
        yield cluster


def copied(output: str, target: Path) -> Path:
    """What lies in a store, as files."""
    root = storage.location(output)
    for path in storage.files_below(root, "*.parquet"):
        place = target / storage.relative(path, root)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
    return target


def test_rows_and_links_are_those_of_a_folder(
    flink: Flink, store: str, feed: Path, news: Path, tmp_path: Path
) -> None:
    output = f"{store}/news"
    for redelivered in (False, True):
        done = subprocess.run(
            [WIREBEAM, "run", feed, "-o", output, "--runner", "FlinkRunner", "--json", "--", *flink.options],
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        assert done.returncode == 0, done.stderr + flink.log("pool")
        counts = json.loads(done.stdout)["counts"]
        assert counts["redelivered"] == (counts["read"] if redelivered else 0)
    assert list(differences(news, copied(output, tmp_path / "copied"))) == []
    assert verify(output) == []
    assert not storage.location(f"{output}/_staging").is_dir()
