"""Linking in parallel by its steps in turn, without Beam: what each costs, and what it says."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import pyarrow as pa

from pipeline.parallel.comparing import compared, paired
from pipeline.parallel.link import Part, plan
from pipeline.parallel.numbering import number, rows_path
from pipeline.parallel.spans import SPAN_ROWS, spans
from pipeline.plan import FilePlan
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.staging import stage_items, stage_rejects
from pipeline.sinks.storage import Location
from pipeline.stage import ITEMS, REJECTED, StagedFile
from pipeline.staged import StagedRows
from schemas.errors import Reject
from schemas.item import Item
from transforms.dedupe.fingerprint import encode
from transforms.dedupe.sketch import sketch

T = TypeVar("T")
Plans = tuple[list[FilePlan], Counter[tuple[str, str]]]


def staged(
    dataset: Dataset, run_id: str, items: Sequence[Item], rejects: Sequence[Reject] = (), rows: int = 9
) -> list[StagedFile]:
    """Items in several files, of any times each."""
    folder = dataset.staging(run_id)
    files = []
    for start in range(0, len(items), rows):
        part = items[start : start + rows]
        prints = [encode(sketch(one)) for one in part]
        made = stage_items(folder / "items", part, prints, dataset.partition_by)
        files.append(StagedFile(ITEMS, made.path, len(part)))
    if rejects:
        made = stage_rejects(folder / "rejects", rejects, run_id=run_id, now=0)
        files.append(StagedFile(REJECTED, made.path, len(rejects)))
    return files


def verdicts(plans: list[FilePlan]) -> list[dict[str, Any]]:
    """What becomes of each staged row, in order, and of which final file it is a part."""
    rows = []
    for one in sorted(plans, key=lambda plan: plan.start):
        with pa.memory_map(one.verdicts) as mapped:
            table = pa.ipc.open_file(mapped).read_all()
            files = table.schema.metadata[b"files"].decode().split("\n")
            for row in table.slice(one.start, one.rows).to_pylist():
                rows.append(
                    {**row, "file": files[row["file"]], "in": (one.dataset, one.partition, one.start)}
                )
    return rows


def _pairs(parts: Sequence[bytes], horizon: int, counts: Counter[tuple[str, str]]) -> list[tuple[int, bytes]]:
    return list(paired(parts, horizon, counts))


class Steps:
    """The steps of `pipeline.parallel.link.LinkInParallel`.

    Attributes:
        seconds: of CPU that each took.
        sent: bytes that each gave to the next by a shuffle.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.sent: Counter[str] = Counter()

    def timed(self, step: str, function: Callable[[], T]) -> T:
        started = time.process_time()
        made = function()
        self.seconds[step] += time.process_time() - started
        return made

    def plan(
        self,
        staged: Sequence[StagedFile],
        dataset: Dataset,
        folder: Location,
        horizon: int,
        rows_per_file: int,
        span_rows: int = SPAN_ROWS,
    ) -> Plans:
        """As `pipeline.link.plan`."""
        snapshot = dataset.snapshot()
        counts: Counter[tuple[str, str]] = Counter()
        items = [file.path for file in staged if file.kind == ITEMS]
        times = self.timed("times", lambda: [(path, StagedRows.open([path]).times) for path in items])
        cut = self.timed("cut", lambda: list(spans(times, snapshot, horizon, span_rows)))
        parts = [Part(file.kind, path=file.path) for file in staged if file.kind != ITEMS]
        by_key: dict[int, list[bytes]] = {}
        for span in cut:
            postings = self.timed("number", partial(number, span, snapshot, folder))
            parts.append(Part("rows", span.number, str(rows_path(folder, span.number))))
            for shard, data in postings.items():
                self.sent["postings"] += len(data)
                by_key.setdefault(shard, []).append(data)
        by_item: dict[int, list[bytes]] = {}
        for some in by_key.values():
            for number_, data in self.timed("pair", partial(_pairs, some, horizon, counts)):
                self.sent["pairs"] += len(data)
                by_item.setdefault(number_, []).append(data)
        for number_, some in by_item.items():
            relations, counted = self.timed("compare", partial(compared, some, folder, horizon))
            counts += counted
            if relations is not None:
                self.sent["relations"] += len(relations)
                parts.append(Part("relations", number_, data=relations))
        plans, counted = self.timed("choose", lambda: plan(parts, snapshot, folder, horizon, rows_per_file))
        del counted["nanoseconds", ""]
        return plans, counts + counted
