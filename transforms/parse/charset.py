"""The charset of 8-bit text that declares none and is not UTF-8, guessed by what its letters would be.

Wires outside Western Europe still send text in the charsets of their terminals: Windows-1251 and KOI8-R
(Russian), GB 18030, Big5, Shift JIS and EUC. A guess is made only where letters beyond ASCII prevail; the
text must decode without error, and its commonest letters must be those of the language.
"""

from __future__ import annotations

import re

_SAMPLE = 20_000  # bytes looked at
_HIGH = re.compile(rb"[\x80-\xff]")
_LETTER = re.compile(rb"[A-Za-z]")
# The commonest letters: of Russian, Ukrainian and Bulgarian; of Greek, Hebrew, Arabic, Thai; of
# Chinese (simplified and traditional); all kana; all Hangul syllables.
_CYRILLIC = re.compile("[оеаинтсрвлкмдупя]")
_KANA = re.compile("[\u3041-\u30fa]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_SIMPLIFIED = re.compile("[的一是在不了有和人这中大为上个国我以要他时来用们年月日对发出会]")
_TRADITIONAL = re.compile("[的一是在不了有和人這中大為上個國我以要他時來用們年月日對發出會]")
# charset, its commonest characters, and the share of the characters beyond ASCII that they must be
_CHARSETS = (
    ("cp1251", _CYRILLIC, 0.6),
    ("koi8-r", _CYRILLIC, 0.6),
    ("iso8859-5", _CYRILLIC, 0.6),
    ("cp866", _CYRILLIC, 0.6),
    ("cp1253", re.compile("[αιοετσνηυρπκλμςάίόέή]"), 0.7),
    ("cp1255", re.compile("[יוהאלמברתשנםכד]"), 0.7),
    ("cp1256", re.compile("[اليمونرتبةعدسفهكقحأ]"), 0.7),
    ("cp874", re.compile("[านรกอเงมยลวดทตสปบคแพ่้ิีัุ]"), 0.7),
    ("euc_kr", _HANGUL, 0.7),
    ("shift_jis", _KANA, 0.25),
    ("euc_jp", _KANA, 0.25),
    ("gb18030", _SIMPLIFIED, 0.06),
    ("big5", _TRADITIONAL, 0.06),
)


def guess(data: bytes) -> str | None:
    """Python's name of the likeliest charset, None for text in Latin letters and where none fits.

    Args:
        data: bytes that are not UTF-8.
    """
    sample = data[:_SAMPLE]
    high = len(_HIGH.findall(sample))
    if high < 8 or high < len(_LETTER.findall(sample)):
        return None
    best: tuple[float, str] | None = None
    for name, common, least in _CHARSETS:
        text = _decoded(sample, name)
        beyond = sum(character > "\x7f" for character in text)
        share = len(common.findall(text)) / beyond if beyond else 0.0
        if share >= least and (best is None or share / least > best[0]):
            best = (share / least, name)
    return best[1] if best else None


def _decoded(sample: bytes, name: str) -> str:
    """The sample's text; empty where it has an error, but at its very end, where a character may be cut."""
    try:
        return sample.decode(name)
    except UnicodeDecodeError as error:
        return sample[: error.start].decode(name) if error.start > len(sample) - 4 else ""
