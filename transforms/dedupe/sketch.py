"""How an item becomes a sketch."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

import numpy as np
import xxhash

from schemas.item import Item
from transforms.dedupe.fingerprint import OWN_URI, Sketch, decode, encode
from transforms.dedupe.forms import form
from transforms.dedupe.keys import bands
from transforms.dedupe.words import Marks, code, code_briefly, digest

__all__ = ["OWN_URI", "Sketch", "decode", "encode", "sketch", "sketch_many"]

WORDS_KEPT = 512  # 97 % of the stories on the Reuters wire are whole within them
NUMBERS_KEPT = 128
TITLE_KEPT = 32
IDS_KEPT = 8
_FIELD_LIMIT = 400  # code points read of a headline, slug line or place

_TICKER = re.compile(r"<[^<>\s]{1,12}>|\([A-Z]{1,6}(?::\s?[A-Z]{1,6}|\.[A-Z]{1,3})\)")
_SYMBOL = re.compile(
    r"<([A-Za-z]{1,6})(?:\.[A-Za-z]{1,3})?>|\((?:[A-Z]{1,6}:\s?([A-Z]{1,6})|([A-Z]{1,6})\.[A-Z]{1,3})\)"
)
_WORD = re.compile(r"\w+")
_CYCLE = re.compile(r"(?:BC|AM|PM)-+", re.IGNORECASE)  # desks' cycle marks


@functools.lru_cache(maxsize=4096)
def _folded(text: str) -> int:
    words = _WORD.findall(text.casefold())
    return digest(" ".join(words)) if words else 0


def _symbols(headline: str) -> tuple[int, ...]:
    """Ticker symbols in a headline, exchanges off: at most four."""
    found = {digest("".join(symbol).casefold()) & 0xFFFF for symbol in _SYMBOL.findall(headline)}
    return tuple(sorted(found)[:4])


def _packed(marks: Marks, kept: int) -> bytes:
    return np.packbits(marks[:kept]).tobytes()


def _pointed_at(item: Item) -> int:
    targets = sorted(association.uri for association in item.associations if association.uri)
    return digest("\n".join(targets)) if targets else 0


def sketch(item: Item) -> Sketch:
    """The sketch of an item: a pure function of it."""
    body = code(item.body_text, numbers=NUMBERS_KEPT)
    headline = (item.headline_text or "")[:_FIELD_LIMIT]
    tickers: tuple[int, ...] = ()
    if "<" in headline or "(" in headline:
        tickers = _symbols(headline)
        headline = _TICKER.sub(" ", headline)
    title_words, title_numbers = code_briefly(headline)
    words = body.words[:WORDS_KEPT].astype("<u2")
    title = np.array(title_words, "<u2").tobytes()
    where = item.dateline
    # The city alone: whether its state or country stands behind it differs between versions.
    city = (where.place_text or "")[:_FIELD_LIMIT].split(",", 1)[0] if where else ""
    return Sketch(
        item_id=item.item_id,
        uri=item.uri,
        version=item.version,
        provider=item.provider,
        time=item.version_created,
        language=item.language,
        pub_status=item.pub_status,
        revision_kind=item.revision_kind,
        revision=item.revision,
        revises=item.revises,
        alternate_ids=tuple(item.alternate_ids)[:IDS_KEPT],
        place=_folded(city) & 0xFFFFFFFF,
        date=where.date if where else None,
        tickers=tickers,
        slug=_folded(_CYCLE.sub("", item.slugline_text[:_FIELD_LIMIT])) if item.slugline_text else 0,
        title=xxhash.xxh3_64_intdigest(title) or 1 if title else 0,
        body=body.digest or _pointed_at(item),
        form=form(words, body.is_number[:WORDS_KEPT], body.is_name[:WORDS_KEPT]),
        length=len(body.words),
        words=words.tobytes(),
        number_bits=_packed(body.is_number, WORDS_KEPT),
        name_bits=_packed(body.is_name, WORDS_KEPT),
        values=np.array([number.value for number in body.numbers], "<f4").tobytes(),
        exponents=np.array([number.exponent for number in body.numbers], np.int8).tobytes(),
        title_words=title[: 2 * TITLE_KEPT],
        title_number_bits=np.packbits(title_numbers[:TITLE_KEPT]).tobytes() if title else b"",
        bands=bands(words),
    )


def sketch_many(items: Iterable[Item]) -> list[Sketch]:
    """The sketches of several items, in order."""
    return [sketch(item) for item in items]
