"""A job watched from a thread of its own: what an engine takes to answer delays no commit."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Protocol

from pipeline.attempt import Attempt
from schemas.errors import WirebeamError

LARGE = 64 << 20  # bytes of a checkpoint that holds some kilobytes of positions
ASK = 1.0  # seconds between two questions for the job's state
COUNT = 30.0  # seconds between two looks at partitions and checkpoints
_ALIVE = ("CREATED", "INITIALIZING", "RUNNING", "RESTARTING", "FAILING", "CANCELLING", "RECONCILING")


class Job(Protocol):
    """What runs the graph of `pipeline.unbounded.build`: see `pipeline.flink_job.FlinkJob`."""

    savepoint: str

    def prepare(self) -> None: ...  # noqa: D102
    def send(self, attempt: Attempt, *, restore: bool) -> None: ...  # noqa: D102
    def stop(self) -> str | None: ...  # noqa: D102
    def state(self) -> str | None: ...  # noqa: D102
    def failure(self) -> str: ...  # noqa: D102
    def checkpoint_bytes(self) -> int: ...  # noqa: D102


class Counted(Protocol):
    """Topics."""

    def partitions(self) -> int: ...  # noqa: D102


class Watch:
    """Watches a job, and the topics that it reads.

    Args:
        job: the job; an engine that does not answer has not ended it.
        topics: what it reads.
        partitions: how many of them it reads.

    Attributes:
        trouble: why the job must be sent again; None while it need not.
    """

    def __init__(self, job: Job, topics: Sequence[Counted], partitions: int) -> None:
        self._job = job
        self._topics = topics
        self._partitions = partitions
        self._ended = threading.Event()
        self.trouble: str | None = None
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        counted = time.monotonic()
        while self.trouble is None and not self._ended.wait(ASK):
            try:
                state = self._job.state()
                if state is None:
                    self.trouble = "the cluster does not know the job any more: it was started again"
                elif state not in _ALIVE:
                    self.trouble = f"the job is {state.lower()}: {self._job.failure()}"
                elif time.monotonic() - counted >= COUNT:
                    counted = time.monotonic()
                    if self._job.checkpoint_bytes() > LARGE:
                        self.trouble = "its checkpoints have grown with Beam's polling: it begins anew"
                    elif sum(one.partitions() for one in self._topics) > self._partitions:
                        self.trouble = "there are new partitions"
            except WirebeamError:
                continue  # it may answer later; what is staged is committed meanwhile

    def close(self) -> None:
        """End watching."""
        self._ended.set()
        self._thread.join(20)
