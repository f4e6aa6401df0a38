"""One cycle of a stream as those see it who watch: what came, what became of it, how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.account import Account
from pipeline.sources.live import Delivery, LiveSource, Taken


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a stream goes.

    Attributes:
        every: seconds from the beginning of a cycle to that of the next, where no more is waiting.
        items: deliveries a cycle at the most.
        bytes: bytes of deliveries a cycle, about.
        longest: seconds that a cycle should take: fewer deliveries are taken where it takes longer.
        first: deliveries of the first cycles, until it is known how long they take.
        ceiling: longest wait after a failure, seconds; waits double from `every`.
        merge: small files of a partition that are worth a merge; 0 for never.
        idle: stop after so many seconds in which nothing came; None for never.
    """

    every: float = 2.0
    items: int = 4_000
    bytes: int = 64 << 20
    longest: float = 4.0
    first: int = 200
    ceiling: float = 60.0
    merge: int = 16
    idle: float | None = None


@dataclass(slots=True)
class Batch:
    """Deliveries to be committed together, and where the sources stand once the last of them are.

    Attributes:
        taken: what each source gave.
        parts: deliveries, in parts that are committed one after the other: one, unless the graph failed.
        failures: how often the part at hand has failed.
        base: number of the newest manifest before the part was tried; None where it was not.
    """

    taken: Mapping[str, Taken]
    parts: list[Sequence[Delivery]]
    failures: int = 0
    base: int | None = None

    @property
    def feeds(self) -> dict[str, str]:
        """URI of each delivery at hand -> its feed."""
        return {one.uri: one.feed for one in self.parts[0]}


@dataclass(frozen=True, slots=True)
class Cycle:
    """A committed cycle.

    Attributes:
        sequence: number of its manifest.
        counts: items read, and what became of them.
        account: the same by feed and provider.
        deliveries: how many.
        seconds: from taking them until they were committed.
        committed_at: microseconds since the epoch (UTC).
        more: whether more was waiting.
    """

    sequence: int
    counts: Mapping[str, int]
    account: Account
    deliveries: int
    seconds: float
    committed_at: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that did not work and will be tried again.

    Attributes:
        where: `commit`, or the name of a source.
        message: one line for people.
        attempts: how often in a row.
        wait: seconds until the next attempt.
    """

    where: str
    message: str
    attempts: int
    wait: float


@dataclass(slots=True)
class Feed:
    """A source that a stream follows.

    Attributes:
        source: it.
        name: for people and metrics.
        silence: seconds without an item after which an alarm is raised; None for never.
        heard_at: when something came last, or the stream began; seconds of the stream's clock.
        attempts: failures in a row.
        retry_at: when to ask it again after a failure.
        silent: whether the alarm was raised.
    """

    source: LiveSource
    name: str
    silence: float | None = None
    heard_at: float = 0.0
    attempts: int = 0
    retry_at: float = 0.0
    silent: bool = False


class Listener(Protocol):
    """Is told what a stream does: a status line, a log, metrics."""

    def turned(self, feeds: Sequence[Feed], now: float) -> None:
        """A turn of the loop began."""

    def committed(self, cycle: Cycle) -> None:
        """A cycle is durable."""

    def failed(self, failure: Failure) -> None:
        """Something did not work."""

    def recovered(self, where: str) -> None:
        """What did not work works again."""

    def silence(self, feed: Feed, seconds: float | None) -> None:
        """A feed has said nothing for so many seconds; None once it speaks again."""


@dataclass(slots=True)
class Listeners:
    """Several listeners as one."""

    all: list[Listener] = field(default_factory=list)

    def turned(self, feeds: Sequence[Feed], now: float) -> None:
        """See `Listener`."""
        for one in self.all:
            one.turned(feeds, now)

    def committed(self, cycle: Cycle) -> None:
        """See `Listener`."""
        for one in self.all:
            one.committed(cycle)

    def failed(self, failure: Failure) -> None:
        """See `Listener`."""
        for one in self.all:
            one.failed(failure)

    def recovered(self, where: str) -> None:
        """See `Listener`."""
        for one in self.all:
            one.recovered(where)

    def silence(self, feed: Feed, seconds: float | None) -> None:
        """See `Listener`."""
        for one in self.all:
            one.silence(feed, seconds)
