"""Every recipe of docs/RECIPES.md runs on a real dataset, and what it says of plans is true."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.dataset as ds
import pytest

from pipeline import views
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.iceberg import publish
from schemas.arrow import STORIES
from tests.pipeline.sinks import rows

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "RECIPES.md").read_text("utf-8")
BLOCKS = re.findall(r"```(python|sql)\n(.*?)```", PAGE, re.S)
SPARK = [text for _, text in BLOCKS if text.startswith("# spark")]
OTHERS = [(language, text) for language, text in BLOCKS if not text.startswith("# spark")]
DAY = 86_400_000_000


@pytest.fixture(scope="module")
def folder(news: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("recipes")
    shutil.copytree(news, found / "news")
    (found / "news.sql").write_text(views.script(found / "news", dt.datetime.now(dt.UTC)), "utf-8")
    publish(found / "news", "local.news")
    return found


@pytest.mark.parametrize("number", range(len(OTHERS)))
def test_recipes_run(number: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    language, text = OTHERS[number]
    monkeypatch.chdir(folder)
    if language == "sql":
        assert duckdb.execute(text).fetchall()
    else:
        exec(compile(text, f"recipe {number}", "exec"), {})


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of which one part was written before a column was there."""
    import pyarrow as pa

    root = tmp_path_factory.mktemp("pieces") / "news"
    older = pa.schema([field for field in STORIES if field.name != "topics"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.sinks.parquet.STORIES", older)
        patch.setattr("pipeline.sinks.parquet.SCHEMA_VERSION", 0)
        patch.setattr("tests.pipeline.sinks.rows.STORIES", older)
        with Dataset.open(root) as dataset:
            dataset.commit("old", rows.stage(dataset, "old", [rows.row(1, version_created=DAY)]))
    with Dataset.open(root) as dataset:
        new = rows.row(2, version_created=2 * DAY, topics=[{"code": "04000000"}])
        dataset.commit("new", rows.stage(dataset, "new", [new]))
    return root


READERS: dict[str, Any] = {
    "duckdb": lambda root: duckdb.execute(
        f"SELECT uri, topics[1].code FROM read_parquet('{root}/stories/**/*.parquet', union_by_name = true)"
    ).fetchall(),
    "polars": lambda root: (
        pl.scan_parquet(f"{root}/stories/**/*.parquet", missing_columns="insert", schema=pl_schema(root))
        .select("uri", pl.col("topics").list.first().struct.field("code"))
        .collect()
        .rows()
    ),
    "pandas": lambda root: [
        (uri, None if topics is None else topics[0]["code"])
        for uri, topics in pd.read_parquet(f"{root}/stories", schema=STORIES, partitioning=None)[
            ["uri", "topics"]
        ].values
    ],
    "pyarrow": lambda root: [
        (row["uri"], row["topics"] and row["topics"][0]["code"])
        for row in ds.dataset(root / "stories", schema=STORIES)
        .to_table(columns=["uri", "topics"])
        .to_pylist()
    ],
}


def pl_schema(root: Path) -> Any:
    newest = sorted((root / "stories").rglob("*.parquet"))[-1]
    return pl.read_parquet_schema(newest)


@pytest.mark.parametrize("reader", READERS)
def test_pieces_of_two_schema_versions_read_as_one(pieces: Path, reader: str) -> None:
    found = sorted(READERS[reader](pieces))
    assert found == [("urn:example:1", None), ("urn:example:2", "04000000")]


def test_polars_reads_one_partition_and_pushes_the_rest_down(news: Path) -> None:
    plan = (
        pl.scan_parquet(f"{news}/stories/**/*.parquet", hive_partitioning=True)
        .filter(
            pl.col("provider") == "reuters",
            pl.col("version_created") > dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
        )
        .select("uri")
        .explain()
    )
    scan = plan[plan.index("Parquet SCAN") :]
    assert "reuters" in scan.splitlines()[0]
    assert "PROJECT 3/" in scan
    assert "SELECTION" in scan
    assert "version_created" in scan
    assert plan.count("FILTER") == 0


def test_duckdb_reads_one_partition(news: Path) -> None:
    plan = duckdb.execute(
        f"EXPLAIN SELECT uri FROM read_parquet('{news}/stories/**/*.parquet', hive_partitioning = true) "
        "WHERE provider = 'reuters' AND version_created > '2026-11-23 00:00:00Z'"
    ).fetchall()[0][1]
    files = sorted((news / "stories").rglob("*.parquet"))
    own = [file for file in files if "provider=reuters" in str(file)]
    assert f"Scanning Files: {len(own)}/{len(files)}" in plan


def test_pyarrow_reads_one_partition(news: Path) -> None:
    import pyarrow.compute as pc

    found = ds.dataset(news / "stories", format="parquet", partitioning="hive")
    kept = list(found.get_fragments(filter=pc.field("provider") == "reuters"))
    assert all("provider=reuters" in fragment.path for fragment in kept)
    assert 0 < len(kept) < len(found.files)


def test_times_are_utc_in_every_reader(news: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        wanted = connection.execute(
            f"SELECT max(version_created) FROM read_parquet('{news}/stories/**/*.parquet')"
        ).fetchone()
    assert wanted
    assert wanted[0].utcoffset() == dt.timedelta(0)
    in_polars = (
        pl.scan_parquet(f"{news}/stories/**/*.parquet")
        .select(pl.col("version_created").max())
        .collect()
        .item()
    )
    in_pandas = pd.read_parquet(f"{news}/stories", columns=["version_created"]).version_created.max()
    in_arrow = max(
        ds.dataset(news / "stories").to_table(columns=["version_created"])["version_created"].to_pylist()
    )
    assert {in_polars, in_pandas.to_pydatetime(), in_arrow} == {wanted[0]}


@pytest.mark.spark
def test_spark_prunes_opens_and_reads_utc(folder: Path, pieces: Path) -> None:
    import importlib.util

    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("pyspark and java are not installed: .ci/run and `make test-spark` install them")
        pytest.skip("no pyspark or java here: make test-spark")
    (code,) = SPARK
    code += f"""
first = stories.agg(f.max("version_created")).collect()[0][0]
print("NEWEST", stories.selectExpr("max(unix_micros(version_created))").collect()[0][0])
print("ALL", stories.count())
pieces = spark.read.option("mergeSchema", "true").parquet({str(pieces / "stories")!r})
print("PIECES", sorted((row.uri, row.code) for row in pieces.selectExpr("uri", "topics[0].code AS code").collect()))
spark.stop()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "PartitionFilters: [isnotnull(provider" in done.stdout
    assert "(provider" in done.stdout
    assert "PIECES [('urn:example:1', None), ('urn:example:2', '04000000')]" in done.stdout
    with duckdb.connect() as connection:
        wanted = connection.execute(
            "SELECT count(*), epoch_us(max(version_created)) FROM "
            f"read_parquet('{folder}/news/stories/**/*.parquet')"
        ).fetchone()
    assert wanted
    assert f"ALL {wanted[0]}" in done.stdout
    assert f"NEWEST {wanted[1]}" in done.stdout
