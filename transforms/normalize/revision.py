"""Revision markers: what a headline, slug or signal says about an item's place in its chain.

CORRECTED-…   (CORRECTED) - …   UPDATE 2-…   RPT-…   REFILE-…   WRAPUP 3-…   ADVISORY-…   KILL-…
BC-Storm, 1st Ld-Writethru   AM-STORM-1STLD   (LEAD) …   (2nd LD) …   SLUG (UPDATE 1, PIX)
KORR: …   Berichtigung: …   N i e u w bericht, vervangt …   ///KORJATTU…///   (Corrects year in …)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

UPDATE, CORRECTION, REPEAT, ADVISORY, KILL = "update", "correction", "repeat", "advisory", "kill"

_TABLE: dict[str, str] = {
    UPDATE: (
        "update|updated|updates|wrapup|wrap|wrap-up|lead|new lead|sub|subs|writethru|writethrough|newer|upd|2nd update"
        "|roundup|neu|neufassung|aktualisiert|aktualisierung|ergänzt|ergänzung|zusammenfassung|actualisation|actualisé"
        "|maj|mise à jour|actualiza|actualización|actualizado|ampliación|amplía|avance|atualiza|atualização|atualizada"
        "|aggiorna|aggiornamento|aggiornato|nieuw|nieuw bericht|vervangt|bijgewerkt|uppdatering|uppdaterad|uppdaterat"
        "|oppdatert|oppdatering|ny versjon|opdateret|opdatering|ny version|täydennetty|päivitetty|обновление|обновлено"
        "|дополненный|aktualizacja"
    ),
    CORRECTION: (
        "corrected|correction|corrects|correct|corr|corrective|refile|refiled|clarification|clarified|korr|korrektur"
        "|korrigiert|berichtigung|berichtigt|richtigstellung|rectificatif|rectification|correctif|corrigé|erratum"
        "|corrección|corrige|corregido|corregida|rectificación|fe de errores|correção|corrigido|corrigida|corretto"
        "|correzione|rettifica|errata corrige|errata|correctie|rectificatie|rättelse|rättad|rättat|rettelse|rettet"
        "|korrigert|korreksjon|berigtigelse|korjattu|korjaus|oikaisu|исправление|исправленный|уточнение|poprawka|korekta"
    ),
    REPEAT: (
        "rpt|repeat|repeats|repeated|repeating|resend|resent|retransmission|wiederholung|wdh|wdhlg|répétition|repetition"
        "|rappel|repite|repetición|repetido|repete|repetição|ripetizione|ripete|herhaling|upprepning|gjentakelse"
        "|gentagelse|toisto|uusinta|повтор|powtórka"
    ),
    ADVISORY: "advisory|advisories|news advisory|editors advisory|note to editors|attention editors|hinweis|avviso|aviso",
    KILL: (
        "kill|killed|kill advisory|story kill|mandatory kill|bulletin kill|withdrawn|withdrawal|story withdrawn|withdraw"
        "|retraction|retracted|storno|stornierung|storniert|zurückgezogen|annulation|annulé|annule|anulación|anulado"
        "|anulada|anula|anulação|annullamento|annulla|annullato|annulering|ingetrokken|annulleras|annullering"
        "|tilbakekalles|trekkes|annulleret|tilbagekaldes|peruttu|аннулирование|отзыв|anulowano"
    ),
}
_KINDS = {word: kind for kind, words in _TABLE.items() for word in words.split("|")}
_ALONE = frozenset(
    "lead sub subs wrap neu hinweis corr rappel avance errata avviso aviso correct sub corrects".split()
)
"""Words that begin headlines too: a marker only in brackets, with a number, or right before a dash."""

_RANK = {KILL: 4, CORRECTION: 3, REPEAT: 2, UPDATE: 1, ADVISORY: 0}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7}
_PREFIX = re.compile(
    r"[\s*/<>+=-]*(?P<open>[(\[]?)\s*(?:(?P<before>\d{1,2})(?:st|nd|rd|th|\.|º|ª|er|e|ème)?\s+)?"
    r"(?P<words>[^\W\d_]+(?:[ -][^\W\d_]+){0,2}?)"
    r"(?:\s*(?:no\.?|nr\.?|#)?\s*(?P<after>\d{1,2}))?\s*(?P<close>[)\]]?)"
    r"\s*(?P<mark>[-–—:/]+|\.{3}|(?<=[)\]]))\s*",
    re.I,
)
_LD = re.compile(
    r"[\s,(/-]*\b(?:(?P<number>\d{1,2})(?:st|nd|rd|th)|(?P<ordinal>first|second|third|fourth|fifth|new))"
    r"[\s-]?(?:ld|lead|lede)s?\b\)?(?:[\s(-]{0,2}(?:write-?thr(?:u|ough)|add|sub|pickup|correction))?\)?\W*(?=$|,|\s|-)",
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
    r"[\s(\[]*(?:company )?(?P<words>corrects?|correcting|corrected|correction|refiles?|clarif(?:ies|ying)|updat(?:es?|ing)"
    r"|recasts?|adds?|adding|repeats?|repeating|releads?|subs|writethru|korrigiert|korrektur|berichtigt|berichtigung|ergänzt"
    r"|aktualisiert|corrige|actualise|actualiza|añade|agrega|amplía|atualiza|acrescenta|aggiorna|corregge)\b",
    re.I,
)
_SIGNALS = {
    "update": UPDATE, "updated": UPDATE, "replace": UPDATE, "supplement": UPDATE, "writethru": UPDATE, "u": UPDATE,
    "appendmajorcontent": UPDATE, "minorupdate": UPDATE, "correction": CORRECTION, "corrected": CORRECTION, "c": CORRECTION,
    "korrbericht": CORRECTION, "correct": CORRECTION, "repeat": REPEAT, "resend": REPEAT, "advisory": ADVISORY,
    "kill": KILL, "killed": KILL, "cancel": KILL, "canceled": KILL, "cancelled": KILL, "delete": KILL, "withdraw": KILL,
    "withdrawn": KILL, "berichtigung": CORRECTION, "korrektur": CORRECTION, "wiederholung": REPEAT,
}  # fmt: skip
_SCHEMES = frozenset("sig action edstat tt_sig update signal status instruction evolution".split())


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
    kinds += [kind for signal in signals if (kind := of_signal(signal))]
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
    return _SIGNALS.get(word)


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
        if not (match := _PREFIX.match(text[:60])) or match.end() >= len(text):
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
        text[-1:] in ")]"
        and (match := _SUFFIX.search(text[-60:]))
        and (kind := _KINDS.get(match["words"].casefold()))
    ):
        kinds.append(kind)
        if match["number"]:
            numbers.append(int(match["number"]))
        if not match["rest"]:
            text = text[: len(text) - len(match.group())]
    return text


def _kind(match: re.Match[str]) -> str | None:
    words = match["words"].casefold()
    kind = _KINDS.get(words)
    if kind is None and ("-" in words or " " in words):
        first = re.split(r"[ -]", words)[0]
        kind = _KINDS.get(first) if match["words"].isupper() and first not in _ALONE else None
        if kind and match["mark"].strip() not in ("-", ":"):
            return None
    if kind is None:
        return None
    bracketed = bool(match["open"] and match["close"])
    if match["mark"] == "" and not bracketed:
        return None
    tight = match["mark"][:1] == "-" and match["words"].isupper()
    if words in _ALONE and not (bracketed or tight or match["before"] or match["after"]):
        return None
    # `Update - …` may be a title, `Update/…` a section: mixed case needs a colon, brackets or a number.
    if (
        not match["words"].isupper()
        and match["mark"][:1] not in ":"
        and not (bracketed or match["after"] or match["before"])
    ):
        return None
    return kind


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
    folded = slug.casefold()
    if "ld" in folded or "lead" in folded or "lede" in folded:
        if _ld(slug, kinds, numbers):
            slug = _LD.sub("", f" {slug}").strip()
            slug = _WRITETHRU.sub("", slug)
    elif "writethr" in folded:
        kinds.append(UPDATE)
        slug = _WRITETHRU.sub("", slug)
    if slug.startswith("///"):
        if (match := _SHOUTED.match(slug)) and (kind := _KINDS.get(match[1].casefold())):
            kinds.append(kind)
        return slug
    cycle = re.match(r"(?:BC|AM|PM)-[*/]*", slug)
    head, rest = (slug[: cycle.end()], slug[cycle.end() :]) if cycle else ("", slug)
    return head + _strip(rest, kinds, numbers)
