"""`wirebeam expire`: stories and rejects older than a date are removed, in one commit.

A story goes as a whole, with all its versions and copies, once the newest of them is older: what stays links
to what stays. What expired is forgotten: if it is sent again, it is news.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from pipeline.options import microseconds, new_run_id
from pipeline.order import LINKED, REJECTED, Part, Rows, in_order
from pipeline.rewrite import folder
from pipeline.sinks import commit
from pipeline.sinks.commit import Failpoint
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.manifest import DATASETS, DataFile
from pipeline.sinks.object_files import connect_files
from pipeline.sinks.parquet import file_schema, write_data_file
from pipeline.sinks.storage import Named

_ROWS, _BYTES = 16_384, 32 << 20  # held at once, about
_YOUNG = """
INSERT INTO young
SELECT DISTINCT story_id FROM read_parquet($files, hive_partitioning = false, union_by_name = true)
WHERE version_created >= $before
"""
_STAY = """
SELECT file_row_number FROM read_parquet($file, hive_partitioning = false, file_row_number = true)
WHERE version_created >= $before OR story_id IN (SELECT story_id FROM young)
ORDER BY file_row_number
"""
_STAY_REJECTED = """
SELECT file_row_number FROM read_parquet($file, hive_partitioning = false, file_row_number = true)
WHERE received_at >= $before ORDER BY file_row_number
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was removed.

    Attributes:
        rows: by dataset, rows removed.
        files: files removed.
        rewritten: files written anew for the rows that stay.
        bytes: the dataset's size before and after.
    """

    rows: dict[str, int]
    files: int
    rewritten: int
    bytes: tuple[int, int]


def expire(output: Named, before: dt.datetime, *, failpoint: Failpoint = commit.nothing) -> Outcome:
    """Remove stories whose newest version or copy, and rejects that, are older than a time.

    Args:
        output: the dataset's folder.
        before: the time, of `version_created`; of `received_at` for rejects.
        failpoint: called with each step's name once it is done; tests crash here.

    Raises:
        WirebeamError: there is no dataset, another run is writing, or a file could not be read or written.
            Nothing was removed then, unless the message says so.
    """
    run_id = new_run_id(dt.datetime.now(dt.UTC))
    with Dataset.open(output, create=False, failpoint=failpoint) as dataset:
        snapshot = dataset.snapshot()
        everything = [file for name in DATASETS for file in snapshot.files(name)]
        old = [file for file in everything if file.min_time < microseconds(before)]
        added: list[DataFile] = []
        removed: list[DataFile] = []
        try:
            for file, stay in _staying(dataset, everything, old, before):
                if len(stay) == file.rows:
                    continue
                removed.append(file)
                if len(stay):
                    added.append(_rewritten(dataset, file, stay, run_id))
                    failpoint("written")
            rows = {
                name: sum(file.rows for file in removed if file.dataset == name)
                - sum(file.rows for file in added if file.dataset == name)
                for name in DATASETS
            }
        except BaseException:
            dataset.discard(run_id)
            raise
        if removed:
            dataset.commit(
                run_id,
                added,
                removed=[file.path for file in removed],
                counts={"expired": sum(rows.values())},
                failpoint=failpoint,
            )
            dataset.discard(run_id)
    size = sum(file.bytes for file in everything)
    left = size - sum(file.bytes for file in removed) + sum(file.bytes for file in added)
    return Outcome(rows, len(removed), len(added), (size, left))


def _staying(
    dataset: Dataset, everything: Sequence[DataFile], old: Sequence[DataFile], before: dt.datetime
) -> list[tuple[DataFile, Rows]]:
    """The files that may lose rows, and the numbers of the rows that stay."""
    found = []
    with duckdb.connect() as connection:
        connect_files(connection, dataset.root)
        young = [
            str(dataset.root / file.path)
            for file in everything
            if file.dataset != "rejects" and file.max_time >= microseconds(before)
        ]
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE TEMP TABLE young (story_id VARCHAR)")
        if young:
            connection.execute(_YOUNG, {"files": young, "before": before})
        for file in old:
            statement = _STAY_REJECTED if file.dataset == "rejects" else _STAY
            asked = {"file": str(dataset.root / file.path), "before": before}
            rows = connection.execute(statement, asked).fetchnumpy()["file_row_number"]
            found.append((file, np.asarray(rows, np.int64)))
    return found


def _rewritten(dataset: Dataset, file: DataFile, stay: Rows, run_id: str) -> DataFile:
    keys = REJECTED if file.dataset == "rejects" else LINKED
    schema = file_schema(file.dataset, dataset.partition_by)
    return write_data_file(
        dataset.staging(run_id),
        file.dataset,
        folder(file),
        in_order([Part(dataset.root / file.path, stay)], keys, schema, _ROWS, _BYTES),
        run_id=run_id,
        partition_by=dataset.partition_by,
        salt=run_id,
    )
