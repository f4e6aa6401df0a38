"""Signals of a process that streams: SIGTERM and Ctrl-C end it, SIGHUP has it read its feeds again."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.continuous import ContinuousStream
    from pipeline.stream import Stream


@contextlib.contextmanager
def handled(
    loop: Stream | ContinuousStream, stop: threading.Event, opened: object, last: float
) -> Iterator[None]:
    """SIGTERM and Ctrl-C end the loop behind the cycle at hand, SIGHUP has the feeds file read again.

    Args:
        loop: what is told.
        stop: is set by the first of them.
        opened: makes the feeds anew.
        last: seconds after which a stop no longer waits for the cycle at hand.
    """
    ended = threading.Event()

    def abandon() -> None:
        if not ended.wait(last):
            # Nothing is lost: what is not committed is taken again by the next process.
            os.write(
                2, b"wirebeam: stopped before the cycle at hand was committed; it is read again next time\n"
            )
            os._exit(1)

    def end(*_: object) -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()
        threading.Thread(target=abandon, name="stop", daemon=True).start()

    def reload(*_: object) -> None:
        loop.reload(opened)  # type: ignore[arg-type]

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    before[signal.SIGHUP] = signal.signal(signal.SIGHUP, reload)
    try:
        yield
    finally:
        ended.set()
        for number, handler in before.items():
            signal.signal(number, handler)
