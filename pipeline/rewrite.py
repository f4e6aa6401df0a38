"""Files of one partition written anew: small ones merged, changed links set, rows moved where they belong."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.order import LINKED, REJECTED, Part, Rows, in_order
from pipeline.settle import LINKS, Changes
from pipeline.sinks import partition
from pipeline.sinks.manifest import DataFile
from pipeline.sinks.parquet import file_schema, taggers_of, write_data_file
from pipeline.sinks.partition import PartitionBy
from pipeline.sinks.storage import Location
from pipeline.write import with_enrichment
from schemas.arrow import ENRICH_FIELDS, REJECTS, STORIES
from transforms import activity
from transforms.enrich.enricher import Tagging, enricher

_ROWS = 16_384  # of a row group at the most
_BYTES = 32 << 20  # of a row group, uncompressed, about
_SMALL = 2  # a file smaller than half of the target is merged
_OTHER = {"stories": "duplicates", "duplicates": "stories"}


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What is written anew in one partition of `stories`, `duplicates` or `rejects`.

    Attributes:
        dataset, partition: where the rows go.
        replaced: numbers of the files that go.
        giving: numbers of the files of the other dataset that rows come from.
    """

    dataset: str
    partition: str
    replaced: tuple[int, ...]
    giving: tuple[int, ...] = ()


def rewrites(files: Sequence[DataFile], changes: Changes, target: int) -> list[Rewrite]:
    """What there is to write anew; nothing for a dataset that is as this would leave it.

    A partition's files of less than half the target are merged where there are two, or where another file
    of the partition must be written anyway.

    Args:
        files: files of the dataset; changes name them by their number here.
        changes: the rows whose links change.
        target: bytes of a file.
    """
    changed = set(changes.table.column("part").unique().to_pylist())
    moved = changes.table.filter(changes.table.column("moves"))
    giving = set(moved.column("part").unique().to_pylist())
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, file in enumerate(files):
        places[file.dataset, folder(file)].append(number)
        if number in giving:
            places[_OTHER[file.dataset], folder(file)] += []
    found = []
    for (dataset, where), own in sorted(places.items()):
        small = [number for number in own if files[number].bytes < target // _SMALL]
        written = [number for number in own if number in changed]
        sources = [number for number in places.get((_OTHER.get(dataset, ""), where), ()) if number in giving]
        if written or sources or len(small) > 1:
            found.append(Rewrite(dataset, where, tuple(sorted({*small, *written})), tuple(sources)))
    return found


def folder(file: DataFile) -> str:
    """A file's partition."""
    return file.path.removeprefix(f"{file.dataset}/").rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Rewriter:
    """Writes what `rewrites` found.

    Attributes:
        root: the dataset's folder.
        staging: where the files go.
        files, changes: as `rewrites` got them.
        partition_by: the dataset's partition keys.
        run_id: for the files' metadata.
        salt: see `file_name`.
        target: bytes of a file.
        tagging: how copies that become stories are tagged.
    """

    root: Location
    staging: Location
    files: Sequence[DataFile]
    changes: Changes
    partition_by: PartitionBy
    run_id: str
    salt: str
    target: int
    tagging: Tagging

    def write(self, one: Rewrite) -> Iterator[DataFile]:
        """The new files of a partition: each of about the target's size, but for the last.

        Raises:
            WirebeamError: a file cannot be read or written.
        """
        tables = self._tables(one)
        taggers = self._taggers(one)
        first = next(tables, None)
        while first is not None:
            file = write_data_file(
                self.staging,
                one.dataset,
                one.partition,
                itertools.chain([first], tables),
                run_id=self.run_id,
                partition_by=self.partition_by,
                taggers=taggers,
                salt=self.salt,
                enough=self.target,
            )
            activity.note("written", file.rows)
            yield file
            first = next(tables, None)

    def _taggers(self, one: Rewrite) -> list[str]:
        """What tagged the stories of a partition: their files say, and what tags those that arrive."""
        if one.dataset != "stories":
            return []
        held = [
            tagger for number in one.replaced for tagger in taggers_of(self.root / self.files[number].path)
        ]
        return [*held, enricher(self.tagging).identity] if one.giving else held

    def _tables(self, one: Rewrite) -> Iterator[pa.Table]:
        """The rows of a partition in their order, as they are to be written."""
        parts, numbers = [], []
        for number in (*one.replaced, *one.giving):
            changes = self.changes.of(number)
            rows = changes.filter(changes.column("moves")).column("row").to_numpy()
            if number in one.replaced:
                rows = np.setdiff1d(np.arange(self.files[number].rows), rows, assume_unique=True)
            if len(rows):
                parts.append(Part(self.root / self.files[number].path, rows))
                numbers.append(number)
        schema = file_schema(one.dataset, self.partition_by)
        keys = REJECTED if one.dataset == "rejects" else LINKED
        for table in in_order(parts, keys, schema, _ROWS, min(_BYTES, self.target)):
            if one.dataset == "rejects":
                yield table.select(REJECTS.names)
                continue
            of = np.array(numbers, np.int64)[table.column("part").to_numpy()]
            yield self._settled(table, of, one)

    def _settled(self, table: pa.Table, of: Rows, one: Rewrite) -> pa.Table:
        """Rows with their new links; those that come from the other dataset get tags, or lose them."""
        at = self.changes.at(of, table.column("row").to_numpy())
        place = np.arange(len(table))
        place[at >= 0] = len(table) + np.arange(int((at >= 0).sum()))
        new = self.changes.table.take(pa.array(at[at >= 0]))
        for field in LINKS:
            old = table.column(field.name)
            both = pa.chunked_array([*old.chunks, *new.column(field.name).chunks], field.type)
            table = _with(table, field, both.take(pa.array(place)))
        for name, value in partition.values(f"{one.dataset}/{one.partition}/").items():
            if name in self.partition_by.columns:
                table = table.append_column(STORIES.field(name), pa.array([value] * len(table), pa.string()))
        table = table.select(STORIES.names)
        came = np.isin(of, one.giving)
        return self._enriched(table, came, one.dataset == "stories") if came.any() else table

    def _enriched(self, table: pa.Table, came: npt.NDArray[np.bool_], tagged: bool) -> pa.Table:
        """Rows of which some came from the other dataset: these are tagged, or lose their tags."""
        order = np.argsort(np.concatenate([np.flatnonzero(~came), np.flatnonzero(came)]), kind="stable")
        arrived = table.filter(pa.array(came)).drop_columns([field.name for field in ENRICH_FIELDS])
        arrived = with_enrichment(arrived, enricher(self.tagging) if tagged else None).select(STORIES.names)
        whole = pa.concat_tables([table.filter(pa.array(~came)), arrived.cast(table.schema)])
        return whole.take(pa.array(order))


def _with(table: pa.Table, field: pa.Field, column: pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.schema.get_field_index(field.name), field, column)
