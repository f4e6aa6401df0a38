"""Who reported, before the place of a dateline: `By Kim Min-ji SEOUL`, `記者王小明台北`."""

from __future__ import annotations

import re

from transforms.normalize.dateline.listing import plausible
from transforms.normalize.dateline.resolve import resolve

EDGES = " \t\r\n\u00a0\u3000*•·|>~,;:-–—_=，、،"
_BY = re.compile(
    r"(?:by|von|par|por|di|van|av|af|door|from|text(?:e|o)?:?|текст:?|de|da)\s+(?=\S+\s)", re.IGNORECASE
)
REPORTER = re.compile(
    r"(?:корр(?:еспондент)?\.?|corr\.?|correspondent|记者|記者|通讯员|通訊員)\s*", re.IGNORECASE
)
_SEVERAL = re.compile(r"[/、]")


def cut(text: str) -> tuple[str, str | None]:
    """A text without the byline at its beginning, and that: `By Kim Min-ji SEOUL`, `記者王小明台北`."""
    whole = text
    text = text.strip(EDGES)
    if match := REPORTER.match(text):
        name = text[match.end() :]
        # The place is the longest known ending: names of people have two characters and more.
        for start in range(2, len(name) - 1):
            if resolve(_SEVERAL.split(name[start:])[0]) is not None:
                return name[start:], name[:start].strip() or None
    elif match := _BY.match(text):
        words = text[match.end() :].split()
        for start in range(2, min(len(words), 12)):
            tail = " ".join(words[start:])
            shouted = tail.split(",")[0].isupper() and not words[start - 1].isupper()
            if shouted or (plausible(tail) and resolve(tail) is not None):
                return tail, " ".join(words[:start]).rstrip(",")
    return whole, None
