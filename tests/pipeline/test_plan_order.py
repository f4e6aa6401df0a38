"""The order in which planned files leave linking: the local runner deals them out to its workers in turn."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.link import by_work
from pipeline.plan import FilePlan

PLANS = st.lists(
    st.builds(
        FilePlan,
        st.sampled_from(["stories", "duplicates", "rejects"]),
        st.sampled_from(["date=2026-11-20/provider=a", "date=2026-11-20/provider=b"]),
        st.just("verdicts.arrow"),
        st.just(0),
        st.integers(1, 1000),
    ),
    max_size=12,
)


def rows(plans: list[FilePlan]) -> int:
    return sum(plan.rows for plan in plans if plan.dataset == "stories")


@given(PLANS)
def test_two_workers_that_take_turns_get_about_the_same_work(plans: list[FilePlan]) -> None:
    ordered = sorted(plans, key=by_work)
    largest = max((plan.rows for plan in plans if plan.dataset == "stories"), default=0)
    assert abs(rows(ordered[0::2]) - rows(ordered[1::2])) <= largest
