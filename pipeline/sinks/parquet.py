"""Final Parquet files: zstd, sorted, page index, schema version and run in the metadata, named by content."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.sinks.durable import explained
from pipeline.sinks.manifest import DataFile
from pipeline.sinks.partition import PartitionBy
from pipeline.sinks.storage import Location, draft, parquet
from schemas.arrow import REJECTS, SCHEMA_VERSION, STORIES

TAGGER_MARK = "wirebeam.tagger"
ROW_GROUP_ROWS = 16_384
ROW_GROUP_BYTES = 64 << 20
TIME_COLUMN = {"stories": "version_created", "duplicates": "version_created", "rejects": "received_at"}
# What makes a row: the same item from another source is another row.
ROW_KEY = {
    "stories": ("item_id", "source"),
    "duplicates": ("item_id", "source"),
    "rejects": ("reject_id",),
}

# Long and all different: a dictionary would only be built to be thrown away, minima would say nothing.
_UNIQUE = frozenset({"item_id", "reject_id", "body_text", "raw", "fingerprint"})
_NO_STATISTICS = frozenset({"body_text", "raw", "fingerprint"})


def file_name(rows: Iterable[str], salt: str = "") -> str:
    """`0123456789abcdef.parquet`, from what makes the rows, in whatever order.

    Args:
        rows: the rows' keys (`ROW_KEY`), each as one string.
        salt: anything that tells a rewritten file from the one it replaces.
    """
    text = "\n".join([*sorted(rows), salt])
    return f"{blake2b(text.encode('utf-8', 'replace'), digest_size=8).hexdigest()}.parquet"


def file_schema(dataset: str, partition_by: PartitionBy) -> pa.Schema:
    """What a file of `stories`, `duplicates` or `rejects` holds: the contract without partition columns."""
    if dataset == "rejects":
        return REJECTS
    return pa.schema([field for field in STORIES if field.name not in partition_by.columns])


def _leaves(name: str, type_: pa.DataType) -> Iterator[str]:
    if pa.types.is_struct(type_):
        for field in type_:
            yield from _leaves(f"{name}.{field.name}", field.type)
    elif pa.types.is_list(type_):
        yield from _leaves(f"{name}.list.element", type_.value_type)
    else:
        yield name


def _columns(schema: pa.Schema, without: frozenset[str]) -> list[str]:
    return [leaf for field in schema if field.name not in without for leaf in _leaves(field.name, field.type)]


def write_file(
    tables: pa.Table | Iterable[pa.Table],
    path: Path,
    *,
    schema: pa.Schema,
    run_id: str,
    sorted_by: str,
    taggers: Iterable[str] = (),
) -> None:
    """Writes a Parquet file and syncs it; its folder must exist.

    Args:
        tables: the rows, sorted by `sorted_by`; several tables are written one after the other.
        path: the file; one of that name is replaced.
        schema: the tables' schema.
        run_id: the run, for the file's metadata.
        sorted_by: column by which the rows are sorted, for the file's metadata.
        taggers: what tagged the rows, for the file's metadata.

    Raises:
        WirebeamError: it could not be written (disk full, no permission); no file is left behind.
    """
    marks = {"wirebeam.schema_version": str(SCHEMA_VERSION), "wirebeam.run_id": run_id}
    if named := "; ".join(sorted(set(taggers))):
        marks[TAGGER_MARK] = named
    schema = schema.with_metadata({**(schema.metadata or {}), **marks})
    with explained(path):
        try:
            with path.open("wb") as file:
                with pq.ParquetWriter(
                    file,
                    schema,
                    compression="zstd",
                    use_dictionary=_columns(schema, _UNIQUE),
                    write_statistics=_columns(schema, _NO_STATISTICS),
                    write_page_index=True,
                    write_page_checksum=True,
                    sorting_columns=[pq.SortingColumn(schema.get_field_index(sorted_by))],
                ) as writer:
                    for table in [tables] if isinstance(tables, pa.Table) else tables:
                        size = max(1, ROW_GROUP_BYTES * table.num_rows // max(1, table.nbytes))
                        writer.write_table(table, row_group_size=min(ROW_GROUP_ROWS, size))
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def taggers_of(path: Location) -> list[str]:
    """What tagged a file's rows, as its metadata says."""
    with parquet(path) as opened:
        marks = opened.schema_arrow.metadata or {}
    return [name for name in marks.get(TAGGER_MARK.encode(), b"").decode().split("; ") if name]


def write_data_file(
    staging: Location,
    dataset: str,
    partition: str,
    tables: Iterable[pa.Table],
    *,
    run_id: str,
    partition_by: PartitionBy,
    taggers: Iterable[str] = (),
    salt: str = "",
    enough: int | None = None,
) -> DataFile:
    """Stages one final file below `staging`, at the path that it will have below the dataset's root.

    One table after the other is taken and written: no more than one is held.

    Args:
        staging: the run's staging folder, `Dataset.staging(run_id)`.
        dataset: `stories`, `duplicates` or `rejects`.
        partition: the folder all the rows belong to, as `PartitionBy` gives it.
        tables: at least one row in all, with the columns of `schemas.arrow.STORIES` or `REJECTS`, sorted
            by time over all of them. Partition columns are dropped: the path holds them.
        run_id: the run.
        partition_by: the dataset's partition keys.
        taggers: name, version and hash of what tagged the rows, for the file's metadata.
        salt: see `file_name`.
        enough: no more tables are taken from an iterator once the file has so many bytes.

    Returns:
        What `Dataset.commit` wants.

    Raises:
        WirebeamError: it could not be written.
    """
    schema = file_schema(dataset, partition_by)
    column = TIME_COLUMN[dataset]
    folder = staging.joinpath(*filter(None, (dataset, partition)))
    keys: list[str] = []
    times: list[int] = []

    def taken(beside: Path) -> Iterator[pa.Table]:
        for table in tables:
            keys.extend(
                map("\0".join, zip(*(table.column(n).to_pylist() for n in ROW_KEY[dataset]), strict=True))
            )
            bounds = pc.min_max(table.column(column).cast(pa.int64())).as_py()
            times.extend(time for time in bounds.values() if time is not None)
            yield table.select(schema.names).cast(schema)
            if enough is not None and beside.stat().st_size >= enough:
                return

    with explained(folder), draft(folder) as made:
        rows = taken(made.path)
        write_file(rows, made.path, schema=schema, run_id=run_id, sorted_by=column, taggers=taggers)
        name = file_name(keys, salt)
        size = made.path.stat().st_size
        made.keep(folder / name)
    return DataFile(
        dataset=dataset,
        path="/".join(part for part in (dataset, partition, name) if part),
        rows=len(keys),
        bytes=size,
        min_time=min(times),
        max_time=max(times),
        schema_version=SCHEMA_VERSION,
    )
