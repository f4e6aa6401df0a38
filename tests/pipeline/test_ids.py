"""A set of ids on disk."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ids import Ids

IDS = st.tuples(st.text(max_size=3), st.text(max_size=2))
TIMES = st.none() | st.integers(0, 9)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(IDS, TIMES)), st.integers(0, 10), st.lists(IDS))
def test_it_holds_what_was_added_until_it_is_past(
    added: list[tuple[tuple[str, ...], int | None]],
    before: int,
    others: list[tuple[str, ...]],
) -> None:
    ids = Ids()
    times: dict[tuple[str, ...], int | None] = {}
    for id_, time in added:
        ids.add(id_, time)
        if time is None or id_ not in times:
            times[id_] = time
    for id_ in [*times, *others]:
        assert (id_ in ids) == (id_ in times)
    ids.forget(before)
    for id_ in [*times, *others]:
        time = times.get(id_)
        assert (id_ in ids) == (id_ in times and (time is None or time >= before))
    ids.close()


def test_half_a_surrogate_pair_is_an_id() -> None:
    ids = Ids()
    ids.add(("\ud800", "/in/a"))
    assert ("\ud800", "/in/a") in ids
    assert ("\ud800", "/in/b") not in ids
