"""Late links settled: which rows of a dataset would have other links, had all items come in one batch."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.memory import read_fingerprint
from pipeline.order import LINKED, Part, Rows, in_order
from pipeline.sinks.manifest import DataFile
from pipeline.sinks.storage import Location
from schemas.arrow import FINGERPRINT_FIELD, LINK_FIELDS, STORIES
from transforms import activity
from transforms.dedupe.fingerprint import Sketch
from transforms.dedupe.linker import Linker, Verdict

_ROWS = 8_192
LINKS = (*LINK_FIELDS, STORIES.field("revision_kind"))
_READ = pa.schema([*(STORIES.field(name) for name in LINKED), *LINKS, FINGERPRINT_FIELD])
_WANTED = ["part", "row", FINGERPRINT_FIELD.name, *(column.name for column in LINKS)]
_CHANGE = pa.schema([("part", pa.int32()), ("row", pa.int64()), ("moves", pa.bool_()), *LINKS])


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows whose links change.

    Attributes:
        table: sorted by file and row: `part` (the file's number), `row`, `moves` (whether it goes from
            stories/ to duplicates/, or back), and the new links.
        linked: how many rows were looked at.
        overflows: how often each bound of the linker was reached.
    """

    table: pa.Table
    linked: int = 0
    overflows: collections.Counter[str] = field(default_factory=collections.Counter)

    @classmethod
    def none(cls) -> Changes:
        """No changes: rows keep their links."""
        return cls(_CHANGE.empty_table())

    def of(self, part: int) -> pa.Table:
        """The changes in one file."""
        parts = self.table.column("part").to_numpy()
        start, end = np.searchsorted(parts, part), np.searchsorted(parts, part, "right")
        return self.table.slice(int(start), int(end - start))

    def at(self, parts: Rows, rows: Rows) -> Rows:
        """For each of some rows the number of its change in `table`, -1 where it has none."""
        found = np.full(len(rows), -1, np.int64)
        for part in np.unique(parts).tolist():
            own = self.table.column("part").to_numpy()
            start, end = int(np.searchsorted(own, part)), int(np.searchsorted(own, part, "right"))
            changed = self.table.column("row").slice(start, end - start).to_numpy()
            mine = np.flatnonzero(parts == part)
            places = np.searchsorted(changed, rows[mine])
            hit = places < len(changed)
            hit[hit] = changed[places[hit]] == rows[mine][hit]
            found[mine[hit]] = start + places[hit]
        return found


def settle(root: Location, files: Sequence[DataFile], horizon: int) -> Changes:
    """Links all items of a dataset anew, from their fingerprints, in the linker's order.

    Args:
        root: the dataset's folder.
        files: its files of stories/ and duplicates/; changes name them by their number here.
        horizon: how far apart in event time linked items may be, microseconds.

    Raises:
        WirebeamError: a file cannot be read, or a fingerprint is another version's.
    """
    linker = Linker(horizon)
    parts = [Part(root / file.path) for file in files]
    batches: list[pa.RecordBatch] = []
    linked = 0
    for table in in_order(parts, LINKED, _READ, _ROWS):
        changed = []
        for row in table.select(_WANTED).to_pylist():
            sketch = read_fingerprint(row.pop("fingerprint"), files[row["part"]].path)
            linker.advance(sketch.time)
            links = _links(sketch, linker.link(sketch))
            if links != {name: row[name] for name in links}:
                moves = (links["duplicate_of"] is None) == (files[row["part"]].dataset == "duplicates")
                changed.append({"part": row["part"], "row": row["row"], "moves": moves, **links})
        if changed:
            batches.append(pa.RecordBatch.from_pylist(changed, _CHANGE))
        linked += len(table)
        activity.note("linked", len(table))
    whole = pa.Table.from_batches(batches, _CHANGE)
    return Changes(whole.sort_by([("part", "ascending"), ("row", "ascending")]), linked, linker.overflows)


def _links(sketch: Sketch, verdict: Verdict) -> dict[str, Any]:
    """The link columns of a row. The item's own kind of revision goes before the one that linking found:
    a column that links have filled in must not be taken for the item's own, so the sketch is asked.
    """
    similarity = verdict.similarity
    return {
        "story_id": verdict.story_id,
        "revision_of": verdict.revision_of,
        "duplicate_of": verdict.duplicate_of,
        "duplicate_kind": verdict.duplicate_kind,
        "similarity": None if similarity is None else float(np.float32(similarity)),
        "link_reason": verdict.reason,
        "revision_kind": verdict.revision_kind if sketch.revision_kind is None else sketch.revision_kind,
    }
