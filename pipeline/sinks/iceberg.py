"""A dataset's files as Iceberg tables: the same Parquet files, committed as snapshots.

A table is brought to what the dataset holds now, by the paths of its files: files that it lacks are added and
files that are gone are taken out, in one snapshot. Publishing twice is publishing once, and what a crash left
between a run's commit and its publication is caught up by the next.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.sinks.dataset import Dataset
from pipeline.sinks.manifest import DATASETS
from pipeline.sinks.parquet import TIME_COLUMN
from pipeline.sinks.partition import PartitionBy, values
from pipeline.sinks.snapshot import Snapshot
from pipeline.sinks.storage import Location
from schemas.arrow import REJECTS, STORIES
from schemas.errors import UsageError, WirebeamError

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.manifest import DataFile as TableFile
    from pyiceberg.table import Table, Transaction

FOLDER = "_iceberg"  # of a catalog of the dataset's own
_TRIES = 4  # against other writers of the table
_SCHEMAS = {"stories": STORIES, "duplicates": STORIES, "rejects": REJECTS}


@dataclass(frozen=True, slots=True)
class Published:
    """What became of one table: files `added` and `removed`; the `snapshot` made, None where none was."""

    table: str
    added: int
    removed: int
    snapshot: int | None


def publish(output: Path | str, target: str, uri: str | None = None) -> list[Published]:
    """Bring the tables `stories`, `duplicates` and `rejects` of a namespace to what a dataset holds.

    Args:
        output: the dataset's folder.
        target: `CATALOG.NAMESPACE`. A catalog that PyIceberg's own configuration names (`.pyiceberg.yaml`,
            `PYICEBERG_CATALOG__...`) is that one; credentials belong there.
        uri: where the catalog is: `http://...` for REST, `sqlite:///...`; by default a SQLite file in the
            dataset's folder, unless PyIceberg's configuration says otherwise.

    Raises:
        UsageError: `target` names no namespace.
        WirebeamError: there is no dataset, the extra `iceberg` is not installed, or the catalog refuses.
    """
    name, _, namespace = target.partition(".")
    if not name or not namespace:
        raise UsageError(f"--table {target}: write CATALOG.NAMESPACE, such as local.news")
    dataset = Dataset.read(output)
    if not isinstance(dataset.root, Path):
        raise UsageError(f"{dataset.root}: only a dataset in a folder is published as Iceberg tables")
    with _explained(target):
        catalog = _catalog(name, uri, dataset.root)
        catalog.create_namespace_if_not_exists(namespace)
        snapshot = dataset.snapshot()
        return [_publish(catalog, f"{namespace}.{one}", one, snapshot) for one in DATASETS]


@contextlib.contextmanager
def _explained(target: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise WirebeamError(
            "Iceberg needs its extra: pip install --require-hashes -r requirements/iceberg.txt "
            f"({error.name} is missing)"
        ) from None
    except WirebeamError:
        raise
    except Exception as error:
        # Catalogs are other people's servers and raise what they like; the dataset itself is committed.
        reason = next(iter(str(error).strip().splitlines()), "")
        raise WirebeamError(
            f"{target}: {type(error).__name__}: {reason}; the dataset is safe, `wirebeam publish` tries again"
        ) from error


def _catalog(name: str, uri: str | None, root: Path) -> Catalog:
    from pyiceberg.catalog import load_catalog
    from pyiceberg.utils.config import Config

    if uri:
        return load_catalog(
            name, uri=uri, type="rest" if uri.startswith("http") else "sql", **_warehouse(root, uri)
        )
    if Config().get_catalog_config(name):
        return load_catalog(name)
    return load_catalog(
        name, type="sql", uri=f"sqlite:///{root / FOLDER / 'catalog.db'}", **_warehouse(root, "")
    )


def _warehouse(root: Path, uri: str) -> dict[str, str]:
    """Where a catalog that is no server keeps its tables' metadata: beside the data."""
    if uri.startswith("http"):
        return {}
    (root / FOLDER).mkdir(exist_ok=True)
    return {"warehouse": _location(root / FOLDER)}


