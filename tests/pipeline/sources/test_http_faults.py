"""Servers that fail: what a feed says, that it goes on when they recover, and that no other feed waits."""

from __future__ import annotations

import datetime as dt
import email.utils
import gzip
import itertools
import re
import resource
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sources.failure import LONGEST_DELAY, Failure, repeated
from pipeline.sources.http_client import decoded, retry_after
from pipeline.sources.settings import HttpSettings
from tests.brokers.kafka import free_port
from tests.pipeline.sources.server import Reply, Request, Server, collect, nothing, opened, wait_for
from tests.pipeline.sources.test_http import rss

FAST = HttpSettings(interval=0.05, retry_ceiling=0.2, max_bytes=1 << 20)
# Seconds; for others the machine may be slow.
SHORT: dict[str, dict[str, Any]] = {"hang": {"timeout": 0.5}, "drip": {"deadline": 1.5}}
CUTS = itertools.count()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    RELEASED.clear()
    yield running
    RELEASED.set()
    running.close()


def _reset(handler: Any) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n<rss>")
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def _half(handler: Any) -> None:
    body = rss(1, 2)
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body[: len(body) // 2])


def _half_without_length(handler: Any) -> None:
    body = rss(1, 2)
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body[: -20 - next(CUTS) % 40])


RELEASED = threading.Event()
HANGING = 90.0  # seconds


def _hang(handler: Any) -> None:
    RELEASED.wait(HANGING)


def _drip(handler: Any) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(100):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def _endless(handler: Any) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n<rss>")
    while True:
        handler.wfile.write(b"<item/>" * 10_000)


def _garbage(handler: Any) -> None:
    handler.wfile.write(b"220 ftp.example ready\r\n")


def bomb(size: int) -> bytes:
    squeezer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    return b"".join(squeezer.compress(block) for _ in range(size >> 20)) + squeezer.flush()


