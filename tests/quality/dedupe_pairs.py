"""Linking measured on real pairs, beside the usual rules: a table, and bounds set anew on half of the pairs.

    python tests/quality/dedupe_pairs.py [SHARED] [--halves N]

SHARED holds the corpora (../shared). The labelled pairs of Reuters-21578 and the known copies that
reuters_feed.py makes are read through the parsers and the normalizer. Compared are: identical text,
Jaccard of word 5-grams of at least .7 (both within the horizon), and Wirebeam's linker over the whole feed.

With --halves the bounds of `transforms.dedupe.copies` are set by coordinate search on half of the labelled
pairs (no item is in both halves) and measured on the other half, N times.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import xxhash

from schemas.errors import Reject
from schemas.item import Item
from schemas.raw import RawItem
from transforms.dedupe import copies
from transforms.dedupe.linker import assign
from transforms.dedupe.relation import HORIZON, relation
from transforms.dedupe.sketch import Sketch, sketch
from transforms.normalize.item import normalize
from transforms.parse.transform import parse

Pair = tuple[str, str, str]  # two items and the label
ONE, TWO = ("same", "correction"), ("template", "snapshot", "digest")
GRID = {
    "_JACCARD": (0.4, 0.5, 0.6, 0.7),
    "_CONTAINMENT": (0.4, 0.5, 0.6, 0.7),
    "_LEAD": (0.2, 0.4, 0.6),
    "_CONTAINED": (0.7, 0.8, 0.9),
    "_HEADLINE": (0.5, 0.7, 0.9),
    "_HEADED": (0.3, 0.4, 0.5),
    "_FIGURES": (0.05, 0.15, 0.3),
    "_AGREED": (0.5, 0.7, 0.9),
    "_CHANGED": (0.05, 0.15, 0.3),
    "_CHANGED_FIRM": (0.1, 0.25, 0.4),
    "_TABLE": (0.15, 0.25, 0.4),
    "_SHORT": (20, 40, 60),
    "_FORM": (30, 50, 70),
}


def items(raw: Path) -> dict[str, Item]:
    """The items under a folder by their files' stems; what they are rejected for is not looked at."""
    found = {}
    for path in sorted(part for part in raw.rglob("*") if part.is_file()):
        sent = RawItem(str(path), path.read_bytes(), int(path.stat().st_mtime * 1_000_000))
        for parsed in parse(sent):
            if not isinstance(parsed, Reject):
                found[path.name.split(".")[0]] = normalize(parsed, ingested_at=0)
    return found


def labelled(shared: Path) -> list[Pair]:
    """The pairs labelled by hand."""
    lines = (shared / "corpora/reuters21578/pairs_dev.tsv").read_text().splitlines()[1:]
    return [(one, other, label) for one, other, label in (line.split("\t")[:3] for line in lines)]


def known(feed: Path) -> list[Pair]:
    """The copies that the feed's maker made."""
    lines = (feed / "pairs.tsv").read_text().splitlines()
    rows = (line.split("\t") for line in lines)
    return [(one.rsplit(":", 1)[-1], other.rsplit(":", 1)[-1], kind) for one, other, kind in rows]


def grams(text: str) -> frozenset[str]:
    """Word 5-grams, as score_feed.py makes them."""
    words = re.findall(r"\w+", text.lower())
    return frozenset(" ".join(words[at : at + 5]) for at in range(max(1, len(words) - 4)))


def identical(one: Item, other: Item) -> bool:
    """First baseline: the same text, white space folded."""
    return one.body_text.split() == other.body_text.split() and _near(one, other)


def resembling(one: Item, other: Item) -> bool:
    """Second baseline: Jaccard of word 5-grams of .7 and more."""
    left, right = grams(one.body_text), grams(other.body_text)
    return len(left & right) >= 0.7 * len(left | right) and _near(one, other)


def _near(one: Item, other: Item) -> bool:
    return abs(one.version_created - other.version_created) <= HORIZON


