"""How an item becomes a sketch."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import xxhash

from schemas.item import Item
from transforms.dedupe import numbers
from transforms.dedupe.fingerprint import OWN_URI, Sketch, decode, encode
from transforms.dedupe.words import Coded, code, pack

__all__ = ["OWN_URI", "Sketch", "decode", "digest", "encode", "sketch", "sketch_many"]

WORDS_KEPT = 512  # 98 % of real wire stories are whole within them
NUMBERS_KEPT = 128
TITLE_KEPT = 32
IDS_KEPT = 8

_TICKER = re.compile(r"<[^<>\s]{1,12}>")
_TICKERS = re.compile(r"<([A-Za-z]{1,6})(?:\.[A-Za-z]{1,3})?>")
_WORD = re.compile(r"\w+")
_SLUG_PREFIX = re.compile(r"^(?:BC|AM|PM)-+", re.IGNORECASE)


def digest(text: str) -> int:
    """64 bits of a text, never 0."""
    return xxhash.xxh3_64_intdigest(text.encode("utf-8", "surrogatepass")) or 1


def _folded(text: str | None, limit: int = 400) -> int:
    words = _WORD.findall(text[:limit].casefold()) if text else []
    return digest(" ".join(words)) if words else 0


def _tickers(headline: str) -> tuple[int, ...]:
    """Ticker symbols in a headline, exchange off."""
    found = sorted({digest(symbol.casefold()) & 0xFFFF for symbol in _TICKERS.findall(headline[:400])})
    return tuple(found[:4])


def _values(coded: Coded, kept: int) -> tuple[float, ...]:
    return tuple(
        float(np.float32(numbers.value(token, unit)))
        for token, unit in zip(coded.numbers[:kept], coded.units, strict=False)
    )


def sketch(item: Item) -> Sketch:
    """The sketch of an item. An item without a text is sketched from its headline alone."""
    body = code(item.body_text)
    title = code(_TICKER.sub(" ", item.headline or "")[:400])
    words, kinds = body.words[:WORDS_KEPT], body.classes[:WORDS_KEPT]
    where = item.dateline
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
        place=_folded((where.place_text or "").split(",")[0]) & 0xFFFFFFFF if where else 0,
        date=where.date if where else None,
        tickers=_tickers(item.headline or ""),
        slug=_folded(_SLUG_PREFIX.sub("", item.slugline)) if item.slugline else 0,
        title=digest(title.words.tobytes().hex()) if len(title.words) else 0,
        body=digest(" ".join(item.body_text.split())) if len(body.words) else 0,
        length=len(body.words),
        words=words.astype("<u2").tobytes(),
        classes=pack(kinds),
        values=_values(body, NUMBERS_KEPT),
        title_words=title.words[:TITLE_KEPT].astype("<u2").tobytes(),
        title_classes=pack(title.classes[:TITLE_KEPT]),
    )


def sketch_many(items: Iterable[Item]) -> list[Sketch]:
    """The sketches of several items, in order."""
    return [sketch(item) for item in items]
