"""A folder that is a dataset: its marker, and the lock that lets one writer in."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

import orjson

from pipeline.sinks import durable
from pipeline.sinks.manifest import DATASETS, FOLDER
from pipeline.sinks.partition import PartitionBy
from pipeline.sinks.storage import Location, Named, location
from schemas.errors import WirebeamError

MARKER = "_wirebeam.json"
FORMAT_VERSION = 1
REPORTS = "_runs"
STAGING = "_staging"
QUEUED, SUSPECTS = "_queued", "_suspects"  # made where they are needed; nobody sweeps them
FOLDERS = (*DATASETS, FOLDER, REPORTS, STAGING)

# What systems leave in any folder: with nothing else in it, it counts as empty.
_NOBODYS = frozenset({".DS_Store", "lost+found", ".gitkeep"})


def is_dataset(path: Named) -> bool:
    """Whether a folder is a dataset of ours."""
    return (location(path) / MARKER).is_file()


def read_marker(root: Location) -> PartitionBy:
    """The partition keys of the dataset in `root`.

    Raises:
        WirebeamError: there is none, or another version wrote it.
    """
    path = root / MARKER
    try:
        value = orjson.loads(path.read_bytes())
        version, keys = value["format_version"], value["partition_by"]
    except (FileNotFoundError, NotADirectoryError):
        raise WirebeamError(f"{root}: no Wirebeam dataset here") from None
    except OSError as error:
        raise WirebeamError(f"{path}: {error.strerror or error}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise WirebeamError(f"{path}: damaged, not a marker of Wirebeam's ({error})") from error
    if version != FORMAT_VERSION:
        raise WirebeamError(f"{root}: written by another Wirebeam (format {version}, not {FORMAT_VERSION})")
    return PartitionBy(tuple(keys))


def create(root: Location, partition_by: PartitionBy | None = None) -> None:
    """Makes `root`, absent or empty, a dataset, by default keys where none are given.

    One that is there, or that somebody else makes meanwhile, stays as it is.

    Raises:
        WirebeamError: it is another program's folder.
        OSError: it could not be written.
    """
    if is_dataset(root):
        return
    root.mkdir(parents=True, exist_ok=True)
    strange = sorted(
        path.name
        for path in root.iterdir()
        if path.name not in _NOBODYS and not path.name.startswith(f"{MARKER}.")
    )
    if strange and not is_dataset(root):
        raise WirebeamError(
            f"{root}: holds {strange[0]!r} and is no Wirebeam dataset; choose an empty folder for the output"
        )
    keys = (partition_by or PartitionBy()).keys
    text = {"format": "wirebeam", "format_version": FORMAT_VERSION, "partition_by": keys}
    try:
        durable.create(root / MARKER, orjson.dumps(text, option=orjson.OPT_INDENT_2))
    except FileExistsError:
        return


def lock(root: Path) -> IO[bytes]:
    """The writer's lock, held until the file is closed or the process (and all its children) ended.

    Raises:
        WirebeamError: another run holds it.
        OSError: the folder cannot be written to.
    """
    file = (root / MARKER).open("r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise WirebeamError(
            f"{root}: another run is writing here; wait for it, or choose another output"
        ) from None
    except OSError:
        file.close()
        raise
    return file
