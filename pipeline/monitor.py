"""What a stream says: one line that is kept up to date on a terminal, and a log, as text or as JSON."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.live import Live
from rich.text import Text

from pipeline.cycle import Cycle, Failure, Feed

LOG = logging.getLogger("wirebeam.stream")
_SUMMARY = 60.0  # seconds between two summaries in the log
_FIELDS = "fields"  # attribute of a log record with values for JSON


class JsonFormatter(logging.Formatter):
    """A log record as one line of JSON: `time`, `level`, `event`, `message`, and the event's own values."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        values = {
            "time": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, _FIELDS, {}),
        }
        if record.exc_info:
            values["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(values, default=str).decode()


def configure(log_format: str, verbose: bool) -> None:
    """Log the stream's events to standard error; Beam's only with `verbose`.

    Args:
        log_format: `text` or `json`.
        verbose: each cycle, and Beam's own warnings.
    """
    handler = logging.StreamHandler(sys.stderr)
    text = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    handler.setFormatter(JsonFormatter() if log_format == "json" else text)
    # `force` takes away the handler that importing Beam puts on the root logger.
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("apache_beam").setLevel(logging.WARNING if verbose else logging.CRITICAL)
    LOG.setLevel(logging.DEBUG if verbose else logging.INFO)


def say(level: int, event: str, message: str, **values: Any) -> None:
    """Log an event with its values."""
    LOG.log(level, message, extra={_FIELDS: {"event": event, **values}})


class Log:
    """A `Listener` that logs: failures and alarms at once, what was committed once a minute.

    Args:
        clock: seconds, as the stream has them.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = clock()
        self._cycles = 0
        self._counts: dict[str, int] = {}

    def turned(self, feeds: Sequence[Feed], now: float) -> None:
        """See `Listener`."""
        if self._cycles and now - self._since >= _SUMMARY:
            self.summary()

    def summary(self) -> None:
        """Log what was committed since the last summary."""
        if self._cycles:
            seconds = round(self._clock() - self._since, 1)
            say(
                logging.INFO,
                "summary",
                f"{_counted(self._counts)} in {self._cycles} cycles, {seconds:.0f} s",
                cycles=self._cycles,
                seconds=seconds,
                **self._counts,
            )
        self._since, self._cycles, self._counts = self._clock(), 0, {}

    def committed(self, cycle: Cycle) -> None:
        """See `Listener`."""
        self._cycles += 1
        for name, count in cycle.counts.items():
            self._counts[name] = self._counts.get(name, 0) + count
        message = f"manifest {cycle.sequence}: {_counted(cycle.counts)} in {cycle.seconds:.2f} s"
        values = {"sequence": cycle.sequence, "seconds": round(cycle.seconds, 3), **cycle.counts}
        say(logging.DEBUG, "committed", message, **values)

    def failed(self, failure: Failure) -> None:
        """See `Listener`."""
        again = f"; again in {failure.wait:.0f} s" if failure.wait else ""
        say(
            logging.WARNING,
            "failed",
            f"{failure.where}: {failure.message}{again} (attempt {failure.attempts})",
            where=failure.where,
            attempts=failure.attempts,
            wait=failure.wait,
        )

    def recovered(self, where: str) -> None:
        """See `Listener`."""
        say(logging.INFO, "recovered", f"{where}: works again", where=where)

    def silence(self, feed: Feed, seconds: float | None) -> None:
        """See `Listener`."""
        if seconds is None:
            say(logging.INFO, "heard", f"{feed.name}: items come again", feed=feed.name)
        else:
            say(
                logging.WARNING,
                "silence",
                f"{feed.name}: no item for {seconds:.0f} s",
                feed=feed.name,
                seconds=round(seconds),
            )


class StatusLine:
    """A `Listener` that keeps one line on a terminal up to date. A context manager."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: dict[str, int] = {}
        self._rate = 0.0
        self._last: Cycle | None = None
        self._trouble: dict[str, str] = {}
        self._feeds: Sequence[Feed] = ()
        self._live = Live(self, console=Console(stderr=True), refresh_per_second=2, transient=True)

    def __enter__(self) -> StatusLine:
        self._live.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._live.stop()

    def __rich__(self) -> Text:
        return Text(self.line(), style="dim")

    def line(self) -> str:
        """The line."""
        parts = [_counted(self._counts) if self._counts else "waiting for items"]
        if self._last is not None:
            parts.append(f"cycle {self._last.seconds:.2f} s")
            parts.append(f"{self._rate:,.0f}/s")
        quiet = min((self._clock() - feed.heard_at for feed in self._feeds), default=0.0)
        if quiet >= 10:
            parts.append(f"quiet for {quiet:,.0f} s")
        if silent := [feed.name for feed in self._feeds if feed.silent]:
            parts.append(f"silent: {', '.join(silent)}")
        parts += [f"{where}: {message}" for where, message in sorted(self._trouble.items())]
        return " · ".join(parts)

    def turned(self, feeds: Sequence[Feed], now: float) -> None:
        """See `Listener`."""
        self._feeds = tuple(feeds)

    def committed(self, cycle: Cycle) -> None:
        """See `Listener`."""
        for name, count in cycle.counts.items():
            self._counts[name] = self._counts.get(name, 0) + count
        self._last = cycle
        self._rate = cycle.counts["read"] / max(cycle.seconds, 1e-3)

    def failed(self, failure: Failure) -> None:
        """See `Listener`."""
        self._trouble[failure.where] = failure.message

    def recovered(self, where: str) -> None:
        """See `Listener`."""
        self._trouble.pop(where, None)

    def silence(self, feed: Feed, seconds: float | None) -> None:
        """See `Listener`: the line names silent feeds by itself."""


def _counted(counts: Mapping[str, int]) -> str:
    names = ("stories", "duplicates", "rejects", "redelivered", "absorbed")
    said = [f"{counts.get('read', 0):,} items"]
    said += [f"{counts[name]:,} {name}" for name in names if counts.get(name)]
    return ", ".join(said)
