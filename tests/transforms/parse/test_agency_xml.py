"""Real agency XML: every file is read or refused, characters come out right, damage never escapes."""

from __future__ import annotations

import contextlib
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.errors import ItemError, Reject
from schemas.item import ParsedItem
from schemas.raw import RawItem
from tests.processor import within
from transforms.parse.document import Document
from transforms.parse.registry import formats, sniff

pytestmark = pytest.mark.shared

_MOJIBAKE = re.compile("\ufffd|Ã[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€")
_TAG = re.compile(rb"(</?)([A-Za-z][\w.:-]*)")
SECONDS = 1.0
VARIANTS = 600


def files(shared: Path) -> list[tuple[str, bytes]]:
    found = []
    for path in sorted((shared / "fixtures/raw").rglob("*")):
        if path.is_file() and (data := path.read_bytes())[:64].lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<"):
            found.append((str(path), data))
    assert len(found) > 300
    return found


def results(data: bytes) -> Iterator[ParsedItem | Reject]:
    document = Document(RawItem("mem:1", data))
    found, _ = sniff(document, formats())
    yield from found.parse(document)


def texts(item: ParsedItem) -> str:
    said = (item.headline, item.slugline, item.byline, item.summary, item.dateline, item.located)
    return "\n".join([*filter(None, said), *item.paragraphs, *item.ed_notes, *item.keywords])


def test_characters_come_out_right(shared: Path) -> None:
    items = 0
    for name, data in files(shared):
        if "feedparser" in name:  # its files are broken on purpose
            continue
        try:
            for result in results(data):
                if isinstance(result, ParsedItem):
                    items += 1
                    assert not _MOJIBAKE.search(texts(result)), name
                    assert not re.search(r"&(?:amp|quot|apos|nbsp|#\d+);|</?p>", texts(result)), name
        except ItemError:
            continue
    assert items > 430


def damaged(data: bytes, chance: random.Random, others: list[tuple[str, bytes]]) -> bytes:
    place = chance.randrange(len(data))
    match chance.randrange(6):
        case 0:
            return data[:place]
        case 1:
            return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]
        case 2:
            return data[place:] + data[:place]
        case 3:
            other = chance.choice(others)[1]
            return data[:place] + other[: chance.randrange(4000)] + data[place:]
        case 4:
            return data.decode("utf-8", "replace").encode(chance.choice(["utf-16", "cp1252"]), "replace")
        case _:  # well-formed still: one kind of element becomes another
            names = sorted({match.group(2) for match in _TAG.finditer(data)}) or [b"p"]
            old, new = (
                chance.choice(names),
                chance.choice([*names, b"p", b"table", b"note", b"nitf", b"NewsItem"]),
            )
            return _TAG.sub(lambda tag: tag.group(1) + (new if tag.group(2) == old else tag.group(2)), data)


def test_damaged_items_are_read_or_refused(shared: Path) -> None:
    found = [(name, data) for name, data in files(shared) if len(data) < 60_000]
    chance = random.Random(4)
    for _ in range(VARIANTS):
        name, data = chance.choice(found)
        data = damaged(data, chance, found)
        with within(SECONDS), contextlib.suppress(ItemError):
            assert all(isinstance(result, ParsedItem | Reject) for result in results(data)), name
