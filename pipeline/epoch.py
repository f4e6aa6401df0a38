"""What a committer inside a job tells the readers of that job: where to begin, and for whom to stage.

A committer that takes a dataset over opens an epoch: readers leave whatever they were at, begin at its
positions, and what they stage goes into its folder. So positions are those of the manifest, whatever state an
engine restores, and what readers of an older epoch still stage is nobody's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from pipeline.sinks import durable, folder
from pipeline.sinks.storage import Location
from pipeline.sources.kafka_tail import PartitionStart
from schemas.errors import WirebeamError

_FILE = "epoch.json"
_LOOK = 0.5  # seconds between two looks


@dataclass(frozen=True, slots=True)
class Start:
    """Where a partition begins: `pipeline.sources.kafka_tail.PartitionStart` without the feed's settings."""

    feed: str
    servers: str
    topic: str
    number: int
    offset: int

    @classmethod
    def of(cls, one: PartitionStart) -> Start:
        """The same of a partition."""
        return cls(one.settings.name, one.servers, one.topic, one.number, one.start)


@dataclass(frozen=True, slots=True)
class Epoch:
    """One committer's word.

    Attributes:
        name: of the attempt: readers stage in `Dataset.staging(name)`.
        starts: all partitions.
    """

    name: str
    starts: tuple[Start, ...]


def _path(root: Location, application: str) -> Location:
    return root / folder.STAGING / application / _FILE


def open_epoch(root: Location, application: str, name: str, starts: Sequence[PartitionStart]) -> None:
    """Begin an epoch. Only for who holds the dataset's lock.

    Args:
        root: the dataset's folder.
        application: names the job whose readers are meant.
        name: of the attempt.
        starts: where each partition begins.

    Raises:
        WirebeamError: it could not be written.
    """
    path = _path(root, application)
    value = {"name": name, "starts": [_fields(Start.of(one)) for one in starts]}
    with durable.explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.replace(path, orjson.dumps(value))


def _fields(one: Start) -> list[str | int]:
    return [one.feed, one.servers, one.topic, one.number, one.offset]


def close_epoch(root: Location, application: str, name: str) -> None:
    """End the epoch of a name, if it is still open: readers wait for the next one.

    Raises:
        WirebeamError: it cannot be read, or not be ended.
    """
    path = _path(root, application)
    epoch = current(root, application)
    if epoch is not None and epoch.name == name:
        with durable.explained(path):
            path.unlink(missing_ok=True)


def current(root: Location, application: str) -> Epoch | None:
    """The epoch that is open; None for none.

    Raises:
        WirebeamError: it cannot be read.
    """
    path = _path(root, application)
    try:
        value = orjson.loads(path.read_bytes())
        return Epoch(value["name"], tuple(Start(*one) for one in value["starts"]))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WirebeamError(f"{path}: cannot be read ({error})") from error


class Epochs:
    """The current epoch as a process knows it, looked up now and then; for many threads.

    Args:
        root: the dataset's folder.
        application: names the job.
        look: seconds between two looks.
    """

    def __init__(self, root: Location, application: str, look: float = _LOOK) -> None:
        self._root, self._application, self._look = root, application, look
        self._looked = -look
        self._epoch: Epoch | None = None
        self._lock = threading.Lock()

    def current(self) -> Epoch | None:
        """See `current`."""
        with self._lock:
            if time.monotonic() - self._looked >= self._look:
                self._epoch = current(self._root, self._application)
                self._looked = time.monotonic()
            return self._epoch
