"""The steps of a commit: staged files, then a manifest that lists them, then each file into its partition.

From the moment the manifest exists the files belong to the dataset; what comes after may be repeated, and is
repeated by whoever opens the dataset next (`recover`).
"""

from __future__ import annotations

import dataclasses
import errno
import re
import time
from collections.abc import Callable, Mapping

from pipeline.sinks import durable, manifest
from pipeline.sinks.folder import REPORTS, STAGING
from pipeline.sinks.manifest import DATASETS, DataFile, Manifest
from pipeline.sinks.storage import Location, each, files_below, relative, remove_tree, rename, size
from schemas.arrow import SCHEMA_VERSION
from schemas.errors import WirebeamError

Failpoint = Callable[[str], None]
_TRIES = 5
_OURS = re.compile(r"[0-9a-f]{16}\.parquet")


def nothing(step: str) -> None:
    """The failpoint outside tests: nothing happens between the steps."""


def check_new(root: Location, files: tuple[DataFile, ...], removed: set[str]) -> None:
    """Makes sure that no file takes the place of one that stays.

    Raises:
        WirebeamError: the very rows of a file are there already.
    """

    def absent(file: DataFile) -> None:
        if file.path not in removed and (root / file.path).exists():
            raise WirebeamError(f"{root / file.path}: the dataset has a file with these rows")

    each(absent, files, root)


def sync_staged(staging: Location, files: tuple[DataFile, ...]) -> None:
    """Makes sure that the staged files are whole and survive a power cut.

    Raises:
        WirebeamError: a file has not the size it was written with.
        OSError: a file is missing.
    """
    folders = {staging.parent}

    def whole(file: DataFile) -> None:
        path = staging / file.path
        if size(path) != file.bytes:
            raise WirebeamError(f"{path}: not as it was staged; run again")
        while path != staging:
            path = path.parent
            folders.add(path)

    each(whole, files, staging)
    durable.sync_folders(folders)


def publish(folder: Location, made: Manifest, before: Mapping[str, DataFile]) -> dict[str, DataFile]:
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


def apply(root: Location, made: Manifest, failpoint: Failpoint = nothing) -> None:
    """Moves a commit's files into place and takes out those it removes. May be repeated.

    Raises:
        WirebeamError: a listed file is nowhere.
        OSError: a file could not be moved.
    """
    touched: set[Location] = set()

    def move(file: DataFile) -> None:
        target = root / file.path
        try:
            # First, since a rewritten file may have the name of the one that it replaces.
            rename(root, f"{STAGING}/{made.run_id}/{file.path}", file.path)
        except FileNotFoundError:
            if not target.is_file():
                raise WirebeamError(
                    f"{target}: listed by manifest {made.sequence}, but neither here nor in staging"
                ) from None
        else:
            touched.add(target.parent)
            failpoint("renamed")

    def remove(path: str) -> None:
        (root / path).unlink(missing_ok=True)
        failpoint("removed")

    each(move, made.added, root)
    durable.sync_folders(touched)
    failpoint("synced")
    kept = {file.path for file in made.added}
    each(remove, [path for path in made.removed if path not in kept], root)


def roll_forward(root: Location, failpoint: Failpoint = nothing) -> int:
    """Completes the last commit, and says its number; 0 where there is none.

    Raises:
        WirebeamError: the dataset is damaged.
        OSError: a file could not be moved or removed.
    """
    sequence = manifest.newest(root / manifest.FOLDER)
    if sequence:
        last = manifest.read(root / manifest.FOLDER, sequence)
        durable.make_folders(root, [(root / file.path).parent for file in last.added])
        apply(root, last, failpoint)
    return sequence


def fence(root: Location, run_id: str, failpoint: Failpoint = nothing) -> None:
    """Makes sure that a writer that was taken for dead commits no more: a commit of nothing has its number.

    Commits that it made until then are completed, and stay.

    Args:
        root: the dataset's folder.
        run_id: names the commit.
        failpoint: called with each step's name once it is done.

    Raises:
        WirebeamError: the dataset is damaged.
        OSError: the commit could not be written.
    """
    folder = root / manifest.FOLDER
    while True:
        sequence = roll_forward(root, failpoint)
        positions = manifest.read(folder, sequence).positions if sequence else {}
        made = Manifest(sequence + 1, run_id, SCHEMA_VERSION, time.time_ns() // 1000, positions=positions)
        try:
            publish(folder, made, manifest.live_files(folder, sequence))
        except FileExistsError:
            continue  # it was faster once more, and now comes first
        failpoint("fenced")
        return


def _sweep(left: Location) -> None:
    """Removes a folder in which workers that do not know yet that their job is over may still stage.

    What they stage behind it the next one sweeps.

    Raises:
        OSError: it could not be removed.
    """
    for _ in range(_TRIES):
        try:
            remove_tree(left, ignore_errors=False)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.ENOENT):
                raise
        else:
            return


def recover(root: Location, failpoint: Failpoint = nothing, keep: str | None = None) -> None:
    """Completes the last commit, then removes dead staging folders and files that no manifest lists.

    Only for the holder of the lock.

    Args:
        root: the dataset's folder.
        failpoint: called with each step's name once it is done.
        keep: a run whose staging folder stays.

    Raises:
        WirebeamError: the dataset is damaged.
        OSError: a file could not be moved or removed.
    """
    folder = root / manifest.FOLDER
    sequence = roll_forward(root, failpoint)
    listed = manifest.live_files(folder, sequence)
    for dataset in DATASETS:
        for path in files_below(root / dataset, "*.parquet"):
            if _OURS.fullmatch(path.name) and relative(path, root) not in listed:
                if sequence == 0:
                    raise WirebeamError(f"{root}: has data but no manifests, the dataset is damaged")
                path.unlink()
    failpoint("swept")
    for left in (*folder.glob("*.tmp"), *(root / REPORTS).glob("*.tmp")):
        left.unlink(missing_ok=True)
    for left in (root / STAGING).iterdir():
        if left.name != keep:
            _sweep(left)
    failpoint("cleaned")
