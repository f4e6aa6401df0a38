"""The steps of a commit: staged files, then a manifest that lists them, then each file into its partition.

From the moment the manifest exists the files belong to the dataset; what comes after may be repeated, and is
repeated by whoever opens the dataset next (`recover`).
"""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.sinks import durable, manifest
from pipeline.sinks.folder import REPORTS, STAGING
from pipeline.sinks.manifest import DATASETS, DataFile, Manifest
from schemas.errors import WirebeamError

Failpoint = Callable[[str], None]
_OURS = re.compile(r"[0-9a-f]{16}\.parquet")


def nothing(step: str) -> None:
    """The failpoint outside tests: nothing happens between the steps."""


def check_new(root: Path, files: tuple[DataFile, ...], removed: set[str]) -> None:
    """Makes sure that no file takes the place of one that stays.

    Raises:
        WirebeamError: the very rows of a file are there already.
    """
    for file in files:
        if file.path not in removed and (root / file.path).exists():
            raise WirebeamError(f"{root / file.path}: the dataset has a file with these rows")


def sync_staged(staging: Path, files: tuple[DataFile, ...]) -> None:
    """Makes sure that the staged files are whole and survive a power cut.

    Raises:
        WirebeamError: a file has not the size it was written with.
        OSError: a file is missing.
    """
    folders = {staging.parent}
    for file in files:
        path = staging / file.path
        if path.stat().st_size != file.bytes:
            raise WirebeamError(f"{path}: not as it was staged; run again")
        while path != staging:
            path = path.parent
            folders.add(path)
    durable.sync_folders(folders)


def publish(folder: Path, made: Manifest, before: Mapping[str, DataFile]) -> dict[str, DataFile]:
    """Creates the manifest under its number, with the list of all live files where it is due.

    Args:
        folder: that of the manifests.
        made: the manifest.
        before: the live files before it, by path.

    Returns:
        The live files after it.

    Raises:
        FileExistsError: another writer has that number.
        OSError: it could not be written; nothing has changed.
    """
    live = manifest.after(before, made)
    if made.sequence % manifest.FULL_EVERY == 0:
        made = dataclasses.replace(made, live=tuple(live.values()))
    manifest.publish(folder, made)
    return live


def apply(root: Path, made: Manifest, failpoint: Failpoint = nothing) -> None:
    """Moves a commit's files into place and takes out those it removes. May be repeated.

    Raises:
        WirebeamError: a listed file is nowhere.
        OSError: a file could not be moved.
    """
    staging = root / STAGING / made.run_id
    touched: set[Path] = set()
    for file in made.added:
        target = root / file.path
        try:
            # First, since a rewritten file may have the name of the one that it replaces.
            (staging / file.path).replace(target)
        except FileNotFoundError:
            if not target.is_file():
                raise WirebeamError(
                    f"{target}: listed by manifest {made.sequence}, but neither here nor in staging"
                ) from None
        else:
            touched.add(target.parent)
            failpoint("renamed")
    durable.sync_folders(touched)
    failpoint("synced")
    kept = {file.path for file in made.added}
    for path in made.removed:
        if path not in kept:
            (root / path).unlink(missing_ok=True)
            failpoint("removed")


def recover(root: Path, failpoint: Failpoint = nothing) -> None:
    """Completes the last commit, then removes dead staging folders and files that no manifest lists.

    Only for the holder of the lock.

    Raises:
        WirebeamError: the dataset is damaged.
        OSError: a file could not be moved or removed.
    """
    folder = root / manifest.FOLDER
    sequence = manifest.newest(folder)
    if sequence:
        last = manifest.read(folder, sequence)
        durable.make_folders(root, [(root / file.path).parent for file in last.added])
        apply(root, last, failpoint)
    listed = manifest.live_files(folder, sequence)
    for dataset in DATASETS:
        for path in sorted((root / dataset).rglob("*.parquet")):
            if _OURS.fullmatch(path.name) and path.relative_to(root).as_posix() not in listed:
                if sequence == 0:
                    raise WirebeamError(f"{root}: has data but no manifests, the dataset is damaged")
                path.unlink()
    failpoint("swept")
    for left in (*folder.glob("*.tmp"), *(root / REPORTS).glob("*.tmp")):
        left.unlink(missing_ok=True)
    for left in (root / STAGING).iterdir():
        shutil.rmtree(left)
    failpoint("cleaned")
