"""`wirebeam replay`: rejects read again after a fix; those that pass move out, in one commit.

An item keeps its source and the time at which it was received, so that its row is the one that it would have
had at first. What is rejected again as before stays as it is; a reject of another stage or code takes
the place of the one before.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import report
from pipeline.compact import latest_options, tagging_of
from pipeline.graph import build
from pipeline.options import HOUR, Config, beam_options, microseconds, new_run_id
from pipeline.order import REJECTED, Part, in_order
from pipeline.rewrite import folder
from pipeline.run import check, described, executed, outcome_counts
from pipeline.sinks import commit
from pipeline.sinks.commit import Failpoint
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.folder import REPORTS
from pipeline.sinks.manifest import DataFile
from pipeline.sinks.parquet import write_data_file
from pipeline.sinks.storage import Location, Named, files_below, local, parquet
from pipeline.sources.rejects import ReadRejects, RejectFile, replayable
from schemas.arrow import REJECTS


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a replay did.

    Attributes:
        tried: rejects that were read again.
        passed: of these, rejects that became stories or duplicates, or are there already.
        left: rejects that stay; among them those whose bytes are not there, or not whole.
        counts: of the run: `read` items, `stories`, `duplicates`, new `rejects`, `redelivered`, `replayed`.
    """

    tried: int
    passed: int
    left: int
    counts: Mapping[str, int]


def replay(
    output: Named,
    *,
    codes: Sequence[str] = (),
    runner: str = "FnApiRunner",
    arguments: Sequence[str] = (),
    failpoint: Failpoint = commit.nothing,
) -> Outcome:
    """Read rejects again, with the options of the latest run, and commit what passes.

    Args:
        output: the dataset's folder.
        codes: only rejects with these codes; none for all.
        runner: a Beam runner.
        arguments: Beam's own options.
        failpoint: called with each step's name once it is done; tests crash here.

    Raises:
        WirebeamError: there is no dataset, another run is writing, or the pipeline failed. Nothing was
            committed then, unless the message says so.
    """
    started, clock = dt.datetime.now(dt.UTC), time.monotonic()
    options = beam_options(arguments, runner)
    with Dataset.open(output, create=False, failpoint=failpoint) as dataset:
        files = dataset.files("rejects")
        tried = {file.path: _tried(dataset.root / file.path, codes) for file in files}
        chosen = [file for file in files if tried[file.path]]
        total = sum(file.rows for file in files)
        if not chosen:
            return Outcome(0, 0, total, {})
        config = _config(dataset, started)
        pipeline = beam.Pipeline(options=options)
        again = [RejectFile(str(dataset.root / file.path), tuple(codes)) for file in chosen]
        build(pipeline, config, ReadRejects(again, _hints(dataset.root)), dataset, spread=False)
        try:
            result = executed(lambda: pipeline.run().wait_until_finish(), dataset, config.run_id)
            counts = outcome_counts(result)
            check(counts)
            rejected = _staged(dataset.staging(config.run_id))
            added, removed = [], []
            replaced = 0
            for file in chosen:
                gone = tried[file.path] - rejected
                if gone:
                    replaced += len(gone)
                    removed.append(file.path)
                    added += _without(dataset, file, gone, config.run_id)
            failpoint("executed")
        except BaseException:
            dataset.discard(config.run_id)
            raise
        counts["replayed"] = replaced
        if replaced or result.files:
            files_made = [*result.files, *added]
            dataset.commit(config.run_id, files_made, removed=removed, counts=counts, failpoint=failpoint)
        made = report.compose(
            run_id=config.run_id,
            started_at=started.isoformat(timespec="seconds"),
            finished_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - clock, 3),
            options={**described(config, runner), "codes": list(codes)},
            counts=counts,
            tallies=result.tallies,
            links=report.counted(result.tallies, "link", "link"),
            overflows=report.counted(result.tallies, "link", "overflow"),
        )
        dataset.write_report(config.run_id, made)
        dataset.discard(config.run_id)
    passed = replaced - counts["rejects"]
    left = total - passed
    return Outcome(sum(map(len, tried.values())), passed, left, counts)


def _config(dataset: Dataset, now: dt.datetime) -> Config:
    options = latest_options(dataset.root)
    return Config(
        output=str(dataset.root),
        run_id=new_run_id(now),
        ingested_at=microseconds(now),
        inputs=("rejects/",),
        tagging=tagging_of(options),
        horizon=round(float(options.get("horizon_hours", 0)) * HOUR) or 72 * HOUR,
    )


def _tried(path: Location, codes: Sequence[str]) -> set[str]:
    """Ids of the rejects of a file that can be read again."""
    found: set[str] = set()
    with parquet(path) as file:
        for batch in file.iter_batches(1_024, columns=["reject_id", "code", "message", "raw"]):
            table = pa.Table.from_batches([batch])
            found.update(table.filter(replayable(table, codes)).column("reject_id").to_pylist())
    return found


def _hints(root: Location) -> dict[str, dict[str, Any]]:
    """What each run was told about all of its items."""
    found = {}
    for path in files_below(root / REPORTS, "*.json"):
        try:
            options = orjson.loads(path.read_bytes())["options"]
            found[path.stem] = {"provider": options.get("provider"), "format": options.get("format")}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            continue
    return found


def _staged(folder: Location) -> set[str]:
    """Ids of everything that was rejected in a run, whether the dataset held it or not."""
    found: set[str] = set()
    for path in files_below(folder / "rejects", "*.arrow"):
        with pa.memory_map(str(local(path))) as source:
            found.update(pa.ipc.open_file(source).read_all().column("reject_id").to_pylist())
    return found


def _without(dataset: Dataset, file: DataFile, gone: Collection[str], run_id: str) -> list[DataFile]:
    """A file of rejects without some of them; nothing where none is left."""
    with parquet(dataset.root / file.path) as opened:
        ids = opened.read(columns=["reject_id"]).column(0)
    stay = pc.invert(pc.is_in(ids, value_set=pa.array(sorted(gone), pa.string())))
    kept = np.flatnonzero(stay.to_numpy())
    if not len(kept):
        return []
    part = Part(dataset.root / file.path, kept)
    return [
        write_data_file(
            dataset.staging(run_id),
            "rejects",
            folder(file),
            in_order([part], REJECTED, REJECTS, 16_384, 32 << 20),
            run_id=run_id,
            partition_by=dataset.partition_by,
            salt=run_id,
        )
    ]
