"""Datelines of texts: glued to a first paragraph (`read`), or separated by mark-up (`parse`)."""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from typing import NamedTuple

from schemas.agency import Agency
from schemas.item import Dateline
from transforms.normalize.dateline import bare, dates, marks, words
from transforms.normalize.dateline.grammar import analyse
from transforms.normalize.dateline.listing import sure
from transforms.normalize.dateline.parts import Head


class Reading(NamedTuple):
    """A dateline cut off a paragraph.

    Attributes:
        dateline: the dateline; its text is the piece cut off, without the white space around it.
        rest: the paragraph without it.
        byline: a byline found before the dateline or inside it, as written.
        agency: the agency mark as written.
    """

    dateline: Dateline
    rest: str
    byline: str | None = None
    agency: str | None = None


# How far into a paragraph a dateline may reach, byline included.
REACH = 240
MOST = 6
# What may close a dateline begins with one of these; the closer itself is then looked at closely.
_CANDIDATE = re.compile(r"[-‒–—―_=日)）\]】/]")
_STOPS = re.compile(r"[.:։](?=\s)")
STOPPED = 80
_CLOSER = re.compile(
    r"(?P<dash>--[-–—_]*|[—―][-–—_]*|[-–_=‒](?=\s|$)|[-–_](?=\S)(?<=[\s.)/].))"
    r"|(?P<wire>日\s*[电電讯訊](?:\s*[（(][^（）()]{1,80}[）)])?[）)]?)"
    r"|(?P<mark>[)）\]】/][.:]?(?=\s|\w|[^\x00-\x7f]))"
)
_AFTER_SEPARATOR = re.compile(r"[\s\u00a0\u3000]*(?:[-–—―_=:.]+(?=\s|$)|--+)?[\s\u00a0\u3000]*")
_AFTER = re.compile(r"\s*(?P<part>[^–—/:\n]{2,30}?)\s*(?:--+|[-–—/:](?=\s)|/|(?<!\d)\.(?=\s))")
_REPORTERS = re.compile(r"[（(]\s*(?:记者|記者)?\s*([^（）()]{1,80}?)\s*[）)]")
_TEXT = "Text."
_LABEL = re.compile(r"\S+(?: \S+)?:\s")  # `Madrid - Barcelona: ...` is a match, no dateline
_KOREAN = re.compile(r"\s*([\uac00-\ud7af][^=＝\n]{1,40}?)\s*[=＝](?=\s)")
_SMALL_WORD = re.compile(r"\b[^\W\d_A-ZÀ-Þ]{2,}")
_SENTENCE = re.compile(r"[\"'“”„«»‘’`(\[¿¡<$£€]*[^\W_a-zß-öø-ÿа-я]|[^\W\d_][^\W\d_]*[A-Z]|\d")


def read(paragraph: str, *, agency: Agency | None, sent: int | None, language: str | None) -> Reading | None:
    """The dateline at the head of a paragraph.

    Args:
        paragraph: first paragraph of a story, as sent.
        agency: the agency whose text it is, None where it is not known: the general grammar applies.
        sent: the item's time, microseconds since the epoch (UTC): it gives the year.
        language: BCP 47 of the text.

    Returns:
        The reading, None where the paragraph begins with no dateline.
    """
    window = paragraph[:REACH]
    key = agency.key if agency is not None else None
    spare: tuple[Head, int] | None = None
    number = end = 0
    for candidate in _CANDIDATE.finditer(window):
        start = candidate.start()
        if start < end or not (match := _CLOSER.match(window, start)):
            continue
        if (number := number + 1) > MOST:
            break
        kind, closer, end = match.lastgroup or "dash", match.group(), match.end()
        slashed = closer[0] == "/"
        if slashed and window.find("/") == start:
            continue  # a slash closes a mark that a slash opened
        head = analyse(window[: start + (kind != "dash")], key, language)
        if kind == "mark" and not head.mark:
            continue
        if _certain(head, kind, paragraph[end : end + 20], slashed):
            return _reading(paragraph, head, end, sent, closer)
        if spare is None and kind == "dash" and _possible(head, agency, paragraph[end : end + 120]):
            spare = head, end
    if spare is None:
        spare = _stopped(paragraph, window, agency, language) or _alone(paragraph, key, language)
    return _reading(paragraph, *spare, sent, "") if spare is not None else None


