"""Planned files written: rows gathered from staging, their links set, stories tagged, Parquet staged."""

from __future__ import annotations

import collections
import itertools
import time
from collections.abc import Iterator, Sequence
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.plan import FilePlan
from pipeline.sinks.columns import array
from pipeline.sinks.manifest import DataFile
from pipeline.sinks.parquet import write_data_file
from pipeline.sinks.partition import PartitionBy
from pipeline.sinks.staging import read_rows
from pipeline.sinks.storage import Location, local
from schemas.arrow import ENTITY, LINK_FIELDS, REJECTS, STORIES, TOPIC
from schemas.errors import Stage
from schemas.item import Subject
from schemas.rows import register_row
from transforms import activity
from transforms.enrich.enricher import Enricher, Tagging, enricher
from transforms.enrich.story import Story
from transforms.step import TALLIES, Tally, in_global_window

register_row(DataFile)

_STORY_COLUMNS = (
    "headline",
    "body_text",
    "language",
    "provider",
    "subjects",
    "keywords",
)
_TAGS = ("entities", "topics")
_ROWS = 2_048  # gathered, tagged and written at once


def gather(plan: FilePlan) -> Iterator[tuple[pa.Table, pa.Table]]:
    """The staged rows of a plan and their verdicts, in order, some thousand at a time."""
    with pa.memory_map(str(local(plan.verdicts))) as source:
        verdicts = pa.ipc.open_file(source).read_all()
        files = verdicts.schema.metadata[b"files"].decode().split("\n")
        for start in range(plan.start, plan.start + plan.rows, _ROWS):
            chunk = verdicts.slice(start, min(_ROWS, plan.start + plan.rows - start))
            yield _rows(files, chunk), chunk


def _rows(files: Sequence[str], chunk: pa.Table) -> pa.Table:
    wanted = list(zip(chunk.column("file").to_pylist(), chunk.column("row").to_pylist(), strict=True))
    by_file = sorted(range(len(wanted)), key=lambda place: wanted[place])
    tables = []
    for number, places in itertools.groupby(by_file, key=lambda place: wanted[place][0]):
        tables.append(read_rows(files[number], [wanted[place][1] for place in places]))
    back = [0] * len(wanted)
    for position, place in enumerate(by_file):
        back[place] = position
    return pa.concat_tables(tables).take(pa.array(back, pa.int64()))


def with_links(rows: pa.Table, verdicts: pa.Table) -> pa.Table:
    """Rows with the link columns; a kind of revision that only linking could tell is filled in."""
    for field in LINK_FIELDS:
        rows = rows.append_column(field, verdicts.column(field.name).cast(field.type))
    index = rows.schema.get_field_index("revision_kind")
    filled = pc.coalesce(rows.column("revision_kind"), verdicts.column("revision_kind"))
    return rows.set_column(index, rows.schema.field(index), filled)


def stories(rows: pa.Table) -> Iterator[Story]:
    """What tagging needs of each row."""
    columns = [rows.column(name).to_pylist() for name in _STORY_COLUMNS]
    for values in zip(*columns, strict=True):
        row = dict(zip(_STORY_COLUMNS, values, strict=True))
        yield Story(
            headline=row["headline"] or "",
            body_text=row["body_text"],
            language=row["language"],
            provider=row["provider"],
            subjects=[Subject(**subject) for subject in row["subjects"] or ()],
            keywords=row["keywords"] or (),
        )


Counts = collections.Counter[tuple[str, str, str]]


def with_enrichment(rows: pa.Table, tagging: Enricher | None, counts: Counts | None = None) -> pa.Table:
    """Rows with entities and topics; null without an enricher, entities where it failed.

    Args:
        rows: staged items.
        tagging: tags them.
        counts: takes how often it failed, by the type of the error.
    """
    found = tagging.enrich_all(stories(rows)) if tagging else None
    if counts is not None and found:
        counts.update((Stage.ENRICH, "failed", one.failure) for one in found if one.failure)
    entities = [one.entities for one in found] if found else [None] * len(rows)
    topics = [one.topics for one in found] if found else [None] * len(rows)
    rows = rows.append_column("entities", array(entities, pa.list_(ENTITY)))
    return rows.append_column("topics", array(topics, pa.list_(TOPIC)))


