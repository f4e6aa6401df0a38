"""One Flink for all tests of a process: it takes seconds to start, and each job leaves it as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engines.flink import Flink, command, wait_until
from tests.pipeline.sinks import objects


@pytest.fixture(scope="session")
def store() -> Iterator[str]:
    """An object store with an empty bucket, of which the cluster's workers know."""
    with objects.s3() as uri:
        yield uri


@pytest.fixture(scope="session")
def cluster(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flink]:
    """The cluster. At its end no process is left, of those that it started neither."""
    with Flink(tmp_path_factory.mktemp("flink")) as running:
        yield running
        started = running.pids()
    assert len(started) > len(running.processes) == 0
    wait_until(lambda: not any(map(command, started)), 120)


@pytest.fixture
def flink(cluster: Flink) -> Flink:
    """The cluster with nothing on it."""
    cluster.idle()
    return cluster
