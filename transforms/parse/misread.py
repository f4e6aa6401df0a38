"""UTF-8 that somebody before us read as cp1252 and wrote down so: `GÃ¶teborg`, `Â£4`, `itâ€™s`.

No language has `Ã` or `Â` before a sign such as `¶` or `£`: where a text has one, all its sequences are
taken back. What could be a word's end and a quote (`IRMÃ»`) is no evidence by itself.
"""

from __future__ import annotations

import re

_BYTES = {chr(byte): byte for byte in range(0x80, 0x100)}
for _byte in range(0x80, 0xA0):
    _BYTES[bytes([_byte]).decode("cp1252", "replace")] = _byte
del _BYTES["\ufffd"]
_FOLLOWING = "".join(letter for letter, byte in _BYTES.items() if byte < 0xC0)
_NEXT = f"[{re.escape(_FOLLOWING)}]"
_EVIDENCE = re.compile(f"[ÂÃ][¡-ª¬-º¼-¿]|â€{_NEXT}")
_SEQUENCE = re.compile(f"[Â-ß]{_NEXT}|[à-ï]{_NEXT}{{2}}|[ð-ô]{_NEXT}{{3}}")


def mended(text: str) -> str:
    """The text as it was written; the same text where nothing in it was misread."""
    if ("Â" in text or "Ã" in text or "â€" in text) and _EVIDENCE.search(text):
        return _SEQUENCE.sub(_as_written, text)
    return text


def _as_written(match: re.Match[str]) -> str:
    try:
        return bytes(_BYTES[letter] for letter in match.group()).decode("utf-8")
    except UnicodeDecodeError:
        return match.group()
