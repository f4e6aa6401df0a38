"""Where a dataset lies: a folder of a file system, or of an object store. What each can do, under one name.

A `Location` has what both share: names, reading, listing, removing. What must be written so that a crash
leaves it whole or absent goes through `durable` (small files) and `draft` (large ones).
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import itertools
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import pyarrow.parquet as pq

from pipeline.sinks.bucket import bucket
from pipeline.sinks.objects import ObjectPath
from schemas.errors import UsageError

Location: TypeAlias = Path | ObjectPath
Named: TypeAlias = str | os.PathLike[str] | ObjectPath

_AT_ONCE = 16  # requests
_numbers = itertools.count()
_T = TypeVar("_T")


def location(named: Named) -> Location:
    """Where a path, `s3://bucket/folder` or `gs://bucket/folder` leads; a path is made absolute.

    Raises:
        UsageError: a URI of another kind.
    """
    if isinstance(named, ObjectPath):
        return named
    text = os.fspath(named)
    if found := ObjectPath.parse(text):
        return found
    if "://" in text:
        raise UsageError(f"{text}: a dataset lies in a folder, or at s3://bucket/name or gs://bucket/name")
    return Path(text).absolute()


def size(path: Location) -> int:
    """Bytes of a file.

    Raises:
        FileNotFoundError: there is none.
    """
    return path.stat().st_size if isinstance(path, Path) else path.size()


def each(function: Callable[[_T], object], values: Iterable[_T], root: Location) -> None:
    """Calls a function with each value: in turn in a folder, at once where each call waits for a store.

    Raises:
        Exception: what a call raises; others may have been made.
    """
    if isinstance(root, Path):
        for value in values:
            function(value)
        return
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="storage") as threads:
        list(threads.map(function, values))


def remove_tree(path: Location, *, ignore_errors: bool = True) -> None:
    """Removes a folder with all in it.

    Raises:
        OSError: it could not be removed, and that is not to be ignored.
    """
    if isinstance(path, Path):
        shutil.rmtree(path, ignore_errors=ignore_errors)
        return
    _copies().forget(path)
    with contextlib.suppress(*([OSError] if ignore_errors else [])):
        path.remove_tree()


def resolved(place: Location) -> str:
    """One name of a place, whichever links lead to it."""
    return str(place.resolve() if isinstance(place, Path) else place)


def forget(place: Location) -> None:
    """Removes the copies that this process has of what is in a folder of a store, or of a file there."""
    if isinstance(place, ObjectPath):
        _copies().forget(place)


def remove(paths: Sequence[Location]) -> None:
    """Removes files that this run has staged; those that are not there are no failure.

    Args:
        paths: of one dataset; of a store they go by the thousand.

    Raises:
        OSError: one could not be removed; others may be.
    """
    objects = [path for path in paths if isinstance(path, ObjectPath)]
    for path in paths:
        if isinstance(path, Path):
            path.unlink(missing_ok=True)
    if objects:
        for one in objects:
            forget(one)
        bucket(objects[0].scheme, objects[0].bucket).delete(one.key for one in objects)


def rename(root: Location, source: str, target: str) -> None:
    """Moves a file within a dataset, over one that has the name; may be repeated after a crash.

    Args:
        root: the dataset's folder.
        source, target: POSIX paths below it.

    Raises:
        FileNotFoundError: there is none.
        OSError: it could not be moved.
    """
    if isinstance(root, Path):
        (root / source).replace(root / target)
        return
    (root / source).replace(root / target)


def relative(path: Location, root: Location) -> str:
    """The POSIX path from a folder to what is in it."""
    if isinstance(path, Path) and isinstance(root, Path):
        return path.relative_to(root).as_posix()
    return str(path).removeprefix(f"{root}/")


def files_below(root: Location, pattern: str) -> list[Location]:
    """Everything below a folder whose name is like that, sorted by path."""
    if isinstance(root, Path):
        return [*sorted(root.rglob(pattern))]
    return [*sorted(root.rglob(pattern))]


class Draft:
    """A file that is being written, at `path` on this machine, until it is known what it is called.

    Attributes:
        path: where to write it; its folder exists.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def keep(self, target: Location, *, copy: bool = False) -> None:
        """Puts the file in its place, whole or not at all, over one that has the name.

        Args:
            target: in the folder that the draft is for.
            copy: this process will read it again.

        Raises:
            OSError: it could not be put there.
        """
        if isinstance(target, Path):
            self.path.replace(target)
            return
        target.upload(self.path)
        if copy:
            _copies().take(target, self.path)


@contextlib.contextmanager
def draft(folder: Location) -> Iterator[Draft]:
    """A new file for a folder, which is made where it is missing. What was not kept is gone at the end.

    Raises:
        OSError: it could not be made.
    """
    if isinstance(folder, Path):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{os.getpid()}.{next(_numbers)}.tmp"
    else:
        path = _copies().new()
    try:
        yield Draft(path)
    finally:
        path.unlink(missing_ok=True)


def local(path: Named) -> Path:
    """A file of a run's staging for mapping into memory: itself, or a copy on this machine.

    Raises:
        OSError: it is not there, or cannot be read.
    """
    found = location(path)
    return found if isinstance(found, Path) else _copies().get(found)


def parquet(path: Location, **arguments: Any) -> pq.ParquetFile:
    """A Parquet file for reading: of an object only what is asked for is fetched.

    Raises:
        OSError, pyarrow.ArrowException: it is not there, or is none.
    """
    if isinstance(path, Path):
        return pq.ParquetFile(path, **arguments)
    arguments.pop("memory_map", None)
    return pq.ParquetFile(path.open(), pre_buffer=True, **arguments)


class _Copies:
    """Files of object stores on this machine, as long as the process lives."""

    def __init__(self) -> None:
        _sweep()
        self._folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        self._paths: dict[ObjectPath, Path] = {}
        self._lock = threading.Lock()
        atexit.register(shutil.rmtree, self._folder, ignore_errors=True)

    def new(self) -> Path:
        return self._folder / str(next(_numbers))

    def take(self, target: ObjectPath, path: Path) -> None:
        kept = self.new()
        path.replace(kept)
        with self._lock:
            self._paths[target] = kept

    def get(self, wanted: ObjectPath) -> Path:
        with self._lock:
            known = self._paths.get(wanted)
        if known is not None:
            return known
        path = self.new()
        with path.open("wb") as file, wanted.open() as source:
            while piece := source.read(_PIECE):
                file.write(piece)
        with self._lock:
            return self._paths.setdefault(wanted, path)

    def forget(self, place: ObjectPath) -> None:
        """Of a file, or of all in a folder."""
        prefix = f"{place}/"
        with self._lock:
            gone = [path for path in self._paths if path == place or str(path).startswith(prefix)]
            paths = [self._paths.pop(path) for path in gone]
        for path in paths:
            path.unlink(missing_ok=True)


_PREFIX = "wirebeam-copies-"
_PIECE = 16 << 20  # bytes of one request


def _sweep() -> None:
    """Removes what processes left that were killed."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        process = left.name.removeprefix(_PREFIX).partition("-")[0]
        if process.isdigit() and not Path("/proc", process).exists():
            shutil.rmtree(left, ignore_errors=True)


@functools.cache
def _copies() -> _Copies:
    return _Copies()
