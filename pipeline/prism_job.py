"""A job that never ends on Prism, to try the unbounded graph on one machine.

Prism keeps everything in memory and forgets it when it ends. That costs no message: where a job begins is in
the manifest, and what was staged and not committed is read again.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from typing import Any

import grpc
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.prism_runner import PrismJobServer, PrismRunner
from apache_beam.runners.runner import PipelineState

from pipeline.attempt import Attempt
from pipeline.engine import Engine
from pipeline.failure import explained
from pipeline.prism import RUNNER
from pipeline.worker_pool import WorkerPool

_READERS = 2
_STATES = {
    PipelineState.STARTING: "CREATED",
    PipelineState.STOPPED: "CREATED",
    PipelineState.CANCELLED: "CANCELED",
}


class _Server(PrismJobServer):
    """Prism as a process that ends with this one, whatever happens."""

    def subprocess_cmd_and_endpoint(self) -> tuple[list[Any], str]:
        command, endpoint = super().subprocess_cmd_and_endpoint()
        return [sys.executable, "-m", "pipeline.tether", *command], endpoint


class _Runner(PrismRunner):
    server: _Server | None = None

    def default_job_server(self, options: PipelineOptions) -> _Server:
        self.server = _Server(options)
        return self.server


class PrismJob:
    """The job of a stream on Prism, with a process of its own and one worker.

    Args:
        given: the user's options for Beam.
        name: the same for every process that streams into this dataset.
    """

    savepoint = ""

    def __init__(self, given: Sequence[str], name: str) -> None:
        self._given, self._name = tuple(given), name
        self._runner: _Runner | None = None
        self._pool: WorkerPool | None = None
        self._result: Any = None

    def prepare(self) -> None:
        """End the job before."""
        self.stop()

    def send(self, attempt: Attempt, *, restore: bool) -> None:
        """Start Prism, and the job on it.

        Raises:
            WirebeamError: it did not start.
        """
        self._pool = WorkerPool("127.0.0.1", 0)
        self._pool.start()
        ours = ("--streaming", "--environment_type=EXTERNAL", f"--environment_config={self._pool.address}")
        engine = Engine.of(RUNNER, [*self._given, *ours], self._name)
        self._runner = _Runner()
        try:
            self._result = self._runner.run_pipeline(attempt.pipeline(engine, _READERS), engine.options)
        except Exception as error:
            self.stop()
            raise explained(error) from error

    def state(self) -> str | None:
        """The state that the job is in, by Flink's names; `FAILED` where Prism is gone."""
        try:
            found = str(self._result.state)
        except grpc.RpcError:
            return "FAILED"
        return _STATES.get(found, found)

    def failure(self) -> str:
        """Why the job failed, in one line."""
        try:
            self._result.wait_until_finish(1_000)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the reason
            return str(explained(error))
        return "Prism ended"

    def checkpoint_bytes(self) -> int:
        """There are none."""
        return 0

    def stop(self) -> str | None:
        """End the job, its worker and Prism. There is no savepoint."""
        if self._result is not None:
            with contextlib.suppress(Exception):
                self._result.cancel()
        if self._runner is not None and self._runner.server is not None:
            self._runner.server.stop()
        if self._pool is not None:
            self._pool.stop()
        self._result = self._runner = self._pool = None
        return None
