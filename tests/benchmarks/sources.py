"""What sources of a stream cost: `python -m tests.benchmarks.sources`. Servers run in this process and count too."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace

import orjson
from confluent_kafka import Producer

from pipeline.sources.connect import connect
from pipeline.sources.live import LiveSource
from pipeline.sources.settings import HttpSettings, KafkaSettings, PubsubSettings
from tests.brokers.pubsub import FakePubsub
from tests.pipeline.sources.server import Reply, Request, Server

ITEMS, SIZE, IDLE = 10_000, 2_000, 10.0
TEXT = "x" * SIZE


def measured(name: str, source: LiveSource, publish: Callable[[], None]) -> None:
    """One line: items a second by the clock, CPU milliseconds an item, CPU while nothing comes."""
    publish()
    source.open(None)
    got = 0
    position = source.take(1, 1).position
    began = cpu = 0.0
    while got < ITEMS:
        taken = source.take(2_000, 64 << 20)
        if taken.deliveries and not began:  # from the first on: joining a group takes its time
            began, cpu = time.monotonic(), time.process_time()
        got += len(taken.deliveries)
        position = taken.position
        if taken.deliveries:
            source.acknowledge(position)
        else:
            time.sleep(0.01)
    seconds, spent = time.monotonic() - began, time.process_time() - cpu
    time.sleep(2)
    cpu = time.process_time()
    time.sleep(IDLE)
    idle = (time.process_time() - cpu) / IDLE
    size = len(orjson.dumps(position))
    print(
        f"{name:8} {got / seconds:9,.0f} items/s  {1000 * spent / got:6.3f} ms CPU an item  "
        f"{100 * idle:5.2f} % of a core idle  {size:6,} bytes of position"
    )
    source.close()


def http() -> None:
    """A list of JSON, 100 items a page."""
    server = Server()

    def route(request: Request) -> Reply:
        page = int(request.query.removeprefix("page=") or 0)
        items = [{"uri": f"urn:{page}:{one}", "headline": "H", "body_text": TEXT} for one in range(100)]
        return Reply(
            orjson.dumps({"items": items, "next": f"/list?page={page + 1}" if page < ITEMS // 100 else None})
        )

    server.routes["/list"] = route
    settings = HttpSettings(interval=1, max_pages=1_000)
    measured("http", connect(f"{server.url}/list", settings), lambda: None)
    server.close()


def kafka() -> None:
    """Four partitions of librdkafka's mock cluster."""
    producer = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "unused", "log_level": 0})
    servers = ",".join(f"{one.host}:{one.port}" for one in producer.list_topics(timeout=10).brokers.values())

    def publish() -> None:
        for number in range(ITEMS):
            producer.produce("wire", TEXT.encode(), partition=number % 4)
            if number % 1000 == 0:
                producer.flush(10)
        producer.flush(10)

    measured("kafka", connect(f"kafka://{servers}/wire", KafkaSettings(group="bench")), publish)


def pubsub() -> None:
    """A server in Python."""
    server = FakePubsub(lease=60)
    os.environ["PUBSUB_EMULATOR_HOST"] = f"127.0.0.1:{server.port}"

    def publish() -> None:
        for _ in range(ITEMS):
            server.publish(TEXT.encode())

    measured("pubsub", connect("pubsub://news-project/wire-sub", replace(PubsubSettings())), publish)
    server.close()


if __name__ == "__main__":
    http()
    kafka()
    pubsub()
