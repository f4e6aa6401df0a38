"""One resource in, its items out: archives and compressed streams opened, many-item files taken apart.

What a thing is, its first bytes tell, never its name. Nothing is held but one item (and 64 KiB here and
there), nothing is written but a temporary copy of a zip archive that cannot be rewound, and whatever
cannot be read becomes a `Reject` of its own while the rest goes on.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from schemas.errors import KEPT, Code, ItemError, Reject, Stage
from schemas.raw import RawItem
from transforms.expand import compression, names, records, tar, zip
from transforms.expand.limits import KEPT_BYTES, ExpandLimits, Meter
from transforms.expand.member import Member
from transforms.expand.reader import Piece, Reader

Content = bytes | BinaryIO | Callable[[], BinaryIO]
_FATAL = frozenset({Code.ARCHIVE_TOO_LARGE, Code.ARCHIVE_TOO_MANY})


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known about a resource besides its bytes: see `schemas.raw.RawItem`."""

    provider: str | None = None
    format: str | None = None
    media_type: str | None = None


def expand(
    source: str,
    content: Content,
    *,
    received_at: int | None = None,
    hints: Hints | None = None,
    limits: ExpandLimits | None = None,
) -> Iterator[RawItem | Reject]:
    """The items of one resource, in order; at least one item or reject, whatever it holds.

    Args:
        source: its URI; members become `source!member`, the items of a file of several `source#1`, ...
        content: its bytes, a binary stream, or a function that opens one (it is closed at the end).
        received_at: microseconds since the epoch (UTC).
        hints: goes into every item.
        limits: of size, members, expansion and nesting.

    Returns:
        Items, and rejects of stage `expand`: `unreadable`, `item_too_large` (first 64 KiB kept),
        `archive_*`, `json_broken` (a line).
    """
    opened = _Expansion(received_at, hints or Hints(), limits or ExpandLimits())
    if isinstance(content, bytes):
        yield from opened.stream(source, io.BytesIO(content))
        return
    if not callable(content):
        yield from opened.stream(source, content)
        return
    try:
        stream = content()
    except OSError as error:
        failure = ItemError(Code.UNREADABLE, f"cannot be opened: {error.strerror or error}")
        yield opened.reject(source, failure, Piece(b"", 0))
        return
    with stream:
        yield from opened.stream(source, stream)


@dataclass(frozen=True, slots=True)
class _Part:
    """A stream to be looked into.

    Attributes:
        source: its URI.
        reader: its bytes.
        depth: archives and compressed streams around it.
        packed: the compressed bytes (all, or the first 64 KiB) where it is what a compressed stream
            unpacks to: a broken stream is kept as it came, never as half of an item.
        file: the same bytes as a file that can be rewound, where there is one.
    """

    source: str
    reader: Reader
    depth: int = 0
    packed: Piece | None = None
    file: BinaryIO | None = None


class _Expansion:
    """Opens one resource, and stops all that is still open once a limit on the whole is passed."""

    def __init__(self, received_at: int | None, hints: Hints, limits: ExpandLimits) -> None:
        self._received_at = received_at
        self._hints = hints
        self._limits = limits
        self._meter = Meter(limits)
        self._stopped = False

    def reject(self, source: str, error: ItemError, piece: Piece) -> Reject:
        self._stopped = self._stopped or error.code in _FATAL
        message = error.message
        if not piece.whole:
            message = f"{message}{KEPT}are the first {len(piece.data)} bytes of {piece.size} or more"
        return Reject(source, Stage.EXPAND, error.code, message, piece.data, self._received_at)

    def stream(self, source: str, stream: BinaryIO) -> Iterator[RawItem | Reject]:
        file = None
        try:
            if stream.seekable():
                self._meter.size = stream.seek(0, io.SEEK_END)
                stream.seek(0)
                file = stream
        except OSError:  # it claims to be seekable and is not: read it as it comes
            self._meter.size = None

        def read(size: int) -> bytes:
            data = stream.read(size)
            self._meter.read(len(data))
            return data

        yield from self._open(_Part(source, Reader(read), file=file))

    def _open(self, part: _Part) -> Iterator[RawItem | Reject]:
        head = part.reader.peek(tar.BLOCK)
        kind = compression.recognise(head)
        is_zip = zip.recognise(head)
        is_archive = is_zip or tar.recognise(head)
        compressed_archive = is_archive and part.packed is not None
        if not kind and not is_archive:
            yield from self._items(part)
        elif part.depth >= self._limits.nesting and not compressed_archive:
            most = self._limits.nesting
            error = ItemError(Code.ARCHIVE_TOO_DEEP, f"more than {most} archives inside one another")
            yield self.reject(part.source, error, part.reader.take(self._limits.item_bytes))
        elif kind:
            packed = self._packed(part)
            unpacked = compression.unpack(part.reader, kind, self._meter)
            yield from self._open(_Part(part.source, unpacked, part.depth + 1, packed))
        elif is_zip:
            yield from self._zip(part)
        else:
            yield from self._members(part, tar.members(part.reader))

    def _packed(self, part: _Part) -> Piece:
        limit = self._limits.item_bytes
        size = self._meter.size if part.file else None
        if size is None or size <= limit:
            data = part.reader.peek(limit + 1)
            if len(data) <= limit:
                return Piece(data, len(data))
            size = len(data)
        return Piece(part.reader.peek(KEPT_BYTES), size)

    def _zip(self, part: _Part) -> Iterator[RawItem | Reject]:
        if part.file:
            yield from self._members(part, zip.members(part.file, self._meter))
            return
        head = part.reader.peek(KEPT_BYTES)
        try:
            file = zip.spool(part.reader, self._limits)
        except ItemError as error:
            yield self.reject(part.source, error, part.packed or Piece(head, len(head) + 1))
            return
        with file:
            yield from self._members(part, zip.members(file, self._meter))

    def _members(self, part: _Part, members: Iterator[Member]) -> Iterator[RawItem | Reject]:
        head = part.reader.peek(KEPT_BYTES)
        depth = part.depth + (part.packed is None)
        seen = 0
        for member in members:
            try:
                self._meter.member()
            except ItemError as error:
                yield self.reject(part.source, error, Piece(head, len(head) + 1))
                return
            name = names.tidy(member.name)
            if member.name and names.hidden(name):
                continue
            seen += 1
            problem = member.problem
            if not problem and (reason := names.unsafe(member.name)):
                problem = ItemError(Code.ARCHIVE_UNSAFE, reason)
            source = f"{part.source}!{names.escape(name)}" if member.name else part.source
            if problem:
                yield self.reject(source, problem, member.content.take(self._limits.item_bytes))
            else:
                yield from self._open(_Part(source, member.content, depth))
            if self._stopped:
                return
        if not seen:
            yield self.reject(
                part.source, ItemError(Code.EMPTY, "an archive without items"), Piece(head, len(head))
            )

    def _items(self, part: _Part) -> Iterator[RawItem | Reject]:
        limit = self._limits.item_bytes
        for record in records.records(part.reader, limit):
            piece, problem = record.piece, record.problem
            source = part.source if record.number is None else f"{part.source}#{record.number}"
            if problem and not piece.closed and part.packed:
                yield self.reject(source, problem, part.packed)
            elif problem:
                yield self.reject(source, problem, piece)
            elif not piece.whole:
                error = ItemError(Code.ITEM_TOO_LARGE, f"{piece.size} bytes, the limit is {limit}")
                yield self.reject(source, error, piece)
            else:
                yield RawItem(
                    source,
                    piece.data,
                    self._received_at,
                    self._hints.media_type,
                    self._hints.provider,
                    self._hints.format,
                )
