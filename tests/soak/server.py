"""An HTTP feed of the soak: a JSON list that grows by some items a second, and says every item again and again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Feed(ThreadingHTTPServer):
    daemon_threads = True
    items: Sequence[bytes]
    rate: float
    since: float


class _Answer(BaseHTTPRequestHandler):
    server: _Feed

    def do_GET(self) -> None:
        count = min(len(self.server.items), int((time.monotonic() - self.server.since) * self.server.rate))
        tag = f'"{count}"'
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.end_headers()
            return
        body = b'{"items": [' + b",".join(self.server.items[:count]) + b"]}"
        self.send_response(200)
        for name, value in (
            ("Content-Type", "application/json"),
            ("ETag", tag),
            ("Content-Length", str(len(body))),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *said: Any) -> None:
        """Nothing."""


@contextmanager
def serving(items: Sequence[bytes], rate: float) -> Iterator[str]:
    """The address of a feed of so many more items a second."""
    with _Feed(("127.0.0.1", 0), _Answer) as server:
        server.items, server.rate, server.since = items, rate, time.monotonic()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/items.json"
        finally:
            server.shutdown()
