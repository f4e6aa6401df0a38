"""How far an archive or a large file may go, and the meter that says stop."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.errors import Code, ItemError

KEPT_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class ExpandLimits:
    """What one resource may expand to.

    Attributes:
        item_bytes: size of one item; a larger one is a reject that keeps its first 64 KiB.
        members: members of all archives in one resource together.
        total_bytes: bytes that come out of all archives and compressed streams in it together.
        ratio: how many times its own size a resource may expand to, once `ratio_floor` bytes came out.
            News text compresses 3 to 10 times, repetitive JSON lines up to 50 times.
        ratio_floor: bytes.
        nesting: archives inside one another. A compressed archive (`tar.gz`) is one.
    """

    item_bytes: int = 32 << 20
    members: int = 100_000
    total_bytes: int = 4 << 30
    ratio: int = 200
    ratio_floor: int = 64 << 20
    nesting: int = 3


class Meter:
    """Counts what one resource expands to, over all its archives.

    Args:
        limits: the limits.
        size: the resource's own bytes; None where only reading tells, then `consumed` is fed as it is read.
    """

    def __init__(self, limits: ExpandLimits, size: int | None = None) -> None:
        self.limits = limits
        self.size = size
        self.consumed = 0
        self.expanded = 0
        self.members = 0

    def read(self, count: int) -> None:
        """Notes bytes read from the resource itself."""
        self.consumed += count

    def expand(self, count: int) -> None:
        """Notes bytes that came out of a compressed stream.

        Raises:
            ItemError: `archive_too_large`.
        """
        self.expanded += count
        limits = self.limits
        if self.expanded > limits.total_bytes:
            raise ItemError(Code.ARCHIVE_TOO_LARGE, f"expands to more than {limits.total_bytes} bytes")
        own = self.size or self.consumed
        if self.expanded > limits.ratio_floor and self.expanded > limits.ratio * own:
            raise ItemError(
                Code.ARCHIVE_TOO_LARGE, f"expands to more than {limits.ratio} times its {own} bytes"
            )

    def member(self) -> None:
        """Notes one more member of an archive.

        Raises:
            ItemError: `archive_too_many`.
        """
        self.members += 1
        if self.members > self.limits.members:
            raise ItemError(Code.ARCHIVE_TOO_MANY, f"more than {self.limits.members} members")
