"""A stream as one jar: what is in it, what is refused, and the committer as a source."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from apache_beam.portability.api import beam_runner_api_pb2
from google.protobuf import json_format

from pipeline import application
from pipeline.application import Commits
from pipeline.cycle import Pace
from pipeline.executable import write
from pipeline.feeds import FeedConfig
from pipeline.options import Config
from pipeline.sinks.dataset import Dataset
from pipeline.sources.settings import KafkaSettings
from pipeline.tenure import Application, end_all
from schemas.errors import UsageError, WirebeamError
from tests.conftest import Command

FEEDS = (
    FeedConfig("kafka://broker:9092/wire", KafkaSettings(name="wire")),
    FeedConfig("kafka://broker:9092/sport", KafkaSettings()),
)


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """Beam's job server, as far as the jar's maker sees it."""
    path = tmp_path / "beam-runners-flink-1.19-job-server.jar"
    with zipfile.ZipFile(path, "w") as jar:
        jar.writestr("org/apache/beam/runners/flink/FlinkPipelineRunner.class", b"")
    return path


def made(tmp_path: Path, server: Path, *options: str) -> tuple[beam_runner_api_pb2.Pipeline, dict[str, Any]]:
    """The jar's pipeline and its options."""
    jar = tmp_path / "made" / "stream.jar"
    given = [f"--output_executable_path={jar}", f"--flink_job_server_jar={server}", *options]
    config = Config(str(tmp_path / "news"), "run", None)
    assert write(config, FEEDS, Pace(), ("0.0.0.0", 9108), given) == jar
    with zipfile.ZipFile(jar) as opened:
        assert "org/apache/beam/runners/flink/FlinkPipelineRunner.class" in opened.namelist()
        proto = beam_runner_api_pb2.Pipeline()
        json_format.Parse(opened.read("BEAM-PIPELINE/pipeline/pipeline.json"), proto)
        options_ = json.loads(opened.read("BEAM-PIPELINE/pipeline/pipeline-options.json"))
    return proto, {name.split(":")[2]: value for name, value in options_.items()}


def beginnings(proto: beam_runner_api_pb2.Pipeline) -> list[beam_runner_api_pb2.PTransform]:
    """The steps that begin, in the order in which they were made."""
    named = proto.components.transforms.items()
    found = [(int(key.rpartition("_")[2]), one) for key, one in named if one.unique_name.endswith("/Impulse")]
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def test_the_jar_has_readers_a_committer_and_the_options_that_keep_it_from_stalling(
    tmp_path: Path, server: Path
) -> None:
    wide = ("--parallelism=3", "--sdk_worker_parallelism=1")
    (proto, options), (again, _) = made(tmp_path, server, *wide), made(tmp_path, server, *wide)
    names = {one.unique_name for one in proto.components.transforms.values()}
    # A savepoint's state is known by names, but where a source begins by its number: readers may become more.
    assert names == {one.unique_name for one in again.components.transforms.values()}
    begin = [one.unique_name for one in beginnings(proto)]
    assert begin == ["Commits/Create/Impulse", *(f"Kafka{number}/Create/Impulse" for number in range(6))]
    assert options["job_name"].startswith("wirebeam-stream-news-")
    assert len([name for name in names if name.startswith("Ingest") and "/" not in name]) == 6
    assert {"Commits", "Count"} <= names
    assert options["streaming"] is True
    assert options["finish_bundle_before_checkpointing"] is True
    assert (options["max_bundle_time_mills"], options["checkpointing_interval"]) == ("200", "60000")
    assert (options["flink_master"], options["parallelism"]) == ("[auto]", "3")
    assert (options["environment_type"], options["sdk_worker_parallelism"]) == ("EXTERNAL", "1")
    assert options["environment_config"] == "localhost:50000"
    assert "output_executable_path" not in options
    assert not (tmp_path / "news").exists()  # the dataset is the job's


@pytest.mark.parametrize(
    "option, message",
    [
        ("--flink_master=http://f:8081", "--flink_master: a jar runs on the cluster that starts it"),
        ("--savepoint_path=/s", "--savepoint_path: a jar runs on the cluster"),
        ("--checkpointing_interval=1m", "--checkpointing_interval: write milliseconds"),
    ],
)
def test_what_a_jar_cannot_be_told(tmp_path: Path, server: Path, option: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        made(tmp_path, server, option)


def test_the_command_line_writes_a_jar_of_kafka_alone(
    tmp_path: Path, server: Path, wirebeam: Command
) -> None:
    jar = tmp_path / "stream.jar"
    tail = ("--runner=FlinkRunner", "--", "--output_executable_path", jar, f"--flink_job_server_jar={server}")
    done = wirebeam("stream", "kafka://broker:9092/wire", "-o", tmp_path / "news", *tail)
    assert (done.returncode, done.stdout) == (0, f"{jar}\n"), done.stderr
    assert jar.is_file()
    refused = wirebeam("stream", tmp_path, "-o", tmp_path / "news", *tail)
    assert refused.returncode == 2
    assert "a jar follows Kafka alone" in refused.stderr


def test_a_committer_waits_for_a_dataset_and_then_fails_its_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Application("job", Config(str(tmp_path / "news"), "jar", None), FEEDS[:1], Pace())
    with Dataset.open(tmp_path / "news"):
        reader = Commits(told, longest=0.05).create_reader(None, None)
        assert not reader.start()  # it may be this job's own former worker
        monkeypatch.setattr(application, "REFUSED", 0.01)
        with pytest.raises(WirebeamError, match="another run is writing here"):
            reader.advance()
    end_all()
