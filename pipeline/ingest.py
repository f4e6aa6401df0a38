"""Messages to staged rows: the parallel stages of a job that never ends, fused, as plain Python."""

from __future__ import annotations

import collections
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import pyarrow as pa

from pipeline import committable
from pipeline.committable import Committable
from pipeline.coverage import Message, Partition
from pipeline.options import Config
from pipeline.sinks.partition import PartitionBy
from pipeline.sinks.staging import check, stage_items, stage_rejects
from pipeline.sinks.storage import Location, forget
from pipeline.sources.stream_message import TICK, StreamMessage
from pipeline.sources.transform import ReadStep
from pipeline.stage import ITEMS, REJECT_BYTES, REJECTED, StagedFile, refused
from pipeline.write import with_enrichment
from schemas.errors import Code, ItemError, Reject, Stage
from schemas.item import Item
from transforms.dedupe.fingerprint import encode
from transforms.dedupe.sketch import sketch
from transforms.enrich.enricher import enricher
from transforms.expand.expand import Hints
from transforms.normalize.transform import NormalizeStep
from transforms.parse.transform import ParseStep
from transforms.step import REJECTS, Step

_HELD = 0.7  # seconds that a message waits at the most for others to be staged with it
_MESSAGES = 1_000  # staged together at the most


@dataclass(frozen=True, slots=True)
class Job:
    """What the parallel stages need to know.

    Attributes:
        config: what the stream is told.
        folder: where the job stages, `Dataset.staging(JOB)`, which all workers see.
        partition_by: partition keys of the dataset.
    """

    config: Config
    folder: Location
    partition_by: PartitionBy


def position(message: StreamMessage) -> Message:
    """Where a message stands."""
    return Message(message.feed, message.topic, message.number, message.begin, message.offset)


class Ingest:
    """Messages to committables, in the order in which they come. Not for several threads.

    Args:
        job: see there.
        clock: seconds, monotonic.

    Attributes:
        partitions: those of the messages that wait for `flush`.
    """

    def __init__(self, job: Job, clock: Any = time.monotonic) -> None:
        config = job.config
        self._job = job
        self._clock = clock
        self._read = ReadStep(Hints(config.provider, config.source_format), config.expansion)
        self._parse = ParseStep(config.parsing)
        self._normalize = NormalizeStep(None)
        self._tagging = enricher(config.tagging)
        self._begin()

    def _begin(self) -> None:
        self._messages: list[Message] = []
        self.partitions: set[Partition] = set()
        self._items: list[Item] = []
        self._fingerprints: list[bytes] = []
        self._rejects: list[Reject] = []
        self._rejected = self._nanoseconds = 0
        self._since: float | None = None
        for step in (self._read, self._parse, self._normalize):
            step.start_bundle()

    def add(self, message: StreamMessage) -> bool:
        """Takes one message, or a tick.

        Returns:
            Whether it is time to `flush`.
        """
        if message == TICK:
            return self._since is not None and self._clock() - self._since >= _HELD
        if self._since is None:
            self._since = self._clock()
        self._messages.append(position(message))
        self.partitions.add(self._messages[-1].partition)
        if message.resource is not None:
            raw = self._through(self._read, [message.resource])
            for item in self._through(self._normalize, self._through(self._parse, raw)):
                started = time.perf_counter_ns()
                try:
                    check(item)
                    self._fingerprints.append(encode(sketch(item)))
                    self._items.append(item)
                except ItemError as error:
                    self._reject(refused(item, error))
                except MemoryError:
                    raise  # the machine's fault, not the item's
                except Exception as error:  # noqa: BLE001 - or the job would read it again for ever
                    fault = ItemError(Code.INTERNAL, f"{type(error).__name__}: {error}")
                    self._reject(refused(item, fault))
                self._nanoseconds += time.perf_counter_ns() - started
        full = len(self._items) >= self._job.config.staging_rows or self._rejected >= REJECT_BYTES
        full = full or len(self._messages) >= _MESSAGES
        return full or self._clock() - self._since >= _HELD

    def _through(self, step: Step, elements: Iterable[Any]) -> Iterator[Any]:
        """What a step makes of elements; its rejects are put aside."""
        for element in elements:
            for result in step.process(element):
                if isinstance(result, beam.pvalue.TaggedOutput) and result.tag == REJECTS:
                    self._reject(result.value)
                else:
                    yield result

    def _reject(self, reject: Reject) -> None:
        self._rejects.append(reject)
        self._rejected += len(reject.raw)

    def flush(self) -> Committable | None:
        """Stages what was collected and hands it over; None where there is nothing.

        Raises:
            WirebeamError: it could not be written.
        """
        if not self._messages:
            return None
        job, now = self._job, committable.now()
        name = committable.named(now)
        counts: collections.Counter[tuple[str, str, str]] = collections.Counter()
        for step in (self._read, self._parse, self._normalize):
            for output in step.finish_bundle():
                tally = output.value.value
                counts[str(tally.stage), tally.event, str(tally.label)] += tally.count

        def tagged(rows: pa.Table) -> pa.Table:
            started = time.perf_counter_ns()
            done = with_enrichment(rows, self._tagging, counts)
            counts[Stage.ENRICH, "in", ""] += len(rows)
            counts[Stage.ENRICH, "nanoseconds", ""] += time.perf_counter_ns() - started
            return done

        started = time.perf_counter_ns()
        folder = job.folder / committable.ROWS / name
        items = stage_items(folder, self._items, self._fingerprints, job.partition_by, complete=tagged)
        rejects = stage_rejects(folder, self._rejects, run_id=job.config.run_id, now=now)
        staging = time.perf_counter_ns() - started - counts[Stage.ENRICH, "nanoseconds", ""]
        counts["stage", "in", ""] += len(items.ids)
        counts["stage", "nanoseconds", ""] += self._nanoseconds + staging
        made = Committable(
            self._messages,
            StagedFile(ITEMS, items.path, len(items.ids)),
            StagedFile(REJECTED, rejects.path, len(rejects.ids)),
            counts,
            now,
        )
        forget(folder)  # of a store: another process may commit it, and this one goes on for weeks
        committable.save(job.folder, name, made)
        self._begin()
        return made
