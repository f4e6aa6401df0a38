"""HTTP feeds against a server on loopback: each item once, whatever the feed repeats and the client misses."""

from __future__ import annotations

import base64
import datetime as dt
import email.utils
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest

from pipeline.sources.connect import connect
from pipeline.sources.live import Delivery, Position
from pipeline.sources.settings import HttpSettings, SettingError
from schemas.item import ParsedItem
from schemas.raw import RawItem
from tests.pipeline.sources.server import Reply, Request, Server, collect, nothing, opened, wait_for
from transforms.parse.transform import parse

FAST = HttpSettings(interval=0.05, retry_ceiling=0.1)


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


def rss(*numbers: int, text: str = "Text", before: str = "") -> bytes:
    items = "\n".join(
        f"<item><title>Story {one}</title><guid isPermaLink='false'>id-{one}</guid>"
        f"<description><![CDATA[{text} {one} </item> <b>bold</b>]]></description></item>"
        for one in numbers
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Wire</title>{before}\n'
        f"{items}\n</channel></rss>"
    ).encode()


def atom(*numbers: int, links: str = "") -> bytes:
    entries = "".join(
        f"<a:entry><a:id>tag:{one}</a:id><a:title>Story {one}</a:title><a:updated>2026-11-2{one}T10:00:00Z"
        f"</a:updated><a:content type='text'>Text {one}</a:content></a:entry>"
        for one in numbers
    )
    return f'<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>Wire</a:title>{links}{entries}</a:feed>'.encode()


def test_a_feed_hands_over_each_entry_once_as_a_document_of_its_own(server: Server) -> None:
    server.routes["/feed.xml"] = Reply(rss(1, 2), headers={"Content-Type": "application/rss+xml"})
    with opened(f"{server.url}/feed.xml", replace(FAST, name="wire", provider="tass")) as source:
        got, _ = collect(source, 2)
        assert [one.uri for one in got] == [f"{server.url}/feed.xml!id-{number}" for number in (1, 2)]
        assert got[0].data == rss(1)
        assert got[1].data is not None
        assert b"Story 2" in got[1].data
        assert b"Story 1" not in got[1].data
        assert {(one.feed, one.provider, one.media_type) for one in got} == {
            ("wire", "tass", "application/rss+xml")
        }
        nothing(source)
        server.routes["/feed.xml"] = Reply(rss(3, 1, 2))
        (new,), _ = collect(source, 1)
        assert new.uri.endswith("!id-3")
        server.routes["/feed.xml"] = Reply(rss(3, 1, 2, text="Changed"))
        changed, _ = collect(source, 3)
        assert [one.uri[-4:] for one in changed] == ["id-3", "id-1", "id-2"]
        nothing(source)


def test_an_entry_alone_is_read_as_in_its_feed(server: Server) -> None:
    server.routes["/feed.xml"] = Reply(atom(1, 2))
    with opened(f"{server.url}/feed.xml", FAST) as source:
        got, _ = collect(source, 2)
    alone = [items(one) for one in got]
    whole = list(parse(RawItem("whole", atom(1, 2))))
    assert [(one.uri, one.headline, one.paragraphs, one.version_created) for [one] in alone] == [
        (one.uri, one.headline, one.paragraphs, one.version_created)
        for one in whole
        if isinstance(one, ParsedItem)
    ]


def items(delivery: Delivery) -> list[ParsedItem]:
    found = parse(RawItem(delivery.uri, delivery.data or b""))
    return [one for one in found if isinstance(one, ParsedItem)]


def test_a_restart_goes_on_behind_what_was_taken(server: Server) -> None:
    server.routes["/feed.xml"] = Reply(rss(4, 3, 2, 1), headers={"ETag": '"4"'})
    with opened(f"{server.url}/feed.xml", FAST) as source:
        wait_for(lambda: len(server.requests) > 1)
        some, position = collect(source, 3)
    assert "etag" not in position, "the validator moves on behind the last entry only"
    with opened(f"{server.url}/feed.xml", FAST, orjson.loads(orjson.dumps(position))) as source:
        (rest,), position = collect(source, 1)
        assert {one.uri[-4:] for one in (*some, rest)} == {f"id-{number}" for number in (1, 2, 3, 4)}
        position = nothing(source, reached=lambda position: position.get("etag"))
    assert position["etag"] == '"4"'
    with opened(f"{server.url}/feed.xml", FAST, position) as source:
        wait_for(lambda: server.requests[-1].headers.get("If-None-Match") == '"4"')
        nothing(source, 0.1)


