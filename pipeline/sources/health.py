"""How a source fares, for metrics, alarms and people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Health:
    """A source since it was opened.

    Attributes:
        retries: attempts that failed.
        failure: why the last attempt failed, in one line without secrets; None while all is well.
        reached_at: when it last answered as it should, microseconds since the epoch (UTC); None: not yet.
        lost: messages that the server had deleted before they were read.
        passed_over: messages that are no items (tombstones of a compacted topic).
        repeated: deliveries known already, which were not handed over again.
    """

    retries: int = 0
    failure: str | None = None
    reached_at: int | None = None
    lost: int = 0
    passed_over: int = 0
    repeated: int = 0
