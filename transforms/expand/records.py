"""One stream, one item or many: JSON lines and framed wire text come apart, anything else is one item.

What is framed: transmissions that begin with SOH or end with EOT (ANPA 1312, IPTC 7901), the same where
only STX and ETX came through, and telegraph style from a line `ZCZC` to a line `NNNN`.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import orjson

from schemas.errors import Code, ItemError
from transforms.expand.limits import KEPT_BYTES
from transforms.expand.reader import Piece, Reader

_BOM = b"\xef\xbb\xbf"
# What senders put between transmissions: SYN, NUL, DEL, white space.
_PADDING = b"\x16\x00\x7f \t\r\n\x0b\x0c"
_PRINTABLE = re.compile(rb"[^\x00-\x20\x7f]")
_NO_TEXT = bytes(sorted(set(range(32)) - set(b"\t\n\r\x0c\x01\x02\x03\x04\x16")))
_CONTROLS = re.compile(rb"[\x01\x04]")
_ETX = re.compile(
    # ETX to the end of its line, and the wire's trailer below it: AP-NY-03-19-87 1212EST<
    rb"\x03[^\r\n\x02]{0,80}(?:\r?\n[A-Z]{2,4}-[A-Z]{2,4}-\d\d-\d\d-\d\d\s\d{4}[A-Z]{0,4}<?)?"
)
_TELEGRAPH = re.compile(rb"(?:[\r\n]|\A)[ \t]{0,40}(?:(?P<start>ZCZC)|NNNN(?=[\x00-\x20]|\Z))")
_EXAMINED_LINES = 64
_OVERLAP = 256

_Find = Callable[[bytearray, int, bool], int]


@dataclass(frozen=True, slots=True)
class Record:
    """One item of a stream.

    Attributes:
        piece: its bytes.
        number: 1 for the first of several, None where the stream is one item.
        problem: why it cannot be read, None where it may be.
    """

    piece: Piece
    number: int | None = None
    problem: ItemError | None = None


def records(reader: Reader, limit: int) -> Iterator[Record]:
    """The items of a stream, in order; at least one.

    Args:
        reader: the stream.
        limit: bytes of one item; of a larger one the first 64 KiB are kept.
    """
    head = reader.peek(KEPT_BYTES)
    start = head.removeprefix(_BOM).lstrip(_PADDING)
    if start.startswith(b"{"):
        shape = _json_shape(reader, limit)
        if shape is _Shape.LINES:
            yield from _json_lines(reader, limit)
            return
        if shape is _Shape.LONG_LINE:
            yield from _after_long_line(reader, limit)
            return
    elif not start.startswith((b"<", b"[")) and (find := _framing(head)):
        yield from _framed(reader, find, limit)
        return
    yield Record(reader.take(limit), None, reader.failure)


def _json_object(line: bytes) -> bool:
    if not (line.startswith(b"{") and line.endswith(b"}")):
        return False
    try:
        orjson.loads(line)
        return True
    except orjson.JSONDecodeError:
        pass
    try:  # an encoding other than UTF-8 is for the parser to mend
        orjson.loads(line.decode("latin-1"))
        return True
    except orjson.JSONDecodeError:
        return False


class _Shape(enum.Enum):
    ONE = enum.auto()
    LINES = enum.auto()
    LONG_LINE = enum.auto()  # the first line is longer than an item may be: what follows it tells


def _json_shape(reader: Reader, limit: int) -> _Shape:
    """Whether a stream that begins with `{` holds one object a line, broken ones among them.

    So it is where the first line is a whole object and not the last; where the first is broken, at least
    half of the lines must be objects, and the whole must not be a JSON value.
    """
    size = KEPT_BYTES
    while True:
        head = reader.peek(size)
        ended = len(head) < size
        lines = [line.strip() for line in head.removeprefix(_BOM).split(b"\n", _EXAMINED_LINES)]
        more = b"" if ended and len(lines) <= _EXAMINED_LINES else lines.pop()
        lines = [line for line in lines if line]
        first_whole = bool(lines) and _json_object(lines[0])
        if first_whole and (len(lines) > 1 or more):
            return _Shape.LINES
        if ended or len(lines) > 1 or size > limit:
            break
        size = min(4 * size, limit + KEPT_BYTES)
    if first_whole:
        return _Shape.ONE
    if not lines:
        return _Shape.LONG_LINE
    objects = sum(map(_json_object, lines))
    if 2 * objects < len(lines) or len(lines) == 1 or (ended and _json_object(head.strip())):
        return _Shape.ONE
    return _Shape.LINES


def _end_of_line(buffer: bytearray, start: int, last: bool) -> int:
    return buffer.find(b"\n", start) + 1 or -1


def _json_lines(reader: Reader, limit: int, number: int = 0) -> Iterator[Record]:
    told = False
    while piece := reader.cut(_end_of_line, limit):
        line = (piece.data if number else piece.data.removeprefix(_BOM)).strip()
        if not line and piece.whole and piece.closed:
            continue
        number += 1
        if not piece.whole or not piece.closed:
            told = not piece.closed
            yield Record(piece, number, reader.failure if told else None)
            continue
        problem = None if _json_object(line) else ItemError(Code.JSON_BROKEN, "the line is no JSON object")
        yield Record(Piece(line, len(line)), number, problem)
    if reader.failure and not told:
        yield Record(Piece(b"", 0, False), number + 1, reader.failure)


def _after_long_line(reader: Reader, limit: int) -> Iterator[Record]:
    first = reader.cut(_end_of_line, limit) or Piece(b"", 0)
    if reader.peek(KEPT_BYTES).lstrip().startswith(b"{"):
        yield Record(first, 1)
        yield from _json_lines(reader, limit, 1)
    else:
        yield Record(Piece(first.data, first.size + reader.skip(), not reader.failure), None, reader.failure)


def _is_text(head: bytes) -> bool:
    """Whether bytes with control characters are wire text: binary files have some of every control."""
    odd = len(head) - len(head.translate(None, _NO_TEXT))
    return 20 * odd <= len(head)


def _framing(head: bytes) -> _Find | None:
    """How the framed items of a text are told apart, None where it has no frames."""
    start = head.lstrip(_PADDING)
    if not _is_text(start):
        return None
    if start.startswith(b"ZCZC") or (b"ZCZC" in start and b"NNNN" in start and _both_marks(start)):
        return _telegraph
    if start.startswith(b"\x01") or b"\x04" in start:
        return _controls
    return _etx if start.count(b"\x02") > 1 and b"\x03" in start else None


def _both_marks(start: bytes) -> bool:
    return len({match.lastgroup for match in _TELEGRAPH.finditer(start)}) == 2


def _controls(buffer: bytearray, start: int, last: bool) -> int:
    for match in _CONTROLS.finditer(buffer, start):
        if match.group() == b"\x04":
            return match.end()
        if _PRINTABLE.search(buffer, 0, match.start()):
            return match.start()
    return -1


def _etx(buffer: bytearray, start: int, last: bool) -> int:
    match = _ETX.search(buffer, start)
    if not match or (len(buffer) - match.start() < _OVERLAP and not last):
        return -_OVERLAP
    return match.end()


def _telegraph(buffer: bytearray, start: int, last: bool) -> int:
    for match in _TELEGRAPH.finditer(buffer, start):
        if len(buffer) - match.start() < _OVERLAP and not last:
            break
        if match.group("start") is None:
            return match.end()
        if _PRINTABLE.search(buffer, 0, match.start()):
            return match.start()
    return -_OVERLAP


def _framed(reader: Reader, find: _Find, limit: int) -> Iterator[Record]:
    number = 0
    held: Piece | None = None
    while piece := reader.cut(find, limit):
        if piece.whole and piece.closed and not _PRINTABLE.search(piece.data):
            continue
        if held:
            number += 1
            yield Record(held, number)
        held = piece
    if held is None:
        yield Record(Piece(b"", 0), None, reader.failure)
        return
    yield Record(held, number + 1 if number else None, None if held.closed else reader.failure)
    if reader.failure and held.closed:
        yield Record(Piece(b"", 0, False), number + 2, reader.failure)
