"""A message as a job that never ends reads it, from whatever brings messages."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.sources.files import Resource
from pipeline.sources.live import Delivery
from schemas.raw import Attribute
from schemas.rows import register_row


@register_row
@dataclass(frozen=True, slots=True)
class StreamMessage:
    """A message: the job that read it; where it stands, as `pipeline.coverage.Message` has it; its bytes, but
    of a tombstone.
    """

    job: str
    feed: str
    topic: str
    number: int
    begin: int
    offset: int
    resource: Resource | None


TICK = StreamMessage("", "", "", 0, 0, 0, None)
"""No message: time has passed, and what waits for others should wait no longer."""


def resource(found: Delivery) -> Resource:
    """A delivery of a message, as the first stage reads it."""
    return Resource(
        found.uri,
        found.received_at,
        found.size,
        found.data,
        found.media_type,
        found.provider,
        found.source_format,
        tuple(Attribute(name, value) for name, value in found.attributes),
    )
