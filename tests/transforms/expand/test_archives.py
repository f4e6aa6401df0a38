"""Zip and tar archives: members, names, what is unsafe, what is broken."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Code, Reject
from schemas.raw import RawItem
from tests.transforms.expand.making import (
    ARCHIVES,
    Trickle,
    items,
    rejects,
    results,
    tarred,
    zipped,
)


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
    assert isinstance(four[1], Reject)
    assert four[1].raw == inner


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
    assert isinstance(found[1], Reject)
    assert b"B" * 600 in found[1].raw
    cut = results(whole[:2100])
    assert [(one.source, getattr(one, "code", None)) for one in cut] == [
        ("/in!a", None),
        ("/in!b", Code.ARCHIVE_BROKEN),
    ]
    assert results(whole + whole)[3:] == results(whole)  # cat a.tar b.tar
    packed = gzip.compress(whole)[:-12]
    assert {code for _, code in rejects(packed)} <= {"archive_broken"}


@given(st.lists(st.binary(max_size=700), max_size=6), st.data())
def test_damaged_archives_never_raise(contents: list[bytes], data: st.DataObject) -> None:
    made = data.draw(st.sampled_from(ARCHIVES))({str(n): content for n, content in enumerate(contents)})
    damaged = bytearray(made)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    assert results(bytes(damaged[: data.draw(st.integers(1, len(made)))]))


def test_nameless_members() -> None:
    archive = bytearray(zipped({"a": b"good", "b": b"bytes"}))
    directory = archive.rindex(b"PK\x01\x02")
    archive[directory + 28] = 0  # length of the name
    del archive[directory + 46]
    end = archive.rindex(b"PK\x05\x06")
    archive[end + 12] -= 1  # length of the directory
    found = results(bytes(archive))
    assert found[0] == results(zipped({"a": b"good"}))[0]
    # Its own header still has the name, which zipfile will not have.
    assert [(one.source, getattr(one, "code", None)) for one in found[1:]] == [("/in", Code.ARCHIVE_BROKEN)]
