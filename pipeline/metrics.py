"""Prometheus metrics of a stream, and `/healthz`: served by HTTP on a port of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import orjson
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, make_wsgi_app

from pipeline.cycle import Cycle, Failure, Feed
from schemas.errors import WirebeamError

_LAGS = (0.25, 0.5, 1, 1.5, 2, 2.5, 3, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400)
_SECONDS = (0.1, 0.25, 0.5, 1, 2, 3, 4, 6, 10, 30, 60)
_STUCK = 60.0  # seconds without a turn of the loop, after which it counts as stuck
Environment = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Metrics:
    """A `Listener` that counts.

    Args:
        clock: seconds, as the stream has them.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.registry = CollectorRegistry()
        self._clock = clock
        self._turned: float | None = None
        self._feeds: Sequence[Feed] = ()
        self._failing: dict[str, str] = {}
        kept = self.registry
        by = ("feed", "provider")
        self._items = Counter("wirebeam_items", "Items in stories/ and duplicates/", by, registry=kept)
        self._copies = Counter("wirebeam_copies", "Items in duplicates/", by, registry=kept)
        self._rejects = Counter("wirebeam_rejects", "Items in rejects/", ("feed",), registry=kept)
        self._read = Counter("wirebeam_read", "Items read, redelivered ones among them", registry=kept)
        self._redelivered = Counter(
            "wirebeam_redelivered", "Items that were there already, only counted", registry=kept
        )
        self._absorbed = Counter(
            "wirebeam_absorbed_replays", "Messages that an engine staged once more, dropped", registry=kept
        )
        self._cycles = Counter("wirebeam_cycles", "Cycles committed", registry=kept)
        self._seconds = Histogram(
            "wirebeam_cycle_seconds",
            "From taking deliveries until they are committed",
            buckets=_SECONDS,
            registry=kept,
        )
        self._wire = Histogram(
            "wirebeam_wire_lag_seconds",
            "From version_created until received_at",
            ("feed",),
            buckets=_LAGS,
            registry=kept,
        )
        self._commit = Histogram(
            "wirebeam_commit_lag_seconds",
            "From received_at until committed",
            ("feed",),
            buckets=_LAGS,
            registry=kept,
        )
        self._sequence = Gauge("wirebeam_manifest", "Number of the newest manifest", registry=kept)
        self._failures = Counter(
            "wirebeam_failures", "Commits and feeds that failed, to be tried again", ("where",), registry=kept
        )
        self._silent = Gauge(
            "wirebeam_feed_silent", "1 while the feed's alarm is raised", ("feed",), registry=kept
        )
        self._heard = Gauge(
            "wirebeam_feed_seconds_since_item", "Since the feed's last delivery", ("feed",), registry=kept
        )
        self._retries = Gauge(
            "wirebeam_feed_retries", "The feed's own attempts that failed", ("feed",), registry=kept
        )
        self._lost = Gauge(
            "wirebeam_feed_lost",
            "Messages that the server deleted before they were read",
            ("feed",),
            registry=kept,
        )

    def turned(self, feeds: Sequence[Feed], now: float) -> None:
        """See `Listener`."""
        self._turned, self._feeds = now, tuple(feeds)
        for feed in feeds:
            self._heard.labels(feed.name).set(now - feed.heard_at)
            self._silent.labels(feed.name).set(feed.silent)
            if (health := getattr(feed.source, "health", None)) is not None:
                self._retries.labels(feed.name).set(health().retries)
                self._lost.labels(feed.name).set(health().lost)

    def committed(self, cycle: Cycle) -> None:
        """See `Listener`."""
        self._cycles.inc()
        self._seconds.observe(cycle.seconds)
        self._sequence.set(cycle.sequence)
        self._read.inc(cycle.counts["read"])
        self._redelivered.inc(cycle.counts["redelivered"])
        self._absorbed.inc(cycle.counts.get("absorbed", 0))
        for (feed, provider, outcome), count in cycle.account.items.items():
            if outcome == "reject":
                self._rejects.labels(feed).inc(count)
                continue
            self._items.labels(feed, provider).inc(count)
            if outcome == "copy":
                self._copies.labels(feed, provider).inc(count)
        for feed, lag in cycle.account.wire_lags:
            self._wire.labels(feed).observe(lag)
        for feed, received in cycle.account.received:
            self._commit.labels(feed).observe((cycle.committed_at - received) / 1e6)

    def failed(self, failure: Failure) -> None:
        """See `Listener`."""
        self._failing[failure.where] = failure.message
        self._failures.labels(failure.where).inc()

    def recovered(self, where: str) -> None:
        """See `Listener`."""
        self._failing.pop(where, None)

    def silence(self, feed: Feed, seconds: float | None) -> None:
        """See `Listener`."""
        self._silent.labels(feed.name).set(seconds is not None)

    def health(self) -> tuple[bool, dict[str, Any]]:
        """Whether all is well: the loop turns, and commits. Feeds that fail or are silent are named."""
        now = self._clock()
        age = None if self._turned is None else now - self._turned
        well = age is not None and age < _STUCK and "commit" not in self._failing
        feeds = {}
        for feed in self._feeds:
            health = getattr(feed.source, "health", None)
            feeds[feed.name] = {
                "seconds_since_item": round(now - feed.heard_at, 1),
                "silent": feed.silent,
                "failure": self._failing.get(feed.name) or (health().failure if health else None),
            }
        return well, {
            "status": "ok" if well else "failing",
            "seconds_since_turn": None if age is None else round(age, 1),
            "failure": self._failing.get("commit"),
            "feeds": feeds,
        }


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True


class _Quiet(WSGIRequestHandler):
    timeout = 10  # seconds that a client may take to ask

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a scrape every few seconds is no news."""


def serve(metrics: Metrics, port: int, host: str = "0.0.0.0") -> Callable[[], None]:
    """Serve `/metrics` and `/healthz` (503 where something is wrong) in a thread.

    Args:
        metrics: what is served.
        port: 0 for any that is free.
        host: address to listen at.

    Returns:
        What ends it.

    Raises:
        WirebeamError: the port is taken.
    """
    exposition = make_wsgi_app(metrics.registry)

    def answer(environment: Environment, start: StartResponse) -> Iterable[bytes]:
        path = environment.get("PATH_INFO", "/")
        if path == "/healthz":
            well, said = metrics.health()
            status = "200 OK" if well else "503 Service Unavailable"
            start(status, [("Content-Type", "application/json")])
            return [orjson.dumps(said)]
        if path in ("/", "/metrics"):
            found: Iterable[bytes] = exposition(environment, start)
            return found
        start("404 Not Found", [("Content-Type", "text/plain")])
        return [b"/metrics or /healthz\n"]

    try:
        server = make_server(host, port, answer, server_class=_Server, handler_class=_Quiet)
    except OSError as error:
        raise WirebeamError(
            f"--metrics-port {port}: {error.strerror or error}; choose another port"
        ) from error
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()

    def end() -> None:
        server.shutdown()
        server.server_close()

    return end
