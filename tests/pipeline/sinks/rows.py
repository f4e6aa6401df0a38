"""Rows of the contract for tests, made from the schema itself. Loaded by conftest and by subprocesses."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from pipeline.sinks.dataset import Dataset
from pipeline.sinks.manifest import DataFile
from pipeline.sinks.parquet import write_data_file
from pipeline.sinks.partition import PartitionBy, rejects_path
from schemas.arrow import REJECTS, STORIES
from schemas.item import Item

DAY = 86_400_000_000
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def item(number: int, **values: Any) -> Item:
    """An item whose fields are empty but for its ids, its hour and what is given."""
    made: dict[str, Any] = {}
    for field in dataclasses.fields(Item):
        text = str(field.type)
        made[field.name] = (
            None if "None" in text else () if "Sequence" in text else "" if text == "str" else 0
        )
    made |= {
        "item_id": f"{number:032x}",
        "uri": f"urn:example:{number}",
        "provider": "ap",
        "source": f"/raw/{number}.xml",
        "version_created": number * 3_600_000_000,
    }
    return Item(**{**made, **values})


def _default(type_: pa.DataType) -> Any:
    if pa.types.is_timestamp(type_):
        return EPOCH
    return "" if pa.types.is_string(type_) else b"" if pa.types.is_binary(type_) else 0


def table(schema: pa.Schema, rows: Sequence[dict[str, Any]]) -> pa.Table:
    """A table with defaults where a column may not be null; times may be given in microseconds."""
    made = []
    for row in rows:
        values = {field.name: None if field.nullable else _default(field.type) for field in schema}
        made.append(values | row)
    for row in made:
        for name, value in row.items():
            if isinstance(value, int) and pa.types.is_timestamp(schema.field(name).type):
                row[name] = EPOCH + dt.timedelta(microseconds=value)
    return pa.Table.from_pylist(made, schema=schema)


def row(number: int, **values: Any) -> dict[str, Any]:
    """A row of stories/: item `number`, at that hour, the root of its own story."""
    uri = values.get("uri", f"urn:example:{number}")
    return {
        "item_id": f"{number:032x}",
        "uri": uri,
        "story_id": uri,
        "source": "/raw",
        "provider": "ap",
        "version_created": number * 3_600_000_000,
        **values,
    }


def stage(
    dataset: Dataset, run_id: str, rows: Sequence[dict[str, Any]], name: str = "stories", salt: str = ""
) -> list[DataFile]:
    """Stages rows as final files, one a partition, for `Dataset.commit`."""
    keys = dataset.partition_by
    folders: dict[str, list[dict[str, Any]]] = {}
    for one in rows:
        folders.setdefault(_folder(keys, name, one), []).append(one)
    files = []
    for folder, inside in sorted(folders.items()):
        time = "received_at" if name == "rejects" else "version_created"
        inside = sorted(inside, key=lambda one: one[time])
        made = table(REJECTS if name == "rejects" else STORIES, inside)
        files.append(
            write_data_file(
                dataset.staging(run_id), name, folder, [made], run_id=run_id, partition_by=keys, salt=salt
            )
        )
    return files


def _folder(keys: PartitionBy, name: str, one: dict[str, Any]) -> str:
    if name == "rejects":
        return rejects_path(one["received_at"])
    return keys.path(one["version_created"], one.get)
