"""Items into a dataset by the pipeline's own steps, one run after the other, without Beam: a run takes some
hundredths of a second, so that tests can make a hundred."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

from pipeline.link import plan
from pipeline.memory import Memory
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.manifest import DataFile
from pipeline.sinks.parquet import write_data_file
from pipeline.sinks.staging import stage_items, stage_rejects
from pipeline.stage import ITEMS, StagedFile
from pipeline.write import gather, with_enrichment, with_links
from schemas.arrow import REJECTS as REJECTS_SCHEMA
from schemas.arrow import STORIES
from schemas.errors import Reject
from schemas.item import Item
from transforms.dedupe.fingerprint import encode
from transforms.dedupe.sketch import sketch
from transforms.step import REJECTS

SET = ("stories", "duplicates", "rejects")


def stage(
    dataset: Dataset,
    run_id: str,
    items: Sequence[Item],
    rejects: Sequence[Reject],
    horizon: int,
    memory: Memory | None = None,
) -> tuple[list[DataFile], Counter[tuple[str, str]]]:
    """The final files of a run, staged and not committed, and what its linking counted."""
    folder = dataset.staging(run_id)
    staged = []
    if items:
        prints = [encode(sketch(item)) for item in items]
        made = stage_items(folder / "items", items, prints, dataset.partition_by)
        staged.append(StagedFile(ITEMS, made.path, len(made.ids)))
    if rejects:
        made = stage_rejects(folder / "rejects", rejects, run_id="run", now=0)
        staged.append(StagedFile(REJECTS, made.path, len(made.ids)))
    plans, counts = plan(staged, dataset, folder / "links", horizon, 1000, memory)
    files = []
    for one in plans:
        tables = []
        for found, verdicts in gather(one):
            if one.dataset == "rejects":
                tables.append(found.select(REJECTS_SCHEMA.names))
            else:
                linked = with_enrichment(with_links(found, verdicts), None)
                tables.append(linked.select(STORIES.names))
        keys = dataset.partition_by
        files.append(
            write_data_file(folder, one.dataset, one.partition, tables, run_id="run", partition_by=keys)
        )
    return files, counts


def run(
    dataset: Dataset,
    run_id: str,
    items: Sequence[Item],
    rejects: Sequence[Reject],
    horizon: int,
    memory: Memory | None = None,
) -> Counter[tuple[str, str]]:
    """One run, committed; what its linking counted."""
    files, counts = stage(dataset, run_id, items, rejects, horizon, memory)
    commit = dataset.commit(run_id, files)
    dataset.discard(run_id)
    if memory is not None:
        memory.committed(commit.sequence)
    return counts


def rows(output: Path, without: Sequence[str] = ()) -> dict[str, list[dict[str, Any]]]:
    """All rows of a dataset in an order of their own, but for some columns."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in SET:
        if any((output / name).rglob("*.parquet")):
            table = ds.dataset(output / name, format="parquet", partitioning="hive").to_table()
            made = table.drop_columns([column for column in without if column in table.column_names])
            found[name] = sorted(
                made.to_pylist(), key=lambda row: (row.get("item_id") or row["reject_id"], row["source"])
            )
    return found