def write_plan(
    plan: FilePlan,
    folder: Location,
    run_id: str,
    partition_by: PartitionBy,
    tagging: Enricher,
    counts: Counts,
) -> DataFile:
    """One final file, staged.

    Args:
        plan: what goes into it.
        folder: staging folder of the run.
        run_id: the run.
        partition_by: partition keys of the dataset.
        tagging: tags stories that were not tagged when they were staged.
        counts: takes what is counted, (stage, event, label) -> count.

    Raises:
        WirebeamError: it could not be written.
    """
    started = time.perf_counter_ns()
    before = counts[Stage.ENRICH, "nanoseconds", ""]
    tables = (_table(plan.dataset, rows, verdicts, tagging, counts) for rows, verdicts in gather(plan))
    file = write_data_file(
        folder,
        plan.dataset,
        plan.partition,
        tables,
        run_id=run_id,
        partition_by=partition_by,
        taggers=[tagging.identity] if plan.dataset == "stories" else (),
    )
    counts["write", "out", plan.dataset] += file.rows
    # Tagging happens inside writing, but is another stage of the way: its time is its own.
    own = counts[Stage.ENRICH, "nanoseconds", ""] - before
    counts["write", "nanoseconds", ""] += time.perf_counter_ns() - started - own
    return file


def _table(dataset: str, rows: pa.Table, verdicts: pa.Table, tagging: Enricher, counts: Counts) -> pa.Table:
    if dataset == "rejects":
        return rows.select(REJECTS.names)
    rows = with_links(rows, verdicts)
    stories = dataset == "stories"
    if _TAGS[0] not in rows.column_names:
        started = time.perf_counter_ns()
        rows = with_enrichment(rows, tagging if stories else None, counts)
        if stories:
            counts[Stage.ENRICH, "in", ""] += len(rows)
            counts[Stage.ENRICH, "nanoseconds", ""] += time.perf_counter_ns() - started
    elif not stories:  # a copy says nothing that its story does not
        rows = with_enrichment(rows.drop_columns(list(_TAGS)), None)
    return rows.select(STORIES.names)


class _Write(beam.DoFn):
    def __init__(self, folder: Location, run_id: str, partition_by: PartitionBy, tagging: Tagging) -> None:
        self._folder = folder
        self._run_id = run_id
        self._partition_by = partition_by
        self._tagging = tagging

    def start_bundle(self) -> None:
        # One a process. Not in `setup`: Flink waits three minutes for a worker that fails there.
        self._enricher = enricher(self._tagging)
        self._counts: Counts = collections.Counter()

    def process(self, element: FilePlan) -> Iterator[DataFile]:
        file = write_plan(
            element, self._folder, self._run_id, self._partition_by, self._enricher, self._counts
        )
        activity.note("written", file.rows)
        yield file

    def finish_bundle(self) -> Iterator[Any]:
        for (stage, event, label), count in sorted(self._counts.items()):
            yield in_global_window(beam.pvalue.TaggedOutput(TALLIES, Tally(stage, event, label, count)))


class Write(beam.PTransform):
    """`FilePlan` -> `DataFile`, staged and waiting for the commit, with output `tallies`.

    Args:
        folder: staging folder of the run, on storage that all workers reach.
        run_id: the run.
        partition_by: partition keys of the dataset.
        tagging: how stories are tagged.
    """

    def __init__(self, folder: Location, run_id: str, partition_by: PartitionBy, tagging: Tagging) -> None:
        super().__init__()
        self._step = _Write(folder, run_id, partition_by, tagging)

    def expand(self, pcoll: beam.PCollection) -> beam.pvalue.DoOutputsTuple:
        """Apply the stage."""
        step = beam.ParDo(self._step).with_output_types(DataFile)
        return pcoll | step.with_outputs(TALLIES, main="files")
