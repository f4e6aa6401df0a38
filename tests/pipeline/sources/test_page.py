"""Answers taken apart: whatever bytes come, no entry is lost, none is invented, and it ends."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.sources import page
from pipeline.sources.known import Known, digest
from pipeline.sources.page import Pointers
from schemas.errors import ItemError
from schemas.item import ParsedItem
from schemas.raw import RawItem
from tests.processor import within
from transforms.parse.transform import parse

NONE = Pointers()
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
contents = st.lists(
    st.one_of(
        st.sampled_from(["<item>", "</item>", "<entry>", "</rss>"]).map(lambda one: f"<![CDATA[{one}]]>"),
        st.sampled_from(["<item>", "</item>"]).map(lambda one: f"<!-- {one} -->"),
        st.just("<media:item>x</media:item>"),
        texts.map(lambda one: one.replace("<", "&lt;").replace("&", "&amp;")),
    ),
    max_size=4,
).map("".join)


@given(
    bodies=st.lists(contents, min_size=1, max_size=5), padding=st.sampled_from(["", "\n", "<!-- <item> -->"])
)
def test_entries_of_a_feed_are_its_bytes_in_its_own_head_and_tail(bodies: list[str], padding: str) -> None:
    entries = [f"<item><guid>g{number}</guid>{body}</item>" for number, body in enumerate(bodies)]
    head, tail = f"<?xml version='1.0'?><rss><channel>{padding}", f"{padding}</channel></rss>"
    found = page.read((head + padding.join(entries) + tail).encode(), NONE)
    assert found.whole
    assert [one.data.decode() for one in found.entries] == [head + entry + tail for entry in entries]
    assert [one.id for one in found.entries] == [f"g{number}" for number in range(len(bodies))]
    assert [one.digest for one in found.entries] == [digest(entry.encode()) for entry in entries]


@given(cut=st.integers(1, 200))
def test_a_feed_that_is_cut_says_so(cut: int) -> None:
    whole = b"<rss><channel><item><guid>1</guid></item><item><guid>2</guid></item></channel></rss>"
    found = page.read(whole[:-cut], NONE)
    if cut >= len(whole):
        assert not found.entries
    else:
        assert not found.whole
        assert found.entries[0].data == whole[:-cut]


@given(
    data=st.one_of(
        st.binary(max_size=300),
        st.text(alphabet='<>/!-[]rsifedtmngu {}":,1\\ \n', max_size=300).map(str.encode),
    )
)
@example(data=b"[" * 5000)
@example(data=b'{"items":' * 3000)
@example(data=b"\xff\xfe<\x00r\x00s\x00s\x00>\x00")
def test_whatever_comes_something_comes_of_it(data: bytes) -> None:
    for pointers in (NONE, Pointers("/a/0/b", "/id", "/url", "/r", "/next")):
        found = page.read(data, pointers)
        assert all(isinstance(one.data, bytes) and len(one.digest) == 8 for one in found.entries)
        if data.strip(b"\xef\xbb\xbf \t\r\n") and data[:1] not in b"{[<":
            assert len(found.entries) == 1


@pytest.mark.parametrize(
    "attack",
    [
        b"<rss>" + b"<item>" * 200_000 + b"</rss>",
        b"<rss>" + b"<item " * 200_000 + b"</rss>",
        b"<rss>" + b"<item><guid>" + b" " * 1_000_000 + b"</item></rss>",
        b"<rss>" + b"<item><link " + b"a" * 1_000_000 + b"</item></rss>",
        b"<rss><item></item>" + b"<!-- -->" * 100_000 + b"</rss>" + b"<!---->" * 500 + b"x",
        b"<!-- " * 200_000 + b"<rss></rss>",
        b" " * 1_000_000 + b"<rss></rss>",
        b"<![CDATA[" * 100_000 + b"</rss>",
    ],
)
def test_hostile_answers_take_linear_time(attack: bytes) -> None:
    with within(3):
        page.read(attack, Pointers(item_url="link"))


def record(number: int) -> dict[str, object]:
    return {"uri": f"urn:{number}", "headline": "H"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([record(1), record(2)], ["urn:1", "urn:2"]),
        ({"items": [record(1)]}, ["urn:1"]),
        ({"data": {"items": [{"item": record(1)}]}}, ["urn:1"]),
        ({"data": [record(1)]}, ["urn:1"]),
        ({"response": {"results": [record(1)]}}, ["urn:1"]),
        ({"entries": []}, []),
        ({"uri": "urn:1", "headline": "H", "items": [record(2)]}, [""]),  # a story with items of its own
        ({"headline": "H", "associations": {"a": record(2)}}, [""]),
        ([1, 2], [""]),
        ("text", [""]),
    ],
)
def test_lists_of_json_are_found(value: object, expected: list[str]) -> None:
    assert [one.id for one in page.read(orjson.dumps(value), NONE).entries] == expected


def test_lines_of_json_and_a_named_list() -> None:
    lines = b"\n".join(orjson.dumps(record(number)) for number in range(3))
    assert [one.id for one in page.read(lines, NONE).entries] == ["urn:0", "urn:1", "urn:2"]
    deep = orjson.dumps({"a~b": {"c/d": [[record(1)]]}})
    assert [one.id for one in page.read(deep, Pointers(items="/a~0b/c~1d/0")).entries] == ["urn:1"]
    assert page.read(deep, Pointers(items="/nowhere")).entries == ()


@given(
    members=st.dictionaries(
        texts, st.one_of(texts, st.integers(-(2**53), 2**53), st.booleans(), st.none()), max_size=6
    )
)
def test_the_digest_of_an_item_is_that_of_its_content_without_the_receipt(members: dict[str, object]) -> None:
    members.pop("receipt", None)
    first, second = ({**members, "receipt": text} for text in ("one", "two"))
    backwards = dict(reversed(list(second.items())))
    pages = [page.read(orjson.dumps([one]), Pointers(receipt="/receipt")) for one in (first, backwards)]
    (one,), (two,) = (found.entries for found in pages)
    assert (one.receipt, two.receipt) == ("one", "two")
    assert one.digest == two.digest
    assert orjson.loads(one.data) == members


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="next" href="?page=2&amp;x=1"/>',
        "<atom:link href='?page=2&amp;x=1' rel='next'></atom:link>",
    ],
)
def test_the_next_page_is_in_the_feeds_head_and_not_in_an_entry(link: str) -> None:
    assert page.read(f"<feed>{link}<entry><id>1</id></entry></feed>".encode(), NONE).next_url == "?page=2&x=1"
    assert page.read(f"<feed><entry><id>1</id>{link}</entry></feed>".encode(), NONE).next_url == ""


@given(digests=st.lists(st.binary(min_size=8, max_size=8), max_size=60), limit=st.integers(0, 20))
def test_what_is_known_survives_its_text_and_the_newest_stay(digests: list[bytes], limit: int) -> None:
    known = Known(limit)
    known.refresh(digests)
    again = Known(limit, known.encoded())
    kept = list(dict.fromkeys(digests))[:limit]
    assert [one in again for one in digests] == [one in kept for one in digests]
    assert again.encoded() == known.encoded()
    assert len(again) == len(kept)


@pytest.mark.shared
def test_real_feeds_and_lists_taken_apart_give_the_items_of_the_whole(shared: Path) -> None:
    apart = 0
    for path in sorted((shared / "fixtures" / "raw").rglob("*")):
        if not path.is_file() or path.suffix.lower() not in (".xml", ".json", ".rss", ".atom"):
            continue
        data = path.read_bytes()
        entries = page.read(data, NONE).entries
        if not entries or entries[0].data == data:
            continue
        whole, found = items(data), [item for entry in entries for item in items(entry.data)]
        if whole or found:
            assert found == whole, path
            apart += len(found)
    assert apart > 3


def items(data: bytes) -> list[tuple[object, ...]]:
    try:
        found = list(parse(RawItem("one", data)))
    except ItemError:
        return []
    return [(one.uri, one.headline, one.paragraphs) for one in found if isinstance(one, ParsedItem)]
