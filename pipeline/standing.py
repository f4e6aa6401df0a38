"""A continuous stream put together from what the command line says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.continuous import ContinuousStream
from pipeline.cycle import Listeners, Pace
from pipeline.feeds import FeedConfig
from pipeline.flink_job import FlinkJob
from pipeline.options import Config
from pipeline.sources.connect import with_group
from pipeline.sources.kafka_topics import KafkaTopics
from pipeline.sources.settings import KafkaSettings
from schemas.errors import UsageError


def standing_job(
    config: Config,
    wanted: Callable[[], Sequence[FeedConfig]],
    arguments: Sequence[str],
    pace: Pace,
    listeners: Listeners,
) -> ContinuousStream:
    """The stream of some Kafka feeds on Flink.

    Args:
        config: what the stream is told.
        wanted: the feeds as they are wanted now, all of Kafka.
        arguments: Beam's own options.
        pace: how fast.
        listeners: who is told.

    Raises:
        WirebeamError: a setting cannot be, or a variable with a secret is not set.
    """
    root = str(Path(config.output).resolve())

    def topics() -> list[KafkaTopics]:
        found = []
        for one in wanted():
            if not isinstance(one.settings, KafkaSettings):
                raise UsageError(f"{one.source}: the job reads Kafka alone; start anew for other feeds")
            named = replace(one.settings, name=one.settings.name or one.source)
            found.append(KafkaTopics(one.source, with_group(named, root)))
        return found

    silences = {one.settings.name or one.source: one.silence for one in wanted()}
    return ContinuousStream(
        config, topics, lambda name: FlinkJob(arguments, name), pace, listeners, silences=silences
    )
