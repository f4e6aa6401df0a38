"""The files that a folder source has handed over: 8 bytes each, in a journal beside the manifests.

A manifest holds the journal's name and length alone. What was added beyond that length belongs to a cycle
that was never committed, and is cut off when the journal is opened.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xxhash

from pipeline.sinks import durable

Keys = npt.NDArray[np.uint64]

WIDTH = 8  # bytes of a key
_RECENT = 65_536  # keys in a set, before they go into the sorted array
NONE: Keys = np.empty(0, np.uint64)


def file_key(path: str, status: os.stat_result) -> int:
    """What tells a file from all others and from what it was before: 64 bits of path, inode, time and size.

    Among a million files seen, one of a million new ones is taken for one of them once in 20 million times.
    """
    text = f"{path}\0{status.st_ino}\0{status.st_mtime_ns}\0{status.st_size}"
    return xxhash.xxh3_64_intdigest(text.encode("utf-8", "surrogateescape"))


def found(keys: Keys, among: Keys) -> npt.NDArray[np.bool_]:
    """Which keys stand in a sorted array."""
    if not len(among):
        return np.zeros(len(keys), np.bool_)
    places = np.minimum(np.searchsorted(among, keys), len(among) - 1)
    return np.asarray(among[places] == keys)


class Seen:
    """A journal of keys, and the keys themselves. One writer.

    Args:
        folder: where the journals of this source lie.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sorted = NONE
        self._recent: set[int] = set()
        self._path = folder / "00000001.seen"
        self._length = 0

    def __len__(self) -> int:
        return len(self._sorted) + len(self._recent)

    def __contains__(self, key: int) -> bool:
        if key in self._recent:
            return True
        return bool(found(np.array([key], np.uint64), self._sorted)[0])

    def known(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """Which of the keys were added before."""
        known = found(keys, self._sorted)
        if self._recent:
            known |= np.fromiter((int(key) in self._recent for key in keys), np.bool_, len(keys))
        return known

    @property
    def position(self) -> dict[str, object]:
        """Where the journal stands, for a manifest."""
        return {"journal": self._path.name, "length": self._length}

    def open(self, position: dict[str, object] | None) -> bool:
        """Read the journal up to where a manifest says; what lies behind is cut off.

        Returns:
            False where the journal is gone or too short: what was seen then comes again.

        Raises:
            OSError: it cannot be read or written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        whole = True
        if position is not None:
            self._path = self._folder / Path(str(position["journal"])).name
            length = int(str(position["length"]))
            data = self._path.read_bytes()[:length] if self._path.is_file() else b""
            whole = len(data) == length
            data = data[: len(data) - len(data) % WIDTH]
        else:
            data = b""
        with self._path.open("wb" if not data else "r+b") as file:
            file.truncate(len(data))
        self._length = len(data)
        self._sorted = np.unique(np.frombuffer(data, "<u8").astype(np.uint64))
        self._recent = set()
        self.tidy()
        return whole

    def add(self, keys: Sequence[int]) -> None:
        """Add keys, durably.

        Raises:
            OSError: they could not be written; none was added then.
        """
        if not keys:
            return
        data = np.array(keys, "<u8").tobytes()
        with self._path.open("r+b") as file:
            file.truncate(self._length)  # what an attempt that failed has left
            file.seek(self._length)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        self._length += len(data)
        self._recent.update(keys)
        if len(self._recent) > _RECENT:
            recent = np.fromiter(self._recent, np.uint64, len(self._recent))
            self._sorted = np.union1d(self._sorted, recent)
            self._recent = set()

    def forget(self, kept: Keys) -> None:
        """Begin a new journal with these keys alone; the old one stays until `tidy`.

        Raises:
            OSError: it could not be written; all is as it was then.
        """
        path = self._folder / f"{int(self._path.stem) + 1:08d}.seen"
        kept = np.unique(kept)
        durable.replace(path, kept.astype("<u8").tobytes())
        self._path, self._length = path, len(kept) * WIDTH
        self._sorted, self._recent = kept, set()

    def tidy(self) -> None:
        """Remove the journals before this one: a manifest names this one."""
        for path in self._folder.glob("*.seen"):
            if path.name < self._path.name:
                path.unlink(missing_ok=True)
