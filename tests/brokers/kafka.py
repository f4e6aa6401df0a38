"""A real Kafka broker of one node on loopback, without Docker: `with Broker(folder) as broker: broker.servers`.

It can be stopped, killed and started again on the same port with the same data.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import trustme
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from cryptography.hazmat.primitives import serialization

from tests.brokers.jars import fetched, needs

_HERE = Path(__file__).resolve().parent
_JAVA = (
    "-Xms64m",
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xshare:auto",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
)
_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{control}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{control}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder}/log
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
num.network.threads=2
num.io.threads=2
log.cleaner.dedupe.buffer.size=1048577
log.retention.check.interval.ms=500
log.cleaner.backoff.ms=500
log.initial.task.delay.ms=500
"""


_KEPT: list[socket.socket] = []


def free_port() -> int:
    """A port on loopback that nobody listens on, and that the system gives to nobody else while this process runs.

    It stays bound here, without listening: who asks for this very port, with SO_REUSEADDR as servers do, has it.
    """
    kept = socket.socket()
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    kept.bind(("127.0.0.1", 0))
    _KEPT.append(kept)
    port: int = kept.getsockname()[1]
    return port


class Broker:
    """The broker.

    Args:
        folder: for its data, configuration and logs (`broker.log`).
        properties: of the broker, besides or instead of the ones above.
        secure: password of the user `wirebeam`: then there is a second listener with TLS and SASL (PLAIN),
            whose authority is `folder/ca.pem`.

    Attributes:
        servers: `127.0.0.1:port`.
        secure_servers: the same of the second listener.
        process: the Java process, None while it is stopped.
    """

    def __init__(self, folder: Path, properties: Mapping[str, str] | None = None, secure: str = "") -> None:
        needs("java", "mvn")
        self._jars = fetched(_HERE / "kafka-pom.xml", _HERE / "kafka.sha256")
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        port, control = free_port(), free_port()
        self.servers = f"127.0.0.1:{port}"
        self.secure_servers = ""
        self.process: subprocess.Popen[bytes] | None = None
        text = _PROPERTIES.format(port=port, control=control, folder=folder)
        if secure:
            text += self._secure(text, secure)
        text += "".join(f"{key}={value}\n" for key, value in (properties or {}).items())
        (folder / "server.properties").write_text(text)

    def _secure(self, text: str, password: str) -> str:
        listener = f"SECURE://127.0.0.1:{free_port()}"
        self.secure_servers = listener.rpartition("/")[2]
        authority = trustme.CA()
        certificate = authority.issue_cert("127.0.0.1")
        authority.cert_pem.write_to_path(str(self._folder / "ca.pem"))
        key = serialization.load_pem_private_key(certificate.private_key_pem.bytes(), None)
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        chain = b"".join(one.bytes() for one in certificate.cert_chain_pems)
        (self._folder / "server.pem").write_bytes(key.private_bytes(*form) + chain)
        values = dict(line.partition("=")[::2] for line in text.splitlines())
        login = "org.apache.kafka.common.security.plain.PlainLoginModule"
        return f"""\
listeners={values["listeners"]},{listener}
advertised.listeners={values["advertised.listeners"]},{listener}
listener.security.protocol.map={values["listener.security.protocol.map"]},SECURE:SASL_SSL
listener.name.secure.ssl.keystore.type=PEM
listener.name.secure.ssl.keystore.location={self._folder}/server.pem
listener.name.secure.sasl.enabled.mechanisms=PLAIN
listener.name.secure.plain.sasl.jaas.config={login} required user_wirebeam="{password}";
"""

    def start(self, seconds: float = 180) -> None:
        """Start it and wait until it answers."""
        configuration = str(self._folder / "server.properties")
        if not (self._folder / "log" / "meta.properties").exists():
            cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode()[:22]
            with open(self._folder / "format.log", "wb") as log:
                command = ["kafka.tools.StorageTool", "format", "--cluster-id", cluster]
                command += ["--config", configuration]
                subprocess.run(self._java(command), stdout=log, stderr=log, check=True)
        with open(self._folder / "broker.log", "ab") as log:
            self.process = subprocess.Popen(
                self._java(["kafka.Kafka", configuration]), stdout=log, stderr=log, cwd=self._folder
            )
        end = time.monotonic() + seconds
        while True:
            try:
                if self.admin().list_topics(timeout=1).brokers:
                    return
            except KafkaException:
                pass
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"no broker: {(self._folder / 'broker.log').read_text()[-2000:]}")
            time.sleep(0.1)

    def _java(self, command: list[str]) -> list[str]:
        return ["java", *_JAVA, "-cp", f"{self._jars}{os.sep}*", *command]

    def stop(self, *, kill: bool = False) -> None:
        """End it: cleanly, or with SIGKILL. `start` goes on with the same data."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def __enter__(self) -> Broker:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop(kill=True)

    def admin(self) -> AdminClient:
        """A client that administers it."""
        return AdminClient(
            {"bootstrap.servers": self.servers, "log_level": 0, "reconnect.backoff.max.ms": 200}
        )

    def producer(self, **options: Any) -> Producer:
        """A client that sends to it."""
        return Producer({"bootstrap.servers": self.servers, "log_level": 0, "linger.ms": 5, **options})

    def create(self, topic: str, partitions: int = 1, **configuration: str) -> None:
        """Create a topic and wait until it is there."""
        new = NewTopic(
            topic,
            partitions,
            1,
            config={key.replace("_", "."): value for key, value in configuration.items()},
        )
        admin = self.admin()  # must outlive its futures
        admin.create_topics([new])[topic].result(120)

    def end(self, topic: str, partition: int = 0) -> int:
        """The offset after a partition's last message."""
        consumer = Consumer({"bootstrap.servers": self.servers, "group.id": "tests", "log_level": 0})
        try:
            found: int = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=60)[1]
            return found
        finally:
            consumer.close()
