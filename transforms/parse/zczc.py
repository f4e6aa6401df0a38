"""ZCZC ... NNNN: the telegraph's start and end of message, with the lines agencies put after ZCZC.

The marks are ITU-T's (S.4, F.31). After them come routing lines in capitals (ANSA, AAP) or tagged lines,
one letter each, as AAP writes them:

    ZCZC AAP
    %A              services
    #Slug
    $Headline       a single letter here is a level
    :(CITY)         take key, or the client
    *02000000       subject
    @Vic            place
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemas.errors import Code, ItemError, Reject
from schemas.item import ParsedItem, Subject
from transforms.parse import framing, lines, story
from transforms.parse.cues import is_dateline
from transforms.parse.document import Document
from transforms.parse.fields import Fields
from transforms.parse.iptc7901 import month as month_number
from transforms.parse.registry import Format

SCHEME = "zczc"
"""Scheme of service codes and of subjects that are no IPTC codes."""

_START = re.compile(r"\W{0,40}ZCZC(?![A-Za-z])([^\n\r]{0,80})")
_END = re.compile(r"^[^\w\n]{0,20}NNNN[^\w\n]{0,20}$", re.M)
_TAG = re.compile(r"[%#$:&*@]")
_ROUTING = re.compile(r"[A-Z0-9/_():.-]{1,20}(?: +[A-Z0-9/_():.-]{1,12}){0,8}$")
_NUMBER = re.compile(r"[A-Z]{0,4}\d{3,6}$")
_LABEL = re.compile(r"(?::([A-Z][A-Z ]{1,20}?) ?:|([A-Z][A-Z ]{1,20}?) :) ?(\S.*)$")
_MARKS = re.compile(r"\s*(?:\.?[<=+]{1,3}!?|!)\s*$")
_FILED = re.compile(r"\s*(\d\d)-([A-Z]{3})-(\d\d) (\d\d):(\d\d)\s*$")
_INITIALS = re.compile(r"[A-Z]{1,4}(?:[-/][A-Z]{1,4}){0,3}$")
_HEAD_LINES = 12
_ROUTING_LINES = 4


def recognise(document: Document) -> str | None:
    """ZCZC as the first word."""
    return "ZCZC begins the message" if _START.match(document.head) else None


def parse(document: Document) -> Iterator[ParsedItem | Reject]:
    """The items of a file's messages.

    Raises:
        ItemError: `structure_broken` where ZCZC is missing, `no_content` where nothing follows its head,
            `encoding_broken`.
    """
    text = lines.clean(document.text)
    parts = [part for part in _END.split(text) if part.strip()]
    yield from framing.items(document, FORMAT.name, parts or [text], _read)


def _read(fields: Fields, text: str) -> ParsedItem:
    start = _START.match(text)
    if start is None:
        raise ItemError(Code.STRUCTURE_BROKEN, "no ZCZC at the start of the message")
    for word in start.group(1).split():
        if _NUMBER.match(word):
            fields.put("service_number", word, "after ZCZC")
        else:
            fields.add("provider_names", word, "after ZCZC")
    body = text[start.end() :].lstrip("\n").split("\n")
    _filed(fields, body)
    begun = _head(fields, body)
    body = [_MARKS.sub("", line) for line in body[begun : begun + 3]] + body[begun + 3 :]
    headline = fields.get("headline") or _label(fields, body)
    found = story.read(body, headline)
    found.put(fields, "text")
    if not fields.get("headline") and (slug := fields.get("slugline")):
        fields.put("headline", slug, "line #, for want of a headline")
    if not fields.get("headline") and not found.paragraphs:
        raise ItemError(Code.NO_CONTENT, "a ZCZC head without a text")
    return fields.item()


def _filed(fields: Fields, body: list[str]) -> None:
    """ANSA's last lines, the desk's initials and the time of filing: `VR-BAR`, `01-LUG-24 10:37`."""
    while body and not body[-1].strip():
        del body[-1]
    match = _FILED.match(body[-1]) if body else None
    month = month_number(match.group(2)) if match else None
    if match is None or month is None:
        return
    day, _, year, hour, minute = match.groups()
    fields.put("version_created", f"20{year}-{month:02d}-{day}T{hour}:{minute}", "last line")
    del body[-1]
    if len(body) > 1 and _INITIALS.match(body[-1].strip()):
        fields.put("sign_off", body.pop().strip(), "line before the last")


def _head(fields: Fields, body: list[str]) -> int:
    """Read the tagged or routing lines; where the text begins."""
    tagged = any(_TAG.match(line) and line[:1] != ":" for line in body[:3])
    for number, line in enumerate(body[:_HEAD_LINES]):
        text = line.strip()
        if tagged:
            if not _tag(fields, text) and text:
                return number
        elif number == _ROUTING_LINES or not _is_routing(text):
            return number
        else:
            fields.add("subjects", Subject(SCHEME, lines.fold(text), None), "routing line")
    return min(len(body), _HEAD_LINES)


def _is_routing(text: str) -> bool:
    """Whether a line in capitals is routing, not a headline: short words, or figures among them."""
    if not _ROUTING.match(text) or is_dateline(text):
        return False
    return any(map(str.isdigit, text)) or "_" in text or all(len(word) <= 4 for word in text.split())


def _tag(fields: Fields, text: str) -> bool:
    """Read one tagged line; False for a line that is none."""
    if not _TAG.match(text):
        return False
    tag, value = text[0], lines.fold(text[1:])
    origin = f"line {tag}"
    if not value:
        return True
    if tag == "%":
        for code in value.split():
            fields.add("subjects", Subject(SCHEME, code, None), origin)
    elif tag == "#":
        fields.put("slugline", value, origin)
    elif tag == "$":
        fields.put("priority" if len(value) == 1 else "headline", value, origin)
    elif tag == ":":
        fields.add("keywords", value.strip("()"), origin)
    elif tag == "*":
        scheme = "subj" if re.fullmatch(r"\d{8}", value) else f"{SCHEME}-subject"
        fields.add("subjects", Subject(scheme, value, None), origin)
    elif tag == "@":
        fields.put("located", value, origin)
    else:
        fields.put("sign_off", value, origin)
    return True


def _label(fields: Fields, body: list[str]) -> str | None:
    """The headline of a first line such as `RACING : Fields for Thursday`; the line is taken out."""
    for number, line in enumerate(body[:2]):
        if match := _LABEL.match(line.strip()):
            label = match.group(1) or match.group(2)
            fields.add("subjects", Subject("section", None, label), "first line")
            fields.put("headline", lines.fold(match.group(3)), "first line")
            del body[: number + 1]
            return str(fields.get("headline"))
        if line.strip():
            break
    return None


FORMAT = Format("zczc", "ZCZC ... NNNN", recognise, parse)
