"""Settings of network sources: what cannot be is refused with the key that is wrong."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from pipeline.sources.connect import connect, with_group
from pipeline.sources.settings import (
    HttpSettings,
    KafkaSettings,
    PubsubSettings,
    SettingError,
    SourceSettings,
    settings_type,
)


@pytest.mark.parametrize(
    ("kind", "given", "key"),
    [
        (HttpSettings, {"interval": 0}, "interval"),
        (HttpSettings, {"items": "data/items"}, "items"),
        (HttpSettings, {"item_url": "href"}, "item_url"),
        (HttpSettings, {"api": "afp"}, "api"),
        (HttpSettings, {"paging": "newer"}, "paging"),
        (HttpSettings, {"header": "x-api-key"}, "header_env"),
        (HttpSettings, {"password_env": "P"}, "user_env"),
        (HttpSettings, {"receipt": "/r"}, "receipt_url"),
        (HttpSettings, {"receipt": "/r", "receipt_url": "entry/"}, "receipt_url"),
        (KafkaSettings, {"start": "now"}, "start"),
        (KafkaSettings, {"ca_file": "ca.pem"}, "tls"),
        (KafkaSettings, {"instance_id": "a/b"}, "instance_id"),
        (KafkaSettings, {"sasl_mechanism": "PLAIN"}, "user_env"),
        (KafkaSettings, {"sasl_mechanism": "MD5", "user_env": "U", "password_env": "P"}, "sasl_mechanism"),
        (PubsubSettings, {"lease": -1}, "lease"),
        (PubsubSettings, {"remembered": -1}, "remembered"),
        (HttpSettings, {"max_bytes": 0}, "max_bytes"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_its_key(
    kind: type[SourceSettings], given: dict[str, Any], key: str
) -> None:
    with pytest.raises(SettingError) as refused:
        kind(**given)
    assert refused.value.key == key
    assert str(refused.value).startswith(f"{key}: ")
    assert str(pickle.loads(pickle.dumps(refused.value))) == str(refused.value)


def test_a_secret_in_place_of_a_variables_name_is_refused_and_not_shown() -> None:
    with pytest.raises(SettingError) as refused:
        HttpSettings(bearer_env="eyJhbGciOi.secret-token")
    assert refused.value.key == "bearer_env"
    assert "secret-token" not in str(refused.value)


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("https://wire.example/feed.xml", HttpSettings),
        ("HTTP://wire.example/feed.xml", HttpSettings),
        ("kafka://broker:9092/wire", KafkaSettings),
        ("pubsub://project/subscription", PubsubSettings),
        ("/feeds/inbox", None),
        ("gs://bucket/feed", None),
        ("https.txt", None),
    ],
)
def test_the_scheme_tells_the_kind(uri: str, kind: type[SourceSettings] | None) -> None:
    assert settings_type(uri) is kind


def test_settings_of_another_kind_and_folders_are_refused() -> None:
    with pytest.raises(SettingError, match="takes KafkaSettings, not HttpSettings"):
        connect("kafka://broker:9092/wire", HttpSettings())
    with pytest.raises(SettingError, match="none of http://"):
        connect("/feeds/inbox")


def test_a_feed_has_a_group_of_its_own_with_one_static_member() -> None:
    first = with_group(KafkaSettings(name="desk"), "/srv/news")
    assert first == with_group(KafkaSettings(name="desk"), "/srv/news"), "the same after a restart"
    others = {
        with_group(KafkaSettings(name=name), dataset).group for name in "ab" for dataset in ("/a", "/b")
    }
    assert len(others) == 4
    assert first.instance_id
    given = KafkaSettings(name="desk", group="theirs")
    assert with_group(given, "/srv/news") == given
