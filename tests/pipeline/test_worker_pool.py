"""The worker pool: processes start and stop as an engine asks, and end with it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from apache_beam.portability.api import beam_fn_api_pb2 as fn_api
from apache_beam.portability.api import beam_fn_api_pb2_grpc as fn_api_grpc
from apache_beam.portability.api import endpoints_pb2

WIREBEAM = str(Path(sys.executable).with_name("wirebeam"))
PATIENCE = 120.0  # seconds


@pytest.fixture
def engine() -> Iterator[str]:
    """An address that accepts connections and says nothing: workers wait for it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_workers_start_stop_and_end_with_the_pool(engine: str) -> None:
    pool = subprocess.Popen(
        [WIREBEAM, "worker-pool", "--port", "0", "--verbose"], stderr=subprocess.PIPE, text=True
    )
    assert pool.stderr is not None
    lines = iter(pool.stderr.readline, "")
    address = next(line for line in lines if "--environment_config=" in line).strip().rpartition("=")[2]
    host, _, port = address.rpartition(":")
    assert host == "127.0.0.1"
    stub = fn_api_grpc.BeamFnExternalWorkerPoolStub(grpc.insecure_channel(address))
    endpoint = endpoints_pb2.ApiServiceDescriptor(url=engine)
    pids = []
    for name in ("1-1", "1-2"):
        answer = stub.StartWorker(fn_api.StartWorkerRequest(worker_id=name, control_endpoint=endpoint))
        assert answer.error == ""
        pids.append(int(next(line for line in lines if f"worker {name} started" in line).split()[-1]))
    assert all(map(alive, pids))
    stub.StopWorker(fn_api.StopWorkerRequest(worker_id="1-1"))
    stub.StopWorker(fn_api.StopWorkerRequest(worker_id="nobody"))
    assert [alive(pid) for pid in pids] == [False, True]
    taken = subprocess.run(
        [WIREBEAM, "worker-pool", "--port", port],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert taken.returncode == 1
    assert f"127.0.0.1:{port}: the port is taken" in taken.stderr
    os.kill(pool.pid, signal.SIGTERM)
    assert pool.wait(PATIENCE) == 0
    end = time.monotonic() + PATIENCE
    while any(map(alive, pids)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(alive, pids))
