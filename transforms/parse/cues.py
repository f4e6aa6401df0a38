"""Cues by which a line of plain text shows what it is: a dateline, a byline, a job, a note, a credit."""

from __future__ import annotations

import re

from transforms.parse.lines import fold

_NOTE_LENGTH = 700  # characters

# en de fr es pt it nl sv no da fi ru, in full; three to five letters of them abbreviate.
_MONTH_NAMES = """
january february march april may june july august september october november december
januar februar märz mai juni juli oktober dezember janvier février avril juin juillet août septembre
octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre
diciembre janeiro fevereiro março maio junho julho setembro outubro novembro dezembro gennaio febbraio
aprile maggio giugno luglio settembre ottobre dicembre januari februari maart mei augustus mars augusti
desember tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta
lokakuuta marraskuuta joulukuuta января февраля марта апреля мая июня июля августа сентября октября ноября
декабря
"""
_MONTHS = frozenset(name[:size] for name in _MONTH_NAMES.split() for size in (3, 4, 5, len(name)))
_DIGITS = re.compile(r"\d+")
_BEFORE = re.compile(r"([^\W\d_]{3,11})\.? ?$")
_AFTER = re.compile(r"(?:\.|st|nd|rd|th)? ?(?:de )?([^\W\d_]{3,11})\b")
_PLACE = re.compile(r"[*\s]*[^\W\d_][^\d:;!?\"()<>]{1,70}$")
_AGENCY = re.compile(
    r"[*\s]*(?:[^\W\d_][^\d:;!?\"()<>/]{1,70}"
    r"(?:\((?:[a-z/-]{2,12}|(?![a-z])[^\W\d_][\w .,/&-]{1,40})\)|/[^\W\d_][\w .,&-]{1,40}/) ?[-–—_=.:]"
    r"|\((?!(?i:correct|repeat|updat|rpt|adds))[^\W\d_][\w/]{1,12}\) ?[-–—] ?[^\W\d_])"
)
_CAPITALS = re.compile(r"[*\s]*[^\W\d_][A-ZÀ-ÞА-Я .,'/-]{2,50}(?:, [A-Z][\w. ]{1,20})? ?[-_–—]+ +\S")
_BYLINE = re.compile(
    r"(?:by|von|par|por|di|da|door|van|av|af|texte?|foto|текст|автор)\b:?\s+(?=[^\W\d_])(.{2,110})$", re.I
)
# Words of bylines that are not capitalized: particles of names, and what joins names to places.
_SMALL_WORDS = """
a al and at bin bint da dalla de del della den der des di do dos du e el en et för for från from fra i ibn im
in la las le los of och og on our per special the ten ter to till und van vom von voor y zu и
"""
_SMALL = frozenset(_SMALL_WORDS.split())
_JOB = re.compile(
    r"\b(?:writer|editor|correspondent|reporter|columnist|analyst|press|service|staff|bureau|news|times|"
    r"reuters?|reuter|afp|ap|dpa|redakteur(?:in)?|korrespondent(?:in)?|journalist|contributor|agency)\b",
    re.I,
)
_ELIDED = re.compile(r"[dlo]['’][^\W\d_]")
_NOTE = re.compile(
    r"(?:eds?\b\.?:?|editors?\b:?|note to (?:eds?|editors?)|editor'?s'? notes?|attn|attention|achtung|"
    r"nota (?:de|a) |nota:|hinweis|advisory|embargo\w*|sperrfrist|hold for release|not for publication)"
    r"(?=[\s:.,(]|$)",
    re.I,
)
_CREDIT = re.compile(r"(?:source|quelle|fuente|fonte|källa)\s*:\s*(\S.{0,120})$", re.I)
_STOP = re.compile(r"[.!?…][\"'”’»)]*$")


def is_dateline(line: str, certain: bool = True) -> bool:
    """Whether a line begins as datelines do: place and agency mark, or place and day.

    Args:
        line: the line, white space in front or not.
        certain: refuse forms that headlines take too (capitals and a dash).
    """
    start = line.lstrip()[:140]
    if has_agency(start) or (not certain and _CAPITALS.match(start)):
        return True
    number = _DIGITS.search(start, 0, 100)  # no place has digits: the first number is the day, or none is
    if number is None or len(number.group()) > 2:
        return False
    place = start[: number.start()]
    months = (_BEFORE.search(place), _AFTER.match(start, number.end()))
    return (
        any(month and month.group(1).casefold() in _MONTHS for month in months)
        and place.lstrip("* ")[:1].isupper()
        and bool(_PLACE.match(place))
    )


def is_byline(line: str) -> bool:
    """Whether a line alone names its authors: `By` in one of a dozen languages, then names only."""
    text = fold(line).rstrip("=<+ ")
    match = _BYLINE.match(text)
    if not match or is_dateline(text):
        return False
    names = match.group(1)
    if re.search(r"\d| [-–—] ", names):
        return False
    if _STOP.search(names) and not re.search(r"\b(?:[A-Z]|Jr|Sr|Inc|Co)\.$", names):
        return False
    words = re.findall(r"[^\W\d_][\w.'’-]*", names)
    return 0 < len(words) <= 16 and all(map(_is_named, words))


def _is_named(word: str) -> bool:
    """Whether a word may stand in a byline: capitalized, a particle, an agency."""
    return (
        word[0].isupper()
        or not word[0].islower()  # scripts without case
        or word.casefold() in _SMALL
        or bool(_JOB.fullmatch(word) or _ELIDED.match(word))
    )


def is_job(line: str) -> bool:
    """Whether a line under a byline says what its people are, or for whom they write."""
    text = fold(line)
    return (
        len(text) <= 70
        and not _STOP.search(text)
        and bool(_JOB.search(text))
        and all(map(_is_named, re.findall(r"[^\W\d_]\S*", text)))
    )


def is_note(line: str) -> bool:
    """Whether a line alone speaks to editors: `Eds:`, `ATTN`, or all of it in brackets."""
    text = fold(line)
    if len(text) > _NOTE_LENGTH:
        return False
    bracketed = text[:1] == "(" and text[-1:] == ")" and not has_agency(text)
    return bracketed or bool(_NOTE.match(text.lstrip("([*")))


def credit(line: str) -> str | None:
    """What a line such as `Source: NAME` names, None for any other line."""
    match = _CREDIT.match(fold(line))
    return match.group(1) if match else None


def is_stopped(line: str) -> bool:
    """Whether a line ends as a sentence does."""
    return bool(_STOP.search(line))


def has_agency(line: str) -> bool:
    """Whether a line begins with a place and an agency mark: `CITY (AP) -`, `CITY /TASS/.`"""
    start = line.lstrip(" \t*")[:140]
    return not start[:1].islower() and bool(_AGENCY.match(start))
