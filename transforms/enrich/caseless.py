"""Names in scripts that have no capitals (Han, kana, Hangul, Arabic, Hebrew): those of the tables alone."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from transforms.enrich.span import GPE, Span
from transforms.enrich.words import table

SOURCE = "rules"
_LISTED, _CITY = 0.9, 0.8
_SHORT = 2  # a city's name so short is often a word too, but for those of
_KNOWN_TO_ALL = 3_000_000  # inhabitants
_HAN = r"\u3040-\u30ff\u3400-\u9fff"
_HANGUL = r"\uac00-\ud7a3"
_SPACED = r"\u05d0-\u05ea\u0620-\u06ff\u200c"
_LETTERS = re.compile(rf"[{_HAN}{_HANGUL}{_SPACED}]")
# A stretch of Han and kana has no spaces; of the other scripts a word is one.
_STRETCHES = re.compile(rf"[{_HAN}]+|[{_HANGUL}]+|[{_SPACED}]+(?:\"[\u05d0-\u05ea])?")
_KATAKANA = re.compile(r"[\u30a1-\u30fa\u30fc-\u30ff]")
# Particles written together with the word: `and`, `in`, `to`, `from` of Arabic and Hebrew.
_PREFIXES = {"\u0600": "وفبلك", "\u0590": "ובלמשכה"}
_LONGEST_PARTICLE = 4  # of Korean, behind the name
_MOST_WORDS = 5


@functools.cache
def _names() -> dict[str, tuple[str, float, str | None]]:
    """Form -> type, confidence, usual English name (None where the place table knows it)."""
    names: dict[str, tuple[str, float, str | None]] = {}
    for form, kind, population in table("place_words_caseless.tsv"):
        if kind == "country":
            names[form] = (GPE, _LISTED, None)
        elif len(form) > _SHORT or int(population) >= _KNOWN_TO_ALL:
            names[form] = (GPE, _CITY, None)
    for kind, name, forms in table("names_caseless.tsv"):
        for form in forms.split("|"):
            names[form] = (kind, _LISTED, name)
    return names


@functools.cache
def _longest() -> dict[str, int]:
    """First letter -> length of the longest name that begins with it."""
    longest: dict[str, int] = {}
    for form in _names():
        longest[form[0]] = max(longest.get(form[0], 0), len(form))
    return longest


def has_letters(text: str) -> bool:
    """Whether a text has letters of such a script."""
    return _LETTERS.search(text) is not None


def english_name(form: str) -> str | None:
    """The usual English name of a form of our own table."""
    known = _names().get(form)
    return known[2] if known else None


def caseless_names(text: str) -> list[Span]:
    """Spans of known names, in order, the longest at each place, not overlapping."""
    spans: list[Span] = []
    reach = 0
    for match in _STRETCHES.finditer(text):
        start, stretch = match.span(), match.group()
        if start[0] < reach:
            continue
        found = _in_stretch(text, *start) if _is_unspaced(stretch[0]) else _at_word(text, *start)
        for begin, end in found:
            kind, confidence, _ = _names()[text[begin:end]]
            spans.append(Span(begin, end, kind, confidence, SOURCE))
            reach = end
    return spans


def _is_unspaced(letter: str) -> bool:
    return "\u3040" <= letter <= "\u9fff"


def _in_stretch(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Names anywhere among Han and kana; of katakana, whole words only."""
    names, longest = _names(), _longest()
    at = start
    while at < end:
        size = next(
            (
                size
                for size in range(min(longest.get(text[at], 0), end - at), 1, -1)
                if text[at : at + size] in names and _is_whole(text, at, at + size)
            ),
            0,
        )
        if size:
            yield at, at + size
        at += size or 1


def _is_whole(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    return not (
        (_KATAKANA.match(text[start]) and _KATAKANA.match(before))
        or (_KATAKANA.match(text[end - 1]) and _KATAKANA.match(after))
    )


def _at_word(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A name that begins with this word, or behind the particle at its beginning."""
    names, longest = _names(), _longest()
    prefixes = _PREFIXES.get("\u0600" if text[start] >= "\u0600" else "\u0590", "")
    for begin in (start, start + 1):
        if begin > start and (text[start] not in prefixes or end - begin < _SHORT):
            return
        most = longest.get(text[begin], 0)
        for stop in _word_ends(text, begin, end, most):
            if text[begin:stop] in names:
                yield begin, stop
                return


def _word_ends(text: str, begin: int, end: int, most: int) -> Iterator[int]:
    """Where a name may end: at the end of this or a later word, in Korean before a particle too."""
    if "\uac00" <= text[begin] <= "\ud7a3":
        yield from range(min(end, begin + most), max(begin + 1, end - _LONGEST_PARTICLE - 1), -1)
        return
    ends = [end]
    while len(ends) < _MOST_WORDS and text[ends[-1] : ends[-1] + 1] == " ":
        match = _STRETCHES.match(text, ends[-1] + 1)
        if match is None or match.end() - begin > most:
            break
        ends.append(match.end())
    yield from reversed(ends)
