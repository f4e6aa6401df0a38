"""Reading a stream piece by piece with bounded memory: look ahead, take an item, cut at boundaries.

A `Reader` never raises for bad input. What goes wrong below (a device fails, a compressed stream is broken)
ends the stream and stays in `failure`, so that what came before it is not lost.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from schemas.errors import Code, ItemError
from transforms.expand.limits import KEPT_BYTES

CHUNK = 64 << 10


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a stream.

    Attributes:
        data: its bytes; of a piece above the limit only the first 64 KiB.
        size: its true size in bytes.
        closed: a boundary or the regular end of the stream ended it, not a failure.
    """

    data: bytes
    size: int
    closed: bool = True

    @property
    def whole(self) -> bool:
        """Whether all its bytes are there."""
        return len(self.data) == self.size


class Reader(io.RawIOBase):
    """Buffered look-ahead over a function that reads.

    Args:
        source: gives at most as many bytes as asked for, none at the end.

    Attributes:
        failure: why the stream ended early, None while it has not.
    """

    def __init__(self, source: Callable[[int], bytes]) -> None:
        super().__init__()
        self._source = source
        self._buffer = bytearray()
        self._ended = False
        self.failure: ItemError | None = None

    def _fill(self, size: int = CHUNK) -> bool:
        if self._ended:
            return False
        data = b""
        try:
            data = self._source(size)
        except ItemError as error:
            self.failure = error
        except OSError as error:
            self.failure = ItemError(Code.UNREADABLE, f"cannot be read: {error.strerror or error}")
        self._ended = not data
        self._buffer += data
        return not self._ended

    def readable(self) -> bool:
        """True: a Reader is a binary stream, as far as `read` goes."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """Up to `size` bytes, fewer only at the end; all that is left where `size` is negative or None."""
        if size is None or size < 0:
            while self._fill():
                pass
            size = len(self._buffer)
        while len(self._buffer) < size and self._fill(max(CHUNK, size - len(self._buffer))):
            pass
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def some(self, size: int) -> bytes:
        """Between one and `size` bytes, none at the end: what is at hand, without waiting for more."""
        if not self._buffer:
            self._fill(min(size, CHUNK))
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def peek(self, size: int) -> bytes:
        """The next `size` bytes, fewer only at the end; they stay to be read."""
        while len(self._buffer) < size and self._fill(max(CHUNK, size - len(self._buffer))):
            pass
        return bytes(self._buffer[:size])

    def skip(self, size: int | None = None) -> int:
        """Passes over `size` bytes, or all that are left: how many there were."""
        skipped = 0
        while size is None or skipped < size:
            data = self.some(CHUNK if size is None else min(CHUNK, size - skipped))
            if not data:
                break
            skipped += len(data)
        return skipped

    def take(self, limit: int) -> Piece:
        """All that is left, as one piece."""
        data = self.peek(limit + 1)
        if len(data) <= limit:
            self._buffer.clear()
            return Piece(data, len(data), self.failure is None)
        kept = data[: min(KEPT_BYTES, limit)]
        del data
        return Piece(kept, self.skip(), self.failure is None)

    def cut(self, find: Callable[[bytearray, int, bool], int], limit: int) -> Piece | None:
        """The next piece up to a boundary, None at the end of the stream.

        Args:
            find: gets the bytes at hand, where to search from, and whether they are the last; gives the
                length of the piece, or a negative number -n: none yet, the last n - 1 bytes may begin one.
            limit: a longer piece keeps its first 64 KiB.
        """
        searched = dropped = 0
        kept = b""
        while True:
            end = find(self._buffer, searched, self._ended)
            if end > 0 or self._ended:
                break
            searched = max(0, len(self._buffer) + end + 1)
            if len(self._buffer) > limit:
                kept = kept or bytes(self._buffer[: min(KEPT_BYTES, limit)])
                dropped += searched
                del self._buffer[:searched]
                searched = 0
            self._fill()
        closed = end > 0 or self.failure is None
        end = end if end > 0 else len(self._buffer)
        data = bytes(self._buffer[:end])
        del self._buffer[:end]
        size = dropped + len(data)
        if kept or len(data) > limit:
            return Piece(kept or data[: min(KEPT_BYTES, limit)], size, closed)
        return Piece(data, size, closed) if size else None
