"""ANPA 1312: the American wire header, with its control bytes or without them.

ANPA 1312 (American Newspaper Publishers Association, 1979), as AP, Reuters and Kyodo send it:

    SYN SYN SOH f0050reute US selector          service letter, transmission number, source
    r f DC4 DC2 BC-slug-of-story  02-26 0031    priority, category, format, slug, month-day, number
    STX text ETX trailer EOT

The last number is no word count (measured on 2,238 items; AP's own count closes its version line).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from schemas.errors import Code, ItemError, Reject
from schemas.item import ParsedItem, Subject
from transforms.parse import anpa_marks, framing, lines, story
from transforms.parse.document import Document
from transforms.parse.fields import Fields
from transforms.parse.registry import Format

SCHEME = "anpa"
"""Scheme of the category letter among the subjects."""

_LINES = 6  # lines in which a header begins
_HEADER = re.compile(
    r"\W*([a-z]) +([a-z]) +(\S.{0,120}?) +(\d\d)-(\d\d)(?: +(\d{1,5}))? *$",
)
_SERVICE = re.compile(r"\W*([a-zA-Z]\d{3,4})([A-Za-z]*)(?: .*)?$")
_PRODUCTS = re.compile(r"\s*[A-Z]{1,3}(?: +[A-Z]{1,3})*\s*$")
_CYCLE = re.compile(r"(?:BC|AM|PM|ADV|Bulletin|BULLETIN|Urgent|URGENT|Flash|FLASH)\b")
_TRAILER = re.compile(
    r"\s*([A-Z]{2,4})-[A-Z]{2,4}-(\d\d)-(\d\d)-(\d\d) +(\d\d)(\d\d) ?([A-Z]{3})?\W*$"
    r"|\s*([A-Z]{2,4})-(\d\d):(\d\d)-(\d\d)-(\d\d)-(\d\d)\W*$"
)
_ZONES = {"GMT": "Z", "UTC": "Z", "EDT": "-04:00", "EST": "-05:00", "CDT": "-05:00", "CST": "-06:00"}
_ZONES |= {"MDT": "-06:00", "MST": "-07:00", "PDT": "-07:00", "PST": "-08:00", "JST": "+09:00"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_DAY = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]{{0,6}}\.? (\d{{1,2}})\b", re.I)
_LEAD = 600  # characters of text in which a dateline names the day


@dataclass(frozen=True, slots=True)
class Header:
    """The header's line of priority, category, slug and day, and where it stands in the text.

    `numbers` are month and day, but for agencies that put the day first.
    """

    priority: str
    category: str
    slugline: str
    numbers: tuple[int, int]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Trailer:
    """A last line such as `AP-WF-02-20-16 0337GMT`: agency, month and day (or day and month), time."""

    agency: str
    numbers: tuple[int, int]
    year: int
    clock: str
    zone: str

    def time(self, month: int, day: int) -> str:
        """ISO 8601, without a zone where the trailer names none."""
        return f"{self.year:04d}-{month:02d}-{day:02d}T{self.clock}{self.zone}"


def header(text: str) -> Header | None:
    """The header in a text's first lines, None where there is none.

    Without a start of text (STX), prose must not pass for a header: the slug begins with a cycle
    (`BC-`, `AM-`) or a line before it carries a transmission number.
    """
    stop = text.find("\x02", 0, framing.HEAD)
    part = text[: stop if stop >= 0 else framing.HEAD]
    position, numbered = 0, False
    for line in part.splitlines(keepends=True)[:_LINES]:
        plain = framing.plain(line)
        if (match := _HEADER.match(plain)) and (stop >= 0 or numbered or _CYCLE.match(match.group(3))):
            priority, category, slug, first, second, _ = match.groups()
            end = stop + 1 if stop >= 0 else position + len(line)
            return Header(priority, category, slug.rstrip(), (int(first), int(second)), position, end)
        numbered = numbered or _SERVICE.match(plain) is not None
        position += len(line)
    return None


def trailer(line: str) -> Trailer | None:
    """What a trailer says, None for any other line."""
    match = _TRAILER.match(line)
    if not match:
        return None
    agency, month, day, year, hour, minute, zone, other, *clocked = match.groups()
    if other:
        agency, zone = other, None
        hour, minute, month, day, year = clocked
    if int(hour) > 23 or int(minute) > 59:
        return None
    # Two digits of a year: the wires that use this trailer began in 1979.
    century = 1900 if int(year) >= 70 else 2000
    return Trailer(
        agency, (int(month), int(day)), century + int(year), f"{hour}:{minute}", _ZONES.get(zone or "", "")
    )


def month_day(numbers: tuple[int, int], text: str) -> tuple[int, int] | None:
    """Month and day of a header's two numbers; Kyodo sends the day first, which its dateline shows.

    Args:
        numbers: as the header has them.
        text: the text's beginning, with its dateline.

    Returns:
        (month, day), None where the numbers are no day of a year.
    """
    orders = [pair for pair in (numbers, numbers[::-1]) if 1 <= pair[0] <= 12 and 1 <= pair[1] <= 31]
    if len(set(orders)) < 2:
        return orders[0] if orders else None
    named = {
        (_MONTHS.index(match.group(1).casefold()) + 1, int(match.group(2)))
        for match in _MONTH_DAY.finditer(text, 0, _LEAD)
    }
    return next((pair for pair in orders if pair in named), orders[0])


def recognise(document: Document) -> str | None:
    """Priority, category, slug and month-day in one of the first lines."""
    if (found := header(document.head)) is None:
        return None
    control = "with" if "\x02" in document.head[: framing.HEAD] else "without"
    return f"ANPA header `{found.priority} {found.category} {found.slugline}`, {control} control bytes"


def parse(document: Document) -> Iterator[ParsedItem | Reject]:
    """The items of a file's transmissions.

    `sent` is the header's day as ISO 8601 writes a day without year (`--02-26`); `version_created` is the
    trailer's time, where there is one.

    Raises:
        ItemError: `structure_broken` where the header is missing, `no_content` where nothing follows it,
            `encoding_broken`.
    """
    yield from framing.items(document, FORMAT.name, framing.transmissions(document.text), _read)


def _read(fields: Fields, text: str) -> ParsedItem:
    head = header(text)
    if head is None:
        raise ItemError(Code.STRUCTURE_BROKEN, "no ANPA header in the first lines")
    _filing(fields, text[: head.start])
    fields.put("priority", head.priority, "header: priority letter")
    fields.put("slugline", head.slugline, "header: slug")
    fields.add("subjects", Subject(SCHEME, head.category, None), "header: category letter")
    # BS begins a line of agate (a table's row) as an indent begins a paragraph.
    body = lines.clean(text[head.end :].replace("\n\x08", "\n    ")).split("\n")
    last = _trailer(body)
    lead = text[head.end : head.end + _LEAD]
    if day := month_day(head.numbers, lead):
        fields.put("sent", f"--{day[0]:02d}-{day[1]:02d}", "header: month and day")
    if last:
        fields.add("provider_names", last.agency, "trailer")
        if day := month_day(last.numbers, lead):
            fields.put("version_created", last.time(*day), "trailer")
    if anpa_marks.marked(body):
        anpa_marks.put(fields, body, head.slugline)
    else:
        story.read(_without_slug(body, head.slugline)).put(fields, "text")
    if not fields.get("headline") and not fields.get("paragraphs"):
        raise ItemError(Code.NO_CONTENT, "an ANPA header without a text")
    return fields.item()


def _filing(fields: Fields, text: str) -> None:
    """Product codes, transmission number and source in the lines before the header."""
    for line in text.splitlines():
        plain = framing.plain(line)
        if match := _SERVICE.match(plain):
            fields.put("service_number", match.group(1), "header: transmission number")
            fields.add("provider_names", match.group(2), "header: after the transmission number")
        elif _PRODUCTS.match(plain):
            for code in plain.split():
                fields.add("subjects", Subject(f"{SCHEME}-product", code, None), "header: product codes")


def _trailer(body: list[str]) -> Trailer | None:
    """The trailer among the last lines; it is taken out of them."""
    for number in range(len(body) - 1, max(-1, len(body) - 9), -1):
        if found := trailer(body[number]):
            del body[number:]
            return found
    return None


def _without_slug(body: list[str], slugline: str) -> list[str]:
    """The text without a first line that only repeats the slug; `+` ends Kyodo's lines."""
    letters = re.sub(r"\W+", "", slugline).casefold()
    for number, line in enumerate(body[:4]):
        if not line.strip():
            continue
        said = re.sub(r"\W+", "", line).casefold()
        if len(letters) >= 5 and _CYCLE.match(line.lstrip()) and (said.startswith(letters[:12])):
            body = body[number + 1 :]
        break
    return [line.rstrip("+ ") if line.rstrip().endswith("+") else line for line in body[:3]] + body[3:]


FORMAT = Format("anpa-1312", "ANPA 1312", recognise, parse)