@dataclass(frozen=True)
class Figures:
    """Pairs of each label, those taken for one story, and corrections with both versions kept."""

    pairs: Counter[str]
    linked: Counter[str]
    kept: int = 0

    @property
    def precision(self) -> float:
        right, wrong = sum(self.linked[label] for label in ONE), sum(self.linked[label] for label in TWO)
        return right / (right + wrong) if right + wrong else 0.0

    @property
    def recall(self) -> float:
        every = sum(self.pairs[label] for label in ONE)
        return sum(self.linked[label] for label in ONE) / every if every else 0.0

    @property
    def forms(self) -> float:
        """Share of the templates and snapshots that were taken for one story."""
        return self.share("template", "snapshot")

    def share(self, *labels: str) -> float:
        every = sum(self.pairs[label] for label in labels)
        return sum(self.linked[label] for label in labels) / every if every else 0.0


def figures(
    pairs: Iterable[Pair], found: dict[str, Item], decide: Callable[[str, str], tuple[bool, bool]]
) -> Figures:
    """Figures of a rule that says of two items whether they are one story, and whether both are kept."""
    every: Counter[str] = Counter()
    linked: Counter[str] = Counter()
    kept = 0
    for one, other, label in pairs:
        if one in found and other in found:
            is_one, both = decide(one, other)
            every[label] += 1
            linked[label] += is_one
            kept += label == "correction" and is_one and both
    return Figures(every, linked, kept)


def linked(found: dict[str, Item]) -> Callable[[str, str], tuple[bool, bool]]:
    """Wirebeam's linker over all items, as a rule about two of them."""
    verdicts = assign(sketch(item) for item in found.values())
    by_name = {name: verdicts[item.item_id] for name, item in found.items()}

    def decide(one: str, other: str) -> tuple[bool, bool]:
        left, right = by_name[one], by_name[other]
        return left.story_id == right.story_id, not (left.duplicate_of or right.duplicate_of)

    return decide


def wrong_merges(found: dict[str, Item]) -> tuple[int, int]:
    """Duplicates, and those that share too little with the story they point to, as score_feed.py counts."""
    verdicts = assign(sketch(item) for item in found.values())
    rows = {
        (verdicts[item.item_id].story_id, item.uri): item
        for item in found.values()
        if not verdicts[item.item_id].duplicate_of
    }
    merged = wrong = 0
    for item in found.values():
        verdict = verdicts[item.item_id]
        if verdict.duplicate_of and item.body_text:
            left = grams(item.body_text)
            right = grams(rows[verdict.story_id, verdict.duplicate_of].body_text)
            both = len(left & right)
            merged += 1
            wrong += both / len(left | right) < 0.30 and both / min(len(left), len(right)) < 0.60
    return merged, wrong


def halves(pairs: Sequence[Pair], seed: int) -> tuple[list[Pair], list[Pair]]:
    """Two halves of the pairs; pairs that share an item, however indirectly, are in one."""
    group: dict[str, str] = {}

    def root(name: str) -> str:
        while group.setdefault(name, name) != name:
            name = group[name]
        return name

    for one, other, _ in pairs:
        group[root(one)] = root(other)
    sides: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        sides[xxhash.xxh3_64_intdigest(root(pair[0]).encode(), seed=seed) & 1].append(pair)
    return sides[0], sides[1]


def by_relation(sketches: dict[str, Sketch]) -> Callable[[str, str], tuple[bool, bool]]:
    """The relation of the two alone, as a rule."""

    def decide(one: str, other: str) -> tuple[bool, bool]:
        earlier, later = sorted((sketches[one], sketches[other]), key=lambda made: made.order)
        return relation(earlier, later) is not None, True

    return decide


