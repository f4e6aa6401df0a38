"""A Pub/Sub subscription: messages are leased until a manifest holds their items, then acknowledged.

Google's client pulls in threads of its own and extends the leases. What is delivered again, because an
acknowledgement came too late or was lost, is known by its message id.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, TimeoutError
from dataclasses import replace
from typing import Any

from google.api_core.exceptions import GoogleAPIError
from google.auth.exceptions import GoogleAuthError
from google.cloud import pubsub_v1

from pipeline.sources.buffer import Buffer
from pipeline.sources.failure import Failure, repeated
from pipeline.sources.health import Health
from pipeline.sources.known import Known, digest
from pipeline.sources.live import Position, Taken
from pipeline.sources.pubsub_message import delivery, subscription_path
from pipeline.sources.settings import PubsubSettings, SettingError

_LOG = logging.getLogger(__name__)
_POLL = 0.2
_CLOSING = 3.0
_BATCH = 1_000  # ids in one request, of 512 KiB at most


class PubsubSource:
    """One subscription.

    Args:
        uri: `pubsub://project/subscription`.
        settings: the feed's.
        now: the clock, seconds since the epoch (UTC).

    Attributes:
        name: key of its position.

    Raises:
        SettingError: the address is not of this form.
    """

    def __init__(self, uri: str, settings: PubsubSettings, now: Callable[[], float] = time.time) -> None:
        self._path = subscription_path(uri)
        self._uri = uri
        self.name = settings.name or uri
        self._settings = replace(settings, name=self.name)
        self._now = now
        self._buffer: Buffer[bytes] = Buffer(settings.buffer_items, settings.buffer_bytes)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._client: Any = None
        self._known = self._taken = Known(settings.remembered)
        self._read_count = self._count = 0
        self._position: Position = {}
        self._leased: dict[bytes, tuple[int, list[Any]]] = {}  # not committed yet: number, messages
        self._health = Health()

    def health(self) -> Health:
        """How it fares."""
        return self._health

    def open(self, position: Position | None) -> None:
        """Begin; raises `SettingError` where there are no credentials."""
        found = dict(position or {})
        remembered, text = self._settings.remembered, str(found.get("known", ""))
        self._known, self._taken = Known(remembered, text), Known(remembered, text)
        self._read_count = self._count = int(found.get("count", 0))
        self._position = found
        options = {"api_endpoint": self._settings.endpoint} if self._settings.endpoint else None
        try:
            self._client = pubsub_v1.SubscriberClient(client_options=options)
        except GoogleAuthError as error:
            fix = "name a key file in GOOGLE_APPLICATION_CREDENTIALS"
            raise SettingError("uri", f"no Google credentials ({type(error).__name__}): {fix}") from None
        self._thread = threading.Thread(target=self._run, name=f"feed {self.name}", daemon=True)
        self._thread.start()

    def take(self, items: int, size: int) -> Taken:
        """What has arrived; see `LiveSource`."""
        deliveries, marks, more = self._buffer.take(items, size)
        for mark in marks:
            self._taken.add(mark)
        if marks:
            self._count += len(marks)
            self._position = {"count": self._count, "known": self._taken.encoded()}
        return Taken(deliveries, self._position, more)

    def acknowledge(self, position: Position) -> None:
        """Acknowledge all that the position holds; what the server misses, it delivers again."""
        count = int(position.get("count", 0))
        with self._lock:
            done = [one for one, (number, _) in self._leased.items() if number <= count]
            messages = [message for one in done for message in self._leased.pop(one)[1]]
        for message in messages:
            message.ack()

    def close(self) -> None:
        """Give back what was not committed, so that it is delivered to whoever asks next."""
        self._stopped.set()
        if self._thread:
            self._thread.join(_CLOSING + 1)

    def _run(self) -> None:
        repeated(self._pull, self._settings.retry_ceiling, self._stopped, self._failed)

    def _failed(self, failure: Failure, seconds: float) -> None:
        if str(failure) != self._health.failure:
            _LOG.warning("feed %s: %s; next attempt in %.0f s", self.name, failure, seconds)
        self._health = replace(self._health, retries=self._health.retries + 1, failure=str(failure))

    def _pull(self) -> None:
        """One stream, until the source is closed. What passes by itself, the client repeats by itself."""
        flow = pubsub_v1.types.FlowControl(
            max_messages=self._settings.buffer_items,
            max_bytes=self._settings.buffer_bytes,
            max_lease_duration=self._settings.lease,
        )
        try:
            stream = self._client.subscribe(self._path, callback=self._arrived, flow_control=flow)
            while not self._stopped.is_set():
                with contextlib.suppress(TimeoutError):
                    stream.result(timeout=_POLL)
                    raise Failure("the stream ended")
            stream.cancel()
            with contextlib.suppress(CancelledError):
                stream.result(timeout=_CLOSING)
            self._give_back()
            # Threads of the client may still speak: its channel closes when the last of them lets it go.
            self._client = None
        except TimeoutError:
            _LOG.info("feed %s: its stream ends with the process", self.name)
        except (GoogleAPIError, GoogleAuthError) as error:
            hint = " Is the subscription there, and may this account read it?" if _refused(error) else ""
            raise Failure(f"{type(error).__name__}: {error}{hint}", final=_refused(error)) from None

    def _give_back(self) -> None:
        """End the leases of what is not committed; the stream, which could, is gone."""
        with self._lock:
            names = [message.ack_id for _, leased in self._leased.values() for message in leased]
            self._leased.clear()
        for start in range(0, len(names), _BATCH):
            request = {"subscription": self._path, "ack_ids": names[start : start + _BATCH]}
            self._client.modify_ack_deadline(request={**request, "ack_deadline_seconds": 0}, timeout=_CLOSING)

    def _arrived(self, message: Any) -> None:
        """Callback of the client, in one of its threads."""
        key = digest(message.message_id.encode())
        with self._lock:
            if key in self._leased:  # again, before we had done with it
                self._leased[key][1].append(message)
                self._health = replace(self._health, repeated=self._health.repeated + 1)
            elif key in self._known:  # again, though a manifest holds it
                message.ack()
                self._health = replace(self._health, repeated=self._health.repeated + 1)
            else:
                self._read_count += 1
                self._leased[key] = self._read_count, [message]
                self._known.add(key)
                self._buffer.put(delivery(message, self._uri, self._settings, self._now), key)
            if self._health.failure:
                _LOG.warning("feed %s: answers again", self.name)
            self._health = replace(self._health, failure=None, reached_at=int(self._now() * 1e6))


def _refused(error: Exception) -> bool:
    code = getattr(error, "code", None)
    return isinstance(code, int) and 400 <= code < 500 and code != 429
