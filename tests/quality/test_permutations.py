"""A part of a real feed in one run, in a hundred shuffled, and in thirty in order (seven: `test_compact`)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.link import plan
from pipeline.sinks.dataset import Dataset
from tests.pipeline import linking
from tests.quality import permutations
from tests.quality.dedupe_pairs import items


@pytest.mark.shared
def test_a_real_feed_in_many_runs_says_the_same_as_in_one(shared: Path, tmp_path: Path) -> None:
    tool, sgml = shared / "tools/reuters_feed.py", shared / "corpora/reuters21578/sgml"
    command = [sys.executable, str(tool), str(sgml), str(tmp_path / "feed"), "--limit", "260"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    found = items(tmp_path / "feed/raw")
    feed = permutations.delivered(sorted(found.values(), key=lambda one: one.version_created))
    assert len(feed) > 280
    expected = permutations.read([feed], tmp_path / "once")
    assert len(expected["duplicates"]) > 20
    with Dataset.open(tmp_path / "parallel") as dataset:
        files = linking.staged(dataset, "run", feed)
        serial, counts = plan(files, dataset, tmp_path / "serial", permutations.HORIZON, 50_000)
        for rows in (50, 8_192):
            steps = linking.Steps()
            parallel, others = steps.plan(
                files, dataset, tmp_path / f"links{rows}", permutations.HORIZON, 50_000, rows
            )
            assert linking.verdicts(parallel) == linking.verdicts(serial)
            assert others.pop(("compared", "")) >= counts["link", "exact"]
            assert others == counts
    for runs, shuffled in ((30, False), (100, True)):
        parts = permutations.cut(feed, runs, shuffled=shuffled)
        assert len(parts) == runs
        differing = permutations.differing(expected, permutations.read(parts, tmp_path / f"{runs}{shuffled}"))
        assert not differing, (runs, shuffled, differing[0])
