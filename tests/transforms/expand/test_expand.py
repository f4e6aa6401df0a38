"""Archives, compressed streams and many-item files become items; what is broken becomes a reject."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import stat
import struct
import subprocess
import sys
import tarfile
import textwrap
import zipfile
from collections.abc import Callable, Mapping

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Code, Reject
from schemas.raw import RawItem
from transforms.expand.expand import Hints, expand
from transforms.expand.limits import ExpandLimits
from transforms.expand.names import escape, unescape

MIB = 1 << 20


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def tarred(members: Mapping[str, bytes], format: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def zstandard(data: bytes) -> bytes:
    return pa.compress(data, codec="zstd", asbytes=True)


COMPRESSIONS = [gzip.compress, bz2.compress, lzma.compress, zstandard]
ARCHIVES: list[Callable[[Mapping[str, bytes]], bytes]] = [
    zipped,
    tarred,
    lambda members: tarred(members, tarfile.GNU_FORMAT),
    lambda members: tarred(members, tarfile.USTAR_FORMAT),
    lambda members: zipped(members, zipfile.ZIP_STORED),
    lambda members: zipped(members, zipfile.ZIP_LZMA),
    lambda members: gzip.compress(tarred(members)),
    lambda members: zstandard(tarred(members)),
]


class Trickle(io.RawIOBase):
    """A stream that cannot be rewound and gives a few bytes at a time, as a pipe may."""

    def __init__(self, data: bytes, step: int = 7) -> None:
        self._data = io.BytesIO(data)
        self._step = step

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._data.read(min(size, self._step) if size >= 0 else self._step)


def results(content: object, **limits: int) -> list[RawItem | Reject]:
    return list(expand("/in", content, received_at=5, limits=ExpandLimits(**limits)))  # type: ignore[arg-type]


def items(content: object, **limits: int) -> dict[str, bytes]:
    """Source (without the resource's own) -> bytes, where all of it could be read."""
    found = results(content, **limits)
    assert [one for one in found if isinstance(one, Reject)] == []
    sources = [one.source.removeprefix("/in") for one in found]
    assert len(set(sources)) == len(sources)
    return {source: one.data for source, one in zip(sources, found, strict=True)}


def rejects(content: object, **limits: int) -> list[tuple[str, str]]:
    """Source and code of what was rejected."""
    return [
        (one.source.removeprefix("/in"), one.code)
        for one in results(content, **limits)
        if isinstance(one, Reject)
    ]


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
    assert found[2].raw == b'{"c'  # type: ignore[union-attr]
    assert rejects(Failing(b'{"a":1}\n{"b":2}\n')) == [("#3", "unreadable")]


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


@pytest.mark.parametrize("archive", ARCHIVES)
@pytest.mark.parametrize("wrap", [bytes, Trickle])
def test_archives(archive: Callable[[Mapping[str, bytes]], bytes], wrap: Callable[[bytes], object]) -> None:
    members = {
        "a.xml": b"<a/>" * 400,
        "./folder/b c.txt": b"text",
        "folder/.hidden": b"no item",
        "__MACOSX/a.xml": b"no item",
        "d/ä#1!.json": b"{}",
        "long/" + "x" * 90 + "/" + "y" * 60: b"long",
        "empty": b"",
        "lines.jsonl": b'{"a":1}\n{"b":2}\n',
    }
    assert items(wrap(archive(members))) == {
        "!a.xml": b"<a/>" * 400,
        "!folder/b c.txt": b"text",
        "!d/ä%231%21.json": b"{}",
        "!long/" + "x" * 90 + "/" + "y" * 60: b"long",
        "!empty": b"",
        "!lines.jsonl#1": b'{"a":1}',
        "!lines.jsonl#2": b'{"b":2}',
    }


@pytest.mark.parametrize("archive", ARCHIVES)
def test_archives_inside_one_another(archive: Callable[[Mapping[str, bytes]], bytes]) -> None:
    inner = archive({"z": b"item"})
    assert items(zipped({"x.bin": inner})) == {"!x.bin!z": b"item"}
    assert items(tarred({"x.bin": gzip.compress(b"1"), "y": inner})) == {"!x.bin": b"1", "!y!z": b"item"}
    three = tarred({"1": zipped({"2": inner})})
    assert items(three) == {"!1!2!z": b"item"}
    four = results(tarred({"a": b"good", "0": three, "z": b"good"}))
    assert [(one.source, getattr(one, "code", None)) for one in four] == [
        ("/in!a", None),
        ("/in!0!1!2", Code.ARCHIVE_TOO_DEEP),
        ("/in!z", None),
    ]
    assert four[1].raw == inner  # type: ignore[union-attr]


def test_compression_inside_compression_ends_too() -> None:
    data = b"item"
    for _ in range(3):
        data = gzip.compress(data)
    assert items(data) == {"": b"item"}
    assert rejects(gzip.compress(data)) == [("", "archive_too_deep")]


def test_empty_archives_are_accounted() -> None:
    for archive in (zipped({}), gzip.compress(tarred({})), zipped({".hidden": b"x"}), tarred({".x": b""})):
        (found,) = results(archive)
        # A tar without members is zeros: nothing tells it from an empty item.
        assert isinstance(found, RawItem) or found.code == Code.EMPTY


UNSAFE = ["../x", "a/../../x", "/etc/passwd", "C:\\x", "a\\..\\..\\x", ".."]


@pytest.mark.parametrize("archive", [zipped, tarred])
@pytest.mark.parametrize("name", UNSAFE)
def test_members_that_lead_out_of_the_archive(
    archive: Callable[[Mapping[str, bytes]], bytes], name: str
) -> None:
    found = results(archive({"a": b"good", name: b"bytes", "b": b"good"}))
    assert [one.source for one in (found[0], found[2])] == ["/in!a", "/in!b"]
    assert isinstance(found[1], Reject)
    assert (found[1].code, found[1].raw) == (Code.ARCHIVE_UNSAFE, b"bytes")


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_in_tar(kind: bytes) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in ("a", "odd", "b"):
            info = tarfile.TarInfo(name)
            if name == "odd":
                info.type, info.linkname = kind, "/etc/passwd"
                archive.addfile(info)
            else:
                info.size = 4
                archive.addfile(info, io.BytesIO(b"good"))
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
    found = results(buffer.getvalue())
    assert [(one.source, getattr(one, "code", None)) for one in found] == [
        ("/in!a", None),
        ("/in!odd", Code.ARCHIVE_UNSAFE),
        ("/in!b", None),
    ]


def test_links_in_zip() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("folder/", "")
        archive.writestr("folder/a", "good")
    assert rejects(buffer.getvalue()) == [("!link", "archive_unsafe")]


def test_one_broken_member_of_a_zip_costs_itself() -> None:
    archive = bytearray(zipped({"a": b"A" * 50, "b": b"B" * 50, "c": b"C" * 50}, zipfile.ZIP_STORED))
    archive[archive.index(b"B" * 50)] = 0  # checksum
    assert rejects(bytes(archive)) == [("!b", "archive_broken")]
    archive[archive.index(b"PK\x03\x04", 10)] = 0  # local header of b
    found = results(bytes(archive))
    assert [one.source for one in found] == ["/in!a", "/in!b", "/in!c"]
    assert isinstance(found[1], Reject)


def test_encrypted_and_exotic_members_of_a_zip() -> None:
    archive = bytearray(zipped({"a": b"good", "b": b"secret"}))
    directory = archive.rindex(b"PK\x01\x02")
    archive[directory + 8] |= 1  # encrypted
    assert rejects(bytes(archive)) == [("!b", "archive_broken")]
    archive[directory + 8] ^= 1
    archive[directory + 10] = 97  # a method nobody knows
    assert rejects(bytes(archive)) == [("!b", "archive_broken")]


@pytest.mark.parametrize("wrap", [bytes, Trickle])
def test_a_zip_without_its_directory_is_kept_whole(wrap: Callable[[bytes], object]) -> None:
    broken = zipped({"a": b"good" * 100, "b": b"good"})[:-30]
    (reject,) = results(wrap(broken))
    assert isinstance(reject, Reject)
    assert (reject.code, reject.raw) == (Code.ARCHIVE_BROKEN, broken)


def test_broken_headers_of_a_tar_cost_their_member() -> None:
    whole = tarred({"a": b"A" * 600, "b": b"B" * 600, "c": b"C" * 600}, tarfile.USTAR_FORMAT)
    broken = bytearray(whole)
    broken[1536] ^= 0x40  # header of b
    found = results(bytes(broken))
    assert [(one.source, getattr(one, "code", None)) for one in found] == [
        ("/in!a", None),
        ("/in", Code.ARCHIVE_BROKEN),
        ("/in!c", None),
    ]
    assert b"B" * 600 in found[1].raw  # type: ignore[union-attr]
    cut = results(whole[:2100])
    assert [(one.source, getattr(one, "code", None)) for one in cut] == [
        ("/in!a", None),
        ("/in!b", Code.ARCHIVE_BROKEN),
    ]
    assert results(whole + whole)[3:] == results(whole)  # cat a.tar b.tar
    packed = gzip.compress(whole)[:-12]
    assert {code for _, code in rejects(packed)} <= {"archive_broken"}


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


@given(st.binary(max_size=2000), st.sampled_from([1, 3, 64, 5000]))
def test_any_bytes_give_items_or_rejects_however_they_arrive(data: bytes, step: int) -> None:
    whole = results(data)
    assert whole
    assert results(Trickle(data, step)) == whole


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


@given(st.lists(st.binary(max_size=700), max_size=6), st.data())
def test_damaged_archives_never_raise(contents: list[bytes], data: st.DataObject) -> None:
    made = data.draw(st.sampled_from(ARCHIVES))({str(n): content for n, content in enumerate(contents)})
    damaged = bytearray(made)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    assert results(bytes(damaged[: data.draw(st.integers(1, len(made)))]))


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
    done = subprocess.run(program, capture_output=True, text=True, timeout=120, check=True)
    items_, size, mebibytes = map(int, done.stdout.split())
    assert items_ == count
    assert size == (64 << 10 if kind == "item" else pytest.approx(200_000_000, rel=0.01))
    assert mebibytes < 120
