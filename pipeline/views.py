"""A dataset as views of DuckDB: `stories`, `duplicates`, `rejects` over its files, and what is asked of them.

The base views list the files that the manifests list, so that they hold what one commit left, whatever a
writer does meanwhile; every column of the contract is in them, also where all files are older than it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from importlib import resources

import pyarrow as pa

from pipeline.sinks.dataset import Dataset
from pipeline.sinks.snapshot import Snapshot
from pipeline.sinks.storage import Named
from schemas import arrow

DERIVED = ("latest", "entities", "mentions", "volume", "links")
SCHEMAS = {"stories": arrow.STORIES, "duplicates": arrow.STORIES, "rejects": arrow.REJECTS}
NAMES = (*SCHEMAS, *DERIVED)
MACROS = ("silence",)

# Columns that only the path holds; `hour` stands as 00 to 23.
_PATH_TYPES = {"date": "DATE", "month": "VARCHAR", "hour": "BIGINT"}
_TYPES = {
    pa.string(): "VARCHAR",
    pa.binary(): "BLOB",
    pa.int8(): "TINYINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.float32(): "FLOAT",
    pa.float64(): "DOUBLE",
    pa.date32(): "DATE",
    pa.timestamp("us", tz="UTC"): "TIMESTAMP WITH TIME ZONE",
}


def sql_type(type_: pa.DataType) -> str:
    """DuckDB's name of an Arrow type of the contract."""
    if pa.types.is_struct(type_):
        return "STRUCT(" + ", ".join(f"{quoted(field.name)} {sql_type(field.type)}" for field in type_) + ")"
    if pa.types.is_list(type_):
        return sql_type(type_.value_type) + "[]"
    return _TYPES[type_]


def quoted(name: str) -> str:
    """An identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string of SQL."""
    return "'" + text.replace("'", "''") + "'"


def statements(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """The name of each view, and the statement that makes it, in the order in which they must be made."""
    for name in SCHEMAS:
        versions: dict[int, list[str]] = {}
        for file in snapshot.files(name):
            versions.setdefault(file.schema_version, []).append(str(snapshot.root / file.path))
        yield name, _base(name, [versions[key] for key in sorted(versions)], snapshot.partition_by.keys)
    for name in (*DERIVED, *MACROS):
        yield name, resources.files("pipeline").joinpath(f"sql/{name}.sql").read_text("utf-8")


def _base(name: str, versions: Sequence[Sequence[str]], keys: Sequence[str]) -> str:
    """A view over files, given by the version of their schema.

    DuckDB reads the columns of each version from one file of it; `union_by_name` would open all of them for
    every question (2 s of CPU at 5,000 files).
    """
    columns = {field.name: sql_type(field.type) for field in SCHEMAS[name]}
    path_keys = ("date",) if name == "rejects" else keys
    in_path = {key: _PATH_TYPES.get(key, "VARCHAR") for key in path_keys}
    none = ",\n    ".join(
        f"NULL::{type_} AS {quoted(column)}" for column, type_ in (columns | in_path).items()
    )
    made = f"CREATE OR REPLACE VIEW {name} AS\nSELECT\n    {none}\nWHERE false"
    types = ", ".join(f"{quoted(key)}: {type_}" for key, type_ in in_path.items())
    hive = f"hive_partitioning = true, hive_types = {{{types}}}" if types else "hive_partitioning = false"
    for files in versions:
        listed = ",\n    ".join(map(literal, files))
        made += f"\nUNION ALL BY NAME\nSELECT * FROM read_parquet([\n    {listed}\n], {hive})"
    return made + ";\n"


def script(output: Named, now: dt.datetime) -> str:
    """All views as a file of SQL: for DuckDB's own shell, notebooks and tools that know no Wirebeam.

    Args:
        output: the dataset's folder.
        now: time of the file, for its head.

    Raises:
        WirebeamError: `output` is no dataset.
    """
    snapshot = Dataset.read(output).snapshot()
    head = (
        f"-- Views over {' '.join(str(snapshot.root).split())} as commit {snapshot.sequence} left it,"
        f" printed {now:%Y-%m-%d %H:%M:%S}Z by `wirebeam views`.\n"
        "-- They hold while a writer adds; print them again to see what was added, or after compact, replay\n"
        "-- or expire, which replace files.\n"
        "SET TimeZone = 'UTC';\n"
    )
    return "\n".join([head, *(statement for _, statement in statements(snapshot))])
