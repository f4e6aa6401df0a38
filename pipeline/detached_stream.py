"""A stream that Dataflow runs by itself: the command sends its job and ends; the committer is inside the job.

It is the graph of `pipeline.application`, as in a jar of Flink's, made without a broker or the dataset at
hand. A flex template of Dataflow is made in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import apache_beam as beam
from apache_beam.options.pipeline_options import GoogleCloudOptions

from pipeline import dataflow
from pipeline.cycle import Pace
from pipeline.engine import Engine, stream_job
from pipeline.failure import explained
from pipeline.feeds import FeedConfig
from pipeline.options import Config, named
from pipeline.sinks.storage import location


def job(config: Config, feeds: Sequence[FeedConfig], pace: Pace, given: Sequence[str]) -> beam.Pipeline:
    """The pipeline of a stream, with the options that Dataflow needs.

    Args:
        config: what the stream is told.
        feeds: all of Kafka or Pub/Sub.
        pace: how fast.
        given: what the user wrote after `--`.

    Raises:
        UsageError: an option is missing, a setting cannot be, or the output is a folder of this machine.
        WirebeamError: the extra is not installed.
    """
    from pipeline.application import build  # wants the extra `kafka`
    from pipeline.tenure import Application

    root = location(config.output)
    name = stream_job(root)
    engine = Engine.of(dataflow.RUNNER, [*given, *dataflow.streaming(given)], name)
    engine.check_output(config.output)
    pipeline = beam.Pipeline(options=engine.options)
    told = Application(name, replace(config, output=str(root)), tuple(feeds), pace)
    build(pipeline, told, dataflow.readers(dict(named(given))), dataflow.LONGEST)
    return pipeline


def submit(config: Config, feeds: Sequence[FeedConfig], pace: Pace, given: Sequence[str]) -> str:
    """Send the job of a stream off; where `given` names a template's place, make that.

    Args:
        config, feeds, pace, given: as for `job`.

    Returns:
        The job's name: of two that run at once under it, Dataflow refuses the second.

    Raises:
        UsageError: as `job`.
        WirebeamError: the extra is not installed, or Dataflow takes no such job.
    """
    pipeline = job(config, feeds, pace, given)
    try:
        pipeline.run()
    except Exception as error:
        raise explained(error) from error
    name: str = pipeline.options.view_as(GoogleCloudOptions).job_name
    return name
