"""What a source's thread has read and the loop has not taken yet: bounded, in order."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

from pipeline.sources.live import Delivery

Mark = TypeVar("Mark")


class Buffer(Generic[Mark]):
    """Deliveries, each with a mark: what its taking changes in the source's position.

    Args:
        items, size: deliveries and bytes above which `has_room` says no.
    """

    def __init__(self, items: int, size: int) -> None:
        self._limits = items, size
        self._held: deque[tuple[Delivery | None, Mark]] = deque()
        self._items = 0
        self._size = 0
        self._changed = threading.Condition()

    def put(self, delivery: Delivery | None, mark: Mark) -> None:
        """Add a delivery, or a mark alone. Never waits: the source asks for room before it reads on."""
        with self._changed:
            self._held.append((delivery, mark))
            if delivery:
                self._items += 1
                self._size += _size(delivery)

    def has_room(self) -> bool:
        """Whether the source may read on."""
        return self._items < self._limits[0] and self._size < self._limits[1]

    def wait_for_room(self, seconds: float) -> bool:
        """Waits at most so long; whether the source may read on."""
        with self._changed:
            return self._changed.wait_for(self.has_room, seconds)

    def take(self, items: int, size: int) -> tuple[list[Delivery], list[Mark], bool]:
        """The first deliveries, at most so many and so many bytes (one always fits), and all marks up to
        the next delivery; whether there is more."""
        taken: list[Delivery] = []
        marks: list[Mark] = []
        with self._changed:
            while self._held:
                delivery, mark = self._held[0]
                if delivery:
                    if taken and (len(taken) >= items or size < _size(delivery)):
                        break
                    size -= _size(delivery)
                    self._items -= 1
                    self._size -= _size(delivery)
                    taken.append(delivery)
                marks.append(mark)
                self._held.popleft()
            self._changed.notify_all()
            return taken, marks, bool(self._held)

    def clear(self) -> list[tuple[Delivery | None, Mark]]:
        """Drop all; what there was."""
        with self._changed:
            dropped = list(self._held)
            self._held.clear()
            self._items = self._size = 0
            self._changed.notify_all()
            return dropped

    def wake(self) -> None:
        """End every wait for room."""
        with self._changed:
            self._changed.notify_all()


def _size(delivery: Delivery) -> int:
    return len(delivery.data or b"")
