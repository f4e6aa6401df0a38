"""The user's own names: `--entities FILE`, and a tagger that finds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from schemas.errors import WirebeamError
from schemas.item import Link
from transforms.enrich.shapes import TOKENS
from transforms.enrich.span import Span, Tagger, tag_all

SOURCE = "user"
CONFIDENCE = 0.95
_COLUMNS = 4
_HEADER = ("alias", "type", "scheme", "id")


@dataclass(frozen=True, slots=True)
class Alias:
    """One name of the user's.

    Attributes:
        type: of the entity, in capitals.
        links: identities.
        name: the first alias of the same identity, by which the entity goes.
    """

    type: str
    links: tuple[Link, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Aliases:
    """The user's names.

    Attributes:
        by_form: alias as written -> what it is.
        by_first: first word -> aliases that begin with it, the longest first.
    """

    by_form: Mapping[str, Alias] = field(default_factory=dict)
    by_first: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_aliases(path: Path) -> Aliases:
    """Names from a tab-separated file: alias, type, scheme, id; empty lines, `#` lines, a header are skipped.

    An alias may stand on several lines, with a link each. Names are found as written, case and all.

    Raises:
        WirebeamError: the file cannot be read, or a line has not four columns.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeError) as error:
        raise WirebeamError(f"--entities {path}: {error}") from error
    by_form: dict[str, Alias] = {}
    names: dict[Link, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = tuple(column.strip() for column in line.split("\t"))
        if tuple(column.casefold() for column in columns) == _HEADER:
            continue
        if len(columns) != _COLUMNS or not all(columns):
            raise WirebeamError(
                f"--entities {path}, line {number}: not four columns (alias, type, scheme, id)"
            )
        form, kind, scheme, identity = columns
        form = " ".join(form.split())
        link = Link(scheme, identity, 1.0)
        held = by_form.get(form)
        name = held.name if held else names.setdefault(link, form)
        by_form[form] = Alias(kind.upper(), (*(held.links if held else ()), link), name)
    by_first: dict[str, list[str]] = {}
    for form in sorted(by_form, key=lambda form: (-len(form), form)):
        match = TOKENS.match(form)
        if match is None:
            raise WirebeamError(f"--entities {path}: alias {form!r} does not begin with a letter or digit")
        by_first.setdefault(match.group(), []).append(form)
    return Aliases(by_form, {first: tuple(forms) for first, forms in by_first.items()})


class Aliased:
    """A tagger, and the user's names before what it finds."""

    def __init__(self, tagger: Tagger, aliases: Aliases) -> None:
        self._tagger = tagger
        self._aliases = aliases

    def tag(self, text: str, language: str | None) -> list[Span]:
        """The user's names in the text, and the tagger's spans that do not overlap them."""
        return self.tag_all([(text, language)])[0]

    def tag_all(self, texts: Sequence[tuple[str, str | None]]) -> list[list[Span]]:
        """The same of several texts."""
        tagged = tag_all(self._tagger, texts)
        return [self._with_own(text, sorted(spans)) for (text, _), spans in zip(texts, tagged, strict=True)]

    def _with_own(self, text: str, spans: list[Span]) -> list[Span]:
        own = find(text, self._aliases)
        if not own:
            return spans
        merged: list[Span] = []
        at = 0
        for span in spans:
            while at < len(own) and own[at].end <= span.start:
                at += 1
            if at == len(own) or own[at].start >= span.end:
                merged.append(span)
        return sorted([*merged, *own])


def find(text: str, aliases: Aliases) -> list[Span]:
    """Where aliases stand in a text as whole words, the longest at each place, not overlapping."""
    spans: list[Span] = []
    reach = 0
    for match in TOKENS.finditer(text):
        start = match.start()
        if start < reach:
            continue
        for form in aliases.by_first.get(match.group(), ()):
            end = start + len(form)
            if text.startswith(form, start) and not text[end : end + 1].isalnum():
                spans.append(Span(start, end, aliases.by_form[form].type, CONFIDENCE, SOURCE))
                reach = end
                break
    return spans
