"""Messages that their worker dies of: found by what was written down before them, and given up.

An engine gives a worker that it starts again the same messages. One that kills it (a fault of a native
library, more memory than there is) would be tried for ever, and nothing behind it be read. So a worker says
where it begins a partition, and takes that back once it has gone on for a minute. One that finds such a word
says at which batch it is; one that finds that, in that batch, at which message, and has no other at hand
meanwhile. A message at which two died is handed on as one that must not be read.
"""

from __future__ import annotations

import contextlib
import enum
import functools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b

import orjson

from pipeline.coverage import Message, Partition
from pipeline.sinks import durable, folder
from pipeline.sinks.storage import Location, location

CALM = 60.0  # seconds that a worker goes on after which nothing killed it
TIMES = 2  # deaths at one message after which it is given up
_KEPT = 100  # messages given up that are remembered
BATCH = 1_000  # messages that may have been staged together


class Verdict(enum.Enum):
    """What is to become of a message."""

    CALM = "calm"  # nothing died here
    ALONE = "alone"  # it must be staged before the next one is begun
    GIVEN_UP = "given up"  # it must not be read, and be staged before the next one is begun


@dataclass(slots=True)
class Word:
    """What a worker says of a partition.

    Attributes:
        deaths: workers that began it one after the other and did not get far.
        batch: offset of the first message of the batch at hand; None where nobody said.
        message: offset of the message at hand; None where nobody said.
        times: how many workers were at it, one after the other.
        given_up: offsets of messages that were; an engine may begin before them again.
    """

    deaths: int = 0
    batch: int | None = None
    message: int | None = None
    times: int = 0
    given_up: tuple[int, ...] = ()


@dataclass(slots=True)
class _Watched:
    found: Word
    said: Word
    since: float
    seen: int = 0  # messages since the batch in which the one before died


class Suspects:
    """What this process knows of the partitions of a dataset's stream, each read by one thread.

    Args:
        root: the dataset's folder.
        clock: seconds, monotonic.
    """

    def __init__(self, root: Location, clock: Callable[[], float] = time.monotonic) -> None:
        self._place = root / folder.SUSPECTS
        self._clock = clock
        self._watched: dict[Partition, _Watched | None] = {}
        self._alone = threading.Lock()

    @contextlib.contextmanager
    def trying(self, message: Message, *, first: bool) -> Iterator[Verdict]:
        """A message is at hand for the time of a block: what the block raises, it has lived through.

        Args:
            message: of a partition, in the order of its offsets; those of others may be between.
            first: whether it is the partition's first of a batch.

        Raises:
            WirebeamError: it could not be written down.
        """
        verdict = self._next(message, first)
        with self._alone if verdict is not Verdict.CALM else contextlib.nullcontext():
            if verdict is Verdict.ALONE:
                self._at_hand(message.partition, message.offset)
            with self.outliving():
                yield verdict
            if verdict is Verdict.ALONE:
                self._at_hand(message.partition, None)

    @contextlib.contextmanager
    def outliving(self) -> Iterator[None]:
        """What a block raises, this process did not die of."""
        try:
            yield
        except Exception:
            self.alive()
            raise

    def _at_hand(self, partition: Partition, offset: int | None) -> None:
        """Say at which message of a partition this process is; None for at none any more."""
        if (one := self._watched[partition]) is None:
            return  # another thread took all of it back
        one.said.message = offset
        one.said.times = 0 if offset is None else 1 if offset != one.found.message else one.found.times + 1
        self._say(partition, one.said)

    def _next(self, message: Message, first: bool) -> Verdict:
        """What is to become of a message; says which batch it begins."""
        partition = message.partition
        if partition not in self._watched:
            self._watched[partition] = self._begun(partition)
        if (one := self._watched[partition]) is None:
            return Verdict.CALM
        found = one.found
        if self._clock() - one.since > CALM or one.seen >= BATCH:
            self.calm(partition)
        elif found.batch is not None and message.offset >= found.batch:
            one.seen += 1
            if message.offset == found.message and found.times >= TIMES:
                one.said.given_up = (*one.said.given_up, message.offset)[-_KEPT:]
                self._say(partition, one.said)
            return Verdict.GIVEN_UP if message.offset in one.said.given_up else Verdict.ALONE
        elif found.deaths and found.batch is None and first:
            one.said.batch = message.offset
            self._say(partition, one.said)
        return Verdict.CALM

    def calm(self, partition: Partition) -> None:
        """Take back what was said of a partition: this process lives.

        Raises:
            WirebeamError: it could not be taken back.
        """
        if self._watched.get(partition) is not None:
            path = self._path(partition)
            with durable.explained(path):
                path.unlink(missing_ok=True)
        self._watched[partition] = None

    def alive(self) -> None:
        """Take back all that was said: something failed, but this process did not die of it."""
        for partition in list(self._watched):
            self.calm(partition)

    def _begun(self, partition: Partition) -> _Watched:
        path = self._path(partition)
        with durable.explained(path):
            try:
                found = Word(**orjson.loads(path.read_bytes()))
                found.deaths += 1
            except FileNotFoundError:
                found = Word()
            except (ValueError, TypeError):  # another version's
                found = Word()
        said = replace(found, given_up=tuple(found.given_up))
        self._say(partition, said)
        return _Watched(found, said, self._clock())

    def _say(self, partition: Partition, word: Word) -> None:
        path = self._path(partition)
        with durable.explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            durable.place(path, orjson.dumps(asdict(word)))  # a power cut kills nobody by a message

    def _path(self, partition: Partition) -> Location:
        name = blake2b("\n".join(map(str, partition)).encode(), digest_size=12).hexdigest()
        return self._place / f"{name}.json"


@functools.lru_cache(maxsize=64)
def suspects(root: str) -> Suspects:
    """This process's, of a dataset."""
    return Suspects(location(root))
