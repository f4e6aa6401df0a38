"""The linker: a function of the set of items."""

import functools
import random
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.item import Item
from tests.transforms.dedupe.conftest import MakeItem
from transforms.dedupe.linker import Linker, Verdict, assign
from transforms.dedupe.relation import COPIES, HORIZON, reach
from transforms.dedupe.sketch import sketch


def verdicts(*items: Item, **options: int) -> list[Verdict]:
    found = assign([sketch(one) for one in items], **options)
    return [found[one.item_id] for one in items]


def test_an_item_alone_is_its_own_story(item: MakeItem, story: str) -> None:
    one = item(story)
    (verdict,) = verdicts(one)
    assert (verdict.story_id, verdict.duplicate_of, verdict.revision_of) == (one.uri, None, None)
    assert verdict.relation is None


def test_copies_point_to_the_earliest(item: MakeItem, story: str) -> None:
    late, first, middle = item(story, hours=5), item(story, hours=1), item(story, hours=2)
    found = verdicts(late, first, middle)
    assert [verdict.duplicate_of for verdict in found] == [first.uri, None, first.uri]
    assert {verdict.story_id for verdict in found} == {first.uri}
    assert found[0].duplicate_kind == "exact"


def test_items_of_one_instant_are_ordered_by_uri(item: MakeItem, story: str) -> None:
    two, one = item(story, uri="tag:b"), item(story, uri="tag:a")
    assert [verdict.duplicate_of for verdict in verdicts(two, one)] == ["tag:a", None]


def test_a_chain_of_versions_and_copies(item: MakeItem, story: str) -> None:
    first = item(story, "Ferry")
    correction = item(story.replace("38 of", "83 of"), "Ferry", hours=1, revision_kind="correction")
    resent = item(correction.body_text, "Ferry", hours=2, revision_kind="correction")
    killed = item("", "Ferry", hours=3, pub_status="canceled", revises=first.uri)
    found = verdicts(first, correction, resent, killed)
    assert [verdict.revision_of for verdict in found] == [None, first.uri, None, first.uri]
    assert [verdict.duplicate_of for verdict in found] == [None, None, correction.uri, None]
    assert [verdict.revision_kind for verdict in found] == [None, "correction", None, "kill"]
    assert {verdict.story_id for verdict in found} == {first.uri}


def test_a_version_belongs_to_the_text_it_has_before_the_headline_it_has(item: MakeItem) -> None:
    frame = (
        "The harbour office of Norrsund lists the matters brought before it since it last sat. "
        "Whoever wants to be heard must write to the secretary before the end of the week.\n"
    )
    first = frame + (
        "A fish merchant asks for a berth nearer to the ice house because his crews lose an hour a day. "
        "Two sailing clubs want the northern basin dredged, and the pilots ask for a second boat."
    )
    second = frame + (
        "The council of Sandholm proposes a mail ferry that would call at all six outer islands. "
        "A widow objects to the sale of the old crane, which her husband built, and offers to mend it."
    )
    yesterday, today = (
        item(first, "Matters before the office"),
        item(second, "Matters before the office", hours=20),
    )
    more = second + "\nThe office will sit again on Monday."
    update = item(more, "Matters before the office", hours=22, revision_kind="update")
    found = verdicts(yesterday, today, update)
    assert found[1].story_id == today.uri
    assert found[2].revision_of == today.uri
    assert verdicts(yesterday, update)[1].revision_of == yesterday.uri


def test_a_silent_correction_stays_in_stories(item: MakeItem, story: str) -> None:
    first, silent = item(story, "Ferry"), item(story.replace("25 min", "35 min"), "Ferry", hours=1)
    found = verdicts(first, silent)[1]
    assert (found.relation, found.revision_kind, found.revision_of) == ("silent", "correction", first.uri)
    assert found.reason is not None
    assert found.reason.startswith("silent")


def test_unrelated_items_with_one_made_up_uri_are_two_stories(item: MakeItem, story: str) -> None:
    uri = "urn:wirebeam:example:20250303:f0123"
    other = "A chess club in Porto has banned telephones after two players were caught in the same week."
    first, second = item(story, "Ferry", uri=uri), item(other, "Chess", uri=uri, hours=1)
    again = item(other, "Chess", uri=uri, hours=2)
    found = verdicts(first, second, again)
    assert found[0].story_id == uri
    assert found[1].story_id == found[2].story_id == f"{uri}#{second.item_id[:12]}"
    assert found[2].duplicate_of == uri


