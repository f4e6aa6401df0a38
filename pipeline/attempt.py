"""One job of a stream: what it is told, and its pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import apache_beam as beam

from pipeline.engine import Engine
from pipeline.options import Config
from pipeline.sinks.dataset import Dataset
from pipeline.sources.kafka_tail import PartitionStart
from pipeline.sources.kafka_unbounded import KafkaPartitions, dealt
from pipeline.unbounded import build


@dataclass(frozen=True, slots=True)
class Attempt:
    """One job of a stream.

    Attributes:
        config: what the stream is told.
        dataset: where rows will go.
        starts: where each partition begins.
        name: the job stages in `dataset.staging(name)`.
    """

    config: Config
    dataset: Dataset
    starts: Sequence[PartitionStart]
    name: str

    def pipeline(self, engine: Engine, readers: int) -> beam.Pipeline:
        """Its pipeline.

        Args:
            engine: where it will run.
            readers: how many read at once at the most, about.

        Raises:
            WirebeamError: the output cannot be written.
        """
        pipeline = beam.Pipeline(options=engine.options)
        root = str(self.dataset.root)
        sources = [KafkaPartitions(some, root, self.name) for some in dealt(self.starts, readers)]
        build(pipeline, self.config, sources, self.dataset, self.name)
        return pipeline
