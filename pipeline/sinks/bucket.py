"""What is asked of an object store: a bucket, whose objects are there whole or not at all.

Each store is one module (`s3`, `gcs`), over the client library that Beam reads that store with. Failures come
out as the `OSError` that a file system would raise, so that one way of explaining serves both.
"""

from __future__ import annotations

import errno
import functools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from schemas.errors import WirebeamError


class Entry(NamedTuple):
    """An object, or a folder where `size` is None: its key (of a folder with `/` at the end), bytes."""

    key: str
    size: int | None


class Bucket(Protocol):
    """A bucket.

    Its functions raise FileNotFoundError where there is no such object or bucket, PermissionError, or another
    OSError; the file name in it is the object's URI.
    """

    def read(self, key: str, start: int = 0, end: int | None = None) -> bytes:
        """The bytes of an object, or those from `start` up to `end`."""

    def size(self, key: str) -> int:
        """Bytes of an object."""

    def write(self, key: str, data: bytes) -> None:
        """Makes an object, or takes the place of the one of that name."""

    def create(self, key: str, data: bytes) -> None:
        """Makes an object where there is none of that name, in one step.

        Raises:
            FileExistsError: there is one. It may be this very one, where an answer was lost on the way.
        """

    def upload(self, key: str, path: Path) -> None:
        """Makes an object of a file, however large."""

    def copy(self, source: str, target: str) -> None:
        """Copies an object within the bucket; its bytes stay in the store."""

    def delete(self, keys: Iterable[str]) -> None:
        """Removes objects; those that are not there are no failure."""

    def list(self, prefix: str, *, deep: bool) -> Iterator[Entry]:
        """Objects whose keys begin so; without `deep` a folder stands for all in it."""


_EXTRAS = {"s3": "s3", "gs": "gcp"}
SCHEMES = tuple(_EXTRAS)


@functools.cache
def bucket(scheme: str, name: str) -> Bucket:
    """The bucket of a URI, one client a process.

    Args:
        scheme: `s3` or `gs`.
        name: of the bucket.

    Raises:
        WirebeamError: the extra for it is not installed.
    """
    try:
        if scheme == "s3":
            from pipeline.sinks.s3 import S3Bucket

            return S3Bucket(name)
        from pipeline.sinks.gcs import GcsBucket

        return GcsBucket(name)
    except ImportError as error:
        extra = _EXTRAS[scheme]
        raise WirebeamError(
            f"{scheme}://{name}: needs the extra {extra}: pip install --require-hashes -r "
            f"requirements/{extra}.txt ({error})"
        ) from None


def failure(uri: str, status: int, text: str) -> OSError:
    """What a store answered, as a file system would say it.

    Args:
        uri: the object.
        status: of HTTP.
        text: what the store says.
    """
    line = " ".join(text.split())
    if status == 404:
        return FileNotFoundError(errno.ENOENT, line, uri)
    if status in (401, 403):
        return PermissionError(errno.EACCES, line, uri)
    if status in (409, 412):
        return FileExistsError(errno.EEXIST, line, uri)
    return OSError(errno.EIO, line, uri)
