"""Linking by relations that were found before, in parallel: what is left is to choose."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from transforms.dedupe.choice import MAX_BUCKET, MAX_CANDIDATES, MAX_MEMBERS, Chooser
from transforms.dedupe.decision import Relation
from transforms.dedupe.fingerprint import Sketch
from transforms.dedupe.index import Entry, Index, Order
from transforms.dedupe.relation import HORIZON, relation


@dataclass(frozen=True, slots=True)
class Compared:
    """What an item is to an earlier one.

    Attributes:
        recurring: under which answer to whether its text is a form that recurs; None: under both.
        same_words: whether their texts are the same.
        relation: the relation.
    """

    recurring: bool | None
    same_words: bool
    relation: Relation


def compare(earlier: Sketch, later: Sketch, horizon: int, *, recurring: bool) -> Iterator[Compared]:
    """What a later item is to an earlier one, before it is known what became of either.

    Args:
        earlier, later: their sketches.
        horizon: how far apart copies may be, microseconds of event time.
        recurring: the later text may be a form that recurs: it is asked both ways.

    Returns:
        Nothing where they are two stories, else one answer, or one for each way where these differ.
    """
    same = earlier.body == later.body
    usual = relation(earlier, later, horizon=horizon)
    other = relation(earlier, later, horizon=horizon, recurring=True) if recurring else usual
    if usual == other:
        if usual:
            yield Compared(None, same, usual)
        return
    for answer, found in ((False, usual), (True, other)):
        if found:
            yield Compared(answer, same, found)


@dataclass(frozen=True, slots=True)
class Known:
    """An item, with what it is to earlier ones.

    Attributes:
        item_id, uri, time, form, order: as in `Sketch`.
        number: its number among all items, in their order.
        compared: by the earlier items' numbers.
    """

    item_id: str
    uri: str
    time: int
    form: int
    number: int
    compared: Mapping[int, Sequence[Compared]]

    @property
    def order(self) -> Order:
        """Its place among all items."""
        return self.time, self.uri, self.item_id


class Lookup(Chooser[Known]):
    """Links items that were compared before; see `Chooser`.

    Only those need be given that are related to another one, or whose story or form may count for such.
    """

    def __init__(self, horizon: int = HORIZON, *, max_members: int = MAX_MEMBERS) -> None:
        super().__init__(Index(MAX_BUCKET, MAX_CANDIDATES), horizon, max_members)
        self._numbered: dict[int, Entry[Known]] = {}

    def _keys(self, sketch: Known) -> tuple[int, ...]:
        return ()

    def _candidates(self, sketch: Known, keys: tuple[int, ...], since: int) -> Sequence[Entry[Known]]:
        return [self._numbered[number] for number in sorted(sketch.compared)]

    def _same_words(self, earlier: Known, later: Known) -> bool:
        return later.compared[earlier.number][0].same_words

    def _relation(self, earlier: Known, later: Known, *, recurring: bool) -> Relation | None:
        for one in later.compared[earlier.number]:
            if one.recurring is None or one.recurring == recurring:
                return one.relation
        return None

    def forget(self, before: int) -> None:
        """See `Chooser`."""
        super().forget(before)
        # They were added in their order.
        gone = list(itertools.takewhile(lambda entry: entry.order[0] < before, self._numbered.values()))
        for entry in gone:
            del self._numbered[entry.sketch.number]

    def _add(
        self, sketch: Known, found: tuple[int, ...], story_id: str, row: str, copied: bool, frame: int
    ) -> None:
        entry = Entry(sketch, sketch.order, found, story_id, row, copied, frame)
        self._index.add(entry)
        self._numbered[sketch.number] = entry