GZIP = {"Content-Encoding": "gzip"}
FAULTS = {
    "500": (Reply(status=500), "answered 500"),
    "401": (Reply(status=401), "answered 401; check the credentials"),
    "404": (Reply(status=404), "answered 404"),
    "reset": (Reply(raw=_reset), "reset by peer"),
    "half": (Reply(raw=_half), "without sending complete message body"),
    "half without length": (Reply(raw=_half_without_length), "ends in the middle"),
    "hang": (Reply(raw=_hang), "no answer for 0.5 s"),
    "drip": (Reply(raw=_drip), "not whole after 1.5 s"),
    "endless": (Reply(raw=_endless), "more than 1048576 bytes"),
    "no HTTP": (Reply(raw=_garbage), "disconnected"),
    "bomb": (Reply(bomb(256 << 20), headers=GZIP), "more than 1048576 bytes"),
    "cut gzip": (Reply(gzip.compress(rss(1))[:-30], headers=GZIP), "gzip"),
    "no gzip": (Reply(rss(1), headers=GZIP), "broken gzip stream"),
    "brotli": (Reply(b"\x0b", headers={"Content-Encoding": "br"}), "not asked for"),
    "login page": (Reply(b"<!DOCTYPE html><html><body>Log in</body></html>"), "answered a web page"),
    "redirect away": (
        Reply(status=302, headers={"Location": "http://localhost:1/feed.xml"}),
        "to another server",
    ),
    "redirect to a file": (Reply(status=301, headers={"Location": "file:///etc/passwd"}), "leads out of TLS"),
    "redirect for ever": (Reply(status=307, headers={"Location": "/feed.xml"}), "redirects without end"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_said_and_outlived(server: Server, name: str) -> None:
    reply, expected = FAULTS[name]
    server.routes["/feed.xml"] = reply
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with opened(f"{server.url}/feed.xml", replace(FAST, **SHORT.get(name, {}))) as broken:
        failure = wait_for(lambda: broken.health().failure)
        assert expected in failure
        assert not broken.take(10, 1 << 30).deliveries
        server.routes["/feed.xml"] = Reply(gzip.compress(rss(1, 2)), headers=GZIP)
        got, _ = collect(broken, 2)
        assert [one.uri[-4:] for one in got] == ["id-1", "id-2"]
        wait_for(lambda: broken.health().failure is None)
        assert broken.health().retries > 0
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100 << 10, f"{grown} KiB more"


def test_a_feed_that_hangs_delays_no_other(server: Server) -> None:
    server.routes["/feed.xml"] = Reply(raw=_hang)
    server.routes["/other.xml"] = Reply(rss(1))
    slow = replace(FAST, timeout=600)
    with opened(f"{server.url}/feed.xml", slow) as broken, opened(f"{server.url}/other.xml", FAST) as other:
        wait_for(lambda: server.asked("/feed.xml"))
        collect(other, 1)
        server.routes["/other.xml"] = Reply(rss(2))
        collect(other, 1)
        assert not broken.take(1, 1).deliveries
        assert broken.health().retries == 0, "it still waits"


def test_closing_does_not_wait_for_a_server_that_hangs(server: Server) -> None:
    server.routes["/feed.xml"] = Reply(raw=_hang)
    with opened(f"{server.url}/feed.xml", replace(FAST, timeout=600)):
        wait_for(lambda: server.requests)
        began = time.monotonic()
    assert time.monotonic() - began < HANGING / 2


def test_a_redirect_within_the_server_and_to_a_named_host_is_followed(server: Server) -> None:
    server.routes["/old.xml"] = Reply(status=308, headers={"Location": "/feed.xml"})
    server.routes["/feed.xml"] = Reply(rss(1))
    server.routes["/away.xml"] = Reply(
        status=302, headers={"Location": f"http://localhost:{server.port}/feed.xml"}
    )
    with opened(f"{server.url}/old.xml", FAST) as source:
        assert collect(source, 1)[0][0].uri == f"{server.url}/old.xml!id-1"
    with opened(f"{server.url}/away.xml", replace(FAST, hosts=("localhost",))) as source:
        collect(source, 1)


@pytest.mark.parametrize("status", [429, 503])
def test_too_many_requests_waits_as_long_as_asked(
    server: Server, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    until: list[float] = []

    def busy(request: Request) -> Reply:
        server.routes["/feed.xml"] = Reply(rss(1))
        if status == 429:
            until.append(request.at + 1)
            return Reply(status=status, headers={"Retry-After": "1"})
        until.append(int(request.at) + 2)  # a date has whole seconds
        date = email.utils.format_datetime(dt.datetime.fromtimestamp(until[0], dt.UTC), usegmt=True)
        return Reply(status=status, headers={"Retry-After": date})

    server.routes["/feed.xml"] = busy
    with opened(f"{server.url}/feed.xml", FAST) as source:
        collect(source, 1)
    assert server.requests[1].at > until[0] - 0.01  # two clocks
    assert re.search(r"next attempt in [12] s", caplog.text), "and no longer"


def test_a_broken_document_that_stays_so_is_taken_as_it_is(server: Server) -> None:
    server.routes["/feed.json"] = Reply(b'{"items": [{"id": "1", "headline": "A"}, {"id": ')
    with opened(f"{server.url}/feed.json", FAST) as source:
        (got,), _ = collect(source, 1)
        assert got.data == b'{"items": [{"id": "1", "headline": "A"}, {"id": '
        nothing(source)


def test_a_server_that_is_not_there_yet_and_a_name_that_nobody_knows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = free_port()
    with opened(f"http://127.0.0.1:{port}/feed.xml", FAST) as source:
        assert "refused" in wait_for(lambda: source.health().failure)
    real = socket.getaddrinfo

    def known(host: Any, *arguments: Any, **named: Any) -> Any:
        """Without asking a server of names, which may be away or make up an answer."""
        if str(host).endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", known)
    with opened("http://no-such-host.invalid/feed.xml", FAST) as source:
        failure = wait_for(lambda: source.health().failure)
        assert "no-such-host.invalid" in failure
        nothing(source, 0.1)


def test_certificates_are_checked(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    ours, other = tmp_path / "ours.pem", tmp_path / "other.pem"
    authority.cert_pem.write_to_path(str(ours))
    trustme.CA().cert_pem.write_to_path(str(other))
    server = Server(context)
    server.routes["/feed.xml"] = Reply(rss(1))
    try:
        for untrusted in (FAST, replace(FAST, ca_file=str(other))):
            with opened(f"{server.url}/feed.xml", untrusted) as source:
                assert "CERTIFICATE_VERIFY_FAILED" in wait_for(lambda: source.health().failure)
        assert not server.requests
        with opened(f"{server.url}/feed.xml", replace(FAST, ca_file=str(ours))) as source:
            collect(source, 1)
    finally:
        server.close()


def test_a_failure_inside_is_a_failure_of_the_feed_and_its_thread_lives(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.routes["/feed.xml"] = Reply(rss(1))
    real = httpx.Client.stream
    calls = iter([True])

    def stream(*arguments: Any, **named: Any) -> Any:
        if next(calls, None):
            raise ZeroDivisionError("by us")
        return real(*arguments, **named)

    monkeypatch.setattr(httpx.Client, "stream", stream)
    with opened(f"{server.url}/feed.xml", FAST) as source:
        collect(source, 1)
        assert source.health().retries == 1


@given(
    parts=st.lists(st.binary(max_size=200), max_size=6),
    form=st.sampled_from(["gzip", "deflate", "raw", "identity"]),
    cut=st.integers(1, 50),
)
@settings(max_examples=200, deadline=None)
def test_what_was_compressed_comes_back_in_whatever_pieces(parts: list[bytes], form: str, cut: int) -> None:
    whole = b"".join(parts)
    packers: dict[str, Callable[[], bytes]] = {
        "gzip": lambda: b"".join(map(gzip.compress, parts)),  # members, one after the other
        "deflate": lambda: zlib.compress(whole),
        "raw": lambda: zlib.compress(whole)[2:-4],
        "identity": lambda: whole,
    }
    packed = packers[form]()
    pieces = [packed[start : start + cut] for start in range(0, len(packed), cut)]
    name = {"raw": "deflate"}.get(form, form)
    if form == "raw" and packed[:1] and packed[0] & 0x0F == 8:
        return  # not to be told from zlib's header
    assert b"".join(decoded(iter(pieces), name, 1 << 20)) == whole
    if form in ("gzip", "deflate") and len(packed) > 4:
        with pytest.raises(Failure):
            list(decoded(iter([packed[:-3]]), name, 1 << 20))


@given(value=st.one_of(st.none(), st.text(max_size=40), st.integers(-10, 10**30).map(str)))
def test_retry_after_is_never_negative_nor_endless(value: str | None) -> None:
    found = retry_after(value, 1e9)
    assert found is None or 0 <= found <= LONGEST_DELAY


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("Sun, 09 Sep 2001 01:46:50 GMT", 10),
        ("Sun, 09 Sep 2001 01:46:30 GMT", 0),
        ("soon", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(value, 1e9) == seconds


def test_waits_grow_to_the_ceiling_and_are_never_shorter_than_asked() -> None:
    waits: list[float] = []
    stopped = threading.Event()
    delays = iter([None, None, 0.03, None, None, None, None])

    def attempt() -> str:
        if (delay := next(delays, 0)) == 0:
            return "done"
        raise Failure("not yet", delay)

    began = time.monotonic()
    assert repeated(attempt, 0.02, stopped, lambda failure, seconds: waits.append(seconds)) == "done"
    assert len(waits) == 7
    assert waits[2] == 0.03
    assert all(0 < wait <= 0.02 for wait in waits[:2] + waits[3:])
    assert len(set(waits)) > 3, "no jitter"
    assert time.monotonic() - began >= sum(waits)
    stopped.set()
    assert repeated(_fail, 0.02, stopped, lambda failure, seconds: None) is None


def _fail() -> str:
    raise Failure("never")