def search(pairs: Sequence[Pair], found: dict[str, Item], sketches: dict[str, Sketch]) -> dict[str, float]:
    """Bounds that fit some pairs best, a wrong link weighing as much as five missed ones."""

    def gain() -> int:
        made = figures(pairs, found, by_relation(sketches))
        return sum(made.linked[label] for label in ONE) - 5 * sum(made.linked[label] for label in TWO)

    for name, values in GRID.items():
        setattr(copies, name, values[0])  # begins far from the bounds that were chosen
    for _ in range(2):
        for name, values in GRID.items():
            best = getattr(copies, name), gain()
            for value in values:
                setattr(copies, name, value)
                if (now := gain()) > best[1]:
                    best = value, now
            setattr(copies, name, best[0])
    return {name: getattr(copies, name) for name in GRID}


def cross_validate(pairs: Sequence[Pair], found: dict[str, Item], rounds: int) -> list[Figures]:
    """Figures on one half with the bounds set on the other, both ways, for several divisions."""
    chosen = {name: getattr(copies, name) for name in GRID}
    sketches = {name: sketch(found[name]) for pair in pairs for name in pair[:2] if name in found}
    made = []
    try:
        for seed in range(rounds):
            parts = halves(pairs, seed)
            for part, rest in (parts, parts[::-1]):
                bounds = search(part, found, sketches)
                made.append(figures(rest, found, by_relation(sketches)))
                print("  bounds", " ".join(f"{name[1:].lower()}={value:g}" for name, value in bounds.items()))
    finally:
        for name, value in chosen.items():
            setattr(copies, name, value)
    return made


def make_feed(shared: Path, folder: Path) -> Path:
    """The developers' feed, made anew."""
    tool, texts = shared / "tools/reuters_feed.py", shared / "corpora/reuters21578/sgml"
    subprocess.run([sys.executable, str(tool), str(texts), str(folder)], check=True, capture_output=True)
    return folder


def print_table(found: dict[str, Item], pairs: Sequence[Pair], copied: Sequence[Pair]) -> None:
    """The usual rules and Wirebeam on the labelled pairs and on the known copies."""
    rules = {
        "identical text": lambda one, other: (identical(found[one], found[other]), False),
        "Jaccard >= .7": lambda one, other: (resembling(found[one], found[other]), False),
        "wirebeam": linked(found),
    }
    kinds = sorted({kind for *_, kind in copied})
    print(f"{'':16s} {'P':>6s} {'R':>6s} {'forms':>6s} {'kept':>6s}", *(f"{kind:>9s}" for kind in kinds))
    for name, rule in rules.items():
        made, others = figures(pairs, found, rule), figures(copied, found, rule)
        row = f"{name:16s} {made.precision:6.3f} {made.recall:6.3f} {made.forms:6.3f} "
        row += f"{made.kept:3d}/{made.pairs['correction']}"
        print(row, *(f"{others.share(kind):9.3f}" for kind in sorted(others.pairs)))
    merged, wrong = wrong_merges(found)
    print(f"{merged} duplicates, {wrong} of them not the text they stand for")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "shared", type=Path, nargs="?", default=Path(__file__).resolve().parents[3] / "shared"
    )
    parser.add_argument(
        "--halves", type=int, default=0, help="how often to divide the pairs and set the bounds anew"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        feed = make_feed(given.shared, Path(folder) / "feed")
        found = items(feed / "raw")
        pairs, copied = labelled(given.shared), known(feed)
        print_table(found, pairs, copied)
        if given.halves:
            print("bounds set on one half, measured on the other:")
            every: Counter[str] = Counter()
            taken: Counter[str] = Counter()
            for part in cross_validate(pairs, found, given.halves):
                print(f"  P {part.precision:.3f} R {part.recall:.3f} forms {part.forms:.3f}")
                every += part.pairs
                taken += part.linked
            mean = Figures(every, taken)
            print(f"mean P {mean.precision:.3f} R {mean.recall:.3f} forms {mean.forms:.3f}")


if __name__ == "__main__":
    main()
