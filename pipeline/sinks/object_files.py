"""Objects as DuckDB reads them: by our own clients, so that it fetches no extension at run time."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import duckdb

from pipeline.sinks.objects import ObjectPath
from pipeline.sinks.storage import Location
from schemas.errors import WirebeamError

_BUFFER = 1 << 20  # bytes of a request at the least


def connect_files(connection: duckdb.DuckDBPyConnection, root: Location) -> None:
    """Let a connection read the files of a dataset, wherever it lies.

    Args:
        connection: of DuckDB.
        root: the dataset's folder.

    Raises:
        WirebeamError: the extra for object stores is not installed.
    """
    if not isinstance(root, ObjectPath):
        return
    try:
        from fsspec import AbstractFileSystem
    except ImportError as error:
        raise WirebeamError(f"{root}: needs the extra s3 or gcp ({error})") from None

    scheme = root.scheme

    class ObjectFiles(AbstractFileSystem):
        protocol = scheme

        def _open(self, path: str, mode: str = "rb", **_: Any) -> io.BufferedReader:
            return io.BufferedReader(_path(path).open(mode), _BUFFER)

        def info(self, path: str, **_: Any) -> dict[str, Any]:
            return {"name": path, "size": _path(path).size(), "type": "file"}

        def modified(self, path: str) -> dt.datetime:
            return dt.datetime.fromtimestamp(0, dt.UTC)  # what a dataset names is written once

        def glob(self, path: str, **_: Any) -> list[str]:
            return [path]  # names with wildcards are not asked for

    def _path(path: str) -> ObjectPath:
        found = ObjectPath.parse(path if "://" in path else f"{scheme}://{path}")
        if found is None:
            raise FileNotFoundError(path)
        return found

    connection.register_filesystem(ObjectFiles())
