"""A job that never ends, by Flink's REST interface: answers of a server that only plays a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.flink_job import FlinkJob
from schemas.errors import WirebeamError
from tests.pipeline.played_flink import PlayedFlink, played_flink

NAME = "wirebeam-stream-news"


@pytest.fixture
def cluster() -> Iterator[PlayedFlink]:
    with played_flink() as played:
        yield played


@pytest.fixture
def job(cluster: PlayedFlink, tmp_path: Path) -> FlinkJob:
    """A job as `send` leaves it."""
    jar = tmp_path / "job-server.jar"
    jar.touch()
    made = FlinkJob([f"--flink_master={cluster.master}", f"--flink_job_server_jar={jar}"], "stream-news")
    made.prepare()
    made.sent("one")
    return made


def cancelling(cluster: PlayedFlink) -> None:
    """A cancelled job ends."""

    def cancel() -> dict[str, str]:
        cluster.run(NAME, "CANCELED")
        return {}

    cluster.answers["PATCH /v1/jobs/one?mode=cancel"] = cancel


def test_a_job_that_another_process_left_is_cancelled_first(cluster: PlayedFlink, tmp_path: Path) -> None:
    cluster.run(NAME)
    cancelling(cluster)
    jar = tmp_path / "job-server.jar"
    jar.touch()
    job = FlinkJob([f"--flink_master={cluster.master}", f"--flink_job_server_jar={jar}"], "stream-news")
    job.prepare()
    engine = job.engine()
    assert cluster.changes == ["PATCH /v1/jobs/one?mode=cancel"]
    assert engine.options.get_all_options()["job_name"] == NAME
    assert engine.options.get_all_options()["streaming"] is True
    assert engine.workers == 2


def test_a_cluster_without_a_slot_is_said(
    cluster: PlayedFlink, job: FlinkJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.flink_job.SLOTS", 0.0)
    cluster.slots = 1  # fewer than there were are better than none
    job.prepare()
    assert job.engine().workers == 1
    cluster.slots = 0
    with pytest.raises(WirebeamError, match="no free task slot; start a TaskManager"):
        job.prepare()


def test_states(cluster: PlayedFlink, job: FlinkJob) -> None:
    assert job.state() is None  # the cluster was started again
    cluster.run(NAME, "RESTARTING")
    assert job.state() == "RESTARTING"
    latest = {"latest": {"completed": {"state_size": 123}}}
    cluster.answers["GET /v1/jobs/one/checkpoints"] = {"latest": {"completed": None}}
    assert job.checkpoint_bytes() == 0
    cluster.answers["GET /v1/jobs/one/checkpoints"] = latest
    assert job.checkpoint_bytes() == 123
    cluster.answers["GET /v1/jobs/one/exceptions"] = {
        "root-exception": "java.lang.RuntimeException: boom\nWirebeamError: worker w1 runs Wirebeam 0"
    }
    assert job.failure().startswith("worker w1 runs Wirebeam 0")


def test_a_stop_takes_a_savepoint(cluster: PlayedFlink, job: FlinkJob) -> None:
    cluster.run(NAME)
    cancelling(cluster)
    place = "/v1/jobs/one/savepoints"
    cluster.answers[f"POST {place}"] = {"request-id": "r"}
    states = iter(["IN_PROGRESS", "COMPLETED"])
    cluster.answers[f"GET {place}/r"] = lambda: {
        "status": {"id": next(states)},
        "operation": {"location": "file:///saved/1"},
    }
    assert job.stop() == "file:///saved/1"
    assert cluster.changes == [f"POST {place}", "PATCH /v1/jobs/one?mode=cancel"]


@pytest.mark.parametrize("configured", [True, False])
def test_a_stop_without_a_savepoint_cancels(
    cluster: PlayedFlink, job: FlinkJob, caplog: pytest.LogCaptureFixture, configured: bool
) -> None:
    """Where it fails, and where the cluster has no place for one."""
    cluster.run(NAME)
    cancelling(cluster)
    place = "/v1/jobs/one/savepoints"
    cluster.answers[f"POST {place}"] = {"request-id": "r"}
    cluster.answers[f"GET {place}/r"] = {
        "status": {"id": "COMPLETED"},
        "operation": {"failure-cause": {"class": "CheckpointException"}},
    }
    if not configured:
        cluster.answers["GET /v1/jobmanager/config"] = []
    assert job.stop() is None
    assert cluster.changes[-1] == "PATCH /v1/jobs/one?mode=cancel"
    assert ("CheckpointException" in caplog.text) is configured
