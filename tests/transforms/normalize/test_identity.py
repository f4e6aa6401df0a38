"""URNs of items without a guid, and ids of versions."""

from hypothesis import given
from hypothesis import strategies as st

from transforms.normalize import identity

DAY = 1_426_204_800_000_000  # 2015-03-13T00:00Z


def test_a_transmission_number_with_day_and_slug_makes_the_urn() -> None:
    urn = identity.urn("reuters", DAY, service_number="f0050", slugline="BC-COCOA-TALKS", content=("a",))
    assert urn == "urn:wirebeam:reuters:20150313:f0050:BC-COCOA-TALKS"
    again = identity.urn("reuters", DAY, service_number="f0050", slugline="BC-COCOA-TALKS", content=("b",))
    assert urn == again


def test_the_same_number_used_twice_in_a_day_is_two_items() -> None:
    urns = {
        identity.urn("reuters", DAY, service_number="f0050", slugline=slug, content=())
        for slug in ("BC-COCOA-TALKS", "BC-TIN-PRICES")
    }
    assert len(urns) == 2


def test_without_a_number_content_and_day_make_it() -> None:
    def urn(day: int | None, *content: str) -> str:
        return identity.urn("ap", day, service_number=None, slugline="SLUG", content=content)

    assert urn(DAY, "Head", "Text") == urn(DAY + 3_600_000_000, "Head", "Text")
    assert len({urn(DAY, "Head", "Text"), urn(DAY, "HeadText"), urn(2 * DAY, "Head", "Text")}) == 3
    assert urn(DAY, "Head").startswith("urn:wirebeam:ap:20150313:")
    assert urn(None, "Head").startswith("urn:wirebeam:ap:undated:")
    assert len(urn(DAY, "Head").rpartition(":")[2]) == 16


def test_days_before_the_epoch_have_names_too() -> None:
    assert ":19691231:" in identity.urn("ap", -1, service_number=None, slugline=None, content=("x",))


def test_item_id_tells_versions_and_contents_apart_but_not_deliveries() -> None:
    one = identity.item_id("u", "1", 5, ("Head", "Some text"))
    assert len(one) == 32
    assert one == identity.item_id("u", "1", 5, ("HEAD", "Some\ntext"))
    others = {
        identity.item_id("v", "1", 5, ("Head", "Some text")),
        identity.item_id("u", "2", 5, ("Head", "Some text")),
        identity.item_id("u", "1", 6, ("Head", "Some text")),
        identity.item_id("u", "1", None, ("Head", "Some text")),
        identity.item_id("u", "1", 5, ("Head", "Other text")),
    }
    assert len(others | {one}) == 6


@given(
    st.lists(st.one_of(st.none(), st.text(max_size=8)), max_size=4),
    st.lists(st.one_of(st.none(), st.text(max_size=8)), max_size=4),
)
def test_unlike_parts_have_unlike_digests(one: list[str | None], other: list[str | None]) -> None:
    assert (identity.digest(one, 16) == identity.digest(other, 16)) == (one == other)
