"""One resource in, its items out."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Code, Reject
from schemas.raw import RawItem
from tests.transforms.expand.making import (
    Trickle,
    items,
    rejects,
    results,
)
from transforms.expand.expand import Hints, expand
from transforms.expand.names import escape, unescape


def test_a_plain_item_keeps_its_bytes_and_its_envelope() -> None:
    hints = Hints("ap", "nitf", "text/xml")
    assert list(expand("/in/a", b"\xff\x00 x\r\n", received_at=7, hints=hints)) == [
        RawItem("/in/a", b"\xff\x00 x\r\n", 7, "text/xml", "ap", "nitf")
    ]
    assert items(b"") == {"": b""}


def test_an_opener_is_called_and_closed() -> None:
    stream = io.BytesIO(b"item")
    assert items(lambda: stream) == {"": b"item"}
    assert stream.closed


def test_what_cannot_be_opened_or_read_is_a_reject() -> None:
    def gone() -> io.BytesIO:
        raise FileNotFoundError(2, "No such file or directory")

    class Failing(Trickle):
        def read(self, size: int = -1) -> bytes:
            raise OSError(5, "Input/output error")

    for content in (gone, Failing(b"")):
        (reject,) = results(content)
        assert isinstance(reject, Reject)
        assert (reject.code, reject.stage, reject.received_at) == (Code.UNREADABLE, "expand", 5)


def test_a_device_that_fails_in_the_middle_costs_the_item_it_was_at() -> None:
    class Failing(Trickle):
        def read(self, size: int = -1) -> bytes:
            if data := super().read(size):
                return data
            raise OSError(5, "Input/output error")

    found = results(Failing(b'{"a":1}\n{"b":2}\n{"c'))
    assert [one.source for one in found] == ["/in#1", "/in#2", "/in#3"]
    assert [getattr(one, "code", None) for one in found] == [None, None, Code.UNREADABLE]
    assert isinstance(found[2], Reject)
    assert found[2].raw == b'{"c'
    assert rejects(Failing(b'{"a":1}\n{"b":2}\n')) == [("#3", "unreadable")]


@given(st.binary(max_size=2000), st.sampled_from([1, 3, 64, 5000]))
def test_any_bytes_give_items_or_rejects_however_they_arrive(data: bytes, step: int) -> None:
    whole = results(data)
    assert whole
    assert results(Trickle(data, step)) == whole


@given(st.text())
def test_names_come_back(name: str) -> None:
    escaped = escape(name)
    escaped.encode("utf-8")
    assert not set(escaped) & set("#!\n\x00")
    try:
        name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return
    assert unescape(escaped).encode("utf-8", "surrogateescape") == name.encode("utf-8", "surrogateescape")
