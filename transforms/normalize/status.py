"""Whether an item may be used: `usable`, `withheld` or `canceled`, in IPTC's words for publishing status."""

from __future__ import annotations

import re
from collections.abc import Sequence

USABLE, WITHHELD, CANCELED = "usable", "withheld", "canceled"

_SAID = {
    word: status
    for status, words in {
        USABLE: "usable embargoed published corrected",
        WITHHELD: "withheld withhold held hold onhold",
        CANCELED: "canceled cancelled cancel cancelation cancellation killed kill withdrawn withdraw "
        "recalled recall unpublished deleted delete retracted spiked takedown",
    }.items()
    for word in words.split()
}
_WORDS = re.compile(
    r"^\W*(?:(?:mandatory|story|bulletin|urgent|please|achtung|attention)\W+)*"
    r"(?:(?P<kill>(?:kill\W+)*kill|story (?:is )?withdrawn"
    r"|withdrawn|kill story"
    r"|kill(?:ed)? advisory|storn(?:o|ierung|iert)|annul(?:e|é|ée|ation|lation|lering|leras|leret)"
    r"|anula(?:ci[oó]n|da|do)"
    r"|annull(?:a|ato|amento)|tilbakekalle(?:s|t)|tilbagekald(?:es|t)|trekkes(?: tilbake)?|ingetrokken"
    r"|peruttu|cofnięt[eay]"
    r"|анулирован\w*|аннулирован\w*|отзыв)|(?P<hold>withhold|hold for release|do not (?:use|publish)))"
    r"(?=\W*(?:$|[-–—:/!*]|\b(?:(?:de |der )?(?:la |notre |die |il )?"
    r"(?:story|text|meldung|d[ée]p[eê]che|bericht|saken|nyheten|juttu|notizia))\b))"
    r"|^\W*mandatory kill\b",
    re.I,
)
_FIRST = re.compile(r"\W*([^\W_]+)")
_STEMS = (
    "achtung", "annul", "anul", "attention", "bulletin", "cofn", "do", "hold", "ingetr", "kill", "mandatory",
    "perut", "please", "storn", "story", "tilbag", "tilbak", "trekk", "urgent", "withdr", "withh",
    "анул", "аннул", "отзыв",
)  # fmt: skip
_NOTICES = ("withdr", "kill", "retract", "cancel", "disregard", "storniert", "zurück", "annuler", "supprimer")
_SENTENCE = re.compile(
    r"\b(?:(?:this|the (?:above|following)|our) (?:story|item|article)|story .{3,120}?) (?:has been|is|was) "
    r"(?:withdrawn|killed|retracted|canceled|cancelled)\b|\b(?:please|editors,?) (?:kill\b|(?:withdraw"
    r"|disregard) (?:the|this|our|all)\b)"
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
    for text in (headline, paragraphs[0] if paragraphs else None):
        first = _FIRST.match(text) if text else None
        if text and first and first[1].casefold().startswith(_STEMS) and (match := _WORDS.match(text[:80])):
            return WITHHELD if match["hold"] else CANCELED
    if 0 < len(paragraphs) < 6 and sum(map(len, paragraphs)) < _ADVISORY:
        notice = " ".join(paragraphs).casefold()
        if any(map(notice.__contains__, _NOTICES)) and _SENTENCE.search(notice):
            return CANCELED
    return USABLE


def _said(value: str) -> str | None:
    last = re.split(r"[:/#]", value.rstrip("/"))[-1]
    return _SAID.get(re.sub(r"[\W_]+", "", last.casefold()))
