"""The one story that every format's sample carries, and what a sample is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

HEADLINE = "Ferry line to the islands gets a third ship"
PARAGRAPHS = (
    "KIEL, Nov 24 (Reuters) - The ferry line between the coast and the islands gets a third ship in spring.",
    *(
        f"The {word} of the line's ships carried {40 + number},000 passengers in a year, the company said on "
        "Tuesday, and the piers on both sides of the strait were to be rebuilt before the summer begins, so "
        "that buses & lorries of any size can board."
        for number, word in enumerate(
            ("first", "second", "oldest", "fastest", "smallest", "newest", "largest")
        )
    ),
    '"We have waited for this <ship> since the old one was sold," said the mayor of the largest island.',
)
"""About 2,000 characters in nine paragraphs."""

TIME = "2026-11-24T10:37:00+00:00"


@dataclass(frozen=True, slots=True)
class Sample:
    """The story in one format.

    Attributes:
        source_format: what the sniffer calls it.
        item: makes the item of a number.
        message: puts items into a file; None where a file holds one item only.
        spoiled: what may stand in an item's place and is none, yet is found where items are looked for.
    """

    source_format: str
    item: Callable[[int], str]
    message: Callable[[Sequence[str]], str] | None = None
    spoiled: str = ""

    def file(self, items: Sequence[str]) -> bytes:
        """A file of these items."""
        return (self.message(items) if self.message else items[0]).encode()

    def one(self) -> bytes:
        """A file of one item."""
        return self.file([self.item(1)])


def escaped(text: str) -> str:
    """Text as XML carries it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def marked(name: str = "p") -> str:
    """The paragraphs as elements."""
    return "\n".join(f"<{name}>{escaped(paragraph)}</{name}>" for paragraph in PARAGRAPHS)


def lines() -> str:
    """The text in lines of some 70 characters, paragraphs indented."""
    rows = []
    for paragraph in PARAGRAPHS:
        row = "   "
        for word in paragraph.split():
            if len(row) + len(word) > 70:
                rows.append(row)
                row = word
            else:
                row = f"{row} {word}"
        rows.append(row)
    return "\n".join(rows)
