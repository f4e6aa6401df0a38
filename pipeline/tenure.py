"""The committer of a job that runs without the command that made it: in one of its workers, one at a time.

It is `pipeline.continuous` as the command has it, with the dataset's lock and all; but what it sends is no
job: it opens an epoch, from which the job's readers hear where to begin (`pipeline.epoch`). It goes on while
its reader is asked, which an engine does anew in another process where this one died. Two jobs of one dataset
cannot both have its lock: the second waits, then fails, and says who holds it.
"""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline import monitor
from pipeline.attempt import Attempt
from pipeline.continuous import ContinuousStream
from pipeline.cycle import Cycle, Failure, Feed, Listeners, Pace
from pipeline.epoch import close_epoch, current, open_epoch
from pipeline.feeds import FeedConfig
from pipeline.options import Config, new_run_id
from pipeline.sinks.storage import Location, location
from pipeline.standing import standing_job
from schemas.errors import WirebeamError

IDLE = 15.0  # seconds without a turn after which another process may be the one
_ASK = 1.0  # seconds between two looks whether that is so
_PATIENCE = 5.0  # seconds that the end waits for a turn


@dataclass(frozen=True, slots=True)
class Application:
    """A stream whose job needs no command.

    Attributes:
        name: of the job; the same for every jar of a dataset.
        config: what the stream is told; each tenure has a run id of its own.
        feeds: what is followed, of Kafka or Pub/Sub.
        pace: how fast.
        metrics: host and port at which the process that commits serves its metrics; None for nowhere.
    """

    name: str
    config: Config
    feeds: tuple[FeedConfig, ...]
    pace: Pace
    metrics: tuple[str, int] | None = None


class EpochJob:
    """The job that this runs in, as `pipeline.watch_job.Job`: to send it is to open an epoch.

    Args:
        root: the dataset's folder.
        application: its name.
    """

    savepoint = ""

    def __init__(self, root: Location, application: str) -> None:
        self._root, self._application = root, application
        self._name = ""

    def prepare(self) -> None:
        """Nothing: readers leave the epoch before when they hear of the next."""

    def send(self, attempt: Attempt, *, restore: bool) -> None:
        """Open an epoch.

        Raises:
            WirebeamError: it could not be written.
        """
        self._name = attempt.name
        open_epoch(self._root, self._application, attempt.name, attempt.starts)

    def stop(self) -> str | None:
        """Have readers wait for another committer."""
        close_epoch(self._root, self._application, self._name)
        return None

    def state(self) -> str:
        """It runs, since this runs in it, as long as its readers hear of this epoch.

        They may not: in a store, a process that woke up after it was followed may still write or remove.
        """
        epoch = current(self._root, self._application)
        return "RUNNING" if epoch is not None and epoch.name == self._name else "LOST"

    def failure(self) -> str:
        """See `state`."""
        return "its readers hear of another epoch"

    def checkpoint_bytes(self) -> int:
        """Unknown in here."""
        return 0


class _Committed:
    """A listener that keeps what was committed until somebody asks."""

    def __init__(self) -> None:
        self.cycles: collections.deque[Cycle] = collections.deque(maxlen=1_000)

    def committed(self, cycle: Cycle) -> None:
        """See `Listener`."""
        self.cycles.append(cycle)

    def turned(self, feeds: Sequence[Feed], now: float) -> None: ...
    def failed(self, failure: Failure) -> None: ...
    def recovered(self, where: str) -> None: ...
    def silence(self, feed: Feed, seconds: float | None) -> None: ...


