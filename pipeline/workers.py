"""Workers that can do the job: the same versions as the driver, and the driver's output and inputs in sight.

On an engine a worker that lacks one of these would not fail: it would reject what it cannot read, or write
rows to a folder of its own that nobody commits.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import apache_beam as beam

from pipeline.sinks.durable import explained, place
from pipeline.sinks.storage import Location, location
from schemas.errors import WirebeamError

_MARK = "driver"


def _versions() -> tuple[tuple[str, str], ...]:
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return (("Wirebeam", version("wirebeam")), ("Beam", beam.__version__), ("Python", python))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a worker must agree with the driver about. Made by the driver, checked by each worker.

    Attributes:
        folder: the run's staging folder, which the driver has marked; empty where it has not.
        inputs: absolute paths that the driver reads.
        versions: name and version of what both run.
    """

    folder: str
    inputs: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, folder: Location, inputs: Sequence[str]) -> Terms:
        """The driver's terms. Marks the folder.

        Raises:
            WirebeamError: the folder cannot be written.
        """
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
            place(folder / _MARK, b"")
        local = tuple(str(Path(given).absolute()) for given in inputs if os.path.lexists(given))
        return cls(str(folder), local, _versions())

    @classmethod
    def of_versions(cls) -> Terms:
        """The terms of a driver that does not see the output: what both run."""
        return cls("", (), _versions())

    def check(self) -> None:
        """Raises a WirebeamError where this process does not meet them."""
        host = socket.gethostname()
        for (name, theirs), (_, ours) in zip(self.versions, _versions(), strict=True):
            if theirs != ours:
                raise WirebeamError(
                    f"worker {host} runs {name} {ours}, this command {theirs}: run `wirebeam worker-pool` "
                    "from the same image or environment"
                )
        if not self.folder:
            return
        folder = location(self.folder)
        try:
            seen, why = (folder / _MARK).is_file(), ""
        except OSError as error:
            seen, why = False, f" ({error.strerror})"
        if not seen:
            advice = (
                "mount it at the same path on" if isinstance(folder, Path) else "give credentials for it to"
            )
            raise WirebeamError(
                f"worker {host} does not see the output at {folder.parent.parent}{why}: {advice} every "
                "worker's machine"
            )
        for path in self.inputs:
            if not os.path.lexists(path):
                raise WirebeamError(
                    f"worker {host} does not see the input {path}: mount it at the same path on "
                    "every worker's machine"
                )


class _Check(beam.DoFn):
    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    def start_bundle(self) -> None:
        # Not in `setup`: Flink waits three minutes for a worker that fails before its first bundle.
        self._terms.check()

    def process(self, element: Any) -> Iterator[Any]:
        yield element


class CheckWorkers(beam.PTransform):
    """Passes elements on, on workers that meet the terms; fails the pipeline on others.

    Args:
        terms: the driver's.
    """

    def __init__(self, terms: Terms) -> None:
        super().__init__()
        self._terms = terms

    def expand(self, pcoll: beam.PCollection) -> beam.PCollection:
        """Apply the stage."""
        return pcoll | beam.ParDo(_Check(self._terms)).with_output_types(pcoll.element_type)
