"""A stream as one jar that Flink runs by itself, in application mode: the jar, and the options in it.

It is made without a cluster, a broker or the dataset at hand; `pipeline.application` is what it does.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.flink_runner import FlinkRunner
from apache_beam.runners.portability.flink_uber_jar_job_server import FlinkBeamJob, FlinkUberJarJobServer
from apache_beam.runners.portability.portable_runner import JobServiceHandle

from pipeline import flink, flink_job
from pipeline.cycle import Pace
from pipeline.engine import stream_job
from pipeline.failure import explained
from pipeline.feeds import FeedConfig
from pipeline.options import Config, beam_options, named
from pipeline.sinks.storage import location
from pipeline.worker_pool import PORT
from schemas.errors import UsageError

OPTION = "output_executable_path"
CLASS = "org.apache.beam.runners.flink.FlinkPipelineRunner"
_INTERVAL = 60_000  # milliseconds from checkpoint to checkpoint: none of them decides anything
_LONGEST = 60.0  # seconds that a reader goes on without a pause; Flink gives a cancelled task 180
_OF_A_CLUSTER = ("flink_master", "savepoint_path", "flink_submit_uber_jar")


class _Jar(FlinkBeamJob):
    """A job that is written and not sent."""

    path = Path()

    def run(self) -> None:
        self._stop_artifact_service()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(self._jar, self.path)


class _Jars(FlinkUberJarJobServer):
    def __init__(self, options: PipelineOptions, path: Path) -> None:
        super().__init__("", options)
        self._path = path

    def create_beam_job(self, job_id: str, job_name: str, pipeline: Any, options: Any) -> _Jar:
        made = _Jar("", self.executable_jar(), job_id, job_name, pipeline, options, self._artifact_port)
        made.path = self._path
        return made


class _JarRunner(FlinkRunner):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def create_job_service_handle(self, job_service: Any, options: PipelineOptions) -> JobServiceHandle:
        # Options that Beam's Python does not know are those of its Java side.
        return JobServiceHandle(job_service, options, retain_unknown_options=True)

    def default_job_server(self, options: PipelineOptions) -> _Jars:
        return _Jars(options, self._path)


def wanted_by(runner: str, given: Sequence[str]) -> bool:
    """Whether a jar is asked for.

    Args:
        runner: value of `--runner`.
        given: what the user wrote after `--`.
    """
    return runner == flink.RUNNER and OPTION in dict(named(given))


def wanted(given: Sequence[str], name: str) -> tuple[PipelineOptions, float]:
    """Beam's options of a job in a jar: the user's, and ours where they say nothing.

    Args:
        given: what the user wrote after `--`.
        name: of the job.

    Returns:
        The options, and the seconds that readers go on without a pause: as long as from checkpoint to
        checkpoint, since each pause leaves something in Flink's state.

    Raises:
        UsageError: an option of a cluster, which a jar has not.
        WirebeamError: the job server's jar is missing.
    """
    told = dict(named(given))
    if odd := next((one for one in _OF_A_CLUSTER if one in told), None):
        raise UsageError(f"--{odd}: a jar runs on the cluster that starts it; leave it away")
    kept = [one for one in given if not one.startswith(f"--{OPTION}=")]
    if len(kept) == len(given):  # --output_executable_path FILE
        at = kept.index(f"--{OPTION}")
        del kept[at : at + 2]
    told.pop(OPTION)
    _, ours = flink.defaults(told, name)
    wide = told.get("parallelism", "1")
    own = {
        "parallelism": "1",
        "sdk_worker_parallelism": wide,  # one Python process a slot, where one TaskManager has them all
        "environment_type": "EXTERNAL",
        "checkpointing_interval": str(_INTERVAL),
    }
    if told.get("environment_type", "EXTERNAL") == "EXTERNAL":
        own["environment_config"] = f"localhost:{PORT}"
    kept += ours + [f"--{key}={value}" for key, value in own.items() if key not in told]
    kept, _ = flink_job.arguments(kept)
    try:
        interval = int(told.get("checkpointing_interval", _INTERVAL))
    except ValueError:
        raise UsageError("--checkpointing_interval: write milliseconds") from None
    return beam_options(kept, flink.RUNNER), min(_LONGEST, max(1.0, interval / 1_000))


def write(
    config: Config,
    feeds: Sequence[FeedConfig],
    pace: Pace,
    metrics: tuple[str, int] | None,
    given: Sequence[str],
) -> Path:
    """Write the jar of a stream.

    Args:
        config: what the stream is told.
        feeds: all of Kafka.
        pace: how fast.
        metrics: host and port at which the process that commits serves its metrics; None for nowhere.
        given: what the user wrote after `--`; `--output_executable_path` says where to.

    Returns:
        Its path.

    Raises:
        UsageError: an option of a cluster.
        WirebeamError: the job server's jar is missing, or it could not be written.
    """
    from pipeline.application import build  # wants the extra `kafka`
    from pipeline.tenure import Application

    path = Path(dict(named(given))[OPTION]).absolute()
    root = location(config.output)
    name = stream_job(root)
    options, longest = wanted(given, name)
    pipeline = beam.Pipeline(options=options)
    readers = max(1, int(options.get_all_options()["parallelism"])) * flink_job.READERS
    told = Application(name, replace(config, output=str(root)), tuple(feeds), pace, metrics)
    build(pipeline, told, readers, longest)
    try:
        _JarRunner(path).run_pipeline(pipeline, options)
    except Exception as error:
        raise explained(error) from error
    return path
