"""`wirebeam compact`: late links settled, small files merged, in one commit.

However a feed was cut into runs, and in whatever order they came, the dataset then says what one batch over
the same items would have said. Readers of before keep a whole dataset until the commit; files that were
replaced are gone after it, and who still reads them is told so by the file system.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from pipeline.options import HOUR, new_run_id
from pipeline.rewrite import Rewriter, rewrites
from pipeline.settle import settle
from pipeline.sinks import commit
from pipeline.sinks.commit import Failpoint
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.folder import REPORTS
from pipeline.sinks.manifest import DATASETS, DataFile
from pipeline.sinks.storage import Location, Named, files_below
from schemas.errors import WirebeamError
from transforms.enrich.enricher import Tagging

TARGET = 128 << 20
_HORIZON = 72 * HOUR


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a compaction did.

    Attributes:
        linked: items whose links were looked at.
        changed: rows that got other links.
        moved: of these, rows that went from stories/ to duplicates/ or back.
        files, bytes: of the dataset before and after.
        overflows: how often each bound of the linker was reached.
    """

    linked: int
    changed: int
    moved: int
    files: tuple[int, int]
    bytes: tuple[int, int]
    overflows: Mapping[str, int]


def compact(
    output: Named,
    *,
    horizon: int | None = None,
    target: int = TARGET,
    ner: str | None = None,
    failpoint: Failpoint = commit.nothing,
) -> Outcome:
    """Settle the links of a dataset and merge its small files. Where there is nothing to do, nothing is done.

    Args:
        output: the dataset's folder.
        horizon: how far apart in event time linked items may be, microseconds; that of the latest run by
            default, else 72 hours.
        target: bytes that files are merged to.
        ner: how copies that become stories are tagged, as `--ner` has it; as in the latest run by default.
        failpoint: called with each step's name once it is done; tests crash here.

    Raises:
        WirebeamError: there is no dataset, another run is writing, or a file could not be read or written.
            Nothing was changed then, unless the message says so.
    """
    with Dataset.open(output, create=False, failpoint=failpoint) as dataset:
        snapshot = dataset.snapshot()
        files = [file for name in DATASETS for file in snapshot.files(name)]
        options = latest_options(dataset.root)
        within = horizon or round(float(options.get("horizon_hours", 0)) * HOUR) or _HORIZON
        items = [file for file in files if file.dataset != "rejects"]
        changes = settle(dataset.root, items, within)
        plans = rewrites(files, changes, target)
        failpoint("settled")
        added: list[DataFile] = []
        removed = [files[number] for plan in plans for number in plan.replaced]
        run_id = new_run_id(dt.datetime.now(dt.UTC))
        if plans:
            rewriter = Rewriter(
                root=dataset.root,
                staging=dataset.staging(run_id),
                files=files,
                changes=changes,
                partition_by=dataset.partition_by,
                run_id=run_id,
                salt=str(snapshot.sequence + 1),
                target=target,
                tagging=Tagging(ner) if ner else tagging_of(options),
            )
            try:
                for plan in plans:
                    added += rewriter.write(plan)
                    failpoint("written")
                _check(removed, added)
            except BaseException:
                dataset.discard(run_id)
                raise
            moved = sum(changes.table.column("moves").to_pylist())
            counts = {"changed": len(changes.table), "moved": moved}
            gone = [file.path for file in removed]
            dataset.commit(run_id, added, removed=gone, counts=counts, failpoint=failpoint)
            dataset.discard(run_id)
    left = {file.path: file for file in files}
    for file in removed:
        del left[file.path]
    after = [*left.values(), *added]
    return Outcome(
        linked=changes.linked,
        changed=len(changes.table),
        moved=sum(changes.table.column("moves").to_pylist()),
        files=(len(files), len(after)),
        bytes=(sum(file.bytes for file in files), sum(file.bytes for file in after)),
        overflows=dict(changes.overflows),
    )


def latest_options(root: Location) -> Mapping[str, Any]:
    """Options of the latest run that left a report; empty where there is none."""
    for path in reversed(files_below(root / REPORTS, "*.json")):
        try:
            options = orjson.loads(path.read_bytes())["options"]
        except (OSError, ValueError, TypeError, KeyError):
            continue
        if isinstance(options, dict):
            return options
    return {}


def tagging_of(options: Mapping[str, Any]) -> Tagging:
    """How a run tagged, by the options in its report."""
    said = options.get("tagging") or {"ner": options.get("ner", "rules")}
    return Tagging(
        str(said["ner"]),
        tuple((language, package) for language, package in said.get("models", ())),
        said.get("entities"),
        said.get("mediatopics"),
    )


def _check(removed: list[DataFile], added: list[DataFile]) -> None:
    """Refuse to commit other rows than were read.

    Raises:
        WirebeamError: rows were lost or doubled on the way.
    """
    before, after = (sum(file.rows for file in files) for files in (removed, added))
    if before != after:
        raise WirebeamError(
            f"{before} rows were to be written anew, but {after} were: nothing was committed. "
            "This is a fault of ours; please report it"
        )
