"""The writers of this process, by run: what a step of a graph, which travels pickled, finds where it runs.

A stream's cycles run where its dataset is open: they need not read again what it holds and what was linked.
In another process there is no writer, and a step reads the dataset.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.memory import Memory
from pipeline.sinks.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Writer:
    """An open dataset, and what linking remembers of it."""

    dataset: Dataset
    memory: Memory


_WRITERS: dict[str, Writer] = {}


def register(run_id: str, writer: Writer) -> None:
    """Make a writer known to the steps of a run."""
    _WRITERS[run_id] = writer


def find(run_id: str) -> Writer | None:
    """The writer of a run, where it is in this process."""
    return _WRITERS.get(run_id)


def forget(run_id: str) -> None:
    """The writer of a run is closed."""
    _WRITERS.pop(run_id, None)
