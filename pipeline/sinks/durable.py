"""Files that survive a crash: written beside, synced, then put in place in one step.

An object of a store is written so by itself.

Every failure of the file system that the user can act on comes out as one line (`explained`).
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.sinks.objects import ObjectPath
from pipeline.sinks.storage import Location
from schemas.errors import WirebeamError

_ADVICE = {
    errno.ENOSPC: "no space left on the device; free some and run again",
    errno.EDQUOT: "disk quota exceeded; free some space and run again",
    errno.EFBIG: "the file would exceed the size limit of the process or the file system",
    errno.EACCES: "permission denied",
    errno.EPERM: "operation not permitted",
    errno.EROFS: "the file system is read-only",
    errno.ENOTDIR: "not a folder",
    errno.EMFILE: "too many open files; raise the limit (ulimit -n)",
}
_AT_ONCE = 8
_numbers = itertools.count()  # of files written beside: threads of one process may write the same one at once
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS})


@contextlib.contextmanager
def explained(path: str | os.PathLike[str] | ObjectPath) -> Iterator[None]:
    """Turns an OSError of the block into a WirebeamError that names `path` and what to do."""
    try:
        yield
    except OSError as error:
        where = error.filename if isinstance(error.filename, str) else str(path)
        advice = None if ObjectPath.parse(where) else _ADVICE.get(error.errno or 0)  # a store says why itself
        reason = advice or error.strerror or str(error)
        raise WirebeamError(f"{where}: {reason}") from error


def sync_folder(path: str | os.PathLike[str]) -> None:
    """Makes the folder's entries (files created, renamed, removed in it) survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folders(paths: Iterable[Location]) -> None:
    """Several folders at once: a journal that waits for the disk serves them together.

    Raises:
        OSError: one could not be synced; the others were.
    """
    several = sorted({path for path in paths if isinstance(path, Path)})
    if len(several) < 2:
        for path in several:
            sync_folder(path)
        return
    with ThreadPoolExecutor(min(_AT_ONCE, len(several)), thread_name_prefix="sync") as threads:
        list(threads.map(sync_folder, several))


def make_folders(root: Location, folders: Iterable[Location]) -> None:
    """Creates folders below `root` with their parents, and syncs every folder that got a new entry."""
    touched: set[Location] = set()
    for folder in folders:
        missing: list[Path] = []
        if not isinstance(folder, Path):
            continue
        while folder != root and not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for path in reversed(missing):
            path.mkdir(exist_ok=True)
            touched.add(path.parent)
    sync_folders(touched)


def place(path: Location, data: bytes) -> None:
    """A file whole or not at all, for who reads it in this run: it need not survive a power cut.

    Raises:
        OSError: it could not be written.
    """
    if isinstance(path, ObjectPath):
        path.write_bytes(data)
        return
    beside = _write(path, data, sync=False)
    try:
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _write(path: Path, data: bytes, sync: bool = True) -> Path:
    beside = path.with_name(f"{path.name}.{os.getpid()}.{next(_numbers)}.tmp")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            if sync:
                os.fsync(file.fileno())
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    return beside


def create(path: Location, data: bytes) -> None:
    """A new file, whole or not at all.

    Raises:
        FileExistsError: somebody else created it first; theirs is untouched.
        OSError: it could not be written; nothing is left behind.
    """
    if isinstance(path, ObjectPath):
        path.create(data)
        return
    beside = _write(path, data)
    try:
        try:
            os.link(beside, path)
        except FileExistsError:
            raise
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            # File systems without hard links: the descriptor is ours alone if O_EXCL made the file,
            # and the rename then replaces our own empty file.
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def replace(path: Location, data: bytes) -> None:
    """A file with new content, whole or as it was.

    Raises:
        OSError: it could not be written; the old one is untouched.
    """
    if isinstance(path, ObjectPath):
        path.write_bytes(data)
        return
    beside = _write(path, data)
    try:
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)
