"""Notes to editors that stand before a story: what was changed, whom to call, when it may be used."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from transforms.normalize import byline

_PARAGRAPHS = 8  # how far down a story may begin
_NOTE_LENGTH = 1200  # characters

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
    r"|acrescenta"
    r"|adiciona|aggiorna|aggiunge|corregge"
)
_BRACKETED = re.compile(rf"[(\[]\s*(?:{_CHANGE})\b", re.I)
_LABELLED = re.compile(
    r"(?:\W{0,4})(?:eds?|editors?|note(?: to)? (?:the )?(?:eds?|editors?|users|subscribers|desks?)"
    r"|editor'?s'? notes?"
    r"|ed\.? note|attn|attention(?: editors)?|achtung(?: redaktionen)?"
    r"|hinweis(?: an die redaktion(?:en)?)?|nota(?: a)? (?:los )?"
    r"(?:editores|redacci[oó]n|redazione)|note aux r[ée]dactions?|attenzione|til redaktion(?:en|erne)"
    r"|till redaktionen"
    r"|red\.? anm|anm\. d\. red|updates? with|recasts?|adds? details|eds note|correction note|advisory"
    r"|embargo(?:ed|)?(?: until| till| to| for)?|sperrfrist|sperrvermerk|hold for release|for release"
    r"|for (?:immediate|use)|not for (?:publication|release|use)|bajo embargo|sous embargo"
    r"|with (?:pictures?|photos?|graphics?))"
    r"\b[^:.]{0,40}?(?::|\s-{1,2}\s|–|—|\.(?=\s|$)|$|(?=\s\d))",
    re.I,
)
_BULLET = re.compile(r"[*•·▪●]\s+(?=\S)|[•▪●](?=[^\W_])")


@dataclass(frozen=True, slots=True)
class Front:
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
    first = paragraph[:1]
    if first in "([":
        return paragraph.rstrip(" .")[-1:] in ")]" and bool(_BRACKETED.match(paragraph))
    return (first.isalpha() and _guard(paragraph) and bool(_LABELLED.match(paragraph))) or (
        first in "-*_/#=!" and bool(_LABELLED.match(paragraph))
    )


_FIRST_LETTERS = frozenset("eEnNaAhHtTrRuUcCfFbBsSwW")


def _guard(paragraph: str) -> bool:
    return paragraph[0] in _FIRST_LETTERS


def split(paragraphs: Sequence[str]) -> Front:
    """A story without what stands before it.

    Args:
        paragraphs: cleaned, in order. A byline that precedes the story, and one after notes, is taken too.

    Returns:
        The parts; all paragraphs where they are notes throughout, since an advisory is a story of its own.
    """
    noted: list[str] = []
    bullets: list[str] = []
    by: list[str] = []
    start = 0
    for paragraph in paragraphs[:_PARAGRAPHS]:
        if is_note(paragraph):
            noted.append(paragraph)
        elif not by and byline.is_byline(paragraph):
            by.append(paragraph)
        elif paragraph[:1] in "*•·▪●" and _BULLET.match(paragraph):
            bullets.append(paragraph)
        else:
            break
        start += 1
    if not start:
        return Front(paragraphs)
    if start == len(paragraphs):
        return Front(
            paragraphs if not by else [p for p in paragraphs if p not in by], byline=by[0] if by else None
        )
    return Front(paragraphs[start:], noted, bullets, by[0] if by else None)
