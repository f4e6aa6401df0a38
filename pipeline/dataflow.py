"""Dataflow: the options that a job needs, checked before anything is sent.

Every option set here is a default: what the user writes after `--` stands.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping

from schemas.errors import UsageError, WirebeamError

RUNNER = "DataflowRunner"
WORKERS = 16  # inputs are dealt out for so many, where --max_num_workers says nothing
_NEEDED = {
    "project": "the project that pays, --project=NAME",
    "region": "the region to run in, --region=europe-west1",
    "temp_location": "a place for its own files, --temp_location=gs://BUCKET/temp",
    "sdk_container_image": "the image that workers run, --sdk_container_image=REGISTRY/wirebeam:TAG",
}


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
