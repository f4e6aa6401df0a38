"""Which staged messages may be committed: each once, and of a partition as far as none is missing.

Parallel stages end out of order, and an engine that starts again stages anew, cut otherwise, what it staged
before. What counts is therefore told of each message: the offset where its reader stood before it, and its
own. A partition's messages tile its offsets, gaps that the broker left (deleted, compacted, markers of
transactions) included.

A queue (Pub/Sub) has neither order nor offsets: each message is a partition of its own, of one offset.
"""

from __future__ import annotations

import collections
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

Partition = tuple[str, str, int]
"""Name of the feed, topic, number of the partition."""

QUEUE = -1
"""Number of the partition that a queue's message is, whose `topic` is its id, from offset 0 to 0."""


class Message(NamedTuple):
    """What a message covers: the offsets of its partition from `begin` to its own, `offset`, inclusive."""

    feed: str
    topic: str
    number: int
    begin: int
    offset: int

    @property
    def partition(self) -> Partition:
        """The partition that it is in."""
        return self.feed, self.topic, self.number

    def uri(self, servers: str) -> str:
        """Its name, which is the source of its items: see `delivery` of `pipeline.sources.kafka_client` and
        `pipeline.sources.pubsub_message`.

        Args:
            servers: as the feed's address has them; of a queue project and subscription.
        """
        if self.number == QUEUE:
            return f"pubsub://{servers}/{self.topic}"
        return f"kafka://{servers}/{self.topic}/{self.number}/{self.offset}"


_KAFKA = re.compile(r"kafka://[^/]+/([^/]+)/(\d+)/(\d+)(?:[#!].*)?", re.S)
_PUBSUB = re.compile(r"pubsub://[^/]+/[^/]+/([^/#!]+)(?:[#!].*)?", re.S)


def origin(source: str) -> tuple[str, int, int] | None:
    """Topic, number and offset of the message that a row came from; None where it came from none.

    Args:
        source: of the row: `Message.uri`, or that with marks of members and numbers.
    """
    if match := _KAFKA.fullmatch(source):
        return match[1], int(match[2]), int(match[3])
    if match := _PUBSUB.fullmatch(source):
        return match[1], QUEUE, 0
    return None


def frontiers(messages: Iterable[Message], positions: Mapping[Partition, int]) -> dict[Partition, int]:
    """How far each partition can go with some messages, without leaving one out.

    Args:
        messages: in any order, any of them several times.
        positions: the next offset to be committed of each partition; one that is not named goes nowhere,
            unless it is a queue's message, which waits for no other.
    """
    reached = dict(positions)
    spans: dict[Partition, list[tuple[int, int]]] = collections.defaultdict(list)
    for one in messages:
        if one.number == QUEUE:
            reached[one.partition] = one.offset + 1
        elif one.offset >= reached.get(one.partition, one.offset + 1):
            spans[one.partition].append((one.begin, one.offset))
    for partition, found in spans.items():
        for begin, offset in sorted(found):
            if begin <= reached[partition]:
                reached[partition] = max(reached[partition], offset + 1)
    return reached


def ready(
    staged: Sequence[Sequence[Message]], positions: Mapping[Partition, int]
) -> tuple[list[int], dict[Partition, int]]:
    """The staged files that may be committed now, together.

    A file is committed whole or waits: one that holds a message beyond a gap waits until the gap is filled.

    Args:
        staged: the messages of each file.
        positions: the next offset to be committed of each partition.

    Returns:
        Numbers of the files, in their order, and where the partitions stand with them.
    """
    left = list(range(len(staged)))
    while True:
        reached = frontiers((one for number in left for one in staged[number]), positions)
        stay = [
            number
            for number in left
            if all(one.offset < reached.get(one.partition, 0) for one in staged[number])
        ]
        if len(stay) == len(left):
            return left, reached
        left = stay


class Claims:
    """Deals out each message once: to the first file that holds it.

    Args:
        positions: the next offset to be committed of each partition; what is before was committed.
    """

    def __init__(self, positions: Mapping[Partition, int]) -> None:
        self._positions = positions
        self._taken: set[tuple[Partition, int]] = set()

    def claim(self, messages: Iterable[Message]) -> list[Message]:
        """Those that were neither committed before nor claimed, in their order."""
        fresh = []
        for one in messages:
            key = one.partition, one.offset
            if one.offset >= self._positions.get(one.partition, 0) and key not in self._taken:
                self._taken.add(key)
                fresh.append(one)
        return fresh
