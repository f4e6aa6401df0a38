"""A dataset asked in SQL: DuckDB with the dataset's views, times in UTC."""

from __future__ import annotations

import contextlib
import functools
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, TypeVar

import duckdb

from pipeline.sinks.dataset import Dataset
from pipeline.sinks.object_files import connect_files
from pipeline.sinks.storage import Named
from pipeline.views import statements
from schemas.errors import WirebeamError

_TRIES = 4
_T = TypeVar("_T")


class FileGone(WirebeamError):
    """A file that a view lists is no longer there: a writer replaced it meanwhile."""


def connect(output: Named) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with the views of `pipeline.views`, times in UTC.

    The views hold what manifests list: a file that a crash left behind is not seen.

    Raises:
        WirebeamError: `output` is no dataset.
    """
    dataset = Dataset.read(output)
    # What a question needs and is not installed is said, not fetched.
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    connect_files(connection, dataset.root)
    connection.execute("SET TimeZone = 'UTC'")
    for _, statement in statements(dataset.snapshot()):
        execute(connection, statement)
    return connection


def execute(
    connection: duckdb.DuckDBPyConnection, statement: str, parameters: Mapping[str, Any] | None = None
) -> duckdb.DuckDBPyConnection:
    """Run a statement.

    Raises:
        FileGone: a file is gone.
        WirebeamError: DuckDB refuses it; its own message says why, in one line.
    """
    return _explained(lambda: connection.execute(statement, parameters))


def ask(output: Named, call: Callable[[duckdb.DuckDBPyConnection], _T]) -> _T:
    """What `call` makes of a connection; called again where a writer replaced files while they were read.

    Args:
        output: the dataset's folder.
        call: asks the dataset, and takes the whole answer.

    Raises:
        WirebeamError: `output` is no dataset, DuckDB refuses a statement, or a file stays gone.
    """
    for _ in range(_TRIES - 1):
        with contextlib.suppress(FileGone), connect(output) as connection:
            return _explained(functools.partial(call, connection))
    with connect(output) as connection:
        return _explained(functools.partial(call, connection))


def parquet(output: Named, statement: str, target: IO[bytes]) -> None:
    """The answer to a statement as a Parquet file, zstd; nothing is written before the whole answer is there.

    Args:
        output: the dataset's folder.
        statement: SQL that gives rows.
        target: where the bytes go; a pipe will do.

    Raises:
        WirebeamError: as `ask`, or the statement gives no rows.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answer.parquet"

        def write(connection: duckdb.DuckDBPyConnection) -> None:
            relation = connection.sql(statement)
            if relation is None:
                raise WirebeamError("this statement gives no rows to write")
            relation.write_parquet(str(path), compression="zstd")

        ask(output, write)
        with path.open("rb") as answer:
            shutil.copyfileobj(answer, target)


def _explained(call: Callable[[], _T]) -> _T:
    try:
        return call()
    except duckdb.IOException as error:
        raise FileGone(
            "a file of the dataset is gone or cannot be read: if it was compacted meanwhile, ask again "
            f"({' '.join(str(error).split())})"
        ) from None
    except duckdb.Error as error:
        raise WirebeamError("SQL: " + " ".join(str(error).split("\n\n")[0].split())) from None
