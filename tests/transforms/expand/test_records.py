"""Files of many items: JSON lines and framed transmissions; all else is one item."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Code, Reject
from schemas.raw import RawItem
from tests.transforms.expand.making import (
    Trickle,
    items,
    results,
)


def test_json_lines() -> None:
    assert items(b'{"a":1}\r\n\r\n {"b":2} \n') == {"#1": b'{"a":1}', "#2": b'{"b":2}'}
    assert items(b'\xef\xbb\xbf{"a":1}\n{"b":2}') == {"#1": b'{"a":1}', "#2": b'{"b":2}'}
    latin = '{"a":"Zürich"}\n{"b":2}'.encode("latin-1")
    assert items(latin)["#1"] == '{"a":"Zürich"}'.encode("latin-1")
    long = b'{"a":"' + b"x" * 300_000 + b'"}'
    assert items(Trickle(b"\n".join([long] * 5), 10_000)) == {f"#{n}": long for n in range(1, 6)}


@pytest.mark.parametrize("broken", [b'{"c":', b"garbage", b'{"c":1}}', b"[1]", b"null"])
@pytest.mark.parametrize("place", [1, 2, 3])
def test_one_broken_line_is_one_reject(broken: bytes, place: int) -> None:
    lines = [b'{"a":1}', b'{"b":2}']
    if place == 1 and not broken.startswith(b"{"):
        lines.insert(0, b'{"first":0}')
        place = 2
    lines.insert(place - 1, broken)
    found = results(b"\n".join(lines))
    assert len(found) == len(lines)
    assert [one.source for one in found if isinstance(one, Reject)] == [f"/in#{place}"]
    assert [(one.code, one.raw) for one in found if isinstance(one, Reject)] == [(Code.JSON_BROKEN, broken)]


@pytest.mark.parametrize(
    "document",
    [
        b'{"a":1}',
        b'{"a":1}\n',
        b'{\n  "a": 1,\n  "b": {"c": 2}\n}\n',
        b'{"items": [\n{"a":1},\n{"b":2}\n]}',
        b'{"items": [\n{"a":1}\n]}',
        b'{"a":\n{"b":1}}',
        b"{",
        b'{"a": 1\n',
        b'[\n{"a":1},\n{"b":2}\n]',
        b'<x>\n{"a":1}\n{"b":2}\n</x>',
        b'text\n{"a":1}\n{"b":2}',
    ],
)
def test_one_document_stays_one(document: bytes) -> None:
    assert items(document) == {"": document}
    assert items(Trickle(document, 1)) == {"": document}


SOH, STX, ETX, EOT = b"\x01", b"\x02", b"\x03", b"\x04"


def transmission(text: bytes) -> bytes:
    return SOH + b"v0001 u i " + STX + text + b"\r\n" + ETX + b"AP-NY-01-01-24 1200EST<\r\n" + EOT


@pytest.mark.parametrize("step", [1, 5, 10_000])
def test_framed_transmissions(step: int) -> None:
    texts = [b"first", b"second\x00", "dritte für".encode()]
    frames = [transmission(text) for text in texts]
    for glue in (b"", b"\r\n", b"\x16\x16\x16", b"\x00\x00\r\n"):
        found = items(Trickle(glue.join(frames), step))
        assert [data.strip(b"\x16\x00\r\n") for data in found.values()] == frames
        assert list(found) == ["#1", "#2", "#3"]
    assert len(items(Trickle(b"".join(frame[:-1] for frame in frames), step))) == 3  # EOT lost
    assert len(items(Trickle(b"".join(frame[1:] for frame in frames), step))) == 3  # SOH lost
    alone = items(Trickle(b"\x16\x16" + frames[0] + b"\x16", step))
    assert list(alone) == [""]


@pytest.mark.parametrize("step", [1, 5, 10_000])
def test_frames_of_which_only_stx_and_etx_came_through(step: int) -> None:
    frames = [
        b"f0280\r\nf f BC-Slug 03-19 0012\r\n\x02Text.\r\n\x03\r\nAP-NY-03-19-87 1200EST<\r\n",
        b"f0281\r\nf f BC-Other 03-19 0012\r\n\x02Other text.\r\n\x03",
    ]
    found = items(Trickle(b"".join(frames), step))
    assert [data.strip() for data in found.values()] == [frame.strip() for frame in frames]
    assert list(items(frames[0])) == [""]


@pytest.mark.parametrize("step", [1, 7, 10_000])
@pytest.mark.parametrize("line", [b"\n", b"\r\n", b"\r"])
def test_telegraph_style(step: int, line: bytes) -> None:
    texts = [line.join([b"ZCZC AAA%d" % n, b"Headline", b"Text, not NNNNX.", b"NNNN"]) for n in range(3)]
    found = items(Trickle((line * 3).join(texts) + line, step))
    assert [data.strip() for data in found.values()] == texts
    assert len(items(Trickle(line.join(text[:-4] for text in texts), step))) == 3  # NNNN lost
    assert list(items(Trickle(texts[0], step))) == [""]


def test_binary_files_are_not_cut_at_bytes_that_look_like_frames() -> None:
    for seed in range(20):
        data = random.Random(seed).randbytes(50_000)
        for start in (b"\x89PNG", b"\x01", b"%PDF-1.4\n", b"\x00\x00\x01\x00", b"GIF89a"):
            assert items(start + data) == {"": start + data}


def test_text_without_frames_stays_whole() -> None:
    for text in (b"A line.\n\nAnother.\n", "ZCZ\nNNN\n".encode("utf-16"), b"\x00\x00", b" ", b"\x16\x16\r\n"):
        assert items(text) == {"": text}


def test_nothing_is_lost_in_a_frame_without_end() -> None:
    text = transmission(b"one") + SOH + b"header" + STX + b"x" * 200_000
    found = results(Trickle(text, 9000), item_bytes=100_000)
    assert [getattr(one, "code", None) for one in found] == [None, Code.ITEM_TOO_LARGE]


_PARTS = st.sampled_from(
    [b"\x01", b"\x02", b"\x03", b"\x04", b"\x16", b"\n", b"\r\n", b"ZCZC", b"NNNN", b" ", b"text", b"{", b"}",
     b'{"a":1}', b"[", b"<", b"\x00", b"AP-NY-03-19-87 1200EST<", b"PK\x03\x04", b"\x1f\x8b\x08"]
)  # fmt: skip


@given(st.lists(_PARTS, max_size=40).map(b"".join), st.sampled_from([1, 2, 50]))
def test_marks_in_any_order_lose_no_printable_byte(data: bytes, step: int) -> None:
    found = results(data)
    assert results(Trickle(data, step)) == found
    if data[:4] not in (b"PK\x03\x04",) and data[:3] != b"\x1f\x8b\x08":
        kept = b"".join(one.data if isinstance(one, RawItem) else one.raw for one in found)
        printable = bytes(range(0x21, 0x7F))
        dropped = bytes(set(range(256)) - set(printable))
        assert kept.translate(None, dropped) == data.translate(None, dropped)
