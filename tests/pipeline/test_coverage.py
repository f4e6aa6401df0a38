"""Which messages may be committed: each once, none left out, however an engine ended, replayed and cut its bundles."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from pipeline.coverage import Claims, Message, Partition, frontiers, ready

ONE: Partition = ("feed", "wire", 0)
OTHER: Partition = ("feed", "wire", 1)


def tiled(partition: Partition, start: int, gaps: list[int]) -> list[Message]:
    """A partition's messages, some of them behind offsets that the broker left out."""
    found = []
    for gap in gaps:
        found.append(Message(*partition, start, start + gap))
        start += gap + 1
    return found


def test_nothing_goes_beyond_a_message_that_is_missing() -> None:
    first, second, third = tiled(ONE, 5, [0, 2, 0])
    start = {ONE: 5}
    assert ready([[third], [first]], start) == ([1], {ONE: 6})
    assert ready([[third], [first], [second]], start) == ([0, 1, 2], {ONE: 10})
    assert ready([[second, third]], start) == ([], {ONE: 5})


def test_a_file_waits_whole_and_those_that_rest_on_it_with_it() -> None:
    here, there = tiled(ONE, 0, [0, 0, 0]), tiled(OTHER, 0, [0, 0])
    start = {ONE: 0, OTHER: 0}
    # The second file holds what is beyond a gap of the other partition: the third rests on its message.
    staged = [[here[0]], [here[1], there[1]], [here[2]]]
    assert ready(staged, start) == ([0], {ONE: 1, OTHER: 0})
    assert ready([*staged, [there[0]]], start) == ([0, 1, 2, 3], {ONE: 3, OTHER: 2})


def test_a_partition_that_nobody_began_goes_nowhere() -> None:
    assert ready([tiled(ONE, 0, [0])], {OTHER: 0}) == ([], {OTHER: 0})
    assert frontiers(tiled(ONE, 0, [0]), {}) == {}


def test_a_message_is_claimed_once_and_not_where_it_was_committed() -> None:
    messages = tiled(ONE, 0, [0, 0, 0])
    claims = Claims({ONE: 1})
    assert claims.claim(messages[:2]) == [messages[1]]
    assert claims.claim(messages) == [messages[2]]
    assert claims.claim(messages) == []


@given(
    st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=30), min_size=1, max_size=3),
    st.integers(0, 2**32),
)
def test_every_message_is_committed_once_whatever_an_engine_does(gaps: list[list[int]], seed: int) -> None:
    """An engine cuts bundles anywhere, starts again from any earlier place, and ends its stages in any order."""
    chance = random.Random(seed)
    partitions = {
        ("feed", "wire", number): tiled(("feed", "wire", number), 7, own) for number, own in enumerate(gaps)
    }
    staged: list[list[Message]] = []
    for messages in partitions.values():
        at = 0
        while at < len(messages):
            size = chance.randint(1, 6)
            staged.append(messages[at : at + size])
            at += size
            if chance.random() < 0.3:  # started again from a checkpoint of before
                at = max(0, at - chance.randint(0, 8))
    chance.shuffle(staged)
    positions = dict.fromkeys(partitions, 7)
    waiting: list[list[Message]] = []
    committed: list[Message] = []
    for file in staged:
        waiting.append(file)
        numbers, reached = ready(waiting, positions)
        claims = Claims(positions)
        for number in numbers:
            committed += claims.claim(waiting[number])
        waiting = [one for number, one in enumerate(waiting) if number not in numbers]
        for partition, messages in partitions.items():
            before = [one for one in messages if one.offset < reached[partition]]
            assert set(before) == {one for one in committed if one.partition == partition}
        positions = reached
    assert waiting == []
    assert len(committed) == len(set(committed)) == sum(map(len, gaps))
