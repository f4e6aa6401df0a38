"""Lines of text as the messages of a partition, from a source of Beam's that ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apache_beam import coders
from apache_beam.io.unbounded_source import CheckpointMark, UnboundedReader, UnboundedSource
from apache_beam.utils.timestamp import MAX_TIMESTAMP, MIN_TIMESTAMP, Timestamp

from pipeline.sources.files import Resource
from pipeline.sources.stream_message import StreamMessage


class _Mark(CheckpointMark):
    def finalize_checkpoint(self) -> None: ...


class _Reader(UnboundedReader):
    def __init__(self, job: str, lines: Sequence[str]) -> None:
        self._job, self._lines = job, lines
        self._at = -1

    def start(self) -> bool:
        return self.advance()

    def advance(self) -> bool:
        self._at += 1
        return self._at < len(self._lines)

    def get_current(self) -> StreamMessage:
        data, at = self._lines[self._at].encode(), (1_700_000_000 + self._at) * 1_000_000
        resource = Resource(f"kafka://broker:9092/wire/0/{self._at}", at, len(data), data)
        return StreamMessage(self._job, "desk", "wire", 0, self._at, self._at, resource)

    def get_current_timestamp(self) -> Timestamp:
        return Timestamp(1_700_000_000 + self._at)

    def get_watermark(self) -> Timestamp:
        return MAX_TIMESTAMP if self._at >= len(self._lines) else MIN_TIMESTAMP

    def get_checkpoint_mark(self) -> _Mark:
        return _Mark()

    def close(self) -> None: ...


class Lines(UnboundedSource):
    """A `StreamMessage` for each line, and the end.

    Args:
        job: for which they are read: as an engine brings a source out of a savepoint, with the job of then.
        lines: texts.
    """

    def __init__(self, job: str, lines: Sequence[str]) -> None:
        self._job, self._lines = job, tuple(lines)

    def split(self, desired_num_splits: int, options: Any = None) -> list[Lines]:
        return [self]

    def create_reader(self, options: Any, checkpoint_mark: CheckpointMark | None) -> _Reader:
        return _Reader(self._job, self._lines)

    def get_checkpoint_mark_coder(self) -> coders.Coder:
        return coders.PickleCoder()

    def default_output_coder(self) -> coders.Coder:
        return coders.registry.get_coder(StreamMessage)
