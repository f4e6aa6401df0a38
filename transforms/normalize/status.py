"""Whether an item may be used: `usable`, `withheld` or `canceled`, in IPTC's words for publishing status."""

from __future__ import annotations

import re
from collections.abc import Sequence

USABLE, WITHHELD, CANCELED = "usable", "withheld", "canceled"

_SAID = {
    "usable": USABLE, "embargoed": USABLE, "published": USABLE, "corrected": USABLE, "stat_usable": USABLE,
    "withheld": WITHHELD, "withhold": WITHHELD, "held": WITHHELD, "hold": WITHHELD, "onhold": WITHHELD,
    "canceled": CANCELED, "cancelled": CANCELED, "cancel": CANCELED, "killed": CANCELED, "kill": CANCELED,
    "withdrawn": CANCELED, "withdraw": CANCELED, "recalled": CANCELED, "recall": CANCELED, "unpublished": CANCELED,
    "deleted": CANCELED, "delete": CANCELED, "retracted": CANCELED, "spiked": CANCELED, "takedown": CANCELED,
    "cancelation": CANCELED, "cancellation": CANCELED,
}  # fmt: skip
_WORDS = re.compile(
    r"^\W*(?:(?:mandatory|story|bulletin|urgent|please)\W+)*(?:(?P<kill>kill|story (?:is )?withdrawn|withdrawn|kill story"
    r"|kill(?:ed)? advisory|storn(?:o|ierung|iert)|annul(?:e|é|ée|ation|lation|lering|leras|leret)|anula(?:ci[oó]n|da|do)"
    r"|annull(?:a|ato|amento)|tilbakekalle(?:s|t)|tilbagekald(?:es|t)|trekkes(?: tilbake)?|ingetrokken|peruttu|cofnięt[eay]"
    r"|анулирован\w*|аннулирован\w*|отзыв)|(?P<hold>withhold|hold for release|do not (?:use|publish)))"
    r"(?=\W*(?:$|[-–—:/!*]|\b(?:story|text|meldung|d[ée]p[eê]che|bericht|saken|nyheten|juttu|notizia)\b))",
    re.I,
)
_STEMS = (
    "kill",
    "withdr",
    "storn",
    "ann",
    "anul",
    "tilb",
    "trekk",
    "inge",
    "perut",
    "cofn",
    "ану",
    "анн",
    "отз",
    "hold",
    "do not",
)
_SENTENCE = re.compile(
    r"\b(?:(?:this|the (?:above|following)|our) (?:story|item|article)|story .{3,120}?) (?:has been|is|was) "
    r"(?:withdrawn|killed|retracted|canceled|cancelled)\b|\b(?:please|editors,?) (?:kill|withdraw|disregard) (?:the|this|our|all)\b"
    r"|\bmeldung .{0,80}?\b(?:wird|ist) (?:hiermit )?(?:storniert|zur[üu]ckgezogen)\b"
    r"|\b(?:veuillez|pri[èe]re de|merci d['e]) ?(?:annuler|supprimer) (?:notre|la|cette)\b",
    re.I,
)
_ADVISORY = 800  # characters of a text that can be a notice and no more


def read(said: str | None, signals: Sequence[str], headline: str | None, paragraphs: Sequence[str]) -> str:
    """The publishing status.

    Args:
        said: as the mark-up has it (`stat:canceled`, `usable`, `KILL`).
        signals: the mark-up's signals; a cancelling one counts where the status is silent.
        headline: with its markers.
        paragraphs: cleaned text; a short one may be nothing but the notice.

    Returns:
        `withheld` or `canceled` where any of them says so, else `usable`.
    """
    found = _said(said) if said else None
    if found in (WITHHELD, CANCELED):
        return found
    for signal in signals:
        if (said_so := _said(signal)) in (WITHHELD, CANCELED):
            return said_so
    for text in (headline or "", paragraphs[0] if paragraphs else ""):
        start = text[:80]
        folded = start.casefold()
        if any(stem in folded for stem in _STEMS) and (match := _WORDS.match(start)):
            return CANCELED if match["kill"] else WITHHELD
    if paragraphs and len(paragraphs) < 6 and sum(map(len, paragraphs)) < _ADVISORY:
        text = " ".join(paragraphs)
        if _SENTENCE.search(text):
            return CANCELED
    return USABLE


def _said(value: str) -> str | None:
    return _SAID.get(re.sub(r"[\W_]+", "", value.rpartition(":")[2].casefold()))
