"""What a job that never ends follows, as its committer sees it: Kafka's topics, or a queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from pipeline.sources.kafka_tail import PartitionStart
from pipeline.sources.pubsub_message import address


class Standing(Protocol):
    """A feed of such a job.

    Attributes:
        name: key of its position in the manifests.
        servers: as its address names them: see `pipeline.coverage.Message.uri`.
        queue: whether its messages are a queue's, which have no order and are delivered once.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def servers(self) -> str: ...  # noqa: D102
    @property
    def queue(self) -> bool: ...  # noqa: D102

    def partitions(self) -> int:
        """How many there are now."""

    def starts(self, taken: Mapping[tuple[str, int], int]) -> Sequence[PartitionStart]:
        """Where each partition begins, behind the offsets that a manifest holds."""

    def follow(self, offsets: Mapping[tuple[str, int], int]) -> None:
        """What a manifest holds."""

    def close(self) -> None:
        """Let its servers go."""


class Subscription:
    """A Pub/Sub subscription, which Beam's own source reads and acknowledges: nothing is to be told to it.

    Args:
        uri: `pubsub://project/subscription`.
        name: the feed's.

    Raises:
        SettingError: the address is not of this form.
    """

    queue = True

    def __init__(self, uri: str, name: str) -> None:
        self.name = name
        self.servers = "/".join(address(uri))

    def partitions(self) -> int:
        """None."""
        return 0

    def starts(self, taken: Mapping[tuple[str, int], int]) -> Sequence[PartitionStart]:
        """Nowhere: the engine knows."""
        return ()

    def follow(self, offsets: Mapping[tuple[str, int], int]) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""
