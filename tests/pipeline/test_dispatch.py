"""A cycle of a stream as a job of its own: what an engine gets, run here by the local runner."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.dispatch import Dispatched
from pipeline.options import LOCAL, Config
from pipeline.run import ingest
from pipeline.sinks.dataset import Dataset
from pipeline.sources.live import Delivery
from pipeline.verify import verify
from schemas.errors import UsageError


def delivered(feed: Path) -> list[Delivery]:
    """The samples as messages."""
    found = []
    for number, path in enumerate(sorted(path for path in feed.rglob("*") if path.is_file())):
        at = path.stat().st_mtime_ns // 1000
        found.append(Delivery(f"kafka://b/wire/0/{number}", path.read_bytes(), at))
    return found


def test_a_job_reads_each_delivery_once_and_again_adds_no_row(feed: Path, tmp_path: Path) -> None:
    deliveries = delivered(feed)
    config = Config(str(tmp_path / "news"), "run", None, inputs=("kafka://b/wire",))
    with Dataset.open(config.output) as dataset:
        graph = Dispatched(config, dataset, LOCAL, [])
        totals = []
        for position in (1, 2):
            ingest(dataset, "run", lambda: graph.run(deliveries), positions={"wire": {"0": position}})
            dataset.discard("run")
            snapshot = dataset.snapshot()
            assert snapshot.positions == {"wire": {"0": position}}
            totals.append(
                [
                    sum(file.rows for file in snapshot.files(name))
                    for name in ("stories", "duplicates", "rejects")
                ]
            )
    assert sum(totals[0]) >= len(deliveries)
    assert totals[0] == totals[1]
    assert min(totals[0]) > 0
    assert verify(tmp_path / "news") == []


def test_what_must_not_be_read_becomes_a_reject(tmp_path: Path) -> None:
    config = Config(str(tmp_path / "news"), "run", None)
    with Dataset.open(config.output) as dataset:
        graph = Dispatched(config, dataset, LOCAL, [])
        one = Delivery("kafka://b/wire/0/7", b"poison", 1)
        result, _ = ingest(dataset, "run", lambda: graph.run([one], "it ended the pipeline"), positions=None)
    assert [(file.dataset, file.rows) for file in result.files] == [("rejects", 1)]


def test_an_option_that_the_runner_lacks_is_said(tmp_path: Path) -> None:
    config = Config(str(tmp_path / "news"), "run", None)
    with Dataset.open(config.output) as dataset, pytest.raises(UsageError, match="no_such_option"):
        Dispatched(config, dataset, LOCAL, ["--no_such_option=1"]).run([])
