"""A job that never ends on Flink: sent, watched, and stopped with a savepoint, by Flink's REST interface."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.flink_runner import FlinkRunner
from apache_beam.runners.portability.flink_uber_jar_job_server import FlinkBeamJob, FlinkUberJarJobServer

from pipeline.attempt import Attempt
from pipeline.engine import Engine
from pipeline.failure import explained
from pipeline.flink import RUNNER, Cluster
from pipeline.options import named
from schemas.errors import WirebeamError

_LOG = logging.getLogger(__name__)
_SECONDS = 15.0  # for one answer
_PATIENCE = 60.0  # for a savepoint, and for a job's end
SLOTS = 30.0  # seconds to wait for TaskManagers that were there before
_ENDED = ("FINISHED", "FAILED", "CANCELED")
_SAVEPOINTS = ("execution.checkpointing.savepoint-dir", "state.savepoints.dir")
SAVEPOINT = "savepoint_path"
READERS = 2  # a task slot: which slot a reader comes to is chance

# Without the second and third a job can stall at its start, silently, and without the first nothing is kept.
_STREAMING = {
    "streaming": "",
    "checkpointing_interval": "10000",
    "finish_bundle_before_checkpointing": "",
    "max_bundle_time_mills": "200",
}


def arguments(given: Sequence[str]) -> tuple[list[str], str]:
    """Beam's options for a job that never ends: the user's, and ours where they say nothing.

    Returns:
        The options, and the savepoint to begin from, empty for none.
    """
    names = dict(named(given))
    savepoint = names.pop(SAVEPOINT, "")
    kept: list[str] = []
    skip = False
    for argument in given:
        if skip:
            skip = False
        elif argument.startswith(f"--{SAVEPOINT}"):
            skip = "=" not in argument
        else:
            kept.append(argument)
    ours = [f"--{name}={value}" if value else f"--{name}" for name, value in _STREAMING.items()]
    return kept + [one for one in ours if one[2:].partition("=")[0] not in names], savepoint


class _Job(FlinkBeamJob):
    savepoint = ""

    def post(self, path: str, **options: Any) -> Any:
        if self.savepoint and path.endswith("/run"):
            options["json"] = {**options["json"], "savepointPath": self.savepoint}
        return super().post(path, **options)


class _JobServer(FlinkUberJarJobServer):
    def __init__(self, master: str, options: PipelineOptions, savepoint: str) -> None:
        super().__init__(master, options)
        self._savepoint = savepoint

    def create_beam_job(self, job_id: str, job_name: str, pipeline: Any, options: Any) -> _Job:
        job = _Job(
            self._master_url,
            self.executable_jar(),
            job_id,
            job_name,
            pipeline,
            options,
            artifact_port=self._artifact_port,
        )
        job.savepoint = self._savepoint
        return job


class SavepointRunner(FlinkRunner):
    """Beam's runner for Flink, which begins from a savepoint where it is told to.

    Args:
        savepoint: its path; empty for none.
    """

    def __init__(self, savepoint: str = "") -> None:
        super().__init__()
        self._savepoint = savepoint

    def default_job_server(self, options: PipelineOptions) -> Any:
        """See `FlinkRunner`."""
        server = super().default_job_server(options)
        if self._savepoint and isinstance(server, FlinkUberJarJobServer):
            return _JobServer(server._master_url, options, self._savepoint)
        return server


class FlinkJob:
    """The job of a stream on a cluster.

    Args:
        given: the user's options for Beam.
        name: the same for every process that streams into this dataset.
    """

    def __init__(self, given: Sequence[str], name: str) -> None:
        self._given, self.savepoint = arguments(given)
        self.name = name
        self._slots = 0
        self._id: str | None = None
        self._master = self._flink_name = ""

    def engine(self) -> Engine:
        """The cluster as it is now.

        Raises:
            WirebeamError: it does not answer, or cannot take the job.
        """
        return Engine.of(RUNNER, self._given, self.name)

    def prepare(self) -> None:
        """Give up a job of this name that another process left, and wait for free slots.

        Raises:
            WirebeamError: the cluster cannot take the job now.
        """
        engine = self.engine()
        if engine.cluster is None:
            raise WirebeamError("name Flink's REST interface with --flink_master=http://host:port")
        self._master = engine.cluster.master
        self._flink_name = engine.options.get_all_options()["job_name"]
        if engine.cluster.cancel(self._flink_name):
            self._gone(engine.cluster)
        end = time.monotonic() + SLOTS
        while (free := Cluster.at(self._master).free_slots) < max(1, self._slots):
            if time.monotonic() > end:
                if free:
                    break
                raise WirebeamError(f"{self._master}: no free task slot; start a TaskManager")
            time.sleep(0.5)
        self._slots = max(self._slots, free)

    def _gone(self, cluster: Cluster) -> None:
        end = time.monotonic() + _PATIENCE
        while cluster.job(self._flink_name):
            if time.monotonic() > end:
                raise WirebeamError(f"{cluster.master}: the job {self._flink_name} does not end; cancel it")
            time.sleep(0.3)

    def send(self, attempt: Attempt, *, restore: bool) -> None:
        """Send the job.

        Args:
            attempt: what it is told.
            restore: begin from the user's savepoint.

        Raises:
            WirebeamError: Flink did not take it.
        """
        engine = self.engine()
        pipeline = attempt.pipeline(engine, engine.workers * READERS)
        runner = SavepointRunner(self.savepoint if restore else "")
        try:
            runner.run_pipeline(pipeline, engine.options)
        except Exception as error:
            raise explained(error) from error
        found = engine.cluster.job(self._flink_name) if engine.cluster else None
        if found is None:
            raise WirebeamError(
                f"{self._master}: the job {self._flink_name} ended at once; see the JobManager's log"
            )

        self.sent(found)

    def sent(self, id_: str) -> None:
        """The job has this id on the cluster."""
        self._id = id_

    def state(self) -> str | None:
        """The state that Flink says the job is in; None where the cluster does not know it any more.

        Raises:
            WirebeamError: there is no answer.
        """
        try:
            answer = httpx.get(f"{self._master}/v1/jobs/{self._id}", timeout=_SECONDS)
        except httpx.HTTPError as error:
            raise WirebeamError(f"no Flink answers at {self._master} ({error})") from None
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        try:
            return str(answer.json()["state"])
        except (ValueError, KeyError, TypeError):
            raise WirebeamError(f"{self._master} answers {answer.status_code}") from None

    def checkpoint_bytes(self) -> int:
        """Size of the newest checkpoint; 0 where there is none.

        Raises:
            WirebeamError: there is no answer.
        """
        try:
            answer = httpx.get(f"{self._master}/v1/jobs/{self._id}/checkpoints", timeout=_SECONDS).json()
            return int(((answer.get("latest") or {}).get("completed") or {}).get("state_size", 0))
        except (httpx.HTTPError, ValueError, AttributeError, TypeError):
            raise WirebeamError(f"no Flink answers at {self._master}") from None

    def failure(self) -> str:
        """Why the job failed, in one line."""
        try:
            answer = httpx.get(f"{self._master}/v1/jobs/{self._id}/exceptions", timeout=_SECONDS).json()
            text = str(answer.get("root-exception") or "")
            if not text and (entries := answer.get("exceptionHistory", {}).get("entries")):
                text = str(entries[0].get("stacktrace", ""))
        except (httpx.HTTPError, ValueError, AttributeError, TypeError):
            text = ""
        return str(explained(RuntimeError(text))) if text else "see the JobManager's log"

    def stop(self) -> str | None:
        """End the job, with a savepoint where the cluster has a folder for them.

        Returns:
            The savepoint's path.
        """
        saved = None
        try:
            configured: Mapping[str, str] = {
                one["key"]: one["value"]
                for one in httpx.get(f"{self._master}/v1/jobmanager/config", timeout=_SECONDS).json()
            }
            if any(configured.get(name) for name in _SAVEPOINTS) and self.state() == "RUNNING":
                saved = self._save()
        except (httpx.HTTPError, WirebeamError, ValueError, KeyError, TypeError) as error:
            _LOG.warning("no savepoint: %s", error)
        try:
            httpx.patch(f"{self._master}/v1/jobs/{self._id}", params={"mode": "cancel"}, timeout=_SECONDS)
            end = time.monotonic() + _PATIENCE
            while self.state() not in (*_ENDED, None) and time.monotonic() < end:
                time.sleep(0.2)
        except (httpx.HTTPError, WirebeamError) as error:
            _LOG.warning("the job could not be cancelled: %s", error)
        return saved

    def _save(self) -> str | None:
        address = f"{self._master}/v1/jobs/{self._id}/savepoints"
        request = httpx.post(address, json={"cancel-job": True}, timeout=_SECONDS).json()["request-id"]
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            answer = httpx.get(f"{address}/{request}", timeout=_SECONDS).json()
            if answer["status"]["id"] == "COMPLETED":
                if "location" in answer["operation"]:
                    return str(answer["operation"]["location"])
                raise WirebeamError(str(answer["operation"].get("failure-cause", {}).get("class", "failed")))
            time.sleep(0.2)
        raise WirebeamError(f"not written within {_PATIENCE:.0f} s")
