"""AP's typesetter marks in an ANPA text: `^` begins a line, `<` ends it flush left, `=` centred.

^BC-XX--Slug of Story, 1st Ld-Writethru,416<    version line: slug, marker, word count
^Headline< ^Summary of the story.< ^Eds: Note.<
^By NAME= ^AP Writer=
TAB CITY (AP) _ Text
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from transforms.parse.cues import is_byline, is_dateline, is_job, is_note
from transforms.parse.fields import Fields
from transforms.parse.lines import fold, paragraphs

_VERSION = re.compile(r"(?:BC|AM|PM|ADV|Bulletin|Urgent|URGENT|Flash)\b.{0,4}[-–_ ]|[A-Z]{2}[-:]{2}")
_PHOTO = re.compile(r"(?:AP|LaserPhoto|With) (?:Photos?|Graphics?|Video|Members)\b")
_COUNT = re.compile(r",\s*(\d{1,5})$")
_RULE = re.compile(r"[\W_]*$|END$|-30-$")
_HEAD_LINES = 14


def marked(lines: Sequence[str]) -> bool:
    """Whether the first lines carry these marks (both, or line ends alone where `^` was lost)."""
    head = [line.strip() for line in lines[:_HEAD_LINES] if line.strip()]
    begun = sum(line.startswith("^") for line in head)
    ended = sum(line.endswith(("<", "=")) for line in head)
    return (begun >= 1 and ended >= 1) or ended >= 2


def put(fields: Fields, lines: Sequence[str], slugline: str) -> None:
    """Hand the parts of a marked text to an item's fields.

    Args:
        fields: of the item.
        lines: cleaned lines after the header.
        slugline: the header's, which the version line repeats.
    """
    head, start = _head(lines)
    bylines: list[str] = []
    decks: list[str] = []
    for number, (text, _) in enumerate(head):
        if number == 0 and _is_version(text, slugline):
            _version(fields, text)
        elif is_byline(text) or (bylines and is_job(text)):
            bylines.append(text)
        elif is_note(text) or _PHOTO.match(text):
            fields.add("ed_notes", text, "text: marked note")
        elif not fields.get("headline"):
            fields.put("headline", text, "text: first marked line")
        else:
            decks.append(text)
    fields.put("summary", " ".join(decks), "text: marked lines after the headline")
    fields.put("byline", ", ".join(bylines), "text: marked byline")
    fields.put("paragraphs", tuple(paragraphs(list(_plain(lines[start:])), marked=True)), "text")


def _head(lines: Sequence[str]) -> tuple[list[tuple[str, str]], int]:
    """Marked lines before the body as (text, end mark), and the index where the body begins.

    The head ends with the byline and the job under it; without a byline, with the last line that is
    set flush left (`<`), for centred ones (`=`) may be sub-heads of the body.
    """
    found: list[tuple[str, str]] = []
    ends: list[int] = []
    size = 0
    for number, line in enumerate(lines[:_HEAD_LINES]):
        stripped = line.strip()
        if not stripped:
            continue
        mark = stripped[-1] if stripped[-1] in "<=" else ""
        text = _bare(line)
        named = is_byline(text)
        if (not stripped.startswith("^") and not mark) or not text:
            break
        if (line[:1] in "\t " and not named) or is_dateline(text):
            break
        found.append((text, mark))
        ends.append(number + 1)
        if named or mark == "<" or len(found) == 1 or (is_job(text) and size == len(found) - 1):
            size = len(found)
    return found[:size], ends[size - 1] if size else 0


def _bare(line: str) -> str:
    return fold(line.strip().lstrip("^").rstrip("<="))


def _is_version(text: str, slugline: str) -> bool:
    letters = re.sub(r"\W+", "", slugline).casefold()[:8]
    said = re.sub(r"\W+", "", text).casefold()
    return bool(_VERSION.match(text)) or (bool(letters) and said.startswith(letters))


def _version(fields: Fields, text: str) -> None:
    if match := _COUNT.search(text):
        fields.put("word_count", int(match.group(1)), "text: end of the version line")
        text = text[: match.start()]
    slug, _, marker = text.partition(",")
    fields.put("slugline", slug, "text: version line")
    fields.add("signals", fold(marker), "text: version line")


def _plain(lines: Sequence[str]) -> Iterator[str]:
    """Body lines without marks; rules and end marks of the typesetter become blank lines."""
    for line in lines:
        stripped = line.strip()
        text = _bare(line)
        if _RULE.match(text):
            yield ""
        elif stripped.startswith("^"):
            yield f"    {text}"
        else:
            yield line.rstrip().rstrip("<=")
