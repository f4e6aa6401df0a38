"""What one Parquet file of a dataset promises: its bytes, schema, rows, times, partition, mentions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.sinks import partition
from pipeline.sinks.manifest import DataFile
from pipeline.sinks.parquet import TIME_COLUMN, file_schema
from pipeline.sinks.partition import PartitionBy
from pipeline.sinks.storage import Location, size
from pipeline.sinks.storage import parquet as parquet_file
from schemas.arrow import SCHEMA_VERSION
from schemas.errors import ItemError

_BATCH_ROWS = 2_048
_HOUR = 3_600_000_000


def problems(place: Location, file: DataFile, partition_by: PartitionBy) -> Iterator[tuple[str, str]]:
    """What is wrong with a file: the promise broken (see `pipeline.verify.Finding`), and how.

    All its pages are read, a batch of rows at a time.

    Args:
        place: where it lies.
        file: what its manifest says.
        partition_by: the dataset's partition keys.
    """
    try:
        found = size(place)
        if found != file.bytes:
            yield "files", f"{found} bytes, its manifest says {file.bytes}"
        with parquet_file(place, page_checksum_verification=True) as parquet:
            if message := _schema_problem(parquet, file_schema(file.dataset, partition_by)):
                yield "schema", message
                return
            if parquet.metadata.num_rows != file.rows:
                yield "rows", f"{parquet.metadata.num_rows} rows, its manifest says {file.rows}"
            yield from _content(parquet, file, partition_by)
    except FileNotFoundError:
        yield "files", "is missing"
    except (OSError, pa.ArrowException) as error:
        yield "files", f"cannot be read: {str(error).splitlines()[0]}"


def _schema_problem(parquet: pq.ParquetFile, contract: pa.Schema) -> str | None:
    found = parquet.schema_arrow
    said = (parquet.metadata.metadata or {}).get(b"wirebeam.schema_version", b"").decode("ascii", "replace")
    if not said.isdecimal():
        return "its metadata names no schema version"
    for field in contract:
        index = found.get_field_index(field.name)
        if index < 0:
            if int(said) >= SCHEMA_VERSION:  # an older file may lack columns that were added since
                return f"has no column {field.name}"
        elif not found.field(index).equals(field, check_metadata=False):
            return f"column {field.name} is {found.field(index)}, the contract says {field}"
    if unknown := [name for name in found.names if name not in contract.names]:
        return f"has a column {unknown[0]}, which the contract has not"
    return None


def _content(parquet: pq.ParquetFile, file: DataFile, partition_by: PartitionBy) -> Iterator[tuple[str, str]]:
    """What is wrong in a file's rows: (promise, message)."""
    name = TIME_COLUMN[file.dataset]
    first = last = None
    ordered = True
    hours: set[int] = set()
    stray = 0
    for batch in parquet.iter_batches(_BATCH_ROWS):
        times = batch.column(name).cast(pa.int64()).to_numpy()
        if len(times):
            ordered &= bool((times[1:] >= times[:-1]).all()) and (last is None or times[0] >= last)
            first, last = times[0] if first is None else first, times[-1]
            hours.update((times // _HOUR).tolist())
        stray += _stray_mentions(batch)
    if not ordered:
        yield "times", f"its rows are not sorted by {name}"
    elif (first, last) != (file.min_time, file.max_time):
        yield "times", "the times of its rows are not those of its manifest"
    if message := _partition_problem(file, partition_by, hours):
        yield "partitions", message
    if stray:
        yield "mentions", f"{stray} mentions of entities lie outside their text"


def _partition_problem(file: DataFile, partition_by: PartitionBy, hours: Iterable[int]) -> str | None:
    """Why a file does not belong in its folder. Columns of the path are not in the file: only times tell."""
    said = partition.values(file.path)
    where = file.path.removeprefix(f"{file.dataset}/").rpartition("/")[0]
    for hour in sorted(hours):
        try:
            if file.dataset == "rejects":
                wanted = partition.rejects_path(hour * _HOUR)
            else:
                wanted = partition_by.path(hour * _HOUR, said.get)
        except ItemError as error:
            return error.message
        if wanted != where:
            return f"holds rows that belong in {wanted or 'no partition'}"
    return None


def _stray_mentions(batch: pa.RecordBatch) -> int:
    """How many mentions of a batch's entities do not lie inside the text that they name."""
    index = batch.schema.get_field_index("entities")
    if index < 0:
        return 0
    entities = batch.column(index)
    mentions = pc.struct_field(pc.list_flatten(entities), "mentions")
    rows = pc.list_parent_indices(entities).take(pc.list_parent_indices(mentions))
    flat = pc.list_flatten(mentions)
    fields, starts, ends = (pc.struct_field(flat, name) for name in ("field", "start", "end"))
    good = 0
    for name in pc.unique(fields).to_pylist():
        if name is None or name not in batch.schema.names:
            continue
        lengths = pc.fill_null(pc.utf8_length(batch.column(name)), 0).take(rows)
        inside = pc.and_(
            pc.less_equal(0, starts), pc.and_(pc.less(starts, ends), pc.less_equal(ends, lengths))
        )
        good += pc.sum(pc.and_(inside, pc.equal(fields, name))).as_py() or 0
    return len(flat) - int(good)
