"""Rows of several files in one order: all at once or in slices, whole or between two times."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.order import Part, at_once, in_order
from schemas.errors import WirebeamError

KEYS = ("time", "uri")
SCHEMA = pa.schema([("time", pa.int64()), ("uri", pa.string()), ("more", pa.string())])


@pytest.fixture
def parts(tmp_path: Path) -> list[Part]:
    """Four files, many rows of one time; the last has no column `more`."""
    draw = random.Random(8)
    made = []
    for number in range(4):
        times = sorted(draw.randrange(40) for _ in range(70))
        columns: dict[str, Any] = {"time": times, "uri": [f"u{draw.randrange(10**6)}" for _ in times]}
        if number < 3:
            columns["more"] = [f"{number}/{row}" for row in range(len(times))]
        path = tmp_path / f"{number}.parquet"
        pq.write_table(pa.table(columns), path, row_group_size=16)
        made.append(Part(path))
    return made


@pytest.mark.parametrize("between", [(0, 99), (7, 21), (13, 13), (50, 60)])
@pytest.mark.parametrize("rows", [1, 9, 1000])
def test_slices_say_what_all_at_once_says(parts: list[Part], between: tuple[int, int], rows: int) -> None:
    every = [row for part in parts for row in pq.read_table(part.path).to_pylist()]
    wanted = sorted(
        ((row["time"], row["uri"]) for row in every if between[0] <= row["time"] <= between[1]),
    )
    whole = at_once(parts, KEYS, SCHEMA, between)
    assert [(row["time"], row["uri"]) for row in whole.to_pylist()] == wanted
    tables = list(in_order(parts, KEYS, SCHEMA, rows, between=between))
    assert [row for table in tables for row in table.to_pylist()] == whole.to_pylist()
    for row in whole.to_pylist():
        there = pq.read_table(parts[row["part"]].path).slice(row["row"], 1).to_pylist()[0]
        assert (there["time"], there["uri"], there.get("more")) == (row["time"], row["uri"], row["more"])


def test_a_damaged_file_is_named(parts: list[Part]) -> None:
    data = parts[1].path.read_bytes()
    parts[1].path.write_bytes(data[: len(data) // 2])
    with pytest.raises(WirebeamError, match=r"1\.parquet"):
        at_once(parts, KEYS, SCHEMA, (0, 99))
    with pytest.raises(WirebeamError, match=r"1\.parquet"):
        list(in_order(parts, KEYS, SCHEMA, 9))


def test_nothing_gives_nothing() -> None:
    assert len(at_once([], KEYS, SCHEMA, (0, 1))) == 0
    assert list(in_order([], KEYS, SCHEMA, 9)) == []
