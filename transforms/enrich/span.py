"""What a tagger finds, and what a tagger is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

PERSON, ORG, GPE, LOC, FAC = "PERSON", "ORG", "GPE", "LOC", "FAC"
PLACES = frozenset((GPE, LOC, FAC))


class Span(NamedTuple):
    """One name in a text.

    Attributes:
        start, end: half-open, in code points.
        type: `PERSON`, `ORG`, `GPE`, `LOC`, `FAC`, or a type of the tagger's own.
        confidence: 0 to 1, the share of such spans that are right.
        source: what found it (`rules`, `spacy`).
    """

    start: int
    end: int
    type: str
    confidence: float
    source: str


class Tagger(Protocol):
    """Finds names: the one function that a user's own tagger has to have.

    It is made once a process, by the callable that an entry point of the group `wirebeam.taggers` names,
    and must be deterministic: the same text has the same spans.
    """

    def tag(self, text: str, language: str | None) -> list[Span]:
        """Spans of `text`, in any order, not overlapping.

        Args:
            text: a story's body, paragraphs joined by newlines, lines that are no prose blanked out; or a
                headline.
            language: BCP 47, None where it is not known.
        """
        ...


def tag_all(tagger: Tagger, texts: Sequence[tuple[str, str | None]]) -> list[list[Span]]:
    """Spans of several texts, as `tag` gives them.

    A tagger that is quicker with many texts at once (a model) has a method `tag_all` of its own.

    Args:
        tagger: what finds the names.
        texts: text and language of each.
    """
    at_once: Callable[[Sequence[tuple[str, str | None]]], list[list[Span]]] | None
    at_once = getattr(tagger, "tag_all", None)
    return at_once(texts) if at_once else [tagger.tag(text, language) for text, language in texts]


def identity(tagger: Tagger) -> str:
    """What a tagger is, for the run report: its `identity` (name, version, hash), else its class."""
    named: str = getattr(tagger, "identity", f"{type(tagger).__module__}.{type(tagger).__qualname__}")
    return named
