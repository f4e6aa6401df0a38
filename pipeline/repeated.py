"""The graph of a run, built once and run again and again in this process.

To build the graph and to translate it costs more than to run it over a few items: a stream does it once. What
differs from cycle to cycle, the deliveries, the graph reads from a file when it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import apache_beam as beam
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.runners.worker import statesampler
from apache_beam.transforms.environments import EmbeddedPythonEnvironment

from pipeline.graph import build
from pipeline.options import LOCAL, Config, beam_options
from pipeline.sinks.dataset import Dataset
from pipeline.sources import spool
from pipeline.sources.live import Delivery

_SPOOL = "deliveries"
_SAMPLING = 5  # milliseconds

# Beam looks now and then in which step a bundle is, from a thread that sleeps up to 200 ms, and at the end of
# the bundle it waits for this thread: a tenth of a second in which nothing is done, several times a cycle.
statesampler.StateSampler.__init__.__defaults__ = (_SAMPLING,)


class Graph(Protocol):
    """What runs the graph of `pipeline.graph.build` over the deliveries of a cycle."""

    def run(self, deliveries: Sequence[Delivery], problem: str | None = None) -> str | None:
        """Run the graph over some deliveries.

        Args:
            deliveries: what to read.
            problem: why these must not be read: they become rejects.

        Returns:
            The state in which it ended, for `pipeline.run.ingest`.

        Raises:
            Exception: whatever went wrong in a stage.
        """

    def close(self) -> None:
        """End what runs beside this process for it."""


class Repeated:
    """A pipeline, built and translated once.

    Args:
        build: puts its steps into an empty pipeline.
    """

    def __init__(self, build: Callable[[beam.Pipeline], object]) -> None:
        self._options = beam_options([], LOCAL)
        pipeline = beam.Pipeline(options=self._options)
        build(pipeline)
        self._proto = pipeline.to_runner_api(default_environment=EmbeddedPythonEnvironment.default())

    def run(self) -> str | None:
        """Run it in this process: the state in which it ended.

        Raises:
            Exception: whatever went wrong in a stage.
        """
        state: str | None = FnApiRunner().run_via_runner_api(self._proto, self._options).wait_until_finish()
        return state


class RepeatedGraph:
    """The graph of `pipeline.graph.build` for deliveries that change from cycle to cycle.

    Args:
        config: what the stream is told; all cycles share its run id.
        dataset: where rows go.
    """

    def __init__(self, config: Config, dataset: Dataset) -> None:
        self._spool = dataset.staging(config.run_id) / _SPOOL
        source = spool.ReadSpool(self._spool)
        self._graph = Repeated(lambda pipeline: build(pipeline, config, source, dataset, spread=False))

    def run(self, deliveries: Sequence[Delivery], problem: str | None = None) -> str | None:
        """See `Graph`."""
        spool.write(self._spool, deliveries, problem)
        return self._graph.run()

    def close(self) -> None:
        """See `Graph`: nothing does."""
