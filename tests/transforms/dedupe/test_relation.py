"""What a later item is to an earlier one."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.item import Association, Item
from tests.transforms.dedupe.conftest import MakeItem
from transforms.dedupe.decision import Relation
from transforms.dedupe.relation import HORIZON, judge, reach, relation
from transforms.dedupe.sketch import sketch

PAYOUT = (
    "Quarterly dividend {} cents against {} cents before\n"
    "Payable {} 12\nOn record {} 1\nNOTE: {} Growth Fund."
)
RATES = (
    "The central bank of Norland added liquidity through repurchases of {} billion crowns, dealers said. "
    "Overnight money was quoted at {} pct when the bank entered the market, they added."
)
AWARD = (
    "{} has been awarded a {} mln crown contract to supply fuel to the coast guard, the ministry said. "
    "Deliveries are to be completed by {}."
)


def related(earlier: Item, later: Item) -> Relation:
    found = relation(sketch(earlier), sketch(later))
    assert found is not None
    return found


def kind(earlier: Item, later: Item, *, horizon: int = HORIZON, recurring: bool = False) -> str | None:
    found = relation(sketch(earlier), sketch(later), horizon=horizon, recurring=recurring)
    return found.kind if found else None


def test_the_same_text_is_an_exact_copy_whatever_its_form(item: MakeItem, story: str) -> None:
    assert (
        kind(item(story, "One"), item(story.replace("\n", "\n\n"), "ONE", hours=1, source_format="nitf"))
        == "exact"
    )


def test_other_quotes_and_case_are_the_same_text(item: MakeItem, story: str) -> None:
    retouched = story.replace('"', "''").replace("Tuesday", "TUESDAY")
    assert kind(item(story, "Harbour"), item(retouched, "HARBOUR", hours=1)) == "exact"


def test_a_mended_slip_is_a_near_copy(item: MakeItem, story: str) -> None:
    found = related(
        item(story.replace("deliveries", "delivreies"), "Harbour"), item(story, "Harbour", hours=1)
    )
    assert found.kind == "near"
    assert 0.9 < found.similarity < 1.0


def test_cuts_and_extensions_are_near_copies(item: MakeItem, story: str) -> None:
    cut = "\n".join(story.split("\n")[:3])
    assert kind(item(story, "Harbour"), item(cut, "Harbour", hours=1)) == "near"
    assert kind(item(cut, "Harbour"), item(story, "Harbour board closes terminal", hours=1)) == "near"


def test_a_strange_text_is_no_copy(item: MakeItem, story: str) -> None:
    other = "A chess club in Porto has banned telephones after two players were caught in the same week."
    assert kind(item(story, "Ferry"), item(other, "Chess", hours=1)) is None


def test_the_same_text_far_apart_is_another_event(item: MakeItem, story: str) -> None:
    assert kind(item(story), item(story, hours=72)) == "exact"
    assert kind(item(story), item(story, hours=72.01)) is None
    assert kind(item(story), item(story, hours=3), horizon=HORIZON // 72) is None


def test_agencies_do_not_share_stories_but_an_unknown_one_may(item: MakeItem, story: str) -> None:
    assert kind(item(story, provider="dpa"), item(story, hours=1, provider="apa")) is None
    assert kind(item(story, provider="dpa"), item(story, hours=1, provider="unknown")) == "exact"


@pytest.mark.parametrize("marker", ["update", "correction", "repeat"])
def test_a_marked_item_is_a_version_never_a_copy(item: MakeItem, story: str, marker: str) -> None:
    changed = story.replace("4.7 million", "4.9 million")
    assert kind(item(story, "Harbour"), item(changed, "Harbour", hours=1, revision_kind=marker)) == marker
    assert kind(item(story, "Harbour"), item(story, "Harbour", hours=1, revision_kind=marker)) == marker


def test_a_marked_item_sent_twice_is_a_copy(item: MakeItem, story: str) -> None:
    marked: dict[str, Any] = {"revision_kind": "update", "revision": 2}
    assert kind(item(story, "Harbour", **marked), item(story, "Harbour", hours=1, **marked)) == "exact"
    assert (
        kind(item(story, "Harbour", **marked), item(story, "Harbour", hours=1, **marked | {"revision": 3}))
        == "update"
    )


def test_a_marked_item_may_come_after_the_horizon(item: MakeItem, story: str) -> None:
    late = item(story, "Harbour", hours=80, revision_kind="correction")
    assert kind(item(story, "Harbour"), late) == "correction"
    assert kind(item(story, "Harbour"), dataclasses.replace(late, revision_kind=None)) is None
    assert reach(HORIZON) > HORIZON


def test_a_marker_alone_makes_no_version(item: MakeItem, story: str) -> None:
    other = "A chess club in Porto has banned telephones after two players were caught in the same week."
    assert kind(item(story, "Ferry"), item(other, "Chess", hours=1, revision_kind="correction")) is None


def test_the_wires_own_identifiers_decide(item: MakeItem, story: str) -> None:
    other = "Entirely new wording of the matter, which shares no sentence with what was sent before it today."
    assert (
        kind(item(story, uri="tag:a", version="1"), item(other, hours=1, uri="tag:a", version="2"))
        == "update"
    )
    assert kind(item(story, uri="tag:a"), item(other, hours=1, revises="tag:a")) == "update"
    assert kind(item(story, uri="tag:a"), item(other, hours=1, alternate_ids=["tag:a"])) == "update"
    found = related(item(story, uri="tag:a"), item("", hours=1, uri="tag:a", pub_status="canceled"))
    assert (found.kind, found.ground) == ("kill", "named")


def test_a_made_up_uri_decides_nothing(item: MakeItem, story: str) -> None:
    other = "A chess club in Porto has banned telephones after two players were caught in the same week."
    uri = "urn:wirebeam:example:20250303:f0123"
    assert kind(item(story, "Ferry", uri=uri), item(other, "Chess", hours=1, uri=uri)) is None


def test_a_kill_without_text_is_found_by_headline_or_slug(item: MakeItem, story: str) -> None:
    killed = item(story, "Ferry terminal closes", slugline="Ferry")
    assert kind(killed, item("", "Ferry terminal closes", hours=1, revision_kind="kill")) == "kill"
    assert (
        kind(killed, item("Editors: story withdrawn.", slugline="Ferry", hours=1, revision_kind="kill"))
        == "kill"
    )
    assert kind(killed, item("", "Chess club", hours=1, revision_kind="kill")) is None


def test_flashes_are_copies_by_their_headline(item: MakeItem) -> None:
    assert (
        kind(item("", "BANK RAISES RATE TO 5 PCT"), item("", "Bank raises rate to 5 pct", hours=1)) == "exact"
    )
    assert kind(item("", "BANK RAISES RATE TO 5 PCT"), item("", "BANK RAISES RATE TO 6 PCT", hours=1)) is None
    assert (
        kind(item("", "BANK RAISES RATE TO 5 PCT"), item("", "BANK RAISES RATE TO 5 PCT", hours=20)) is None
    )


def test_pictures_under_one_headline_are_told_apart(item: MakeItem) -> None:
    def picture(uri: str, hours: int) -> Item:
        return item(
            "", "Fire at the harbour", hours=hours, associations=[Association(uri=uri, type="picture")]
        )

    assert kind(picture("tag:one.jpg", 0), picture("tag:two.jpg", 1)) is None
    assert kind(picture("tag:one.jpg", 0), picture("tag:one.jpg", 1)) == "exact"


def test_a_few_words_say_nothing_without_their_headline(item: MakeItem) -> None:
    assert kind(item("See the graphic.", "Ferry"), item("See the graphic.", "Chess", hours=1)) is None
    assert kind(item("See the graphic.", "Ferry"), item("See the graphic.", hours=1)) is None
    assert kind(item("See the graphic.", "Ferry"), item("See the graphic.", "FERRY", hours=1)) == "exact"


def test_a_version_sent_twice_under_its_guid_is_a_copy(item: MakeItem, story: str) -> None:
    one, two = item(story, uri="tag:a", version="2"), item(story, uri="tag:a", version="2", hours=1)
    assert kind(one, two) == "exact"
    marked = (
        dataclasses.replace(one, revision_kind="correction"),
        dataclasses.replace(two, revision_kind="correction"),
    )
    assert kind(*marked) == "exact"
    assert kind(one, item(story, uri="tag:a", version="3", hours=1)) == "update"


def test_a_changed_number_without_a_word_is_a_silent_correction(item: MakeItem, story: str) -> None:
    found = related(item(story, "Ferry"), item(story.replace("25 minutes", "35 minutes"), "Ferry", hours=2))
    assert found.kind == "silent"
    assert "1 number" in found.reason


def test_forms_with_other_numbers_are_other_events(item: MakeItem) -> None:
    one = item(RATES.format("1.5", "6-1/16"), "NORLAND ADDS LIQUIDITY")
    assert kind(one, item(RATES.format("2.0", "6-3/8"), "NORLAND ADDS LIQUIDITY", hours=24)) is None
    assert kind(one, item(RATES.format("2.0", "6-3/8"), "NORLAND ADDS LIQUIDITY", hours=2)) is None


def test_forms_with_other_names_are_other_events(item: MakeItem) -> None:
    one = item(AWARD.format("Norrsund Oil", "50.3", "April"), "NORRSUND GETS FUEL CONTRACT")
    two = item(AWARD.format("Vestmar Petroleum", "84.1", "March"), "VESTMAR GETS FUEL CONTRACT", hours=0.1)
    assert kind(one, two) is None
    one = item(PAYOUT.format("7.1", "7.1", "March", "March", "Insured"), "HARBOUR INSURED SETS PAYOUT")
    two = item(
        PAYOUT.format("7.1", "7.1", "March", "March", "Island"), "HARBOUR ISLAND SETS PAYOUT", hours=0.1
    )
    assert kind(one, two) is None


def test_the_same_form_of_two_companies_is_two_stories(item: MakeItem) -> None:
    text = "Quarterly dividend 25 cents against 25 cents before\nPayable July 1\nOn record May 7"
    assert (
        kind(item(text, "NORRSUND <NRS> SETS DIVIDEND"), item(text, "VESTMAR <VST> PAYOUT", hours=1)) is None
    )
    assert (
        kind(item(text, "NORRSUND <NRS> SETS DIVIDEND"), item(text, "NORRSUND <NRS.OL> PAYOUT", hours=1))
        == "exact"
    )


def test_the_same_table_at_another_time_is_another_story(item: MakeItem) -> None:
    table = "WHEAT MAY 284 3/4 UP 1 1/4 JULY 280 1/4 OFF 1/2 SEPTEMBER 277 UP 1 DECEMBER 281 1/2 UP 1/4"
    assert kind(item(table, "GRAIN FUTURES 11:00"), item(table, "GRAIN FUTURES 11:10", hours=0.2)) is None
    moved = table.replace("284 3/4", "285 1/4")
    assert kind(item(table, "GRAIN FUTURES"), item(moved, "GRAIN FUTURES", hours=0.5)) is None


def test_a_digest_is_no_copy_of_what_it_holds(item: MakeItem, story: str) -> None:
    first = story.split("\n", maxsplit=1)[0]
    digest = (
        first
        + "\n"
        + "\n".join(f"In other news, item {number} of the day was reported." for number in range(30))
    )
    assert kind(item(first, "Ferry terminal closes"), item(digest, "NEWS SUMMARY 1800 GMT", hours=1)) is None


def test_a_background_that_two_stories_share_makes_them_no_copies(item: MakeItem, story: str) -> None:
    background = "\n".join(story.split("\n")[1:4])
    one = (
        "Truck drivers blocked the road to Norrsund on Monday and said that they would stay for a week. "
        "They parked across both lanes at dawn, lit fires beside the bridge and let nobody through but nurses, "
        "milk vans and a wedding party.\n"
    )
    two = (
        "The county of Vestmar bought a pair of used ferries from a Greek owner and wants to rename them. "
        "Neither has sailed since last autumn; a yard in Halden will look at their engines and paint the hulls "
        "before anyone goes aboard.\n"
    )
    assert (
        kind(item(one + background, "Drivers block road"), item(two + background, "Ferries", hours=3)) is None
    )
    marked = item(two + background, "Ferries", hours=3, revision_kind="update")
    assert kind(item(one + background, "Drivers block road"), marked) is None


def test_a_change_behind_the_words_compared_is_a_version(item: MakeItem, story: str) -> None:
    long = "\n".join([story] * 5)
    assert kind(item(long, "Ferry"), item(long[:-30] + long[-30:].upper(), "Ferry", hours=1)) == "exact"
    assert kind(item(long, "Ferry"), item(long[:-6] + "roads.", "Ferry", hours=1)) == "silent"
    assert kind(item(long, "Ferry"), item(long[: -len(story)], "Ferry", hours=1)) == "near"


def test_other_places_of_a_form_are_other_stories(item: MakeItem) -> None:
    text = "Stocks of wheat at {} stood at 14,478 tonnes on Friday, the grain office said. Barley 3,903."
    one = item(text.format("Norrsund"), "NORRSUND GRAIN STOCKS", place="NORRSUND")
    assert kind(one, item(text.format("Vestmar"), "VESTMAR GRAIN STOCKS", place="VESTMAR", hours=0.1)) is None


def test_a_recurring_form_is_held_to_its_fillers(item: MakeItem, story: str) -> None:
    one, two = item(story, "Ferry"), item(story.replace("25 minutes", "35 minutes"), "Ferry", hours=2)
    assert kind(one, two) == "silent"
    assert kind(one, two, recurring=True) is None


def test_what_keeps_two_apart_is_said_in_words(item: MakeItem, story: str) -> None:
    said = {
        judge(sketch(one), sketch(two)).reason
        for one, two in (
            (item(story), item("Something else altogether was said today.", hours=1)),
            (item(story), item(story, hours=100)),
            (item(story, provider="dpa"), item(story, provider="apa", hours=1)),
            (item(story, "Quotes 11:00"), item(story, "Quotes 11:10", hours=1)),
        )
    }
    assert len(said) == 4
    assert all(said)


def test_a_new_writing_under_the_same_slug_and_marker_is_a_version(item: MakeItem, story: str) -> None:
    other = "Lowestrand lost its ferry terminal after all. It closes at once, and nobody knows for how long."
    one = item(story, "Lowestrand ferry terminal to close", slugline="Ferry")
    two = item(other, "Lowestrand ferry terminal closes", slugline="Ferry", hours=2, revision_kind="update")
    assert kind(one, two) == "update"
    assert kind(one, dataclasses.replace(two, revision_kind=None)) is None


BODIES = st.lists(
    st.sampled_from(
        ["the bank", "said", "Norrsund", "12 pct", "3.5 mln", "rose", "fell", "on Monday", "\n", "x"]
    ),
    max_size=40,
).map(" ".join)
HEADS = st.none() | st.sampled_from(["BANK SAYS", "BANK SAYS 3 PCT", "BANK <NB> SAYS", "Bank <VB> 4 PCT"])
KINDS = st.sampled_from([None, "update", "correction", "repeat", "advisory", "kill"])


@settings(deadline=None)
@given(BODIES, BODIES, HEADS, HEADS, KINDS, st.floats(0, 100))
def test_it_is_a_function_and_marked_items_are_never_copies_of_unmarked_ones(
    item: MakeItem, one: str, two: str, head: str | None, other: str | None, marker: str | None, hours: float
) -> None:
    earlier, later = sketch(item(one, head)), sketch(item(two, other, hours=hours, revision_kind=marker))
    found = relation(earlier, later)
    assert found == relation(earlier, later)
    if found:
        assert 0.0 <= found.similarity <= 1.0
        assert found.reason
        if marker:
            assert found.kind == marker
