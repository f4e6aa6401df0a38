"""Items paired by their keys, and compared: what linking is left to choose from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from pipeline.parallel.numbering import postings, sketches
from pipeline.parallel.packed import packed, packed_table, unpacked
from pipeline.parallel.spans import NUMBER_BITS
from pipeline.sinks.storage import Location
from transforms.dedupe.decision import Relation
from transforms.dedupe.fingerprint import Sketch
from transforms.dedupe.lookup import Compared, compare
from transforms.dedupe.pairing import Candidates, Numbers, Pairs, candidates, pairs
from transforms.dedupe.relation import reach

RELATIONS = pa.schema(
    [
        ("later", pa.int64()),
        ("earlier", pa.int64()),
        ("recurring", pa.bool_()),
        ("same_words", pa.bool_()),
        ("kind", pa.string()),
        ("similarity", pa.float64()),
        ("reason", pa.string()),
        ("ground", pa.string()),
    ]
)
_AT_ONCE = 4_096  # pairs whose sketches are held
_MASK = (1 << NUMBER_BITS) - 1


def paired(
    parts: Iterable[bytes], horizon: int, counts: Counter[tuple[str, str]]
) -> Iterator[tuple[int, bytes]]:
    """Pair the items that share a key.

    Args:
        parts: the postings of a shard of keys, packed, of all spans.
        horizon: how far apart in event time linked items may be, microseconds.
        counts: takes what is counted.

    Returns:
        Spans, and pairs of which the later item is there, packed; of one span several times.
    """
    for found, over in pairs(postings(parts), reach(horizon)):
        if over:
            counts["overflow", "bucket"] += over
        spans = found.later >> NUMBER_BITS
        order = np.argsort(spans, kind="stable")
        names, starts = np.unique(spans[order], return_index=True)
        for span, which in zip(names.tolist(), np.split(order, starts[1:]), strict=False):
            yield span, packed([found.later[which], found.earlier[which]])


def compared(
    parts: Iterable[bytes], folder: Location, horizon: int
) -> tuple[bytes | None, Counter[tuple[str, str]]]:
    """Compare the items of a span with their candidates.

    Args:
        parts: their pairs, packed, from all shards of keys.
        folder: has the sketches of all spans.
        horizon: how far apart in event time linked items may be, microseconds.

    Returns:
        The relations found, packed, with the columns of `RELATIONS`, and what was counted.
    """
    found, over = candidates(Pairs(*unpacked(parts, (np.int64, np.int64))))
    counts: Counter[tuple[str, str]] = Counter({("overflow", "candidates"): over} if over else {})
    counts["compared", ""] = len(found.later)
    rows = list(_relations(found, folder, horizon))
    if not rows:
        return None, counts
    columns = zip(*rows, strict=True)
    return (
        packed_table(
            {
                field.name: pa.array(values, field.type)
                for field, values in zip(RELATIONS, columns, strict=True)
            }
        ),
        counts,
    )


def _relations(found: Candidates, folder: Location, horizon: int) -> Iterator[tuple[object, ...]]:
    recurring = set(found.recurring.tolist())
    for start in range(0, len(found.later), _AT_ONCE):
        later, earlier = (
            found.later[start : start + _AT_ONCE],
            found.earlier[start : start + _AT_ONCE],
        )
        known = _read(np.unique(np.concatenate([later, earlier])), folder)
        for one, other in zip(later.tolist(), earlier.tolist(), strict=True):
            for what in compare(known[other], known[one], horizon, recurring=one in recurring):
                made = what.relation
                yield (
                    one,
                    other,
                    what.recurring,
                    what.same_words,
                    made.kind,
                    made.similarity,
                    made.reason,
                    made.ground,
                )


def _read(numbers: Numbers, folder: Location) -> dict[int, Sketch]:
    found: dict[int, Sketch] = {}
    spans = numbers >> NUMBER_BITS
    for span in np.unique(spans).tolist():
        own = numbers[spans == span]
        found |= zip(own.tolist(), sketches(folder, span, (own & _MASK).tolist()), strict=True)
    return found


def by_item(table: pa.Table) -> dict[int, dict[int, list[Compared]]]:
    """The relations in a table with the columns of `RELATIONS`: by later, then by earlier item."""
    found: dict[int, dict[int, list[Compared]]] = {}
    columns = (table.column(field.name).to_pylist() for field in RELATIONS)
    for later, earlier, recurring, same, kind, similarity, reason, ground in zip(*columns, strict=True):
        what = Compared(recurring, same, Relation(kind, similarity, reason, ground))
        found.setdefault(later, {}).setdefault(earlier, []).append(what)
    return found
