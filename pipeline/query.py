"""A dataset as DuckDB views: `stories`, `duplicates`, `rejects`, `latest`, over the files it committed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb

from pipeline.sinks.dataset import Dataset
from schemas import arrow
from schemas.errors import WirebeamError

_SCHEMAS = {"stories": arrow.STORIES, "duplicates": arrow.STORIES, "rejects": arrow.REJECTS}


def connect(output: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with the dataset's views, times in UTC.

    The views hold what manifests list: a file that a crash left behind is not seen.

    Raises:
        WirebeamError: `output` is no dataset.
    """
    dataset = Dataset.read(output)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for name, schema in _SCHEMAS.items():
        files = [str(dataset.root / file.path) for file in dataset.files(name)]
        if files:
            listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
            connection.execute(
                f"CREATE VIEW {name} AS SELECT * FROM read_parquet("
                f"[{listed}], hive_partitioning = true, union_by_name = true)"
            )
        else:
            connection.register(f"no_{name}", schema.empty_table())
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM no_{name}")
    connection.execute(resources.files("pipeline").joinpath("sql/latest.sql").read_text("utf-8"))
    return connection


def execute(
    connection: duckdb.DuckDBPyConnection, statement: str, parameters: Mapping[str, Any] | None = None
) -> duckdb.DuckDBPyConnection:
    """Run a statement.

    Raises:
        WirebeamError: DuckDB refuses it; its own message says why, in one line. Or a file is gone.
    """
    try:
        return connection.execute(statement, parameters)
    except duckdb.IOException as error:
        raise WirebeamError(
            "a file of the dataset is gone or cannot be read: if it was compacted meanwhile, ask again "
            f"({' '.join(str(error).split())})"
        ) from None
    except duckdb.Error as error:
        raise WirebeamError("SQL: " + " ".join(str(error).split("\n\n")[0].split())) from None
