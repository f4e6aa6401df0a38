"""Staged rows come back as they were, one by one, whatever the order."""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sinks.columns import array, to_table
from pipeline.sinks.partition import PartitionBy
from pipeline.sinks.staging import (
    BATCH_ROWS,
    Staging,
    read_rows,
    reject_id,
    stage_items,
    stage_rejects,
    write_table,
)
from schemas.arrow import AUTHOR, ENTITY, REJECTS, STAGED
from schemas.errors import Code, ItemError, Reject, Stage, WirebeamError
from schemas.item import Author, Dateline, Entity, Link, Mention, Place, Subject
from tests.pipeline.sinks import rows

KEYS = PartitionBy()


def test_every_field_of_an_item_reaches_its_column() -> None:
    item = rows.item(
        1,
        authors=(Author("A. Writer", role="writer"), Author("B. Editor", location="ROME")),
        dateline=Dateline("ROME, May 1", "ROME", (Place("Rome", "city", "IT", candidates=3),), 12_000, "day"),
        subjects=(Subject("medtop", "04000000", "economy"),),
        keywords=("one", "two"),
        urgency=4,
        embargoed_until=1_000_000,
    )
    (row,) = to_table([item], [b"print"]).to_pylist()
    assert row["authors"][1] == {
        "name": "B. Editor", "role": None, "organisation": None, "jobtitle": None, "location": "ROME",
    }  # fmt: skip
    assert row["dateline"]["places"][0]["candidates"] == 3
    assert row["dateline"]["date"].isoformat() == "2002-11-09"
    assert row["version_created"].isoformat() == "1970-01-01T01:00:00+00:00"
    assert row["embargoed_until"].isoformat() == "1970-01-01T00:00:01+00:00"
    assert row["fingerprint"] == b"print"
    plain = {name: value for name, value in dataclasses.asdict(item).items() if isinstance(value, str)}
    assert {name: row[name] for name in plain} == plain
    assert to_table([], []).schema == STAGED


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
maybe = st.none() | texts
authors = st.builds(Author, texts, maybe, maybe, maybe, maybe)
links = st.builds(Link, texts, texts, st.none() | st.just(0.5))
mentions = st.builds(Mention, st.just("body_text"), st.integers(0, 9), st.integers(0, 9))
entities = st.builds(
    Entity, texts, texts, texts, st.lists(mentions, max_size=3), st.none() | st.just(0.25),
    st.none(), maybe, st.lists(links, max_size=2),
)  # fmt: skip


@given(st.lists(st.none() | st.lists(authors, max_size=3)), st.lists(st.lists(entities, max_size=2)))
def test_nested_values_are_what_pyarrow_makes_of_dicts(
    people: list[list[Author] | None], found: list[list[Entity]]
) -> None:
    for values, type_ in ((people, pa.list_(AUTHOR)), (found, pa.list_(ENTITY))):
        dicts = [None if value is None else [dataclasses.asdict(one) for one in value] for value in values]
        made = array(values, type_)
        made.validate(full=True)
        assert made.to_pylist() == pa.array(dicts, type_).to_pylist()
    flat = [None, *(one for value in people if value for one in value)]
    assert array(flat, AUTHOR).to_pylist() == [one and dataclasses.asdict(one) for one in flat]


def test_half_a_character_costs_itself_alone() -> None:
    assert array(["a\ud800b", None, "c"], pa.string()).to_pylist() == ["a?b", None, "c"]


def test_rows_are_found_where_staging_said(tmp_path: Path) -> None:
    order = random.Random(5).sample(range(1000), 1000)
    items = [rows.item(n, provider=f"p{n % 3}", body_text=f"text {n}") for n in order]
    staged = stage_items(tmp_path, items, [str(n).encode() for n in order], KEYS)
    assert staged.ids == tuple(item.item_id for item in items)
    assert staged.partitions == tuple(KEYS.of_item(item) for item in items)
    assert staged.bytes == Path(staged.path).stat().st_size
    wanted = [0, 999, 500, 500, 256, 255, 7]
    table = read_rows(staged.path, [staged.rows[n] for n in wanted])
    assert table.schema == STAGED
    assert table["body_text"].to_pylist() == [f"text {order[n]}" for n in wanted]
    assert table["fingerprint"].to_pylist() == [str(order[n]).encode() for n in wanted]
    everything = read_rows(staged.path, range(1000))
    key = list(
        zip(KEYS.of_table(everything), everything["version_created"].to_pylist(), everything["uri"].to_pylist(),
            strict=True)
    )  # fmt: skip
    assert key == sorted(key)
    assert read_rows(staged.path, []).num_rows == 0
    for beyond in (1000, 1023, 1024, -1):
        with pytest.raises((IndexError, pa.ArrowIndexError)):
            read_rows(staged.path, [beyond])


