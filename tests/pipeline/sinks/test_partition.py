"""Which folder a row belongs to."""

from __future__ import annotations

import datetime as dt
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sinks.partition import NULL, TIMES, PartitionBy, rejects_path, values
from schemas.errors import ItemError, WirebeamError
from tests.pipeline.sinks import rows

EPOCH = dt.datetime(1970, 1, 1)


@pytest.mark.parametrize("text", ["date,colour", "date,date", "hour", "hour,date", "provider,hour"])
def test_keys_that_cannot_be(text: str) -> None:
    with pytest.raises(WirebeamError, match="--partition-by"):
        PartitionBy.parse(text)


def test_keys() -> None:
    keys = PartitionBy.parse(" month, date,hour ,provider,source_format,language")
    assert keys.columns == ("provider", "source_format", "language")
    made = rows.item(1, version_created=-1, provider="dpa", source_format="nitf", language=None)
    assert keys.of_item(made) == (
        f"month=1969-12/date=1969-12-31/hour=23/provider=dpa/source_format=nitf/language={NULL}"
    )
    assert PartitionBy.parse(["date"]) == PartitionBy(("date",))
    assert PartitionBy(()).of_item(made) == ""


@given(st.integers(TIMES.start, TIMES.stop - 1), st.text(min_size=1))
def test_a_folder_tells_its_day_and_value(time: int, provider: str) -> None:
    try:
        provider.encode()
    except UnicodeEncodeError:
        return
    folder = PartitionBy().path(time, {"provider": provider}.get)
    day, value = folder.split("/")
    moment = EPOCH + dt.timedelta(microseconds=time)
    assert day == f"date={moment.date().isoformat()}"
    assert unquote(value.removeprefix("provider=")) == provider
    assert rejects_path(time) == day
    if provider != NULL:
        assert values(f"stories/{folder}/x.parquet") == {
            "date": moment.date().isoformat(),
            "provider": provider,
        }


@pytest.mark.parametrize("time", [TIMES.start - 1, TIMES.stop, 2**63, -(2**63)])
def test_times_beyond_the_calendar(time: int) -> None:
    with pytest.raises(ItemError):
        PartitionBy().path(time, {"provider": "ap"}.get)
    with pytest.raises(ItemError):
        rejects_path(time)


def test_a_table_and_its_items_agree() -> None:
    from pipeline.sinks.columns import to_table

    items = [rows.item(n, provider=f"p{n % 3}", language=None if n % 2 else "en") for n in range(50)]
    table = to_table(items, [b""] * 50)
    for text in ("date,provider", "hour", "", "language,month"):
        keys = PartitionBy(tuple(text.split(",")) if text else ())
        assert keys.of_table(table) == [keys.of_item(item) for item in items]
