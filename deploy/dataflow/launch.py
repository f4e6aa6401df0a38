"""What Dataflow's launcher runs: a template's parameters as a command line of `wirebeam run` or `stream`.

The launcher gives `--name=value` for every parameter, Beam's options among them; the template's metadata say
which are ours. It ends once the job's graph is made: the job commits by itself (`pipeline.detached`,
`pipeline.detached_stream`). Both templates are of one image; only that of the batch has an `input`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

BATCH = Path(__file__).with_name("metadata.json")
STREAM = Path(__file__).with_name("metadata-stream.json")
IMAGE = "WIREBEAM_IMAGE"  # environment variable: this very image, which workers run too


def template(given: Sequence[str]) -> Path:
    """The metadata of the template that was started.

    Args:
        given: the launcher's arguments.
    """
    return BATCH if any(one.partition("=")[0] == "--input" for one in given) else STREAM


def command(given: Sequence[str], names: Sequence[str], image: str | None) -> list[str]:
    """The command line of Wirebeam.

    Args:
        given: the launcher's arguments, `--name=value` or `--name value`.
        names: parameters of the template.
        image: what workers run where nothing else is said.

    Returns:
        Arguments for `pipeline.cli.main`.
    """
    values: dict[str, str] = {}
    left = list(given)
    while left:
        name, equals, value = left.pop(0).removeprefix("--").partition("=")
        if not equals and left and not left[0].startswith("--"):
            value = left.pop(0)
        values[name] = value
    word = "run" if "input" in values else "stream"
    inputs = values.pop("input", values.pop("source", "")).split()
    values.pop("runner", None)
    if image:
        values.setdefault("sdk_container_image", image)
    ours = {name: values.pop(name) for name in names if name in values and name != "sdk_container_image"}
    return [
        word,
        *inputs,
        *(f"--{name.replace('_', '-')}={value}" for name, value in ours.items() if value),
        "--runner=DataflowRunner",
        "--",
        *(f"--{name}={value}" if value else f"--{name}" for name, value in values.items()),
    ]


def parameters(metadata: Mapping[str, object]) -> list[str]:
    """Names of the template's parameters."""
    found = metadata["parameters"]
    return [one["name"] for one in found] if isinstance(found, list) else []


if __name__ == "__main__":
    from pipeline.cli import main

    known = parameters(json.loads(template(sys.argv[1:]).read_text("utf-8")))
    main(command(sys.argv[1:], known, os.environ.get(IMAGE)))
