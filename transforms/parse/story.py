"""The parts of a story that plain text carries: section, headline, deck, byline, notes, paragraphs.

Text, ANPA 1312, IPTC 7901, ZCZC and e-mail items share this reading. Nothing marks the parts but their
order (section, headline, deck, byline, dateline and body), their shape and their case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.item import Subject
from transforms.parse.cues import credit, has_agency, is_byline, is_dateline, is_job, is_note, is_stopped
from transforms.parse.fields import Fields
from transforms.parse.lines import HARD_WRAP, INDENT, fold, indent, paragraphs

_SEGMENTS = 9  # segments that may stand before a body
_SEGMENT_LINES = 5  # lines that one of them may have
_HEAD_LINES = 40
_LETTERS = re.compile(r"[\W_]+")
_HEADLINE = 320  # characters
_DECK = 700


@dataclass(frozen=True, slots=True)
class Story:
    """What a plain text gave: the parts before the body, and the body's paragraphs."""

    section: str | None = None
    headline: str | None = None
    summary: str | None = None
    byline: str | None = None
    credit: str | None = None
    notes: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = ()

    def put(self, fields: Fields, origin: str) -> None:
        """Hand the parts to an item's fields; `origin` names the text they stood in."""
        fields.put("headline", self.headline, f"{origin}: first line")
        fields.put("summary", self.summary, f"{origin}: lines between headline and dateline")
        fields.put("byline", self.byline, f"{origin}: byline")
        fields.put("credit_line", self.credit, f"{origin}: source line")
        fields.put("paragraphs", self.paragraphs, origin)
        for note in self.notes:
            fields.add("ed_notes", note, f"{origin}: note before the text")
        if self.section:
            fields.add("subjects", Subject("section", None, self.section), f"{origin}: section line")


@dataclass(slots=True)
class _Segment:
    """Lines of the head that no blank line, indent or change of part separates."""

    kind: str  # text, headline, byline, note, credit or dateline
    lines: list[str]
    end: int  # index of the line after it
    indented: bool
    gap: bool = False  # a blank line follows

    @property
    def text(self) -> str:
        return fold(" ".join(self.lines))


def read(lines: Sequence[str], headline: str | None = None) -> Story:
    """The story that a text's lines tell.

    Args:
        lines: cleaned lines in order, without framing or header; leading white space counts.
        headline: where the format gives it apart; the lines may repeat it.

    Returns:
        The parts; the dateline stays in the first paragraph and the sign-off in the last. A text of one
        or two short lines is a headline without a body (a bulletin, a snap).
    """
    segments = _segments(lines, headline)
    count = _head(segments)
    head = segments[:count]
    rest = head[-1].end if head else 0
    texts = [line for segment in head if segment.kind == "text" for line in (*segment.lines, "")]
    if headline is None:
        section, headline, deck = titles(texts)
    else:
        section, deck = None, fold(" ".join(texts)) or None
    credits = [credit(segment.text) for segment in head if segment.kind == "credit"]
    return Story(
        section=section,
        headline=headline,
        summary=deck,
        byline=_byline([segment for segment in head if segment.kind == "byline"]),
        credit=credits[0] if credits else None,
        notes=tuple(segment.text for segment in head if segment.kind == "note"),
        paragraphs=tuple(paragraphs(lines[rest:])),
    )


def titles(lines: Sequence[str]) -> tuple[str | None, str | None, str | None]:
    """Section, headline and deck of the lines above a story; a blank line parts two of them for certain."""
    groups: list[str] = []
    before = ""
    for line in lines:
        text = fold(line)
        if before and text and _continues(before, text):
            groups[-1] += f" {text}"
        elif text:
            groups.append(text)
        before = text
    section = None
    if len(groups) > 1 and _is_section(groups[0], groups[1]):
        section = groups.pop(0)
    if not groups:
        return section, None, None
    return section, groups[0], " ".join(groups[1:]) or None


def _kind(line: str, depth: int, last: _Segment | None, gap: bool) -> str:
    text = fold(line)
    credited = "credit" if credit(text) else "text"
    if last is None and has_agency(text) and not text.isupper():
        return "dateline"  # a snap of one line, without a headline
    if last is None and depth < INDENT and (text.isupper() or len(text) < 60):
        # `TREASURY BILLS, MARCH 3` is a headline with a day in it, `VAN DORN CO` no byline.
        return credited
    if last is not None and is_byline(line):
        return "byline"
    if is_note(line) or (last is not None and _open(text)):
        return "note"
    same = last is None or last.indented is (depth >= INDENT)
    if same and last is not None and text.isupper() and last.text.isupper():
        return "dateline" if gap and has_agency(text) else credited
    return "dateline" if is_dateline(line, certain=same) else credited


