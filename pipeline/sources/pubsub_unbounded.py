"""A Pub/Sub subscription read by Beam's own source, in a job that never ends.

The engine pulls, and acknowledges what went through a bundle (Dataflow, of which the source is: once the
bundle's results are durable). So a message's rows must be staged and named for the committer when its bundle
ends, in a place that outlives the job (`Dataset.queued`): `pipeline.unbounded` sees to it, with nothing that
shuffles before. What is delivered again is known by its id, which is in the source of its rows.
"""

from __future__ import annotations

import dataclasses

import apache_beam as beam
from apache_beam.io import ReadFromPubSub

from pipeline.coverage import QUEUE
from pipeline.sources.pubsub_message import PubsubMessage, delivery, identity, subscription_path
from pipeline.sources.settings import PubsubSettings, SettingError
from pipeline.sources.stream_message import StreamMessage, resource


def received(message: PubsubMessage, uri: str, settings: PubsubSettings) -> StreamMessage:
    """A message of Beam's source -> for the stages.

    Args:
        message: with its attributes.
        uri: the subscription's address.
        settings: the feed's, with its name.
    """
    whole = resource(delivery(message, uri, settings))
    return StreamMessage("", settings.name, identity(message), QUEUE, 0, 0, whole)


class ReadSubscription(beam.PTransform):
    """The beginning of a pipeline -> a `StreamMessage` for each message of a subscription.

    Args:
        uri: `pubsub://project/subscription`.
        settings: the feed's; leases and what is remembered are the engine's, and not read here.

    Raises:
        SettingError: the address is not of this form, or the settings name a server: Beam's source knows
            Google's alone.
    """

    def __init__(self, uri: str, settings: PubsubSettings) -> None:
        super().__init__()
        self._uri, self._path = uri, subscription_path(uri)
        self._settings = dataclasses.replace(settings, name=settings.name or uri)
        if settings.endpoint:
            raise SettingError("endpoint", f"{uri}: Dataflow reads Google's Pub/Sub alone; leave it away")

    def expand(self, begin: beam.pvalue.PBegin) -> beam.PCollection:
        """Apply the transform."""
        messages = begin | "Pull" >> ReadFromPubSub(subscription=self._path, with_attributes=True)
        return messages | "Message" >> beam.Map(received, self._uri, self._settings).with_output_types(
            StreamMessage
        )
