"""What a stream remembers from cycle to cycle gives the links that separate runs over the same items give."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline.compact import compact
from pipeline.memory import Memory
from pipeline.sinks.dataset import Dataset
from schemas.errors import Code, Reject, Stage, WirebeamError
from schemas.item import Item
from tests.pipeline import cycles
from tests.pipeline.sinks import rows

HOUR = 3_600_000_000
HORIZON = 12 * HOUR
START = 1_700_000_000_000_000
WORDS = [
    "the",
    "board",
    "of",
    "Norrsund",
    "said",
    "that",
    "its",
    "ferries",
    "carried",
    "more",
    "freight",
    "while",
    "crews",
    "asked",
    "for",
    "better",
    "pay",
]


def cycle(
    dataset: Dataset, number: int, items: Sequence[Item], rejects: Sequence[Reject], memory: Memory | None
) -> Counter[tuple[str, str]]:
    return cycles.run(dataset, f"cycle{number}", items, rejects, HORIZON, memory)


def story(draw: random.Random) -> str:
    return " ".join(draw.choice(WORDS) + draw.choice(["", "", "s", "ed"]) for _ in range(60))


def feed(seed: int, cycles: int = 30) -> Iterator[tuple[list[Item], list[Reject]]]:
    """Cycles half an hour apart: new stories, copies, cuts and corrections of old ones, most of them in time,
    some hours or months late, some dated in the future, some without a time, some delivered again."""
    draw = random.Random(seed)
    texts = [story(draw) for _ in range(25)]
    sent: list[Item] = []
    number = 0
    for turn in range(cycles):
        now = START + turn * HOUR // 2
        items = []
        for _ in range(draw.randrange(1, 7)):
            number += 1
            kind = draw.randrange(12)
            if kind < 2 and sent:
                again = draw.choice(sent)
                elsewhere = {} if kind else {"source": f"/other/{number}", "received_at": now}
                made = rows.item(0, **{**values(again), **elsewhere, "ingested_at": now})
                items.append(made)
                continue
            text = draw.choice(texts)
            late = {2: 5 * HOUR, 3: 11 * HOUR, 4: 40 * HOUR, 5: 3000 * HOUR, 6: -4000 * HOUR}.get(kind, 0)
            time = now - late + draw.randrange(HOUR // 2)
            more: dict[str, Any] = {}
            if kind == 7:
                more = {"time_source": "ingested_at", "received_at": now}
                time = now
            if kind == 8:
                text = text[:220]
            if kind == 9:
                more = {"revision_kind": "correction"}
            made = rows.item(
                draw.randrange(10) if kind == 7 else 100 + number,
                body_text=text,
                headline_text=text[:40],
                uri=f"urn:example:{number if draw.randrange(4) else number // 8}",
                version_created=time,
                ingested_at=now,
                **({"time_source": "version_created"} | more),
            )
            items.append(made)
        sent += items
        broken = [b"%d" % draw.randrange(12) for _ in range(draw.randrange(3))]
        rejects = [Reject("/raw", Stage.PARSE, Code.NOT_NEWS, "no news", raw, now) for raw in broken]
        yield items, rejects


def values(item: Item) -> dict[str, Any]:
    return {name: getattr(item, name) for name in item.__dataclass_fields__}


@pytest.mark.parametrize("seed", [1, 2])
def test_kept_from_cycle_to_cycle_it_links_as_separate_runs_do(seed: int, tmp_path: Path) -> None:
    counted: list[list[Counter[tuple[str, str]]]] = []
    for name, memory in (("apart", None), ("kept", Memory(HORIZON))):
        with Dataset.open(tmp_path / name) as dataset:
            counted.append([cycle(dataset, n, *one, memory) for n, one in enumerate(feed(seed))])
    assert counted[0] == counted[1]
    apart, kept = cycles.rows(tmp_path / "apart"), cycles.rows(tmp_path / "kept")
    assert apart == kept
    whole = sum(counted[0], Counter())
    assert whole["redelivered", ""] > 5
    assert {"new", "exact", "near", "correction"} <= {label for event, label in whole if event == "link"}
    assert len(kept["rejects"]) > 5


def test_it_forgets_what_is_past(tmp_path: Path) -> None:
    memory = Memory(HORIZON)
    with Dataset.open(tmp_path) as dataset:
        sizes = []
        for number in range(60):
            made = rows.item(
                number, body_text=story(random.Random(number)), version_created=number * 2 * HOUR
            )
            cycle(dataset, number, [made], [], memory)
            sizes.append(len(memory.linker))
    assert max(sizes) <= 24  # of 60: 42 hours, since the present is the median of 15 cycles
    assert memory.since is not None


def test_it_reads_anew_what_it_did_not_see(tmp_path: Path) -> None:
    """A plan that was never committed, and a compaction in between, leave nothing behind."""
    results = []
    for name, memory in (("apart", None), ("kept", Memory(HORIZON))):
        output = tmp_path / name
        counted = []
        for number, one in enumerate(feed(9)):
            with Dataset.open(output) as dataset:
                if number % 5 == 2:
                    cycles.stage(dataset, "lost", *one, HORIZON, memory)
                    dataset.discard("lost")
                counted.append(cycle(dataset, number, *one, memory))
            if number == 20:
                compact(output, horizon=HORIZON, ner="off")
        results.append((counted, cycles.rows(output)))
    assert results[0] == results[1]


def test_one_wrong_date_does_not_empty_it(tmp_path: Path) -> None:
    memory = Memory(HORIZON)
    with Dataset.open(tmp_path) as dataset:
        for number in range(1, 20):
            time = (9_000 if number == 12 else number) * HOUR
            made = rows.item(number, body_text=story(random.Random(number)), version_created=time)
            cycle(dataset, number, [made], [], memory)
        assert len(memory.linker) == 19
    # The same when the dataset is opened again: some rows of the future are not the present.
    fresh = Memory(HORIZON)
    with Dataset.open(tmp_path) as dataset:
        made = rows.item(20, body_text=story(random.Random(20)), version_created=20 * HOUR)
        cycle(dataset, 20, [made], [], fresh)
        assert len(fresh.linker) == 20


def test_no_room_for_it_is_said_and_it_begins_anew(tmp_path: Path) -> None:
    memory = Memory(HORIZON)
    first, second = (rows.item(n, body_text=story(random.Random(n)), version_created=HOUR) for n in (1, 2))
    with Dataset.open(tmp_path) as dataset:
        cycle(dataset, 1, [first], [], memory)
        memory.linker.close()  # what a full disk leaves of it: every statement fails
        with pytest.raises(WirebeamError, match="make room where SQLITE_TMPDIR says"):
            cycle(dataset, 2, [second], [], memory)
        dataset.discard("cycle2")
        counts = cycle(dataset, 2, [first, second], [], memory)
    assert counts["redelivered", ""] == 1
    assert len(memory.linker) == 2
