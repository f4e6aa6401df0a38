"""A folder that files are dropped into, as a source that never ends. See `scan`, `settled` and `seen`."""

from __future__ import annotations

import contextlib
import os
import time
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import xxhash

from pipeline.sinks.durable import explained
from pipeline.sources.live import Delivery, Position, Taken
from pipeline.sources.scan import IGNORED, Scanner
from pipeline.sources.seen import Seen, file_key
from pipeline.sources.settings import SettingError, SourceSettings, one_of, positive
from pipeline.sources.settled import settled
from schemas.errors import WirebeamError
from transforms.expand import names

_CARRIED = 1 << 20  # bytes of a file that is read here; a larger one is opened by the pipeline
_READY = 20_000  # files found and not yet taken
_LOOK = 2.0  # seconds that one look at the folder may take, about
_SHARE = 9  # times as long as a scan took until the next one: a tenth of a core at the most
_DEAD = 100_000  # keys of files that are gone, before the journal is written anew


class After(StrEnum):
    """What becomes of a file once it is committed."""

    LEAVE = "leave"
    MOVE = "move"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSettings(SourceSettings):
    """A folder that files are dropped into.

    Attributes:
        settle: seconds that a file must be unchanged, unless it was renamed into place.
        after: what becomes of committed files: `leave`, `move` or `delete`.
        done: where they are moved to; `.done` in the folder where it is empty.
        rescan: seconds between two looks at files that are known, for those written to in place.
        ignored: patterns of names that are passed over; hidden ones are, too.
    """

    settle: float = 0.5
    after: str = "leave"
    done: str = ""
    rescan: float = 600.0
    ignored: tuple[str, ...] = IGNORED

    def __post_init__(self) -> None:
        SourceSettings.__post_init__(self)
        positive(self, "rescan")
        one_of(self, "after", tuple(After))
        if self.settle < 0:
            raise SettingError("settle", f"{self.settle} is negative")


@dataclass(slots=True)
class _Waiting:
    """A file that is not complete yet: as it was seen last, and since when."""

    status: os.stat_result
    since: float


