"""A place in an object store, with what this package asks of a `pathlib.Path`.

Where stores and file systems differ:

* An object is there whole or not at all, and lasts once it is there: nothing is synced.
* `create` makes one only where there is none of that name, in one step: commits and leases build on it.
* `replace` copies within the store, then removes. Stopped in between it is repeated: both are the same.
* There are no folders: one is there as long as something is in it.
"""

from __future__ import annotations

import fnmatch
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.sinks.bucket import SCHEMES, Bucket, bucket
from schemas.errors import UsageError

_URI = re.compile(rf"({'|'.join(SCHEMES)}):/+([^/]+)/?(.*)", re.S)  # a Path made of a URI has one slash
_WHOLE = 4 << 20  # bytes: smaller objects are read in one request


@dataclass(frozen=True, slots=True, order=True)
class ObjectPath:
    """`scheme://bucket/key`; immutable, and the same wherever it is unpickled.

    Attributes:
        scheme: `s3` or `gs`.
        bucket: name of the bucket.
        key: POSIX path in it, without slashes at its ends; empty for the bucket itself.
    """

    scheme: str
    bucket: str
    key: str

    @classmethod
    def parse(cls, uri: str) -> ObjectPath | None:
        """The place that a URI names; None where it is no URI of a store that we write to.

        Raises:
            UsageError: its key has empty parts, `.` or `..`, which stores take for names.
        """
        found = _URI.fullmatch(uri)
        if not found:
            return None
        key = found[3].rstrip("/")
        if key and any(part in ("", ".", "..") for part in key.split("/")):
            raise UsageError(
                f"{uri}: a folder in a bucket has no empty part, `.` or `..`: {found[1]}://bucket/name"
            )
        return cls(found[1], found[2], key)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.bucket}/{self.key}"

    @property
    def _store(self) -> Bucket:
        return bucket(self.scheme, self.bucket)

    def _at(self, key: str) -> ObjectPath:
        return ObjectPath(self.scheme, self.bucket, key)

    def joinpath(self, *parts: str) -> ObjectPath:
        """The place below this one."""
        return self._at("/".join(filter(None, (self.key, *parts))))

    def __truediv__(self, part: str) -> ObjectPath:
        return self.joinpath(part)

    @property
    def name(self) -> str:
        """Last part of the key; the bucket's name where there is none."""
        return self.key.rpartition("/")[2] or self.bucket

    @property
    def stem(self) -> str:
        """The name without its last suffix."""
        return PurePosixPath(self.name).stem

    @property
    def parent(self) -> ObjectPath:
        """The folder."""
        return self._at(self.key.rpartition("/")[0])

    def with_name(self, name: str) -> ObjectPath:
        """The same folder, another name."""
        return self.parent / name

    def absolute(self) -> ObjectPath:
        """Itself: a URI is whole."""
        return self

    def relative_to(self, other: ObjectPath) -> PurePosixPath:
        """The path from `other`, which this one is below, to here."""
        return PurePosixPath(self.key).relative_to(other.key)

    def read_bytes(self) -> bytes:
        """The object's bytes.

        Raises:
            OSError: there is none, or it cannot be read.
        """
        return self._store.read(self.key)

    def write_bytes(self, data: bytes) -> None:
        """Makes the object, or takes the place of another.

        Raises:
            OSError: it could not be written.
        """
        self._store.write(self.key, data)

    def upload(self, file: Path) -> None:
        """Makes the object of a file, as `write_bytes` does of bytes.

        Raises:
            OSError: it could not be written.
        """
        self._store.upload(self.key, file)

    def create(self, data: bytes) -> None:
        """Makes the object where there is none.

        Raises:
            FileExistsError: somebody else made it first.
            OSError: it could not be written, or it is not known whether it was.
        """
        try:
            self._store.create(self.key, data)
        except FileExistsError:
            # An answer that was lost is asked for again, and then finds what the first request made.
            if self.read_bytes() != data:
                raise

    def size(self) -> int:
        """Bytes of the object.

        Raises:
            OSError: there is none.
        """
        return self._store.size(self.key)

    def is_file(self) -> bool:
        """Whether there is such an object."""
        try:
            self.size()
        except FileNotFoundError:
            return False
        return True

    exists = is_file

    def is_dir(self) -> bool:
        """Whether there are objects below."""
        return next(self._below(deep=True), None) is not None

    def mkdir(self, parents: bool = False, exist_ok: bool = False) -> None:
        """Nothing: a folder is there with what is in it."""

    def unlink(self, missing_ok: bool = False) -> None:
        """Removes the object."""
        if not missing_ok and not self.is_file():
            raise FileNotFoundError(2, "no such object", str(self))
        self._store.delete([self.key])

    def replace(self, target: ObjectPath) -> None:
        """Moves the object within its bucket; see above.

        Raises:
            FileNotFoundError: it is not there.
        """
        self._store.copy(self.key, target.key)
        self._store.delete([self.key])

    def remove_tree(self) -> None:
        """Removes all objects below."""
        self._store.delete(path.key for path in self._below(deep=True))

    def _below(self, *, deep: bool) -> Iterator[ObjectPath]:
        prefix = f"{self.key}/" if self.key else ""
        for entry in self._store.list(prefix, deep=deep):
            if entry.key != prefix:  # the empty object that consoles make for a folder
                yield self._at(entry.key.rstrip("/"))

    def iterdir(self) -> Iterator[ObjectPath]:
        """What is in this folder: objects and folders."""
        return self._below(deep=False)

    def glob(self, pattern: str) -> Iterator[ObjectPath]:
        """What is in this folder and has a name like that."""
        return (path for path in self.iterdir() if fnmatch.fnmatchcase(path.name, pattern))

    def rglob(self, pattern: str) -> Iterator[ObjectPath]:
        """The objects below whose name is like that."""
        return (path for path in self._below(deep=True) if fnmatch.fnmatchcase(path.name, pattern))

    def open(self, mode: str = "rb") -> ObjectFile:
        """The object for reading, piece by piece.

        Raises:
            OSError: there is none.
        """
        if mode != "rb":
            raise ValueError(f"{self}: an object is written whole, not opened with {mode!r}")
        return ObjectFile(self)


class ObjectFile(io.RawIOBase):
    """An object open for reading: each `read` is one request, and a small object only one for all of it.

    Args:
        path: the object.
    """

    def __init__(self, path: ObjectPath) -> None:
        self._path = path
        self._size = path.size()
        self._position = 0
        self._whole: bytes | None = None

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Read on from elsewhere."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def size(self) -> int:
        """Bytes of the object."""
        return self._size

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; fewer bytes only at the end."""
        start, end = self._position, min(self._position + len(buffer), self._size)
        if end <= start:
            return 0
        if self._size <= _WHOLE:
            if self._whole is None:
                self._whole = self._path.read_bytes()
            data = self._whole[start:end]
        else:
            data = bucket(self._path.scheme, self._path.bucket).read(self._path.key, start, end)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)
