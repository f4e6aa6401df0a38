"""What a stream did since it began: its report in `_runs/`, written anew from time to time."""

from __future__ import annotations

import collections
import datetime as dt
from collections.abc import Mapping

from pipeline import report
from pipeline.options import Config
from pipeline.run import described
from pipeline.sinks.dataset import Dataset

_EVERY = 60.0  # seconds between two reports


class Session:
    """Adds up the cycles of a stream.

    A report says nothing of when it `finished_at` while the stream runs, or where it was killed: its counts
    are then those of some time before.

    Args:
        config: what the stream is told.
        now: seconds of the stream's clock.
    """

    def __init__(self, config: Config, now: float) -> None:
        self._config = config
        self._started = dt.datetime.now(dt.UTC)
        self._due = now
        self._changed = True
        self._counts: collections.Counter[str] = collections.Counter(read=0)
        self._tallies: collections.Counter[tuple[str, str, str]] = collections.Counter()

    def add(self, counts: Mapping[str, int], tallies: report.Tallies) -> None:
        """A cycle was committed."""
        self._counts.update(counts)
        self._tallies.update(tallies)
        self._changed = True

    def due(self, now: float) -> bool:
        """Whether it is time for a report."""
        if not self._changed or now < self._due:
            return False
        self._due = now + _EVERY
        return True

    def report(self, dataset: Dataset, *, finished: bool) -> None:
        """Write the report.

        Raises:
            WirebeamError: it could not be written.
        """
        now = dt.datetime.now(dt.UTC)
        # Where an engine staged messages once more than they were needed, it says how many.
        names = ["read", *report.OUTCOMES, *(name for name in ("absorbed",) if self._counts[name])]
        made = report.compose(
            run_id=self._config.run_id,
            started_at=self._started.isoformat(timespec="seconds"),
            finished_at=now.isoformat(timespec="seconds") if finished else None,
            seconds=round((now - self._started).total_seconds(), 3),
            options=described(self._config, "stream"),
            counts={name: self._counts[name] for name in names},
            tallies=self._tallies,
            links=report.counted(self._tallies, "link", "link"),
            overflows=report.counted(self._tallies, "link", "overflow"),
        )
        dataset.write_report(self._config.run_id, made)
        self._changed = False
