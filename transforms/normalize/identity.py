"""What makes an item the same item: a URN where the wire gives no guid, and the id of a version.

Both are functions of what the wire says, so that a redelivery has the same ones, however its bytes were
wrapped. Hashes are BLAKE2b: the same on every machine and in every process.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from hashlib import blake2b

_SAFE = re.compile(r"[^A-Za-z0-9.]+")
_SLUG = 40  # characters of a slug that go into a URN


def urn(
    provider: str,
    day: int | None,
    *,
    service_number: str | None,
    slugline: str | None,
    content: Iterable[str | None],
) -> str:
    """A stable `urn:wirebeam:` for an item without a guid.

    Args:
        provider: agency key.
        day: an instant of the item's day, microseconds since the epoch (UTC); None where it has none.
        service_number: transmission number of ANPA 1312 or IPTC 7901.
        slugline: as sent, markers off. Numbers run out and begin again within a day (339 of 9,956 on
            Reuters' wire of 1987), so that number and day alone would join unlike stories.
        content: texts that identify an item without a number: headline, text.
    """
    date = (
        "undated"
        if day is None
        else f"{dt.date(1970, 1, 1) + dt.timedelta(days=day // 86_400_000_000):%Y%m%d}"
    )
    number = _SAFE.sub("-", service_number or "").strip("-")
    slug = _SAFE.sub("-", slugline or "").strip("-")[:_SLUG].rstrip("-")
    if number and slug:
        return f"urn:wirebeam:{provider}:{date}:{number}:{slug}"
    local = digest(content, 8)
    return (
        f"urn:wirebeam:{provider}:{date}:{number}:{local}"
        if number
        else f"urn:wirebeam:{provider}:{date}:{local}"
    )


def item_id(uri: str, version: str | None, stamp: int | None, content: Iterable[str | None]) -> str:
    """32 hex digits for this very version of an item.

    Args:
        uri: the item's.
        version: as delivered.
        stamp: version_created, microseconds since the epoch (UTC); None where only the run's clock gave it.
        content: texts whose change makes another version, compared without case and white space, which
            differ between deliveries of one version.
    """
    return digest((uri, version, None if stamp is None else str(stamp), *map(_fold, content)), 16)


def _fold(text: str | None) -> str | None:
    return text.casefold().replace(" ", "").replace("\n", "") if text else None


def digest(parts: Iterable[str | None], size: int) -> str:
    """Hex digits of a BLAKE2b of that many bytes over texts, with what is missing kept apart from empty."""
    pieces: list[bytes] = []
    for part in parts:
        if part is None:
            pieces.append(b"-")
        else:
            data = part.encode("utf-8", "surrogatepass")
            pieces += (b"+%d:" % len(data), data)
    return blake2b(b"".join(pieces), digest_size=size).hexdigest()
