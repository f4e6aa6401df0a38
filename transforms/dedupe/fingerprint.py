"""A sketch, what linking keeps of an item instead of its text, and its bytes: the `fingerprint` column.

It holds the identity the wire gives, hashes of headline, slug line and dateline, and the first 512 words as
16-bit codes, so that two sketches can be compared by shingles and aligned word for word. As bytes it takes
530 on the Reuters wire, 1,900 at most but for long identifiers.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np

from transforms.dedupe.numbers import Number
from transforms.dedupe.words import Marks, Words

FORMAT = 1
OWN_URI = "urn:wirebeam:"  # begins the uris that were made up here, for want of a guid
_NO_DATE = -(2**31)
_NO_REVISION = -(2**31)
# Format, time, place, date, slug, title, body, length, revision; counts of words, values, title's words,
# tickers, identifiers.
_HEAD = struct.Struct("<BqIiQQQIiHHBBB")


def _bits(packed: bytes, count: int) -> Marks:
    return np.unpackbits(np.frombuffer(packed, np.uint8), count=count).astype(np.bool_)


@dataclass(frozen=True, slots=True)
class Sketch:
    """What linking knows of an item.

    Attributes:
        item_id, uri, version, provider, language, revision_kind, revision, pub_status: as in `Item`.
        time: event time (version_created), microseconds since the epoch.
        revises, alternate_ids: guids and identifiers the wire names, at most eight.
        place: hash of the dateline's place, 0 where there is none.
        date: the dateline's date, days since the epoch.
        slug, title: hashes of slug line and headline, folded; 0 where there is none.
        body: hash of all words of the text, case and punctuation aside; of an item without text, hash of what
            it points at (a picture's file, a package's members); 0 where there is neither.
        length: words of the whole text.
        words: the first 512 words, 16 bits each, little-endian.
        number_bits, name_bits: which of them are numbers and names, a bit each.
        values: values of the first 128 numbers, 32-bit floats, little-endian.
        exponents: powers of ten of their last digits, a signed byte each.
        title_words, title_number_bits: the same of the headline's first 32 words.
    """

    item_id: str
    uri: str
    version: str | None
    provider: str
    time: int
    language: str | None
    pub_status: str
    revision_kind: str | None
    revision: int | None
    revises: str | None
    alternate_ids: tuple[str, ...]
    place: int
    date: int | None
    tickers: tuple[int, ...]
    slug: int
    title: int
    body: int
    length: int
    words: bytes = field(repr=False)
    number_bits: bytes = field(repr=False)
    name_bits: bytes = field(repr=False)
    values: bytes = field(repr=False)
    exponents: bytes = field(repr=False)
    title_words: bytes = field(repr=False)
    title_number_bits: bytes = field(repr=False)

    @property
    def text(self) -> Words:
        """The words kept, as an array."""
        return np.frombuffer(self.words, "<u2")

    @property
    def is_number(self) -> Marks:
        """Which of the words kept are numbers."""
        return _bits(self.number_bits, len(self.words) // 2)

    @property
    def is_name(self) -> Marks:
        """Which of the words kept are names."""
        return _bits(self.name_bits, len(self.words) // 2)

    @property
    def numbers(self) -> list[Number]:
        """The numbers kept, in order."""
        values = np.frombuffer(self.values, "<f4").tolist()
        return list(map(Number, values, np.frombuffer(self.exponents, np.int8).tolist()))

    @property
    def title_text(self) -> tuple[Words, Marks]:
        """The headline's words, and which of them are numbers."""
        words = np.frombuffer(self.title_words, "<u2")
        return words, _bits(self.title_number_bits, len(words))

    @property
    def own_uri(self) -> bool:
        """Whether the uri was made up here, for want of one: it identifies less than a guid does."""
        return self.uri.startswith(OWN_URI)

    @property
    def order(self) -> tuple[int, str, str]:
        """The order in which items are linked: event time, uri, item_id."""
        return self.time, self.uri, self.item_id


