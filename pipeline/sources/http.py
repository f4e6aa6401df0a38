"""A feed on an HTTP server, visited again and again: each of its items handed over once.

A thread a feed asks, takes the answer apart and fills a buffer; what the loop takes from there is what
the position tells. An entry that was taken is known by its digest, so that a feed may repeat it for days;
validators and cursors move on only behind the last entry of their page.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote, urljoin

from pipeline.sources.agency_api import with_api
from pipeline.sources.buffer import Buffer
from pipeline.sources.failure import Failure, repeated
from pipeline.sources.health import Health
from pipeline.sources.http_client import HttpClient
from pipeline.sources.http_position import Mark, Standing
from pipeline.sources.http_visit import Visitor
from pipeline.sources.live import Delivery, Position, Taken
from pipeline.sources.page import Entry
from pipeline.sources.secrets import Secrets, public
from pipeline.sources.settings import HttpSettings

_LOG = logging.getLogger(__name__)
_RECEIPTS = 100_000
_CLOSING = 3.0  # seconds that `close` waits for a request under way
_POLL = 0.2
_SPREAD = 1.05
_IN_PATHS = "/+=:@!$&'()*,;~"  # stays as it is: dpa's own clients put receipts into the path unquoted


class HttpSource:
    """One feed.

    Args:
        uri: its address; `${NAME}` in it is read from the environment.
        settings: the feed's.
        now: the clock, seconds since the epoch (UTC).

    Attributes:
        name: key of its position.

    Raises:
        SettingError: see `pipeline.sources.connect.connect`.
    """

    def __init__(self, uri: str, settings: HttpSettings, now: Callable[[], float] = time.time) -> None:
        self.name = settings.name or public(uri)
        self._settings = settings = replace(with_api(settings), name=self.name)
        self._secrets = Secrets()
        self._uri = self._secrets.reveal(public(uri), "uri")
        self._client = HttpClient(self._uri, settings, self._secrets)
        self._visitor = Visitor(self._uri, public(uri), settings, self._client, self._secrets, now)
        self._now = now
        self._buffer: Buffer[Mark] = Buffer(settings.buffer_items, settings.buffer_bytes)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._woken = threading.Event()
        self._thread: threading.Thread | None = None
        self._read = self._taken = Standing.at(None, settings.remembered)
        self._position: Position = {}
        self._flying: dict[bytes, int] = {}  # digest of what is not committed yet: its number
        self._receipts: deque[tuple[int, str]] = deque()
        self._due: deque[str] = deque(maxlen=_RECEIPTS)
        self._health = Health()

    def health(self) -> Health:
        """How it fares."""
        return self._health

    def open(self, position: Position | None) -> None:
        """Begin behind a position; the thread asks at once."""
        self._read = Standing.at(position, self._settings.remembered)
        self._taken = Standing.at(position, self._settings.remembered)
        self._position = self._taken.position()
        self._thread = threading.Thread(target=self._run, name=f"feed {self.name}", daemon=True)
        self._thread.start()

    def take(self, items: int, size: int) -> Taken:
        """What has arrived; see `LiveSource`."""
        deliveries, marks, more = self._buffer.take(items, size)
        for mark in marks:
            self._taken.apply(mark)
        if marks:
            self._position = self._taken.position()
        return Taken(deliveries, self._position, more)

    def acknowledge(self, position: Position) -> None:
        """Receipts of all that the position holds are returned, by the thread."""
        count = int(position.get("count", 0))
        with self._lock:
            self._flying = {one: number for one, number in self._flying.items() if number > count}
            due = [receipt for number, receipt in self._receipts if number <= count]
            self._receipts = deque(pair for pair in self._receipts if pair[0] > count)
            self._due.extend(due)
        if self._due:
            self._woken.set()

    def close(self) -> None:
        """End the thread; a request that hangs ends with the process."""
        self._stopped.set()
        self._woken.set()
        self._buffer.wake()
        if self._thread:
            self._thread.join(_CLOSING)
        if not self._thread or not self._thread.is_alive():
            self._client.close()

    # What follows runs in the thread.

    def _run(self) -> None:
        while not self._stopped.is_set():
            delay = repeated(self._visit, self._settings.retry_ceiling, self._stopped, self._failed)
            if delay is not None:
                # Hundreds of feeds that began together do not stay together.
                self._rest(delay * random.uniform(1.0, _SPREAD))
        self._return_receipts()

    def _failed(self, failure: Failure, seconds: float) -> None:
        if str(failure) != self._health.failure:
            _LOG.warning("feed %s: %s; next attempt in %.0f s", self.name, failure, seconds)
        self._health = replace(self._health, retries=self._health.retries + 1, failure=str(failure))

    def _rest(self, seconds: float) -> None:
        """Wait for the next visit, and return receipts meanwhile."""
        end = time.monotonic() + seconds
        while not self._stopped.is_set() and (left := end - time.monotonic()) > 0:
            self._woken.wait(left)
            self._woken.clear()
            self._return_receipts()

    def _visit(self) -> float:
        """One visit; seconds until the next. What nobody foresaw is a `Failure` too: the thread lives on."""
        try:
            self._return_receipts()
            delay = self._visitor.visit(self._read, self)
        except Failure:
            raise
        except Exception as error:
            message = self._secrets.hide(f"{type(error).__name__}: {error}")
            raise Failure(f"unforeseen: {message}") from error
        if self._stopped.is_set():
            return delay
        if self._health.failure:
            _LOG.warning("feed %s: answers again", self.name)
        self._health = replace(self._health, failure=None, reached_at=int(self._now() * 1e6))
        return delay

    def room(self) -> bool:
        """Wait until the loop took enough; False when the source is being closed."""
        while not self._stopped.is_set():
            if self._buffer.wait_for_room(_POLL):
                return True
        return False

    def known(self, entry: Entry) -> None:
        """The receipt of what is committed already goes back at once."""
        if entry.receipt:
            with self._lock:
                if (number := self._flying.get(entry.digest)) is None:
                    self._due.append(entry.receipt)
                else:
                    self._receipts.append((number, entry.receipt))
        self._health = replace(self._health, repeated=self._health.repeated + 1)

    def new(self, entry: Entry, delivery: Delivery) -> None:
        """Into the buffer, and its receipt to those that wait for the commit."""
        number = self._read.count + 1
        with self._lock:
            self._flying[entry.digest] = number
            if entry.receipt:
                self._receipts.append((number, entry.receipt))
        self._put(delivery, Mark(digest=entry.digest))

    def mark(self, mark: Mark) -> None:
        """A page was read."""
        self._put(None, mark)

    def _put(self, delivery: Delivery | None, mark: Mark) -> None:
        self._read.apply(mark)
        self._buffer.put(delivery, mark)

    def _return_receipts(self) -> None:
        """Tell the server what is committed; what it does not hear, it will deliver again."""
        while self._due:
            with self._lock:
                receipt = self._due.popleft()
            target = self._settings.receipt_url.replace("{receipt}", quote(receipt, safe=_IN_PATHS))
            try:
                self._client.delete(urljoin(self._uri, target))
            except Failure as failure:
                _LOG.warning("feed %s: a receipt was not returned: %s", self.name, failure)
                if not failure.final:
                    with self._lock:
                        self._due.appendleft(receipt)
                return
