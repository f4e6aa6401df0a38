"""A sketch, what linking keeps of an item instead of its text, and its bytes: the `fingerprint` column.

It holds the identity the wire gives, hashes of headline, slug line and dateline, and the first 512 words as
16-bit codes, so that two sketches can be compared by shingles and aligned word for word. What candidates are
found by is in it, too: linking, which is serial, has not to work it out. As bytes it takes 600 on the Reuters
wire, 2,000 at most but for long identifiers.
"""

from __future__ import annotations

import struct
from sys import intern
from typing import NamedTuple

import numpy as np

from transforms.dedupe.numbers import Number
from transforms.dedupe.words import Marks, Words

FORMAT = 2
BANDS = 8
OWN_URI = "urn:wirebeam:"  # begins the uris that were made up here, for want of a guid
_NO_DATE = -(2**31)
_NO_REVISION = -(2**31)
# Format, time, place, date, slug, title, body, form, length, revision; counts of words, values, title's
# words, tickers, identifiers.
_HEAD = struct.Struct("<BqIiQQQQIiHHBBB")
_TEXTS = 8  # before the identifiers


def _bits(packed: bytes, count: int) -> Marks:
    return np.unpackbits(np.frombuffer(packed, np.uint8), count=count).astype(np.bool_)


class Sketch(NamedTuple):
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
        form: hash of the text's form (`transforms.dedupe.forms`), 0 for an item without text.
        length: words of the whole text.
        words: the first 512 words, 16 bits each, little-endian.
        number_bits, name_bits: which of them are numbers and names, a bit each.
        values: values of the first 128 numbers, 32-bit floats, little-endian.
        exponents: powers of ten of their last digits, a signed byte each.
        title_words, title_number_bits: the same of the headline's first 32 words.
        bands: candidate keys of the text (`transforms.dedupe.keys`), 64 bits each, little-endian.
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
    form: int
    length: int
    words: bytes
    number_bits: bytes
    name_bits: bytes
    values: bytes
    exponents: bytes
    title_words: bytes
    title_number_bits: bytes
    bands: bytes

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
        sketch.form,
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
        sketch.bands,
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


def _text(text: str | None) -> str:
    """One object for a text that many sketches have: they are held by the hundred thousand."""
    return intern(text) if text else ""


def decode(fingerprint: bytes) -> Sketch:
    """The sketch in a fingerprint.

    Raises:
        ValueError: the bytes are no fingerprint, are cut short, or have a format this version cannot read.
    """
    if len(fingerprint) < _HEAD.size or fingerprint[0] != FORMAT:
        raise ValueError(f"no fingerprint of format {FORMAT}")
    head = _HEAD.unpack_from(fingerprint)
    _, time, place, date, slug, title, body, form, length, revision = head[:10]
    word_count, number_count, title_count, ticker_count, id_count = head[10:]
    bits = -(-word_count // 8)
    numbers = _HEAD.size + 2 * word_count
    names = numbers + bits
    values = names + bits
    exponents = values + 4 * number_count
    title_words = exponents + number_count
    title_numbers = title_words + 2 * title_count
    bands = title_numbers - (-title_count // 8)
    tickers = bands + (8 * BANDS if word_count else 0)
    lengths = tickers + 2 * ticker_count
    texts = lengths + 4 * (_TEXTS + id_count)
    if len(fingerprint) < texts:
        raise ValueError("fingerprint is cut short")
    joined = fingerprint[texts:].decode("utf-8", "surrogatepass")
    found: list[str | None] = []
    start = 0
    for size in struct.unpack_from(f"<{_TEXTS + id_count}i", fingerprint, lengths):
        found.append(None if size < 0 else joined[start : start + size])
        start += max(size, 0)
    if start != len(joined):
        raise ValueError("fingerprint is cut short")
    item_id, uri, version, provider, language, pub_status, revision_kind, revises = found[:_TEXTS]
    return Sketch(
        item_id or "",
        uri or "",
        version,
        _text(provider),
        time,
        language and intern(language),
        _text(pub_status),
        revision_kind and intern(revision_kind),
        None if revision == _NO_REVISION else revision,
        revises,
        tuple(text or "" for text in found[_TEXTS:]),
        place,
        None if date == _NO_DATE else date,
        struct.unpack_from(f"<{ticker_count}H", fingerprint, tickers),
        slug,
        title,
        body,
        form,
        length,
        fingerprint[_HEAD.size : numbers],
        fingerprint[numbers:names],
        fingerprint[names:values],
        fingerprint[values:exponents],
        fingerprint[exponents:title_words],
        fingerprint[title_words:title_numbers],
        fingerprint[title_numbers:bands],
        fingerprint[bands:tickers],
    )
