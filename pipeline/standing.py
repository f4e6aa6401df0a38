"""A continuous stream put together from what the command line says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.continuous import ContinuousStream
from pipeline.cycle import Listeners, Pace
from pipeline.feeds import FeedConfig
from pipeline.options import Config
from pipeline.sinks.storage import location, resolved
from pipeline.sources.connect import with_group
from pipeline.sources.kafka_topics import KafkaTopics
from pipeline.sources.settings import KafkaSettings, PubsubSettings
from pipeline.sources.standing import Standing, Subscription
from pipeline.watch_job import Job
from schemas.errors import UsageError


def kafka_settings(feed: FeedConfig, root: str) -> KafkaSettings:
    """A feed's settings with its name and group.

    Args:
        feed: of Kafka.
        root: the dataset's folder, after which a group is named where the user names none.

    Raises:
        UsageError: it is of another kind.
    """
    if not isinstance(feed.settings, KafkaSettings):
        raise UsageError(f"{feed.source}: the job reads Kafka alone; start anew for other feeds")
    return with_group(replace(feed.settings, name=feed.name), root)


def standing_job(
    config: Config,
    wanted: Callable[[], Sequence[FeedConfig]],
    job: Callable[[str], Job],
    pace: Pace,
    listeners: Listeners,
    *,
    queues: bool = False,
) -> ContinuousStream:
    """The stream of some feeds as one job.

    Args:
        config: what the stream is told.
        wanted: the feeds as they are wanted now, all of Kafka but for queues.
        job: makes the job of a name.
        queues: whether the job reads Pub/Sub, too.
        pace: how fast.
        listeners: who is told.

    Raises:
        WirebeamError: a setting cannot be, or a variable with a secret is not set.
    """
    root = resolved(location(config.output))

    def topics() -> list[Standing]:
        found: list[Standing] = []
        for one in wanted():
            if queues and isinstance(one.settings, PubsubSettings):
                found.append(Subscription(one.source, one.name))
            else:
                found.append(KafkaTopics(one.source, kafka_settings(one, root)))
        return found

    silences = {one.name: one.silence for one in wanted()}
    return ContinuousStream(config, topics, job, pace, listeners, silences=silences)
