"""The Kafka topic of the soak: a real broker, some messages a second, a tenth of them twice."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.brokers.kafka import Broker


@contextmanager
def sending(folder: Path, items: Sequence[bytes], rate: float, seed: int) -> Iterator[str]:
    """The address of a topic that gets so many messages a second."""
    folder.mkdir()
    ended = threading.Event()
    with Broker(folder) as broker:
        broker.create("wire", 3)
        producer = broker.producer()

        def send() -> None:
            chosen = random.Random(seed)
            for item in items:
                for _ in range(1 + (chosen.random() < 0.1)):
                    producer.produce("wire", item)
                producer.poll(0)
                if ended.wait(1 / rate):
                    return
            producer.flush(30)

        thread = threading.Thread(target=send)
        thread.start()
        try:
            yield f"kafka://{broker.servers}/wire"
        finally:
            ended.set()
            thread.join()
