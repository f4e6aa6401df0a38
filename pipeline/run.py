"""One bounded run: the graph run, its result checked and committed. A batch is one, a stream many of them."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import apache_beam as beam
from apache_beam.runners.runner import PipelineState

from pipeline import finish, report
from pipeline.engine import Engine
from pipeline.failure import explained
from pipeline.graph import build
from pipeline.options import LOCAL, Config
from pipeline.sinks import commit as steps
from pipeline.sinks.commit import Failpoint
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.manifest import Manifest
from pipeline.sinks.partition import PartitionBy
from pipeline.sources import spool
from pipeline.sources.files import find
from pipeline.sources.listing import Listed
from schemas.errors import WirebeamError
from transforms.enrich.enricher import enricher


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run: its report, and how many files it committed."""

    report: Mapping[str, Any]
    files: int

    @property
    def counts(self) -> Mapping[str, int]:
        """Items read, and what became of them."""
        counts: Mapping[str, int] = self.report["counts"]
        return counts


def run(config: Config, runner: str = LOCAL, arguments: Sequence[str] = ()) -> Outcome:
    """Read the inputs of `config` into its output.

    Args:
        config: what the run is told.
        runner: a Beam runner.
        arguments: Beam's own options.

    Raises:
        WirebeamError: an input is missing, the output cannot be written, the pipeline failed, or its
            figures do not add up. Nothing was committed then.
    """
    started = dt.datetime.now(dt.UTC)
    clock = time.monotonic()
    with opened(config, runner, arguments) as (engine, dataset):
        pipeline = beam.Pipeline(options=engine.options)
        resources = source(engine, dataset, config)
        build(pipeline, config, resources, dataset, parallel=engine.runner != LOCAL)
        result, committed = ingest(dataset, config.run_id, lambda: engine.execute(pipeline), positions=None)
        made = report.compose(
            run_id=config.run_id,
            started_at=started.isoformat(timespec="seconds"),
            finished_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - clock, 3),
            options=described(config, runner),
            counts=committed.counts,
            tallies=result.tallies,
            links=report.counted(result.tallies, "link", "link"),
            overflows=report.counted(result.tallies, "link", "overflow"),
        )
        dataset.write_report(config.run_id, made)
        dataset.discard(config.run_id)
    return Outcome(made, len(result.files))


@contextlib.contextmanager
def opened(config: Config, runner: str, arguments: Sequence[str]) -> Iterator[tuple[Engine, Dataset]]:
    """The engine of a run and its dataset, open for writing, once all is there that the run needs.

    Raises:
        WirebeamError: an input or model is missing, the output cannot be written, or an option is wrong.
    """
    engine = Engine.of(runner, arguments, config.run_id)
    engine.check_inputs(config.inputs)
    engine.check_output(config.output)
    enricher(config.tagging)  # a missing model is said before anything runs
    keys = PartitionBy.wanted(config.partition_by)
    with Dataset.open(config.output, partition_by=keys) as dataset:
        yield engine, dataset


def source(engine: Engine, dataset: Dataset, config: Config) -> beam.PTransform:
    """What is to be read: in the graph itself, or for an engine in files, since its graphs travel."""
    resources = list(find(config.inputs))
    if engine.runner == LOCAL:
        return Listed(resources)
    folder = dataset.staging(config.run_id) / "inputs"
    return spool.ReadSpool(*spool.parts(folder, resources, engine.workers))


def ingest(
    dataset: Dataset,
    run_id: str,
    execute: Callable[[], str | None],
    *,
    positions: Mapping[str, Any] | None,
    failpoint: Failpoint = steps.nothing,
) -> tuple[finish.Result, Manifest]:
    """Run a graph and commit what it made: all of it, or nothing.

    Args:
        dataset: open for writing.
        run_id: the run; the graph stages below `dataset.staging(run_id)`.
        execute: runs the graph to its end and says in what state it ended.
        positions: where sources stand after this run, for the manifest.
        failpoint: called with each step's name once it is done; tests crash here.

    Returns:
        What the graph made and counted, and the manifest.

    Raises:
        PipelineFailed: the graph failed, and it is not known why.
        WirebeamError: the graph failed, its figures do not add up, or the commit was not possible.
            Nothing was committed, unless the message says so.
    """
    try:
        result = executed(execute, dataset, run_id)
        counts = outcome_counts(result)
        check(counts)
        failpoint("executed")
    except BaseException:
        dataset.discard(run_id)
        raise
    # From here on what is staged may belong to the dataset: if this fails, the next run tidies up.
    made = dataset.commit(run_id, result.files, positions=positions, counts=counts, failpoint=failpoint)
    return result, made


def outcome_counts(result: finish.Result) -> dict[str, int]:
    """`read` as counted where items are read, the outcomes as counted in what was written."""
    counts = {"read": report.read_count(result.tallies)}
    for name in ("stories", "duplicates", "rejects"):
        counts[name] = sum(file.rows for file in result.files if file.dataset == name)
    counts["redelivered"] = result.tallies.get(("link", "redelivered", ""), 0)
    return counts


def check(counts: Mapping[str, int]) -> None:
    """Refuse figures that do not add up.

    Raises:
        WirebeamError: items were lost or doubled on the way.
    """
    outcomes = sum(counts[name] for name in report.OUTCOMES)
    if counts["read"] != outcomes:
        parts = " + ".join(f"{counts[name]} {name}" for name in report.OUTCOMES)
        raise WirebeamError(
            f"read {counts['read']} items, but {parts} = {outcomes}: nothing was committed. "
            "This is a fault of the runner or of ours; please report it with the options used"
        )


def executed(execute: Callable[[], str | None], dataset: Dataset, run_id: str) -> finish.Result:
    """Run a graph: what it made, which lies in staging.

    Raises:
        PipelineFailed, WirebeamError: as `ingest`.
    """
    try:
        state = execute()
    except Exception as error:
        # Whatever a runner raises: people get one line, and Beam's log for the asking.
        raise explained(error) from error
    if state not in (None, PipelineState.DONE):
        raise WirebeamError(f"the pipeline ended as {state}; nothing was committed")
    return finish.load(dataset.staging(run_id))


def described(config: Config, runner: str) -> dict[str, Any]:
    """The options of a run, for its report."""
    return {
        "inputs": list(config.inputs),
        "provider": config.provider,
        "format": config.source_format,
        "ner": config.tagging.ner,
        "tagging": asdict(config.tagging),
        "tagger": enricher(config.tagging).identity,
        "horizon_hours": config.horizon / 3_600_000_000,
        "runner": runner,
    }
