"""Compressed streams: gzip, bzip2, xz and Zstandard, told by their first bytes, unpacked bit by bit.

Never more than a chunk comes out at a time, whatever the input says: a bomb of 64 KiB cannot fill memory.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from schemas.errors import Code, ItemError
from transforms.expand.limits import Meter
from transforms.expand.reader import CHUNK, Reader

_XZ_MEMORY = 128 << 20  # a dictionary of xz -9 needs 65 MiB


class _Decompressor(Protocol):
    """What bz2 and lzma offer: output bounded by `max_length`, `needs_input` once it is used up."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gzip:
    """zlib's object with the interface of the other two."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(31)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def needs_input(self) -> bool:
        return not self._zlib.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._zlib.decompress(self._zlib.unconsumed_tail or data, max_length)


@dataclass(frozen=True, slots=True)
class Compression:
    """A kind of compressed stream: its name, its first bytes, what unpacks it (None: pyarrow does)."""

    name: str
    magic: bytes
    new: Callable[[], _Decompressor] | None


_KINDS = (
    Compression("gzip", b"\x1f\x8b\x08", _Gzip),
    Compression("bzip2", b"BZh", bz2.BZ2Decompressor),
    Compression("xz", b"\xfd7zXZ\x00", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY)),
    Compression("zstd", b"\x28\xb5\x2f\xfd", None),
)
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")


def recognise(head: bytes) -> Compression | None:
    """The kind of compression that the first bytes show."""
    for kind in _KINDS:
        if head.startswith(kind.magic) and (kind.name != "bzip2" or head[4:10] in _BZIP2_BLOCKS):
            return kind
    return None


class _Unpacked:
    """Reads what a compressed stream unpacks to; several streams one after the other are one."""

    def __init__(self, packed: Reader, kind: Compression, new: Callable[[], _Decompressor]) -> None:
        self._packed = packed
        self._kind = kind
        self._new = new
        self._stream = new()
        self._rest = b""

    def read(self, size: int) -> bytes:
        while True:
            if self._stream.eof:
                left = (self._stream.unused_data + self._rest).lstrip(b"\x00")
                left += self._packed.read(len(self._kind.magic)) if len(left) < len(self._kind.magic) else b""
                if not left.lstrip(b"\x00").startswith(self._kind.magic):
                    return b""  # what is glued to the end of a stream is padding, as for gzip itself
                self._stream, self._rest = self._new(), left.lstrip(b"\x00")
            data = b""
            if self._stream.needs_input:
                data, self._rest = self._rest or self._packed.some(CHUNK), b""
                if not data:
                    raise self._packed.failure or ItemError(
                        Code.ARCHIVE_BROKEN, f"{self._kind.name}: the stream ends early"
                    )
            try:
                out = self._stream.decompress(data, size)
            except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
                raise ItemError(Code.ARCHIVE_BROKEN, f"{self._kind.name}: {error}") from None
            if out:
                return out


def _zstd(packed: Reader) -> Callable[[int], bytes]:
    import pyarrow as pa

    def read(size: int) -> bytes:
        try:
            return bytes(stream.read(size))
        except OSError as error:
            reason = str(error).splitlines()[0]
            raise packed.failure or ItemError(Code.ARCHIVE_BROKEN, f"zstd: {reason}") from None

    stream: Any = pa.CompressedInputStream(pa.PythonFile(packed, mode="r"), "zstd")
    return read


def unpack(packed: Reader, kind: Compression, meter: Meter) -> Reader:
    """What a compressed stream unpacks to. Its `failure` says why it ended early, or beyond a limit."""
    read = _Unpacked(packed, kind, kind.new).read if kind.new else _zstd(packed)

    def metered(size: int) -> bytes:
        data = read(min(size, CHUNK))
        meter.expand(len(data))
        return data

    return Reader(metered)
