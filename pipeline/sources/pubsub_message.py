"""A message of a Pub/Sub subscription as a delivery, whoever pulled it."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Protocol

from pipeline.sources.live import Delivery
from pipeline.sources.settings import PubsubSettings, SettingError

_ADDRESS = re.compile(r"pubsub://([a-z][a-z0-9:.-]{4,61}[a-z0-9])/([A-Za-z][A-Za-z0-9._~+%-]{2,254})/?")


class PubsubMessage(Protocol):
    """What Google's client and Beam's source have in common."""

    @property
    def data(self) -> bytes: ...  # noqa: D102
    @property
    def attributes(self) -> Mapping[str, str] | None: ...  # noqa: D102
    @property
    def message_id(self) -> str: ...  # noqa: D102
    @property
    def publish_time(self) -> dt.datetime | None: ...  # noqa: D102
    @property
    def ordering_key(self) -> str: ...  # noqa: D102


def address(uri: str) -> tuple[str, str]:
    """Project and subscription of an address.

    Args:
        uri: `pubsub://project/subscription`.

    Raises:
        SettingError: it is not of this form.
    """
    if not (match := _ADDRESS.fullmatch(uri)):
        raise SettingError("uri", f"{uri}: is not of the form pubsub://project/subscription")
    return match[1], match[2]


def subscription_path(uri: str) -> str:
    """Google's name of a subscription; see `address`."""
    return "projects/{}/subscriptions/{}".format(*address(uri))


def identity(message: PubsubMessage) -> str:
    """The id of a message: the server's; where an engine does not tell it, a digest of all that it tells."""
    if message.message_id:
        return message.message_id
    told = blake2b(message.data or b"", digest_size=16)
    told.update(repr((sorted((message.attributes or {}).items()), str(message.publish_time))).encode())
    return told.hexdigest()


def delivery(
    message: PubsubMessage, uri: str, settings: PubsubSettings, now: Callable[[], float] = time.time
) -> Delivery:
    """A message as a delivery, its bytes untouched.

    `pubsub://project/subscription/id` names it (see `identity`). The ordering key and the attributes are kept
    (`pubsub.ordering_key`, then the attributes by their names), `received_at` is when it was published.

    Args:
        message: it.
        uri: the subscription's address.
        settings: the feed's, with its name.
        now: the clock for messages without a time, seconds since the epoch (UTC).
    """
    attributes = sorted((message.attributes or {}).items())
    media_type = next((value for name, value in attributes if name.lower() == "content-type"), None)
    if message.ordering_key:
        attributes.insert(0, ("pubsub.ordering_key", message.ordering_key))
    published, data = message.publish_time, message.data or b""
    return Delivery(
        uri=f"{uri.rstrip('/')}/{identity(message)}",
        data=data,
        received_at=int((published.timestamp() if published else now()) * 1e6),
        size=len(data),
        media_type=media_type,
        feed=settings.name,
        provider=settings.provider or None,
        source_format=settings.format or None,
        attributes=tuple(attributes),
    )
