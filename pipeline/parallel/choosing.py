"""The serial step of linking in parallel: of what is known of all items the links are chosen.

Most items are related to none, and pass through as columns; the others are taken in their order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.parallel.comparing import by_item
from pipeline.parallel.numbering import AGAIN, HELD
from pipeline.parallel.packed import unpacked_table
from pipeline.parallel.spans import NUMBER_BITS
from pipeline.plan import LINKS, VERDICTS, Verdicts
from pipeline.sinks.storage import local
from transforms.dedupe.linker import Verdict
from transforms.dedupe.lookup import Compared, Known, Lookup
from transforms.dedupe.pairing import Flags, Items, involved

_NAMES = {"link_reason": "reason"}  # of a column in a `Verdict`, where it is another one
_LOOKED_AT = ("state", "time", "uri", "item_id", "form", "story_id", "revision_of", "duplicate_of")


class _Part(NamedTuple):
    """The rows of a span: of each its number; the numbers of their staged files among all."""

    rows: pa.Table
    first: int
    files: Sequence[int]


def choose(
    spans: Mapping[int, str], relations: Mapping[int, bytes], horizon: int, verdicts: Verdicts
) -> list[str]:
    """Links the items of all spans; adds their verdicts.

    Args:
        spans: by their numbers the files of their rows (see `pipeline.parallel.numbering.number`).
        relations: what was found, by the span of the later item (`pipeline.parallel.comparing.compared`).
        horizon: how far apart in event time linked items may be, microseconds.
        verdicts: takes the rows and the counts, those of the spans among them.

    Returns:
        The paths of the staged files, by the numbers that the verdicts have for them.
    """
    files: dict[str, int] = {}
    parts = []
    for number, path in sorted(spans.items()):
        with pa.memory_map(str(local(path))) as source:
            table = pa.ipc.open_file(source).read_all()
        own = orjson.loads(table.schema.metadata[b"files"])
        parts.append(_Part(table, number << NUMBER_BITS, [files.setdefault(one, len(files)) for one in own]))
        for event, label, count in orjson.loads(table.schema.metadata[b"counts"]):
            verdicts.counts[event, label] += count
    looked_at = _involved(parts, relations)
    lookup = Lookup(horizon)
    linked: Counter[str] = Counter()
    for part, which in zip(parts, looked_at, strict=True):
        data = relations.get(part.first >> NUMBER_BITS)
        compared = by_item(unpacked_table(data)) if data else {}
        _link(part, which, compared, lookup, verdicts, linked)
    for name, count in linked.items():
        verdicts.counts["link", name] += count
    for name, count in lookup.overflows.items():
        verdicts.counts["overflow", name] += count
    return list(files)


def _involved(parts: Sequence[_Part], relations: Mapping[int, bytes]) -> list[Flags]:
    """Of each part the rows to look at one by one."""
    if not parts:
        return []

    def column(name: str) -> Any:
        return np.concatenate([part.rows.column(name).to_numpy() for part in parts])

    items = Items(
        np.concatenate([part.first + np.arange(len(part.rows)) for part in parts]),
        column("story"),
        column("form"),
        column("state") == AGAIN,
        column("marked"),
    )
    related = [np.empty((3, 0), np.int64)]
    for data in relations.values():
        table = unpacked_table(data)
        later, earlier = (table.column(name).to_numpy() for name in ("later", "earlier"))
        # Again where it hangs on whether the form recurs; else 0, the first item, which has none before it.
        asked = np.where(pc.is_valid(table.column("recurring")).to_numpy(), later, 0)
        related.append(np.stack([later, earlier, asked]))
    later, earlier, asked = np.concatenate(related, axis=1)
    found = involved(items, later, earlier, asked[asked > 0])
    return np.split(found, np.cumsum([len(part.rows) for part in parts])[:-1])


def _link(
    part: _Part,
    which: Flags,
    compared: Mapping[int, Mapping[int, Sequence[Compared]]],
    lookup: Lookup,
    verdicts: Verdicts,
    linked: Counter[str],
) -> None:
    fresh = part.rows.column("state").to_numpy() != HELD
    places = np.flatnonzero(which)
    values = part.rows.select(_LOOKED_AT).take(pa.array(places))
    columns = (values.column(name).to_pylist() for name in _LOOKED_AT)
    made: list[Verdict] = []
    for place, state, time, uri, item_id, form, *links in zip(places.tolist(), *columns, strict=True):
        number = part.first + place
        known = Known(item_id, uri, time, form, number, compared.get(number, {}))
        lookup.advance(time)
        if state == HELD:
            story_id, revision_of, duplicate_of = links
            lookup.hold(known, Verdict(item_id, story_id, revision_of, duplicate_of))
        else:
            verdict = lookup.link(known)
            linked[verdict.relation or "new"] += 1
            made.append(verdict)
    count = int(fresh.sum())
    if count > len(made):
        linked["new"] += count - len(made)
    verdicts.add_all(_verdicts(part, fresh, which, made))


def _verdicts(part: _Part, fresh: Flags, which: Flags, made: Sequence[Verdict]) -> pa.Table:
    """The new rows of a part with their links: those that were looked at have a verdict each."""
    rows = part.rows.filter(pa.array(fresh)).combine_chunks()
    mask = pa.array(which[fresh])
    files = np.array(part.files, np.int32)
    columns: dict[str, pa.Array] = {
        "dataset": pa.repeat(pa.scalar("stories"), len(rows)),
        "partition": rows.column("partition"),
        "file": pa.array(files[rows.column("file").to_numpy()]),
        "row": rows.column("row"),
        "bytes": rows.column("size"),
        "story_id": rows.column("uri"),
    }
    chosen = {name: [getattr(one, _NAMES.get(name, name)) for one in made] for name in LINKS}
    chosen["dataset"] = ["duplicates" if one.duplicate_of else "stories" for one in made]
    for name, values in chosen.items():
        field = VERDICTS.field(name)
        usual = columns.get(name, pa.nulls(len(rows), field.type))
        if isinstance(usual, pa.ChunkedArray):
            usual = usual.combine_chunks()
        columns[name] = pc.replace_with_mask(usual, mask, pa.array(values, field.type))
    return pa.table([columns[field.name] for field in VERDICTS], VERDICTS).combine_chunks()
