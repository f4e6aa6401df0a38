"""The feeds of a stream: asked in turn, each in its own time after a failure, alarms where one is silent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline.cycle import Failure, Feed, Listeners, Pace
from pipeline.sources.live import Delivery, Taken
from schemas.errors import WirebeamError

_CLOSING = 5.0  # seconds that feeds may take to close


def backoff(attempts: int, pace: Pace) -> float:
    """Seconds to wait after so many failures in a row."""
    return float(min(pace.ceiling, max(pace.every, 0.5) * 2 ** min(attempts - 1, 16)))


class Following:
    """The feeds that a stream follows.

    Args:
        feeds: to begin with.
        pace: how fast.
        listeners: who is told of failures and alarms.
        clock: seconds, monotonic.

    Attributes:
        feeds: those that are followed now.
    """

    def __init__(
        self, feeds: Sequence[Feed], pace: Pace, listeners: Listeners, clock: Callable[[], float]
    ) -> None:
        self.feeds = list(feeds)
        self._pace = pace
        self._listeners = listeners
        self._clock = clock

    def open(self, positions: Mapping[str, Any], feeds: Sequence[Feed] | None = None) -> None:
        """Open feeds (all by default), each behind its position in the newest manifest.

        Raises:
            WirebeamError: one can never work as it is configured.
        """
        for feed in self.feeds if feeds is None else feeds:
            feed.source.open(positions.get(feed.source.name))
            feed.heard_at = self._clock()

    def replace(self, feeds: Callable[[], Sequence[Feed]], positions: Mapping[str, Any]) -> None:
        """Follow other feeds; where they cannot be had, those of before.

        Args:
            feeds: makes the list; feeds of it that are followed already are the same objects.
            positions: of the newest manifest.
        """
        followed = {id(feed) for feed in self.feeds}
        try:
            new = list(feeds())
            self.open(positions, [feed for feed in new if id(feed) not in followed])
        except WirebeamError as error:
            message = f"{error}; the feeds of before are followed on"
            self._listeners.failed(Failure("feeds", message, 1, 0.0))
            return
        kept = {id(feed) for feed in new}
        for feed in self.feeds:
            if id(feed) not in kept:
                feed.source.close()
        self.feeds = new
        self._listeners.recovered("feeds")

    def take(self, now: float, most: int) -> tuple[dict[str, Taken], list[Delivery]]:
        """What the feeds have, in turn, within the bounds of a cycle: by source, and all deliveries.

        Args:
            now: seconds of the clock.
            most: deliveries of all feeds together.
        """
        taken: dict[str, Taken] = {}
        deliveries: list[Delivery] = []
        size = self._pace.bytes
        for number, feed in enumerate(self.feeds):
            if size <= 0 or len(deliveries) >= most or feed.retry_at > now:
                continue
            # No feed, however much it has, keeps those after it from their share.
            room = max(1, (most - len(deliveries)) // (len(self.feeds) - number))
            found = self._ask(feed, now, room, size)
            if found is not None and found.deliveries:
                feed.heard_at = now
                taken[feed.source.name] = found
                deliveries += found.deliveries
                size -= sum(len(one.data or b"") for one in found.deliveries)
        return taken, deliveries

    def _ask(self, feed: Feed, now: float, items: int, size: int) -> Taken | None:
        try:
            found = feed.source.take(items, size)
        except (WirebeamError, OSError) as error:
            feed.attempts += 1
            wait = backoff(feed.attempts, self._pace)
            feed.retry_at = now + wait
            self._listeners.failed(Failure(feed.name, str(error), feed.attempts, wait))
            return None
        if feed.attempts:
            feed.attempts, feed.retry_at = 0, 0.0
            self._listeners.recovered(feed.name)
        return found

    def hear(self, now: float) -> None:
        """Raise and lift the alarms of feeds that say nothing."""
        for feed in self.feeds:
            quiet = now - feed.heard_at
            if feed.silence is not None and (quiet >= feed.silence) is not feed.silent:
                feed.silent = not feed.silent
                self._listeners.silence(feed, quiet if feed.silent else None)

    def acknowledge(self, taken: Mapping[str, Taken]) -> None:
        """A manifest with these positions is durable."""
        for feed in self.feeds:
            if feed.source.name in taken:
                feed.source.acknowledge(taken[feed.source.name].position)

    def close(self) -> None:
        """Close all feeds at once; one that does not end is left behind."""
        threads = [threading.Thread(target=feed.source.close, daemon=True) for feed in self.feeds]
        for thread in threads:
            thread.start()
        ends = time.monotonic() + _CLOSING
        for thread in threads:
            thread.join(max(0.0, ends - time.monotonic()))
