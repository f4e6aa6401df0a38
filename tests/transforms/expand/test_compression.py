"""Compressed streams, whole, broken, padded and inside one another."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable

import pytest

from schemas.errors import Code, Reject
from schemas.raw import RawItem
from tests.transforms.expand.making import (
    COMPRESSIONS,
    Trickle,
    items,
    rejects,
    results,
    zstandard,
)


@pytest.mark.parametrize("compress", COMPRESSIONS)
@pytest.mark.parametrize("wrap", [bytes, Trickle])
def test_compressed_streams(compress: Callable[[bytes], bytes], wrap: Callable[[bytes], object]) -> None:
    data = bytes(range(256)) * 1000
    assert items(wrap(compress(data))) == {"": data}
    assert items(wrap(compress(b"one ") + compress(b"two"))) == {"": b"one two"}
    assert items(wrap(compress(b'{"a":1}\n{"b":2}'))) == {"#1": b'{"a":1}', "#2": b'{"b":2}'}
    assert items(wrap(compress(b""))) == {"": b""}


@pytest.mark.parametrize("padding", [b"\x00" * 100, b"\x00\x00trailing", b"x"])
def test_padding_after_a_compressed_stream(padding: bytes) -> None:
    for compress in COMPRESSIONS[:3]:
        assert items(compress(b"item") + padding) == {"": b"item"}


@pytest.mark.parametrize("compress", COMPRESSIONS)
@pytest.mark.parametrize("wrap", [bytes, Trickle])
def test_a_broken_compressed_stream_is_kept_as_it_came(
    compress: Callable[[bytes], bytes], wrap: Callable[[bytes], object]
) -> None:
    packed = compress(random.Random(1).randbytes(20_000))
    damaged = bytearray(packed)
    damaged[len(packed) // 2] ^= 0xFF
    cut = [packed[:-6], packed[: len(packed) // 2]]
    # Zstandard carries a checksum only where its sender wanted one.
    for broken in cut if compress is zstandard else [*cut, bytes(damaged)]:
        (reject,) = results(wrap(broken))
        assert isinstance(reject, Reject)
        assert (reject.source, reject.code, reject.raw) == ("/in", Code.ARCHIVE_BROKEN, broken)


def test_compression_inside_compression_ends_too() -> None:
    data = b"item"
    for _ in range(3):
        data = gzip.compress(data)
    assert items(data) == {"": b"item"}
    assert rejects(gzip.compress(data)) == [("", "archive_too_deep")]


def test_a_broken_long_stream_gives_what_came_before() -> None:
    lines = [b'{"n":"%s"}' % random.Random(n).randbytes(300).hex().encode() for n in range(500)]
    packed = gzip.compress(b"\n".join(lines))
    found = results(packed[: len(packed) // 2])
    good = [one.data for one in found if isinstance(one, RawItem)]
    assert 100 < len(good) < 400
    assert good == lines[: len(good)]
    assert isinstance(found[-1], Reject)
    assert len(found) == len(good) + 1
    assert found[-1].source == f"/in#{len(found)}"
