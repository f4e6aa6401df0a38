"""A Pub/Sub server for tests: the subscriber's part of Google's published gRPC service, in memory, on loopback."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf import empty_pb2
from google.pubsub_v1 import types

_SERVICE = "google.pubsub.v1.Subscriber"


class FakePubsub:
    """One subscription; every message is delivered until it is acknowledged.

    Attributes:
        port: on loopback.
        lease: seconds after which an unacknowledged message is delivered again.
        acknowledged: ids, in order.
        extended: ids whose lease was extended.
        lose_acknowledgements: answer them, and do as if they never came.
        refusal: every new stream ends with this status.
    """

    def __init__(self, lease: float = 10.0, port: int = 0) -> None:
        self.lease = lease
        self.acknowledged: list[str] = []
        self.extended: set[str] = set()
        self.deliveries = 0
        self.lose_acknowledgements = False
        self.refusal: grpc.StatusCode | None = None
        self._waiting: list[types.PubsubMessage] = []
        self._out: dict[str, tuple[types.PubsubMessage, float]] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()
        self._stopped = threading.Event()
        self._server = grpc.server(ThreadPoolExecutor(8))
        self._server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(_SERVICE, self._methods()),)
        )
        self.port = self._server.add_insecure_port(f"127.0.0.1:{port}")
        self._server.start()

    def _methods(self) -> dict[str, grpc.RpcMethodHandler]:
        empty = empty_pb2.Empty.SerializeToString
        return {
            "StreamingPull": grpc.stream_stream_rpc_method_handler(
                self._stream, types.StreamingPullRequest.deserialize, types.StreamingPullResponse.serialize
            ),
            "Pull": grpc.unary_unary_rpc_method_handler(
                self._pull, types.PullRequest.deserialize, types.PullResponse.serialize
            ),
            "Acknowledge": grpc.unary_unary_rpc_method_handler(
                self._acknowledge, types.AcknowledgeRequest.deserialize, empty
            ),
            "ModifyAckDeadline": grpc.unary_unary_rpc_method_handler(
                self._modify, types.ModifyAckDeadlineRequest.deserialize, empty
            ),
        }

    def publish(self, data: bytes, **attributes: str) -> str:
        """Add a message; its id."""
        with self._lock:
            name = str(next(self._numbers))
            stamp = dt.datetime(2026, 11, 25, 10, 0, int(name) % 60, 123456, tzinfo=dt.UTC)
            message = types.PubsubMessage(
                data=data, attributes=attributes, message_id=name, publish_time=stamp
            )
            self._waiting.append(message)
            return name

    def expire(self) -> None:
        """Every lease ends now: what was not acknowledged is delivered again."""
        with self._lock:  # at once, before a client that does not know extends one of them
            self._waiting += [message for message, _ in self._out.values()]
            self._out.clear()

    def _stream(self, requests: Iterator[Any], context: grpc.ServicerContext) -> Iterator[Any]:
        if self.refusal:
            context.abort(self.refusal, "refused by the test")
        next(requests)
        while context.is_active() and not self._stopped.is_set():
            if received := self._leased(100):
                yield types.StreamingPullResponse(received_messages=received)
            time.sleep(0.02)

    def _leased(self, most: int) -> list[types.ReceivedMessage]:
        """Messages that nobody has, or no longer, leased to who asks."""
        with self._lock:
            for ack_id, (message, until) in list(self._out.items()):
                if until < time.monotonic():
                    del self._out[ack_id]
                    self._waiting.append(message)
            batch, self._waiting = self._waiting[:most], self._waiting[most:]
            received = []
            for message in batch:
                ack_id = f"{message.message_id}/{next(self._numbers)}"
                self._out[ack_id] = message, time.monotonic() + self.lease
                received.append(types.ReceivedMessage(ack_id=ack_id, message=message))
            self.deliveries += len(received)
            return received

    def _pull(self, request: Any, context: grpc.ServicerContext) -> Any:
        return types.PullResponse(received_messages=self._leased(request.max_messages))

    def _acknowledge(self, request: Any, context: grpc.ServicerContext) -> Any:
        with self._lock:
            for ack_id in request.ack_ids:
                if not self.lose_acknowledgements and ack_id in self._out:
                    del self._out[ack_id]
                    self.acknowledged.append(ack_id.partition("/")[0])
        return empty_pb2.Empty()

    def _modify(self, request: Any, context: grpc.ServicerContext) -> Any:
        seconds = min(request.ack_deadline_seconds, self.lease)
        with self._lock:
            for ack_id in request.ack_ids:
                if found := self._out.get(ack_id):
                    self._out[ack_id] = found[0], time.monotonic() + seconds
                    if seconds:
                        self.extended.add(ack_id.partition("/")[0])
        return empty_pb2.Empty()

    def close(self) -> None:
        self._stopped.set()
        self._server.stop(0).wait()
