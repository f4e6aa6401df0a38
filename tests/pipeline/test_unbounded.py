"""The graph that never ends, of a source that does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam import coders
from apache_beam.io.unbounded_source import CheckpointMark, UnboundedReader, UnboundedSource
from apache_beam.utils.timestamp import MAX_TIMESTAMP, Timestamp

from pipeline.options import LOCAL, Config, beam_options
from pipeline.sinks.dataset import Dataset
from pipeline.sources.files import Resource
from pipeline.sources.stream_message import StreamMessage
from pipeline.unbounded import build

TEXT = b"ROME, Nov 23 (ANSA) - The council of the town said on Monday that the bridge is open again."


class Mark(CheckpointMark):
    def finalize_checkpoint(self) -> None: ...


class One(UnboundedReader):
    """A message, and the end."""

    def __init__(self, job: str) -> None:
        self._job = job

    def start(self) -> bool:
        return True

    def advance(self) -> bool:
        return False

    def get_current(self) -> StreamMessage:
        resource = Resource("kafka://broker:9092/wire/0/0", 1_700_000_000_000_000, len(TEXT), TEXT)
        return StreamMessage(self._job, "desk", "wire", 0, 0, 0, resource)

    def get_current_timestamp(self) -> Timestamp:
        return Timestamp(1_700_000_000)

    def get_watermark(self) -> Timestamp:
        return MAX_TIMESTAMP

    def get_checkpoint_mark(self) -> Mark:
        return Mark()

    def close(self) -> None: ...


class Source(UnboundedSource):
    """As an engine brings it out of a savepoint: with the job for which it was made then."""

    def __init__(self, job: str) -> None:
        self._job = job

    def split(self, desired_num_splits: int, options: Any = None) -> list[Source]:
        return [self]

    def create_reader(self, options: Any, checkpoint_mark: CheckpointMark | None) -> One:
        return One(self._job)

    def get_checkpoint_mark_coder(self) -> coders.Coder:
        return coders.PickleCoder()

    def default_output_coder(self) -> coders.Coder:
        return coders.registry.get_coder(StreamMessage)


def test_what_is_read_out_of_a_savepoint_is_staged_for_the_job_that_runs(tmp_path: Path) -> None:
    config = Config(str(tmp_path / "news"), "run", None)
    with Dataset.open(config.output) as dataset:
        pipeline = beam.Pipeline(options=beam_options([], LOCAL))
        build(pipeline, config, [Source("run-001")], dataset, "run-002")
        pipeline.run().wait_until_finish()
        assert len([*dataset.staging("run-002").glob("committables/*.json")]) == 1
        assert not dataset.staging("run-001").exists()
