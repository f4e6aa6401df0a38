"""One line of progress on a terminal, nothing in a pipe; and logging that says only what is ours."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.text import Text

from transforms import activity

_REFRESH = 0.25  # seconds


def configure_logging(verbose: bool = False) -> None:
    """Log to standard error; Beam's own messages only with `verbose`.

    `force` takes away the handler that importing Beam puts on the root logger.
    """
    logging.basicConfig(
        level=logging.INFO if verbose else logging.ERROR,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
        force=True,
    )
    # A failure in a stage comes to the driver as an exception and is said in one line there.
    logging.getLogger("apache_beam").setLevel(logging.INFO if verbose else logging.CRITICAL)
    if not verbose:
        for handler in logging.getLogger().handlers:
            handler.addFilter(_not_from_beam)


def _not_from_beam(record: logging.LogRecord) -> bool:
    """Beam hands an engine's messages, stack traces and all, to the root logger."""
    return record.name != "root" or "apache_beam" not in record.pathname


def _line(started: float) -> Text:
    counts = activity.counts()
    seconds = max(time.monotonic() - started, 1e-3)
    items, rejects, written = (counts.get(event, 0) for event in ("items", "rejects", "written"))
    parts = [f"{items:,} items", f"{items / seconds:,.0f}/s", f"{rejects:,} rejects"]
    if linked := counts.get("linked", 0):
        parts.append(f"{linked:,} linked")
    if written:
        parts.append(f"{written:,} rows written")
    return Text(" · ".join(parts), style="dim")


@contextmanager
def progress(enabled: bool | None = None) -> Iterator[None]:
    """Show a live line on standard error while the body runs.

    Args:
        enabled: None shows it when standard error is a terminal.
    """
    activity.reset()
    console = Console(stderr=True)
    if not (console.is_terminal if enabled is None else enabled):
        yield
        return
    started = time.monotonic()
    stop = threading.Event()
    with Live(_line(started), console=console, refresh_per_second=1 / _REFRESH, transient=True) as live:

        def refresh() -> None:
            while not stop.wait(_REFRESH):
                live.update(_line(started))

        thread = threading.Thread(target=refresh, name="progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