def test_beyond_the_horizon_is_another_story(item: MakeItem, story: str) -> None:
    first, second = item(story), item(story, hours=73)
    assert verdicts(first, second)[1].story_id == second.uri
    assert verdicts(first, second, horizon=74 * 3600 * 1_000_000)[1].story_id == first.uri


def test_texts_cannot_drift_apart_copy_by_copy(item: MakeItem) -> None:
    sentences = [
        f"Sentence {chr(97 + n) * 4} of the report tells about the matter of {chr(97 + n) * 3} at length."
        for n in range(24)
    ]
    items = [item(" ".join(sentences[n : n + 12]), "Report", hours=n) for n in range(12)]
    found = verdicts(*items)
    for one, verdict in zip(items, found, strict=True):
        if verdict.duplicate_of:
            target = next(other for other in items if other.uri == verdict.duplicate_of)
            assert len(set(one.body_text.split(".")) & set(target.body_text.split("."))) >= 5


def test_what_is_found_of_many_is_the_same_after_a_second_start(item: MakeItem) -> None:
    same = [sketch(item("", "Flash", hours=n, provider="p")) for n in range(0, 200, 2)]
    bounded = functools.partial(Linker, max_bucket=5, max_candidates=4, max_members=3)
    linker = bounded()
    whole = {one.item_id: linker.link(one) for one in same}
    for cut in (1, 40, 99):
        second = bounded()
        for one in same[:cut]:
            if one.time >= same[cut].time - reach(HORIZON):
                second.hold(one, whole[one.item_id])
        assert [second.link(one) for one in same[cut:]] == [whole[one.item_id] for one in same[cut:]]


def test_two_agencies_may_use_one_guid(item: MakeItem, story: str) -> None:
    other = "A chess club in Porto has banned telephones after two players were caught in the same week."
    one, two = item(story, uri="1234", provider="dpa"), item(other, uri="1234", provider="apa", hours=1)
    assert len({verdict.story_id for verdict in verdicts(one, two)}) == 2


def test_a_form_is_learned_from_the_stream(item: MakeItem) -> None:
    text = "{} raised its price for diesel by two ore a litre today, a spokesman for the company said."
    names = ["Vestmar", "Lindholm", "Storvik", "Halden", "Breivik"]
    items = [
        item(text.format(name), f"{name.upper()} RAISES PRICE", hours=n / 10) for n, name in enumerate(names)
    ]
    assert len({verdict.story_id for verdict in verdicts(*items)}) == len(items)
    again = item(text.format("Halden"), "HALDEN RAISES PRICE", hours=1)
    assert verdicts(*items, again)[-1].duplicate_of == items[3].uri


def test_redelivered_items_count_once(item: MakeItem, story: str) -> None:
    one = item(story)
    assert len(assign([sketch(one), sketch(one)])) == 1


def test_an_item_whose_past_was_forgotten_is_refused(item: MakeItem, story: str) -> None:
    linker = Linker()
    late, now = sketch(item(story, hours=1)), sketch(item(story, hours=2))
    linker.advance(now.time)
    linker.link(now)
    with pytest.raises(ValueError, match="forgotten"):
        linker.link(late)
    linker.reached_back(late.time - reach(HORIZON))
    assert linker.link(late).duplicate_of is None


def test_what_comes_late_sees_only_what_lies_before_it(item: MakeItem, story: str) -> None:
    first, middle, last = (sketch(item(story, hours=hours)) for hours in (1, 2, 3))
    linker = Linker()
    assert linker.link(last).duplicate_of is None
    assert linker.link(first).duplicate_of is None
    assert linker.link(middle).duplicate_of == first.uri


def test_bounds_are_kept_and_counted(item: MakeItem) -> None:
    same = [item("", "Flash", hours=n / 100) for n in range(30)]
    linker = Linker(max_bucket=5, max_candidates=4, max_members=3)
    found = [linker.link(sketch(one)) for one in same]
    assert linker.overflows["bucket"] == 24
    assert linker.overflows["candidates"] > 0
    assert linker.overflows["members"] > 0
    assert len({verdict.story_id for verdict in found}) > 1


def test_the_index_forgets_what_is_past(item: MakeItem) -> None:
    linker = Linker()
    for n in range(400):
        one = sketch(item(f"Report number {n} of the harbour board about matter {n * 7}.", hours=n))
        linker.advance(one.time)
        linker.link(one)
    assert len(linker) <= 97 + 96 // 64 + 1


