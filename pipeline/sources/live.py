"""What `wirebeam stream` asks of a source that never ends: a folder, an HTTP feed, Kafka, Pub/Sub.

The loop owns the order of things, so that a crash between any two of them loses and doubles nothing:

    open(position in the manifest) ─► take() ─► graph ─► commit(manifest with position) ─► acknowledge()
                                        ▲                                                  │
                                        └──────────────────────────────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Position = Mapping[str, Any]
"""Where a source stands, as it goes into the manifest: whatever the source takes for it, in JSON."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a source handed over at once, unopened: a file, a message, the answer to a request.

    Attributes:
        uri: names it, the same however often it is delivered: becomes `source` of its items.
        data: its bytes; None where `uri` can be opened (`pipeline.sources.files.open_resource`).
        received_at: when it arrived, microseconds since the epoch (UTC).
        size: bytes, None where nobody tells.
        media_type: as the source declared it.
        feed: name of the feed it belongs to, for metrics and alarms.
        provider, source_format: what the feed says of every item, None to find out.
        attributes: headers or attributes of a message, in their order.
    """

    uri: str
    data: bytes | None
    received_at: int
    size: int | None = None
    media_type: str | None = None
    feed: str = ""
    provider: str | None = None
    source_format: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What a source had: its deliveries in order, where it stands after them, and whether more is waiting."""

    deliveries: Sequence[Delivery] = ()
    position: Position = field(default_factory=dict)
    more: bool = False


class LiveSource(Protocol):
    """A source of a stream. One that waits for a network does so in a thread of its own.

    Attributes:
        name: key of its position in the manifests: the same after every restart.
    """

    name: str

    def open(self, position: Position | None) -> None:
        """Begin behind a position that a manifest holds; None where no manifest names this source.

        Raises:
            WirebeamError: it can never work as it is configured. What may pass by itself (a server or
                broker that is away) is no error here: the source goes on trying.
        """

    def take(self, items: int, size: int) -> Taken:
        """What is there now: at most so many deliveries and bytes (one always fits). Never waits."""

    def acknowledge(self, position: Position) -> None:
        """A manifest with this position is durable: tell the server, move the file. May be called again.

        Never raises for what may pass by itself: the manifest says where the source stands.
        """

    def close(self) -> None:
        """End threads and connections, within a few seconds."""
