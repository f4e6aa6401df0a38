"""A text on its way through the rules: what was found so far, and what stands around a name."""

from __future__ import annotations

from transforms.enrich import gazetteer as g
from transforms.enrich.gazetteer import Gazetteer
from transforms.enrich.inflection import declines
from transforms.enrich.span import GPE, Span

SOURCE = "rules"
# Share of right spans of each rule, measured on the developers' half of IEER, and a little less.
CONFIDENCE = {
    "title": 0.94,
    "role": 0.87,
    "first": 0.94,
    "initial": 0.8,
    "given": 0.88,
    "family": 0.88,
    "shouted": 0.7,
    "speech": 0.86,
    "bigram": 0.55,
    "legal": 0.93,
    "spelled": 0.8,
    "company": 0.7,
    "head": 0.88,
    "ampersand": 0.88,
    "branch": 0.5,
    "acronym": 0.62,
    "ticker": 0.95,
    "landform": 0.78,
    "building": 0.55,
    "in": 0.5,
    "state": 0.7,
}


class Scan:
    """The state of one text.

    Attributes:
        text: the text.
        spans: found so far, in order, not overlapping.
        reach: end of the last span: runs that start before it are part of it.
        language: primary subtag.
        declines: whether names have endings in it.
        shaped: whether capitals tell names from other words in this language.
        small: first words of known names that go on in small letters.
        towns: names of towns that need company.
        shouted: the text as it was, if it is all in capitals; `text` has then only the first letters so.
    """

    __slots__ = (
        "_small",
        "declines",
        "flags",
        "language",
        "names",
        "reach",
        "shaped",
        "shouted",
        "small",
        "spans",
        "starts",
        "text",
        "towns",
    )

    def __init__(
        self, known: Gazetteer, text: str, shaped: bool, shouted: str | None = None, language: str = "en"
    ) -> None:
        self.text = text
        self.language = language
        self.declines = declines(language)
        self.shouted = shouted
        self.flags = known.words.get
        self.names = known.names
        self.starts = known.starts
        self.small = known.small
        self.towns = known.towns
        self.shaped = shaped
        self.spans: list[Span] = []
        self.reach = 0
        self._small: set[str] | None = None

    def add(self, start: int, end: int, kind: str, rule: str) -> None:
        """A name found by a rule."""
        self.spans.append(Span(start, end, kind, CONFIDENCE[rule], SOURCE))
        self.reach = end

    def add_known(self, start: int, end: int, known: g.Known) -> None:
        """A name of the gazetteer."""
        self.spans.append(Span(start, end, known.type, known.confidence, SOURCE))
        self.reach = end

    def known(self, start: int, word: str) -> g.Known | None:
        """What the gazetteer says of a word, in a text all in capitals by its capital form too (`IBM`)."""
        known = self.names.get(word)
        if known is None and self.shouted is not None and not self.flags(word, 0) & g.COMMON:
            known = self.names.get(self.shouted[start : start + len(word)])
        return known

    def is_small(self, word: str) -> bool:
        """Whether the text has the word in small letters too."""
        if self._small is None:
            self._small = set(self.text.split())
        return word.lower() in self._small

    def longest(self, tokens: list[str], at: int) -> int:
        """How many tokens from `at` are the longest known name of several words, 0 for none."""
        most = self.starts.get(tokens[at], 0)
        for count in range(min(most, len(tokens) - at), 1, -1):
            if " ".join(tokens[at : at + count]) in self.names:
                return count
        return 0

    def known_from(self, start: int, first: str) -> int:
        """Where a known name ends that begins with the word `first` at a position, else 0.

        For names that go on with a possessive or in small letters (`Moody's Investors Service`,
        `Fonds monétaire international`), which no run of capitals holds whole.
        """
        most = self.starts.get(first, 0)
        if not most:
            return 0
        words = self.text[start : start + 80].replace("’", "'").split(" ", most)
        for count in range(min(most, len(words)), 1, -1):
            name = " ".join(words[:count]).rstrip('.,;:)"\n')
            if name in self.names:
                return start + len(name)
        return 0

    def possessive(self, start: int, run: str) -> int:
        """Where a known name with a possessive behind this run ends (`Moody's Investors Service`), else 0."""
        end = self.known_from(start, run.split(" ", 1)[0] + "'s")
        return end or (start + len(run) + 2 if run + "'s" in self.names else 0)

    def previous(self, start: int) -> str:
        """The word before a position, empty where a sentence or a clause begins there."""
        if start < 2 or self.text[start - 1] != " ":
            return ""
        space = max(
            self.text.rfind(" ", max(0, start - 24), start - 1),
            self.text.rfind("\n", max(0, start - 24), start),
        )
        return self.text[space + 1 : start - 1]

    def speaks(self, end: int) -> bool:
        """Whether the word behind a name is a verb of speech or the like."""
        if self.text[end : end + 1] != " ":
            return False
        word = self.text[end + 1 : end + 12].split(" ", 1)[0].rstrip(",.:;")
        return bool(self.flags(word, 0) & g.SPEECH)

    def has_state(self, end: int) -> bool:
        """Whether a comma and a state, province or country follow."""
        if self.text[end : end + 2] != ", ":
            return False
        words = self.text[end + 2 : end + 40].split(" ", 2)
        for count in (1, 2):
            whole = " ".join(words[:count])
            known = self.names.get(whole) or self.names.get(whole.rstrip(",;.)"))
            if known is None and "," in whole:
                known = self.names.get(whole.split(",", 1)[0])
            if known is not None:
                return known.type == GPE
        return False

    def is_quoted(self, start: int, end: int) -> bool:
        """Whether the name is all there is between two quotation marks: the title of a work."""
        return (
            start > 0
            and self.text[start - 1] in '"“„«'
            and any(mark in self.text[end : end + 2] for mark in '"”“»')
        )
