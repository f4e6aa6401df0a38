"""Small files merged as a stream goes: many short cycles would otherwise leave many files behind.

Files of one partition that are about as large as each other become one, once there are enough of them: a row
is written anew some four times in its life, however long the stream. Links stay as they are: `wirebeam
compact` settles those.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from pipeline.rewrite import Rewrite, Rewriter, folder
from pipeline.settle import Changes
from pipeline.sinks import commit
from pipeline.sinks.commit import Failpoint
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.manifest import DataFile, Manifest
from schemas.errors import WirebeamError
from transforms.enrich.enricher import Tagging

TARGET = 128 << 20
_SMALLEST = 64 << 10
_FACTOR = 8  # how much larger the files of one tier are than those of the one below


def tier(size: int) -> int:
    """Files of one tier are about as large as each other."""
    return max(0, math.ceil(math.log(max(size, 1) / _SMALLEST, _FACTOR)))


def due(files: Sequence[DataFile], enough: int, target: int = TARGET) -> Rewrite | None:
    """The partition and tier that has most small files, where that is enough of them.

    Args:
        files: of the dataset; the answer names them by their number here.
        enough: files that are worth a merge.
        target: bytes; files of half of it are large.
    """
    groups: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    for number, file in enumerate(files):
        if file.bytes < target // 2:
            groups[file.dataset, folder(file), tier(file.bytes)].append(number)
    fullest = max(groups, key=lambda group: (len(groups[group]), group), default=None)
    if fullest is None or len(groups[fullest]) < enough:
        return None
    dataset, partition, _ = fullest
    return Rewrite(dataset, partition, tuple(groups[fullest]))


def merge(
    dataset: Dataset,
    run_id: str,
    enough: int,
    *,
    target: int = TARGET,
    failpoint: Failpoint = commit.nothing,
) -> Manifest | None:
    """Merge the files of one partition and tier, where there are enough; one commit.

    Args:
        dataset: open for writing.
        run_id: the run; the files are staged below `dataset.staging(run_id)`.
        enough: files that are worth it.
        target: bytes of a file.
        failpoint: called with each step's name once it is done; tests crash here.

    Returns:
        The manifest, None where nothing was due.

    Raises:
        WirebeamError: a file cannot be read or written; nothing was committed, unless the message says so.
    """
    snapshot = dataset.snapshot()
    files = list(snapshot.by_path.values())
    plan = due(files, enough, target)
    if plan is None:
        return None
    rewriter = Rewriter(
        root=dataset.root,
        staging=dataset.staging(run_id),
        files=files,
        changes=Changes.none(),
        partition_by=dataset.partition_by,
        run_id=run_id,
        salt=str(snapshot.sequence + 1),
        target=target,
        tagging=Tagging("off"),
    )
    removed = [files[number] for number in plan.replaced]
    try:
        added = list(rewriter.write(plan))
        before, after = (sum(file.rows for file in some) for some in (removed, added))
        if before != after:
            raise WirebeamError(f"{before} rows were to be merged, but {after} were written: not committed")
    except BaseException:
        dataset.discard(run_id)
        raise
    gone = [file.path for file in removed]
    made = dataset.commit(run_id, added, removed=gone, counts={"merged": len(gone)}, failpoint=failpoint)
    dataset.discard(run_id)
    return made
