"""A resource opened and expanded: its raw items."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from pipeline.sources.files import Resource, open_resource
from schemas.errors import Reject
from schemas.raw import RawItem
from transforms.expand.expand import Hints, expand
from transforms.expand.limits import ExpandLimits


def read(
    resource: Resource, hints: Hints | None = None, limits: ExpandLimits | None = None
) -> Iterator[RawItem | Reject]:
    """The items of a resource, in order, one held at a time; see `transforms.expand.expand.expand`."""
    opener = functools.partial(open_resource, resource.uri)
    return expand(resource.uri, opener, received_at=resource.received_at, hints=hints, limits=limits)
