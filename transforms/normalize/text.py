"""Text of a wire as readers expect it: white space, control characters, typewriter quotes and dashes.

Nothing here changes a word. What is mended are the traces of teletypes (``` `` ```, `''`, ` _ `), of
typesetting (soft hyphens, ligatures) and of bad decoding (control characters); Unicode is NFC.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# ASCII control characters but tab and newline, Latin-1's, and characters without width that carry no
# meaning (joiners and direction marks do: Persian, Hindi, Arabic).
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
_BLANK = re.compile(
    "[ \t\x0b\x0c\r\n\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f]{2,}"
    "|[\t\x0b\x0c\r\n\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f]"
)
_LIGATURES = {ord(c): unicodedata.normalize("NFKC", c) for c in "ﬀﬁﬂﬃﬄﬅﬆ"}
_HAS_LIGATURE = re.compile("[\ufb00-\ufb06]")
_RULE = re.compile(r"(?:[-_=*.~+#] ?){3,}")


def line(text: str) -> str:
    """One line: control characters off, white space folded, Unicode composed. Quotes stay as sent."""
    if not text.isascii():
        if _HAS_LIGATURE.search(text):
            text = text.translate(_LIGATURES)
        if not unicodedata.is_normalized("NFC", text):
            text = unicodedata.normalize("NFC", text)
        text = _BLANK.sub(" ", _CONTROL.sub("", text))
    elif not text.isprintable() or "  " in text:
        text = " ".join(_CONTROL.sub("", text).split())
    return text.strip()


def optional(text: str | None) -> str | None:
    """`line` of a field that may be missing; None where nothing is left."""
    return (line(text) or None) if text else None


def prose(text: str) -> str:
    """A cleaned line in today's typography.

    Typewriter quotes (``` ``word'' ```, and `''word''` of agencies that have one key for both) become
    straight ones, AP's ` _ ` a dash.
    """
    if "''" in text or "``" in text:
        text = text.replace("``", '"').replace("''", '"')
    if " _ " in text:
        text = text.replace(" _ ", " - ")
    return text


def paragraphs(sent: Iterable[str]) -> list[str]:
    """Cleaned paragraphs, without empty ones and rules (`___`, `* * *`)."""
    found = []
    for paragraph in sent:
        text = line(paragraph)
        if text and not (len(text) < 100 and text[0] in "-_=*.~+#" and _RULE.fullmatch(text)):
            found.append(text)
    return found


def word_count(text: str) -> int:
    """Words of a cleaned text: what stands between blanks, dashes aside. CJK text counts by clauses."""
    if not text:
        return 0
    dashes = text.count(" - ") + text.count(" -- ") + text.count(" – ") + text.count(" — ")
    return text.count(" ") + text.count("\n") + 1 - dashes


def fold(text: str | None) -> str:
    """What two spellings of one text share: letters and digits, case folded, single blanks."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold())) if text else ""


def vocabulary(words: str) -> frozenset[str]:
    """A set of words, written with blanks between them."""
    return frozenset(words.split())
