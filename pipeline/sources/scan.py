"""A folder looked through again and again: what is new in it, without a look at each file that is known.

A folder whose time has not changed holds the entries it held. Where it changed, all its files are looked at;
of a very large folder only those whose name and inode are new. A file that is written to in place does not
change its folder, and in a very large one a new file may have name and inode of one that was deleted: such
files are found when everything is looked at again, every some minutes.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import translate

import numpy as np
import xxhash

from pipeline.sources.seen import NONE, Keys, found

IGNORED = ("*.tmp", "*.part", "*.partial", "*.filepart", "*.crdownload", "*.swp", "*~")
"""Names under which uploads are still under way: their finished form has another name."""

_MARKER = "_wirebeam.json"  # pipeline.sinks.folder.MARKER
_LOOKED_AT = 20_000  # files of a folder; 40 ms
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
        self._ignored = re.compile("|".join(map(translate, ignored)) or r"(?!)")
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
        entries: list[tuple[str, int]] = []
        folders = []
        with os.scandir(path) as found_entries:
            for entry in found_entries:
                name = entry.name
                if name.startswith("."):
                    continue
                if name == _MARKER:
                    folder.mtime, folder.entries, folder.folders = mtime, NONE, ()
                    return
                if entry.is_dir():
                    folders.append(entry.path)
                else:
                    entries.append((name, entry.inode()))
        folder.folders = tuple(sorted(folders, reverse=True))
        looked = {}
        if len(entries) <= _LOOKED_AT:
            looked = {name: status for name, _ in entries if (status := _status(os.path.join(path, name)))}
        listed = np.fromiter(
            (_key(*entry, looked.get(entry[0])) for entry in entries), np.uint64, len(entries)
        )
        new = np.flatnonzero(~found(listed, folder.entries))
        whole = len(new) <= most
        for number in new[:most].tolist():
            name = entries[number][0]
            if self._ignored.match(name):
                continue
            status = looked.get(name) or _status(os.path.join(path, name))
            if status is not None and stat.S_ISREG(status.st_mode):
                yield os.path.join(path, name), status
        folder.entries = np.sort(np.delete(listed, new[most:]))
        folder.mtime = mtime if whole and abs(started - mtime) > _FRESH else -1


def _status(path: str) -> os.stat_result | None:
    """None for what is gone meanwhile, or a link that leads nowhere."""
    try:
        return os.stat(path)
    except OSError:
        return None


def _key(name: str, inode: int, status: os.stat_result | None) -> int:
    times = f"{status.st_ctime_ns}\0{status.st_size}\0" if status else ""
    return xxhash.xxh3_64_intdigest(f"{inode}\0{times}{name}".encode("utf-8", "surrogateescape"))
