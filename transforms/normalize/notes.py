"""Notes to editors that stand before a story: what was changed, whom to call, when it may be used."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from transforms.normalize import byline, names, provider
from transforms.normalize.text import vocabulary

_PARAGRAPHS = 8  # how far down a story may begin
_AGENCY = 40  # characters of an agency's name
_NOTE_LENGTH = 1200  # characters
_GLUED = 300  # characters of a note in the lead's own paragraph

_CHANGE = (
    r"adds?|adding|updat(?:es?|ing|ed)|recasts?|recasting|correct(?:s|ing|ed|ion)|clarif(?:ies|ying)"
    r"|fix(?:es|ing)"
    r"|removes?|deletes?|changes?|drops?|releads?|refiles?|repeats?|rewrites?|subs?|ups|edits?|trims?"
    r"|restores?"
    r"|replaces?|rep(?:lacing)?|completes?|minor edits|no change|new throughout|writethru|for more|for a"
    r"|see also"
    r"|eds?|editors?|note|attn|attention|story|this story|an earlier|embargo(?:ed)?|not for|with|pls"
    r"|please|photos?"
    r"|graphic|pix|tv|fyi|optional|moved?|moving|means?|ergänzt|neu|aktualisiert|korrigiert|berichtigt"
    r"|mit|präzisiert"
    r"|actualis|ajoute|précise|corrige|avec|actualiza|añade|agrega|corrige|aclara|amplía|con|atualiza"
    r"|acrescenta|actualisée?s?|actualizad[oa]|atualizad[oa]|aggiornat[oa]|mise à jour|corrigée?s?"
    r"|précisée?s?"
    r"|lead|urgent|\d\w{0,2} l(?:ea)?d|ld|files?|repeating|complet[aeo]|precisa|rectifica|correg|aktuell"
    r"|adiciona|aggiorna|aggiunge|corregge"
)
_BRACKETED = re.compile(rf"[(\[]\s*(?:{_CHANGE})\b", re.I)
_LABELLED = re.compile(
    r"\W{0,4}(?:(?:(?:eds?|editors?|subs|desks?)(?: note)?|note(?: to)? (?:the )?(?:eds?|editors?|users"
    r"|subscribers|desks?)"
    r"|ed(?:itor)?s?['’.]?s? note|attn(?: \w+){0,4}|attention(?: (?:editors|desks|subscribers|all))?"
    r"|achtung(?: redaktionen)?|hinweis(?: an die redaktion(?:en)?)?|nota(?: a(?: los)?)?(?: editores"
    r"| redacci[oó]n)?"
    r"|note aux r[ée]dactions?|nota (?:alla|per la) redazione|til redaktion(?:en|erne)|till redaktionen"
    r"|red\.? anm|anm\. d\. red|correction note|advisory|embargo(?:ed)?(?: notice)?|sperrfrist|sperrvermerk)"
    r"(?:\s*:|\s+-{1,2}\s|\s*[–—]|\.(?=\s[A-Z])|\W*$)"
    r"|embargo(?:ed)? (?:until|till|to|for)\b|sperrfrist\b.{0,60}\d|hold for release\b"
    r"|for (?:immediate )?release\b\W"
    r"|not for (?:publication|release|use) (?:before|until|in)\b|bajo embargo\b|sous embargo\b)",
    re.I,
)
_SHOUTED = re.compile(
    r"(?:ADDS|ADDING|UPDATES?|UPDATING|RECASTS|CORRECTS|CLARIFIES|RELEADS|REFILES|REPEATS|RESENDING|REMOVES|FIXES"
    r"|AJOUTE|ACTUALISE|PRÉCISE|CORRIGE|ACTUALIZA|AÑADE|AGREGA|AMPLÍA|ATUALIZA"
    r"|ERGÄNZT|AKTUALISIERT|NEU)\b:? +(?=.*[a-zà-ÿ])"
)
# How a note or a byline begins that begins with a letter: anything else is the story.
_BEGINNINGS = vocabulary(
    "eds edi ed ed. ed: sub des not att ach hin nota til red anm cor adv emb spe hol for baj sou add upd rec"
    " cla rel ref rep res rem fix ajo act pré aña agr amp atu erg akt neu by by: von par por di di: doo van"
    " av av: af af: tex tek тек авт"
)
_CHANGED = re.compile(
    r"(?:adds|updates|recasts|corrects|clarifies|refiles|repeats|releads|fixes|removes|ajoute|actualise|précise"
    r"|corrige|actualiza|añade|agrega|amplía|atualiza|acrescenta|aggiorna|aggiunge|corregge|ergänzt"
    r"|aktualisiert)\b(?!.*\b(?:said|says|was|were|is|are)\b)",
    re.I,
)
_BRACKET = re.compile(r"[()\[\]]")
_BULLET = re.compile(r"[*•·▪●]\s+(?=\S)|[•▪●](?=[^\W_])")


class Front(NamedTuple):
    """What stands before a story.

    Attributes:
        paragraphs: the story itself.
        notes: notes to editors, as sent.
        bullets: summary lines that begin with a bullet.
        byline: a byline among them, as sent.
    """

    paragraphs: Sequence[str]
    notes: Sequence[str] = ()
    bullets: Sequence[str] = ()
    byline: str | None = None


def is_note(paragraph: str) -> bool:
    """Whether a paragraph before the story speaks to editors, not to readers."""
    if len(paragraph) > _NOTE_LENGTH:
        return False
    if paragraph[:1] in ("(", "["):
        return not paragraph[_closing(paragraph) + 1 :].strip(" .") and bool(_BRACKETED.match(paragraph))
    return bool(_LABELLED.match(paragraph) or (len(paragraph) < _GLUED and _SHOUTED.match(paragraph)))


def speaks_of_changes(line: str) -> bool:
    """Whether a line above a dateline says what is new in a story, without brackets or label."""
    return len(line) < _GLUED and line[-1] not in ".!?" and _CHANGED.match(line) is not None


def _closing(paragraph: str) -> int:
    """Where the bracket closes that opens a paragraph; its last index where it never does."""
    depth = 0
    for match in _BRACKET.finditer(paragraph, 0, _NOTE_LENGTH):
        depth += 1 if match.group() in "([" else -1
        if not depth:
            return match.start()
    return len(paragraph) - 1


def _glued(paragraph: str) -> tuple[str, str] | None:
    """A bracketed note and the lead it stands in front of."""
    if paragraph[:1] not in ("(", "[") or not _BRACKETED.match(paragraph):
        return None
    end = _closing(paragraph) + 1
    rest = paragraph[end:].lstrip(" -–—")
    # `(Adds) said it bought ...`: a firm's name in brackets begins a sentence.
    return (paragraph[:end], rest) if end <= _GLUED and rest and not rest[0].islower() else None


def _completes(line: str) -> bool:
    """Whether a line goes on with a byline: a job title, or the agency of who wrote."""
    return names.is_title(line) or (len(line) <= _AGENCY and provider.named(line) is not None)


def _is_story(paragraph: str) -> bool:
    """Whether a paragraph begins as neither a note nor a byline does."""
    return paragraph[0].isalpha() and paragraph[:3].casefold().strip() not in _BEGINNINGS


def split(paragraphs: Sequence[str]) -> Front:
    """A story without what stands before it.

    Args:
        paragraphs: cleaned, in order. A byline that precedes the story, and one after notes, is taken too.

    Returns:
        The parts; all paragraphs where they are notes throughout, since an advisory is a story of its own.
    """
    if not paragraphs or _is_story(paragraphs[0]):
        return Front(paragraphs)
    noted: list[str] = []
    bullets: list[str] = []
    by: list[str] = []
    start = 0
    rest = list(paragraphs)
    for number, paragraph in enumerate(paragraphs[:_PARAGRAPHS]):
        if not by and _is_story(paragraph):
            break
        if is_note(paragraph):
            noted.append(paragraph)
        elif (glued := _glued(paragraph)) is not None:
            noted.append(glued[0])
            rest[number] = glued[1]
            break
        elif (not by and byline.is_byline(paragraph)) or (by and _completes(paragraph)):
            by.append(paragraph)
        elif paragraph[:1] in "*•·▪●" and _BULLET.match(paragraph):
            bullets.append(paragraph)
        else:
            break
        start += 1
    if not noted and not by and not bullets:
        return Front(paragraphs)
    if start == len(paragraphs):
        return Front([p for p in paragraphs if p not in by], byline=", ".join(by) or None)
    return Front(rest[start:], noted, bullets, ", ".join(by) or None)
