"""Where a process dies, as far as the code under test can tell: at the n-th of its failpoints."""

from __future__ import annotations

from collections.abc import Callable


class Crash(BaseException):
    """The process dies here: no `except Exception` may catch it."""


def crash_at(call: int) -> Callable[[str], None]:
    """A failpoint that lets so many steps pass and crashes at the next."""
    left = call

    def failpoint(step: str) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Crash(step)

    return failpoint