def test_validators_are_sent_and_304_costs_nothing(server: Server) -> None:
    stamp = "Wed, 25 Nov 2026 10:00:00 GMT"

    def route(request: Request) -> Reply:
        if (
            request.headers.get("If-None-Match") == 'W/"1"'
            and request.headers.get("If-Modified-Since") == stamp
        ):
            return Reply(status=304)
        return Reply(rss(1), headers={"ETag": 'W/"1"', "Last-Modified": stamp})

    server.routes["/feed.xml"] = route
    with opened(f"{server.url}/feed.xml", FAST) as source:
        collect(source, 1)
        asked = len(server.requests)
        wait_for(lambda: len(server.requests) > asked + 2)
        nothing(source, 0.1)
        health = source.health()
        assert (health.failure, health.retries, health.repeated) == (None, 0, 0)


def test_what_is_remembered_is_bounded_and_never_less_than_a_page(server: Server) -> None:
    server.routes["/feed.xml"] = Reply(rss(*range(50)))
    with opened(f"{server.url}/feed.xml", replace(FAST, remembered=10)) as source:
        collect(source, 50)
        nothing(source, reached=lambda position: remembered(position) == 50)
        server.routes["/feed.xml"] = Reply(rss(*range(100, 105)))
        collect(source, 5)
        nothing(source, reached=lambda position: remembered(position) == 10)


def remembered(position: Position) -> int:
    """How many deliveries a position knows."""
    return len(base64.b64decode(position["known"])) // 8


def paged(server: Server, form: str) -> None:
    """Pages 1 to 3 of two items each, the newest first."""

    def route(request: Request) -> Reply:
        number = int(request.query.removeprefix("page=") or 1)
        records = [
            {"uri": f"urn:x:{10 - 2 * number - one}", "headline": "A", "body_text": "B"} for one in (0, 1)
        ]
        link = f"/list?page={number + 1}" if number < 3 else None
        if form == "header":
            headers = {"Link": f'<{link}>; rel="next"'} if link else {}
            return Reply(orjson.dumps(records), headers=headers)
        if form == "atom":
            return Reply(
                atom(
                    *(int(one["uri"][-1]) for one in records),
                    links=f'<a:link rel="next" href="{link}"/>' if link else "",
                )
            )
        if form == "links":
            return Reply(orjson.dumps({"items": records, "links": {"next": link and {"href": link}}}))
        return Reply(orjson.dumps({"data": {"items": records}, "next": link}))

    server.routes["/list"] = route


@pytest.mark.parametrize("form", ["header", "atom", "links", "member"])
def test_older_pages_are_read_until_one_has_nothing_new(server: Server, form: str) -> None:
    paged(server, form)
    with opened(f"{server.url}/list", FAST) as source:
        got, _ = collect(source, 6)
        assert [one.uri[-1] for one in got] == ["8", "7", "6", "5", "4", "3"]
        asked = len(server.requests)
        wait_for(lambda: len(server.requests) > asked + 2)
        nothing(source, 0.1)
        late = server.requests[asked:]
        assert {one.query for one in late} == {""}, "the first page has nothing new, so no other is read"


def test_one_new_item_on_large_pages_is_one_delivery(server: Server) -> None:
    newest = 150

    def route(request: Request) -> Reply:
        start = int(request.query.removeprefix("start=") or 0)
        records = [{"uri": f"urn:x:{newest - start - one}"} for one in range(30) if newest - start - one > 0]
        link = f"/list?start={start + 30}" if len(records) == 30 else None
        return Reply(orjson.dumps({"items": records, "next": link}))

    server.routes["/list"] = route
    with opened(f"{server.url}/list", replace(FAST, remembered=5)) as source:
        collect(source, 150)
        nothing(source)
        asked = len(server.requests)
        newest += 1
        (got,), _ = collect(source, 1)
        assert got.uri.endswith("urn:x:151")
        nothing(source)
        assert {one.query for one in server.requests[asked:]} == {"", "start=30"}


