"""Zip archives: their members by the central directory, however much it claims."""

from __future__ import annotations

import io
import lzma
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO, cast

from schemas.errors import Code, ItemError
from transforms.expand.limits import ExpandLimits, Meter
from transforms.expand.member import Member
from transforms.expand.reader import CHUNK, Reader

_IN_MEMORY = 8 << 20
_END = b"PK\x05\x06"
_LOCATOR = b"PK\x06\x07"
_ENTRY_BYTES = 512  # of the directory an entry, on average; a usual one has 46 and its name
_ENTRY = struct.Struct("<4s24xHHH12x")  # PKWARE APPNOTE 4.3.12: signature, lengths of name, extra, comment
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    UnicodeDecodeError,
    ValueError,
)


def recognise(head: bytes) -> bool:
    """Whether the first bytes are those of a zip archive, an empty one among them."""
    return head.startswith((b"PK\x03\x04", _END))


def spool(reader: Reader, limits: ExpandLimits) -> BinaryIO:
    """A stream that cannot be rewound, copied to memory or, above 8 MiB, to a temporary file.

    Raises:
        ItemError: `archive_too_large` above `limits.total_bytes`, or what ended the stream early.
    """
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by the caller
    size = 0
    try:
        while data := reader.some(CHUNK):
            size += len(data)
            if size > limits.total_bytes:
                raise ItemError(Code.ARCHIVE_TOO_LARGE, f"zip: larger than {limits.total_bytes} bytes")
            file.write(data)
        if reader.failure:
            raise reader.failure
        file.seek(0)
    except OSError as error:
        file.close()
        raise ItemError(Code.UNREADABLE, f"zip: no room for a temporary copy: {error.strerror}") from error
    except ItemError:
        file.close()
        raise
    return cast(BinaryIO, file)


def _check_directory(file: BinaryIO, most: int) -> None:
    """Looks at the central directory before zipfile reads it whole and makes an object of each entry.

    Raises:
        ItemError: `archive_too_many`.
    """
    size = file.seek(0, io.SEEK_END)
    start = max(0, size - (1 << 16) - len(_LOCATOR) - 100)
    file.seek(start)
    tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < 22:
        return  # zipfile will say so
    length = int(struct.unpack_from("<L", tail, end + 12)[0])
    if tail[end - 20 :].startswith(_LOCATOR) and tail[end - 76 :].startswith(b"PK\x06\x06"):
        length = int(struct.unpack_from("<Q", tail, end - 36)[0])
        end -= 76
    if length <= most * _ENTRY.size:
        return
    if length > max(1 << 20, most * _ENTRY_BYTES):
        raise ItemError(Code.ARCHIVE_TOO_MANY, f"zip: a directory of {length} bytes")
    file.seek(max(0, start + end - length))
    for _ in range(most + 1):
        entry = file.read(_ENTRY.size)
        if len(entry) < _ENTRY.size or not entry.startswith(b"PK\x01\x02"):
            return
        file.seek(sum(_ENTRY.unpack(entry)[1:]), io.SEEK_CUR)
    raise ItemError(Code.ARCHIVE_TOO_MANY, f"zip: more than {most} members")


def _nothing(size: int) -> bytes:
    return b""


def _content(stream: IO[bytes], info: zipfile.ZipInfo, meter: Meter) -> Reader:
    # For other methods than deflate zipfile unpacks all that it reads at once: give it little at a time.
    most = CHUNK if info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) else 4096

    def read(size: int) -> bytes:
        try:
            data = stream.read(min(size, most))
        except _BROKEN as error:
            raise ItemError(Code.ARCHIVE_BROKEN, f"zip: {error}") from None
        meter.expand(len(data))
        return data

    return Reader(read)


def _problem(info: zipfile.ZipInfo) -> ItemError | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind in (0, stat.S_IFREG):
        return None
    return ItemError(Code.ARCHIVE_UNSAFE, "a symbolic link" if kind == stat.S_IFLNK else "a device or pipe")


def members(file: BinaryIO, meter: Meter) -> Iterator[Member]:
    """The files of a zip archive in the order of its directory; folders are passed over.

    An archive whose directory cannot be read comes as one member without a name, with all its bytes.

    Args:
        file: the archive, seekable.
        meter: counts what comes out.
    """
    try:
        _check_directory(file, meter.limits.members)
        archive = zipfile.ZipFile(file)
    except ItemError as error:
        file.seek(0)
        yield Member("", Reader(file.read), error)
        return
    except _BROKEN as error:
        file.seek(0)
        yield Member("", Reader(file.read), ItemError(Code.ARCHIVE_BROKEN, f"zip: {error}"))
        return
    with archive:
        for info in archive.infolist():
            if info.filename.endswith("/"):  # ZipInfo.is_dir fails on an empty name
                continue
            try:
                stream = archive.open(info)
            except _BROKEN as error:
                broken = ItemError(Code.ARCHIVE_BROKEN, f"zip: {error}")
                yield Member(info.filename, Reader(_nothing), broken)
                continue
            with stream:
                yield Member(info.filename, _content(stream, info, meter), _problem(info))