def _alone(paragraph: str, key: str | None, language: str | None) -> tuple[Head, int] | None:
    """A paragraph that is a dateline alone, with place, date and mark: `Baku, March 3, AZERTAC`."""
    if len(paragraph) > STOPPED or not any(map(str.isdigit, paragraph)):
        return None
    head = analyse(paragraph.rstrip(" .:"), key, language)
    whole = head.mark and head.manner in ("enclosed", "bare") and head.date is not None and head.date.certain
    placed = head.divided and head.plausible and bool(head.places) and sure(head.places[0], True)
    return (head, len(paragraph)) if whole and placed else None


def _called(text: str, rest: str, agency: Agency | None, language: str | None) -> Head | None:
    """A head that is a city in capitals before a colon, `SINGAPORE: A court`, or one joined to a mark."""
    joined = bare.at_hyphen(text) is not None
    styles = agency.datelines if agency is not None else ("plain",)
    if not joined and not (text.isupper() and {"colon", "plain"}.intersection(styles)):
        return None
    head = analyse(text, agency.key if agency is not None else None, language)
    alone = head.place_text is not None and bool(head.mark) == joined and not head.date and head.plausible
    prose = len(rest) >= 20 and _SMALL_WORD.search(rest[:60]) is not None
    return head if alone and prose and all(map(sure, head.places)) else None


def _stopped(
    paragraph: str, window: str, agency: Agency | None, language: str | None
) -> tuple[Head, int] | None:
    """A head that closes with a stop after a mark (`Mar. 3. ARMENPRESS. The`) or a colon after a date."""
    key = agency.key if agency is not None else None
    for number, match in enumerate(_STOPS.finditer(window[:STOPPED])):
        if number == MOST or not _SENTENCE.match(paragraph[match.end() :].lstrip()):
            break
        if match.group() == ":" and not number:
            rest = paragraph[match.end() :].lstrip()
            if called := _called(window[: match.start()], rest, agency, language):
                return called, match.end()
        if not _may_close(window[: match.start()], match.group()):
            continue
        head = analyse(window[: match.start()], key, language)
        if head.date is None or not head.date.certain or head.date.day is None:
            continue
        placed = head.resolved and head.plausible and head.places[0].how != "misprint"
        if match.group() == ":" and not head.mark:
            if placed and head.divided and all(map(sure, head.places, (True,) * len(head.places))):
                return head, match.end()
        elif head.mark and (placed or (head.manner == "first" and head.place_text is None)):
            return head, match.end()
    return None


def _may_close(text: str, sign: str) -> bool:
    """Whether a text may be a head before a stop or a colon: told by its last word, or its first."""
    words = text.split()
    last = words[-1].strip("()/,") if words else ""
    if len(words) < 2 or not last or not any(map(str.isdigit, text)):
        return False
    if sign == ":":
        return last[0].isdigit() or marks.begins(last) or dates.begins(last)
    return last.isupper() or marks.begins(last) or marks.begins(words[0].strip("(),./"))


def _certain(head: Head, kind: str, rest: str, slashed: bool) -> bool:
    """Whether a head is a dateline by its date or its agency mark."""
    dated, manner = head.date is not None, head.manner
    if head.place_text is None or not (head.plausible or (head.resolved and dated)):
        return dated and manner in ("enclosed", "likely") and head.place_text is None and kind == "dash"
    if kind == "wire":
        return dated and (head.resolved or manner == "enclosed")
    if kind == "mark":
        begins = rest.lstrip(" \t\u00a0.:-–—_")[:1]
        if begins == "" or begins.islower():
            return False
        if manner == "enclosed":
            return head.resolved or dated
        return manner == "likely" and head.resolved and (dated or (slashed and sure(head.places[0], True)))
    if manner == "enclosed":
        return True
    if manner == "likely":
        return dated or (bool(head.places) and sure(head.places[0]))
    if manner == "first":
        return head.resolved and (dated or sure(head.places[0], "." in (head.mark or "")))
    if manner == "bare":
        return dated or head.resolved
    if head.place_text.casefold() in words.small():
        return False  # `On March 3 - the day of the vote -`
    return dated and (head.resolved or (head.divided and head.date is not None and head.date.certain))


