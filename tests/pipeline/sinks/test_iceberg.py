"""Iceberg tables over a dataset's own files, read back by PyIceberg: every row, once, whatever crashed."""

from __future__ import annotations

import http.server
import json
import shutil
import threading
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from pyiceberg.catalog import Catalog, load_catalog

from pipeline.query import connect
from pipeline.sinks import iceberg
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.iceberg import publish
from schemas.arrow import STORIES
from schemas.errors import UsageError, WirebeamError
from tests.conftest import Command
from tests.pipeline.sinks import rows

DAY = 86_400_000_000


def catalog(root: Path) -> Catalog:
    folder = root / "_iceberg"
    return load_catalog(
        "local", type="sql", uri=f"sqlite:///{folder / 'catalog.db'}", warehouse=f"file://{folder}"
    )


def append(root: Path, run: str, *numbers: int) -> Path:
    with Dataset.open(root) as dataset:
        made = [rows.row(n, version_created=n * DAY, provider="ap" if n % 2 else "efe") for n in numbers]
        dataset.commit(run, rows.stage(dataset, run, made))
    return root


def uris(root: Path, **scan: Any) -> list[str]:
    found = catalog(root).load_table("news.stories").scan(**scan).to_arrow().column("uri").to_pylist()
    return sorted(found)


