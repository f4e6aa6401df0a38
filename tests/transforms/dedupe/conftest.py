"""Items to link, made from the fields that matter."""

import hashlib
from typing import Any, Protocol

import pytest

from schemas.item import Dateline, Item

HOUR = 3600 * 1_000_000
START = 1_741_000_000_000_000


def make(body: str = "", headline: str | None = None, *, hours: float = 0.0, **fields: Any) -> Item:
    """An item `hours` after the start; guid and item_id come from the content unless they are given."""
    time = START + int(hours * HOUR)
    place = fields.pop("place", None)
    name = hashlib.sha256(f"{body}|{headline}|{time}|{sorted(fields.items())}".encode()).hexdigest()
    values: dict[str, Any] = dict.fromkeys(Item.__dataclass_fields__)
    values |= {
        "item_id": name[:32],
        "uri": f"tag:example.com,2025:{name[:12]}",
        "provider": "example",
        "source": "memory",
        "source_format": "ninjs",
        "received_at": time,
        "ingested_at": time,
        "version_created": time,
        "time_source": "version_created",
        "pub_status": "usable",
        "headline": headline,
        "headline_text": headline,
        "slugline_text": fields.get("slugline"),
        "body_text": body,
        "word_count": len(body.split()),
        "dateline": Dateline(f"{place} -", place) if place else None,
    }
    values |= dict.fromkeys(("alternate_ids", "authors", "subjects", "genres", "keywords"), ())
    values |= dict.fromkeys(("associations", "warnings"), ())
    return Item(**(values | fields))


class MakeItem(Protocol):
    """The fixture `item`."""

    def __call__(
        self, body: str = "", headline: str | None = None, *, hours: float = 0.0, **fields: Any
    ) -> Item: ...


@pytest.fixture(scope="session")
def item() -> MakeItem:
    """Makes an item: body, headline, hours after the start, and any field of `Item`."""
    return make


STORY = """\
The harbour board of Lowestrand voted on Tuesday to close the old ferry terminal after a survey found that
the piers could no longer carry loaded trucks.
Engineers hired by the board measured cracks in 38 of the 112 pillars and said repairs would cost 4.7 million
crowns, more than the terminal earns in six years.
"We cannot ask drivers to trust their luck," chairwoman Marit Aasgard said after the meeting.
Ferries to the outer islands will leave from the fishing harbour until a new terminal opens, which the board
expects in the spring of next year. The move adds some 25 minutes to the crossing.
Island shopkeepers criticised the decision. Jonas Birkeland, who runs a grocery on Sandholm, said that his
deliveries would arrive too late for the morning trade and that he had not been asked.
The ministry of transport declined to comment on whether the state would pay for part of the works.
"""


@pytest.fixture(scope="session")
def story() -> str:
    """A story of some 150 words in six paragraphs."""
    return "\n".join(" ".join(part.split()) for part in _paragraphs(STORY))


def _paragraphs(text: str) -> list[str]:
    starts = ("The harbour", "Engineers", '"We cannot', "Ferries", "Island", "The ministry")
    found: list[str] = []
    for line in text.splitlines():
        if line.startswith(starts):
            found.append(line)
        else:
            found[-1] += " " + line
    return found
