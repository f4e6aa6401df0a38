"""IPTC 7901: the European wire header, with its control bytes or without them.

IPTC Recommendation 7901 (1979, fifth version 1995), as dpa, KNA, ATS and others send it:

    SOH eca0124 3 i 93  dpa 1888        service and message number, priority, category, words, options
    Keyword/Keyword/
    STX Headline =                      `=` ends the headline, with notes before and a byline after it
    Text
    ETX 212101 GMT Nov 18 EOT           day and time, month, year

SYN or DEL may pad either end and stand for SOH. dpa closes its text with a notepad for editors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas.errors import Code, ItemError, Reject
from schemas.item import ParsedItem, Subject
from transforms.parse import framing, lines, story
from transforms.parse.cues import is_byline, is_note
from transforms.parse.document import Document
from transforms.parse.fields import Fields
from transforms.parse.registry import Format

SCHEME = "iptc7901"
"""Scheme of the category letters among the subjects."""

_LINES = 4  # lines in which a header begins
_HEADER = re.compile(r"([A-Za-z]{1,5})(\d{3,5}) +([1-9]) +([A-Za-z]{1,4})(?: +(\d{1,5}))?(?: +(\S.*))?$")
_TITLE_LINES = 10  # lines in which a headline ends
_KEYWORDS = re.compile(r"\S[^=]{0,150}/$|[^\s=]{1,60}(?:/[^/=\n]{1,60}){1,8}$")
_TRAILER = re.compile(r"\W*(\d\d)(\d\d)(\d\d)(?: +([A-Z]{1,4}))? +([^\W\d_]{3,5})\.? +(?:20|19)?(\d\d)\W*$")
_MONTHS = {  # en de fr es it nl sv, by their first three letters
    "jan": 1, "gen": 1, "ene": 1, "feb": 2, "fev": 2, "fév": 2, "mar": 3, "mär": 3, "mrz": 3, "maa": 3,
    "apr": 4, "avr": 4, "abr": 4, "may": 5, "mai": 5, "maj": 5, "mei": 5, "mag": 5, "jun": 6, "jui": 6,
    "giu": 6, "jul": 7, "lug": 7, "aug": 8, "aoû": 8, "aou": 8, "ago": 8, "sep": 9, "set": 9, "oct": 10,
    "okt": 10, "ott": 10, "nov": 11, "dec": 12, "dez": 12, "déc": 12, "dic": 12,
}  # fmt: skip
_ZONES = {"GMT": "Z", "UTC": "Z", "Z": "Z", "WET": "Z", "BST": "+01:00", "CET": "+01:00", "MEZ": "+01:00"}
_ZONES |= {"CEST": "+02:00", "MESZ": "+02:00", "HEC": "+01:00"}
_NOTEPAD = re.compile(r"#{1,3} ?[^\W\d_]|\* \* \*")
_NOTEPAD_RULE = re.compile(r"[\W_]*$")
_ID = re.compile(r"\d{6,}[\w#.:-]*$")


@dataclass(frozen=True, slots=True)
class Header:
    """A header's line and where the text begins.

    `number` is the service's letters with the message number (`eca0124`); `options` is free.
    """

    number: str
    priority: int
    category: str
    words: int | None
    options: str
    keywords: str
    end: int


def header(text: str) -> Header | None:
    """The header in a text's first lines, None where there is none.

    Without a start of text (STX), the word count must be there, and the keyword line is the next one
    if it has a slash.
    """
    stop = text.find("\x02", 0, framing.HEAD)
    position = 0
    rows = text[: stop if stop >= 0 else framing.HEAD].splitlines(keepends=True)
    for number, line in enumerate(rows[:_LINES]):
        position += len(line)
        match = _HEADER.match(framing.plain(line))
        if match is None or (stop < 0 and match.group(5) is None):
            continue
        service, serial, priority, category, words, options = match.groups()
        following = rows[number + 1 :]
        if stop >= 0:
            keywords, end = " ".join(map(framing.plain, following)).strip(), stop + 1
        else:
            keywords, end = _keywords(following, position)
        return Header(
            f"{service}{serial}",
            int(priority),
            category,
            int(words) if words else None,
            options or "",
            keywords,
            end,
        )
    return None


def _keywords(rows: Sequence[str], position: int) -> tuple[str, int]:
    """The keyword line among those after a header without a start of text, and where it ends."""
    end = position
    for row in rows[:3]:
        end += len(row)
        if text := framing.plain(row):
            return (text, end) if _KEYWORDS.match(text) else ("", position)
    return "", position


def trailer(line: str) -> str | None:
    """ISO 8601 of a last line such as `212101 GMT Nov 18`, without a zone where it names none."""
    match = _TRAILER.match(line)
    if match is None:
        return None
    day, hour, minute, zone, name, year = match.groups()
    number = month(name)
    if number is None or not 1 <= int(day) <= 31 or int(hour) > 23 or int(minute) > 59:
        return None
    century = 1900 if int(year) >= 79 else 2000  # the recommendation is of 1979
    return f"{century + int(year):04d}-{number:02d}-{day}T{hour}:{minute}{_ZONES.get(zone or '', '')}"


def month(name: str) -> int | None:
    """The number of a month by the beginning of its name in the languages of Western Europe."""
    return 7 if name.casefold().startswith("juil") else _MONTHS.get(name.casefold()[:3])


def recognise(document: Document) -> str | None:
    """Service number, priority digit, category and word count in one of the first lines."""
    if (found := header(document.head)) is None:
        return None
    control = "with" if "\x02" in document.head[: framing.HEAD] else "without"
    return f"IPTC 7901 header `{found.number} {found.priority} {found.category}`, {control} control bytes"


def parse(document: Document) -> Iterator[ParsedItem | Reject]:
    """The items of a file's transmissions.

    `version_created` is the time of the line after the text.

    Raises:
        ItemError: `structure_broken` where the header is missing, `no_content` where nothing follows it,
            `encoding_broken`.
    """
    yield from framing.items(document, FORMAT.name, framing.transmissions(document.text), _read)


def _read(fields: Fields, text: str) -> ParsedItem:
    head = header(text)
    if head is None:
        raise ItemError(Code.STRUCTURE_BROKEN, "no IPTC 7901 header in the first lines")
    _envelope(fields, head)
    content, _, after = text[head.end :].partition("\x03")
    body = lines.clean(content).split("\n")
    fields.put("version_created", _time(body, after), "after the text")
    body, notes = _notepad(body)
    _text(fields, body)
    for note in notes:
        fields.add("ed_notes", note, "text: notepad")
    if not fields.get("headline") and not fields.get("paragraphs"):
        raise ItemError(Code.NO_CONTENT, "an IPTC 7901 header without a text")
    return fields.item()


def _envelope(fields: Fields, head: Header) -> None:
    fields.put("service_number", head.number, "header: service and message number")
    fields.put("priority", str(head.priority), "header: priority")
    fields.put("urgency", head.priority, "header: priority")
    fields.put("word_count", head.words, "header: words")
    fields.add("subjects", Subject(SCHEME, head.category, None), "header: category")
    for option in head.options.split():
        if _ID.match(option):
            fields.add("alternate_ids", option, "header: options")
        elif option.replace("-", "").isalpha():
            fields.add("provider_names", option, "header: options")
    fields.put("slugline", head.keywords.strip("/ "), "header: keywords")
    for keyword in head.keywords.split("/"):
        fields.add("keywords", keyword.strip(), "header: keywords")


def _time(body: list[str], after: str) -> str | None:
    """The trailer's time; a trailer that stands in the text, for want of ETX, is taken out of it."""
    for line in after.splitlines()[:4]:
        if time := trailer(line):
            return time
    for number in range(len(body) - 1, max(-1, len(body) - 6), -1):
        if time := trailer(body[number]):
            del body[number:]
            return time
    return None


