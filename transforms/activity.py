"""What this process has done so far, for a progress line. Never a source of results: those are tallies."""

from __future__ import annotations

import threading

_LOCK = threading.Lock()
_COUNTS: dict[str, int] = {}


def note(event: str, count: int = 1) -> None:
    """Count an event (`items`, `rejects`, `written`) in this process."""
    with _LOCK:
        _COUNTS[event] = _COUNTS.get(event, 0) + count


def reset() -> None:
    """Start again at nothing."""
    with _LOCK:
        _COUNTS.clear()


def counts() -> dict[str, int]:
    """All events and how often each was noted since the last `reset`."""
    with _LOCK:
        return dict(_COUNTS)