def test_a_repeated_bundle_replaces_its_own_file(tmp_path: Path) -> None:
    items = [rows.item(n) for n in range(10)]
    first = stage_items(tmp_path, items, [b""] * 10, KEYS)
    again = stage_items(tmp_path, items[::-1], [b""] * 10, KEYS)
    assert first.path == again.path
    assert again.rows == first.rows[::-1]
    # The same items from elsewhere are other rows.
    other = stage_items(
        tmp_path, [dataclasses.replace(item, source="/other") for item in items], [b""] * 10, KEYS
    )
    assert other.path != first.path
    assert len(list(tmp_path.iterdir())) == 2


def test_files_of_bounded_size(tmp_path: Path) -> None:
    staging = Staging(tmp_path / "new", KEYS, max_rows=3, max_bytes=1000)
    assert [staging.add(rows.item(n), b"") for n in range(3)] == [False, False, True]
    assert len(staging.flush().rows) == 3
    assert staging.add(rows.item(4, body_text="x" * 990), b"1234567890")
    assert len(staging.flush().rows) == 1
    assert staging.flush() == type(staging.flush())("", (), (), (), 0)
    assert len(list((tmp_path / "new").iterdir())) == 2


@pytest.mark.parametrize(
    "values",
    [
        {"urgency": 200},
        {"wire_word_count": 2**40},
        {"revision": -(2**31) - 1},
        {"version_created": 2**62},
        {"first_created": -(2**62)},
        {"dateline": Dateline("X", date=2**31)},
    ],
)
def test_numbers_no_column_can_hold_cost_their_item_alone(tmp_path: Path, values: dict[str, Any]) -> None:
    staging = Staging(tmp_path, KEYS)
    staging.add(rows.item(1), b"")
    with pytest.raises(ItemError):
        staging.add(rows.item(2, **values), b"")
    assert staging.flush().ids == (f"{1:032x}",)


def test_rejects(tmp_path: Path) -> None:
    rejects = [
        Reject("/raw/b", "parse", "xml_broken", "line 3", b"<a", 5_000_000, "nitf"),
        Reject("/raw/a", "expand", "empty", "no bytes", b""),
        Reject("/raw/\udcff", "parse", "format_unknown", "?", b"\xff" * 100, 90_000_000_000),
    ]
    staged = stage_rejects(tmp_path, rejects, run_id="run", now=7_000_000)
    assert staged.partitions == ("date=1970-01-01", "date=1970-01-01", "date=1970-01-02")
    table = read_rows(staged.path, staged.rows)
    assert table.schema == REJECTS
    assert table["raw"].to_pylist() == [b"<a", b"", b"\xff" * 100]
    assert table["received_at"].cast(pa.int64()).to_pylist() == [5_000_000, 7_000_000, 90_000_000_000]
    assert table["reject_id"].to_pylist() == list(staged.ids) == [reject_id(reject) for reject in rejects]
    assert stage_rejects(tmp_path, [], run_id="run", now=0).rows == ()


def test_a_reject_is_known_by_what_and_why_not_by_when() -> None:
    one = Reject("/a", "parse", "empty", "message", b"raw", 1)
    assert reject_id(one) == reject_id(dataclasses.replace(one, received_at=2, message="other"))
    others = [
        dataclasses.replace(one, **change)
        for change in ({"source": "/b"}, {"stage": "expand"}, {"code": "x"}, {"raw": b""})
    ]
    moved = dataclasses.replace(one, source="/ap", stage="arse")
    assert len({reject_id(made) for made in (one, moved, *others)}) == 6


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WirebeamError) as caught:
        stage_items(tmp_path / "file", [rows.item(1)], [b""], KEYS)
    assert "\n" not in str(caught.value)


def test_two_empty_items_of_one_message_are_two_rejects() -> None:
    first = Reject("file:///m.xml", Stage.NORMALIZE, Code.NO_CONTENT, "item #2: neither", b"<m/>")
    second = dataclasses.replace(first, message="item #3: neither")
    assert reject_id(first) != reject_id(second)
    assert reject_id(first) == reject_id(dataclasses.replace(first, received_at=2))
    broken = dataclasses.replace(first, code=Code.INTERNAL, message="at 0x1")
    assert reject_id(broken) == reject_id(dataclasses.replace(broken, message="at 0x2"))


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.integers(2 * BATCH_ROWS, 4 * BATCH_ROWS))
def test_rows_that_were_picked_out_are_found_by_their_numbers(
    tmp_path_factory: pytest.TempPathFactory, seed: int, count: int
) -> None:
    """A table that was filtered has chunks of any size: the file must not."""
    chance, folder = random.Random(seed), tmp_path_factory.mktemp("picked")
    picked = [chance.random() < 0.9 for _ in range(count)]
    whole, _ = write_table(pa.table({"n": range(count)}), folder, "whole")
    with pa.memory_map(whole) as source:
        some = pa.ipc.open_file(source).read_all().filter(pa.array(picked))
        path, _ = write_table(some, folder, "some")
    wanted = [number for number, one in enumerate(picked) if one]
    assert read_rows(path, range(len(wanted))).column("n").to_pylist() == wanted