@pytest.fixture(scope="module")
def published(news: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(shutil.copytree(news, tmp_path_factory.mktemp("iceberg") / "news"))
    publish(root, "local.news")
    return root


def test_every_row_and_column_is_read_back(published: Path) -> None:
    with connect(published) as connection:
        for name in ("stories", "duplicates", "rejects"):
            read = catalog(published).load_table(f"news.{name}").scan().to_arrow()
            # PyIceberg reads a list of structs that is null as an empty one: copies have no tags.
            without = {"entities", "topics"} if name == "duplicates" else {"attributes"}
            key = "reject_id" if name == "rejects" else "item_id, source"
            columns = ", ".join(f'"{column}"' for column in read.column_names if column not in without)
            ours = connection.execute(f"SELECT {columns} FROM {name} ORDER BY {key}").fetchall()
            theirs = connection.execute(f"SELECT {columns} FROM read ORDER BY {key}").fetchall()
            assert len(ours) > 0
            assert ours == theirs


def test_partitions_prune_and_times_are_utc(published: Path) -> None:
    table = catalog(published).load_table("news.stories")
    every = list(table.scan().plan_files())
    own = list(table.scan(row_filter="provider == 'reuters'").plan_files())
    assert 0 < len(own) < len(every)
    assert all("provider=reuters" in task.file.file_path for task in own)
    assert list(table.scan(row_filter="version_created < '2020-01-01T00:00:00+00:00'").plan_files()) == []
    found = table.scan(
        row_filter="provider == 'reuters'", selected_fields=("provider", "version_created")
    ).to_arrow()
    assert set(found.column("provider").to_pylist()) == {"reuters"}
    assert found.schema.field("version_created").type == pa.timestamp("us", "UTC")


def test_publishing_twice_is_publishing_once(published: Path) -> None:
    before = catalog(published).load_table("news.stories").metadata
    assert [one.snapshot for one in publish(published, "local.news")] == [None] * 3
    assert catalog(published).load_table("news.stories").metadata == before


def test_what_a_crash_left_unpublished_is_caught_up(tmp_path: Path) -> None:
    root = append(tmp_path / "news", "run1", 1, 2)
    publish(root, "local.news")
    append(root, "run2", 3)  # the crash: committed, and never published
    append(root, "run3", 4)
    publish(root, "local.news")
    assert uris(root) == [f"urn:example:{n}" for n in (1, 2, 3, 4)]
    table = catalog(root).load_table("news.stories")
    first = table.history()[0].snapshot_id
    assert uris(root, snapshot_id=first) == ["urn:example:1", "urn:example:2"]
    assert table.current_snapshot().summary["wirebeam.commit"] == "3"


def test_a_crash_while_publishing_leaves_the_table_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = append(tmp_path / "news", "run1", 1)
    publish(root, "local.news")
    append(root, "run2", 2, 3)
    with monkeypatch.context() as patch:
        calls = iter([0, 1])
        placed = iceberg._place

        def fail(*given: Any) -> None:
            if next(calls):
                raise OSError("the disk is gone")
            placed(*given)

        patch.setattr(iceberg, "_place", fail)
        with pytest.raises(WirebeamError, match="the dataset is safe"):
            publish(root, "local.news")
    assert uris(root) == ["urn:example:1"]
    publish(root, "local.news")
    assert uris(root) == [f"urn:example:{n}" for n in (1, 2, 3)]


def test_compaction_is_one_snapshot_that_changes_no_row(tmp_path: Path) -> None:
    root = append(tmp_path / "news", "run1", 1, 3)
    with Dataset.open(root) as dataset:
        more = [rows.row(n, version_created=DAY + n, provider="ap") for n in (11, 12)]
        dataset.commit("run2", rows.stage(dataset, "run2", more))
    publish(root, "local.news")
    before = uris(root)
    with Dataset.open(root) as dataset:
        old = [file for file in dataset.files("stories") if "date=1970-01-02" in file.path]
        merged = rows.stage(
            dataset, "compact", [rows.row(1, version_created=DAY, provider="ap"), *more], salt="3"
        )
        dataset.commit("compact", merged, removed=[file.path for file in old])
    done = publish(root, "local.news")[0]
    assert (done.added, done.removed) == (1, 2)
    assert uris(root) == before
    assert catalog(root).load_table("news.stories").current_snapshot().summary.operation.value == "overwrite"


def test_columns_that_were_added_are_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older = pa.schema([field for field in STORIES if field.name not in ("topics", "link_reason")])
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.sinks.parquet.STORIES", older)
        patch.setitem(iceberg._SCHEMAS, "stories", older)
        patch.setattr("tests.pipeline.sinks.rows.STORIES", older)
        root = append(tmp_path / "news", "run1", 1)
        publish(root, "local.news")
    assert "topics" not in catalog(root).load_table("news.stories").schema().column_names
    with Dataset.open(root) as dataset:
        row = rows.row(2, version_created=DAY, link_reason="new", topics=[{"code": "04000000"}])
        dataset.commit("run2", rows.stage(dataset, "run2", [row]))
    publish(root, "local.news")
    found = catalog(root).load_table("news.stories").scan().to_arrow()
    assert sorted(zip(*(found.column(n).to_pylist() for n in ("uri", "link_reason")), strict=True)) == [
        ("urn:example:1", None),
        ("urn:example:2", "new"),
    ]


def test_an_empty_dataset_makes_empty_tables(tmp_path: Path) -> None:
    Dataset.open(tmp_path / "news").close()
    publish(tmp_path / "news", "local.a")
    assert len(catalog(tmp_path / "news").load_table("a.stories").scan().to_arrow()) == 0


def test_a_rest_catalog_is_asked_over_http(tmp_path: Path) -> None:
    asked = []

    class Refuses(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = json.dumps(
                {"error": {"message": "who are you", "type": "NotAuthorized", "code": 401}}
            ).encode()
            self.send_response(401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *given: Any) -> None:
            pass

    root = append(tmp_path / "news", "run1", 1)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refuses)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with pytest.raises(WirebeamError, match="who are you"):
            publish(root, "lake.news", f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
    assert asked
    assert asked[0].startswith("/v1/config")


def test_duckdb_reads_the_table_where_its_extension_is_to_be_had(published: Path) -> None:
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        try:
            connection.execute("LOAD iceberg")
        except duckdb.Error as error:
            pytest.skip(f"DuckDB's iceberg extension is not installed: {str(error).splitlines()[0]}")
        location = catalog(published).load_table("news.stories").metadata_location
        found = connection.execute(f"SELECT count(*) FROM iceberg_scan('{location}')").fetchone()
        with connect(published) as ours:
            assert found == ours.execute("SELECT count(*) FROM stories").fetchone()


def test_the_commands(feed: Path, tmp_path: Path, wirebeam: Command) -> None:
    root = tmp_path / "news"
    done = wirebeam("run", feed / "tass", "-o", root, "--table", "local.news")
    assert done.returncode == 0, done.stderr
    assert len(uris(root)) == 2
    again = wirebeam("publish", root, "--table", "local.news", "--json")
    assert [one["snapshot"] for one in json.loads(again.stdout)] == [None] * 3
    assert wirebeam("publish", root, "--table", "news").returncode == 2
    assert wirebeam("verify", root).returncode == 0


def test_a_target_without_a_namespace_is_a_question_of_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="write CATALOG"):
        publish(tmp_path, "local")
