"""Final files: what is in them, what every reader makes of them."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from pipeline.sinks.dataset import Dataset
from pipeline.sinks.parquet import file_name, file_schema, write_file
from pipeline.sinks.partition import PartitionBy
from schemas.arrow import SCHEMA_VERSION, STORIES
from schemas.errors import WirebeamError
from tests.pipeline.sinks import rows


def filled(root: Path, keys: str, values: list[dict[str, Any]]) -> Dataset:
    with Dataset.open(root, partition_by=PartitionBy.parse(keys)) as dataset:
        dataset.commit(
            "run-7", rows.stage(dataset, "run-7", [rows.row(n, **v) for n, v in enumerate(values)])
        )
    return Dataset.read(root)


def test_names_come_from_the_rows_not_from_their_order() -> None:
    assert file_name(["b", "a"]) == file_name(["a", "b"])
    names = {file_name(["a", "b"]), file_name(["a"]), file_name(["ab"]), file_name(["a", "b"], "2")}
    assert len(names) == 4
    assert all(len(name.removesuffix(".parquet")) == 16 for name in names)


def test_what_a_file_says_about_itself(tmp_path: Path) -> None:
    dataset = filled(tmp_path, "date,provider", [{"headline": "one"}, {"headline": "two"}])
    (path,) = dataset.snapshot().paths("stories")
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        assert file.metadata.metadata[b"wirebeam.schema_version"] == str(SCHEMA_VERSION).encode()
        assert file.metadata.metadata[b"wirebeam.run_id"] == b"run-7"
        group = file.metadata.row_group(0)
        assert [entry.column_index for entry in group.sorting_columns] == [
            file.schema_arrow.get_field_index("version_created")
        ]
        by_name = {group.column(n).path_in_schema: group.column(n) for n in range(group.num_columns)}
        assert {column.compression for column in by_name.values()} == {"ZSTD"}
        assert by_name["version_created"].has_column_index
        assert not by_name["body_text"].is_stats_set
        assert file.schema_arrow.names == [name for name in STORIES.names if name != "provider"]
        assert file.read()["headline"].to_pylist() == ["one", "two"]


def test_every_reader_finds_the_partition_columns(tmp_path: Path) -> None:
    values = [{"provider": "ap"}, {"provider": "a/b =%ü"}, {"provider": "123"}]
    filled(tmp_path, "date,provider", values)
    wanted = sorted(value["provider"] for value in values)
    folder = tmp_path / "stories"
    arrow = ds.dataset(folder, format="parquet", partitioning="hive").to_table()
    assert sorted(arrow["provider"].to_pylist()) == wanted
    assert sorted(pd.read_parquet(folder)["provider"].astype(str)) == wanted
    glob = f"{folder}/**/*.parquet"
    assert sorted(pl.read_parquet(glob, hive_partitioning=True)["provider"].to_list()) == wanted
    found = duckdb.execute(
        f"SELECT provider, date FROM read_parquet('{glob}', hive_partitioning=true)"
    ).fetchall()
    assert sorted(provider for provider, _ in found) == wanted
    assert {str(day) for _, day in found} == {"1970-01-01"}


def test_a_column_without_a_value_is_null_again(tmp_path: Path) -> None:
    filled(tmp_path, "month,language", [{"language": "pt-BR"}, {"language": None}])
    folder = tmp_path / "stories"
    assert sorted(path.name for path in folder.glob("*/*")) == [
        "language=__HIVE_DEFAULT_PARTITION__",
        "language=pt-BR",
    ]
    found = ds.dataset(folder, format="parquet", partitioning="hive").to_table()["language"].to_pylist()
    assert sorted(found, key=str) == [None, "pt-BR"]


def test_without_partitions(tmp_path: Path) -> None:
    dataset = filled(tmp_path, "", [{}, {}])
    (file,) = dataset.files("stories")
    assert file.path.count("/") == 1
    assert file_schema("stories", dataset.partition_by) == STORIES


def test_large_rows_make_small_row_groups(tmp_path: Path) -> None:
    schema = pa.schema([pa.field("received_at", pa.int64()), pa.field("raw", pa.binary())])
    tables = [pa.table({"received_at": [n], "raw": [os.urandom(40 << 20)]}, schema=schema) for n in range(3)]
    path = tmp_path / "x.parquet"
    write_file(tables, path, schema=schema, run_id="r", sorted_by="received_at")
    assert pq.read_metadata(path).num_row_groups == 3
    write_file(pa.concat_tables(tables), path, schema=schema, run_id="r", sorted_by="received_at")
    assert pq.read_metadata(path).num_row_groups == 3
    assert pq.read_table(path) == pa.concat_tables(tables)


def test_a_failing_table_leaves_no_file(tmp_path: Path) -> None:
    schema = pa.schema([pa.field("received_at", pa.int64())])

    def tables() -> Iterator[pa.Table]:
        yield pa.table({"received_at": [1]}, schema=schema)
        raise KeyError("the source of the rows failed")

    with pytest.raises(KeyError):
        write_file(tables(), tmp_path / "x.parquet", schema=schema, run_id="r", sorted_by="received_at")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    program = """
        import os, resource, sys
        from pathlib import Path
        import pyarrow as pa
        from pipeline.sinks.parquet import write_file
        from schemas.errors import WirebeamError
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        schema = pa.schema([pa.field("t", pa.int64()), pa.field("raw", pa.binary())])
        table = pa.table({"t": [1], "raw": [os.urandom(1_000_000)]}, schema=schema)
        try:
            write_file(table, Path(sys.argv[1]), schema=schema, run_id="r", sorted_by="t")
        except WirebeamError as error:
            print(error)
    """
    path = tmp_path / "x.parquet"
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(path)],
        capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    assert "size limit" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_one_line(tmp_path: Path) -> None:
    schema = pa.schema([pa.field("t", pa.int64())])
    table = pa.table({"t": [1]}, schema=schema)
    with pytest.raises(WirebeamError) as caught:
        write_file(table, tmp_path / "none" / "x.parquet", schema=schema, run_id="r", sorted_by="t")
    assert "\n" not in str(caught.value)
