"""What a dataset holds already: ids, to know a redelivered item by, and fingerprints, to link later items."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.sinks.manifest import DataFile
from pipeline.sinks.snapshot import Snapshot
from pipeline.sinks.storage import parquet

LINK_COLUMNS = ("item_id", "uri", "version_created", "story_id", "revision_of", "duplicate_of")
TIMELESS = "ingested_at"  # time_source of items that have no time of their own

Times = npt.NDArray[np.int64]


class Held(NamedTuple):
    """One row's sketch and links. `version_created` in microseconds since the epoch (UTC)."""

    dataset: str
    fingerprint: bytes
    item_id: str
    uri: str
    version_created: int
    story_id: str
    revision_of: str | None
    duplicate_of: str | None


def _batches(snapshot: Snapshot, file: DataFile, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    with parquet(snapshot.root / file.path, memory_map=True) as opened:
        yield from opened.iter_batches(8_192, columns=list(columns))


def held_deliveries(
    snapshot: Snapshot, times: Iterable[int] | Times, timeless: Collection[str] = ()
) -> set[tuple[str, str]]:
    """(`item_id`, `source`) of rows of stories and duplicates that new items may be redeliveries of.

    An item's id covers its event time, so the row of a redelivered item has one of the new items' times.

    Args:
        snapshot: the dataset.
        times: `version_created` of the new items, microseconds since the epoch (UTC).
        timeless: ids of the new items that have no time of their own: they are looked for at any time.
    """
    found: set[tuple[str, str]] = set()
    wanted = np.unique(times if isinstance(times, np.ndarray) else np.fromiter(times, np.int64))
    if len(wanted):
        for file in _stored(snapshot, int(wanted[0]), int(wanted[-1])):
            if not len(_within(wanted, file.min_time, file.max_time)):
                continue
            for batch in _batches(snapshot, file, ("item_id", "source", "version_created")):
                moments = batch.column("version_created").cast(pa.int64()).to_numpy()
                near = _within(wanted, int(moments[0]), int(moments[-1]))
                found |= _deliveries(batch.filter(pa.array(np.isin(moments, near))))
    if timeless:
        values = pa.array(sorted(timeless), pa.string())
        for file in _stored(snapshot):
            for batch in _batches(snapshot, file, ("item_id", "source")):
                found |= _deliveries(batch.filter(pc.is_in(batch.column("item_id"), value_set=values)))
    return found


def timeless_deliveries(snapshot: Snapshot) -> set[tuple[str, str]]:
    """(`item_id`, `source`) of all rows of stories and duplicates that have no time of their own."""
    found: set[tuple[str, str]] = set()
    for file in _stored(snapshot):
        for batch in _batches(snapshot, file, ("item_id", "source", "time_source")):
            found |= _deliveries(batch.filter(pc.equal(batch.column("time_source"), TIMELESS)))
    return found


def _stored(snapshot: Snapshot, since: int | None = None, until: int | None = None) -> list[DataFile]:
    return [file for name in ("stories", "duplicates") for file in snapshot.files(name, since, until)]


def _within(wanted: Times, first: int, last: int) -> Times:
    return wanted[np.searchsorted(wanted, first) : np.searchsorted(wanted, last, "right")]


def _deliveries(batch: pa.RecordBatch) -> set[tuple[str, str]]:
    ids, sources = batch.column("item_id").to_pylist(), batch.column("source").to_pylist()
    return set(zip(ids, sources, strict=True))


def reject_ids(snapshot: Snapshot) -> set[str]:
    """The ids of all rejects. One column of rejects/ is read, never the bytes."""
    found: set[str] = set()
    for file in snapshot.files("rejects"):
        for batch in _batches(snapshot, file, ("reject_id",)):
            found.update(batch.column("reject_id").to_pylist())
    return found


def held_reject_ids(snapshot: Snapshot, wanted: Collection[str]) -> set[str]:
    """Which of the reject ids the dataset holds."""
    if not wanted:
        return set()
    values = pa.array(sorted(wanted), pa.string())
    found: set[str] = set()
    for file in snapshot.files("rejects"):
        for batch in _batches(snapshot, file, ("reject_id",)):
            column = batch.column("reject_id")
            found.update(column.filter(pc.is_in(column, value_set=values)).to_pylist())
    return found


def held_sketches(snapshot: Snapshot, since: int | None, until: int | None) -> Iterator[Held]:
    """Sketch and links of every row of stories and duplicates in [since, until], file by file.

    Args:
        snapshot: the dataset.
        since, until: event times in microseconds since the epoch (UTC), inclusive, None being open.
    """
    columns = ("version_created", "fingerprint", *LINK_COLUMNS)
    for dataset in ("stories", "duplicates"):
        for file in snapshot.files(dataset, since, until):
            for batch in _batches(snapshot, file, columns):
                times = batch.column("version_created").cast(pa.int64())
                batch = batch.set_column(batch.schema.get_field_index("version_created"), "time", times)
                if since is not None:
                    batch = batch.filter(pc.greater_equal(batch.column("time"), since))
                if until is not None:
                    batch = batch.filter(pc.less_equal(batch.column("time"), until))
                names = (
                    "fingerprint",
                    *("time" if name == "version_created" else name for name in LINK_COLUMNS),
                )
                for values in zip(*(batch.column(name).to_pylist() for name in names), strict=True):
                    yield Held(dataset, *values)
