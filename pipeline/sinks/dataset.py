"""A dataset: one writer at a time, commits that happen whole or not at all, readers without a lock.

It lies in a folder, or in an object store (`pipeline.sinks.storage`).

```
OUT/_wirebeam.json                     marks the folder as ours: format version, partition keys
OUT/stories/ duplicates/ rejects/      Parquet in Hive partitions
OUT/_manifests/00000001.json …         the commits
OUT/_runs/RUN_ID.json                  a report a run
OUT/_staging/RUN_ID/                   what a run is about to commit, under its final paths
OUT/_queued/                           rows of messages that a queue has no more, until a commit
OUT/_suspects/                         messages at which workers of a stream's job died, while they do
OUT/_writer.json                       who is writing, while somebody does (in an object store: _writers/)
OUT/_sources/                          what folder sources have seen; a manifest says up to where it counts
```
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from pipeline.sinks import claim, commit, durable, folded, folder, manifest, snapshot
from pipeline.sinks.commit import Failpoint
from pipeline.sinks.durable import explained
from pipeline.sinks.lease import Lease
from pipeline.sinks.manifest import DataFile, Manifest
from pipeline.sinks.partition import PartitionBy
from pipeline.sinks.snapshot import Snapshot
from pipeline.sinks.storage import Location, Named, location, remove_tree
from schemas.arrow import SCHEMA_VERSION
from schemas.errors import WirebeamError


class CommitConflict(WirebeamError):
    """Another writer committed first: read the dataset again, the items may be there."""


class Dataset:
    """An open dataset: `Dataset.read` for readers, `Dataset.open` for the one writer (a context manager).

    Attributes:
        root: its folder, as an absolute path or a place in an object store.
        partition_by: its partition keys.
    """

    def __init__(
        self, root: Location, partition_by: PartitionBy, lock: Lease | claim.Claim | None = None
    ) -> None:
        self.root = root
        self.partition_by = partition_by
        self._lock = lock
        self._held: Snapshot | None = None

    @classmethod
    def read(cls, path: Named) -> Dataset:
        """A dataset to read from; needs neither lock nor write permission.

        Raises:
            WirebeamError: there is none, or another version wrote it.
        """
        root = location(path)
        return cls(root, folder.read_marker(root))

    @classmethod
    def open(
        cls,
        path: Named,
        *,
        create: bool = True,
        partition_by: PartitionBy | None = None,
        failpoint: Failpoint = commit.nothing,
        keep: str | None = None,
    ) -> Dataset:
        """A dataset to write to: locked, its last commit completed, leftovers of dead runs swept.

        Args:
            path: its folder.
            create: make it where there is none (the folder must be absent or empty).
            partition_by: keys of a new dataset (default `date,provider`); an existing one must have them.
            failpoint: called with each step's name once it is done; tests crash here.
            keep: a run whose staged files are not swept: they are about to be committed.

        Raises:
            WirebeamError: the folder is another program's, not writable, locked by another run, damaged, or
                partitioned by other keys.
        """
        root = location(path)
        with explained(root):
            if create:
                folder.create(root, partition_by)
            keys = folder.read_marker(root)
            if partition_by is not None and partition_by != keys:
                raise WirebeamError(
                    f"{root}: partitioned by {','.join(keys.keys)}, not by {','.join(partition_by.keys)}; "
                    "leave --partition-by away, or choose another output"
                )
            lock = Lease(root) if isinstance(root, Path) else claim.take(root, failpoint)
            try:
                durable.make_folders(root, [root / name for name in folder.FOLDERS])
                commit.recover(root, failpoint, keep)
            except BaseException:
                lock.close()
                raise
        opened = cls(root, keys, lock)
        if not isinstance(root, Path):
            # From here on every commit has the number after this one, which whoever takes over makes theirs.
            try:
                opened.snapshot()
            except BaseException:
                opened.close()
                raise
        return opened

    def close(self) -> None:
        """Lets the next writer in."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Dataset:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def check(self) -> None:
        """Make sure that this is still the one that writes; a commit does so by itself.

        Raises:
            WirebeamError: it was taken over, or it is not known.
        """
        if self._lock is not None:
            with explained(self.root):
                self._lock.check()

    def staging(self, run_id: str) -> Location:
        """The folder in which a run stages; it is made when something is written there."""
        return self.root / folder.STAGING / run_id

    @property
    def queued(self) -> Location:
        """The folder in which a stream stages what no source can give again: it outlives every run."""
        return self.root / folder.QUEUED

    def snapshot(self) -> Snapshot:
        """What the dataset holds now.

        Raises:
            WirebeamError: a manifest is missing or damaged.
        """
        if self._lock is None:
            return snapshot.take(self.root, self.partition_by, writing=False)
        if self._held is None:  # nobody else changes it while the lock is held
            self._held = snapshot.take(self.root, self.partition_by, writing=True)
        return self._held

    def files(self, dataset: str, since: int | None = None, until: int | None = None) -> list[DataFile]:
        """Files of `stories`, `duplicates` or `rejects` that may hold rows of [since, until] (us, UTC)."""
        return self.snapshot().files(dataset, since, until)

    def commit(
        self,
        run_id: str,
        added: Iterable[DataFile],
        *,
        removed: Sequence[str] = (),
        positions: Mapping[str, Any] | None = None,
        counts: Mapping[str, int] | None = None,
        committed_at: int | None = None,
        failpoint: Failpoint = commit.nothing,
    ) -> Manifest:
        """Makes staged files part of the dataset, all or none.

        Args:
            run_id: the run; the files lie in `staging(run_id)`, written by `write_data_file`.
            added: those files.
            removed: paths of files that are no longer part of it.
            positions: where sources stand now (JSON values); those not named keep theirs.
            counts: what the commit accounts for.
            committed_at: microseconds since the epoch (UTC); now by default.
            failpoint: called with each step's name once it is done; tests crash here.

        Raises:
            CommitConflict: another writer was faster; nothing was committed.
            WirebeamError: it could not be written; nothing was committed unless the message says so.
        """
        if self._lock is None:
            raise WirebeamError(f"{self.root}: open for reading only")
        manifests = self.root / manifest.FOLDER
        new = tuple(sorted(added, key=lambda file: file.path))
        with explained(self.root):
            self.staging(run_id).mkdir(exist_ok=True)
            commit.check_new(self.root, new, set(removed))
            commit.sync_staged(self.staging(run_id), new)
            durable.make_folders(self.root, [(self.root / file.path).parent for file in new])
            failpoint("staged")
            self._lock.check()
            before = self.snapshot()
            made = Manifest(
                sequence=before.sequence + 1,
                run_id=run_id,
                schema_version=SCHEMA_VERSION,
                committed_at=time.time_ns() // 1000 if committed_at is None else committed_at,
                added=new,
                removed=tuple(removed),
                positions={**before.positions, **(positions or {})},
                counts=dict(counts or {}),
            )
            try:
                live = commit.publish(manifests, made, before.by_path)
            except FileExistsError:
                self._held = None
                raise CommitConflict(f"{self.root}: another writer committed at the same time") from None
        self._held = Snapshot(self.root, self.partition_by, made.sequence, live, made.positions)
        failpoint("published")
        try:
            with explained(self.root):
                commit.apply(self.root, made, failpoint)
        except WirebeamError as error:
            raise WirebeamError(f"{error}; the commit is safe, the next run completes it") from error
        if made.sequence % folded.TOGETHER == folded.KEPT:
            with contextlib.suppress(OSError, ValueError):  # next time, then: nothing depends on it
                folded.fold(manifests, made.sequence)
        return made

    def write_report(self, run_id: str, report: Mapping[str, Any]) -> Location:
        """Writes `_runs/RUN_ID.json`, whole or not at all.

        Raises:
            WirebeamError: it could not be written.
        """
        path = self.root / folder.REPORTS / f"{run_id}.json"
        with explained(path):
            options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
            durable.replace(path, orjson.dumps(report, option=options))
        return path

    def discard(self, run_id: str) -> None:
        """Removes what a run has staged and not committed."""
        remove_tree(self.staging(run_id))
