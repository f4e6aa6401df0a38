"""The sources of the network in a stream: one dataset of RSS, a queue, Kafka and Pub/Sub, each item once."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
import orjson
import pytest
from confluent_kafka import Producer

from tests.brokers.pubsub import FakePubsub
from tests.conftest import WIREBEAM
from tests.pipeline.sources.server import Reply, Server, wait_for
from tests.pipeline.sources.test_http import Queue, rss

FEEDS = """
[rss]
source = "{url}/feed.xml"
interval = 0.2
[broken]
source = "{url}/broken.xml"
[dpa]
source = "{url}/${{DPA_PATH}}/entries.json"
api = "dpa"
provider = "dpa"
interval = 0.2
[kafka]
source = "kafka://{servers}/wire"
group = "news"
options = {{ "session.timeout.ms" = "6000", "fetch.wait.max.ms" = "20" }}
[pubsub]
source = "pubsub://news-project/wire-sub"
"""


def read_to(dataset: Path, feed: str) -> int:
    """How many of a topic's messages the newest manifest holds."""
    newest = max((dataset / "_manifests").glob("*.json"), default=None)
    position = orjson.loads(newest.read_bytes())["positions"].get(feed, {}) if newest else {}
    return sum(position.get("wire", {}).values())


def test_every_kind_of_source_in_one_stream(
    tmp_path: Path, wirebeam: Callable[..., subprocess.CompletedProcess[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, pubsub = Server(), FakePubsub()
    producer = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "unused", "log_level": 0})
    servers = ",".join(f"{one.host}:{one.port}" for one in producer.list_topics(timeout=60).brokers.values())
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{pubsub.port}")
    monkeypatch.setenv("DPA_PATH", "secret-path")
    server.routes["/feed.xml"] = Reply(rss(1, 2, 3))
    server.routes["/broken.xml"] = Reply(status=500)
    queue = Queue(server, 2)
    feeds = tmp_path / "feeds.toml"
    feeds.write_text(FEEDS.format(url=server.url, servers=servers))

    for number in range(8):
        text = b"\xff\x00\x01poison" if number == 5 else b"ROME, Nov 25 (ANSA) - Story %d of Kafka." % number
        producer.produce("wire", text, partition=number % 4)
    producer.flush()
    pubsub.publish(rss(7), desk="W")
    command = [WIREBEAM, "stream", "--feeds", str(feeds), "-o", str(tmp_path / "news"), "--every", "0.2"]
    try:
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            try:
                wait_for(
                    lambda: (
                        read_to(tmp_path / "news", "kafka") == 8
                        and not queue.entries
                        and pubsub.acknowledged == ["1"]
                        and len(server.asked("/feed.xml")) > 1
                    ),
                    120,
                )
            finally:
                process.terminate()
            _, said = process.communicate(timeout=300)
        assert process.returncode == 0, said
        assert "feed broken" in said
        assert "secret-path" not in said
    finally:
        server.close()
        pubsub.close()
    rows = duckdb.execute(
        f"SELECT source FROM read_parquet(['{tmp_path}/news/stories/**/*.parquet', '{tmp_path}/news/duplicates/**/*.parquet'], union_by_name=true)"
    ).fetchall()
    kinds = Counter(source.partition("://")[0] for (source,) in rows)
    assert kinds == {"http": 3 + 2, "kafka": 7, "pubsub": 1}
    assert len(set(rows)) == len(rows)
    assert not any("secret-path" in source for (source,) in rows)
    rejected = duckdb.execute(
        f"SELECT source, raw FROM read_parquet('{tmp_path}/news/rejects/**/*.parquet')"
    ).fetchall()
    assert rejected == [(f"kafka://{servers}/wire/1/1", b"\xff\x00\x01poison")]
    assert wirebeam("verify", tmp_path / "news").returncode == 0


def test_a_missing_extra_says_how_to_get_it() -> None:
    program = "import sys; sys.modules['confluent_kafka'] = None; from pipeline.sources.connect import connect; connect('kafka://b/t')"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert "needs the extra `kafka`: pip install --require-hashes -r requirements/kafka.txt" in done.stderr