class WatchedFolder:
    """Follows a folder and its subfolders. A `LiveSource`.

    Args:
        root: the folder; it may be away for a while.
        state: folder for the journal of what was seen, beside the dataset's manifests.
        settings: see there.
        clock: seconds, for waiting; tests have their own.
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        state: Path,
        settings: FolderSettings | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.root = os.path.abspath(root)
        self.name = f"folder:{names.escape(self.root)}"
        settings = settings or FolderSettings()
        self._settings = settings
        self._after = After(settings.after)
        self._done = Path(settings.done or os.path.join(self.root, ".done"))
        self._clock = clock
        self._seen = Seen(state)
        self._scanner = Scanner(self.root, settings.ignored)
        self._waiting: dict[str, _Waiting] = {}
        self._ready: deque[tuple[str, os.stat_result]] = deque()
        self._queued: set[str] = set()
        self._taken: deque[tuple[int, str, int]] = deque()
        self._live = array("Q")
        self._next_scan = self._next_rescan = -1.0
        self._partial = False

    def open(self, position: Position | None) -> None:
        """See `LiveSource`."""
        with explained(self.root):
            self._seen.open(dict(position) if position is not None else None)
        if os.path.isfile(os.path.join(self.root, "_wirebeam.json")):
            raise WirebeamError(f"{self.root}: is a Wirebeam dataset; name the folder of the raw items")
        if os.path.lexists(self.root) and not os.path.isdir(self.root):
            raise WirebeamError(f"{self.root}: is a file; a stream follows folders, wirebeam run reads files")

    def take(self, items: int, size: int) -> Taken:
        """See `LiveSource`.

        Raises:
            WirebeamError: the folder is away, or the journal cannot be written; what was there is not lost.
        """
        now = self._clock()
        with explained(self.root):
            if len(self._ready) < items and now >= self._next_scan:
                self._look(now)
            deliveries: list[Delivery] = []
            keys: list[int] = []
            paths: list[str] = []
            while self._ready and len(deliveries) < items and (size > 0 or not deliveries):
                path, status = self._ready.popleft()
                self._queued.discard(path)
                delivery = self._read(path, status)
                if delivery is None:
                    continue
                deliveries.append(delivery)
                keys.append(file_key(path, status))
                paths.append(path)
                size -= status.st_size
            try:
                self._seen.add(keys)
            except OSError:
                self.forget_scan()
                raise
        length = int(str(self._seen.position["length"]))
        self._live.extend(keys)
        self._taken.extend((length, path, key) for path, key in zip(paths, keys, strict=True))
        return Taken(deliveries, self._seen.position, more=bool(self._ready) or self._partial)

    def acknowledge(self, position: Position) -> None:
        """See `LiveSource`."""
        length = int(str(position.get("length", 0)))
        current = position.get("journal") == self._seen.position["journal"]
        if current:  # the manifest names this journal, and none before it
            with contextlib.suppress(OSError):
                self._seen.tidy()
        while self._taken and (not current or self._taken[0][0] <= length):
            _, path, key = self._taken.popleft()
            self._put_away(path, key)

    def close(self) -> None:
        """See `LiveSource`."""

    def forget_scan(self) -> None:
        """Look at everything again: what was found is no longer sure."""
        self._scanner.forget()
        self._ready.clear()
        self._queued.clear()
        self._next_scan = -1.0

    def _look(self, now: float) -> None:
        """Find new files, and see which of those found before are complete by now."""
        started = self._clock()
        if now >= self._next_rescan and not self._partial:
            if self._next_rescan >= 0:
                self._renew_journal()
            self._scanner.forget()
            self._live = array("Q")
            self._next_rescan = now + self._settings.rescan
        self._partial = True
        while self._partial and self._clock() - started < _LOOK and len(self._waiting) < _READY:
            self._partial = self._find(now)
        ready = sorted(self._completed(now), key=lambda pair: (pair[1].st_mtime_ns, pair[0]))
        self._ready.extend(ready)
        self._queued.update(path for path, _ in ready)
        if not self._partial:
            self._next_scan = self._clock() + _SHARE * (self._clock() - started)

    def _find(self, now: float) -> bool:
        """Look at some files that were not found before: whether there may be more of them."""
        pairs = list(self._scanner.scan(_READY))
        known = self._seen.known(np.array([file_key(*pair) for pair in pairs], np.uint64))
        taken = {path for _, path, _ in self._taken}
        for (path, status), seen in zip(pairs, known.tolist(), strict=True):
            if seen:
                self._live.append(file_key(path, status))
                if self._after is not After.LEAVE and path not in taken:
                    self._put_away(path, file_key(path, status))  # committed before a crash
            elif path not in self._queued:
                self._waiting.setdefault(path, _Waiting(status, now))
        return len(pairs) >= _READY

    def _completed(self, now: float) -> Iterator[tuple[str, os.stat_result]]:
        clock = time.time_ns()
        for path, waiting in list(self._waiting.items()):
            try:
                status = os.stat(path)
            except OSError:
                del self._waiting[path]  # gone, or renamed: then it was found under its other name
                continue
            before = waiting.status
            if (status.st_mtime_ns, status.st_size, status.st_ino) != (
                before.st_mtime_ns,
                before.st_size,
                before.st_ino,
            ):
                waiting.status, waiting.since = status, now
            if settled(path, status, now - waiting.since, clock, self._settings.settle):
                del self._waiting[path]
                yield path, status

    def _read(self, path: str, status: os.stat_result) -> Delivery | None:
        """A complete file; None where it changed meanwhile: it then waits again, or is gone."""
        data = None
        try:
            with open(path, "rb") as file:
                if status.st_size <= _CARRIED:
                    data = file.read(status.st_size + 1)
                after = os.fstat(file.fileno())
        except FileNotFoundError:
            return None
        except OSError:
            after = status  # opening it in the pipeline fails as well, and makes it a reject
        if file_key(path, after) != file_key(path, status):
            self._waiting[path] = _Waiting(after, self._clock())
            return None
        return Delivery(
            uri=names.escape(path),
            data=data,
            received_at=status.st_mtime_ns // 1000,
            size=status.st_size,
            feed=self._settings.name or self.root,
            provider=self._settings.provider or None,
            source_format=self._settings.format or None,
        )

    def _put_away(self, path: str, key: int) -> None:
        """Move or delete a committed file, unless it is another one by now."""
        if self._after is After.LEAVE:
            return
        with contextlib.suppress(OSError):
            if file_key(path, os.stat(path)) != key:
                return
            if self._after is After.DELETE:
                os.unlink(path)
                return
            target = self._done / os.path.relpath(path, self.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            number = 0
            free = target
            while free.exists():
                number += 1
                free = target.with_name(f"{target.name}.{number}")
            os.rename(path, free)

    def _renew_journal(self) -> None:
        """Leave away the files that are gone, once they are most of the journal.

        What the last look at everything found, and all that was taken and not acknowledged, is kept.
        """
        kept = np.frombuffer(self._live, np.uint64)
        if self._taken or len(self._seen) < 2 * len(kept) + _DEAD:
            return
        with contextlib.suppress(OSError):
            self._seen.forget(kept)


def state_folder(output: Path, root: str) -> Path:
    """Where the journal of a watched folder lies in a dataset."""
    return output / "_sources" / xxhash.xxh3_64_hexdigest(os.fsencode(os.path.abspath(root)))
