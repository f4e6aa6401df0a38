"""The linker: sketches go in one by one, a verdict on each comes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from transforms.dedupe.choice import MAX_BUCKET, MAX_CANDIDATES, MAX_MEMBERS, Chooser, Verdict
from transforms.dedupe.decision import Relation
from transforms.dedupe.disk_index import DiskIndex
from transforms.dedupe.fingerprint import Sketch
from transforms.dedupe.index import Entry, Holding, Index
from transforms.dedupe.keys import keys
from transforms.dedupe.relation import HORIZON, relation

__all__ = ["Linker", "Verdict", "assign"]


class Linker(Chooser[Sketch]):
    """Finds earlier items by candidate key among those held, and compares the sketches; see `Chooser`.

    Args:
        horizon: microseconds of event time that copies may be apart.
        max_bucket: items looked at under one candidate key: the earliest and the latest ones.
        max_candidates: items compared with a new one: those that share most keys.
        max_members: items of a chain inside the horizon; what comes later starts a new one.
        on_disk: hold the items on disk: slower by some 60 us an item, in memory that does not grow.

    Attributes:
        overflows: how often each bound was reached: `bucket`, `candidates`, `members`.
    """

    def __init__(
        self,
        horizon: int = HORIZON,
        *,
        max_bucket: int = MAX_BUCKET,
        max_candidates: int = MAX_CANDIDATES,
        max_members: int = MAX_MEMBERS,
        on_disk: bool = False,
    ) -> None:
        index: Holding[Sketch] = (DiskIndex if on_disk else Index)(max_bucket, max_candidates)
        super().__init__(index, horizon, max_members)

    def _keys(self, sketch: Sketch) -> tuple[int, ...]:
        return keys(sketch)

    def _candidates(self, sketch: Sketch, keys: tuple[int, ...], since: int) -> Sequence[Entry[Sketch]]:
        return self._index.candidates(keys, sketch.order, since)

    def _same_words(self, earlier: Sketch, later: Sketch) -> bool:
        return earlier.body == later.body

    def _relation(self, earlier: Sketch, later: Sketch, *, recurring: bool) -> Relation | None:
        return relation(earlier, later, horizon=self.horizon, recurring=recurring)


def assign(sketches: Iterable[Sketch], horizon: int = HORIZON) -> dict[str, Verdict]:
    """The verdict on each item of a set, by item_id: the same for any order in which they are given.

    An item given twice (a redelivery: the same item_id) counts once.
    """
    linker = Linker(horizon)
    once = {sketch.item_id: sketch for sketch in sketches}
    verdicts = {}
    for sketch in sorted(once.values(), key=lambda sketch: sketch.order):
        linker.advance(sketch.time)
        verdicts[sketch.item_id] = linker.link(sketch)
    return verdicts
