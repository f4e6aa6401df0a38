"""A share of the partitions that a committer deals out, epoch by epoch, as one unbounded source of Beam.

A job that runs without the command that made it has a fixed number of readers. Which partitions they read,
and from where, they hear from the committer inside the job (`pipeline.epoch`): topics may have grown since,
and state that an engine restored may be of another time.
"""

from __future__ import annotations

import functools
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from apache_beam import coders
from apache_beam.io.unbounded_source import CheckpointMark, UnboundedReader, UnboundedSource
from apache_beam.utils.timestamp import MIN_TIMESTAMP, Timestamp

from pipeline.epoch import Epoch, Epochs
from pipeline.sinks.storage import location
from pipeline.sources.kafka_tail import PartitionStart
from pipeline.sources.kafka_unbounded import PRESSURE, Mark, MarkCoder, Reader, dealt
from pipeline.sources.settings import KafkaSettings
from pipeline.sources.stream_message import TICK, StreamMessage
from schemas.errors import WirebeamError

_WAIT = 0.2  # seconds between two looks for an epoch
ALONE = 300.0  # seconds without an epoch after which something is wrong: a committer gives up before


class EpochMark(CheckpointMark):
    """Where a reader stands in an epoch; without one nowhere."""

    def __init__(self, epoch: str, mark: Mark | None) -> None:
        self.epoch, self.mark = epoch, mark

    def finalize_checkpoint(self) -> None:
        """Says nothing about the dataset: see `Mark`."""


class EpochMarkCoder(coders.Coder):
    """An `EpochMark` as JSON."""

    def encode(self, value: EpochMark) -> bytes:
        """See `Coder`."""
        mark = MarkCoder().encode(value.mark).decode() if value.mark is not None else None
        return orjson.dumps([value.epoch, mark])

    def decode(self, encoded: bytes) -> EpochMark:
        """See `Coder`."""
        epoch, mark = orjson.loads(encoded)
        return EpochMark(epoch, None if mark is None else MarkCoder().decode(mark.encode()))

    def is_deterministic(self) -> bool:
        """See `Coder`."""
        return True


class ShareReader(UnboundedReader):
    """Reads its share of each epoch's partitions; waits where there is no epoch.

    Args:
        share: what is read.
        mark: where to go on, if its epoch is still open.
        longest: seconds to wait for a message.
    """

    def __init__(self, share: KafkaShare, mark: EpochMark | None, longest: float) -> None:
        self._share, self._longest = share, longest
        self._mark = mark or EpochMark("", None)
        self._epochs = _epochs(share.root, share.application)
        self._epoch = ""
        self._reader: Reader | None = None
        self._watermark = MIN_TIMESTAMP
        self._alone: float | None = None

    def start(self) -> bool:
        """See `UnboundedReader`."""
        return self.advance()

    def advance(self) -> bool:
        """See `UnboundedReader`.

        Raises:
            WirebeamError: there was no committer for long.
        """
        end = time.monotonic() + self._longest
        while True:
            epoch = self._epochs.current()
            if epoch is not None and epoch.name != self._epoch:
                self._begin(epoch)
            elif epoch is None:
                self._end()
            if self._reader is not None and self._reader.advance():
                return True
            if time.monotonic() >= end:
                return False
            time.sleep(_WAIT)

    def _begin(self, epoch: Epoch) -> None:
        self._end()
        self._epoch, self._alone = epoch.name, None
        if not (partitions := self._share.of(epoch)):
            return  # there are more readers than partitions
        mark = self._mark.mark if self._mark.epoch == epoch.name else None

        def elsewhere() -> bool:
            now = self._epochs.current()
            return now is None or now.name != epoch.name or PRESSURE.full(self._share.root)

        self._reader = Reader(partitions, mark, elsewhere, longest=self._longest, job=epoch.name)

    def _end(self) -> None:
        """Leave the epoch."""
        if self._reader is not None:
            self._mark = self.get_checkpoint_mark()
            self._watermark = max(self._watermark, self._reader.get_watermark())
            self._reader.rest()
        self._epoch, self._reader = "", None
        self._alone = self._alone or time.monotonic()
        if time.monotonic() - self._alone > ALONE:
            place = location(self._share.root)
            shared = isinstance(place, Path)
            advice = "mount it at the same path on" if shared else "give credentials for it to"
            raise WirebeamError(
                f"worker {socket.gethostname()} hears of no committer at {place}: {advice} every worker's "
                "machine; or the committer cannot begin, and says why"
            )

    def get_current(self) -> StreamMessage:
        """See `UnboundedReader`."""
        return TICK if self._reader is None else self._reader.get_current()

    def get_current_timestamp(self) -> Timestamp:
        """See `UnboundedReader`."""
        return Timestamp.now() if self._reader is None else self._reader.get_current_timestamp()

    def get_watermark(self) -> Timestamp:
        """That of the reader; it does not go back where an epoch begins earlier."""
        if self._reader is not None:
            self._watermark = max(self._watermark, self._reader.get_watermark())
        return self._watermark

    def get_checkpoint_mark(self) -> EpochMark:
        """See `UnboundedReader`."""
        if self._reader is None:
            return self._mark
        return EpochMark(self._epoch, self._reader.get_checkpoint_mark())

    def close(self) -> None:
        """The client outlives the reader."""


