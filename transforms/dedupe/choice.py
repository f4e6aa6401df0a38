"""To which earlier item an item is linked, however the relations between them were found.

What is decided is a function of the set of items alone, where they come in the order of event time, uri and
item_id: each is linked to what lies before it inside the horizon. What comes later than that order has it is
linked to what is held before it, too, but links that were given stay as they are (`wirebeam compact` settles
them).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from transforms.dedupe.decision import Relation
from transforms.dedupe.forms import RECURS
from transforms.dedupe.index import Entry, Holding, One
from transforms.dedupe.relation import COPIES, reach

MAX_BUCKET = 64
MAX_CANDIDATES = 24
MAX_MEMBERS = 1000
STORY_MARK = "#"
STORY_DIGITS = 12  # of the item_id behind it
_STEPS = 64  # in which a horizon is forgotten


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an item.

    Attributes:
        item_id: the item.
        story_id: uri of the first item of the chain; where that uri is another story's already (two items
            with one made-up uri, a chain too long), it has `#` and 12 digits of the item_id added.
        revision_of: uri of the item that this one revises.
        duplicate_of: uri of the item in stories/ that this one copies: it belongs to duplicates/.
        duplicate_kind: `exact` or `near`.
        similarity: Jaccard of word 5-grams with the item linked to.
        reason: why it was linked.
        relation: kind of the `Relation` that decided, None for the first item of a chain.
        revision_kind: kind of the revision, also where no marker says so.
    """

    item_id: str
    story_id: str
    revision_of: str | None = None
    duplicate_of: str | None = None
    duplicate_kind: str | None = None
    similarity: float | None = None
    reason: str | None = None
    relation: str | None = None
    revision_kind: str | None = None


_GROUNDS = ("named", "text", "head")


def _rank(related: Relation) -> int:
    """Exact copies, near copies, then versions by what they rest on."""
    if related.kind in COPIES:
        return COPIES.index(related.kind)
    return len(COPIES) + _GROUNDS.index(related.ground or "head")


