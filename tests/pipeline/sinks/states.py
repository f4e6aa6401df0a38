"""A small dataset before and after a commit, wherever it lies: what must be there."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.sinks import storage
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.objects import ObjectPath
from pipeline.sinks.storage import Location
from tests.pipeline.sinks import rows

BEFORE = [1, 2, 30]
ADDED = [3, 50, 51]


def keys(root: Location) -> set[str]:
    """All files, by their path below the dataset."""
    found = storage.files_below(root, "*")
    return {storage.relative(path, root) for path in found if isinstance(path, ObjectPath) or path.is_file()}


def fetched(root: Location, target: Path) -> Path:
    """The same dataset in a folder: what a store and a folder hold is the same."""
    for key in keys(root):
        place = target / key
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes((root / key).read_bytes())
    return target


def globbed(root: Location) -> set[str]:
    """Files that a reader finds who knows no manifests."""
    return {key for key in keys(root) if key.split("/")[0] in ("stories", "duplicates", "rejects")}


def ids(root: Location) -> list[str]:
    """Ids of all rows that the manifests list."""
    found: list[str] = []
    for file in Dataset.read(root).snapshot().files("stories"):
        with storage.parquet(root / file.path) as opened:
            found += opened.read(columns=["item_id"]).column(0).to_pylist()
    return sorted(found)


def numbers(*given: list[int]) -> list[str]:
    """Ids of the rows of numbers."""
    return sorted(f"{number:032x}" for numbers in given for number in numbers)


def prepared(root: Location) -> None:
    """A dataset of one commit."""
    with Dataset.open(root) as dataset:
        files = rows.stage(dataset, "first", [rows.row(number) for number in BEFORE])
        dataset.commit("first", files, positions={"feed": 1, "other": 7})


def append(dataset: Dataset, failpoint: Callable[[str], None]) -> None:
    """A second commit, with new files."""
    files = rows.stage(dataset, "second", [rows.row(number) for number in ADDED])
    dataset.commit("second", files, positions={"feed": 2}, failpoint=failpoint)


def compact(dataset: Dataset, failpoint: Callable[[str], None]) -> None:
    """All files written anew, one of them under its old name with other content."""
    old = dataset.files("stories")
    files = rows.stage(dataset, "second", [rows.row(number, headline="new") for number in [*BEFORE, *ADDED]])
    assert {file.path for file in files} & {file.path for file in old}
    dataset.commit("second", files, removed=[file.path for file in old], failpoint=failpoint)


def one_of_many(create: Callable[[bytes], object]) -> bytes:
    """What is there once many have created a file at the same time: one of them does, the others are told."""

    def tried(number: int) -> bool:
        try:
            create(str(number).encode())
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(tried, range(24)))
    assert made.count(True) == 1
    return str(made.index(True)).encode()
