"""Tar archives, read as a stream: one broken header costs its own member, the rest is found again.

Python's tarfile ends silently at a damaged header; here the reader goes on at the next block that is one.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator

from schemas.errors import Code, ItemError
from transforms.expand.limits import KEPT_BYTES
from transforms.expand.member import Member
from transforms.expand.reader import Reader

BLOCK = 512
_NAME_BYTES = 1 << 20  # of a long name or a pax header
_LINKS = {
    tarfile.LNKTYPE: "hard link",
    tarfile.SYMTYPE: "symbolic link",
    tarfile.CHRTYPE: "device",
    tarfile.BLKTYPE: "device",
    tarfile.FIFOTYPE: "pipe",
}
_CHECKSUM = re.compile(rb" *[0-7]{2,7}[\0 ]")
_EXTENSIONS = frozenset(
    {
        tarfile.XHDTYPE,
        tarfile.SOLARIS_XHDTYPE,
        tarfile.XGLTYPE,
        tarfile.GNUTYPE_LONGNAME,
        tarfile.GNUTYPE_LONGLINK,
    }
)
_PAX = re.compile(rb"(\d{1,20}) ([^=]+)=")


def _header(block: bytes) -> tarfile.TarInfo | None:
    if not _CHECKSUM.match(block, 148):
        return None
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return None
    return info if info.size >= 0 else None


def recognise(head: bytes) -> bool:
    """Whether the first bytes are a tar header; its checksum tells, old archives have no magic."""
    return len(head) >= BLOCK and head[0] != 0 and _header(head[:BLOCK]) is not None


def _nothing(size: int) -> bytes:
    return b""


def _pax(data: bytes) -> dict[str, str]:
    """Records of a pax header: `LENGTH KEY=VALUE\\n` each (POSIX.1-2001)."""
    found = {}
    position = 0
    while match := _PAX.match(data, position):
        end = position + int(match.group(1))
        if not match.end() <= end <= len(data):
            break
        value = data[match.end() : end - 1]
        found[match.group(2).decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
        position = end
    return found


def _bounded(reader: Reader, size: int) -> Reader:
    left = size

    def read(wanted: int) -> bytes:
        nonlocal left
        if not left:
            return b""
        data = reader.some(min(wanted, left))
        left -= len(data)
        if not data:
            raise reader.failure or ItemError(Code.ARCHIVE_BROKEN, "tar: the archive ends inside this member")
        return data

    return Reader(read)


def members(reader: Reader) -> Iterator[Member]:
    """The files of a tar archive in their order; folders and global headers are passed over.

    What should be a header and is none comes as a member without a name whose `problem` says so, with the
    bytes up to the next header as its content (64 KiB at most). So does what ends the archive early.
    """
    pax: dict[str, str] = {}
    long_name: str | None = None
    zeros = 0
    while block := reader.read(BLOCK):
        if not block.strip(b"\0"):
            zeros += 1
            continue
        info = _header(block) if len(block) == BLOCK else None
        if info is None:
            if zeros < 2:  # two blocks of zeros end an archive; what follows is padding or another archive
                yield _lost(reader, block)
            pax, long_name = {}, None
            continue
        zeros = 0
        if info.type in _EXTENSIONS:
            data = reader.read(min(info.size, _NAME_BYTES))
            reader.skip(info.size - len(data) + -info.size % BLOCK)
            if info.type == tarfile.GNUTYPE_LONGNAME:
                long_name = data.rstrip(b"\0").decode("utf-8", "surrogateescape")
            elif info.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
                pax = _pax(data)
            continue
        name = long_name or pax.get("path") or info.name
        size = int(pax["size"]) if pax.get("size", "").isdecimal() else info.size
        sparse = info.type == tarfile.GNUTYPE_SPARSE or any(key.startswith("GNU.sparse") for key in pax)
        pax, long_name = {}, None
        if info.type in _LINKS:
            yield Member(name, Reader(_nothing), ItemError(Code.ARCHIVE_UNSAFE, f"a {_LINKS[info.type]}"))
            continue
        extended = info.type == tarfile.GNUTYPE_SPARSE and block[482] != 0
        while extended:
            extended = reader.read(BLOCK)[504:505] not in (b"\0", b"")
        content = _bounded(reader, size)
        if info.type != tarfile.DIRTYPE:
            yield Member(
                name, content, ItemError(Code.ARCHIVE_BROKEN, "tar: sparse file") if sparse else None
            )
        told = content.failure is not None
        content.skip()
        if told and reader.failure:
            return
        reader.skip(-size % BLOCK)
    if reader.failure:
        yield Member("", Reader(_nothing), reader.failure)


def _lost(reader: Reader, block: bytes) -> Member:
    """What stands before the next header."""
    kept = bytearray(block)
    size = len(block)
    while (following := reader.peek(BLOCK)).strip(b"\0") and not _header(following):
        size += reader.skip(len(following))
        if len(kept) < KEPT_BYTES:
            kept += following
    error = ItemError(Code.ARCHIVE_BROKEN, f"tar: no member to be read in {size} bytes")
    return Member("", Reader(io.BytesIO(kept).read), error)
