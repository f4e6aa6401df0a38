"""The views: what they hold, that any DuckDB runs them, and that they hold while a writer commits."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import query, views
from pipeline.compact import compact
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.parquet import write_data_file
from pipeline.sinks.partition import PartitionBy
from schemas.arrow import REJECTS, STORIES
from schemas.errors import WirebeamError
from tests.conftest import Command

DAY = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def row(number: int, minutes: int, **values: Any) -> dict[str, Any]:
    """A story with all the columns that may not be null."""
    made = {
        "item_id": f"{number:032x}",
        "uri": f"urn:test:{number}",
        "story_id": f"urn:test:{number}",
        "provider": "tass",
        "source": f"feed/{number}",
        "source_format": "ninjs",
        "time_source": "versioncreated",
        "pub_status": "usable",
        "body_text": "",
        "word_count": 0,
    }
    moment = DAY + dt.timedelta(minutes=minutes)
    return made | dict.fromkeys(("received_at", "ingested_at", "version_created"), moment) | values


def dataset(root: Path, *rows: dict[str, Any], schema: pa.Schema = STORIES, run: str = "one") -> Path:
    """A dataset with one more commit."""
    with Dataset.open(root) as held:
        placed: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for one in rows:
            where = f"date={one['version_created']:%Y-%m-%d}/provider={one['provider']}"
            placed.setdefault(("duplicates" if one.get("duplicate_of") else "stories", where), []).append(one)
        files = []
        for (name, where), own in placed.items():
            own.sort(key=lambda one: one["version_created"])
            table = pa.Table.from_pylist(own, schema)
            files.append(
                write_data_file(
                    held.staging(run), name, where, [table], run_id=run, partition_by=held.partition_by
                )
            )
        held.commit(run, files)
    return root


def count(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    ((found,),) = connection.execute(f"SELECT count(*) FROM {name}").fetchall()
    return int(found)


def test_every_view_has_rows_of_the_samples(news: Path) -> None:
    with query.connect(news) as connection:
        counts = {name: count(connection, name) for name in views.NAMES}
    assert [name for name in counts if not counts[name]] == []


def test_an_empty_dataset_has_every_view_with_the_columns_of_a_full_one(news: Path, tmp_path: Path) -> None:
    empty = dataset(tmp_path / "empty")
    with query.connect(empty) as one, query.connect(news) as other:
        for name in views.NAMES:
            described = [c.execute(f"DESCRIBE {name}").fetchall() for c in (one, other)]
            assert described[0] == described[1]
            assert one.execute(f"SELECT * FROM {name}").fetchall() == []


def test_base_views_have_the_contract(news: Path) -> None:
    with query.connect(news) as connection:
        for name, schema in (("stories", STORIES), ("rejects", REJECTS)):
            found = [c[0] for c in connection.execute(f"DESCRIBE {name}").fetchall()]
            assert found[: len(schema)] == schema.names


def test_partitions_and_row_groups_are_pruned_through_every_view(news: Path) -> None:
    with query.connect(news) as connection:
        for name in ("stories", "entities", "mentions"):
            plan = connection.execute(
                f"EXPLAIN SELECT count(*) FROM {name} WHERE provider = 'reuters'"
            ).fetchall()[0][1]
            files = Dataset.read(news).files("stories")
            own = [file for file in files if "provider=reuters" in file.path]
            assert f"Scanning Files: {len(own)}/{len(files)}" in plan
            assert 0 < len(own) < len(files)


def test_latest_is_the_valid_version(tmp_path: Path) -> None:
    root = dataset(
        tmp_path / "news",
        row(1, 0, headline="first"),
        row(2, 5, story_id="urn:test:1", revision_of="urn:test:1", revision_kind="update", headline="second"),
        row(3, 9, story_id="urn:test:1", revision_of="urn:test:1", revision_kind="advisory", headline="note"),
        row(4, 0, headline="wrong"),
        row(
            5, 5, story_id="urn:test:4", revision_of="urn:test:4", revision_kind="kill", pub_status="canceled"
        ),
        row(6, 0, headline="held back", pub_status="withheld"),
        row(7, 0, headline="known"),
        row(
            8,
            5,
            story_id="urn:test:7",
            embargoed_until=dt.datetime(2999, 1, 1, tzinfo=dt.UTC),
            headline="new",
        ),
        row(9, 0, headline="was under embargo", embargoed_until=DAY),
        row(10, 0, headline="killed by its marker", revision_kind="kill"),
        row(11, 0, headline="under embargo, then killed"),
        row(
            12,
            5,
            story_id="urn:test:11",
            revision_kind="kill",
            pub_status="canceled",
            embargoed_until=dt.datetime(2999, 1, 1, tzinfo=dt.UTC),
        ),
        row(13, 0, uri="urn:test:13", story_id="urn:test:13", version="10", headline="tenth of one minute"),
        row(14, 0, uri="urn:test:13", story_id="urn:test:13", version="9", headline="ninth of one minute"),
    )
    with query.connect(root) as connection:
        found = connection.execute("SELECT headline FROM latest ORDER BY headline").fetchall()
    shown = ["known", "second", "tenth of one minute", "was under embargo"]
    assert [headline for (headline,) in found] == shown


def test_links_name_what_they_lead_to_and_how_long_it_took(tmp_path: Path) -> None:
    root = dataset(
        tmp_path / "news",
        row(1, 0, provider="ap"),
        row(2, 3, story_id="urn:test:1", duplicate_of="urn:test:1", duplicate_kind="near", similarity=0.75),
        row(
            3,
            60,
            uri="urn:test:1",
            story_id="urn:test:1",
            revision_of="urn:test:1",
            revision_kind="correction",
        ),
        row(4, 90, uri="urn:test:1", story_id="urn:test:1", revision_of="urn:test:1", revision_kind="update"),
    )
    with query.connect(root) as connection:
        found = connection.execute(
            "SELECT link, kind, to_item_id, to_provider, lag_seconds FROM links ORDER BY version_created"
        ).fetchall()
    first, third = f"{1:032x}", f"{3:032x}"
    assert found == [
        ("copy", "near", first, "ap", 180.0),
        ("revision", "correction", first, "ap", 3600.0),
        ("revision", "update", third, "tass", 1800.0),
    ]


def test_mentions_give_the_words_and_volume_adds_up(news: Path) -> None:
    with query.connect(news) as connection:
        stray = 'SELECT * FROM mentions WHERE words IS NULL OR len(words) <> "end" - start'
        assert connection.execute(stray).fetchall() == []
        alike = "mentions JOIN entities USING (item_id, type, name) WHERE words = text"
        assert count(connection, alike) >= 100
        sums = connection.execute("SELECT sum(stories), sum(duplicates), sum(rejects) FROM volume").fetchone()
        counts = [count(connection, name) for name in ("stories", "duplicates", "rejects")]
    assert sums == tuple(counts)


def test_the_printed_views_run_in_a_plain_duckdb_from_anywhere(
    news: Path, tmp_path: Path, wirebeam: Command
) -> None:
    done = wirebeam("views", news.name, cwd=news.parent)
    assert done.returncode == 0, done.stderr
    (tmp_path / "news.sql").write_text(done.stdout, "utf-8")
    asked = "; ".join(
        f"print(c.execute('SELECT count(*) FROM {name}').fetchone()[0])" for name in views.NAMES
    )
    code = f"import duckdb; c = duckdb.connect(); c.execute(open('news.sql').read()); {asked}"
    plain = subprocess.run(
        [sys.executable, "-I", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    with query.connect(news) as connection:
        own = [str(count(connection, name)) for name in views.NAMES]
    assert plain.stdout.split() == own


def test_names_with_quotes_are_paths_too(tmp_path: Path) -> None:
    root = dataset(tmp_path / "it's [a] *test*\nDROP", row(1, 0))
    script = views.script(root, DAY)
    with duckdb.connect() as connection:
        connection.execute(script)
        assert connection.execute("SELECT count(*) FROM stories").fetchone() == (1,)


def test_datasets_of_other_partitions_have_their_columns_in_the_right_type(tmp_path: Path) -> None:
    with Dataset.open(tmp_path / "news", partition_by=PartitionBy.parse("month,date,hour")) as held:
        del held
    with query.connect(tmp_path / "news") as connection:
        described = dict(row[:2] for row in connection.execute("DESCRIBE stories").fetchall())
    assert (described["month"], described["hour"], described["provider"]) == ("VARCHAR", "BIGINT", "VARCHAR")


def test_files_of_an_older_schema_read_as_one_with_newer_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = pa.schema([field for field in STORIES if field.name not in ("topics", "link_reason")])
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.sinks.parquet.STORIES", older)
        patch.setattr("pipeline.sinks.parquet.SCHEMA_VERSION", 0)
        root = dataset(tmp_path / "news", row(1, 0), schema=older)
    with query.connect(root) as connection:
        assert connection.execute("SELECT topics, link_reason FROM stories").fetchall() == [(None, None)]
    dataset(root, row(2, 1, link_reason="new"), run="two")
    with query.connect(root) as connection:
        found = connection.execute("SELECT uri, link_reason FROM stories ORDER BY uri").fetchall()
    assert found == [("urn:test:1", None), ("urn:test:2", "new")]


def test_an_answer_as_parquet_through_a_pipe(news: Path, wirebeam: Command) -> None:
    statement = "SELECT uri, dateline, version_created FROM stories ORDER BY uri"
    target = io.BytesIO()
    query.parquet(news, statement, target)
    table = pq.read_table(io.BytesIO(target.getvalue()))
    assert str(table.schema.field("version_created").type) == "timestamp[us, tz=UTC]"
    with query.connect(news) as connection:
        assert len(table) == count(connection, "stories")


def test_nothing_is_fetched_for_a_question(news: Path) -> None:
    with query.connect(news) as connection:
        found = connection.execute("SELECT current_setting('autoinstall_known_extensions')").fetchone()
        assert found == (False,)


def test_nested_values_are_json_in_csv(news: Path, wirebeam: Command) -> None:
    import csv

    done = wirebeam(
        "sql", news, "SELECT entities FROM entities JOIN stories USING (item_id)", "--format", "csv"
    )
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert all(json.loads(one["entities"])[0]["name"] for one in rows)


def test_readers_get_answers_while_a_writer_compacts(news: Path, tmp_path: Path) -> None:
    root = tmp_path / "news"
    shutil.copytree(news, root)
    stop = threading.Event()

    def rewrite() -> None:
        for target in (1, 1 << 20) * 6:
            if not stop.is_set():
                compact(root, target=target)

    with query.connect(root) as connection:
        wanted = connection.execute("SELECT count(*) FROM stories").fetchone()
    writer = threading.Thread(target=rewrite)
    writer.start()
    try:
        answers = [
            query.ask(root, lambda c: query.execute(c, "SELECT count(*) FROM stories").fetchone())
            for _ in range(12)
        ]
    finally:
        stop.set()
        writer.join()
    assert answers == [wanted] * 12


def test_a_file_that_stays_gone_is_said(tmp_path: Path) -> None:
    root = dataset(tmp_path / "news", row(1, 0))
    dataset(root, row(2, 1), run="two")
    gone = Dataset.read(root).files("stories")[0]
    (root / gone.path).unlink()
    with pytest.raises(WirebeamError, match="gone"):
        query.ask(root, lambda c: query.execute(c, "SELECT max(headline) FROM stories").fetchone())
