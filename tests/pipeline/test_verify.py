"""Every promise, broken on purpose in a dataset that keeps them all, is found, and nothing else is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

from pipeline.merge import merge
from pipeline.sinks import snapshot
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.partition import PartitionBy
from pipeline.verify import verify
from schemas.errors import WirebeamError
from tests.pipeline.sinks import rows

HOUR = 3_600_000_000
COPY = {"story_id": "urn:example:1", "duplicate_of": "urn:example:1", "duplicate_kind": "exact"}
NAMED = {
    "body_text": "Über Zürich",
    "headline": "Rom",
    "entities": [
        {"type": "GPE", "text": "Zürich", "mentions": [{"field": "body_text", "start": 5, "end": 11}]},
        {"type": "GPE", "text": "Rom", "mentions": [{"field": "headline", "start": 0, "end": 3}]},
        {"type": "GPE", "text": "Rom", "mentions": []},
        {"type": "GPE", "text": "Rom", "mentions": None},
    ],
}


def write(
    root: Path,
    stories: list[dict[str, Any]],
    duplicates: list[dict[str, Any]] | None = None,
    rejects: list[dict[str, Any]] | None = None,
    counts: dict[str, int] | None = None,
    keys: str = "date,provider",
) -> Path:
    made = {"stories": stories, "duplicates": duplicates or [], "rejects": rejects or []}
    with Dataset.open(root, partition_by=PartitionBy.parse(keys)) as dataset:
        run_id = f"run{dataset.snapshot().sequence}"
        files = [file for name, held in made.items() for file in rows.stage(dataset, run_id, held, name)]
        outcomes = {name: len(held) for name, held in made.items()} | {"redelivered": 0}
        counts = {"read": sum(outcomes.values()), **outcomes, **(counts or {})}
        dataset.commit(run_id, files, counts=counts)
        dataset.write_report(run_id, {"run_id": run_id, "counts": counts})
    return root


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    rejects = [{"reject_id": f"{n:032x}", "received_at": n * HOUR} for n in (7, 80)]
    write(tmp_path, [rows.row(1, **NAMED), rows.row(5), rows.row(30)], [rows.row(2, **COPY)], rejects)
    revision = rows.row(40, uri="urn:example:1", story_id="urn:example:1", revision_of="urn:example:1")
    same_item = rows.row(2, **COPY) | {"source": "/from/elsewhere"}
    made_up = rows.row(
        41, uri="urn:example:30", story_id=f"urn:example:30#{41:032x}"[: len("urn:example:30#") + 12]
    )
    write(tmp_path, [revision, made_up], [same_item], counts={"read": 5, "redelivered": 2})
    return tmp_path


def broken(root: Path) -> set[str]:
    found = verify(root)
    assert all("\n" not in one.message for one in found)
    return {one.promise for one in found}


def test_a_dataset_that_keeps_its_promises(whole: Path) -> None:
    assert verify(whole) == []


def merged_meanwhile(monkeypatch: pytest.MonkeyPatch, root: Path, times: int) -> list[int]:
    """Have small files merged as soon as it is known which there are, the first so many times."""
    merges: list[int] = []
    take, busy = snapshot.take, False

    def taken(*given: Any, **options: Any) -> Any:
        nonlocal busy
        found = take(*given, **options)
        if not busy and len(merges) < times:
            busy = True
            write(root, [rows.row(200 + len(merges))])
            with Dataset.open(root) as dataset:
                made = merge(dataset, f"merge{len(merges)}", 2)
                assert made is not None
                merges.append(made.sequence)
            busy = False
        return found

    monkeypatch.setattr(snapshot, "take", taken)
    return merges


def test_files_that_go_while_they_are_read_are_looked_for_where_they_went(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a stream does, which merges small files every few seconds."""
    merges = merged_meanwhile(monkeypatch, whole, 2)
    assert verify(whole) == []
    assert len(merges) == 2