WORDS = [
    "the board",
    "said",
    "Norrsund",
    "12 pct",
    "3.5 mln",
    "piers rose",
    "fell",
    "on Monday",
    "trucks",
    "\n",
]


Sent = tuple[str, str | None, int, dict[str, str]]  # body, headline, hours after the start, other fields
Stream = tuple[list[Sent], random.Random]


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    """Stories with copies, cuts, versions and look-alikes, many of them at one instant."""
    rng = random.Random(draw(st.integers(0, 2**32)))
    made: list[Sent] = []
    for _ in range(draw(st.integers(1, 7))):
        body = " ".join(rng.choice(WORDS) for _ in range(rng.randint(0, 60)))
        head = rng.choice([None, "BANK SAYS", "BANK SAYS 3 PCT", "BOARD <NB> MEETS"])
        for _ in range(rng.randint(1, 5)):
            text = rng.choice(
                [body, body[: len(body) * 2 // 3], body.replace("12 pct", "13 pct"), body + " x y z w v"]
            )
            uri = rng.choice([None, None, "tag:one", "urn:wirebeam:example:1", f"tag:{rng.randint(0, 9)}"])
            fields: dict[str, str] = {"uri": uri} if uri else {}
            if rng.random() < 0.3:
                fields["revision_kind"] = rng.choice(["update", "correction", "repeat", "kill"])
            if rng.random() < 0.1:
                fields["revises"] = "tag:one"
            made.append((text, rng.choice([head, head, None]), rng.choice([0, 0, 1, 5, 30, 80, 120]), fields))
    return made, rng


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(streams())
def test_the_order_of_arrival_changes_nothing(item: MakeItem, stream: Stream) -> None:
    made, rng = stream
    sketches = [sketch(item(text, head, hours=hours, **fields)) for text, head, hours, fields in made]
    found = assign(sketches)
    shuffled = sketches + rng.sample(sketches, len(sketches) // 2)
    rng.shuffle(shuffled)
    assert assign(shuffled) == found


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(streams())
def test_every_link_ends_in_stories(item: MakeItem, stream: Stream) -> None:
    made, _ = stream
    sketches = {s.item_id: s for s in (sketch(item(t, h, hours=n, **f)) for t, h, n, f in made)}
    found = assign(sketches.values())
    in_stories = {(v.story_id, sketches[v.item_id].uri) for v in found.values() if v.duplicate_of is None}
    for verdict in found.values():
        assert (verdict.duplicate_of is None) == (verdict.duplicate_kind is None)
        assert verdict.duplicate_of is None or verdict.revision_of is None
        if verdict.duplicate_of or verdict.revision_of:
            assert (verdict.story_id, verdict.duplicate_of or verdict.revision_of) in in_stories
            assert (verdict.relation in COPIES) == (verdict.duplicate_of is not None)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(streams(), st.integers(0, 20))
def test_a_second_run_goes_on_where_the_first_ended(item: MakeItem, stream: Stream, cut: int) -> None:
    made, _ = stream
    sketches = {s.item_id: s for s in (sketch(item(t, h, hours=n, **f)) for t, h, n, f in made)}
    ordered = sorted(sketches.values(), key=lambda one: one.order)
    assert all(one.order <= two.order for one, two in pairwise(ordered))
    whole = assign(ordered)
    first = assign(ordered[:cut])
    linker = Linker()
    for one in ordered[:cut]:
        linker.hold(one, first[one.item_id])
    assert first | {one.item_id: linker.link(one) for one in ordered[cut:]} == whole


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(streams(), st.integers(0, 40))
def test_what_is_held_may_come_in_any_order_and_lie_behind_the_item(
    item: MakeItem, stream: Stream, at: int
) -> None:
    """A late item gets the verdict of its place, whatever else is held, and earlier items are forgotten late."""
    made, rng = stream
    sketches = {s.item_id: s for s in (sketch(item(t, h, hours=n, **f)) for t, h, n, f in made)}
    ordered = sorted(sketches.values(), key=lambda one: one.order)
    late = ordered[min(at, len(ordered) - 1)]
    found = assign(ordered)
    linker = Linker()
    rest = [one for one in ordered if one is not late]
    rng.shuffle(rest)
    for one in rest:
        linker.hold(one, found[one.item_id])
    verdict = linker.link(late)
    assert (verdict.duplicate_of, verdict.revision_of, verdict.relation) == (
        found[late.item_id].duplicate_of,
        found[late.item_id].revision_of,
        found[late.item_id].relation,
    )
