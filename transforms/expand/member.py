"""A member of an archive, as `tar` and `zip` hand it on."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.errors import ItemError
from transforms.expand.reader import Reader


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive.

    Attributes:
        name: as the archive has it; empty for a part of the archive that could not be read.
        content: its bytes, to be read before the next member is asked for.
        problem: why it must not be read as an item, None where it may be.
    """

    name: str
    content: Reader
    problem: ItemError | None = None
