"""A job that never ends, by Flink's REST interface: answers of a server that only plays a cluster."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipeline.flink_job import FlinkJob
from schemas.errors import WirebeamError

NAME = "wirebeam-stream-news"


class Played:
    """A cluster: its answers by method and path, and what it was asked to change."""

    def __init__(self) -> None:
        self.jobs: list[dict[str, str]] = []
        self.slots = 2
        self.changes: list[str] = []
        self.answers: dict[str, Any] = {
            "GET /v1/overview": lambda: {"flink-version": "1.19.0", "slots-available": self.slots},
            "GET /v1/taskmanagers": {"taskmanagers": [{"slotsNumber": 2}]},
            "GET /v1/jobs/overview": lambda: {"jobs": self.jobs},
            "GET /v1/jobs/one": lambda: next((job for job in self.jobs if job["jid"] == "one"), None),
            "GET /v1/jobmanager/config": [{"key": "state.savepoints.dir", "value": "file:///saved"}],
        }

    def answer(self, method: str, path: str) -> Any:
        """What is sent back; None for 404."""
        if method != "GET":
            self.changes.append(f"{method} {path}")
        found = self.answers.get(f"{method} {path}")
        return found() if isinstance(found, Callable) else found  # type: ignore[arg-type]

    def run(self, state: str = "RUNNING") -> None:
        """A job of ours is there, in some state."""
        self.jobs = [{"jid": "one", "name": NAME, "state": state}]


@pytest.fixture
def played() -> Iterator[tuple[str, Played]]:
    cluster = Played()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = cluster.answer(self.command, self.path)
            self.send_response(404 if found is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        do_GET = do_POST = do_PATCH = _any

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", cluster
    server.shutdown()
    server.server_close()


@pytest.fixture
def job(played: tuple[str, Played], tmp_path: Path) -> FlinkJob:
    """A job as `send` leaves it."""
    jar = tmp_path / "job-server.jar"
    jar.touch()
    made = FlinkJob([f"--flink_master={played[0]}", f"--flink_job_server_jar={jar}"], "stream-news")
    made.prepare()
    made.sent("one")
    return made


def cancelling(cluster: Played) -> None:
    """A cancelled job ends."""

    def cancel() -> dict[str, str]:
        cluster.run("CANCELED")
        return {}

    cluster.answers["PATCH /v1/jobs/one?mode=cancel"] = cancel


def test_a_job_that_another_process_left_is_cancelled_first(
    played: tuple[str, Played], tmp_path: Path
) -> None:
    master, cluster = played
    cluster.run()
    cancelling(cluster)
    jar = tmp_path / "job-server.jar"
    jar.touch()
    job = FlinkJob([f"--flink_master={master}", f"--flink_job_server_jar={jar}"], "stream-news")
    job.prepare()
    engine = job.engine()
    assert cluster.changes == ["PATCH /v1/jobs/one?mode=cancel"]
    assert engine.options.get_all_options()["job_name"] == NAME
    assert engine.options.get_all_options()["streaming"] is True
    assert engine.workers == 2


def test_a_cluster_without_a_slot_is_said(
    played: tuple[str, Played], job: FlinkJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.flink_job.SLOTS", 0.0)
    played[1].slots = 1  # fewer than there were are better than none
    job.prepare()
    assert job.engine().workers == 1
    played[1].slots = 0
    with pytest.raises(WirebeamError, match="no free task slot; start a TaskManager"):
        job.prepare()


def test_states(played: tuple[str, Played], job: FlinkJob) -> None:
    _, cluster = played
    assert job.state() is None  # the cluster was started again
    cluster.run("RESTARTING")
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


def test_a_stop_takes_a_savepoint(played: tuple[str, Played], job: FlinkJob) -> None:
    _, cluster = played
    cluster.run()
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
    played: tuple[str, Played], job: FlinkJob, caplog: pytest.LogCaptureFixture, configured: bool
) -> None:
    """Where it fails, and where the cluster has no place for one."""
    _, cluster = played
    cluster.run()
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