def _notepad(body: list[str]) -> tuple[list[str], list[str]]:
    """The text without dpa's notepad, and the notepad's entries; the sign-off after it stays."""
    start = next((number for number, line in enumerate(body) if _NOTEPAD.match(line)), None)
    if start is None:
        return body, []
    rest = lines.paragraphs(body[start:])
    signed = [rest.pop()] if len(rest) > 1 and re.match(r"dpa[\w-]*(?: |$)", rest[-1]) else []
    notes = [note for note in rest if not _NOTEPAD_RULE.match(note)]
    return [*body[:start], "", *signed], notes


def _text(fields: Fields, body: list[str]) -> None:
    end = next((n for n, line in enumerate(body[:_TITLE_LINES]) if line.rstrip().endswith("=")), None)
    if end is None:
        story.read(body).put(fields, "text")
        return
    titles: list[str] = []
    for line in body[: end + 1]:
        text = lines.fold(line.rstrip().rstrip("="))
        if is_byline(text) and titles:
            fields.put("byline", text, "text: line before `=`")
        elif is_note(text) or (text[:1] == "(" and text[-1:] == ")"):
            short = len(text.split()) <= 4
            fields.add("signals" if short else "ed_notes", text.strip("() "), "text: before the headline")
        elif text:
            titles.append(text)
    mark, headline, deck = story.titles(titles)
    fields.add("signals", mark, "text: word before the headline")
    fields.put("headline", headline, "text: up to `=`")
    fields.put("summary", deck, "text: up to `=`")
    story.read(body[end + 1 :], headline or "").put(fields, "text")


FORMAT = Format("iptc-7901", "IPTC 7901", recognise, parse)
