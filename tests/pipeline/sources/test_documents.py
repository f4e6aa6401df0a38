"""What is written about sources is true: the README's feeds file is accepted, every setting is described."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from pipeline import feeds
from pipeline.sources.settings import HttpSettings, KafkaSettings, PubsubSettings, SourceSettings

ROOT = Path(__file__).resolve().parents[3]
SOURCES = (ROOT / "deploy" / "sources.md").read_text("utf-8")


def test_the_feeds_of_the_readme_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    (block,) = [one for one in blocks if "[inbox]" in one]
    (tmp_path / "inbox").mkdir()
    file = tmp_path / "feeds.toml"
    file.write_text(block.replace("/srv/feeds/inbox", str(tmp_path / "inbox")))
    for name in ("AP_API_KEY", "DPA_PATH", "CMS_TOKEN", "KAFKA_USER", "KAFKA_PASSWORD"):
        monkeypatch.setenv(name, "x")
    found = [feeds.open_feed(config, tmp_path / "news") for config in feeds.read(file)]
    assert [feed.name for feed in found] == [
        "inbox",
        "agency-rss",
        "ap",
        "dpa",
        "house-json",
        "kafka",
        "pubsub",
    ]


@pytest.mark.parametrize("kind", [HttpSettings, KafkaSettings, PubsubSettings])
def test_every_setting_is_described(kind: type[SourceSettings]) -> None:
    names = [field.name for field in dataclasses.fields(kind) if field.name != "name"]
    assert [name for name in names if f"`{name}`" not in SOURCES] == []


def test_defaults_are_those_of_the_code() -> None:
    http, kafka, pubsub = HttpSettings(), KafkaSettings(), PubsubSettings()
    stated = {
        "| `interval` | 60 |": http.interval == 60,
        "| `timeout`, `deadline` | 20, 120 |": (http.timeout, http.deadline) == (20, 120),
        "| `max_bytes` | 32 MiB |": http.max_bytes == 32 << 20,
        "| `buffer_items`, `buffer_bytes` | 10,000, 64 MiB |": (kafka.buffer_items, kafka.buffer_bytes)
        == (10_000, 64 << 20),
        "| `retry_ceiling` | 300 |": http.retry_ceiling == 300,
        "| `remembered` | 200 (Pub/Sub 1,000) |": (http.remembered, pubsub.remembered) == (200, 1_000),
        "| `paging`, `max_pages` | `auto`, 20 |": (http.paging, http.max_pages) == ("auto", 20),
        "| `start` | `earliest` |": kafka.start == "earliest",
        "(`lease`, 3,600 s at most)": pubsub.lease == 3_600,
    }
    assert [text for text in stated if text not in SOURCES] == []
    assert [text for text, true in stated.items() if not true] == []
