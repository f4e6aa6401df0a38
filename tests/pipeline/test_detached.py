"""Runs that commit themselves: once, however often their last step is tried, and never over another's commit."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import apache_beam as beam
import pytest

from pipeline import dataflow, detached
from pipeline.engine import Engine
from pipeline.graph import build
from pipeline.options import LOCAL, Config, beam_options, microseconds
from pipeline.run import described, source
from pipeline.sinks import manifest
from pipeline.sinks.dataset import Dataset
from pipeline.verify import verify
from schemas.errors import UsageError, WirebeamError
from tests.pipeline.sinks import objects, rows
from transforms.enrich.enricher import Tagging


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    with objects.s3() as uri:
        yield uri


@pytest.fixture
def output(store: str, request: pytest.FixtureRequest) -> str:
    return f"{store}/{request.node.name}"


def config(output: str, feed: Path, run_id: str) -> Config:
    now = microseconds(dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
    return Config(output, run_id, now, inputs=(str(feed),), tagging=Tagging("off"))


def staged(told: Config, *, commits: bool = False) -> int:
    """Everything up to the commit, by the local runner; each bundle is run twice. The newest commit before."""
    options = beam_options(["--direct_runner_bundle_repeat=1"], LOCAL)
    with Dataset.open(told.output) as dataset:
        pipeline = beam.Pipeline(options=options)
        given = source(Engine(options), dataset, told)
        if commits:
            detached.commits(pipeline, told, given, dataset, dataflow.RUNNER)  # the graph of an engine
        else:
            build(pipeline, told, given, dataset)
        base = dataset.snapshot().sequence
    pipeline.run().wait_until_finish()
    return base


def test_a_job_commits_itself_once_though_its_steps_are_repeated(output: str, feed: Path) -> None:
    samples = feed / "reuters"
    staged(config(output, samples, "first"), commits=True)
    held = Dataset.read(output).snapshot()
    assert held.sequence == 1
    assert verify(output) == []
    staged(config(output, samples, "second"), commits=True)
    root = Dataset.read(output).root
    told = [
        json.loads((root / "_runs" / f"{run}.json").read_bytes())["counts"] for run in ("first", "second")
    ]
    assert told[0]["read"] == told[1]["read"] == told[1]["redelivered"] > 0
    assert Dataset.read(output).snapshot().by_path == held.by_path
    assert not (root / "_staging").is_dir()
    assert verify(output) == []


@pytest.mark.parametrize(("runner", "parallel"), [(LOCAL, False), (dataflow.RUNNER, True)])
def test_an_engine_links_in_parallel(feed: Path, tmp_path: Path, runner: str, parallel: bool) -> None:
    told = config(str(tmp_path), feed / "broken", "run")
    with Dataset.open(told.output) as dataset:
        pipeline = beam.Pipeline(LOCAL)
        given = source(Engine(beam_options([], LOCAL)), dataset, told)
        detached.commits(pipeline, told, given, dataset, runner)
        names = {one.unique_name for one in pipeline.to_runner_api().components.transforms.values()}
    assert "Link" in names
    assert ("Link/Compare" in names) == parallel


def test_a_commit_that_is_tried_again_is_one(output: str, feed: Path) -> None:
    told = config(output, feed / "broken", "first")
    base = staged(told)
    options = described(told, LOCAL)
    assert [detached.commit(told, base, options) for _ in range(3)] == [1, 1, 1]
    assert verify(output) == []


def test_a_commit_whose_report_was_not_written_writes_it(output: str, feed: Path) -> None:
    told = config(output, feed / "broken", "first")
    base = staged(told)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Dataset, "write_report", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            detached.commit(told, base, described(told, LOCAL))
    assert detached.commit(told, base, described(told, LOCAL)) == 1
    root = Dataset.read(output).root
    assert (root / "_runs/first.json").is_file()
    assert not (root / "_staging").is_dir()


def test_who_comes_second_commits_nothing(output: str, feed: Path) -> None:
    told = config(output, feed / "broken", "first")
    base = staged(told)
    with Dataset.open(output, keep="first") as dataset:
        dataset.commit("other", rows.stage(dataset, "other", [rows.row(1)]))
    with pytest.raises(WirebeamError, match="run other committed while this one was at work"):
        detached.commit(told, base, described(told, LOCAL))
    assert manifest.newest(Dataset.read(output).root / manifest.FOLDER) == 1


def test_what_was_swept_meanwhile_is_not_committed(output: str, feed: Path) -> None:
    told = config(output, feed / "broken", "first")
    base = staged(told)
    Dataset.open(output).close()
    with pytest.raises(WirebeamError, match="without a result; nothing was committed"):
        detached.commit(told, base, described(told, LOCAL))


OPTIONS = [
    "--project=wires",
    "--region=europe-west1",
    "--temp_location=gs://wires/temp",
    "--sdk_container_image=registry.example.com/wirebeam:0.1.0",
]


@pytest.mark.parametrize("missing", range(len(OPTIONS)))
def test_what_dataflow_needs_is_asked_for(missing: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: True)
    name = OPTIONS[missing].partition("=")[0]
    with pytest.raises(UsageError, match=name):
        Engine.of("DataflowRunner", OPTIONS[:missing] + OPTIONS[missing + 1 :], "r")


def test_dataflow_writes_to_no_folder_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: True)
    engine = Engine.of("DataflowRunner", OPTIONS, "r")
    with pytest.raises(UsageError, match="share no folder: write to -o gs://bucket/name"):
        engine.check_output(str(tmp_path))
    engine.check_output("gs://bucket/news")
    with pytest.raises(UsageError, match="read no files of this machine: name gs://"):
        engine.check_inputs(["gs://bucket/feed/**", str(tmp_path)])
    engine.check_inputs(["gs://bucket/feed/**", "s3://bucket/one.zip"])


@pytest.mark.dataflow
def test_the_graph_is_one_that_dataflow_takes(output: str, feed: Path) -> None:
    """Built, translated and described with Dataflow's own code, up to the request that would need credentials."""
    from apache_beam.portability.api import beam_runner_api_pb2
    from apache_beam.runners.dataflow.dataflow_runner import DataflowRunner
    from apache_beam.runners.pipeline_context import PipelineContext

    arguments = [*OPTIONS, "--dry_run=True", "--no_auth", "--max_num_workers=3"]
    told = config(output, feed, "20261125T000000Z-abcdef")
    engine = Engine.of("DataflowRunner", arguments, told.run_id)
    runner = DataflowRunner()
    with Dataset.open(output) as dataset:
        pipeline = beam.Pipeline(runner=runner, options=engine.options)
        detached.commits(pipeline, told, source(engine, dataset, told), dataset, "DataflowRunner")
        job = pipeline.run().job
        spooled = sorted(path.name for path in (dataset.staging(told.run_id) / "inputs").iterdir())
    assert job.proto.name == f"wirebeam-{told.run_id.lower()}"
    assert len(spooled) >= 1  # what there is to read lies where workers reach it, not in the graph
    proto = runner.proto_pipeline
    images = {
        beam_runner_api_pb2.DockerPayload.FromString(one.payload).container_image
        for one in proto.components.environments.values()
        if one.payload
    }
    assert images == {"registry.example.com/wirebeam:0.1.0"}
    staged = [one for each in proto.components.environments.values() for one in each.dependencies]
    # Nothing but a list of what is installed here, for the log.
    assert {b"submission_environment_dependencies.txt" in one.role_payload for one in staged} == {True}
    names = {one.unique_name.split("/")[0] for one in proto.components.transforms.values()}
    assert {
        "Source",
        "Read",
        "Parse",
        "Normalize",
        "StageItems",
        "Link",
        "Write",
        "Finish",
        "Commit",
    } <= names
    # Every step can be unpickled where it runs.
    context = PipelineContext(proto.components)
    steps = [context.transforms.get_by_id(one).transform for one in proto.components.transforms]
    assert sum(isinstance(step, beam.ParDo) for step in steps) > 10
