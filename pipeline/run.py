"""One bounded run: the dataset opened, the graph built and run, its result checked and committed."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.runner import PipelineState

from pipeline import finish, report
from pipeline.graph import build
from pipeline.options import Config, beam_options
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.partition import PartitionBy
from pipeline.sources.files import Resource, find
from schemas.errors import WirebeamError
from transforms.enrich.enricher import enricher

_WHERE = re.compile(r" \[while running '.*'\]", re.S)


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


def run(config: Config, runner: str = "FnApiRunner", arguments: Sequence[str] = ()) -> Outcome:
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
    options = beam_options(arguments, runner)
    enricher(config.tagging)  # a missing model is said before anything runs
    keys = PartitionBy.parse(config.partition_by) if config.partition_by else None
    with Dataset.open(config.output, partition_by=keys) as dataset:
        try:
            result = _result(config, options, dataset, list(find(config.inputs)))
            counts = outcome_counts(result)
            check(counts)
        except BaseException:
            dataset.discard(config.run_id)
            raise
        # From here on what is staged may belong to the dataset: if this fails, the next run tidies up.
        dataset.commit(config.run_id, result.files, counts=counts)
        made = report.compose(
            run_id=config.run_id,
            started_at=started.isoformat(timespec="seconds"),
            finished_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - clock, 3),
            options=_described(config, runner),
            counts=counts,
            tallies=result.tallies,
            links=report.counted(result.tallies, "link", "link"),
            overflows=report.counted(result.tallies, "link", "overflow"),
        )
        dataset.write_report(config.run_id, made)
        dataset.discard(config.run_id)
    return Outcome(made, len(result.files))


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


def _result(
    config: Config, options: PipelineOptions, dataset: Dataset, resources: Sequence[Resource]
) -> finish.Result:
    pipeline = beam.Pipeline(options=options)
    build(pipeline, config, resources, dataset)
    try:
        state = pipeline.run().wait_until_finish()
    except WirebeamError as error:
        raise WirebeamError(_WHERE.sub("", str(error))) from error
    except Exception as error:
        # Whatever a runner raises: people get one line, and Beam's log for the asking.
        reason = _WHERE.sub("", next(iter(str(error).strip().splitlines()), ""))
        raise WirebeamError(
            f"the pipeline failed, nothing was committed: {type(error).__name__}: {reason} "
            "(--verbose shows Beam's log)"
        ) from error
    if state not in (None, PipelineState.DONE):
        raise WirebeamError(f"the pipeline ended as {state}; nothing was committed")
    return finish.load(dataset.staging(config.run_id))


def _described(config: Config, runner: str) -> dict[str, Any]:
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
