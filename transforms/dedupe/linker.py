"""The linker: items in the order of their time go in, a verdict on each comes out.

What it decides is a function of the set of items alone: sketches are taken in the order of event time,
uri and item_id, and each is compared with what came before it inside the horizon.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from transforms.dedupe.fingerprint import Sketch
from transforms.dedupe.forms import RECURS, form
from transforms.dedupe.keys import keys
from transforms.dedupe.relation import COPIES, HORIZON, Relation, reach, relation

MAX_BUCKET = 64
MAX_CANDIDATES = 48
MAX_MEMBERS = 1000
_STORY_MARK = "#"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an item.

    Attributes:
        item_id: the item.
        story_id: uri of the first item of the chain; where items that are not one story came with the same
            made-up uri, the later ones add `#` and 12 digits of their item_id.
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


@dataclass(slots=True, eq=False)
class _Entry:
    """An item held in the index; `row` is the uri of the story that a copy points to, else its own."""

    sketch: Sketch
    order: tuple[int, str, str]
    keys: tuple[int, ...]
    story_id: str
    row: str
    copied: bool
    form: int  # 0 where the item is a copy or version: one story counts once


_BY_HEAD = 4
_order = attrgetter("order")


def _rank(related: Relation) -> int:
    if related.kind in COPIES:
        return COPIES.index(related.kind)
    if related.named:
        return 2
    return 3 if related.similarity else _BY_HEAD


class Linker:
    """Links items one by one. Holds what lies inside the horizon, and nothing else grows.

    Args:
        horizon: microseconds of event time that copies may be apart.
        max_bucket: items held under one candidate key; what comes later is not found by that key.
        max_candidates: items compared with a new one: those that share most keys.
        max_members: items of a chain inside the horizon; what comes later starts a new one.

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
    ) -> None:
        self.horizon = horizon
        self.max_bucket = max_bucket
        self.max_candidates = max_candidates
        self.max_members = max_members
        self.overflows: Counter[str] = Counter()
        self._buckets: dict[int, list[_Entry]] = {}
        self._queue: deque[_Entry] = deque()
        self._members: dict[str, int] = {}
        self._forms: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._queue)

    def hold(self, sketch: Sketch, verdict: Verdict) -> None:
        """Take in an item that the dataset already holds, with its verdict, in the order of `link`."""
        self._advance(sketch)
        copied = verdict.duplicate_of is not None
        first = not copied and verdict.revision_of is None
        self._add(
            _Entry(
                sketch,
                sketch.order,
                keys(sketch),
                verdict.story_id,
                verdict.duplicate_of or sketch.uri,
                copied,
                form(sketch) if first else 0,
            )
        )

    def link(self, sketch: Sketch) -> Verdict:
        """The verdict on an item. Items come in the order of `Sketch.order`.

        Raises:
            ValueError: the item is earlier than one linked or held before it.
        """
        self._advance(sketch)
        found = keys(sketch)
        frame = form(sketch)
        recurring = self._forms.get(frame, 0) >= RECURS
        chosen = self._choose(sketch, self._candidates(found), recurring)
        if chosen is None:
            story_id = self._story_id(sketch)
            self._add(_Entry(sketch, sketch.order, found, story_id, sketch.uri, False, frame))
            return Verdict(sketch.item_id, story_id)
        parent, related = chosen
        copied = related.kind in COPIES
        self._add(
            _Entry(
                sketch, sketch.order, found, parent.story_id, parent.row if copied else sketch.uri, copied, 0
            )
        )
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

    def _candidates(self, found: tuple[int, ...]) -> list[_Entry]:
        """The items that share a key, in their order; of too many those that share most keys."""
        counts: dict[_Entry, int] = {}
        for key in found:
            for entry in self._buckets.get(key, ()):
                counts[entry] = counts.get(entry, 0) + 1
        if len(counts) <= self.max_candidates:
            return sorted(counts, key=_order) if len(counts) > 1 else list(counts)
        self.overflows["candidates"] += 1
        chosen = sorted(counts, key=lambda entry: (-counts[entry], entry.order))
        return sorted(chosen[: self.max_candidates], key=_order)

    def _choose(
        self, sketch: Sketch, candidates: list[_Entry], recurring: bool
    ) -> tuple[_Entry, Relation] | None:
        """The item to link to: the earliest that it copies word for word, else the earliest that it copies,
        else the one it names, else the earliest that it revises by its text, else the latest by its head.

        A near copy of a copy hides behind the story only if it is a copy of that story too; otherwise it
        stays in stories/ as a version, so that texts cannot drift apart copy by copy.
        """
        best: tuple[int, _Entry, Relation] | None = None
        stories: dict[tuple[str, str], Relation] = {}
        for entry in candidates:
            if best and best[0] < len(COPIES) and entry.sketch.body != sketch.body:
                continue  # only a word for word copy would be better
            related = relation(entry.sketch, sketch, horizon=self.horizon, recurring=recurring)
            if related is None:
                continue
            if self._members[entry.story_id] >= self.max_members:
                self.overflows["members"] += 1
                continue
            if not entry.copied:
                stories.setdefault((entry.story_id, entry.row), related)
            elif related.kind == "near":
                with_story = stories.get((entry.story_id, entry.row))
                if with_story is None or with_story.kind not in COPIES:
                    related = Relation("update", related.similarity, f"copy of a copy: {related.reason}")
            rank = _rank(related)
            if not rank:
                return entry, related
            if best is None or rank < best[0] or rank == best[0] == _BY_HEAD:
                best = rank, entry, related
        return (best[1], best[2]) if best else None

    def _story_id(self, sketch: Sketch) -> str:
        """The uri; with a suffix where an unrelated item with the same made-up uri has taken it."""
        if sketch.own_uri and sketch.uri in self._members:
            return f"{sketch.uri}#{sketch.item_id[:12]}"
        return sketch.uri

    def _add(self, entry: _Entry) -> None:
        self._queue.append(entry)
        self._members[entry.story_id] = self._members.get(entry.story_id, 0) + 1
        if entry.form:
            self._forms[entry.form] = self._forms.get(entry.form, 0) + 1
        for key in entry.keys:
            bucket = self._buckets.get(key)
            if bucket is None:
                self._buckets[key] = [entry]
            elif len(bucket) < self.max_bucket:
                bucket.append(entry)
            else:
                self.overflows["bucket"] += 1

    def _advance(self, sketch: Sketch) -> None:
        """Forget what no item from now on can be related to."""
        if self._queue and self._queue[-1].order > sketch.order:
            raise ValueError(f"item {sketch.item_id} comes after a later one")
        oldest = sketch.time - reach(self.horizon)
        while self._queue and self._queue[0].sketch.time < oldest:
            entry = self._queue.popleft()
            self._members[entry.story_id] -= 1
            if not self._members[entry.story_id]:
                del self._members[entry.story_id]
            if entry.form:
                self._forms[entry.form] -= 1
                if not self._forms[entry.form]:
                    del self._forms[entry.form]
            for key in entry.keys:
                bucket = self._buckets.get(key)
                if bucket and bucket[0] is entry:
                    del bucket[0]
                    if not bucket:
                        del self._buckets[key]


def assign(sketches: Iterable[Sketch], horizon: int = HORIZON) -> dict[str, Verdict]:
    """The verdict on each item of a set, by item_id: the same for any order in which they are given.

    An item given twice (a redelivery: the same item_id) counts once.
    """
    linker = Linker(horizon)
    once = {sketch.item_id: sketch for sketch in sketches}
    return {sketch.item_id: linker.link(sketch) for sketch in sorted(once.values(), key=lambda s: s.order)}