def _possible(head: Head, agency: Agency | None, rest: str) -> bool:
    """Whether a head is a dateline unless a later separator makes a better one.

    It is a mark alone, `(AP) —`, or a place alone that nobody can mistake, before a sentence.
    """
    if head.mark or head.date:
        return head.manner in ("enclosed", "first") and not head.place_text
    styles = agency.datelines if agency is not None else ()
    if not head.place_text or not head.places or (styles and "plain" not in styles):
        return False  # an agency that marks or dates its datelines has none that does neither
    shouted = head.place_text.split(",")[0].isupper()
    if not all(sure(place, shouted and "plain" in styles) for place in head.places):
        return False
    rest = rest.lstrip()
    if len(rest) < 20 or not _SENTENCE.match(rest) or _LABEL.match(rest) or not _SMALL_WORD.search(rest[:60]):
        return False
    return shouted or "plain" in styles or len(rest) >= 60


def _reading(paragraph: str, head: Head, end: int, sent: int | None, wire: str) -> Reading:
    mark, byline, date = head.mark, head.byline, head.date
    if len(wire) > 2 and (match := _REPORTERS.search(wire)):
        byline = byline or match.group(1)
    if byline is None and wire[:1] in ")】]" and (match := _KOREAN.match(paragraph, end)):
        byline, end = match.group(1), match.end()
    end = _after(paragraph, end)
    while not (mark and date):
        begins = paragraph[end : end + 24].split(None, 1)
        if not begins or not _may_follow(begins[0], mark is None, date is None):
            break
        if not (match := _AFTER.match(paragraph, end, end + 40)):
            break
        part = match["part"].strip(" (),.")
        enclosed = re.fullmatch(r"\([^()]+\)", match["part"]) is not None and marks.is_likely(part)
        if mark is None and (marks.is_mark(part) or enclosed):
            mark = part
        elif (
            date is None
            and (found := dates.at_end(part))
            and found.start == 0
            and found.certain
            and found.day
        ):
            date = found
        else:
            break
        end = _after(paragraph, match.end())
    text = paragraph[:end].strip(" ")
    if "  " in text or not text.isprintable():
        text = " ".join(text.split())
    return Reading(_dateline(text, head, date, sent), paragraph[end:], byline, mark)


@functools.lru_cache(maxsize=4096)
def _may_follow(first: str, mark: bool, date: bool) -> bool:
    """Whether a mark or a date may follow a separator, by its first word: sentences are told at once."""
    if first[0] in "(/" or (date and first[0].isdigit()):
        return True
    word = first.strip("(),.:;/-–—")
    return (mark and marks.begins(word)) or (date and dates.begins(word))


def _after(paragraph: str, end: int) -> int:
    if paragraph[end : end + 1] == " " and paragraph[end + 1 : end + 2].isalnum():
        return end + 1
    match = _AFTER_SEPARATOR.match(paragraph, end)
    return match.end() if match else end


def _dateline(text: str, head: Head, date: dates.Found | None, sent: int | None) -> Dateline:
    day, precision = dates.to_days(date, sent) if date else (None, None)
    return Dateline(text, head.place_text, head.places, day, precision)


def parse(text: str, *, agency: Agency | None, sent: int | None, language: str | None) -> Dateline:
    """The dateline that mark-up separates from the text.

    Args:
        text: dateline as sent, with or without its separator.
        agency, sent, language: as for `read`.

    Returns:
        The dateline; its text is as sent, whatever else could be made of it.
    """
    whole = " ".join(text.split())
    key = agency.key if agency is not None else None
    head = analyse(whole[:REACH].rstrip(" -–—_=:"), key, language)
    if head.place_text and not (head.plausible and head.resolved):
        # What mark-up has apart may be in any form that stands before a text.
        reading = read(f"{whole} {_TEXT}", agency=agency, sent=sent, language=language)
        if reading is not None and reading.rest.strip() == _TEXT:
            return replace(reading.dateline, text=whole)
    if head.place_text and not (head.plausible or head.resolved):
        head = Head(date=head.date)
    return _dateline(whole, head, head.date, sent)
