"""A web server on loopback that does as it is told: the agencies' servers of the tests."""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, TypeVar, runtime_checkable
from urllib.parse import urlsplit

from pipeline.sources.connect import connect
from pipeline.sources.health import Health
from pipeline.sources.live import Delivery, LiveSource, Position
from pipeline.sources.settings import SourceSettings

PATIENCE = 120.0  # seconds until something that did not happen is a failure; the machine may be busy
T = TypeVar("T")


@dataclass
class Request:
    """What was asked.

    Attributes:
        at: when it came: seconds since the epoch.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    at: float


@dataclass
class Reply:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: Callable[[Any], None] | None = None  # writes to the socket's file itself


Route = Callable[[Request], Reply]


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients hang up, which is no error of a test."""


class Server:
    """Routes by path; keeps every request."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.routes: dict[str, Route | Reply] = {}
        self.requests: list[Request] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16  # head and body in one packet

            def _serve(self) -> None:
                parts = urlsplit(self.path)
                request = Request(
                    self.command, parts.path, parts.query, dict(self.headers.items()), time.time()
                )
                outer.requests.append(request)
                route = outer.routes.get(parts.path, Reply(status=404))
                reply = route(request) if callable(route) else route
                if reply.raw:
                    self.close_connection = True
                    with contextlib.suppress(OSError):
                        reply.raw(self)
                    return
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if reply.status != 304:
                    self.wfile.write(reply.body)

            do_GET = do_DELETE = _serve

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = _QuietServer(("127.0.0.1", 0), Handler)
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def asked(self, path: str, method: str = "GET") -> list[Request]:
        return [one for one in self.requests if one.path == path and one.method == method]


@runtime_checkable
class NetworkSource(LiveSource, Protocol):
    """A source of the network, which says how it is."""

    def health(self) -> Health: ...


@contextlib.contextmanager
def opened(
    uri: str, settings: SourceSettings | None, position: Position | None = None
) -> Iterator[NetworkSource]:
    source = connect(uri, settings)
    assert isinstance(source, NetworkSource)
    source.open(position)
    try:
        yield source
    finally:
        source.close()


def wait_for(condition: Callable[[], T | None], seconds: float = PATIENCE) -> T:
    """What the condition gives once it is true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
    return found


def collect(source: LiveSource, count: int, seconds: float = PATIENCE) -> tuple[list[Delivery], Position]:
    """So many deliveries, and the position after them."""
    got: list[Delivery] = []
    taken = source.take(count, 1 << 30)
    end = time.monotonic() + seconds
    while True:
        got.extend(taken.deliveries)
        if len(got) >= count:
            return got, taken.position
        assert time.monotonic() < end, f"{len(got)} of {count}"
        time.sleep(0.01)
        taken = source.take(count - len(got), 1 << 30)


def nothing(
    source: LiveSource, seconds: float = 0.3, reached: Callable[[Position], object] = lambda position: True
) -> Position:
    """The position after a while without deliveries, once it is what it should become."""
    start = time.monotonic()
    while True:
        taken = source.take(100, 1 << 30)
        assert [one.uri for one in taken.deliveries] == []
        passed = time.monotonic() - start
        if passed > seconds and reached(taken.position):
            return taken.position
        assert passed < seconds + PATIENCE, taken.position
        time.sleep(0.02)
