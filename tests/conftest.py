"""Fixtures every test may use."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

# On a machine that others use as well, making examples takes any time: it says nothing of the code. The examples
# of a test are the same in every run, so that a verdict says something of a change; `--hypothesis-profile explore`
# looks for others.
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("shared", settings.get_profile("explore"), derandomize=True, database=None)
settings.load_profile("shared")

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
SAMPLES = Path(__file__).resolve().parent / "data" / "samples"
WIREBEAM = str(Path(sys.executable).with_name("wirebeam"))


class Command(Protocol):
    """The fixture `wirebeam`: arguments as a shell has them, and what `subprocess.run` is told beside them."""

    def __call__(
        self,
        *arguments: object,
        input: str | None = None,
        cwd: Path | None = None,
        preexec_fn: Callable[[], object] | None = None,
    ) -> subprocess.CompletedProcess[str]: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much a run tries."""
    parser.addoption("--fuzz-count", type=int, default=2000, help="mutated files sent the whole way")


class ByFolder(LoadScopeScheduling):
    """Tests of a folder, which share a cluster or a broker, go to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0].rpartition("/")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    """`--dist loadscope` goes by folder here."""
    return ByFolder(config, log) if config.getoption("dist") == "loadscope" else None


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real corpora beside the checkout; tests that need it skip where it is absent."""
    if not (SHARED / "corpora").is_dir():
        pytest.skip(f"the real corpora are not at {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def wirebeam() -> Command:
    """Runs the command line in a process of its own, as a script would."""

    def call(
        *arguments: object,
        input: str | None = None,
        cwd: Path | None = None,
        preexec_fn: Callable[[], object] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [WIREBEAM, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            input=input,
            cwd=cwd,
            preexec_fn=preexec_fn,
        )

    return call


@pytest.fixture(scope="session")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples with the times at which they were received."""
    target = tmp_path_factory.mktemp("samples") / "feed"
    shutil.copytree(SAMPLES, target, ignore=shutil.ignore_patterns("received.tsv"))
    for line in (SAMPLES / "received.tsv").read_text("utf-8").splitlines():
        name, received = line.split("\t")
        moment = dt.datetime.fromisoformat(received).timestamp()
        os.utime(target / name, (moment, moment))
    return target


@pytest.fixture(scope="session")
def news(feed: Path, tmp_path_factory: pytest.TempPathFactory, wirebeam: Command) -> Path:
    """A dataset of the samples. Tests read it and do not change it."""
    output = tmp_path_factory.mktemp("news") / "out"
    done = wirebeam("run", feed, "-o", output)
    assert done.returncode == 0, done.stderr
    return output
