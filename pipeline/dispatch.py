"""A stream's cycles on an engine: each is a job, read and written in parallel there, committed from here.

The dataset, its lock and the sources' positions stay with the command, as in every stream: what an engine
does twice is staged twice and committed once, and a job that fails is sent again with the same deliveries.
"""

from __future__ import annotations

from collections.abc import Sequence

import apache_beam as beam

from pipeline.engine import Engine, stream_job
from pipeline.graph import build
from pipeline.options import Config
from pipeline.sinks.dataset import Dataset
from pipeline.sources import spool
from pipeline.sources.live import Delivery


class Dispatched:
    """The graph of `pipeline.graph.build` for the deliveries of a cycle, sent to an engine.

    Args:
        config: what the stream is told; all cycles share its run id.
        dataset: where rows go: a folder that all workers see under the same path.
        runner: a Beam runner.
        arguments: Beam's own options.
    """

    def __init__(self, config: Config, dataset: Dataset, runner: str, arguments: Sequence[str]) -> None:
        self._config = config
        self._dataset = dataset
        self._runner = runner
        self._arguments = tuple(arguments)
        self._job = stream_job(dataset.root)
        self._orphans = True

    def run(self, deliveries: Sequence[Delivery], problem: str | None = None) -> str | None:
        """Run the graph over some deliveries, as a job of its own; see `pipeline.repeated.Graph`.

        Raises:
            WirebeamError: the cluster cannot take the job.
            Exception: whatever went wrong in it.
        """
        engine = Engine.of(self._runner, self._arguments, self._job)
        if self._orphans:
            engine.cancel()
            self._orphans = False
        folder = self._dataset.staging(self._config.run_id) / "deliveries"
        paths = spool.parts(folder, deliveries, engine.workers, problem)
        pipeline = beam.Pipeline(options=engine.options)
        build(pipeline, self._config, spool.ReadSpool(*paths), self._dataset)
        return engine.execute(pipeline)

    def close(self) -> None:
        """See `pipeline.repeated.Graph`: a job that is left is ended by the next stream."""
