"""What is asked of a Flink cluster before a job is sent: answers of a server that only plays one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline import flink
from pipeline.engine import Engine
from schemas.errors import UsageError, WirebeamError
from tests.conftest import Command
from tests.pipeline.played_flink import PlayedFlink, played_flink


@pytest.fixture
def cluster() -> Iterator[PlayedFlink]:
    """Three slots are free, and a job runs."""
    with played_flink() as played:
        played.slots = 3
        played.run("wirebeam-r1")
        yield played


@pytest.fixture
def jars(tmp_path: Path) -> Path:
    folder = tmp_path / "a folder of jars"
    folder.mkdir()
    for name in ("beam-runners-flink-1.19-2.70.0.jar", *(f"part-{number}.jar" for number in range(40))):
        (folder / name).touch()
    return folder


def test_options_that_avoid_trouble_are_set(cluster: PlayedFlink, jars: Path) -> None:
    _, made = flink.defaults({"flink_master": cluster.master, "flink_job_server_jar": str(jars)}, "R1")
    for wanted in (
        "--flink_version=1.19",
        "--flink_submit_uber_jar",
        "--environment_type=EXTERNAL",
        "--environment_config=localhost:50000",
        "--parallelism=3",
        "--sdk_worker_parallelism=2",
        "--job_name=wirebeam-r1",
    ):
        assert wanted in made
    options = Engine.of(
        "FlinkRunner", [f"--flink_master={cluster.master}", f"--flink_job_server_jar={jars}"], "R1"
    ).options.get_all_options()
    assert options["flink_submit_uber_jar"] is True
    assert options["parallelism"] == 3


def test_what_the_user_wrote_stands(cluster: PlayedFlink, jars: Path) -> None:
    written = [
        f"--flink_master={cluster.master}",
        f"--flink_job_server_jar={jars}",
        "--parallelism=7",
        "--environment_type",
        "DOCKER",
        "--job_name=mine",
    ]
    options = Engine.of("FlinkRunner", written, "R1").options.get_all_options()
    assert (options["parallelism"], options["environment_type"], options["job_name"]) == (7, "DOCKER", "mine")
    assert options["environment_config"] is None


def test_the_launcher_names_every_jar_by_an_address_java_reads(jars: Path) -> None:
    path = Path(flink.launcher(sorted(jars.glob("*.jar"))))
    assert path.stat().st_size < 10_000
    manifest = zipfile.ZipFile(path).read("META-INF/MANIFEST.MF").decode("ascii")
    lines = manifest.split("\r\n")
    assert max(map(len, lines)) <= 72
    assert lines[-1] == ""
    unfolded = manifest.replace("\r\n ", "")
    named = next(line for line in unfolded.split("\r\n") if line.startswith("Class-Path: ")).split(" ")[1:]
    assert named == [jar.as_uri() for jar in sorted(jars.glob("*.jar"))]
    assert len(named) == 41


def test_the_launcher_ends_with_its_process(tmp_path: Path) -> None:
    """A stream by cycles makes one for each job."""
    code = (
        "from pathlib import Path; from pipeline import flink;"
        "print(*{Path(flink.launcher([Path(name)])).parent for name in ('a.jar', 'b.jar')})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()).parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def said(master: str, jar: object, **given: str) -> str:
    with pytest.raises(WirebeamError) as caught:
        flink.defaults({"flink_master": master, "flink_job_server_jar": str(jar), **given}, "r")
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_an_unreachable_master_is_said(jars: Path) -> None:
    message = said("127.0.0.1:1", jars)
    assert "no Flink answers at http://127.0.0.1:1" in message
    assert "--flink_master" in message


@pytest.mark.parametrize(
    "path, answer",
    [
        ("/v1/overview", b"<html>welcome</html>"),
        ("/v1/overview", {"status": "ok"}),
        ("/v1/taskmanagers", None),
        ("/v1/taskmanagers", []),
    ],
)
def test_what_is_no_flink_is_said(cluster: PlayedFlink, jars: Path, path: str, answer: Any) -> None:
    cluster.answers[f"GET {path}"] = answer
    assert "8081" in said(cluster.master, jars)


def test_versions_that_do_not_fit_are_said(cluster: PlayedFlink, jars: Path) -> None:
    assert "leave it away" in said(cluster.master, jars, flink_version="1.20")
    cluster.answers["GET /v1/overview"] = {"flink-version": "1.20.1", "slots-available": 3}
    message = said(cluster.master, jars)
    assert "made for Flink 1.19" in message
    assert "1.20" in message
    cluster.answers["GET /v1/overview"] = {"flink-version": "1.15.4", "slots-available": 3}
    message = said(cluster.master, jars)
    assert "Flink 1.15.4" in message
    assert "1.19, 1.20" in message


def test_a_missing_jar_is_said(cluster: PlayedFlink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(flink.JARS, raising=False)
    assert flink.JARS in said(cluster.master, "")
    assert "no such jar" in said(cluster.master, tmp_path / "nothing.jar")
    assert "beam-runners-flink" in said(cluster.master, tmp_path)
    monkeypatch.setenv(flink.JARS, str(tmp_path / "elsewhere"))
    assert "elsewhere: no such jar" in said(cluster.master, "")


def test_a_job_is_cancelled_by_its_name(cluster: PlayedFlink) -> None:
    found = flink.Cluster.at(cluster.master)
    assert found.cancel("wirebeam-r1")
    assert cluster.changes == ["PATCH /v1/jobs/one?mode=cancel"]
    assert not found.cancel("another")
    cluster.run("wirebeam-r1", "FINISHED")
    assert not found.cancel("wirebeam-r1")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("state", ["RUNNING", "DONE"])  # and where it ends at that very moment
def test_an_interrupt_that_python_drops_cancels_the_job(cluster: PlayedFlink, jars: Path, state: str) -> None:
    class Finalized:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    class Running:
        @property
        def state(self) -> str:
            Finalized()  # what is raised in there comes to nobody
            return state

        def wait_until_finish(self) -> str:
            return state

    options = [f"--flink_master={cluster.master}", f"--flink_job_server_jar={jars}"]
    pipeline: Any = type("Pipeline", (), {"run": lambda self: Running()})()
    with pytest.raises(KeyboardInterrupt):
        Engine.of("FlinkRunner", options, "r1").execute(pipeline)
    assert cluster.changes == ["PATCH /v1/jobs/one?mode=cancel"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_command_line_says_it_in_one_line(
    tmp_path: Path, feed: Path, jars: Path, wirebeam: Command
) -> None:
    options = ("--", "--flink_master=127.0.0.1:1", f"--flink_job_server_jar={jars}")
    done = wirebeam("run", feed, "-o", tmp_path / "out", "--runner", "FlinkRunner", *options)
    assert done.returncode == 1
    assert done.stderr.startswith("wirebeam: no Flink answers at http://127.0.0.1:1")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_standard_input_is_refused_for_an_engine(cluster: PlayedFlink, jars: Path) -> None:
    options = [f"--flink_master={cluster.master}", f"--flink_job_server_jar={jars}"]
    engine = Engine.of("FlinkRunner", options, "r")
    engine.check_inputs(["feed"])
    with pytest.raises(UsageError, match="standard input"):
        engine.check_inputs(["feed", "-"])
    Engine.of("FnApiRunner", [], "r").check_inputs(["-"])
