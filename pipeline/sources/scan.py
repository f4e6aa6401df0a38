"""A folder looked through again and again: what is new in it, without a look at each file that is known.

A folder whose time has not changed holds the entries it held. Where it changed, entries are known by name and
inode, and only new ones are asked for size and time. Files that are written to in place change neither: they
are found when everything is looked at again, every some minutes.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch

import numpy as np
import xxhash

from pipeline.sources.seen import NONE, Keys, found

IGNORED = ("*.tmp", "*.part", "*.partial", "*.filepart", "*.crdownload", "*.swp", "*~")
"""Names under which uploads are still under way: their finished form has another name."""

_MARKER = "_wirebeam.json"  # pipeline.sinks.folder.MARKER
_FRESH = 2_000_000_000  # nanoseconds for which a folder's time does not tell of all its changes


@dataclass(slots=True)
class _Folder:
    """What is known of a folder: its time when its entries were listed, and their keys, sorted."""

    mtime: int = -1
    entries: Keys = field(default_factory=lambda: NONE)
    folders: tuple[str, ...] = ()


class Scanner:
    """Finds files below a folder that were not found before.

    Args:
        root: absolute path of the folder.
        ignored: patterns of names that are passed over; hidden ones are, too.
    """

    def __init__(self, root: str, ignored: tuple[str, ...] = IGNORED) -> None:
        self.root = root
        self._ignored = ignored
        self._folders: dict[str, _Folder] = {}

    def forget(self) -> None:
        """Look at every file next time."""
        self._folders.clear()

    def scan(self, most: int) -> Iterator[tuple[str, os.stat_result]]:
        """Files not found before, with what the file system says of them; ends early behind `most` files.

        Raises:
            OSError: the root cannot be read.
        """
        given = 0
        visited: set[tuple[int, int]] = set()
        left = [self.root]
        while left and given < most:
            path = left.pop()
            try:
                status = os.stat(path)
                if (status.st_dev, status.st_ino) in visited:
                    continue
                visited.add((status.st_dev, status.st_ino))
                folder = self._folders.setdefault(path, _Folder())
                if folder.mtime != status.st_mtime_ns:
                    for one in self._list(path, folder, status.st_mtime_ns, most - given):
                        given += 1
                        yield one
            except OSError:
                self._folders.pop(path, None)
                if path == self.root:
                    raise
                continue
            left += folder.folders

    def _list(
        self, path: str, folder: _Folder, mtime: int, most: int
    ) -> Iterator[tuple[str, os.stat_result]]:
        """New files of one folder; what is known of it is brought up to date."""
        started = time.time_ns()
        names, keys, folders = [], [], []
        with os.scandir(path) as entries:
            for entry in entries:
                name = entry.name
                if name.startswith("."):
                    continue
                if name == _MARKER:
                    folder.mtime, folder.entries, folder.folders = mtime, NONE, ()
                    return
                if entry.is_dir():
                    folders.append(entry.path)
                    continue
                names.append(name)
                text = f"{entry.inode()}\0{name}".encode("utf-8", "surrogateescape")
                keys.append(xxhash.xxh3_64_intdigest(text))
        folder.folders = tuple(sorted(folders, reverse=True))
        listed = np.array(keys, np.uint64)
        new = np.flatnonzero(~found(listed, folder.entries))
        whole = len(new) <= most
        for number in new[:most].tolist():
            if any(fnmatch(names[number], pattern) for pattern in self._ignored):
                continue
            try:
                status = os.stat(os.path.join(path, names[number]))
            except OSError:
                continue  # gone meanwhile, or a link that leads nowhere
            if stat.S_ISREG(status.st_mode):
                yield os.path.join(path, names[number]), status
        missing = new[most:]
        folder.entries = np.sort(np.delete(listed, missing))
        folder.mtime = mtime if whole and abs(started - mtime) > _FRESH else -1
