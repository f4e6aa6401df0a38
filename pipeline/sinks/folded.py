"""Old manifests folded: a thousand of them in one compressed file, since a stream commits 43,000 times a day.

`_manifests/folded/00000001.json.gz` holds the manifests 1 to 1024, a JSON line each, without their lists of
all live files. The newest ones stay files of their own: those are what opening a dataset reads.
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from pipeline.sinks import durable
from pipeline.sinks.storage import Location, each

FOLDER = "folded"
TOGETHER = 1_024  # manifests of one file
KEPT = 128  # manifests, at the least, that stay files of their own


def place(folder: Location, sequence: int) -> Location:
    """Where a manifest is, once it is folded."""
    return folder / FOLDER / f"{(sequence - 1) // TOGETHER * TOGETHER + 1:08d}.json.gz"


def read(folder: Location, sequence: int) -> Mapping[str, Any] | None:
    """The values of a folded manifest, None where it is not folded.

    Raises:
        OSError, ValueError: the file is damaged.
    """
    path = place(folder, sequence)
    try:
        # Written once: in a folder the time of writing tells it from one of a dataset made anew.
        written = path.stat().st_mtime_ns if isinstance(path, Path) else path.size()
    except FileNotFoundError:
        return None
    return _read(path, written).get(sequence)


@functools.lru_cache(maxsize=2)
def _read(path: Location, _: int) -> dict[int, Mapping[str, Any]]:
    try:
        values = [orjson.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    except (EOFError, zlib.error) as error:
        raise ValueError(f"{path}: {error}") from error
    return {value["sequence"]: value for value in values}


def fold(folder: Location, newest: int) -> None:
    """Fold the last thousand manifests that are old enough; what was folded before is left alone.

    May be stopped at any moment and called again: a manifest goes only once it is in the file.

    Args:
        folder: that of the manifests.
        newest: number of the newest one.

    Raises:
        OSError: the file could not be written; all manifests are where they were.
        ValueError: a manifest is damaged.
    """
    last = (newest - KEPT) // TOGETHER * TOGETHER
    first = last - TOGETHER + 1
    if first < 1:
        return
    paths = [folder / f"{sequence:08d}.json" for sequence in range(first, last + 1)]
    if not place(folder, first).is_file():
        lines = [orjson.dumps(orjson.loads(path.read_bytes()) | {"live": None}) for path in paths]
        (folder / FOLDER).mkdir(exist_ok=True)
        durable.sync_folders([folder])
        durable.replace(place(folder, first), gzip.compress(b"\n".join(lines), mtime=0))
    each(_unlink, paths, folder)


def _unlink(path: Location) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink(missing_ok=True)