class Tenure:
    """The committer in this process; for many threads, of which one at a time has a turn.

    Args:
        application: see there.
        idle: seconds without a turn after which the dataset is let go.
    """

    def __init__(self, application: Application, idle: float = IDLE) -> None:
        self._application, self._idle = application, idle
        self._lock = threading.Lock()
        self._stream: ContinuousStream | None = None
        self._committed = _Committed()
        self._asked = self._due = 0.0
        self._ended = False
        self._unserve: Callable[[], None] | None = None

    def turn(self) -> float:
        """Commit what can be; take the dataset first where it is not ours.

        Returns:
            Seconds until the next turn is due.

        Raises:
            WirebeamError: the dataset is not to be had, a setting cannot be, or it was ended.
        """
        with self._lock:
            if self._ended:
                raise WirebeamError("the process that committed is about to end")
            now = self._asked = time.monotonic()
            stream = self._stream or self._take()
            if now >= self._due:
                wait = stream.turn()
                self._asked = time.monotonic()
                self._due = self._asked + wait
            return max(0.0, self._due - self._asked)

    def told(self) -> Cycle | None:
        """The oldest commit that was not asked for yet."""
        return self._committed.cycles.popleft() if self._committed.cycles else None

    def _take(self) -> ContinuousStream:
        told, config = self._application, self._application.config
        config = replace(config, run_id=new_run_id(dt.datetime.now(dt.UTC)))
        listeners = Listeners([monitor.Log(), self._committed])
        if told.metrics is not None:
            self._serve(listeners, *told.metrics)
        job = EpochJob(location(config.output), told.name)
        stream = standing_job(config, lambda: told.feeds, lambda _: job, told.pace, listeners, queues=True)
        try:
            stream.open()
        except WirebeamError:
            stream.close()
            self._unserved()
            raise
        self._stream, self._due = stream, 0.0
        monitor.LOG.setLevel(logging.INFO)
        monitor.say(logging.INFO, "started", f"commits to {config.output} as {config.run_id}")
        threading.Thread(target=self._let_go, args=(stream,), name="tenure", daemon=True).start()
        return stream

    def _serve(self, listeners: Listeners, host: str, port: int) -> None:
        from pipeline.metrics import Metrics, serve

        metrics = Metrics()
        try:
            self._unserve = serve(metrics, port, host)
        except WirebeamError as error:  # of a process that is about to end; commits do not wait for it
            monitor.say(logging.WARNING, "metrics", str(error))
            return
        listeners.all.append(metrics)

    def _unserved(self) -> None:
        if self._unserve is not None:
            self._unserve()
            self._unserve = None

    def _let_go(self, stream: ContinuousStream) -> None:
        """Wait for the end of asking."""
        while True:
            time.sleep(min(_ASK, self._idle))
            with self._lock:
                if self._stream is not stream:
                    return
                if time.monotonic() - self._asked > self._idle:
                    self._close()
                    return

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None
            self._unserved()

    def end(self, patience: float = _PATIENCE) -> None:
        """Commit what is staged, and let the dataset go for good: who still asks takes it no more.

        Args:
            patience: seconds to wait for a turn; behind them it is left as a killed process leaves it.
        """
        if self._lock.acquire(timeout=patience):
            self._ended = True
            try:
                with contextlib.suppress(WirebeamError):
                    self._close()
            finally:
                self._lock.release()


_TENURES: dict[tuple[str, str], Tenure] = {}
_ADOPTED: dict[tuple[str, str], Application] = {}
_TENURES_LOCK = threading.Lock()


def _key(application: Application) -> tuple[str, str]:
    return application.name, application.config.output


def adopt(application: Application) -> None:
    """Have this process commit as this application says, whatever one of its name a savepoint holds."""
    with _TENURES_LOCK:
        _ADOPTED[_key(application)] = application


def tenure(application: Application) -> Tenure:
    """The tenure of an application in this process, made when it is asked for first."""
    with _TENURES_LOCK:
        key = _key(application)
        if key not in _TENURES:
            _TENURES[key] = Tenure(_ADOPTED.get(key, application))
        return _TENURES[key]


def end_all() -> None:
    """End every tenure of this process, which is about to end."""
    for one in list(_TENURES.values()):
        one.end()
