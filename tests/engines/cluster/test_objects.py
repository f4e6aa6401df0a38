"""A batch on a real Flink whose workers share an object store, and no folder: what it leaves is what a folder has.

`make test-engines` runs this; `make test` does not.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from pipeline.sinks import storage
from pipeline.verify import verify
from tests.engines.compare import copied, differences
from tests.engines.flink import WIREBEAM, Flink

pytestmark = pytest.mark.engines


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
