"""What linking remembers of a dataset: the items inside the horizon, and what was delivered before.

A batch reads what it needs as it goes (`held_items`). A stream, which links every second, keeps a `Memory`
from one cycle to the next instead: what it says is the same.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.ids import Ids
from pipeline.order import LINKED, Part, at_once, in_order
from pipeline.sinks import held
from pipeline.sinks.held import Times
from pipeline.sinks.snapshot import Snapshot
from schemas.arrow import FINGERPRINT_FIELD, LINK_FIELDS, STORIES
from schemas.errors import WirebeamError
from transforms.dedupe.fingerprint import Sketch, decode
from transforms.dedupe.linker import Linker, Verdict
from transforms.dedupe.relation import reach

_ROWS = 8_192
_LINKS = ("story_id", "revision_of", "duplicate_of")
_READ = pa.schema(
    [
        *(STORIES.field(name) for name in LINKED),
        *(field for field in LINK_FIELDS if field.name in _LINKS),
        FINGERPRINT_FIELD,
    ]
)
_CYCLES = 15  # whose newest items say where the present is
_STRAY = 32  # rows dated in the future that do not count as the present
_BEGINNING = -(2**63)


def read_fingerprint(fingerprint: bytes | None, path: str) -> Sketch:
    """The sketch in a row of a file.

    Raises:
        WirebeamError: another version of Wirebeam wrote it.
    """
    try:
        return decode(fingerprint or b"")
    except ValueError as error:
        raise WirebeamError(f"{path}: {error}; read the input again with this version") from error


@dataclass(frozen=True, slots=True)
class HeldItem:
    """An item that a dataset holds: its sketch, its verdict, the sources it came from, the sketch's bytes."""

    sketch: Sketch
    verdict: Verdict
    sources: tuple[str, ...]
    fingerprint: bytes


def held_items(snapshot: Snapshot, since: int, until: int | None = None) -> Iterator[HeldItem]:
    """What a dataset holds in [since, until], in the linker's order, some thousand rows in memory.

    Args:
        snapshot: the dataset.
        since, until: event times in microseconds since the epoch (UTC), inclusive; until may be open.

    Raises:
        WirebeamError: a file cannot be read, or a fingerprint is another version's.
    """
    files = [file for name in ("stories", "duplicates") for file in snapshot.files(name, since, until)]
    parts = [Part(snapshot.root / file.path) for file in files]
    last = max((file.max_time for file in files), default=since) if until is None else until
    if sum(file.rows for file in files) <= _ROWS:
        tables = iter([at_once(parts, LINKED, _READ, (since, last))])
    else:
        tables = in_order(parts, LINKED, _READ, _ROWS, between=(since, last))
    rows = itertools.chain.from_iterable(table.to_pylist() for table in tables)
    for _, group in itertools.groupby(
        rows, key=lambda row: (row["version_created"], row["uri"], row["item_id"])
    ):
        same = list(group)
        # Of an item held several times its story comes first.
        row = min(same, key=lambda one: files[one["part"]].dataset == "duplicates")
        yield HeldItem(
            read_fingerprint(row["fingerprint"], files[row["part"]].path),
            Verdict(row["item_id"], **{name: row[name] for name in _LINKS}),
            tuple(one["source"] for one in same),
            row["fingerprint"],
        )


def windows(times: npt.NDArray[np.int64], horizon: int) -> list[tuple[int, int]]:
    """First and last event time of what items at some times may be related to: as few as need be, in order.

    Args:
        times: event times of the items, ascending.
        horizon: as in `Linker`, microseconds.
    """
    if not len(times):
        return []
    gaps = np.flatnonzero(np.diff(times) > reach(horizon))
    firsts, lasts = np.concatenate([[0], gaps + 1]), np.concatenate([gaps, [len(times) - 1]])
    return [
        (int(times[first]) - reach(horizon), int(times[last]))
        for first, last in zip(firsts, lasts, strict=True)
    ]