def test_a_walk_through_older_pages_goes_on_after_a_crash(server: Server) -> None:
    paged(server, "member")
    with opened(f"{server.url}/list", replace(FAST, buffer_items=2)) as source:
        _, position = collect(source, 2)
    assert position["walking"] is True
    with opened(f"{server.url}/list", FAST, position) as source:
        got, _ = collect(source, 4)
        assert [one.uri[-1] for one in got] == ["6", "5", "4", "3"]
        nothing(source, reached=lambda position: "walking" not in position)


def test_a_visit_ends_after_so_many_pages(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    paged(server, "member")
    with opened(f"{server.url}/list", replace(FAST, max_pages=2)) as source:
        collect(source, 4)
        wait_for(lambda: "max_pages" in caplog.text)
        nothing(source)


def ap_item(number: int, server: Server, rendition: bool = True) -> dict[str, object]:
    name = f"{number:032x}"
    item = {
        "altids": {"itemid": name, "etag": f"{name}_0"},
        "type": "text",
        "headline": f"Headline {number}",
        "versioncreated": "2026-11-25T10:00:00Z",
    }
    if rendition:
        item["renditions"] = {"nitf": {"href": f"{server.url}/content/{number}?qt=1", "words": 2}}
    return {"meta": {}, "item": item}


def ap_server(server: Server, count: int) -> None:
    """AP's feed: two items a page, `next_page` goes on behind the last for ever."""

    def feed(request: Request) -> Reply:
        if request.headers.get("x-api-key") != "geheim-ap":
            return Reply(status=401)
        start = int(request.query.removeprefix("seq=") or 0)
        listed = [ap_item(number, server) for number in range(start, min(start + 2, count))]
        link = f"{server.url}/feed?seq={start + len(listed)}"
        return Reply(orjson.dumps({"data": {"items": listed, "next_page": link}}))

    def content(request: Request) -> Reply:
        assert request.headers.get("x-api-key") == "geheim-ap"
        number = request.path.rpartition("/")[2]
        text = (
            f"<nitf><body><body.content><block><p>Text of {number}.</p></block></body.content></body></nitf>"
        )
        return Reply(text.encode())

    server.routes["/feed"] = feed
    for number in range(count):
        server.routes[f"/content/{number}"] = content


AP = replace(FAST, api="ap", header="x-api-key", header_env="AP_KEY")


def test_ap_texts_are_fetched_and_the_cursor_is_where_a_restart_goes_on(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AP_KEY", "geheim-ap")
    ap_server(server, 5)
    with opened(f"{server.url}/feed", AP) as source:
        got, _ = collect(source, 5)
        assert [one.uri for one in got] == [f"{server.url}/feed!{number:032x}" for number in range(5)]
        assert [items(one)[0].paragraphs for one in got] == [(f"Text of {number}.",) for number in range(5)]
        end = f"{server.url}/feed?seq=5"
        position = nothing(source, reached=lambda position: position.get("cursor") == end)
    asked = len(server.requests)
    ap_server(server, 6)
    with opened(f"{server.url}/feed", AP, position) as source:
        (new,), _ = collect(source, 1)
        assert new.uri.endswith("5")
    assert {one.query for one in server.requests[asked:] if one.path == "/feed"} <= {"seq=5", "seq=6"}


def test_a_cursor_that_the_server_forgot_starts_again_and_says_so(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AP_KEY", "geheim-ap")
    ap_server(server, 2)
    with opened(f"{server.url}/feed", AP, {"count": 9, "cursor": f"{server.url}/gone?seq=1"}) as source:
        collect(source, 2)
    assert "items may be missing" in caplog.text


@pytest.mark.parametrize("status", [404, 500])
def test_an_item_that_cannot_be_fetched_stands_for_itself(
    server: Server, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("AP_KEY", "geheim-ap")
    ap_server(server, 2)
    server.routes["/content/0"] = Reply(status=status)
    with opened(f"{server.url}/feed", AP) as source:
        got, _ = collect(source, 2)
    assert [items(one)[0].headline for one in got] == ["Headline 0", "Headline 1"]
    assert [items(one)[0].paragraphs for one in got] == [(), ("Text of 1.",)]
    assert len(server.asked("/content/0")) == (1 if status == 404 else 3)


@pytest.mark.parametrize("pointer", ["/href", "link"])
def test_where_the_list_only_points_the_item_is_what_it_points_to(server: Server, pointer: str) -> None:
    document = b"<nitf><head><title>T</title></head><body><body.content><p>P</p></body.content></body></nitf>"
    server.routes["/items/1.xml"] = Reply(document, headers={"Content-Type": "text/xml"})
    if pointer == "link":
        server.routes["/list"] = Reply(
            rss(1).replace(b"<title>Story", b"<link>items/1.xml</link><title>Story")
        )
    else:
        server.routes["/list"] = Reply(orjson.dumps([{"id": "id-1", "href": "items/1.xml"}]))
    with opened(f"{server.url}/list", replace(FAST, item_url=pointer)) as source:
        (got,), _ = collect(source, 1)
    assert (got.uri, got.data, got.media_type) == (f"{server.url}/list!id-1", document, "text/xml")


class Queue:
    """dpa's queue: an entry is handed out, hidden for a while, and comes again until its receipt is deleted."""

    def __init__(self, server: Server, count: int) -> None:
        self.entries = {f"urn:newsml:dpa.com:{one}": one for one in range(count)}
        self.receipts: dict[str, str] = {}
        self.handed = 0
        self.deny = False
        server.routes["/secret-path/entries.json"] = self.get
        self.server = server

    def get(self, request: Request) -> Reply:
        listed = []
        for urn in self.entries:
            self.handed += 1
            receipt = f"r/{self.handed}+="
            self.receipts[receipt] = urn
            self.server.routes[f"/secret-path/entry/r/{self.handed}+="] = self.delete
            listed.append({"urn": urn, "format": "digitalwires", "headline": "H", "_wireq_receipt": receipt})
        return Reply(orjson.dumps({"version": 1, "entries": listed}))

    def delete(self, request: Request) -> Reply:
        if self.deny:
            return Reply(status=503)
        urn = self.receipts[request.path.rpartition("entry/")[2]]
        return Reply(status=204 if self.entries.pop(urn, None) is not None else 410)


def test_a_receipt_goes_back_after_the_commit_and_not_before(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DPA_PATH", "secret-path")
    queue = Queue(server, 3)
    uri = server.url + "/${DPA_PATH}/entries.json"
    with opened(uri, replace(FAST, api="dpa")) as source:
        got, position = collect(source, 2)
        assert [one.uri for one in got] == [f"{uri}!urn:newsml:dpa.com:{one}" for one in (0, 1)]
        assert all(b"receipt" not in (one.data or b"") for one in got)
        handed = queue.handed
        wait_for(lambda: queue.handed > handed + 3)
        assert len(queue.entries) == 3
        source.acknowledge(position)
        wait_for(lambda: len(queue.entries) == 1)
        _, position = collect(source, 1)
        queue.deny = True
        source.acknowledge(position)
        wait_for(lambda: any(one.method == "DELETE" for one in server.requests[-2:]))
        assert len(queue.entries) == 1
    queue.deny = False
    with opened(uri, replace(FAST, api="dpa"), position) as source:  # committed, and the server was not told
        wait_for(lambda: not queue.entries)
        nothing(source, 0.1)


CREDENTIALS = [
    ({"bearer_env": "SECRET"}, "Authorization", "Bearer s3cr3t/+x"),
    ({"user_env": "USER_NAME", "password_env": "SECRET"}, "Authorization", "Basic bmV3czpzM2NyM3QvK3g="),
    ({"header": "X-Key", "header_env": "SECRET"}, "X-Key", "s3cr3t/+x"),
    ({"query": "apikey", "query_env": "SECRET"}, "", "apikey=s3cr3t%2F%2Bx"),
]


@pytest.mark.parametrize(("given", "header", "sent"), CREDENTIALS)
def test_credentials_go_to_the_feeds_server_alone_and_are_never_kept_or_logged(
    server: Server,
    given: dict[str, Any],
    header: str,
    sent: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("SECRET", "s3cr3t/+x")
    monkeypatch.setenv("USER_NAME", "news")
    caplog.set_level(logging.DEBUG)
    other = Server()
    other.routes["/item"] = Reply(b"<nitf/>")

    def feed(request: Request) -> Reply:
        told = request.query if not header else request.headers.get(header)
        assert told is not None
        if sent not in told:
            return Reply(status=403)
        link = f"{server.url}/feed?seq=1&apikey=s3cr3t%2F%2Bx"
        return Reply(orjson.dumps({"items": [{"id": "1", "url": f"{other.url}/item"}], "next_page": link}))

    server.routes["/feed"] = feed
    settings = replace(FAST, paging="cursor", item_url="/url", hosts=("127.0.0.1",), max_pages=1, **given)
    try:
        with opened(f"{server.url}/feed", settings) as source:
            got, _ = collect(source, 1)
            position = wait_for(lambda: now if (now := source.take(1, 1).position).get("cursor") else None)
        assert server.requests
        server.close()
        with opened(f"{server.url}/feed", settings, position) as source:
            shown = wait_for(lambda: source.health().failure)
    finally:
        other.close()
    assert got[0].data == b"<nitf/>"
    assert [(one.query, one.headers.get(header)) for one in other.requests] == [("", None)]
    everywhere = caplog.text + str(position) + str(got) + shown
    assert "s3cr3t" not in everywhere
    assert "bmV3czp" not in everywhere


@pytest.mark.parametrize(
    ("uri", "given", "message"),
    [
        ("http://wire.example/a?apikey=abc", {}, "write apikey="),
        ("http://user:abc@wire.example/a", {}, "user_env"),
        ("http://wire.example/${NO_SUCH_VARIABLE}", {}, "NO_SUCH_VARIABLE is not set"),
        ("http://wire.example/a", {"bearer_env": "NO_SUCH_VARIABLE"}, "NO_SUCH_VARIABLE is not set"),
        ("https://wire.example/a", {"ca_file": "/no/such/file.pem"}, "ca_file: cannot be read"),
        ("https:///a", {}, "names no host"),
    ],
)
def test_what_can_never_work_is_refused_before_anything_is_asked(
    uri: str, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingError) as refused:
        connect(uri, HttpSettings(**given))
    assert message in str(refused.value)
    assert "abc" not in str(refused.value)


def test_retry_after_of_a_good_answer_sets_the_pace(server: Server) -> None:
    at = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30)
    server.routes["/feed.xml"] = Reply(
        rss(1), headers={"Retry-After": email.utils.format_datetime(at, usegmt=True)}
    )
    with opened(f"{server.url}/feed.xml", FAST) as source:
        collect(source, 1)
        nothing(source)
    assert len(server.requests) == 1


def test_the_buffer_is_bounded_and_what_the_loop_asks_for_is_kept(server: Server) -> None:
    paged(server, "member")
    with opened(f"{server.url}/list", replace(FAST, buffer_items=2)) as source:
        wait_for(lambda: len(server.requests) == 1)
        taken = wait_for(lambda: now if (now := source.take(1, 1 << 30)).deliveries else None)
        assert (len(taken.deliveries), taken.more) == (1, True)
        assert len(server.requests) <= 2, "no page is read while the buffer is full"
        (second,) = source.take(10, 1).deliveries
        assert second.uri.endswith("7"), "one always fits"
        got, _ = collect(source, 4)
        assert [one.uri[-1] for one in got] == ["6", "5", "4", "3"]


def test_a_document_that_is_no_list_is_one_delivery_each_time_it_changes(server: Server) -> None:
    server.routes["/flash.txt"] = Reply(b"ROME, Nov 25 (Wire) - One.")
    with opened(f"{server.url}/flash.txt", FAST) as source:
        (first,), _ = collect(source, 1)
        assert (first.uri, first.data) == (f"{server.url}/flash.txt", b"ROME, Nov 25 (Wire) - One.")
        nothing(source)
        server.routes["/flash.txt"] = Reply(b"ROME, Nov 25 (Wire) - Two.")
        (second,), _ = collect(source, 1)
        assert second.uri == first.uri
