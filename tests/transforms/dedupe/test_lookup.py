"""Items compared in parallel and linked by what was found: the verdicts of the linker, whatever the bounds."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transforms.dedupe.conftest import make
from tests.transforms.dedupe.test_linker import streams
from transforms.dedupe.choice import MAX_BUCKET, MAX_CANDIDATES, MAX_MEMBERS
from transforms.dedupe.fingerprint import Sketch
from transforms.dedupe.keys import keys
from transforms.dedupe.linker import Linker, Verdict
from transforms.dedupe.lookup import Compared, Known, Lookup, compare
from transforms.dedupe.pairing import FORM, SEEKS, Items, Pairs, Postings, candidates, involved, pairs
from transforms.dedupe.relation import HORIZON, reach
from transforms.dedupe.sketch import sketch
from transforms.dedupe.words import digest

Held = Sequence[tuple[Sketch, Verdict]]
Bounds = tuple[int, int, int]
USUAL = (MAX_BUCKET, MAX_CANDIDATES, MAX_MEMBERS)


def one_by_one(held: Held, new: Sequence[Sketch], bounds: Bounds) -> tuple[list[Verdict], Counter[str]]:
    bucket, most, members = bounds
    linker = Linker(max_bucket=bucket, max_candidates=most, max_members=members)
    for one, verdict in held:
        linker.hold(one, verdict)
    return [linker.link(one) for one in new], linker.overflows


def in_parallel(
    held: Held, new: Sequence[Sketch], bounds: Bounds, shards: int
) -> tuple[list[Verdict], Counter[str], int]:
    """Verdicts, overflows, and how many new items were looked at one by one."""
    bucket, most, members = bounds
    overflows: Counter[str] = Counter()
    verdicts = {one.item_id: verdict for one, verdict in held}
    every = sorted([*(one for one, _ in held), *new], key=lambda one: one.order)
    numbers = [7 + 3 * place for place in range(len(every))]
    found: list[list[tuple[int, int, int, int]]] = [[] for _ in range(shards)]
    for number, one in zip(numbers, every, strict=True):
        kind = 0 if one.item_id in verdicts else SEEKS
        own = [(key, kind) for key in keys(one)] + [(one.form, kind | FORM)] * bool(one.form)
        for key, what in own:
            found[key % shards].append((key, number, one.time, what))
    parts: dict[int, list[Pairs]] = {}
    for rows in found:
        random.Random(len(rows)).shuffle(rows)
        columns = list(zip(*rows, strict=True)) or [()] * 4
        types = (np.uint64, np.int64, np.int64, np.uint8)
        arrays = [np.array(values, kind) for values, kind in zip(columns, types, strict=True)]
        for made, over in pairs(Postings(*arrays), reach(HORIZON), bucket, at_once=7):
            overflows["bucket"] += over
            for later in np.unique(made.later).tolist():
                own = made.later == later
                parts.setdefault(later % 5, []).append(Pairs(made.later[own], made.earlier[own]))
    by_number = dict(zip(numbers, every, strict=True))
    relations: dict[int, dict[int, list[Compared]]] = {}
    for some in parts.values():
        chosen, over = candidates(
            Pairs(*(np.concatenate(values) for values in zip(*some, strict=True))), most
        )
        overflows["candidates"] += over
        recurring = set(chosen.recurring.tolist())
        for later, earlier in zip(chosen.later.tolist(), chosen.earlier.tolist(), strict=True):
            one, other = by_number[later], by_number[earlier]
            if compared := list(compare(other, one, HORIZON, recurring=later in recurring)):
                relations.setdefault(later, {})[earlier] = compared
    items = Items(
        np.array(numbers, np.int64),
        np.array(
            [digest(verdicts[one.item_id].story_id if one.item_id in verdicts else one.uri) for one in every],
            np.uint64,
        ),
        np.array([one.form for one in every], np.uint64),
        np.zeros(len(every), np.bool_),
        np.array([one.uri[-13:-12] == "#" for one in every], np.bool_),
    )
    asked = [
        later
        for later, others in relations.items()
        if any(what.recurring is not None for whats in others.values() for what in whats)
    ]
    which = involved(
        items,
        np.array(list(relations), np.int64),
        np.array([earlier for others in relations.values() for earlier in others], np.int64),
        np.array(asked, np.int64),
    )
    lookup = Lookup(max_members=members)
    linked: dict[str, Verdict] = {}
    for number, one, look in zip(numbers, every, which.tolist(), strict=True):
        known = Known(one.item_id, one.uri, one.time, one.form, number, relations.get(number, {}))
        lookup.advance(one.time)
        if one.item_id in verdicts:
            if look:
                lookup.hold(known, verdicts[one.item_id])
        else:
            linked[one.item_id] = lookup.link(known) if look else Verdict(one.item_id, one.uri)
    overflows += lookup.overflows
    looked_at = sum(look and one.item_id in linked for one, look in zip(every, which.tolist(), strict=True))
    return [linked[one.item_id] for one in new], overflows, looked_at


FRAMES = (
    "{} raised its price for diesel by {} ore a litre today, a spokesman for the company said.",
    "{} pays a dividend of {} cents a share on the first of the month to holders of record.",
)
NAMES = ("Vestmar", "Lindholm", "Storvik", "Halden", "Breivik")


@st.composite
def wires(draw: st.DrawFn) -> list[Sketch]:
    """Stories with copies, versions and look-alikes, and forms filled again and again, in their order."""
    made, rng = draw(streams())
    items = [make(text, head, hours=hours, **fields) for text, head, hours, fields in made]
    for _ in range(draw(st.integers(0, 25))):
        name = rng.choice(NAMES)
        text = rng.choice(FRAMES).format(name, rng.randint(1, 3))
        head = rng.choice([None, f"{name.upper()} RAISES PRICE", "PRICES RISE"])
        items.append(make(text, head, hours=rng.choice([0, 0, 1, 2, 30, 95, 97])))
    return sorted({one.item_id: sketch(one) for one in items}.values(), key=lambda one: one.order)


BOUNDS = st.sampled_from([USUAL, (5, 4, 3), (2, 24, 1000), (64, 3, 1000), (64, 24, 2)])


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(wires(), BOUNDS, st.sampled_from([1, 3, 64]))
def test_links_are_those_of_the_linker(wire: list[Sketch], bounds: Bounds, shards: int) -> None:
    expected, overflows = one_by_one([], wire, bounds)
    found, others, _ = in_parallel([], wire, bounds, shards)
    assert found == expected
    assert +others == +overflows


@settings(deadline=None, max_examples=75, suppress_health_check=[HealthCheck.too_slow])
@given(wires(), BOUNDS, st.randoms(use_true_random=False))
def test_links_to_what_is_held_are_those_of_the_linker(
    wire: list[Sketch], bounds: Bounds, rng: random.Random
) -> None:
    verdicts, _ = one_by_one([], wire, bounds)
    held = [(one, verdict) for one, verdict in zip(wire, verdicts, strict=True) if rng.random() < 0.5]
    known = {one.item_id for one, _ in held}
    new = [one for one in wire if one.item_id not in known]
    expected, overflows = one_by_one(held, new, bounds)
    found, others, _ = in_parallel(held, new, bounds, 3)
    assert found == expected
    assert +others == +overflows


def test_a_hot_key_is_bounded_as_the_index_bounds_it() -> None:
    """Two hundred flashes under one headline: pairs stay within the bounds, and so do the links."""
    wire = [sketch(make("", "Flash", hours=n / 50, provider="p")) for n in range(200)]
    expected, overflows = one_by_one([], wire, USUAL)
    found, others, _ = in_parallel([], wire, USUAL, 4)
    assert found == expected
    assert +others == +overflows
    assert overflows["bucket"] > 100


def test_pairs_of_a_hot_key_are_held_some_at_a_time() -> None:
    count = 5_000
    numbers = np.arange(count, dtype=np.int64)
    postings = Postings(np.ones(count, np.uint64), numbers, numbers, np.full(count, SEEKS, np.uint8))
    found = list(pairs(postings, count, at_once=10_000))
    assert sum(len(some.later) for some, _ in found) == 64 * 65 // 2 + (count - 65) * 64
    assert sum(over for _, over in found) == count - 65
    assert max(len(some.later) for some, _ in found) <= 10_000 + 64


def test_stories_of_their_own_are_not_looked_at() -> None:
    wire = [
        sketch(make(f"Report {n} of board {n * 7} about matter {n * 11}.", f"Matter {n}", hours=n))
        for n in range(50)
    ]
    _, _, looked_at = in_parallel([], wire, USUAL, 4)
    assert looked_at == 0


@pytest.mark.parametrize("end", ["#0123456789ab", "#abc"])
def test_a_uri_that_looks_like_a_story_told_apart_is_looked_at(end: str) -> None:
    """`tag:a` is taken by another story: the second one gets digits, and a third has that very uri."""
    first = make("A ferry ran aground near Sandholm at noon, and nobody was hurt.", uri="tag:a", provider="x")
    second = make("The council bans bells.", uri="tag:a", hours=1, provider="y", item_id="0123456789ab" * 2)
    third = make("Apples are cheap this year.", uri=f"tag:a{end}", hours=2, provider="z")
    wire = [sketch(one) for one in (first, second, third)]
    expected, _ = one_by_one([], wire, USUAL)
    assert in_parallel([], wire, USUAL, 2)[0] == expected
    assert (expected[2].story_id == third.uri) == (end == "#abc")
