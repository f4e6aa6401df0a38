"""Take, commit, acknowledge, crash and reopen in any order: what is committed is what the server had, each once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import orjson
import pytest

from pipeline.sources.connect import connect
from pipeline.sources.settings import HttpSettings
from tests.pipeline.sources.crashes import crashing
from tests.pipeline.sources.server import Reply, Request, Server
from tests.pipeline.sources.test_http import Queue, ap_server, rss

TOTAL = 120
Published = Callable[[], int]


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


def window(server: Server, published: Published) -> tuple[str, HttpSettings]:
    """RSS of the last 40 items: never more than that are published while the reader is away."""

    def route(request: Request) -> Reply:
        newest = published()
        return Reply(rss(*range(newest, max(0, newest - 40), -1)), headers={"ETag": f'"{newest}"'})

    server.routes["/feed.xml"] = route
    return f"{server.url}/feed.xml", HttpSettings()


def pages(server: Server, published: Published) -> tuple[str, HttpSettings]:
    """All items so far, ten a page, the newest first."""

    def route(request: Request) -> Reply:
        before = int(request.query.removeprefix("before=") or published() + 1)
        listed = list(range(before - 1, max(0, before - 11), -1))
        link = f"/list?before={listed[-1]}" if listed and listed[-1] > 1 else None
        return Reply(orjson.dumps({"items": [{"id": f"id-{one}"} for one in listed], "next": link}))

    server.routes["/list"] = route
    return f"{server.url}/list", HttpSettings()


def cursor(server: Server, published: Published) -> tuple[str, HttpSettings]:
    """AP's feed."""
    ap_server(server, TOTAL)
    real = server.routes["/feed"]

    def route(request: Request) -> Reply:
        ap_server(server, published())
        current, server.routes["/feed"] = server.routes["/feed"], route
        assert callable(current)
        return current(request)

    assert callable(real)
    server.routes["/feed"] = route
    return f"{server.url}/feed", HttpSettings(api="ap", header="x-api-key", header_env="AP_KEY", max_pages=5)


def queue(server: Server, published: Published) -> tuple[str, HttpSettings]:
    """dpa's queue."""
    waiting = Queue(server, 0)
    added: set[int] = set()

    def route(request: Request) -> Reply:
        new = set(range(published())) - added
        added.update(new)
        waiting.entries |= {f"urn:newsml:dpa.com:{one}": one for one in sorted(new)}
        return waiting.get(request)

    server.routes["/secret-path/entries.json"] = route
    return f"{server.url}/secret-path/entries.json", HttpSettings(api="dpa")


@pytest.mark.parametrize("kind", [window, pages, cursor, queue])
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_and_only_what_was_not_committed_comes_again(
    server: Server, kind: Callable[..., tuple[str, HttpSettings]], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AP_KEY", "geheim-ap")
    chance = random.Random(seed)
    target = 10

    def publish(committed: int) -> None:
        nonlocal target
        if committed >= target:
            target = min(TOTAL, target + chance.randint(1, 30))

    uri, settings = kind(server, lambda: target)
    settings = replace(settings, interval=0.02, buffer_items=15, retry_ceiling=0.1)
    made, source = crashing(
        lambda: connect(uri, settings), TOTAL, chance, most=12, waiting=publish, idle=0.02
    )
    source.close()
    assert made.crashes > 0
    assert [one for one, times in Counter(made.committed).items() if times > 1] == []
    assert len(orjson.dumps(made.position)) < 4_000
