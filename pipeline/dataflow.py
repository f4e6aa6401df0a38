"""Dataflow: the options that a job needs, checked before anything is sent.

Every option set here is a default: what the user writes after `--` stands.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence

from pipeline.options import named
from schemas.errors import UsageError, WirebeamError

RUNNER = "DataflowRunner"
LONGEST = (
    10.0  # seconds that a reader of a stream goes on without a pause; Dataflow takes minutes for a fault
)
WORKERS = 16  # inputs are dealt out for so many, where --max_num_workers says nothing
_NEEDED = {
    "project": "the project that pays, --project=NAME",
    "region": "the region to run in, --region=europe-west1",
    "temp_location": "a place for its own files, --temp_location=gs://BUCKET/temp",
    "sdk_container_image": "the image that workers run, --sdk_container_image=REGISTRY/wirebeam:TAG",
}


# Beam's default is a process for each core of a worker's machine, any of which may be asked for what another
# one began. The committer and the clients of Kafka are of one process.
_ONE_PROCESS = "no_use_multiple_sdk_containers"


def readers(given: Mapping[str, str]) -> int:
    """How many read a stream's partitions at once: two a worker, for which worker one comes to is chance.

    Args:
        given: the user's options by their names, without dashes.

    Raises:
        UsageError: the number of workers is none.
    """
    text = given.get("num_workers") or given.get("max_num_workers") or "1"
    if not text.isdecimal() or not int(text):
        raise UsageError(f"--num_workers={text}: write how many workers, 1 or more")
    return 2 * int(text)


def streaming(given: Sequence[str]) -> list[str]:
    """The options of a stream that the user has not set.

    Workers are as many as at the beginning: Dataflow scales by a backlog that Beam's Python sources do not
    tell, and each move of the committer costs a pause.

    Args:
        given: what the user wrote after `--`.

    Raises:
        UsageError: the number of workers is none.
    """
    told = dict(named(given))
    # Each reader and the committer hold a thread; all of them may come to one worker.
    wanted = {"number_of_worker_harness_threads": str(max(12, readers(told) + 4))}
    if "max_num_workers" not in told:
        wanted |= {"num_workers": "1", "autoscaling_algorithm": "NONE"}
    made = [f"--{name}={value}" for name, value in wanted.items() if name not in told]
    if not any("use_multiple_sdk_containers" in one for one in given):
        made.append(f"--experiments={_ONE_PROCESS}")
    return made if "streaming" in told else ["--streaming", *made]


def detached(runner: str, given: Mapping[str, str]) -> bool:
    """Whether this command only makes a job's template, and must end before the job begins.

    Args:
        runner: value of `--runner`.
        given: the user's options by their names, without dashes.
    """
    return runner == RUNNER and "template_location" in given


def defaults(given: Mapping[str, str], run_id: str) -> list[str]:
    """The options that the user has not set.

    Args:
        given: the user's options by their names, without dashes.
        run_id: names the job.

    Raises:
        UsageError: one is missing that has no default.
        WirebeamError: the extra is not installed.
    """
    if importlib.util.find_spec("apitools") is None:
        raise WirebeamError(
            "Dataflow needs the extra gcp: pip install --require-hashes -r requirements/gcp.txt"
        )
    if missing := [text for name, text in _NEEDED.items() if not given.get(name)]:
        raise UsageError(f"Dataflow needs {'; '.join(missing)}: behind the `--`; see deploy/README.md")
    wanted = {
        "job_name": f"wirebeam-{run_id.lower()}",
        "sdk_location": "container",  # Wirebeam and Beam are in the image: nothing is staged or fetched
    }
    made = [f"--{name}={value}" for name, value in wanted.items() if name not in given]
    if "save_main_session" not in given:
        made.append("--no_save_main_session")  # all steps are in modules that the image has
    return made
