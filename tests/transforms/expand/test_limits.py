"""How far a resource may go: sizes, members, bombs, and memory."""

from __future__ import annotations

import gzip
import struct
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping

import pytest

from schemas.errors import Code, Reject
from tests.transforms.expand.making import (
    MIB,
    Trickle,
    items,
    rejects,
    results,
    tarred,
    zipped,
)


def test_items_above_the_limit_keep_their_beginning() -> None:
    data = b"0123456789" * 20_000
    for content in (data, Trickle(data, 5000), gzip.compress(data), zipped({"x": data}), tarred({"x": data})):
        (reject,) = results(content, item_bytes=100_000)
        assert isinstance(reject, Reject)
        assert reject.code == Code.ITEM_TOO_LARGE
        assert reject.raw == data[: 64 << 10]
        assert "200000 bytes" in reject.message
        assert "65536" in reject.message
    assert items(data[:100_000], item_bytes=100_000) == {"": data[:100_000]}
    lines = b'{"a":1}\n{"long":"' + data + b'"}\n{"b":2}'
    assert rejects(lines, item_bytes=100_000) == [("#2", "item_too_large")]
    first = b'{"long":"' + data + b'"}\n{"a":1}\n{"b":2}'
    found = results(first, item_bytes=100_000)
    assert [one.source for one in found] == ["/in#1", "/in#2", "/in#3"]
    assert rejects(b'{"long":"' + data + b'"\n}', item_bytes=100_000) == [("", "item_too_large")]


def test_bombs() -> None:
    zeros = bytes(200 * MIB)
    bomb = gzip.compress(zeros)
    for content in (bomb, zipped({"a": zeros}), zipped({"x": bomb}), tarred({"x": bomb})):
        assert {code for _, code in rejects(content)} == {"archive_too_large"}
    many = zipped({f"{n}": bomb for n in range(50)})
    assert rejects(many, total_bytes=10 * MIB, ratio=10**9) == [("!0", "archive_too_large")]
    # What compresses well and is small is no bomb.
    assert items(gzip.compress(bytes(20 * MIB))) == {"": bytes(20 * MIB)}


@pytest.mark.parametrize("archive", [zipped, tarred])
def test_too_many_members(archive: Callable[[Mapping[str, bytes]], bytes]) -> None:
    members = {f"{n:04}": b"x" for n in range(200)}
    found = results(archive(members), members=150)
    assert isinstance(found[-1], Reject)
    assert found[-1].code == Code.ARCHIVE_TOO_MANY
    assert len(found) in (1, 151)  # the directory of a zip tells before the first is read
    assert len(results(archive(members), members=200)) == 200
    nested = zipped({f"{n}": archive({"a": b"", "b": b""}) for n in range(10)})
    assert rejects(nested, members=20)[-1][1] == "archive_too_many"


def test_a_zip_directory_that_claims_too_much_is_not_read() -> None:
    name = b"x" * 60_000
    entry = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0
    )
    directory = (entry + name) * 200
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 200, 200, len(directory), 0, 0)
    archive = b"PK\x03\x04" + bytes(26) + directory + end
    assert rejects(archive, members=1000) == [("", "archive_too_many")]


_PROGRAM = """
    import gzip, io, os, resource, sys, tarfile, zlib
    from transforms.expand.expand import expand
    from schemas.raw import RawItem

    class Stream(io.RawIOBase):
        def __init__(self, chunks): self.chunks = chunks; self.rest = b""
        def readable(self): return True
        def read(self, size=-1):
            if not self.rest: self.rest = next(self.chunks, b"")
            data, self.rest = self.rest[:size], self.rest[size:]
            return data

    def plain(kind):
        start, end = {"item": (b"x" * 5, b"y" * 3), "lines": (b'{"a":"', b'"}'),
                      "frames": (b"\\x01head\\x02", b"\\x03\\x04")}[kind]
        end += b"\\n" if kind == "lines" else b""
        for _ in range(200):
            size = (2000 - len(start) - len(end)) // 2
            units = [start + os.urandom(size).hex().encode() for _ in range(50)]
            yield b"".join((unit + b"0" * (2000 - len(unit) - len(end)) + end) * 10 for unit in units)

    def packed(kind):
        squeeze = zlib.compressobj(1, zlib.DEFLATED, 31)
        for chunk in plain(kind):
            yield squeeze.compress(chunk)
        yield squeeze.flush()

    def tar(kind):
        info = tarfile.TarInfo("member"); info.size = 200_000_000
        yield info.tobuf()
        yield from plain(kind)
        yield bytes(10240)

    list(expand("/warm", gzip.compress(b"x")))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    shape, kind = sys.argv[1:]
    count = size = 0
    for one in expand("/in", Stream({"plain": plain, "gzip": packed, "tar": tar}[shape](kind))):
        count += 1
        size += len(one.data if isinstance(one, RawItem) else one.raw)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(count, size, (after - before) >> 10)
"""


@pytest.mark.parametrize("shape", ["plain", "gzip", "tar"])
@pytest.mark.parametrize(("kind", "count"), [("item", 1), ("lines", 100_000), ("frames", 100_000)])
def test_200_mb_stream_in_bounded_memory(shape: str, kind: str, count: int) -> None:
    program = [sys.executable, "-c", textwrap.dedent(_PROGRAM), shape, kind]
    done = subprocess.run(program, capture_output=True, text=True, timeout=300, check=True)
    items_, size, mebibytes = map(int, done.stdout.split())
    assert items_ == count
    assert size == (64 << 10 if kind == "item" else pytest.approx(200_000_000, rel=0.01))
    assert mebibytes < 120
