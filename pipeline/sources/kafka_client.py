"""Kafka apart from the reading: an address, the client's options, a message as a delivery, positions."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pipeline.sources.live import Delivery
from pipeline.sources.secrets import Secrets
from pipeline.sources.settings import KafkaSettings, SettingError

_ADDRESS = re.compile(r"kafka://([^/@?#]+)/([^/?#]+)/?", re.I)
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")
_OURS = {
    "enable.auto.commit": "the manifest says what was read",
    "auto.offset.reset": "see `start`",
    "group.id": "see `group`",
    "partition.assignment.strategy": "partitions are taken over whole",
    "bootstrap.servers": "they are in the address",
}


class Message(Protocol):
    """What is used of a `confluent_kafka.Message`."""

    def topic(self) -> str: ...  # noqa: D102
    def partition(self) -> int: ...  # noqa: D102
    def offset(self) -> int: ...  # noqa: D102
    def key(self) -> bytes | None: ...  # noqa: D102
    def value(self) -> bytes | None: ...  # noqa: D102
    def headers(self) -> list[tuple[str, bytes | str | None]] | None: ...  # noqa: D102
    def timestamp(self) -> tuple[int, int]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Address:
    """A `kafka://` address.

    Attributes:
        servers: `host:port`, separated by commas.
        topics: one or more.
    """

    servers: str
    topics: tuple[str, ...]


def address(uri: str) -> Address:
    """The parts of `kafka://host:port[,host:port]/topic[,topic]`; the port is 9092 where it is missing.

    Raises:
        SettingError: it is not of this form.
    """
    match = _ADDRESS.fullmatch(uri)
    form = "kafka://host:port[,host:port]/topic[,topic]"
    if not match:
        raise SettingError("uri", f"is not of the form {form}")
    topics = tuple(match[2].split(","))
    if odd := [topic for topic in topics if not _TOPIC.fullmatch(topic) or topic in (".", "..")]:
        raise SettingError("uri", f"{odd[0]!r} is no name of a topic")
    servers = [server if ":" in server else f"{server}:9092" for server in match[1].split(",")]
    return Address(",".join(servers), topics)


def options(servers: str, settings: KafkaSettings, secrets: Secrets) -> dict[str, Any]:
    """librdkafka's properties for a consumer that commits only when told to.

    Args:
        servers: see `Address`.
        settings: the feed's.
        secrets: where the variables that they name are looked up.

    Raises:
        SettingError: a variable is not set, or an option is one of ours.
    """
    protocol = ("SASL_" if settings.sasl_mechanism else "") + ("SSL" if settings.tls else "PLAINTEXT")
    found: dict[str, Any] = {
        "bootstrap.servers": servers,
        "group.id": settings.group,
        "client.id": "wirebeam",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        # An offset that is gone is an error of its own here, counted and said, not a silent jump.
        "auto.offset.reset": "error",
        "isolation.level": "read_committed",
        "allow.auto.create.topics": False,
        "enable.partition.eof": False,
        "session.timeout.ms": 10_000,  # so long a group waits for a member that was killed
        "topic.metadata.refresh.interval.ms": 30_000,  # finds new partitions
        "reconnect.backoff.max.ms": min(10_000, int(settings.retry_ceiling * 1000)),
        "queued.max.messages.kbytes": max(1024, settings.buffer_bytes // 4 >> 10),
        "security.protocol": protocol,
        "log_level": 2,
    }
    if settings.ca_file:
        found["ssl.ca.location"] = settings.ca_file
    if settings.cert_file:
        found["ssl.certificate.location"] = settings.cert_file
        found["ssl.key.location"] = settings.key_file
    if settings.key_password_env:
        found["ssl.key.password"] = secrets.value(settings.key_password_env, "key_password_env")
    if settings.sasl_mechanism:
        found["sasl.mechanism"] = settings.sasl_mechanism
        found["sasl.username"] = secrets.value(settings.user_env, "user_env")
        found["sasl.password"] = secrets.value(settings.password_env, "password_env")
    if settings.instance_id:
        found["group.instance.id"] = settings.instance_id
    for name, value in settings.options.items():
        if name in _OURS:
            raise SettingError("options", f"{name} cannot be set: {_OURS[name]}")
        found[name] = secrets.reveal(value, "options")
    return found


def delivery(
    message: Message, servers: str, settings: KafkaSettings, now: Callable[[], float] = time.time
) -> Delivery | None:
    """A message as a delivery, its bytes untouched; None for a tombstone, which is no item.

    `kafka://servers/topic/partition/offset` names it. The key and the headers become attributes (`kafka.key`,
    then the headers as sent), the message's own time `received_at`.

    Args:
        message: without an error.
        servers: as the user named them.
        settings: the feed's.
        now: the clock for messages without a time, seconds since the epoch (UTC).
    """
    value = message.value()
    if value is None:
        return None
    attributes = [(name, _text(content)) for name, content in message.headers() or ()]
    media_type = next((text for name, text in attributes if name.lower() == "content-type"), None)
    if (key := message.key()) is not None:
        attributes.insert(0, ("kafka.key", _text(key)))
    milliseconds = message.timestamp()[1]
    return Delivery(
        uri=f"kafka://{servers}/{message.topic()}/{message.partition()}/{message.offset()}",
        data=value,
        received_at=milliseconds * 1000 if milliseconds > 0 else int(now() * 1e6),
        size=len(value),
        media_type=media_type or None,
        feed=settings.name,
        provider=settings.provider or None,
        source_format=settings.format or None,
        attributes=tuple(attributes),
    )


def _text(content: bytes | str | None) -> str:
    if isinstance(content, bytes):
        return content.decode("utf-8", "backslashreplace")
    return content or ""


def first_offset(known: int | None, low: int, high: int, latest: bool) -> tuple[int, int, str]:
    """Where to go on when the offset to go on at is not there.

    Args:
        known: that offset; None where neither dataset nor group has one.
        low, high: the first that the broker holds, and the one after the last.
        latest: begin at the end where nothing is known.

    Returns:
        The offset, how many messages were deleted before they were read at most (a compacted topic has
        gaps), and what to say, empty for nothing.
    """
    if known is None:
        return (high if latest else low), 0, ""
    if known < low:
        lost = low - known
        return low, lost, f"the broker deleted {known} to {low - 1} unread: up to {lost} items are lost"
    if known > high:
        return low, 0, f"ends at {high}, {known} were read: it was made anew, and is read from its beginning"
    return known, 0, ""


def offsets(position: Mapping[str, Any] | None) -> dict[tuple[str, int], int]:
    """The next offset of each partition, as a position holds it: `{"topic": {"0": 17}}`."""
    return {
        (topic, int(partition)): int(offset)
        for topic, partitions in (position or {}).items()
        for partition, offset in partitions.items()
    }


def position(found: Mapping[tuple[str, int], int]) -> dict[str, dict[str, int]]:
    """What `offsets` reads."""
    whole: dict[str, dict[str, int]] = {}
    for (topic, partition), offset in sorted(found.items()):
        whole.setdefault(topic, {})[str(partition)] = offset
    return whole
