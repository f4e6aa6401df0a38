"""Event time cut into spans of some thousand items each, however many come in an hour or in a year."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.memory import windows
from pipeline.sinks.held import Times
from pipeline.sinks.snapshot import Snapshot
from schemas.rows import register_row

SPAN_ROWS = 8_192
NUMBER_BITS = 32  # of an item within its span


@register_row
@dataclass(frozen=True, slots=True)
class Span:
    """A span of event time, whose items one worker puts in their order.

    Attributes:
        number: spans are numbered from 0 on, from the earliest on.
        since, until: first and last time of it, microseconds since the epoch (UTC).
        paths: the staged files that have items of it, sorted.
        held: first and last times of what the dataset holds and new items may be related to, within the span.
    """

    number: int
    since: int
    until: int
    paths: Sequence[str]
    held: Sequence[tuple[int, int]]


def spans(
    staged: Sequence[tuple[str, Times]], snapshot: Snapshot, horizon: int, rows: int = SPAN_ROWS
) -> Iterator[Span]:
    """The spans of a run.

    Args:
        staged: path and event times of each staged file, microseconds since the epoch (UTC).
        snapshot: the dataset before the run.
        horizon: how far apart in event time linked items may be, microseconds.
        rows: items of a span, about; those of one instant are never parted.
    """
    files = sorted((path, np.sort(times)) for path, times in staged if len(times))
    if not files:
        return
    times = np.sort(np.concatenate([own for _, own in files]))
    old = windows(np.unique(times), horizon)
    stored = _held(snapshot, old)
    everything = np.sort(np.concatenate([times, *stored]))
    ends = np.unique(np.append(everything[rows - 1 : -1 : rows], everything[-1]))
    paths: list[list[str]] = [[] for _ in ends]
    for path, own in files:
        for number in np.unique(np.searchsorted(ends, own)).tolist():
            paths[number].append(path)
    since = int(min(times[0], old[0][0] if stored else times[0]))
    numbers = itertools.count()
    for until, own_paths in zip(ends.tolist(), paths, strict=True):
        held = [(max(first, since), min(last, until)) for first, last in old if stored]
        held = [(first, last) for first, last in held if first <= last]
        if own_paths or held:
            yield Span(next(numbers), since, until, own_paths, held)
        since = until + 1


def _held(snapshot: Snapshot, old: Sequence[tuple[int, int]]) -> list[Times]:
    """About when those items happened that the dataset holds in some windows: as its manifests have it."""
    found = []
    for dataset in ("stories", "duplicates"):
        for file in snapshot.files(dataset, old[0][0], old[-1][1]):
            about = np.linspace(file.min_time, file.max_time, max(2, file.rows)).astype(np.int64)
            inside = np.zeros(len(about), np.bool_)
            for first, last in old:
                inside |= (about >= first) & (about <= last)
            if inside.any():
                found.append(about[inside])
    return found
