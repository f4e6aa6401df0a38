"""Staged rows: normalized items and rejects as uncompressed Arrow files, read back row by row by memory map.

An item's text waits here while its sketch goes through linking, so that no text is ever shuffled. A file
belongs to one run and is never read after it: it needs no sync, and a crash leaves it to be swept.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import pyarrow as pa

from pipeline.sinks.columns import rows, to_table
from pipeline.sinks.durable import explained
from pipeline.sinks.partition import TIMES, PartitionBy, rejects_path
from pipeline.sinks.storage import Location, Named, draft, local
from schemas.arrow import REJECTS
from schemas.errors import Code, ItemError, Reject, Stage
from schemas.item import Item
from schemas.raw import Attribute

BATCH_ROWS = 256
FLUSH_ROWS = 4_096
FLUSH_BYTES = 64 << 20

_INT32 = range(-(2**31), 2**31)
_INT8 = range(-128, 128)


@dataclass(frozen=True, slots=True)
class Staged:
    """One staged file, and where each row stands in it, in the order in which the rows were given.

    Attributes:
        path: the Arrow file; empty where there were no rows.
        rows: row numbers in the file, for `read_rows`.
        partitions: folders below stories/, duplicates/ or rejects/ that the rows belong to.
        ids: `item_id` or `reject_id` of the rows.
        bytes: size of the file.
    """

    path: str
    rows: tuple[int, ...]
    partitions: tuple[str, ...]
    ids: tuple[str, ...]
    bytes: int


def reject_id(reject: Reject) -> str:
    """32 hex digits that are the same whenever the same bytes are rejected for the same reason."""
    digest = blake2b(digest_size=16)
    # What is rejected after parsing keeps its message's bytes: the words tell which of its items it was.
    which = reject.message if reject.stage == Stage.NORMALIZE and reject.code != Code.INTERNAL else ""
    for text in (reject.source, reject.stage, reject.code, *((which,) if which else ())):
        data = text.encode("utf-8", "replace")
        digest.update(len(data).to_bytes(8, "big") + data)
    digest.update(reject.raw)
    return digest.hexdigest()


def check(item: Item) -> None:
    """Raises an ItemError where a number or time of the item does not fit its column of the contract."""
    for name, value, bounds in (
        ("urgency", item.urgency, _INT8),
        ("revision", item.revision, _INT32),
        ("word_count", item.word_count, _INT32),
        ("wire_word_count", item.wire_word_count, _INT32),
        ("dateline.date", item.dateline.date if item.dateline else None, _INT32),
    ):
        if value is not None and value not in bounds:
            raise ItemError(Code.STRUCTURE_BROKEN, f"{name} {value} is out of range")
    for time in (
        item.version_created,
        item.received_at,
        item.ingested_at,
        item.first_created,
        item.embargoed_until,
    ):
        if time is not None and time not in TIMES:
            raise ItemError(Code.STRUCTURE_BROKEN, f"time {time} us is outside the years 1 to 9999")


def write_table(table: pa.Table, folder: Location, name: str) -> tuple[str, int]:
    """Staged rows into `NAME.arrow` of a folder, whole or not at all: its path and size in bytes.

    Raises:
        WirebeamError: it could not be written.
    """
    path = folder / f"{name}.arrow"
    with explained(path), draft(folder) as made:
        with made.path.open("wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            # Of one chunk, so that all batches but the last have as many rows: `read_rows` counts on it.
            writer.write_table(table.combine_chunks(), max_chunksize=BATCH_ROWS)
        size = made.path.stat().st_size
        made.keep(path, copy=True)
    return str(path), size


def _ranks(order: Sequence[int]) -> tuple[int, ...]:
    ranks = [0] * len(order)
    for rank, position in enumerate(order):
        ranks[position] = rank
    return tuple(ranks)


def stage_items(
    folder: Location,
    items: Sequence[Item],
    fingerprints: Sequence[bytes | None],
    partition_by: PartitionBy,
    *,
    complete: Callable[[pa.Table], pa.Table] | None = None,
) -> Staged:
    """Writes items into a new file of `folder`, sorted by partition, event time and uri.

    The same items give the same file name, so that a retried bundle replaces its own file.

    Args:
        folder: where the file goes.
        items: what goes into it.
        fingerprints: of each.
        partition_by: the dataset's partition keys.
        complete: adds columns to the rows before they are written.

    Raises:
        WirebeamError: the file could not be written (disk full, no permission).
        ItemError: an item's time is out of range; `check` finds such items before.
    """
    if not items:
        return Staged("", (), (), (), 0)
    partitions = tuple(map(partition_by.of_item, items))
    order = sorted(
        range(len(items)),
        key=lambda n: (partitions[n], items[n].version_created, items[n].uri, items[n].item_id, n),
    )
    name = blake2b(digest_size=16)
    for n in order:
        name.update(f"{items[n].item_id}\0{items[n].source}\0".encode("utf-8", "replace"))
    table = to_table([items[n] for n in order], [fingerprints[n] for n in order])
    path, size = write_table(complete(table) if complete else table, folder, name.hexdigest())
    return Staged(path, _ranks(order), partitions, tuple(item.item_id for item in items), size)


@dataclass(frozen=True, slots=True)
class _Row:
    reject_id: str
    source: str
    source_format: str | None
    received_at: int
    stage: str
    code: str
    message: str
    raw: bytes
    run_id: str
    attributes: Sequence[Attribute]


def stage_rejects(folder: Location, rejects: Sequence[Reject], *, run_id: str, now: int) -> Staged:
    """Writes rejects into a new file of `folder`, sorted by partition, `received_at` and `reject_id`.

    Args:
        folder: where the file goes.
        rejects: what was rejected.
        run_id: the run that rejected them.
        now: `received_at` of rejects whose source cannot tell, microseconds since the epoch (UTC).

    Raises:
        WirebeamError: the file could not be written.
    """
    if not rejects:
        return Staged("", (), (), (), 0)
    made = [
        _Row(
            reject_id(reject),
            reject.source,
            reject.source_format,
            now if reject.received_at is None else reject.received_at,
            str(reject.stage),
            str(reject.code),
            reject.message,
            reject.raw,
            run_id,
            reject.attributes,
        )
        for reject in rejects
    ]
    partitions = tuple(rejects_path(row.received_at) for row in made)
    order = sorted(range(len(made)), key=lambda n: (partitions[n], made[n].received_at, made[n].reject_id, n))
    name = blake2b("".join(made[n].reject_id for n in order).encode(), digest_size=16).hexdigest()
    path, size = write_table(rows([made[n] for n in order], REJECTS), folder, name)
    return Staged(path, _ranks(order), partitions, tuple(row.reject_id for row in made), size)


def read_rows(path: Named, indices: Iterable[int]) -> pa.Table:
    """Rows of a staged file in the order asked for, read by memory map: only their own bytes are touched.

    Raises:
        IndexError: there is no such row.
    """
    with pa.memory_map(str(local(path))) as source:
        reader = pa.ipc.open_file(source)
        parts = []
        for number, group in itertools.groupby(indices, key=lambda index: index // BATCH_ROWS):
            wanted = [index % BATCH_ROWS for index in group]
            if not 0 <= number < reader.num_record_batches:
                raise IndexError(f"{path} has no row {number * BATCH_ROWS + wanted[0]}")
            parts.append(reader.get_batch(number).take(pa.array(wanted, pa.int32())))
        return pa.Table.from_batches(parts, schema=reader.schema)


class Staging:
    """Collects a bundle's items until a file of bounded size is worth writing. Not for several threads.

    Args:
        folder: where the files go: `dataset.staging(run_id) / "items"`.
        partition_by: the dataset's partition keys.
        max_rows, max_bytes: a file's limits; bytes are counted by text and fingerprint.
    """

    def __init__(
        self,
        folder: Location,
        partition_by: PartitionBy,
        *,
        max_rows: int = FLUSH_ROWS,
        max_bytes: int = FLUSH_BYTES,
    ) -> None:
        self._folder = folder
        self._partition_by = partition_by
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._items: list[Item] = []
        self._fingerprints: list[bytes | None] = []
        self._bytes = 0

    def add(self, item: Item, fingerprint: bytes | None) -> bool:
        """Takes one item; True when it is time to call `flush`.

        Raises:
            ItemError: the item cannot be a row (see `check`); it was not taken.
        """
        check(item)
        self._items.append(item)
        self._fingerprints.append(fingerprint)
        self._bytes += len(item.body_text) + len(fingerprint or b"")
        return len(self._items) >= self._max_rows or self._bytes >= self._max_bytes

    def flush(self) -> Staged:
        """Stages what was collected: where each item stands, in the order of `add`.

        Raises:
            WirebeamError: the file could not be written.
        """
        items, fingerprints = self._items, self._fingerprints
        self._items, self._fingerprints, self._bytes = [], [], 0
        return stage_items(self._folder, items, fingerprints, self._partition_by)
