"""Offsets of a consumer group, which follow the dataset: committed behind the manifest, for who watches."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Mapping, Sequence

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

_LOG = logging.getLogger(__name__)
_PAUSE = 0.5  # seconds between two commits
Partition = tuple[str, int]


class GroupOffsets:
    """Offsets that the group has still to be told. What fails is tried again; the manifest counts anyhow."""

    def __init__(self) -> None:
        self._due: dict[Partition, int] = {}
        self._lock = threading.Lock()
        self._next = 0.0

    def follow(self, offsets: Mapping[Partition, int]) -> None:
        """A manifest holds these."""
        with self._lock:
            self._due.update(offsets)

    def forget(self, partitions: Collection[Partition]) -> None:
        """Another member told the group of these meanwhile: it must not go back."""
        with self._lock:
            self._due = {one: offset for one, offset in self._due.items() if one not in partitions}

    def commit(self, consumer: Consumer, owned: Collection[Partition], wait: bool = False) -> None:
        """Tell the group of what is due of these partitions, and wait for its answer if so wanted."""
        if not self._due or (time.monotonic() < self._next and not wait):
            return
        with self._lock:
            due = {one: offset for one, offset in self._due.items() if one in owned}
            self._due = {one: offset for one, offset in self._due.items() if one not in owned}
        if not due:
            return
        offsets = [TopicPartition(*one, offset) for one, offset in due.items()]
        try:
            consumer.commit(offsets=offsets, asynchronous=not wait)
        except KafkaException as error:
            self.answered(error.args[0], offsets)
        self._next = time.monotonic() + _PAUSE

    def answered(self, error: KafkaError | None, partitions: Sequence[TopicPartition]) -> None:
        """Callback of a commit: put back what the group did not take, unless there is newer."""
        if error is not None:
            _LOG.info("offsets not committed: %s", error.str())
            with self._lock:
                for one in partitions:
                    self._due.setdefault((one.topic, one.partition), one.offset)
