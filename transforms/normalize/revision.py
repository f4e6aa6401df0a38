"""Revision markers: what a headline, slug or signal says about an item's place in its chain.

CORRECTED-…   (CORRECTED) - …   UPDATE 2-…   RPT-…   REFILE-…   WRAPUP 3-…   ADVISORY-…   KILL-…
BC-Storm, 1st Ld-Writethru   AM-STORM-1STLD   (LEAD) …   (2nd LD) …   SLUG (UPDATE 1, PIX)
KORR: …   Berichtigung: …   N i e u w bericht, vervangt …   ///KORJATTU…///   (Corrects year in …)
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from transforms.normalize.text import vocabulary

UPDATE, CORRECTION, REPEAT, ADVISORY, KILL = "update", "correction", "repeat", "advisory", "kill"

_SLUG = 300  # characters; what is longer is no slug
_RANK = {KILL: 4, CORRECTION: 3, REPEAT: 2, UPDATE: 1, ADVISORY: 0}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7}
_PREFIX = re.compile(
    r"[\s*/<>+=-]*(?P<open>[(\[【［（]?)\s*"
    r"(?:(?P<before>\d{1,2})(?:(?:st|nd|rd|th|\.|º|ª|er|e|ème)?\s+|(?=[\u3400-\u9fff\uac00-\ud7af])))?"
    r"(?P<words>[^\W\d_]+(?:[ -][^\W\d_]+){0,2}?)"
    r"(?:\s*(?:no\.?|nr\.?|#)?\s*(?P<after>\d{1,2}))?\s*(?P<close>[)\]】］）]?)"
    r"\s*(?P<mark>[-–—:：/]+|\.{3}|(?<=[)\]】］）]))\s*",
    re.I,
)
_SET_OFF = re.compile(r"[-–—:：/)\]】］）]|\.{3}")  # what closes a prefix: without it there is none
_LD = re.compile(
    r"[\s,(/-]*\b(?:(?P<number>\d{1,2})(?:st|nd|rd|th)|(?P<ordinal>first|second|third|fourth|fifth|new))"
    r"[\s-]?(?:ld|lead|lede)s?\b\)?(?:[\s(-]{0,2}(?:write-?thr(?:u|ough)|add|sub|pickup"
    r"|correction))?\)?\W*(?=$|,|\s|-)",
    re.I,
)
_WRITETHRU = re.compile(r"[\s,(-]*\bwrite-?thr(?:u|ough)\b\)?", re.I)
_SUFFIX = re.compile(
    r"\s*[(\[](?P<words>[^\W\d_]+)(?:\s+(?P<number>\d{1,2}))?(?P<rest>,[^()\[\]]*)?[)\]]\s*$"
)
_REPLACES = re.compile(
    r"\W*(?:n ?i ?e ?u ?w|nieuw|nouveau|new)\s+(?:bericht|message|story)\W+(?:vervangt|remplace|replaces)\b",
    re.I,
)
_SHOUTED = re.compile(r"^\W*([^\W\d_]+)")
_NOTE = re.compile(
    r"[\s(\[]*(?:company )?(?P<words>corrects?|correcting|corrected|correction|refiles?|clarif(?:ies"
    r"|ying)|updat(?:es?|ing)"
    r"|recasts?|adds?|adding|repeats?|repeating|releads?|subs|writethru|korrigiert|korrektur|berichtigt"
    r"|berichtigung|ergänzt"
    r"|aktualisiert|corrige|actualise|actualiza|añade|agrega|amplía|atualiza|acrescenta|aggiorna|corregge)\b",
    re.I,
)
_SLASHES = re.compile(r"\s*/{2,3}\s*(?P<word>\w{3,20})(?:[ :.][^/\n]{0,40})?/{0,3}$")
_SIGNALS = {
    UPDATE: "update updated replace supplement writethru u appendmajorcontent minorupdate",
    CORRECTION: "correction corrected correct c korrbericht korrektur berichtigung",
    REPEAT: "repeat resend wiederholung",
    ADVISORY: "advisory",
    KILL: "kill killed cancel canceled cancelled delete withdraw withdrawn",
}
_OF_SIGNAL = {code: kind for kind, codes in _SIGNALS.items() for code in codes.split()}
_SCHEMES = vocabulary("sig action edstat tt_sig update signal status instruction evolution")


@functools.cache
def _markers() -> tuple[dict[str, str], frozenset[str]]:
    """Kind of each marker, and those that begin headlines too: `schemas/data/markers.toml`."""
    table = tomllib.loads(resources.files("schemas").joinpath("data/markers.toml").read_text("utf-8"))
    bare = frozenset(table.pop("bare"))
    return {
        word: kind for kind, languages in table.items() for words in languages.values() for word in words
    }, bare


@dataclass(frozen=True, slots=True)
class Revision:
    """What the markers say.

    Attributes:
        kind: `update`, `correction`, `repeat`, `advisory`, `kill`, or None.
        number: number in the marker (2 of `UPDATE 2-`, 3 of `3rd Ld`).
        headline, slugline: without their markers.
    """

    kind: str | None
    number: int | None
    headline: str | None
    slugline: str | None


def read(
    headline: str | None,
    slugline: str | None,
    signals: Sequence[str] = (),
    notes: Sequence[str] = (),
    canceled: bool = False,
) -> Revision:
    """Kind and number of a revision, from headline, slug, signals, notes to editors and status.

    The gravest word wins (a corrected update is a correction), the first number counts. A marker is
    taken out of headline and slug where something sets it off: a dash, a colon, brackets.
    """
    kinds: list[str] = []
    numbers: list[int] = []
    if headline:
        headline = _strip(headline, kinds, numbers)
    if slugline:
        slugline = _strip_slug(slugline, kinds, numbers)
    for signal in signals:
        if found := of_signal(signal):
            kinds.append(found)
        elif len(signal) <= _SLUG and not _ld(signal, kinds, numbers) and _WRITETHRU.search(signal):
            kinds.append(UPDATE)  # AP's version line: `Writethru, a0123`, `1st Ld-Writethru`
    if not kinds:
        kinds += [kind for note in notes if (kind := of_note(note))]
    if canceled:
        kinds.append(KILL)
    kind = max(kinds, key=lambda found: _RANK[found], default=None)
    return Revision(kind, numbers[0] if numbers else None, headline or None, slugline or None)


def of_signal(signal: str) -> str | None:
    """Kind that a signal of the mark-up stands for (`sig:correction`, `action:replace`, `KORR-Bericht`)."""
    scheme, _, code = signal.rpartition(":")
    word = re.sub(r"[\W_]+", "", code.casefold())
    if len(word) < 3 and scheme.casefold() != "edstat":
        return None
    if scheme and scheme.casefold() not in _SCHEMES:
        return None
    return _OF_SIGNAL.get(word)


def of_note(note: str) -> str | None:
    """Kind that a note to editors stands for (`(Corrects year in third paragraph)`)."""
    if not (match := _NOTE.match(note)):
        return None
    word = match["words"].casefold()
    if word.startswith(("corr", "korr", "beri", "clar", "refil")):
        return CORRECTION
    return REPEAT if word.startswith("repeat") else UPDATE


def _strip(text: str, kinds: list[str], numbers: list[int]) -> str:
    """A headline without the markers at its beginning and end."""
    for _ in range(3):
        if _REPLACES.match(text):
            kinds.append(UPDATE)
            break
        start = text[:60]
        match = _PREFIX.match(start) if _SET_OFF.search(start) else None
        if match is None or match.end() >= len(text):
            break
        kind = _kind(match)
        if kind is None:
            break
        kinds.append(kind)
        if number := match["before"] or match["after"]:
            numbers.append(int(number))
        text = text[match.end() :]
    if (
        text[:1] in "(["
        and (match := re.match(r"[(\[]([^()\[\]]{2,20})[)\]]\s*", text))
        and _ld(match[1], kinds, numbers)
    ):
        text = text[match.end() :]
    if (
        # Finnish desks put the marker behind the headline: `Jäätie avattiin ///KORJATTU///`.
        "//" in text
        and (match := _SLASHES.search(text[-80:]))
        and (kind := _markers()[0].get(match["word"].casefold()))
    ):
        kinds.append(kind)
        text = text[: len(text) - len(match.group())]
    if (
        text[-1:] in ")]"
        and (match := _SUFFIX.search(text[-60:]))
        and (kind := _markers()[0].get(match["words"].casefold()))
    ):
        kinds.append(kind)
        if match["number"]:
            numbers.append(int(match["number"]))
        if not match["rest"]:
            text = text[: len(text) - len(match.group())]
    return text


def _kind(match: re.Match[str]) -> str | None:
    """Kind that a prefix stands for, None for the beginning of a headline like any other."""
    kinds, bare = _markers()
    said, mark = match["words"], match["mark"]
    words = said.casefold()
    shouted = said.isupper() or said.lower() == said.upper()  # scripts without capitals
    kind = kinds.get(words)
    if kind is None and shouted and mark[:1] in "-:" and (" " in words or "-" in words):
        # `CORRECTED BANK NOTES-` marks as `CORRECTED-` does: the slug of the story comes between.
        first = re.split("[ -]", words)[0]
        kind = kinds.get(first) if first not in bare else None
    if kind is None:
        return None
    if kind == KILL and not (shouted and mark) and not match["close"]:
        return None
    set_off = bool(match["open"] and match["close"]) or bool(match["before"] or match["after"])
    if set_off:
        return kind
    if words in bare:
        return kind if shouted and mark[:1] == "-" else None
    # `Update - ...` may be a title and `Update/...` a section: mixed case needs a colon.
    return kind if mark and (shouted or mark[:1] in (":", "：")) else None


def _ld(text: str, kinds: list[str], numbers: list[int]) -> bool:
    if not (match := _LD.search(f" {text}")):
        return False
    kinds.append(UPDATE)
    if number := match["number"]:
        numbers.append(int(number))
    elif match["ordinal"].casefold() in _ORDINALS:
        numbers.append(_ORDINALS[match["ordinal"].casefold()])
    return True


def _strip_slug(slug: str, kinds: list[str], numbers: list[int]) -> str:
    """A slug without its markers; words inside a slug's own note (`///KORJATTU …///`) only count."""
    if len(slug) > _SLUG:
        return slug
    folded = slug.casefold()
    if "ld" in folded or "lead" in folded or "lede" in folded:
        if _ld(slug, kinds, numbers):
            slug = _LD.sub("", f" {slug}").strip()
            slug = _WRITETHRU.sub("", slug)
    elif "writethr" in folded:
        kinds.append(UPDATE)
        slug = _WRITETHRU.sub("", slug)
    if slug.startswith("///"):
        if (match := _SHOUTED.match(slug)) and (kind := _markers()[0].get(match[1].casefold())):
            kinds.append(kind)
        return slug
    cycle = re.match(r"(?:BC|AM|PM)-[*/]*", slug)
    head, rest = (slug[: cycle.end()], slug[cycle.end() :]) if cycle else ("", slug)
    return head + _strip(rest, kinds, numbers)