def encode(sketch: Sketch) -> bytes:
    """The sketch as bytes: a fixed head, the arrays, then texts with their lengths before them."""
    head = _HEAD.pack(
        FORMAT,
        sketch.time,
        sketch.place,
        _NO_DATE if sketch.date is None else sketch.date,
        sketch.slug,
        sketch.title,
        sketch.body,
        min(sketch.length, 2**32 - 1),
        _NO_REVISION if sketch.revision is None else sketch.revision,
        len(sketch.words) // 2,
        len(sketch.values) // 4,
        len(sketch.title_words) // 2,
        len(sketch.tickers),
        len(sketch.alternate_ids),
    )
    parts = [
        head,
        sketch.words,
        sketch.number_bits,
        sketch.name_bits,
        sketch.values,
        sketch.exponents,
        sketch.title_words,
        sketch.title_number_bits,
        struct.pack(f"<{len(sketch.tickers)}H", *sketch.tickers),
    ]
    texts = (
        sketch.item_id,
        sketch.uri,
        sketch.version,
        sketch.provider,
        sketch.language,
        sketch.pub_status,
        sketch.revision_kind,
        sketch.revises,
        *sketch.alternate_ids,
    )
    parts.append(struct.pack(f"<{len(texts)}i", *(-1 if text is None else len(text) for text in texts)))
    parts.append("".join(filter(None, texts)).encode("utf-8", "surrogatepass"))
    return b"".join(parts)


class _Reader:
    """Takes pieces off the front of a fingerprint."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at

    def take(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        if len(piece) != count:
            raise ValueError("fingerprint is cut short")
        self.at += count
        return piece

    def texts(self, count: int) -> list[str | None]:
        lengths = struct.unpack(f"<{count}i", self.take(4 * count))
        joined = self.data[self.at :].decode("utf-8", "surrogatepass")
        found: list[str | None] = []
        start = 0
        for length in lengths:
            found.append(None if length < 0 else joined[start : start + length])
            start += max(length, 0)
        if start != len(joined):
            raise ValueError("fingerprint is cut short")
        return found


def decode(fingerprint: bytes) -> Sketch:
    """The sketch in a fingerprint.

    Raises:
        ValueError: the bytes are no fingerprint, are cut short, or have a format this version cannot read.
    """
    if len(fingerprint) < _HEAD.size or fingerprint[0] != FORMAT:
        raise ValueError(f"no fingerprint of format {FORMAT}")
    head = _HEAD.unpack_from(fingerprint)
    _, time, place, date, slug, title, body, length, revision = head[:9]
    word_count, number_count, title_count, ticker_count, id_count = head[9:]
    reader = _Reader(fingerprint, _HEAD.size)
    words = reader.take(2 * word_count)
    number_bits = reader.take(-(-word_count // 8))
    name_bits = reader.take(-(-word_count // 8))
    values = reader.take(4 * number_count)
    exponents = reader.take(number_count)
    title_words = reader.take(2 * title_count)
    title_number_bits = reader.take(-(-title_count // 8))
    tickers = struct.unpack(f"<{ticker_count}H", reader.take(2 * ticker_count))
    texts = reader.texts(8 + id_count)
    item_id, uri, version, provider, language, pub_status, revision_kind, revises = texts[:8]
    return Sketch(
        item_id=item_id or "",
        uri=uri or "",
        version=version,
        provider=provider or "",
        time=time,
        language=language,
        pub_status=pub_status or "",
        revision_kind=revision_kind,
        revision=None if revision == _NO_REVISION else revision,
        revises=revises,
        alternate_ids=tuple(text or "" for text in texts[8:]),
        place=place,
        date=None if date == _NO_DATE else date,
        tickers=tickers,
        slug=slug,
        title=title,
        body=body,
        length=length,
        words=words,
        number_bits=number_bits,
        name_bits=name_bits,
        values=values,
        exponents=exponents,
        title_words=title_words,
        title_number_bits=title_number_bits,
    )
