"""A resource opened and expanded: its raw items."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace

from pipeline.sources.files import Resource, open_resource
from schemas.errors import Reject
from schemas.raw import RawItem
from transforms.expand.expand import Content, Hints, expand
from transforms.expand.limits import ExpandLimits


def read(
    resource: Resource, hints: Hints | None = None, limits: ExpandLimits | None = None
) -> Iterator[RawItem | Reject]:
    """The items of a resource, in order, one held at a time; see `transforms.expand.expand.expand`.

    Args:
        resource: what to read; what it says of itself goes before the hints.
        hints: of all resources.
        limits: of size, members, expansion and nesting.
    """
    hints = hints or Hints()
    own = Hints(
        resource.provider or hints.provider,
        resource.source_format or hints.format,
        resource.media_type or hints.media_type,
    )
    content: Content = functools.partial(open_resource, resource.uri)
    if resource.data is not None:
        content = resource.data
    for item in expand(resource.uri, content, received_at=resource.received_at, hints=own, limits=limits):
        yield replace(item, attributes=resource.attributes) if resource.attributes else item
