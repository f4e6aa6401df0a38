"""Whether two datasets hold the same: `python -m tests.engines.compare ONE OTHER`; exits with 1 where they differ."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from pipeline.sinks import storage

KEYS = {
    "stories": ("item_id", "source"),
    "duplicates": ("item_id", "source"),
    "rejects": ("reject_id",),
}
OF_THE_RUN = ("ingested_at", "run_id")


def table(output: Path, dataset: str) -> pa.Table | None:
    """Rows of one dataset in an order of their own, without what names the run; None where there are none."""
    if not any((output / dataset).rglob("*.parquet")):
        return None
    found = ds.dataset(output / dataset, format="parquet", partitioning="hive").to_table()
    found = found.select([name for name in sorted(found.column_names) if name not in OF_THE_RUN])
    return found.sort_by([(key, "ascending") for key in KEYS[dataset]])


def copied(output: str, target: Path) -> Path:
    """What lies in an object store, as files."""
    root = storage.location(output)
    for path in storage.files_below(root, "*.parquet"):
        place = target / storage.relative(path, root)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
    return target


def differences(one: Path, other: Path) -> Iterator[str]:
    """What differs, a line each; and nothing where all rows and links are the same."""
    for dataset, keys in KEYS.items():
        left, right = table(one, dataset), table(other, dataset)
        if left is None or right is None:
            if left is not right:
                yield f"{dataset}: {0 if left is None else len(left)} rows, {0 if right is None else len(right)}"
            continue
        if left.schema.names != right.schema.names:
            yield f"{dataset}: columns differ"
            continue
        if not left.select(keys).equals(right.select(keys)):
            yield f"{dataset}: {len(left)} and {len(right)} rows, not the same ones"
            continue
        for name in left.column_names:
            if not left.column(name).combine_chunks().equals(right.column(name).combine_chunks()):
                pairs = zip(left.column(name).to_pylist(), right.column(name).to_pylist(), strict=True)
                yield f"{dataset}: {name} differs in {sum(a != b for a, b in pairs)} rows"


def counts(output: Path) -> dict[str, int]:
    """Rows of each dataset, and links among them."""
    made: dict[str, Any] = {}
    for dataset in KEYS:
        found = table(output, dataset)
        made[dataset] = 0 if found is None else len(found)
        if found is not None and dataset != "rejects":
            for name in ("revision_of", "duplicate_of"):
                made[name] = made.get(name, 0) + len(found) - found.column(name).null_count
    return made


def main(one: Path, other: Path) -> int:
    """Prints the counts of both and what differs."""
    print(one, counts(one))
    print(other, counts(other))
    found = list(differences(one, other))
    print("\n".join(found) or "every row and every link is the same")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:3])))