class Chooser(ABC, Generic[One]):
    """Links items one by one, each with what is held and lies before it inside the horizon.

    What it holds grows until `forget` or `advance` is called. Which earlier items come into question, and
    what the item is to them, is for those who derive from it.

    Args:
        index: holds the items.
        horizon: microseconds of event time that copies may be apart.
        max_members: items of a chain inside the horizon; what comes later starts a new one.

    Attributes:
        overflows: how often each bound was reached: `bucket`, `candidates`, `members`.
    """

    def __init__(self, index: Holding[One], horizon: int, max_members: int) -> None:
        self.horizon = horizon
        self.max_members = max_members
        self._reach = reach(horizon)
        self._index = index
        self.overflows: Counter[str] = self._index.overflows

    @abstractmethod
    def _keys(self, sketch: One) -> tuple[int, ...]:
        """Candidate keys that an item is held under."""

    @abstractmethod
    def _candidates(self, sketch: One, keys: tuple[int, ...], since: int) -> Sequence[Entry[One]]:
        """Items to compare with, earlier than an item, back to an instant: in their order, within bounds."""

    @abstractmethod
    def _same_words(self, earlier: One, later: One) -> bool:
        """Whether the texts of two items are the same."""

    @abstractmethod
    def _relation(self, earlier: One, later: One, *, recurring: bool) -> Relation | None:
        """What an item is to an earlier one; see `transforms.dedupe.relation.relation`."""

    def __len__(self) -> int:
        """How many items are held."""
        return len(self._index)

    def forget(self, before: int) -> None:
        """Forget the items before an instant, microseconds since the epoch."""
        self._index.forget(before)

    def close(self) -> None:
        """Hold nothing any more."""
        self._index.close()

    def reached_back(self, since: int) -> None:
        """All from an instant on is held again, that was forgotten and now given to `hold`."""
        if self._index.forgotten is not None and since < self._index.forgotten:
            self._index.forgotten = since

    def advance(self, time: int) -> None:
        """Forget what no item from an instant on can be related to, as items come in order.

        Some of it may stay a little longer, since much is forgotten faster at once; that changes no verdict.
        """
        before, forgotten = time - self._reach, self._index.forgotten
        if forgotten is None or before - forgotten > self._reach // _STEPS:
            self.forget(before)

    def hold(self, sketch: One, verdict: Verdict) -> None:
        """Take in an item that the dataset already holds, with its verdict, in any order.

        Of the verdict, `story_id`, `revision_of` and `duplicate_of` are looked at. All that the dataset
        holds from `reach(horizon)` before an item must be held when it is linked, for links to be the same as
        if all had come at once. Of an item held twice the first counts.
        """
        if self._index.find(sketch.order):
            return
        copied = verdict.duplicate_of is not None
        first = not copied and verdict.revision_of is None
        row = verdict.duplicate_of or sketch.uri
        self._add(sketch, self._keys(sketch), verdict.story_id, row, copied, sketch.form if first else 0)

    def link(self, sketch: One) -> Verdict:
        """The verdict on an item, which is held from now on.

        An item that is held already came from another source before: it is a copy of that one, or of what
        that one copies.

        Raises:
            ValueError: what the item must be compared with was forgotten.
        """
        order, since = sketch.order, sketch.time - self._reach
        if self._index.forgotten is not None and since < self._index.forgotten:
            raise ValueError(f"item {sketch.item_id} comes after what it may belong to was forgotten")
        if held := self._index.find(order):
            return _again(sketch.item_id, held)
        found = self._keys(sketch)
        candidates = self._candidates(sketch, found, since)
        chosen = self._choose(sketch, candidates, since) if candidates else None
        if chosen is None:
            story_id = self._story_id(sketch)
            self._add(sketch, found, story_id, sketch.uri, False, sketch.form)
            return Verdict(sketch.item_id, story_id)
        parent, related = chosen
        copied = related.kind in COPIES
        self._add(sketch, found, parent.story_id, parent.row if copied else sketch.uri, copied, 0)
        return Verdict(
            sketch.item_id,
            parent.story_id,
            revision_of=None if copied else parent.row,
            duplicate_of=parent.row if copied else None,
            duplicate_kind=related.kind if copied else None,
            similarity=related.similarity,
            reason=related.reason,
            relation=related.kind,
            revision_kind=None if copied else "correction" if related.kind == "silent" else related.kind,
        )

    def _choose(
        self, sketch: One, candidates: Sequence[Entry[One]], since: int
    ) -> tuple[Entry[One], Relation] | None:
        """The item to link to: the earliest that it copies word for word, else the earliest that it copies,
        else the one it names, else the earliest that it revises by its text, else the latest by its head.

        A near copy of a copy hides behind the story only if it is a copy of that story too; otherwise it
        stays in stories/ as a version, so that texts cannot drift apart copy by copy.
        """
        recurring = self._index.stories(sketch.form, sketch.order, since) >= RECURS
        best: tuple[int, Entry[One], Relation] | None = None
        stories: dict[tuple[str, str], Relation] = {}
        for entry in candidates:
            if best and best[0] < len(COPIES) and not self._same_words(entry.sketch, sketch):
                continue  # only a word for word copy would be better
            related = self._relation(entry.sketch, sketch, recurring=recurring)
            if related is None:
                continue
            if self._members(entry.story_id, sketch) >= self.max_members:
                self.overflows["members"] += 1
                continue
            if not entry.copied:
                stories.setdefault((entry.story_id, entry.row), related)
            elif related.kind == "near":
                with_story = stories.get((entry.story_id, entry.row))
                if with_story is None or with_story.kind not in COPIES:
                    related = Relation(
                        "update", related.similarity, f"copy of a copy: {related.reason}", related.ground
                    )
            rank = _rank(related)
            if not rank:
                return entry, related
            if best is None or rank < best[0] or (rank == best[0] and related.ground == "head"):
                best = rank, entry, related
        return (best[1], best[2]) if best else None

    def _members(self, story_id: str, sketch: One) -> int:
        """How many items of a story are held that the item may be related to."""
        return self._index.members(story_id, sketch.order, sketch.time - self._reach)

    def _story_id(self, sketch: One) -> str:
        """The uri; with a suffix where another story inside the horizon has taken it."""
        if self._members(sketch.uri, sketch):
            return f"{sketch.uri}{STORY_MARK}{sketch.item_id[:STORY_DIGITS]}"
        return sketch.uri

    def _add(
        self, sketch: One, found: tuple[int, ...], story_id: str, row: str, copied: bool, frame: int
    ) -> None:
        self._index.add(Entry(sketch, sketch.order, found, story_id, row, copied, frame))


def _again(item_id: str, held: Entry[One]) -> Verdict:
    """The verdict on an item that came from another source before."""
    return Verdict(
        item_id,
        held.story_id,
        duplicate_of=held.row,
        duplicate_kind="exact",
        similarity=1.0,
        reason="same item from another source",
        relation="exact",
    )
