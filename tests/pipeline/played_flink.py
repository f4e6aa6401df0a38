"""A Flink cluster that is only played: what its REST interface answers, on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


class PlayedFlink:
    """A cluster: its answers, and what it was asked to change.

    Attributes:
        master: its address.
        jobs: that it knows.
        slots: that are free.
        changes: method and path of each request but `GET`.
        answers: by method and path: a value that JSON has, bytes, or a function that gives either; None for 404.
    """

    def __init__(self) -> None:
        self.master = ""
        self.jobs: list[dict[str, str]] = []
        self.slots = 2
        self.changes: list[str] = []
        self.answers: dict[str, Any] = {
            "GET /v1/overview": lambda: {"flink-version": "1.19.0", "slots-available": self.slots},
            "GET /v1/taskmanagers": {"taskmanagers": [{"slotsNumber": 2}, {"slotsNumber": 1}]},
            "GET /v1/jobs/overview": lambda: {"jobs": self.jobs},
            "GET /v1/jobs/one": lambda: next((job for job in self.jobs if job["jid"] == "one"), None),
            "GET /v1/jobmanager/config": [{"key": "state.savepoints.dir", "value": "file:///saved"}],
        }

    def answer(self, method: str, path: str) -> Any:
        """What is sent back."""
        if method != "GET":
            self.changes.append(f"{method} {path}")
        found = self.answers.get(f"{method} {path}")
        return found() if callable(found) else found

    def run(self, name: str, state: str = "RUNNING") -> None:
        """The only job is this one, in some state; its id is `one`."""
        self.jobs = [{"jid": "one", "name": name, "state": state}]


@contextmanager
def played_flink() -> Iterator[PlayedFlink]:
    """A cluster with free slots and no job."""
    cluster = PlayedFlink()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = cluster.answer(self.command, self.path)
            self.send_response(404 if found is None else 200)
            self.end_headers()
            self.wfile.write(found if isinstance(found, bytes) else json.dumps(found).encode())

        do_GET = do_POST = do_PATCH = _any

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    cluster.master = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield cluster
    finally:
        server.shutdown()
        server.server_close()
