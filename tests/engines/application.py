"""A Flink that runs one application, the jar that `wirebeam stream` writes, and ends with it; on loopback.

The cluster is that of `tests.engines.flink`, but its JobManager begins with the job: no command sends it.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from pipeline.executable import CLASS
from tests.brokers.jars import fetched
from tests.brokers.kafka import Broker
from tests.engines.flink import WIREBEAM, Flink, wait_until
from tests.soak.flink_stream import TOPIC, Recorded

HERE = Path(__file__).resolve().parent
_ENTRY = "org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint"
_JAVA = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")


class Application(Flink):
    """One TaskManager with two slots, the worker pool, and a JobManager a start.

    Args:
        folder: for its configuration, the jar, savepoints and logs.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.place = folder
        self.entry = fetched(HERE / "application-pom.xml", HERE / "application.sha256")
        (folder / "lib").mkdir(exist_ok=True)
        self.savepoint = ""

    def start(self, seconds: float = 300) -> None:
        """Start what outlives a job."""
        self.start_taskmanager()
        self.start_pool()

    def start_jobmanager(self, *, restore: bool = False) -> None:
        """Start the job: afresh, or from the savepoint that was taken, as far as it fits."""
        command = ["java", *_JAVA, f"-Djava.io.tmpdir={self.place / 'tmp'}"]
        command += ["-cp", f"{self.entry}{os.sep}*:{self.jars}{os.sep}*", _ENTRY]
        command += ["--configDir", str(self.place / "conf"), "--job-classname", CLASS]
        command += ["-Dmetrics.fetcher.update-interval=500"]
        # As in deploy/kubernetes: nobody sends the job again.
        command += ["-Drestart-strategy.type=exponential-delay"]
        if restore:
            command += ["--fromSavepoint", self.savepoint, "--allowNonRestoredState"]
        os.environ["FLINK_LIB_DIR"] = str(self.place / "lib")  # beside it is usrlib
        try:
            self._start("jobmanager", command)
        finally:
            del os.environ["FLINK_LIB_DIR"]

    def restart_jobmanager(self) -> None:
        """SIGKILL, and the job afresh."""
        self.kill("jobmanager")
        self.start_jobmanager()

    def job(self) -> dict[str, Any]:
        """The job; empty while there is none."""
        try:
            jobs = httpx.get(f"{self.master}/v1/jobs/overview", timeout=60).json()["jobs"]
            return dict(jobs[0]) if jobs else {}
        except (httpx.HTTPError, ValueError, KeyError):
            return {}

    def counter(self, name: str) -> int:
        """A counter of the job, as Flink shows it."""
        job = f"{self.master}/v1/jobs/{self.job()['jid']}"
        vertices = httpx.get(job, timeout=60).json()["vertices"]
        place = next(one["id"] for one in vertices if "Count" in one["name"])
        address = f"{job}/vertices/{place}/subtasks/metrics"
        known = [str(one["id"]) for one in httpx.get(address, timeout=60).json()]
        wanted = next((one for one in known if one.endswith(f".wirebeam_{name}")), "")
        found = httpx.get(address, params={"get": wanted, "agg": "max"}, timeout=60).json()
        return int(found[0]["max"]) if found else 0

    def stop_with_savepoint(self) -> None:
        """As the operator does before an upgrade. The JobManager ends with its job."""
        address = f"{self.master}/v1/jobs/{self.job()['jid']}/savepoints"
        request = httpx.post(address, json={"cancel-job": True}, timeout=60).json()["request-id"]
        end = time.monotonic() + 120
        while (answer := httpx.get(f"{address}/{request}", timeout=60).json())["status"]["id"] != "COMPLETED":
            assert time.monotonic() < end, answer
            time.sleep(0.1)
        self.savepoint = answer["operation"]["location"]
        self._ended()

    def cancel(self) -> None:
        """End the job, and the JobManager with it."""
        httpx.patch(f"{self.master}/v1/jobs/{self.job()['jid']}", params={"mode": "cancel"}, timeout=60)
        self._ended()

    def _ended(self) -> None:
        wait_until(lambda: self.processes["jobmanager"].poll() is not None, 120)
        del self.processes["jobmanager"]


class ApplicationStream(Recorded):
    """A stream as an application, as `tests.soak.flink_stream.Stream` is one with a command.

    Args:
        flink: where it runs; its jar is written there.
        broker: where the items are.
        output: the dataset.
        options: further options of the command.
        topic: the topic.
        interval: milliseconds from checkpoint to checkpoint.
        parallelism: half as many as there are readers.
    """

    def __init__(
        self,
        flink: Application,
        broker: Broker,
        output: Path,
        *options: str,
        topic: str = TOPIC,
        interval: int = 10_000,
        parallelism: int = 2,
    ) -> None:
        super().__init__(output)
        self._flink = flink
        command = [WIREBEAM, "stream", f"kafka://{broker.servers}/{topic}", "-o", str(output), *options]
        command += ["--every=0.5", "--runner=FlinkRunner", "--", f"--parallelism={parallelism}"]
        command += [f"--flink_job_server_jar={flink.jars}", f"--environment_config={flink.pool}"]
        command += [f"--checkpointing_interval={interval}"]
        command += [f"--output_executable_path={flink.place / 'usrlib' / 'stream.jar'}"]
        subprocess.run(command, capture_output=True, timeout=300, check=True)

    def start(self, *, restore: bool = False) -> None:
        """Start the job."""
        self._flink.start_jobmanager(restore=restore)

    def stop(self) -> None:
        """End it."""
        self._flink.cancel()

    def reaches(self, items: int) -> Callable[[], bool]:
        """Whether so many items are committed, for `wait_until`."""

        def reached() -> bool:
            if self._flink.processes["jobmanager"].poll() is not None:
                raise RuntimeError(f"the job ended: {self._flink.log('jobmanager')[-2000:]}")
            return self.counts()["read"] >= items

        return reached