def test_a_dataset_that_never_rests_is_not_judged(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    merged_meanwhile(monkeypatch, whole, 100)
    with pytest.raises(WirebeamError, match="changed while it was read"):
        verify(whole)


@pytest.mark.parametrize("keys", ["", "month", "date,hour", "provider,language", "source_format,date"])
def test_whatever_the_partitions(tmp_path: Path, keys: str) -> None:
    stories = [rows.row(n, language="de" if n % 2 else None, source_format="nitf") for n in range(60)]
    assert verify(write(tmp_path, stories, keys=keys)) == []


def test_an_empty_dataset_and_none(tmp_path: Path) -> None:
    with pytest.raises(WirebeamError, match="no Wirebeam dataset"):
        verify(tmp_path)
    Dataset.open(tmp_path).close()
    assert verify(tmp_path) == []


@pytest.mark.parametrize(
    ("promise", "stories", "duplicates"),
    [
        ("unique", [rows.row(1), rows.row(30, item_id=f"{1:032x}")], []),
        ("unique", [rows.row(1)], [rows.row(30, item_id=f"{1:032x}", **COPY)]),
        ("linked", [rows.row(1)], [rows.row(2, **COPY | {"duplicate_of": "urn:example:9"})]),
        ("linked", [rows.row(1), rows.row(5)], [rows.row(2, **COPY | {"duplicate_of": "urn:example:5"})]),
        ("linked", [rows.row(1)], [rows.row(2, **COPY | {"duplicate_of": None})]),
        ("linked", [rows.row(1)], [rows.row(2, **COPY | {"duplicate_kind": "alike"})]),
        ("linked", [rows.row(1)], [rows.row(2, **COPY | {"duplicate_kind": None})]),
        (
            "linked",
            [rows.row(1)],
            [rows.row(2, **COPY), rows.row(3, **COPY | {"duplicate_of": "urn:example:2"})],
        ),
        ("linked", [rows.row(1), rows.row(2, **COPY)], []),
        ("linked", [rows.row(1, revision_of="urn:example:9")], []),
        ("linked", [rows.row(1, revision_of="urn:example:2"), rows.row(2)], []),
        ("linked", [rows.row(1, story_id="urn:example:9")], []),
        ("mentions", [rows.row(1, **NAMED | {"body_text": "Über Züric"})], []),
        ("mentions", [rows.row(1, **NAMED | {"headline": None})], []),
        ("mentions", [rows.row(1, entities=[{"mentions": [{"field": "body", "start": 0, "end": 0}]}])], []),
        (
            "mentions",
            [
                rows.row(
                    1, body_text="ab", entities=[{"mentions": [{"field": "body_text", "start": 1, "end": 1}]}]
                )
            ],
            [],
        ),
        (
            "mentions",
            [
                rows.row(
                    1,
                    body_text="ab",
                    entities=[{"mentions": [{"field": "body_text", "start": -1, "end": 1}]}],
                )
            ],
            [],
        ),
        (
            "mentions",
            [rows.row(1, entities=[{"mentions": [{"field": None, "start": None, "end": None}]}])],
            [],
        ),
    ],
)
def test_rows_that_break_a_promise(
    tmp_path: Path, promise: str, stories: list[dict[str, Any]], duplicates: list[dict[str, Any]]
) -> None:
    assert broken(write(tmp_path, stories, duplicates)) == {promise}


def test_a_reject_kept_twice(tmp_path: Path) -> None:
    rejects = [{"reject_id": "a" * 32, "received_at": n * HOUR} for n in (7, 80)]
    assert broken(write(tmp_path, [], [], rejects)) == {"unique"}


def a_file(root: Path, name: str = "stories") -> Path:
    return sorted((root / name).rglob("*.parquet"))[0]


def relist(root: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Changes what the first manifest says of the first story file."""
    path = root / "_manifests" / "00000001.json"
    value = orjson.loads(path.read_bytes())
    change(next(file for file in value["added"] if file["dataset"] == "stories"))
    path.write_bytes(orjson.dumps(value))


def rewrite(path: Path, change: Callable[[Any], Any], keep_marks: bool = True) -> None:
    table = change(pq.ParquetFile(path).read())
    if not keep_marks:
        table = table.replace_schema_metadata(None)
    pq.write_table(table, path)


def flip(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 0xFF
    path.write_bytes(data)


def test_files_that_are_gone_cut_or_damaged(whole: Path) -> None:
    path = a_file(whole)
    data = path.read_bytes()
    path.unlink()
    assert "files" in broken(whole)
    path.write_bytes(data[:-100])
    assert "files" in broken(whole)
    path.write_bytes(data + b"x")
    assert "files" in broken(whole)
    path.write_bytes(b"")
    assert "files" in broken(whole)
    path.write_bytes(data)
    assert verify(whole) == []
    for column in (0, 10, 40):  # one bit of one page
        group = pq.read_metadata(path).row_group(0).column(column)
        flip(path, group.data_page_offset + group.total_compressed_size - 1)
        assert "files" in broken(whole)
        path.write_bytes(data)


def test_a_file_that_no_manifest_lists(whole: Path) -> None:
    (whole / "duplicates" / "date=2024-01-01").mkdir()
    (whole / "duplicates" / "date=2024-01-01" / "x.parquet").touch()
    (whole / "stories" / ".nfs0001").touch()
    assert [(one.promise, one.where) for one in verify(whole)] == [
        ("files", "duplicates/date=2024-01-01/x.parquet")
    ]


def test_what_a_manifest_says_of_a_file(whole: Path) -> None:
    relist(whole, lambda file: file.update(rows=file["rows"] + 1))
    assert broken(whole) == {"rows", "accounted"}
    relist(whole, lambda file: file.update(rows=file["rows"] - 1, min_time=file["min_time"] + 1))
    assert broken(whole) == {"times"}
    relist(whole, lambda file: file.update(min_time=file["min_time"] - 1, max_time=file["max_time"] + 1))
    assert broken(whole) == {"times"}


def resized(path: Path, root: Path) -> None:
    relist(root, lambda file: file.update(bytes=path.stat().st_size))


def test_schema_order_and_folder_of_a_file(whole: Path) -> None:
    path = whole / sorted(file.path for file in Dataset.read(whole).files("stories"))[0]
    data = path.read_bytes()

    def after(change: Callable[[Any], Any], keep_marks: bool = True) -> set[str]:
        path.write_bytes(data)
        rewrite(path, change, keep_marks)
        resized(path, whole)
        return broken(whole) - {"linked"}  # rows of a file with another schema are not asked for

    assert after(lambda table: table) == set()
    assert after(lambda table: table.drop_columns(["headline"])) == {"schema"}
    assert after(lambda table: table.append_column("more", table["uri"])) == {"schema"}
    assert after(lambda table: table, keep_marks=False) == {"schema"}
    retyped = lambda table: table.set_column(  # noqa: E731
        table.schema.get_field_index("urgency"), "urgency", table["urgency"].cast("int32")
    )
    assert after(retyped) == {"schema"}
    assert after(lambda table: table.take([1, 0])) == {"times"}


def test_a_file_in_the_wrong_folder(whole: Path) -> None:
    path = a_file(whole)
    moved = Path(str(path).replace("date=1970-01-01", "date=1971-01-01"))
    moved.parent.mkdir(parents=True)
    path.rename(moved)
    relist(whole, lambda file: file.update(path=moved.relative_to(whole).as_posix()))
    assert broken(whole) == {"partitions"}


def test_manifests(whole: Path) -> None:
    path = whole / "_manifests" / "00000001.json"
    data = path.read_bytes()
    path.write_bytes(b"{}")
    assert broken(whole) == {"manifests"}
    path.unlink()
    assert broken(whole) == {"manifests"}
    value = orjson.loads(data)
    path.write_bytes(orjson.dumps(value | {"live": []}))
    assert broken(whole) == {"manifests"}


@pytest.mark.parametrize("name", ["read", "stories", "redelivered"])
def test_counts_that_do_not_add_up(whole: Path, name: str) -> None:
    path = whole / "_runs" / "run0.json"
    value = orjson.loads(path.read_bytes())
    value["counts"][name] += 1
    path.write_bytes(orjson.dumps(value))
    assert broken(whole) == {"accounted"}


def test_counts_that_add_up_and_are_not_true(whole: Path) -> None:
    path = whole / "_runs" / "run0.json"
    value = orjson.loads(path.read_bytes())
    value["counts"]["read"] += 1
    value["counts"]["stories"] += 1
    path.write_bytes(orjson.dumps(value))
    assert broken(whole) == {"accounted"}
    path.write_bytes(b"[]")
    assert broken(whole) == {"accounted"}
    path.unlink()  # killed after the commit: the manifest still has the counts
    assert broken(whole) == set()


def test_a_commit_that_claims_more_than_it_adds(tmp_path: Path) -> None:
    write(tmp_path, [rows.row(1)], counts={"read": 2, "stories": 2})
    assert broken(tmp_path) == {"accounted"}


def test_upkeep_says_what_it_removes(tmp_path: Path) -> None:
    write(tmp_path, [rows.row(1), rows.row(30)])
    gone, *_ = Dataset.read(tmp_path).files("stories")

    def removed(counts: dict[str, int]) -> set[str]:
        other = Path(shutil.copytree(tmp_path, tmp_path.with_name(f"{tmp_path.name}-{counts}")))
        with Dataset.open(other) as dataset:
            dataset.commit("upkeep", [], removed=[gone.path], counts=counts)
        return broken(other)

    assert removed({"expired": 1}) == set()
    assert removed({}) == {"accounted"}
    assert removed({"expired": 2}) == {"accounted"}
    replayed = {"read": 0, "stories": 0, "duplicates": 0, "rejects": 0, "redelivered": 0}
    assert removed(replayed) == {"accounted"}


def test_many_files_with_one_fault_are_one_finding(tmp_path: Path) -> None:
    stories = [
        rows.row(24 * n, entities=[{"mentions": [{"field": "headline", "start": 0, "end": 9}]}])
        for n in range(9)
    ]
    (found,) = verify(write(tmp_path, stories))
    assert "8 more" in found.message


def test_thirty_thousand_rows(tmp_path: Path) -> None:
    stories = [rows.row(n, version_created=n * 1_000_000) for n in range(20_000)]
    copies = [rows.row(n, version_created=n * 1_000_000, **COPY) for n in range(20_000, 30_000)]
    assert verify(write(tmp_path, stories, copies)) == []
