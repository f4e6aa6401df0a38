"""A real Flink on loopback, without Docker: a JobManager, TaskManagers and Wirebeam's worker pool.

`with Flink(folder) as flink: flink.options`. What it started ends with it, workers too.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from tests.brokers.jars import fetched, needs
from tests.brokers.kafka import free_port

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "flink"
WIREBEAM = str(Path(sys.executable).with_name("wirebeam"))
_JAVA = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
_CONFIGURATION = """\
jobmanager.rpc.address: 127.0.0.1
jobmanager.rpc.port: {rpc}
jobmanager.bind-host: 127.0.0.1
jobmanager.memory.process.size: 1g
rest.address: 127.0.0.1
rest.bind-address: 127.0.0.1
rest.port: {rest}
taskmanager.host: 127.0.0.1
taskmanager.bind-host: 127.0.0.1
taskmanager.numberOfTaskSlots: 2
taskmanager.cpu.cores: 2
taskmanager.memory.task.heap.size: 256m
taskmanager.memory.task.off-heap.size: 0m
taskmanager.memory.framework.heap.size: 128m
taskmanager.memory.framework.off-heap.size: 128m
taskmanager.memory.jvm-metaspace.size: 256m
taskmanager.memory.jvm-overhead.min: 128m
taskmanager.memory.jvm-overhead.max: 128m
taskmanager.memory.network.min: 128m
taskmanager.memory.network.max: 128m
taskmanager.memory.managed.size: 64m
heartbeat.interval: 1000
heartbeat.timeout: 8000
state.backend.type: hashmap
state.checkpoints.dir: file://{folder}/checkpoints
state.savepoints.dir: file://{folder}/savepoints
execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION
restart-strategy.type: fixed-delay
restart-strategy.fixed-delay.attempts: 20
restart-strategy.fixed-delay.delay: 500ms
"""


class Flink:
    """The cluster: one TaskManager with two slots, and the worker pool.

    Args:
        folder: for its configuration, checkpoints and logs.

    Attributes:
        master: address of the REST interface.
        jars: folder of Flink's and Beam's jars.
        processes: name -> process: `jobmanager`, `taskmanager`, `pool`.
    """

    def __init__(self, folder: Path) -> None:
        needs("java", "mvn")
        self.jars = fetched(DEPLOY / "flink-pom.xml", DEPLOY / "flink.sha256")
        self._folder = folder
        self._conf = folder / "conf"
        self._conf.mkdir(parents=True, exist_ok=True)
        (folder / "tmp").mkdir(exist_ok=True)
        rest = free_port()
        self.master = f"http://127.0.0.1:{rest}"
        self.pool = f"127.0.0.1:{free_port()}"
        text = _CONFIGURATION.format(rpc=free_port(), rest=rest, folder=folder)
        (self._conf / "config.yaml").write_text(text)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def options(self) -> list[str]:
        """What follows `--` in a command that runs here."""
        return [
            f"--flink_master={self.master}",
            f"--flink_job_server_jar={self.jars}",
            f"--environment_config={self.pool}",
        ]

    def start(self, seconds: float = 300) -> None:
        """Start it, and wait until it has free slots."""
        self.start_jobmanager()
        self.start_taskmanager()
        self.start_pool()
        end = time.monotonic() + seconds
        while self.free_slots() < 2:
            for name, process in self.processes.items():
                if process.poll() is not None:
                    raise RuntimeError(f"{name} ended: {self.log(name)[-2000:]}")
            if time.monotonic() > end:
                raise RuntimeError(f"no TaskManager came: {self.log('taskmanager')[-2000:]}")
            time.sleep(0.2)

    def start_jobmanager(self) -> None:
        """Start the JobManager, at first or after it was killed: it knows no job then."""
        self._java("jobmanager", "entrypoint.StandaloneSessionClusterEntrypoint")

    def start_taskmanager(self) -> None:
        """Start the TaskManager, at first or after it was killed."""
        self._java("taskmanager", "taskexecutor.TaskManagerRunner")

    def start_pool(self) -> None:
        """Start the worker pool, at first or after it was killed."""
        self._start("pool", [WIREBEAM, "worker-pool", "--port", self.pool.rpartition(":")[2]])

    def free_slots(self) -> int:
        """Task slots that are free; 0 while there is no answer."""
        try:
            return int(httpx.get(f"{self.master}/v1/overview").json().get("slots-available", 0))
        except (httpx.HTTPError, ValueError):
            return 0

    def running(self) -> list[str]:
        """Names of the jobs that run; none while there is no answer."""
        try:
            jobs = httpx.get(f"{self.master}/v1/jobs/overview").json()["jobs"]
            return [job["name"] for job in jobs if job["state"] == "RUNNING"]
        except (httpx.HTTPError, ValueError, KeyError):
            return []

    def idle(self, seconds: float = 300) -> None:
        """Wait until no job holds a slot."""
        wait_until(lambda: self.free_slots() >= 2, seconds)

    def kill(self, name: str) -> None:
        """SIGKILL."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def restart_jobmanager(self) -> None:
        """SIGKILL, and start it again; wait for the TaskManager."""
        self.kill("jobmanager")
        self.start_jobmanager()
        wait_until(lambda: self.free_slots() > 0, 120)

    def workers(self) -> list[int]:
        """Process ids of the Python workers."""
        found = [child for child in children(self.processes["pool"].pid) if "forkserver" in command(child)]
        return [worker for server in found for worker in children(server)]

    def kill_workers(self) -> None:
        """SIGKILL to all of them that are still there."""
        for pid in self.workers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def pids(self) -> list[int]:
        """Process ids of all that runs: its own processes, and what these have started."""
        found = [process.pid for process in self.processes.values()]
        for pid in found:
            found += children(pid)
        return found

    def log(self, name: str) -> str:
        """What a process has said."""
        return (self._folder / f"{name}.log").read_text("utf-8", "replace")

    def stop(self) -> None:
        """End all of it."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _java(self, name: str, main: str) -> None:
        heap = ["-Xmx512m"] if name == "jobmanager" else ["-Xmx448m", "-XX:MaxDirectMemorySize=320m"]
        command = ["java", *_JAVA, *heap, f"-Djava.io.tmpdir={self._folder / 'tmp'}"]
        command += ["-cp", f"{self.jars}{os.sep}*", f"org.apache.flink.runtime.{main}"]
        self._start(name, [*command, "--configDir", str(self._conf)])

    def _start(self, name: str, command: list[str]) -> None:
        with open(self._folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)


def wait_until(holds: Callable[[], bool], seconds: float) -> None:
    """Wait until something holds; fail where it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds:.0f} s")
        time.sleep(0.1)


def children(pid: int) -> list[int]:
    """Process ids of a process's children."""
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):  # each thread has its own
        with contextlib.suppress(OSError):
            found += [int(child) for child in path.read_text("ascii").split()]
    return found


def command(pid: int) -> str:
    """A process's command line."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace").replace("\0", " ")
    except FileNotFoundError:
        return ""


def resident(pid: int) -> int:
    """Memory that a process has had at the most, bytes."""
    text = Path(f"/proc/{pid}/status").read_text("ascii")
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM")) * 1024
