"""Real files in the encodings that agencies really send, whatever they declare: every letter comes out right."""

from __future__ import annotations

import html
import re
from collections import Counter
from pathlib import Path

import pytest

from schemas.item import Item
from tests.fuzz.way import results

FIELDS = (
    *("headline", "slugline", "byline", "summary", "body_text", "ed_note", "sign_off", "credit_line"),
    *("located", "copyright_holder", "copyright_notice", "usage_terms"),
)
MISREAD = re.compile("[ÂÃ][\x80-\xbf€‚ƒ„†‡ˆ‰Š‹ŒŽ•˜™š›œžŸ]|â€|[ÐÑ][\x80-\x9f€‚ƒ„†‡]|[ØÙ][\x80-\x9f‡†„]")
DECLARED = re.compile(rb"""<\?xml[^>]*encoding=["']([\w-]+)""")


def texts(path: Path) -> list[str]:
    items = [result for result in results(path.read_bytes(), str(path)) if isinstance(result, Item)]
    return [text for item in items for name in FIELDS if (text := getattr(item, name))]


@pytest.fixture(scope="module")
def files(shared: Path) -> list[Path]:
    return sorted(path for path in (shared / "fixtures/raw").rglob("*") if path.is_file())


def test_no_letter_is_lost_and_none_misread(files: list[Path]) -> None:
    wrong = {}
    for path in files:
        damaged = b"\xef\xbf\xbd" in path.read_bytes()  # by its sender
        for text in texts(path):
            if MISREAD.search(text) or ("\ufffd" in text and not damaged):
                wrong[str(path)] = text[:200]
    assert wrong == {}


def test_declared_and_real_encodings(files: list[Path]) -> None:
    """Files that say ISO-8859-1 or nothing: what another decoder makes of their real bytes is what we have."""
    seen: Counter[str] = Counter()
    for path in files:
        data = path.read_bytes()
        match = DECLARED.search(data[:200])
        said = match.group(1).decode().upper() if match else "nothing"
        if data.isascii() or said not in ("ISO-8859-1", "ISO-8859-15", "nothing") or b"\x00" in data[:100]:
            continue
        if "feedparser" in str(path):  # made to be undecodable
            continue
        try:
            letters, real = data.decode("utf-8"), "UTF-8"
        except UnicodeDecodeError:
            letters, real = data.decode("cp1252" if re.search(rb"[\x80-\x9f]", data) else "latin-1"), "other"
            letters = letters.replace("¤", "€") if said.endswith("15") else letters
        known = set(html.unescape(html.unescape(letters))) | set("’…")
        found = {letter for text in texts(path) for letter in text if letter.isalpha() and ord(letter) > 127}
        assert found <= known, path
        if found:
            seen[f"{said} that is {real}"] += 1
    assert seen["ISO-8859-1 that is UTF-8"] >= 3
    assert seen["ISO-8859-1 that is other"] >= 2
    assert seen["nothing that is other"] + seen["ISO-8859-15 that is other"] >= 2
