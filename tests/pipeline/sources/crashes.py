"""A source that is killed between any two of its steps, again and again, as the loop of a stream uses it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

from pipeline.sources.live import LiveSource, Position

PATIENCE = 120.0  # seconds
_FATES = ["manifest", "acknowledgement", "none", "none", "none", "none"]  # of which it dies before


@dataclass(slots=True)
class Crashes:
    """What was committed in spite of the crashes.

    Attributes:
        committed: URIs of deliveries, in the order of their commits.
        position: of the last commit; None where there was none.
        crashes: how many there were.
    """

    committed: list[str] = field(default_factory=list)
    position: Position | None = None
    crashes: int = 0


def crashing(
    connect: Callable[[], LiveSource],
    wanted: int,
    chance: random.Random,
    *,
    most: int = 60,
    waiting: Callable[[int], object] = lambda committed: None,
    idle: float = 0.0,
) -> tuple[Crashes, LiveSource]:
    """Take, commit, acknowledge; crash before the commit, before the acknowledgement or in between, and reopen.

    Args:
        connect: makes the source, not yet open.
        wanted: deliveries to be committed.
        chance: decides; of each six takes that brought something two end in a crash, so that there are some
            however few takes a slow or a quick machine needs.
        most: deliveries taken at once.
        waiting: called before each take with how many are committed.
        idle: how often it crashes where nothing is there.

    Returns:
        What was committed, and the source, still open.
    """
    made = Crashes()

    def reopened(*, crash: bool = True) -> LiveSource:
        made.crashes += crash
        source = connect()
        source.open(made.position)
        return source

    source = reopened(crash=False)
    fates: list[str] = []
    end = time.monotonic() + PATIENCE
    while len(made.committed) < wanted:
        assert time.monotonic() < end, f"{len(set(made.committed))} of {wanted}"
        waiting(len(made.committed))
        taken = source.take(chance.randint(1, most), 1 << 30)
        if not taken.deliveries:
            if chance.random() < idle:
                source.close()
                source = reopened()
            time.sleep(0.01)
            continue
        fates = fates or chance.sample(_FATES, len(_FATES))
        fate = fates.pop()
        if fate != "manifest":
            made.position = orjson.loads(orjson.dumps(taken.position))
            made.committed += [one.uri for one in taken.deliveries]
        if fate == "none":
            source.acknowledge(taken.position)
        else:
            source.close()
            source = reopened()
    return made, source
