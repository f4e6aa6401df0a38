"""What a source knows again: digests of deliveries, as many as a position may hold, the most useful first."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

_BYTES = 8


def digest(data: bytes) -> bytes:
    """8 bytes of BLAKE2b. That two of a million entries share one has a chance of 1 in 37 million."""
    return blake2b(data, digest_size=_BYTES).digest()


class Known:
    """Digests in the order of their use; the last are forgotten.

    Args:
        limit: how many are kept.
        text: what `encoded` gave.
    """

    def __init__(self, limit: int, text: str = "") -> None:
        self._limit = limit
        self._order: list[bytes] = list(_decoded(text))
        self._members = set(self._order)

    def __contains__(self, one: object) -> bool:
        return one in self._members

    def __len__(self) -> int:
        return len(self._members)

    def add(self, one: bytes) -> None:
        """Know one more."""
        if one not in self._members:
            self._members.add(one)
            self._order.append(one)  # the newest last: in front once it is read from there
            if len(self._order) > self._limit + self._limit // 8 + 64:
                self._keep(self._latest(), self._limit)

    def refresh(self, walk: Sequence[bytes], least: int = 0) -> None:
        """Put what a server lists now before all else, in its order.

        Args:
            walk: digests of the entries, the newest page first.
            least: so many of them are kept, even above the limit: else they would be new at every visit.
        """
        self._keep([*walk, *self._latest()], max(self._limit, least))

    def _latest(self) -> Iterable[bytes]:
        return reversed(self._order)

    def _keep(self, first: Iterable[bytes], limit: int) -> None:
        kept = list(dict.fromkeys(first))[:limit]
        self._order = kept[::-1]
        self._members = set(kept)

    def encoded(self) -> str:
        """Base64 of all, the most useful first: some 11 characters each."""
        return base64.b64encode(b"".join(self._latest())).decode("ascii")


def _decoded(text: str) -> Iterator[bytes]:
    data = base64.b64decode(text)
    for start in range(len(data) - _BYTES, -1, -_BYTES):
        yield data[start : start + _BYTES]
