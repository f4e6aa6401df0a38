"""Resources in blocks: all of them, in order, and enough blocks to share."""

from __future__ import annotations

import pytest

from pipeline.sources.files import Resource
from pipeline.sources.listing import blocks, resources
from schemas.raw import Attribute


def listing(count: int) -> list[Resource]:
    return [
        Resource(
            f"/feed/{number:06d}.xml",
            None if number % 7 == 0 else 1_700_000_000_000_000 + number,
            number,
            data=b"\x00\xff" if number % 5 == 0 else None,
            provider="tass" if number % 3 == 0 else None,
            attributes=(Attribute("x-priority", "4"),) if number % 11 == 0 else (),
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, 2, 255, 256, 1_000, 40_000])
def test_all_come_back_in_their_order(count: int) -> None:
    sent = listing(count)
    made = list(blocks(sent))
    found = [one for block in made for one in resources(block)]
    assert found == sent
    assert len(made) >= min(count, 256)


def test_a_long_listing_is_small() -> None:
    made = list(blocks(listing(40_000)))
    assert len(made) == 625
    assert sum(len(block.packed) for block in made) < 40 * 40_000
