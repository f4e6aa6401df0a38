"""Prism on this machine: where its program is, what is set for it, and that it ends with us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import prism
from pipeline.engine import Engine
from schemas.errors import UsageError, WirebeamError
from tests.conftest import Command

PATIENCE = 120.0  # seconds; the machine may be busy


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No Prism on the PATH or where Go installs."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("GOBIN", str(tmp_path / "go"))
    return tmp_path


def program(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_the_program_is_the_named_one_else_one_of_the_path_else_gos(nowhere: Path) -> None:
    with pytest.raises(
        WirebeamError, match=r"no prism on the PATH or in .*: get it by `go install \S+prism@v2"
    ):
        prism.binary({})
    go = program(nowhere / "go" / "prism")
    assert prism.binary({}) == go
    own = program(nowhere / "bin" / "prism")
    assert prism.binary({}) == own
    named = program(nowhere / "mine")
    assert prism.binary({"prism_location": named}) == named
    with pytest.raises(WirebeamError, match=r"/no/prism: no such file: get it by `go install"):
        prism.binary({"prism_location": "/no/prism"})
    with pytest.raises(UsageError, match="name a file of this machine"):
        prism.binary({"prism_location": "https://github.com/apache/beam/releases/tag/v2.77.0"})


def test_its_time_out_is_ours_unless_the_user_says_another(nowhere: Path) -> None:
    own = program(nowhere / "bin" / "prism")
    options = Engine.of(prism.RUNNER, [], "run").options.get_all_options()
    assert (options["job_server_timeout"], options["prism_location"]) == (1_000_000, own)
    assert options["experiments"] == ["prism_disable_sdf_split"]
    told = ["--job_server_timeout=60", "--prism_location", own, "--experiments=mine"]
    options = Engine.of(prism.RUNNER, told, "run").options.get_all_options()
    assert (options["job_server_timeout"], options["prism_location"]) == (60, own)
    assert options["experiments"] == ["mine", "prism_disable_sdf_split"]


def test_what_is_missing_is_one_line(tmp_path: Path, wirebeam: Command) -> None:
    tail = ("-o", tmp_path / "news", "--runner=PrismRunner", "--", "--prism_location=/no/prism")
    done = wirebeam("stream", "kafka://127.0.0.1:9/wire", *tail)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"/no/prism: no such file: get it by `{prism.INSTALL}`" in done.stderr
    other = wirebeam("stream", tmp_path, *tail)
    assert other.returncode == 2
    assert "PrismRunner follows Kafka alone" in other.stderr


def test_a_tethered_program_ends_with_whoever_started_it() -> None:
    """The one that starts it is killed, and cannot see to that itself."""
    tether = [sys.executable, "-m", "pipeline.tether", "/bin/sh", "-c", "echo $$; exec /bin/sleep 600"]
    started = f"import subprocess, time; subprocess.Popen({tether!r}); time.sleep(600)"
    parent = subprocess.Popen([sys.executable, "-c", started], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    os.kill(pid, 0)
    parent.kill()
    parent.wait()
    end = time.monotonic() + PATIENCE
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_tethered_program_is_stopped_through_its_tether() -> None:
    command = [sys.executable, "-m", "pipeline.tether", "/bin/sh", "-c", "echo up; exec /bin/sleep 600"]
    tether = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert tether.stdout is not None
    tether.stdout.readline()
    tether.terminate()
    assert tether.wait(PATIENCE) == 128 + signal.SIGTERM
