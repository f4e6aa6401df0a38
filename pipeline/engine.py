"""Where a pipeline runs: its runner, the options that runner needs, and the waiting for its end."""

from __future__ import annotations

import contextlib
import re
import signal
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from types import FrameType

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.runners.runner import PipelineState

from pipeline import dataflow, flink, prism
from pipeline.options import LOCAL, beam_options, named
from pipeline.sinks.storage import Location, location
from pipeline.sources.files import STDIN
from schemas.errors import UsageError

_POLL = 0.5  # seconds; Beam's own waiting asks at growing intervals, up to a minute


def stream_job(root: Location) -> str:
    """Name of the job that streams into a dataset, by which a new process knows a dead one's job."""
    digest = blake2b(str(root).encode(), digest_size=4).hexdigest()
    return f"stream-{re.sub('[^a-z0-9]+', '-', root.name.lower())}-{digest}"


@dataclass(frozen=True, slots=True)
class Engine:
    """A runner that is ready to take a pipeline.

    Attributes:
        options: for `beam.Pipeline`: the user's and ours.
        cluster: the Flink cluster, where there is one.
    """

    options: PipelineOptions
    cluster: flink.Cluster | None = None

    @classmethod
    def of(cls, runner: str, arguments: Sequence[str], run_id: str) -> Engine:
        """A runner with the user's options, completed and checked.

        Args:
            runner: value of `--runner`.
            arguments: what the user wrote after `--`.
            run_id: names the job.

        Raises:
            UsageError: there is no such runner or option, or one that goes wrong.
            WirebeamError: a cluster that cannot take the job.
        """
        options = beam_options(arguments, runner)
        if runner == dataflow.RUNNER:
            return cls(beam_options([*arguments, *dataflow.defaults(dict(named(arguments)), run_id)], runner))
        if runner == prism.RUNNER:
            return cls(beam_options([*arguments, *prism.defaults(dict(named(arguments)))], runner))
        if runner != flink.RUNNER:
            return cls(options)
        cluster, wanted = flink.defaults(dict(named(arguments)), run_id)
        return cls(beam_options([*arguments, *wanted], runner), cluster)

    @property
    def runner(self) -> str:
        """Beam's name for it."""
        name: str = self.options.view_as(StandardOptions).runner
        return name

    @property
    def workers(self) -> int:
        """How many tasks run at once, where it is known, else 1."""
        options = self.options.get_all_options()
        if self.runner == dataflow.RUNNER:
            return options.get("max_num_workers") or dataflow.WORKERS
        return max(1, options.get("parallelism") or 1)

    def check_inputs(self, inputs: Sequence[str]) -> None:
        """Refuse inputs that workers on other machines cannot read.

        Raises:
            UsageError: standard input, for an engine; a path, for Dataflow.
        """
        if self.runner != LOCAL and any(given in ("-", STDIN) for given in inputs):
            raise UsageError(
                f"workers of {self.runner} cannot read this command's standard input: write it to a file "
                "that they reach, and name that"
            )
        local = [given for given in inputs if "://" not in given or given.startswith("file:")]
        if self.runner == dataflow.RUNNER and local:
            raise UsageError(
                f"{local[0]}: workers of Dataflow read no files of this machine: name gs://bucket/folder"
            )

    def check_output(self, output: str) -> None:
        """Refuse an output that workers on other machines cannot write.

        Raises:
            UsageError: a folder of this machine, for Dataflow.
        """
        if self.runner == dataflow.RUNNER and isinstance(location(output), Path):
            raise UsageError(
                f"{output}: workers of Dataflow share no folder: write to -o gs://bucket/name (or s3://)"
            )

    def cancel(self) -> None:
        """Cancel the job of this name, where one runs on a cluster."""
        if self.cluster:
            self.cluster.cancel(self.options.get_all_options()["job_name"])

    def execute(self, pipeline: beam.Pipeline) -> str | None:
        """Run a pipeline to its end, and say in what state it ended.

        An interrupt cancels it on the cluster, too. What a runner raises comes out as it is.
        """
        try:
            with _interrupts() as interrupted:
                result = pipeline.run()
                while not PipelineState.is_terminal(result.state):
                    if interrupted.wait(_POLL):
                        raise KeyboardInterrupt
                if interrupted.is_set():  # while it was sent, or in the last moment
                    raise KeyboardInterrupt
                state: str | None = result.wait_until_finish()
        except KeyboardInterrupt:
            self.cancel()
            raise
        return state


@contextlib.contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """Set by Ctrl-C, too: its exception is lost where it is raised in a finalizer."""
    interrupted = threading.Event()

    def interrupt(number: int, frame: FrameType | None) -> None:
        interrupted.set()
        signal.default_int_handler(number, frame)

    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not ours or threading.current_thread() is not threading.main_thread():
        yield interrupted
        return
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
