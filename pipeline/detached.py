"""A run whose command ends before its job does: the job's last step commits, once, however often it is tried.

A flex template of Dataflow is such a run: the command makes the graph, and must be gone before it starts. No
claim on the dataset is held in between: of two jobs the first to end commits, and the other one fails with a
message and has changed nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import apache_beam as beam
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from pipeline import finish, report
from pipeline.failure import explained
from pipeline.graph import build
from pipeline.options import LOCAL, Config
from pipeline.run import check, described, opened, outcome_counts, source
from pipeline.sinks import manifest
from pipeline.sinks.claim import Occupied
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.lease import STALE
from pipeline.sinks.manifest import Manifest
from schemas.errors import WirebeamError

_POLL = 5.0  # seconds


def submit(config: Config, runner: str, arguments: Sequence[str]) -> None:
    """Send a run off.

    Args:
        config: what the run is told.
        runner: a Beam runner.
        arguments: Beam's own options.

    Raises:
        WirebeamError: an input is missing, the output cannot be written, or the runner takes no such job.
    """
    with opened(config, runner, arguments) as (engine, dataset):
        pipeline = beam.Pipeline(options=engine.options)
        commits(pipeline, config, source(engine, dataset, config), dataset, runner)
        try:
            pipeline.run()
        except Exception as error:
            dataset.discard(config.run_id)
            raise explained(error) from error


def commits(
    pipeline: beam.Pipeline, config: Config, resources: beam.PTransform, dataset: Dataset, runner: str
) -> None:
    """Put the graph of `pipeline.graph.build` into a pipeline, with a last step that commits.

    Args:
        pipeline, config, resources: as for `build`.
        dataset: as it is now: the commit must follow this state of it.
        runner: for the run report.
    """
    step = _Commit(config, dataset.snapshot().sequence, described(config, runner))
    finished = build(pipeline, config, resources, dataset, parallel=runner != LOCAL)
    finished | "Commit" >> beam.ParDo(step).with_output_types(int)


class _Commit(beam.DoFn):
    def __init__(self, config: Config, base: int, options: dict[str, Any]) -> None:
        self._config = config
        self._base = base
        self._options = options

    def process(self, element: int) -> Iterator[int]:
        yield commit(self._config, self._base, self._options)


@retry(
    retry=retry_if_exception_type(Occupied),
    wait=wait_fixed(_POLL),
    stop=stop_after_delay(3 * STALE),  # a worker that died in here holds its claim for `STALE`
    reraise=True,
)
def commit(config: Config, base: int, options: dict[str, Any]) -> int:
    """Commit what a run has staged, unless that is done already.

    Args:
        config: what the run was told.
        base: number of the newest commit when the run began.
        options: for the run report.

    Returns:
        The number of its commit.

    Raises:
        WirebeamError: the figures of the run do not add up, or another run committed since it began. Nothing
            was committed then.
    """
    run_id = config.run_id
    with Dataset.open(config.output, create=False, keep=run_id) as dataset:
        done = _done(dataset, base, run_id)
        if done is not None and not (dataset.staging(run_id) / finish.NAME).is_file():
            return done.sequence  # an attempt before this one came to its end
        result = finish.load(dataset.staging(run_id))
        counts = outcome_counts(result)
        check(counts)
        if done is None:
            done = dataset.commit(run_id, result.files, counts=counts)
        started = dt.datetime.fromtimestamp((config.ingested_at or 0) / 1e6, dt.UTC)
        now = dt.datetime.now(dt.UTC)
        made = report.compose(
            run_id=run_id,
            started_at=started.isoformat(timespec="seconds"),
            finished_at=now.isoformat(timespec="seconds"),
            seconds=round((now - started).total_seconds(), 3),
            options=options,
            counts=counts,
            tallies=result.tallies,
            links=report.counted(result.tallies, "link", "link"),
            overflows=report.counted(result.tallies, "link", "overflow"),
        )
        dataset.write_report(run_id, made)
        dataset.discard(run_id)
        return done.sequence


def _done(dataset: Dataset, base: int, run_id: str) -> Manifest | None:
    """The run's own commit, where there is one.

    Raises:
        WirebeamError: others changed the dataset since the run began.
    """
    for sequence in range(base + 1, dataset.snapshot().sequence + 1):
        made = manifest.read(dataset.root / manifest.FOLDER, sequence)
        if made.run_id == run_id:
            return made
        if made.added or made.removed:
            raise WirebeamError(
                f"{dataset.root}: run {made.run_id} committed while this one was at work: "
                "nothing was committed; run again, one after the other"
            )
    return None
