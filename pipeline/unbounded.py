"""The graph that never ends: messages to staged rows, in parallel; what is staged is committed beside it.

    KafkaPartitions ─► CheckWorkers ─► Ingest: expand ─► parse ─► normalize ─► sketch ─► tag ─► stage
                                                                                           │
              manifest ◄── write ◄── link ◄── each message once, without gaps ◄── committables
              └──────────────────── pipeline.committer, one a dataset ─────────────────────┘

All that is parallel is one fused step: no text is sent between workers, and a committable says of exactly
which messages its rows were made. It is handed over within a second, however long Beam's bundles are: what
an engine does again is staged again and committed once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import apache_beam as beam
from apache_beam.io.unbounded_source import ReadFromUnboundedSource, UnboundedSource

from pipeline.committable import Committable
from pipeline.ingest import Ingest, Job, position
from pipeline.options import Config
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.durable import explained
from pipeline.sinks.folder import create
from pipeline.sinks.partition import PartitionBy
from pipeline.sinks.storage import Location
from pipeline.sources.kafka_unbounded import LONGEST
from pipeline.sources.stream_message import TICK, StreamMessage
from pipeline.suspects import Verdict, suspects
from pipeline.workers import CheckWorkers, Terms

_KILLED = "the workers that read it died, one after the other"
POLL = 0.1  # seconds until a reader that had nothing is asked again: it has waited itself


class _Ingest(beam.DoFn):
    """`StreamMessage` -> how many messages were handed over, once a committable.

    Args:
        config: what the stream is told.
        root: the dataset's folder.
        job: for which all is staged; empty where the messages say it.
        adopt: what a worker does first.
        queue: whether the messages are a queue's: they are staged for whoever commits next.
    """

    def __init__(
        self,
        config: Config,
        root: Location,
        job: str,
        adopt: Callable[[], None] | None = None,
        *,
        queue: bool = False,
    ) -> None:
        self._config = config
        self._root = root
        self._job = job
        self._adopt = adopt
        self._queue = queue
        self._dataset: Dataset | None = None

    def setup(self) -> None:
        self._suspects = suspects(str(self._root))
        if self._adopt is not None:
            self._adopt()

    def start_bundle(self) -> None:
        # A bundle that failed left things behind in the one before; its messages come again.
        self._ingest: Ingest | None = None
        self._name: str | None = None

    def process(self, element: StreamMessage) -> Iterator[int]:
        job = self._job or element.job
        if element != TICK and job != self._name:
            # What was read for an attempt that is over is nobody's.
            self._name = job
            # Readers wait for the committer's word, a queue's messages for nobody's.
            dataset = self._dataset or (self._first() if self._queue else Dataset.read(self._root))
            self._dataset = dataset
            folder = dataset.queued if self._queue else dataset.staging(job)
            self._ingest = Ingest(Job(self._config, folder, dataset.partition_by))
        if self._ingest is None:
            return
        if element == TICK or self._queue:
            made = self._ingest.flush() if self._ingest.add(element) else None
        else:
            made = self._tried(element, self._ingest)
        if made is not None:
            yield len(made.messages)

    def _tried(self, element: StreamMessage, ingest: Ingest) -> Committable | None:
        """A message that others may have died of."""
        message = position(element)
        first = message.partition not in ingest.partitions
        with self._suspects.trying(message, first=first) as verdict:
            if verdict is Verdict.GIVEN_UP and element.resource is not None:
                element = replace(element, resource=replace(element.resource, problem=_KILLED))
            full = ingest.add(element)
            return ingest.flush() if full or verdict is not Verdict.CALM else None

    def _first(self) -> Dataset:
        """The dataset, made by whoever comes first."""
        with explained(self._root):
            create(self._root, PartitionBy.wanted(self._config.partition_by))
        return Dataset.read(self._root)

    def finish_bundle(self) -> None:
        if self._ingest is not None:
            with self._suspects.outliving():
                self._ingest.flush()

    def teardown(self) -> None:
        self._suspects.alive()


def build(
    pipeline: beam.Pipeline,
    config: Config,
    sources: Sequence[UnboundedSource],
    dataset: Dataset,
    job: str,
) -> None:
    """Put the graph of a job that never ends into a pipeline.

    Args:
        pipeline: an empty pipeline; its options say where it runs.
        config: what the stream is told.
        sources: give `StreamMessage`s; each has stages of its own, since Flink reads one source by one task.
        dataset: where rows will go; the job only stages, below `dataset.staging(job)`.
        job: names this attempt: what an earlier one may still write goes elsewhere.
    """
    stages(pipeline, config, sources, dataset.root, Terms.of(dataset.staging(job), ()), job=job)


def stages(
    pipeline: beam.Pipeline,
    config: Config,
    sources: Sequence[UnboundedSource],
    root: Location,
    terms: Terms,
    longest: float = LONGEST,
    job: str = "",
    adopts: Sequence[Callable[[], None]] = (),
    queues: Sequence[beam.PTransform] = (),
) -> None:
    """Put reading to staging into a pipeline.

    Args:
        pipeline, config, sources: as for `build`.
        root: the dataset's folder.
        terms: what workers must meet.
        longest: seconds that a reader goes on without a pause.
        job: for which all of it is staged: readers come out of a savepoint with the job of then.
            Empty: the messages say for which.
        adopts: for each source what a worker does before it reads: sources come out of a savepoint, too, as
            they were made then.
        queues: each gives the `StreamMessage`s of a queue, which whoever commits next may commit.
    """
    for number, source in enumerate(sources):
        messages = pipeline | f"Kafka{number}" >> ReadFromUnboundedSource(
            source, poll_interval=POLL, max_read_time_seconds=longest
        )
        ingest = _Ingest(config, root, job, adopts[number] if adopts else None)
        _staged(messages, terms, ingest, str(number))
    for number, queue in enumerate(queues):
        messages = pipeline | f"Queue{number}" >> queue
        _staged(messages, terms, _Ingest(config, root, job, queue=True), f"Queue{number}")


def _staged(messages: beam.PCollection, terms: Terms, ingest: _Ingest, label: str) -> None:
    checked = messages | f"CheckWorkers{label}" >> CheckWorkers(terms)
    checked | f"Ingest{label}" >> beam.ParDo(ingest).with_output_types(int)