class KafkaShare(UnboundedSource):
    """One of `of` readers -> `StreamMessage`, and now and then a `TICK`.

    Args:
        number, of: which one, from 0 on.
        feeds: the settings of each, with its name; fixed when the job was made.
        root: the dataset's folder.
        application: names the job.
        longest: seconds to wait for a message.
    """

    def __init__(
        self,
        number: int,
        of: int,
        feeds: Sequence[KafkaSettings],
        root: str,
        application: str,
        longest: float,
    ) -> None:
        self._number, self._of, self._feeds = number, of, tuple(feeds)
        self.root, self.application, self._longest = root, application, longest

    def adopt(self) -> None:
        """Have this process read as this one says, whatever the same reader of a savepoint was told."""
        _ADOPTED[self.root, self.application, self._number] = self

    @property
    def adopted(self) -> KafkaShare:
        """The one that counts in this process."""
        return _ADOPTED.get((self.root, self.application, self._number), self)

    def of(self, epoch: Epoch) -> list[PartitionStart]:
        """The partitions of an epoch that this one reads, all of one feed."""
        settings = {one.name: one for one in self._feeds}
        starts = [
            PartitionStart(one.servers, settings[one.feed], one.topic, one.number, one.offset)
            for one in epoch.starts
            if one.feed in settings
        ]
        groups = dealt(starts, self._of)
        return groups[self._number] if self._number < len(groups) else []

    def split(self, desired_num_splits: int, options: Any = None) -> list[KafkaShare]:
        """Not here: Flink would read all parts of one source by one task, in turn."""
        return [self]

    def create_reader(self, options: Any, checkpoint_mark: CheckpointMark | None) -> ShareReader:
        """See `UnboundedSource`."""
        mark = checkpoint_mark if isinstance(checkpoint_mark, EpochMark) else None
        told = self.adopted
        return ShareReader(told, mark, told._longest)

    def get_checkpoint_mark_coder(self) -> EpochMarkCoder:
        """See `UnboundedSource`."""
        return EpochMarkCoder()

    def default_output_coder(self) -> coders.Coder:
        """See `UnboundedSource`."""
        return coders.registry.get_coder(StreamMessage)


_ADOPTED: dict[tuple[str, str, int], KafkaShare] = {}


@functools.lru_cache(maxsize=64)
def _epochs(root: str, application: str) -> Epochs:
    """What this process knows of an application's epochs."""
    return Epochs(location(root), application)
