"""A resource opened and expanded: its raw items."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace

from pipeline.sources.files import Resource, open_resource
from schemas.errors import Code, Reject, Stage
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
    limits = limits or ExpandLimits()
    if resource.problem:
        yield _refused(resource, resource.problem, limits.item_bytes)
        return
    for item in expand(resource.uri, content, received_at=resource.received_at, hints=own, limits=limits):
        yield replace(item, attributes=resource.attributes) if resource.attributes else item


def _refused(resource: Resource, problem: str, most: int) -> Reject:
    data = resource.data
    if data is None:
        try:
            with open_resource(resource.uri) as stream:
                data = stream.read(most)
        except OSError as error:
            problem, data = f"{problem}; cannot be opened: {error.strerror or error}", b""
    return Reject(
        resource.uri,
        Stage.EXPAND,
        Code.INTERNAL,
        problem,
        data,
        resource.received_at,
        resource.source_format,
        resource.attributes,
    )
