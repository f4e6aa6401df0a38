"""Bytes to text: byte order marks, strict UTF-8 first, then the declared encoding, a guess, then cp1252.

XML that says ISO-8859-1 is mostly UTF-8 (measured on real agency files), and what claims to be Latin-1
is cp1252 wherever it uses the bytes 0x80-0x9F, as WHATWG's encoding standard reads it too.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from schemas.errors import Code, ItemError
from transforms.parse import charset

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_SMART = re.compile(rb"[\x80-\x9f]")
_HIGH = bytes(range(0x80, 0x100))
_LATIN = {"iso8859-1", "ascii", "cp1252", "iso8859-15"}


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the encoding that gave it, the one declared, and warning codes."""

    text: str
    encoding: str
    declared: str | None = None
    warnings: tuple[str, ...] = ()


def _single(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: bytes that are no UTF-8 as cp1252 has them."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "ignore"), error.end


codecs.register_error("wirebeam.cp1252", _single)


def _mixed(data: bytes) -> str | None:
    """UTF-8 with a few bytes among it that are none: one item of a message in another encoding, a bit lost.

    Latin-1 forms such sequences by chance only; three good ones for each bad byte are no chance.
    """
    text = data.decode("utf-8", "ignore")
    bad = len(data) - len(text.encode())
    good = len(text) - len(data.translate(None, _HIGH))
    return data.decode("utf-8", "wirebeam.cp1252") if good >= 3 * bad else None


def _mark(data: bytes) -> tuple[str, int] | None:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name, len(mark)
    if len(data) >= 4 and len(data) % 2 == 0:
        if data[0] == 0 and data[1] and data[2] == 0 and data[3]:
            return "utf-16-be", 0
        if data[1] == 0 and data[0] and data[3] == 0 and data[2]:
            return "utf-16-le", 0
    return None


def declared(data: bytes) -> str | None:
    """The encoding an XML declaration names, as Python's codec name, None where unknown or absent."""
    match = _DECLARED.match(data[:400])
    if not match:
        return None
    try:
        return codecs.lookup(match.group(1).decode("ascii")).name
    except LookupError:
        return None


def decode_head(data: bytes) -> str:
    """The first bytes as text, never failing: for looking at, not for keeping."""
    if mark := _mark(data):
        name, size = mark
        return data[size:].decode(name, "replace")
    text = data.decode("utf-8", "replace")
    # The last character may be cut off: U+FFFD elsewhere says that this is no UTF-8.
    if "\ufffd" not in text[:-3]:
        return text
    return data.decode(charset.guess(data) or "latin-1", "replace")


def decode(data: bytes) -> Decoded:
    """Text of `data`.

    Args:
        data: bytes of one item, XML or not.

    Returns:
        The text without byte order mark; `encoding_repaired` is among the warnings where the declared
        encoding was not the real one, `encoding_guessed` where nothing was declared and it is not UTF-8.

    Raises:
        ItemError: `encoding_broken` where a byte order mark promises what the bytes do not keep.
    """
    said = declared(data)
    if mark := _mark(data):
        name, size = mark
        try:
            return Decoded(data[size:].decode(name), name, said)
        except UnicodeDecodeError as error:
            if size and name != "utf-8":
                raise ItemError(Code.ENCODING_BROKEN, f"marked as {name}, but {error.reason}") from None
            data = data[size:]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        repaired = said not in (None, "utf-8") and not data.isascii()
        return Decoded(text, "utf-8", said, ("encoding_repaired",) if repaired else ())
    if said in (None, "utf-8", *_LATIN) and (mixed := _mixed(data)) is not None:
        return Decoded(mixed, "utf-8", said, ("encoding_repaired",))
    if said and said not in _LATIN and said != "utf-8":
        try:
            return Decoded(data.decode(said), said, said)
        except (UnicodeDecodeError, LookupError):
            pass
    if said is None and (guessed := charset.guess(data)):
        try:
            return Decoded(data.decode(guessed), guessed, None, ("encoding_guessed",))
        except UnicodeDecodeError:
            pass
    name = "cp1252" if _SMART.search(data) or said not in _LATIN else (said or "cp1252")
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        # Five bytes of cp1252 are undefined: control characters of Latin-1, dropped later.
        name, text = "latin-1", data.decode("latin-1")
    if said is None:
        return Decoded(text, name, None, ("encoding_guessed",))
    return Decoded(text, name, said, () if said in _LATIN else ("encoding_repaired",))
