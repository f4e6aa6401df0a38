"""Flink: what a cluster is asked before a job is sent, and the options that keep jobs out of trouble.

Every option set here is a default: what the user writes after `--` stands.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apache_beam
import httpx
from apache_beam.options.pipeline_options import FlinkRunnerOptions

from pipeline.worker_pool import PORT
from schemas.errors import WirebeamError

RUNNER = "FlinkRunner"
JARS = "WIREBEAM_FLINK_JARS"  # environment variable: the job server's jar, or a folder of jars
_SECONDS = 15.0  # for one answer of the cluster
_BUILT_IN = ("[local]", "[auto]")
_DRIVER = "org.apache.beam.runners.flink.FlinkJobServerDriver"
_RUNNER_JAR = re.compile(r"beam-runners-flink-(\d+\.\d+)")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Flink cluster, by its REST interface.

    Attributes:
        master: its address, `http://host:port`.
        version: `1.19.0`.
        free_slots: task slots without a task.
        slots: task slots of the largest TaskManager, 0 where TaskManagers come on demand.
    """

    master: str
    version: str
    free_slots: int
    slots: int

    @property
    def minor(self) -> str:
        """`1.19`, as Beam names its runners."""
        return ".".join(self.version.split(".")[:2])

    @classmethod
    def at(cls, master: str) -> Cluster:
        """Asks the cluster at an address.

        Raises:
            WirebeamError: nobody answers, or not a Flink.
        """
        master = master.strip().rstrip("/")
        if "://" not in master:
            master = f"http://{master}"
        overview, managers = _get(master, "overview"), _get(master, "taskmanagers")
        try:
            found = [int(one["slotsNumber"]) for one in managers["taskmanagers"]]
            return cls(
                master,
                str(overview["flink-version"]),
                int(overview["slots-available"]),
                max(found, default=0),
            )
        except (KeyError, TypeError, ValueError):
            raise WirebeamError(
                f"{master} is no Flink REST interface: name the JobManager's, usually port 8081"
            ) from None

    def job(self, name: str) -> str | None:
        """Id of the running job of a name."""
        for job in _get(self.master, "jobs/overview").get("jobs", ()):
            if job["name"] == name and job["state"] not in ("FINISHED", "FAILED", "CANCELED"):
                return str(job["jid"])
        return None

    def cancel(self, name: str) -> bool:
        """Cancels the job of a name, if it runs: Beam's own `cancel` asks at an address that Flink lacks."""
        with contextlib.suppress(WirebeamError, httpx.HTTPError):
            if job := self.job(name):
                httpx.patch(f"{self.master}/v1/jobs/{job}", params={"mode": "cancel"}, timeout=_SECONDS)
                return True
        return False


def _get(master: str, path: str) -> Any:
    try:
        answer = httpx.get(f"{master}/v1/{path}", timeout=_SECONDS, follow_redirects=True)
        answer.raise_for_status()
        return answer.json()
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        raise WirebeamError(
            f"{master} answers {status}: name the REST interface of Flink's JobManager, usually port 8081"
        ) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error).strip() or type(error).__name__
        raise WirebeamError(
            f"no Flink answers at {master} ({reason}): start it, or correct --flink_master"
        ) from None
    except ValueError:
        raise WirebeamError(
            f"{master} is no Flink REST interface: name the JobManager's, usually port 8081"
        ) from None


def defaults(given: Mapping[str, str], run_id: str) -> tuple[Cluster | None, list[str]]:
    """The options that the user has not set, for a cluster that can take the job.

    Args:
        given: the user's options by their names, without dashes.
        run_id: names the job.

    Returns:
        The cluster, None where the runner brings its own (`[local]`), and the options.

    Raises:
        WirebeamError: the cluster does not answer, is of a version that Beam has no runner for, or the
            runner's jar is missing or made for another version.
    """
    master = given.get("flink_master", "[auto]")
    own = master in _BUILT_IN
    cluster = None if own else Cluster.at(master)
    version = given.get("flink_version")
    known = FlinkRunnerOptions.PUBLISHED_FLINK_VERSIONS
    if cluster and cluster.minor not in known:
        raise WirebeamError(
            f"{cluster.master} is Flink {cluster.version}; Beam {apache_beam.__version__} runs on "
            f"{', '.join(known)}: use one of these"
        )
    if cluster and version and version != cluster.minor:
        raise WirebeamError(
            f"{cluster.master} is Flink {cluster.version}, --flink_version says {version}: leave it away"
        )
    wanted = {
        "job_name": f"wirebeam-{run_id.lower()}",
        "flink_job_server_jar": _jar(given, cluster.minor if cluster else version),
    }
    if cluster:
        wanted |= {
            "flink_version": cluster.minor,
            "flink_submit_uber_jar": "",
            "environment_type": "EXTERNAL",
            "parallelism": str(max(1, cluster.free_slots)),
            # One Python process a slot: one for all of them would use one core.
            "sdk_worker_parallelism": str(max(1, cluster.slots)),
        }
        if given.get("environment_type", "EXTERNAL") == "EXTERNAL":
            wanted["environment_config"] = f"localhost:{PORT}"
    made = [
        f"--{name}={value}" if value else f"--{name}"
        for name, value in wanted.items()
        if name not in given or name == "flink_job_server_jar"
    ]
    return cluster, made


def _jar(given: Mapping[str, str], version: str | None) -> str:
    """Path of the jar to send."""
    named = given.get("flink_job_server_jar") or os.environ.get(JARS, "")
    if not named:
        raise WirebeamError(
            f"Flink needs Beam's job server: name its jar (or a folder of jars) with --flink_job_server_jar "
            f"or ${JARS}; deploy/flink/README.md says where it comes from. Nothing is fetched at run time"
        )
    path = Path(named)
    if not path.exists():
        raise WirebeamError(f"{named}: no such jar or folder of jars (--flink_job_server_jar or ${JARS})")
    jars = sorted(path.glob("*.jar")) if path.is_dir() else [path]
    made_for = {found[1] for jar in jars if (found := _RUNNER_JAR.search(jar.name))}
    if path.is_dir() and not made_for:
        raise WirebeamError(f"{named}: has no beam-runners-flink-*.jar; see deploy/flink/README.md")
    if version and made_for and version not in made_for:
        raise WirebeamError(
            f"{named}: made for Flink {', '.join(sorted(made_for))}, the cluster is {version}: "
            f"name a job server for {version}"
        )
    return launcher(jars) if path.is_dir() else str(path.absolute())


def launcher(jars: list[Path]) -> str:
    """A jar of a few kilobytes that names the jars of a folder, and is sent to the cluster in their place.

    The folder must be at the same path on the machines of the JobManager and the TaskManagers.

    Returns:
        Its path, in a temporary folder that ends with the process.
    """
    names = " ".join(jar.absolute().as_uri() for jar in jars)
    text = f"Class-Path: {names}"
    # A manifest's lines have 72 bytes at the most, and go on after a space.
    lines = [text[:72], *(f" {text[start : start + 71]}" for start in range(72, len(text), 71))]
    manifest = "\r\n".join(["Manifest-Version: 1.0", f"Main-Class: {_DRIVER}", *lines, ""])
    path = Path(_folder().name) / "job-server.jar"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/MANIFEST.MF", manifest)
    return str(path)


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="wirebeam-flink-")