def _segments(lines: Sequence[str], headline: str | None) -> list[_Segment]:
    """The segments down to the first one that must be body: a dateline, or a long run of lines.

    A headline known before is the first segment, without lines.
    """
    found: list[_Segment] = [] if headline is None else [_Segment("headline", [], 0, False, True)]
    gap = True
    for number, line in enumerate(lines[:_HEAD_LINES]):
        if not line or line.isspace():
            gap = True
            if found:
                found[-1].gap = True
                if found[-1].kind == "note" and _open(found[-1].text):
                    found[-1].kind = "text"
            continue
        depth = indent(line)
        last = found[-1] if found else None
        if last is not None and not gap and last.kind == "note" and _goes_on(last.text, last.lines[-1]):
            last.lines.append(line)
            last.end = number + 1
            continue
        kind = _kind(line, depth, last, gap)
        if kind == "text" and headline and same(line, headline):
            kind = "headline"
        begins = (
            last is None
            or gap
            or depth >= INDENT
            or kind != "text"
            or last.kind != "text"
            or max(len(line), len(last.lines[-1])) > HARD_WRAP
        )
        if begins:
            found.append(_Segment(kind, [line], number + 1, depth >= INDENT))
            if kind == "dateline" or len(found) > _SEGMENTS:
                break
        elif last is not None:
            last.lines.append(line)
            last.end = number + 1
            if len(last.lines) > _SEGMENT_LINES:
                break
        gap = False
    return found


def same(one: str, other: str) -> bool:
    """Whether two lines have the same letters and digits, whatever their case and punctuation."""
    return _LETTERS.sub("", one).casefold() == _LETTERS.sub("", other).casefold()


def _open(text: str) -> bool:
    """Whether a note in brackets goes on in the next line."""
    return text.startswith("(") and ")" not in text


def _goes_on(note: str, line: str) -> bool:
    """Whether the next line belongs to a note: its bracket is open, or it was broken at the margin."""
    if note.startswith("("):
        return _open(note)
    return 50 <= len(line) <= HARD_WRAP and not is_stopped(note)


def _head(segments: list[_Segment]) -> int:
    """How many segments stand before the body."""
    if not segments:
        return 0
    begun = next((n for n, segment in enumerate(segments) if segment.kind == "dateline"), None)
    named = next((n for n, s in enumerate(segments) if s.kind == "byline" and n), None)
    if named is not None and (begun is None or named < begun) and _bare(segments[:named]):
        end = named + 1
        while end < len(segments) and (segments[end].kind == "byline" or _is_job(segments[end])):
            segments[end].kind = "byline"
            end += 1
        while end < len(segments) and segments[end].kind == "note":
            end += 1
        if begun is not None and end < begun and _bare(segments[end:begun]):
            return begun
        return end
    if begun is not None and _bare(segments[:begun]):
        return begun
    end = 0
    while end < len(segments) and segments[end].kind in ("headline", "note", "credit"):
        end += 1
    if end < len(segments) and segments[0].kind != "headline" and _is_title(segments[end]):
        end += 1
        while end < len(segments) and segments[end].kind == "note":
            end += 1
    return end


def _bare(segments: list[_Segment]) -> bool:
    """Whether all of these could stand before a body: short, and no long run of prose."""
    texts = [segment for segment in segments if segment.kind in ("text", "dateline")]
    return len(texts) <= 5 and all(
        len(segment.lines) <= _SEGMENT_LINES
        and len(segment.text) <= _DECK
        and segment.indented is texts[0].indented
        for segment in texts
    )


def _is_job(segment: _Segment) -> bool:
    return segment.kind == "text" and is_job(segment.text)


def _is_title(segment: _Segment) -> bool:
    if segment.kind not in ("text", "dateline"):
        return False
    text, size = segment.text, len(segment.lines)
    if segment.indented:
        return segment.gap and size <= 3 and len(text) <= 160 and not is_stopped(text)
    if size > 1 and is_stopped(text) and not text.isupper():
        return False
    return len(text) <= _HEADLINE and size <= 4


def _continues(line: str, following: str) -> bool:
    """Whether a headline's line was broken at the margin, not ended."""
    if is_stopped(line):
        return False
    word = following.partition(" ")[0]
    broken = len(line) >= 28 and len(line) + 1 + len(word) > len(following)
    if line.isupper() != following.isupper():
        return broken and not line.isupper()
    if line.isupper() or word[:1].islower() or _is_title_case(line):
        return broken
    # Sentence case: a capital begins a deck, unless little is left over.
    return broken and len(following) * 2 < len(line)


def _is_title_case(line: str) -> bool:
    words: list[str] = re.findall(r"[^\W\d_]{4,}", line)
    return sum(word[0].isupper() for word in words) * 10 >= len(words) * 7


def _is_section(line: str, following: str) -> bool:
    """A word or two (`World`, `Business & Economy`), or a label in capitals above a headline without."""
    if len(line) > 32 or is_stopped(line):
        return False
    words = len(re.findall(r"\w+", line))
    labelled = line.isupper() and not following.isupper() and words <= 4
    return labelled or (words <= 2 and len(following.split()) > 3)


def _byline(segments: list[_Segment]) -> str | None:
    parts: list[str] = []
    for segment in segments:
        for line in segment.lines:
            text = fold(line).rstrip("=<+ ")
            if parts and re.search(r"(?:,|&|\b(?:and|und|et|y|och|og|e))$", parts[-1]):
                parts[-1] += f" {text}"
            else:
                parts.append(text)
    return ", ".join(parts) or None