class Memory:
    """What one writer remembers from one cycle to the next: at most some two horizons of sketches, on disk.

    `pipeline.link.plan` asks it and tells it; the writer says when what was planned is committed:

        memory = Memory(horizon)
        while ...:
            plans, counts = plan(staged, dataset, folder, horizon, rows, memory)
            ...
            memory.committed(dataset.commit(...).sequence)

    Where a commit failed, or another writer came between, it reads the dataset anew.

    Args:
        horizon: how far apart in event time linked items may be, microseconds.

    Attributes:
        linker: holds the items.
        since: all that the dataset holds from here on is held, microseconds since the epoch (UTC).
    """

    def __init__(self, horizon: int) -> None:
        self.horizon = horizon
        self._sequence: int | None = None
        self._begin()

    def _begin(self) -> None:
        self.linker = Linker(self.horizon, on_disk=True)
        self.since: int | None = None
        self._delivered = Ids()  # (item_id, source)
        self._knows_timeless = False
        self._rejects: Ids | None = None
        self._newest: deque[int] = deque(maxlen=_CYCLES)

    def _clear(self) -> None:
        self.linker.close()
        self._delivered.close()
        if self._rejects is not None:
            self._rejects.close()
        self._begin()

    def open(self, snapshot: Snapshot, times: Times) -> int:
        """Be ready for new items.

        Args:
            snapshot: the dataset as it is now.
            times: the new items' event times, ascending, microseconds since the epoch (UTC).

        Returns:
            From which event time on items are to be linked here. What is earlier lies so far back that
            nothing from then on can be related to it: it is for a linker of its own.

        Raises:
            WirebeamError: a file of the dataset cannot be read.
        """
        if self._sequence is None or self._sequence != snapshot.sequence:
            self._clear()
            self._newest.extend([_newest(snapshot)] * _CYCLES if snapshot.by_path else ())
        self._sequence = None
        if self.since is None:
            self.since = self._horizon() if self._newest else _BEGINNING
            self._load(snapshot, self.since, None)
        own = [span for span in windows(times, self.horizon) if span[1] >= self.since]
        if not own:
            return 2**63 - 1
        self._newest.append(own[-1][1])
        self._reach_back(snapshot, own[0][0])
        return own[0][0] + reach(self.horizon)

    def _horizon(self) -> int:
        """From where on items are worth remembering: the median of recent cycles, so that one item with a
        wrong date moves nothing."""
        return sorted(self._newest)[len(self._newest) // 2] - reach(self.horizon) * 5 // 4

    def _reach_back(self, snapshot: Snapshot, since: int) -> None:
        if self.since is not None and since < self.since:
            self._load(snapshot, since, self.since - 1)
            self.since = since
            self.linker.reached_back(since)

    def _load(self, snapshot: Snapshot, since: int, until: int | None) -> None:
        for item in held_items(snapshot, since, until):
            self.linker.hold(item.sketch, item.verdict)
            for source in item.sources:
                self._delivered.add((item.sketch.item_id, source), item.sketch.time)

    def committed(self, sequence: int) -> None:
        """What was planned since `open` is in the dataset, whose newest commit has this number."""
        self._sequence = sequence
        if not self._newest or self.since is None:
            return
        # What came late once may do so again: it is forgotten when it is worth while.
        if self._horizon() - self.since > reach(self.horizon) // 2:
            self.since = self._horizon()
            self.linker.forget(self.since)
            self._delivered.forget(self.since)

    def delivered(self, item_id: str, source: str) -> bool:
        """Whether an item from `since` on, or one without a time of its own, came from a source before."""
        return (item_id, source) in self._delivered

    def deliver(self, item_id: str, source: str, time: int | None) -> None:
        """An item comes from a source.

        Args:
            item_id, source: which, and where from.
            time: its event time, microseconds since the epoch (UTC); None where it has none of its own, and
                is to be known for ever.
        """
        self._delivered.add((item_id, source), time)

    def read_timeless(self, snapshot: Snapshot) -> None:
        """Know from now on what was delivered without a time of its own, however long ago."""
        if not self._knows_timeless:
            for delivery in held.timeless_deliveries(snapshot):
                self._delivered.add(delivery)
            self._knows_timeless = True

    def rejects(self, snapshot: Snapshot) -> Ids:
        """The ids of all rejects that the dataset holds; those that are added are known from now on."""
        if self._rejects is None:
            self._rejects = Ids()
            for reject_id in held.reject_ids(snapshot):
                self._rejects.add(reject_id)
        return self._rejects


def _newest(snapshot: Snapshot) -> int:
    """The newest event time of a dataset, but for some rows dated in the future."""
    files = [file for name in ("stories", "duplicates") for file in snapshot.files(name)]
    rows = 0
    for file in sorted(files, key=lambda file: file.max_time, reverse=True):
        rows += file.rows
        if rows > _STRAY or rows * 2 > sum(one.rows for one in files):
            return file.max_time
    return _BEGINNING
