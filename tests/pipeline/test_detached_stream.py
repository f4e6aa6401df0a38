"""A stream that Dataflow runs by itself: what is asked for, what is set, and the job as Dataflow would get it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import apache_beam as beam
import pytest

from pipeline import dataflow
from pipeline.cycle import Pace
from pipeline.detached_stream import job
from pipeline.feeds import FeedConfig
from pipeline.options import Config
from pipeline.sources.settings import KafkaSettings, PubsubSettings
from schemas.errors import UsageError
from tests.conftest import Command

LAUNCHER = Path(__file__).resolve().parents[2] / "deploy/dataflow/launch.py"
IMAGE = "registry.example.com/wirebeam:0.1.0"
OPTIONS = [
    "--project=wires",
    "--region=europe-west1",
    "--temp_location=gs://wires/temp",
    f"--sdk_container_image={IMAGE}",
]
FEEDS = (
    FeedConfig("kafka://broker:9092/wire", KafkaSettings(name="wire")),
    FeedConfig("kafka://broker:9092/sport", KafkaSettings()),
    FeedConfig("pubsub://news-project/wire-sub", PubsubSettings(name="desk")),
)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (
            [],
            {
                "streaming": "",
                "num_workers": "1",
                "autoscaling_algorithm": "NONE",
                "number_of_worker_harness_threads": "12",
                "experiments": "no_use_multiple_sdk_containers",
            },
        ),
        (
            ["--num_workers=9", "--streaming"],
            {
                "autoscaling_algorithm": "NONE",
                "number_of_worker_harness_threads": "22",
                "experiments": "no_use_multiple_sdk_containers",
            },
        ),
        (
            ["--max_num_workers", "3", "--experiments=use_multiple_sdk_containers"],
            {"streaming": "", "number_of_worker_harness_threads": "12"},
        ),
    ],
)
def test_what_the_user_says_stands(given: list[str], wanted: dict[str, str]) -> None:
    made = [one[2:].partition("=") for one in dataflow.streaming(given)]
    assert {name: value for name, _, value in made} == wanted


@pytest.mark.parametrize("number", ["0", "many", "-2"])
def test_a_number_of_workers_that_is_none(number: str) -> None:
    with pytest.raises(UsageError, match="--num_workers="):
        dataflow.streaming([f"--num_workers={number}"])


def test_a_stream_on_dataflow_writes_to_no_folder_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: True)
    with pytest.raises(UsageError, match="share no folder: write to -o gs://bucket/name"):
        job(Config(str(tmp_path), "run", None), FEEDS, Pace(), OPTIONS)


def test_it_follows_kafka_and_pubsub_alone(wirebeam: Command) -> None:
    told = ("https://feeds.example.com/world.xml", "-o", "gs://wires/news", "--runner=DataflowRunner")
    refused = wirebeam("stream", *told)
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)
    assert "Dataflow follows Kafka and Pub/Sub alone, and never stops" in refused.stderr


@pytest.mark.dataflow
def test_the_graph_is_one_that_dataflow_takes() -> None:
    """Built, translated and described with Dataflow's own code, up to the request that would need credentials."""
    from apache_beam.portability.api import beam_runner_api_pb2
    from apache_beam.runners.dataflow.internal import apiclient
    from apache_beam.runners.pipeline_context import PipelineContext
    from google.cloud import dataflow_v1beta3

    config = Config("gs://wires/news", "20261125T000000Z-abcdef", None)
    arguments = [*OPTIONS, "--dry_run=True", "--no_auth", "--num_workers=2"]
    pipeline = job(config, FEEDS, Pace(), arguments)
    described = pipeline.run().job
    made = described.proto
    proto = pipeline.runner.proto_pipeline
    assert made.name.startswith("wirebeam-stream-news-")
    assert made.type == dataflow_v1beta3.JobType.JOB_TYPE_STREAMING
    # What would be sent with it, once the graph lies in the bucket.
    sent = apiclient.Environment([], described.options, "8", "gs://wires/temp/pipeline.pb", proto).proto
    assert {"no_use_multiple_sdk_containers", "enable_streaming_engine"} <= set(sent.experiments)
    (pool,) = sent.worker_pools
    assert (pool.num_workers, pool.num_threads_per_worker) == (2, 12)
    none = dataflow_v1beta3.AutoscalingAlgorithm.AUTOSCALING_ALGORITHM_NONE
    assert pool.autoscaling_settings.algorithm == none
    (image,) = pool.sdk_harness_container_images
    assert (image.container_image, pool.worker_harness_container_image) == (IMAGE, IMAGE)
    names = {one.unique_name for one in proto.components.transforms.values()}
    assert {"Commits", "Count", "IngestQueue0", *(f"Ingest{number}" for number in range(4))} <= names
    assert "Ingest4" not in names  # two readers a worker
    reading = [
        one
        for one in proto.components.transforms.values()
        if one.spec.urn == "beam:transform:pardo:v1"
        and beam_runner_api_pb2.ParDoPayload.FromString(one.spec.payload).restriction_coder_id
    ]
    assert len(reading) == 5  # splittable: each reader, and the committer
    # The queue is Dataflow's own to read, whole messages, and nothing shuffles before its rows are staged.
    (pulling,) = [
        one for one in proto.components.transforms.values() if one.spec.urn == "beam:transform:pubsub_read:v1"
    ]
    payload = beam_runner_api_pb2.PubSubReadPayload.FromString(pulling.spec.payload)
    assert payload.subscription == "projects/news-project/subscriptions/wire-sub"
    assert payload.with_attributes
    assert "beam:transform:group_by_key:v1" not in {
        one.spec.urn for one in proto.components.transforms.values()
    }
    assert "org.apache.beam" not in json.dumps(sorted(names))  # no step wants Java
    # Every step can be unpickled where it runs.
    context = PipelineContext(proto.components)
    steps = [context.transforms.get_by_id(one).transform for one in proto.components.transforms]
    assert sum(isinstance(step, beam.ParDo) for step in steps) > 10


@pytest.mark.dataflow
def test_the_launcher_describes_a_job_and_ends(tmp_path: Path) -> None:
    """The whole way of the flex template, without a broker, a bucket or credentials."""
    given = ["--source=kafka://broker:9092/wire", "--output=gs://wires/news", "--every=1.5", "--provider="]
    done = subprocess.run(
        [sys.executable, LAUNCHER, *given, *OPTIONS[:3], "--num_workers=2", "--dry_run=True", "--no_auth"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "WIREBEAM_IMAGE": IMAGE},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("wirebeam-stream-news-")
