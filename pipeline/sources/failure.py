"""Attempts that failed and may be repeated, and how long to wait before each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, RetryError, Retrying, retry_if_exception_type, sleep_using_event
from tenacity.stop import stop_when_event_set
from tenacity.wait import wait_random_exponential

from schemas.errors import WirebeamError

Result = TypeVar("Result")

LONGEST_DELAY = 3_600.0
"""A server may ask for no longer wait than this, seconds."""


class Failure(WirebeamError):
    """An attempt that failed: one line, without secrets. Can be pickled.

    Attributes:
        delay: seconds that the server asked to wait.
        final: repeating it at once is of no use: it was understood and refused.
        status: of HTTP, None where there is none.
    """

    def __init__(
        self, message: str, delay: float | None = None, final: bool = False, status: int | None = None
    ) -> None:
        super().__init__(message, delay, final, status)
        self.status = status
        self.message = message
        self.delay = delay
        self.final = final

    def __str__(self) -> str:
        return self.message


def repeated(
    attempt: Callable[[], Result],
    ceiling: float,
    stopped: threading.Event,
    failed: Callable[[Failure, float], None],
) -> Result | None:
    """What an attempt returns once it succeeds; None when it is stopped before.

    Args:
        attempt: raises `Failure`.
        ceiling: longest wait, seconds. Waits are drawn below 1, 2, 4, ... seconds up to it, so that
            feeds that failed together do not come back together; never shorter than the server asked.
        stopped: ends it.
        failed: told each failure and the wait that follows.
    """
    backoff = wait_random_exponential(multiplier=1, min=min(0.5, ceiling / 2), max=ceiling)

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.delay if isinstance(error, Failure) and error.delay else 0.0
        return max(backoff(state), min(asked, LONGEST_DELAY))

    def report(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, Failure):
            failed(error, state.next_action.sleep if state.next_action else 0.0)

    retrying = Retrying(
        retry=retry_if_exception_type(Failure),
        wait=wait,
        stop=stop_when_event_set(stopped),
        sleep=sleep_using_event(stopped),
        before_sleep=report,
    )
    try:
        return retrying(attempt)
    except RetryError:
        return None
