"""What a dataset holds after one commit, as its manifests say. Folders are never listed for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.sinks import manifest
from pipeline.sinks.manifest import DataFile
from pipeline.sinks.partition import PartitionBy
from pipeline.sinks.storage import Location, size


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of a dataset after one commit.

    Attributes:
        root: the dataset's folder.
        partition_by: its partition keys.
        sequence: number of the commit, 0 before the first.
        by_path: every file, by path.
        positions: where each source stands.
    """

    root: Location
    partition_by: PartitionBy
    sequence: int = 0
    by_path: Mapping[str, DataFile] = field(default_factory=dict)
    positions: Mapping[str, Any] = field(default_factory=dict)

    def files(self, dataset: str, since: int | None = None, until: int | None = None) -> list[DataFile]:
        """Files of `stories`, `duplicates` or `rejects` that may hold rows of [since, until] (us, UTC)."""
        return sorted(
            (
                file
                for file in self.by_path.values()
                if file.dataset == dataset and file.touches(since, until)
            ),
            key=lambda file: (file.min_time, file.path),
        )

    def paths(self, dataset: str, since: int | None = None, until: int | None = None) -> list[str]:
        """Absolute paths, or URIs, of `files`."""
        return [str(self.root / file.path) for file in self.files(dataset, since, until)]


def _in_place(root: Location, file: DataFile) -> bool:
    try:
        # The size tells a rewritten file from the one whose name it has.
        return size(root / file.path) == file.bytes
    except FileNotFoundError:
        return False


def take(root: Location, partition_by: PartitionBy, *, writing: bool) -> Snapshot:
    """The newest snapshot.

    Args:
        root: the dataset's folder.
        partition_by: its keys.
        writing: the caller holds the lock. A reader that comes while files of the last commit are being
            renamed gets the commit before it, whose files are all there.

    Raises:
        WirebeamError: a manifest is missing or damaged.
    """
    folder = root / manifest.FOLDER
    sequence = manifest.newest(folder)
    if sequence == 0:
        return Snapshot(root, partition_by)
    last = manifest.read(folder, sequence)
    if not writing and not all(_in_place(root, file) for file in last.added):
        sequence -= 1
        if sequence == 0:
            return Snapshot(root, partition_by)
        last = manifest.read(folder, sequence)
    return Snapshot(root, partition_by, sequence, manifest.live_files(folder, sequence), last.positions)
