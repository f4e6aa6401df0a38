"""One visit to a feed: its pages asked for, taken apart, and what is new in them handed on."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol
from urllib.parse import urljoin

import orjson

from pipeline.sources import page
from pipeline.sources.agency_api import goes_forward
from pipeline.sources.failure import Failure
from pipeline.sources.http_client import Answer, HttpClient
from pipeline.sources.http_position import Mark, Standing
from pipeline.sources.known import digest
from pipeline.sources.live import Delivery
from pipeline.sources.page import Entry, Page, Pointers
from pipeline.sources.secrets import Secrets
from pipeline.sources.settings import HttpSettings
from schemas.errors import ItemError
from transforms.expand import names
from transforms.parse import encoding

_LOG = logging.getLogger(__name__)
_LONGEST_ID = 300  # characters of an entry's id in `source`; a longer one is named by its digest
_ATTEMPTS = 3  # at the address that an entry points to, before the entry stands for itself
_STUBBORN = 10_000


class Receiver(Protocol):
    """Where a visit hands things on."""

    def room(self) -> bool:
        """Waits for room; False when the source is being closed."""

    def known(self, entry: Entry) -> None:
        """An entry that was handed on before."""

    def new(self, entry: Entry, delivery: Delivery) -> None:
        """An entry that was not."""

    def mark(self, mark: Mark) -> None:
        """A page was read."""


class Visitor:
    """Visits one feed.

    Args:
        uri: the feed's address, secrets in it.
        public: the same as it may be kept: becomes `source`.
        settings: the feed's, an agency's defaults in them.
        client: asks its server.
        secrets: of the address.
        now: the clock, seconds since the epoch (UTC).
    """

    def __init__(
        self,
        uri: str,
        public: str,
        settings: HttpSettings,
        client: HttpClient,
        secrets: Secrets,
        now: Callable[[], float],
    ) -> None:
        self._uri = uri
        self._source = names.escape(public)
        self._settings = settings
        self._client = client
        self._secrets = secrets
        self._now = now
        self._forward = goes_forward(settings)
        self._pointers = Pointers(
            settings.items, settings.item_id, settings.item_url, settings.receipt, settings.next_page
        )
        self._failures: Counter[bytes] = Counter()
        self._broken = b""

    def visit(self, standing: Standing, receiver: Receiver) -> float:
        """Ask, and hand on.

        Args:
            standing: where the feed stands; the receiver brings it on.
            receiver: takes what is new.

        Returns:
            Seconds until the next visit.

        Raises:
            Failure: the visit ended before its end; what was handed on is handed on.
        """
        interval = self._settings.interval
        resuming = standing.walking  # a failure or a restart ended a walk: read on past what is known
        conditions = ("", "") if resuming else (standing.etag, standing.modified)
        url = self._start(standing)
        first: Answer | None = None
        walk: list[bytes] = []
        size = fresh = 0
        for _ in range(self._settings.max_pages):
            if not receiver.room():
                return interval
            answer = self._ask(url, conditions, standing, receiver)
            if answer.status == 304:
                return max(answer.delay or 0.0, interval)
            first, conditions = first or answer, ("", "")
            content = self._content(answer)
            digests = [entry.digest for entry in content.entries]
            walk += digests
            # Of a feed with pages two are remembered: what is new on the first pushes some to the second.
            size = size or len(walk) * (2 if content.next_url or answer.next_url else 1)
            new = sum(one not in standing.known for one in digests)
            fresh += new
            next_url = urljoin(answer.url, content.next_url or answer.next_url)
            goes_on = self._settings.paging != "off" and next_url not in (answer.url, url)
            if self._forward:
                self._hand_over(content.entries, answer, standing, receiver)
                cursor = self._client.without_credentials(next_url) if goes_on else None
                receiver.mark(Mark(walk=digests, first=len(digests), cursor=cursor))
                goes_on = goes_on and bool(digests)
            else:
                goes_on = goes_on and (new > 0 or resuming)
                if goes_on:
                    receiver.mark(Mark(walking=True))
                self._hand_over(content.entries, answer, standing, receiver)
            if not goes_on:
                break
            url = next_url
        else:
            _LOG.warning(
                "feed %s: a visit ends after %d pages; see max_pages", self._source, self._settings.max_pages
            )
        if first and not self._forward:
            receiver.mark(
                Mark(walk=walk, first=size, etag=first.etag, modified=first.modified, walking=False)
            )
        asked = first.delay if first else None
        return asked if asked is not None and (asked > interval or fresh) else interval

    def _start(self, standing: Standing) -> str:
        return self._secrets.reveal(standing.cursor, "uri") if standing.cursor else self._uri

    def _ask(self, url: str, conditions: tuple[str, str], standing: Standing, receiver: Receiver) -> Answer:
        try:
            return self._client.get(url, *conditions)
        except Failure as failure:
            if url == self._uri or not standing.cursor or failure.status not in (400, 404, 410):
                raise
            _LOG.warning(
                "feed %s: the place to go on is refused, from the beginning; items may be missing: %s",
                self._source,
                failure,
            )
            receiver.mark(Mark(cursor=""))
            return self._client.get(self._uri)

    def _content(self, answer: Answer) -> Page:
        """An answer taken apart. One that looks cut is asked for again, and believed when it comes again."""
        start = answer.body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if start.startswith((b"<!doctype html", b"<html")) and not self._settings.format:
            raise Failure("answered a web page, no feed; set `format` if it should", status=200)
        content = page.read(answer.body, self._pointers)
        if not content.whole:
            if (seen := digest(answer.body)) != self._broken:
                self._broken = seen
                raise Failure("the answer ends in the middle, or is no JSON")
            _LOG.warning("feed %s: the answer is broken, twice the same; it is taken as it is", self._source)
        return content

    def _hand_over(
        self, entries: Sequence[Entry], answer: Answer, standing: Standing, receiver: Receiver
    ) -> None:
        for entry in entries:
            if entry.digest in standing.known:
                receiver.known(entry)
            else:
                receiver.new(entry, self._delivery(entry, answer))

    def _delivery(self, entry: Entry, answer: Answer) -> Delivery:
        data, media_type = self._item(entry, answer)
        source = self._source
        if data is not answer.body:
            local = entry.id if 0 < len(entry.id) <= _LONGEST_ID else entry.digest.hex()
            source = f"{source}!{names.escape(local)}"
        return Delivery(
            uri=source,
            data=data,
            received_at=int(self._now() * 1e6),
            size=len(data),
            media_type=media_type,
            feed=self._settings.name,
            provider=self._settings.provider or None,
            source_format=self._settings.format or None,
        )

    def _item(self, entry: Entry, answer: Answer) -> tuple[bytes, str | None]:
        """The bytes of an item: the entry, or what a second request brings."""
        if not entry.url:
            return entry.data, answer.media_type
        try:
            fetched = self._client.get(urljoin(answer.url, entry.url))
        except Failure as failure:
            if len(self._failures) > _STUBBORN:
                self._failures.clear()
            self._failures[entry.digest] += 1
            if not failure.final and self._failures[entry.digest] < _ATTEMPTS:
                raise
            _LOG.warning("feed %s: %s; the list's own entry is taken", self._source, failure)
            return entry.data, answer.media_type
        member = self._settings.item_member
        if not member or entry.record is None:
            return fetched.body, fetched.media_type
        try:
            text = encoding.decode(fetched.body).text
        except ItemError:
            text = fetched.body.decode("utf-8", "replace")
        return orjson.dumps({**entry.record, member: text}), answer.media_type
