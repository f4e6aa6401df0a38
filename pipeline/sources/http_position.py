"""Where an HTTP feed stands: what was taken from it, in a few kilobytes of a manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.sources.known import Known
from pipeline.sources.live import Position


@dataclass(frozen=True, slots=True)
class Mark:
    """What changes in the position when a delivery, or the end of a page, is taken.

    Attributes:
        digest: of the delivery; None at the end of a page.
        walk: digests of what the server lists now, the newest page first; None in between.
        first: how many are remembered in any case.
        cursor: address to go on at; None where it stays.
        etag, modified: validators of the address that is asked first; None where they stay.
        walking: whether older pages are still to be read; None where that stays.
    """

    digest: bytes | None = None
    walk: Sequence[bytes] | None = None
    first: int = 0
    cursor: str | None = None
    etag: str | None = None
    modified: str | None = None
    walking: bool | None = None


@dataclass(slots=True)
class Standing:
    """The sum of all marks.

    Attributes:
        known: digests of deliveries.
        count: deliveries so far, over all restarts.
        cursor, etag, modified, walking: as in `Mark`.
    """

    known: Known
    count: int = 0
    cursor: str = ""
    etag: str = ""
    modified: str = ""
    walking: bool = False
    _changes: tuple[str, ...] = field(default=("cursor", "etag", "modified", "walking"), repr=False)

    @classmethod
    def at(cls, position: Position | None, remembered: int) -> Standing:
        """What a position says; the beginning for None."""
        found: dict[str, Any] = dict(position or {})
        return cls(
            Known(remembered, found.get("known", "")),
            int(found.get("count", 0)),
            str(found.get("cursor", "")),
            str(found.get("etag", "")),
            str(found.get("modified", "")),
            bool(found.get("walking", False)),
        )

    def apply(self, mark: Mark) -> None:
        """Add one mark."""
        if mark.digest is not None:
            self.known.add(mark.digest)
            self.count += 1
        if mark.walk is not None:
            self.known.refresh(mark.walk, mark.first)
        for name in self._changes:
            if (value := getattr(mark, name)) is not None:
                setattr(self, name, value)

    def position(self) -> dict[str, Any]:
        """As it goes into a manifest; what is empty is left out."""
        whole = {"count": self.count, "known": self.known.encoded()}
        whole |= {name: getattr(self, name) for name in self._changes}
        return {name: value for name, value in whole.items() if value}
