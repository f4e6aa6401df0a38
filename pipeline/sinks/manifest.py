"""Manifests: what a dataset holds, as a chain of numbered files, each one a commit.

`_manifests/00000042.json` lists what commit 42 added and removed, and where the sources stood after it.
Every 64th one lists all live files, so that opening a dataset reads at most 64 of them. Old ones are folded
(`pipeline.sinks.folded`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from pipeline.sinks import durable, folded
from pipeline.sinks.storage import Location
from schemas.errors import WirebeamError

FOLDER = "_manifests"
FULL_EVERY = 64
NEWEST = "newest"
DATASETS = ("stories", "duplicates", "rejects")


@dataclass(frozen=True, slots=True)
class DataFile:
    """One Parquet file of a dataset.

    Attributes:
        dataset: `stories`, `duplicates` or `rejects`.
        path: POSIX path below the dataset's root, `stories/date=2024-05-01/provider=tass/1f….parquet`.
        rows: number of rows.
        bytes: size of the file.
        min_time, max_time: first and last `version_created` (rejects: `received_at`), microseconds
            since the epoch (UTC), both inclusive.
        schema_version: `schemas.arrow.SCHEMA_VERSION` that it was written with: files of one version have
            the same columns, so that readers need not open each to know them.
    """

    dataset: str
    path: str
    rows: int
    bytes: int
    min_time: int
    max_time: int
    schema_version: int = 1

    def touches(self, since: int | None, until: int | None) -> bool:
        """Whether the file's time range meets [since, until], None being open."""
        return (since is None or self.max_time >= since) and (until is None or self.min_time <= until)


@dataclass(frozen=True, slots=True)
class Manifest:
    """One commit.

    Attributes:
        sequence: 1, 2, 3, …
        run_id: the run that committed; its staged files lie below `_staging/RUN_ID/`.
        schema_version: `schemas.arrow.SCHEMA_VERSION` of the files added.
        committed_at: microseconds since the epoch (UTC).
        added: files of this commit.
        removed: paths of files that this commit put out of use (compaction).
        positions: where each source stands after this commit, whatever a source takes for it; sources
            that the commit does not name stay where the commit before left them.
        counts: what this commit accounts for (read, stories, duplicates, rejects, redelivered, …).
        live: all files of the dataset after this commit; None where earlier manifests must be read.
    """

    sequence: int
    run_id: str
    schema_version: int
    committed_at: int
    added: Sequence[DataFile] = ()
    removed: Sequence[str] = ()
    positions: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    live: Sequence[DataFile] | None = None

    def to_json(self) -> bytes:
        """The manifest's file."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def name(sequence: int) -> str:
    """File name of a manifest."""
    return f"{sequence:08d}.json"


def read(folder: Location, sequence: int) -> Manifest:
    """One manifest.

    Raises:
        WirebeamError: it is missing or damaged.
    """
    path = folder / name(sequence)
    try:
        try:
            value = orjson.loads(path.read_bytes())
        except FileNotFoundError:
            if (found := folded.read(folder, sequence)) is None:
                raise
            value = dict(found)
        value["added"] = tuple(DataFile(**entry) for entry in value["added"])
        if value["live"] is not None:
            value["live"] = tuple(DataFile(**entry) for entry in value["live"])
        return Manifest(**value)
    except FileNotFoundError:
        raise WirebeamError(f"{path}: this manifest is missing, the dataset is damaged") from None
    except OSError as error:
        raise WirebeamError(f"{path}: {error.strerror or error}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise WirebeamError(f"{path}: not a manifest, the dataset is damaged ({error})") from error


def newest(folder: Location) -> int:
    """Number of the newest manifest, 0 where there is none.

    The folder is not listed for it, however many there are: one file says where to begin counting.
    """
    try:
        sequence = int((folder / NEWEST).read_bytes())
    except (OSError, ValueError):
        sequence = 0
    if sequence > 0 and (folder / name(sequence)).is_file():
        while (folder / name(sequence + 1)).is_file():
            sequence += 1
        return sequence
    numbers = [int(path.stem) for path in folder.glob("[0-9]*.json") if path.stem.isdigit()]
    return max(numbers, default=0)


def live_files(folder: Location, sequence: int) -> dict[str, DataFile]:
    """All files of the dataset after commit `sequence`, by path, oldest commit first.

    Raises:
        WirebeamError: a manifest of the chain is missing or damaged.
    """
    chain: list[Manifest] = []
    while sequence > 0:
        manifest = read(folder, sequence)
        chain.append(manifest)
        if manifest.live is not None:
            break
        sequence -= 1
    files: dict[str, DataFile] = {}
    for manifest in reversed(chain):
        if manifest.live is not None:
            files = {file.path: file for file in manifest.live}
            continue
        for path in manifest.removed:
            files.pop(path, None)
        for file in manifest.added:
            files[file.path] = file
    return files


def after(files: Mapping[str, DataFile], manifest: Manifest) -> dict[str, DataFile]:
    """The live files once `manifest` is applied to those before it."""
    left = dict(files)
    for path in manifest.removed:
        left.pop(path, None)
    return left | {file.path: file for file in manifest.added}


def publish(folder: Location, manifest: Manifest) -> None:
    """Makes the manifest the newest one: written, synced, and linked under its number in one step.

    Raises:
        FileExistsError: another writer has committed under that number.
        OSError: it could not be written; nothing has changed.
    """
    durable.create(folder / name(manifest.sequence), manifest.to_json())
    if manifest.live is not None:
        with contextlib.suppress(OSError):  # a hint: without it the folder is listed
            durable.replace(folder / NEWEST, str(manifest.sequence).encode())
