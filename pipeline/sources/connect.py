"""An address and its settings made a source: what `wirebeam stream` and a feeds file name."""

from __future__ import annotations

import importlib
from dataclasses import replace
from hashlib import blake2b
from typing import cast

from pipeline.sources.live import LiveSource
from pipeline.sources.settings import (
    HttpSettings,
    KafkaSettings,
    PubsubSettings,
    SettingError,
    SourceSettings,
    settings_type,
)

_SOURCES: dict[type[SourceSettings], tuple[str, str, str]] = {
    HttpSettings: ("pipeline.sources.http", "HttpSource", ""),
    KafkaSettings: ("pipeline.sources.kafka", "KafkaSource", "kafka"),
    PubsubSettings: ("pipeline.sources.pubsub", "PubsubSource", "gcp"),
}


def connect(uri: str, settings: SourceSettings | None = None, dataset: str = "") -> LiveSource:
    """The source at an address; nothing is asked of the network before it is opened.

    Args:
        uri: `http://` or `https://` (may hold `${NAME}`), `kafka://host:port[,host:port]/topic[,topic]`,
            `pubsub://project/subscription`.
        settings: of the address's kind (`settings_type`); None for all as it is by default.
        dataset: names the dataset that is written, for a consumer group of its own.

    Raises:
        SettingError: the address or a setting cannot be.
        WirebeamError: a variable that holds a secret is not set, or the kind needs an extra that is not
            installed.
    """
    kind = settings_type(uri)
    if kind is None:
        known = "http://, https://, kafka:// or pubsub://"
        raise SettingError("uri", f"{uri}: is none of {known}")
    if settings is None:
        settings = kind()
    elif type(settings) is not kind:
        raise SettingError("uri", f"{uri}: takes {kind.__name__}, not {type(settings).__name__}")
    settings = replace(settings, name=settings.name or uri)
    if isinstance(settings, KafkaSettings):
        settings = with_group(settings, dataset)
    module, name, extra = _SOURCES[kind]
    try:
        source = getattr(importlib.import_module(module), name)
    except ImportError as error:
        if not extra:
            raise
        fix = f"pip install --require-hashes -r requirements/{extra}.txt"
        raise SettingError("uri", f"{uri}: needs the extra `{extra}`: {fix}") from error
    return cast(LiveSource, source(uri, settings))


def with_group(settings: KafkaSettings, dataset: str) -> KafkaSettings:
    """The settings with a group of the feed's own where they name none.

    A dataset has one writer, so this group has one member: as a static one it is known again after a crash.
    """
    if settings.group:
        return settings
    own = blake2b(f"{dataset}\n{settings.name}".encode(), digest_size=6).hexdigest()
    return replace(settings, group=f"wirebeam-{own}", instance_id=settings.instance_id or "wirebeam")
