"""Archives and streams for the tests, and what expanding them gives."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Mapping

import pyarrow as pa

from schemas.errors import Reject
from schemas.raw import RawItem
from transforms.expand.expand import expand
from transforms.expand.limits import ExpandLimits

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
    compressed: bytes = pa.compress(data, codec="zstd", asbytes=True)
    return compressed


COMPRESSIONS: list[Callable[[bytes], bytes]] = [gzip.compress, bz2.compress, lzma.compress, zstandard]


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
    whole = [(one.source.removeprefix("/in"), one.data) for one in found if isinstance(one, RawItem)]
    assert len(dict(whole)) == len(whole)
    return dict(whole)


def rejects(content: object, **limits: int) -> list[tuple[str, str]]:
    """Source and code of what was rejected."""
    return [
        (one.source.removeprefix("/in"), one.code)
        for one in results(content, **limits)
        if isinstance(one, Reject)
    ]
