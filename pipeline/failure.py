"""What a runner raises, as one line that says what to do."""

from __future__ import annotations

import re

from schemas.errors import WirebeamError


class PipelineFailed(WirebeamError):
    """The pipeline failed for a reason that nobody foresaw: nothing was committed."""


_OURS = re.compile(r"WirebeamError: (.+)")
_WHERE = re.compile(r" \[while running '.*?'\]", re.S)
_PYTHON = re.compile(r"^(?:[\w.]+\.)?(\w*(?:Error|Exception|Interrupt)): (.+)$", re.M)
_NOISE = re.compile(r"^(?:\w+Error: )?(?:Pipeline \S+ failed in state \w+: )?", re.S)

# What engines say, in their own words, and what it means. The first that is found counts.
_KNOWN = (
    (
        re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'"),
        "a worker has no module {0}: workers need the same installation as this command; run "
        "`wirebeam worker-pool` from the same image or environment",
    ),
    (
        re.compile(r"(?:AttributeError: Can't get attribute '(\w+)'|cannot import name '(\w+)')"),
        "a worker runs another version of Wirebeam (it has no {0}): run `wirebeam worker-pool` from the same "
        "image or environment as this command",
    ),
    (
        re.compile(r"(?:Connection refused: |UnknownHostException: )(\S+)"),
        "a TaskManager finds no worker pool at {0}: start `wirebeam worker-pool` beside each TaskManager, or "
        "name another with --environment_config",
    ),
    (
        re.compile(r"(?:ClassNotFoundException|NoClassDefFoundError)\S*\s+(\S+)"),
        "Flink finds no class {0}: the folder of jars must be at the same path on the JobManager and the "
        "TaskManagers, and of the cluster's version (deploy/flink/README.md)",
    ),
    (
        re.compile(r"Could not acquire the minimum required resources|NoResourceAvailableException"),
        "Flink has too few free task slots: lower --parallelism, or add TaskManagers",
    ),
    (
        re.compile(r"Insufficient number of network buffers"),
        "the TaskManagers have too few network buffers for this --parallelism: raise "
        "taskmanager.memory.network.min and max to 128m or more",
    ),
    (
        re.compile(r"No space left on device"),
        "no space left on a worker's or the output's device; free some and run again",
    ),
)


def explained(error: BaseException) -> WirebeamError:
    """One line for whatever ended a pipeline: our own message if one is in it, else the innermost error."""
    text = _WHERE.sub("", str(error).strip())
    if isinstance(error, WirebeamError):
        return WirebeamError(text)
    if found := _OURS.findall(text):
        return WirebeamError(f"{found[-1].strip()}; nothing was committed")
    for pattern, meaning in _KNOWN:
        if match := pattern.search(text):
            words = [group for group in match.groups() if group]
            return WirebeamError(f"the pipeline failed, nothing was committed: {meaning.format(*words)}")
    inner = _PYTHON.findall(text)
    if inner:
        name, reason = inner[-1]
    else:
        name = type(error).__name__
        reason = next(iter(_NOISE.sub("", text).splitlines()), "")
    return PipelineFailed(
        f"the pipeline failed, nothing was committed: {name}: {reason.strip()} (--verbose shows Beam's log)"
    )