def _location(path: Location) -> str:
    """A path as PyIceberg has it: nothing is escaped."""
    return f"file://{path}"


def _publish(catalog: Catalog, identifier: str, name: str, snapshot: Snapshot) -> Published:
    from pyiceberg.exceptions import CommitFailedException, NoSuchTableError

    keys = snapshot.partition_by if name != "rejects" else PartitionBy(("date",))
    for left in reversed(range(_TRIES)):
        try:
            table = catalog.load_table(identifier)
        except NoSuchTableError:
            table = _created(catalog, identifier, name, keys)
        try:
            return _brought(table, identifier, name, snapshot, keys)
        except CommitFailedException:
            if not left:
                raise
    raise AssertionError("unreachable")


def _schema(name: str, keys: PartitionBy) -> pa.Schema:
    """The contract; columns that only the path holds cannot be required of the files."""
    return pa.schema(
        [field.with_nullable(True) if field.name in keys.columns else field for field in _SCHEMAS[name]]
    )


def _created(catalog: Catalog, identifier: str, name: str, keys: PartitionBy) -> Table:
    from pyiceberg.transforms import DayTransform, HourTransform, IdentityTransform, MonthTransform

    times = {"date": DayTransform(), "month": MonthTransform(), "hour": HourTransform()}
    with catalog.create_table_transaction(identifier, _schema(name, keys)) as transaction:
        with transaction.update_spec() as spec:
            for key in keys.keys:
                if key in times:
                    spec.add_field(TIME_COLUMN[name], times[key], key)
                else:
                    spec.add_field(key, IdentityTransform(), key)
        _mapped(transaction)
    return catalog.load_table(identifier)


def _mapped(transaction: Transaction) -> None:
    """Files without field ids are read by the names of their columns."""
    from pyiceberg.table import TableProperties

    mapping = transaction.table_metadata.schema().name_mapping.model_dump_json()
    transaction.set_properties({TableProperties.DEFAULT_NAME_MAPPING: mapping})


def _held(table: Table) -> dict[str, TableFile]:
    """The files of a table, by path."""
    snapshot = table.current_snapshot()
    if snapshot is None:
        return {}
    return {
        entry.data_file.file_path: entry.data_file
        for file in snapshot.manifests(table.io)
        for entry in file.fetch_manifest_entry(table.io, discard_deleted=True)
    }


def _brought(table: Table, identifier: str, name: str, snapshot: Snapshot, keys: PartitionBy) -> Published:
    from pyiceberg.io.pyarrow import parquet_file_to_data_file

    held = _held(table)
    wanted = {_location(snapshot.root / file.path): file.path for file in snapshot.files(name)}
    added = [path for path in wanted if path not in held]
    removed = [file for path, file in held.items() if path not in wanted]
    missing = set(_SCHEMAS[name].names) - set(table.schema().column_names)
    if not added and not removed and not missing:
        return Published(identifier, 0, 0, None)
    with table.transaction() as transaction:
        if missing:
            with transaction.update_schema() as update:
                update.union_by_name(_schema(name, keys))
            _mapped(transaction)
        if added or removed:
            told = {"wirebeam.commit": str(snapshot.sequence)}
            start = transaction.update_snapshot(snapshot_properties=told)
            with start.overwrite() if removed else start.fast_append() as change:
                for path in added:
                    file = parquet_file_to_data_file(table.io, transaction.table_metadata, path)
                    _place(file, transaction, values(wanted[path]))
                    change.append_data_file(file)
                for file in removed:
                    change.delete_data_file(file)
    made = table.current_snapshot() if added or removed else None
    return Published(identifier, len(added), len(removed), made.snapshot_id if made else None)


def _place(file: TableFile, transaction: Transaction, said: dict[str, Any]) -> None:
    """Partition values of columns that only the path holds, which no statistics of the file can give."""
    from pyiceberg.transforms import IdentityTransform

    for number, field in enumerate(transaction.table_metadata.spec().fields):
        if isinstance(field.transform, IdentityTransform):
            file.partition[number] = said.get(field.name)
