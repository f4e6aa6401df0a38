"""Rejects of a dataset as resources to read again: their bytes, source and time as they came first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.sinks.storage import location, parquet
from pipeline.sources.files import Resource
from schemas.errors import KEPT, Code
from schemas.raw import Attribute
from schemas.rows import register_row

_ROWS = 256  # read at once
# Rejected for where they lay in an archive, not for their bytes: by themselves they would slip through.
_BY_PLACE = [Code.ARCHIVE_UNSAFE, Code.ARCHIVE_TOO_DEEP]
_COLUMNS = ("source", "received_at", "raw", "attributes", "run_id")


@register_row
@dataclass(frozen=True, slots=True)
class RejectFile:
    """A file of `rejects/`: `path`, and the `codes` that are read again (none: all)."""

    path: str
    codes: Sequence[str]


def replayable(table: pa.Table, codes: Sequence[str]) -> pa.ChunkedArray:
    """Which rejects can be read again: those of the codes whose bytes are there, and whole.

    Args:
        table: rejects with the columns `code`, `message` and `raw`.
        codes: none for all.
    """
    here = pc.invert(pc.is_in(table.column("code"), value_set=pa.array(_BY_PLACE, pa.string())))
    whole = pc.invert(pc.match_substring(table.column("message"), KEPT))
    there = pc.greater(pc.binary_length(table.column("raw")), 0)
    found = pc.and_(here, pc.and_(whole, there))
    if codes:
        found = pc.and_(found, pc.is_in(table.column("code"), value_set=pa.array(codes, pa.string())))
    return found


def read(path: str, codes: Sequence[str], hints: Mapping[str, Mapping[str, Any]]) -> Iterator[Resource]:
    """The rejects of a file that can be read again, some hundred held at a time.

    Args:
        path: the file.
        codes: none for all.
        hints: run_id -> `provider` and `format` that the run was given for every item.
    """
    with parquet(location(path)) as file:
        there = [name for name in (*_COLUMNS, "code", "message") if name in file.schema_arrow.names]
        for batch in file.iter_batches(_ROWS, columns=there):
            table = pa.Table.from_batches([batch])
            for row in table.filter(replayable(table, codes)).to_pylist():
                hint = hints.get(row["run_id"], {})
                yield Resource(
                    row["source"],
                    round(row["received_at"].timestamp() * 1_000_000),
                    len(row["raw"]),
                    data=row["raw"],
                    provider=hint.get("provider"),
                    source_format=hint.get("format"),
                    attributes=tuple(Attribute(**one) for one in row.get("attributes") or ()),
                )


class _Read(beam.DoFn):
    def __init__(self, hints: Mapping[str, Mapping[str, Any]]) -> None:
        self._hints = hints

    def process(self, element: RejectFile) -> Iterator[Resource]:
        yield from read(element.path, element.codes, self._hints)


class ReadRejects(beam.PTransform):
    """Files of `rejects/`, opened when the pipeline runs -> `Resource`.

    Args:
        files: the files.
        hints: see `read`.
    """

    def __init__(self, files: Sequence[RejectFile], hints: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__()
        self._files = files
        self._hints = hints

    def expand(self, pbegin: beam.pvalue.PBegin) -> beam.PCollection:
        """Apply the source."""
        files = pbegin | "Files" >> beam.Create(list(self._files)).with_output_types(RejectFile)
        # Names are dealt out, not bytes.
        spread = files | "Spread" >> beam.Reshuffle()
        return spread | beam.ParDo(_Read(self._hints)).with_output_types(Resource)
