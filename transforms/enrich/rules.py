"""The rules tagger: names by shape, context and gazetteer, at wire speed and without a model."""

from __future__ import annotations

from transforms.enrich import gazetteer as g
from transforms.enrich.gazetteer import Gazetteer, gazetteer
from transforms.enrich.shapes import CONNECTORS, NAMES, SMALL, sentence_starts
from transforms.enrich.span import FAC, GPE, LOC, ORG, PERSON, Span
from transforms.enrich.words import word_set

SOURCE = "rules"
# German and its kin write every noun with a capital: shape alone says nothing there.
_NOUNS_CAPITALISED = frozenset(("de", "lb", "gsw", "nds"))
_UNNAMED = g.NEVER | g.COMMON | g.DEMONYM
_END = g.ORG_END | g.LOC_END | g.FAC_END
_GENERATIONS = word_set("generations")
_OFFICES = word_set("offices")
# Share of right spans of each rule, measured on the developers' half of IEER.
CONFIDENCE = {
    "title": 0.92,
    "role": 0.92,
    "first": 0.93,
    "initial": 0.92,
    "speech": 0.7,
    "bigram": 0.6,
    "legal": 0.93,
    "head": 0.85,
    "ampersand": 0.85,
    "acronym": 0.75,
    "ticker": 0.97,
    "landform": 0.75,
    "building": 0.6,
    "in": 0.7,
    "state": 0.85,
}


class Rules:
    """The default tagger. Stateless: the gazetteer is shared by the process."""

    def __init__(self) -> None:
        self._gazetteer: Gazetteer = gazetteer()

    def tag(self, text: str, language: str | None) -> list[Span]:
        """Spans of the names in `text`, in order, not overlapping."""
        reader = _Reader(self._gazetteer, text, _primary(language) not in _NOUNS_CAPITALISED)
        for match in NAMES.finditer(text):
            reader.run(match.start(), match.group())
        return reader.spans


def _primary(language: str | None) -> str:
    return (language or "").split("-", 1)[0].lower()


class _Reader:
    """One text on its way through the rules."""

    def __init__(self, known: Gazetteer, text: str, shaped: bool) -> None:
        self.text = text
        self.flags = known.words.get
        self.names = known.names
        self.starts = known.starts
        self.shaped = shaped
        self.spans: list[Span] = []
        self._small: set[str] | None = None

    def add(self, start: int, end: int, kind: str, confidence: float) -> None:
        self.spans.append(Span(start, end, kind, confidence, SOURCE))

    def is_small(self, word: str) -> bool:
        """Whether the text has the word in small letters too."""
        if self._small is None:
            self._small = set(self.text.split())
        return word.lower() in self._small

    # -- runs -------------------------------------------------------------------------------------

    def run(self, start: int, run: str) -> None:
        """One run of capitalised words, with the small words between them."""
        if " " not in run:
            self.single(start, run)
            return
        if run in self.names:
            known = self.names[run]
            self.add(start, start + len(run), known.type, known.confidence)
            return
        tokens = run.split(" ")
        flags = [self.flags(token.rstrip(".,"), 0) for token in tokens]
        begin = 0
        for at, token in enumerate(tokens):
            if begin <= at and self._splits(tokens, flags, begin, at):
                last = at
                while last > begin and tokens[last - 1] in SMALL:
                    last -= 1
                self._part(start, tokens, flags, begin, last)
                begin = at if token not in CONNECTORS else at + 1
                while begin < len(tokens) and tokens[begin] in SMALL:
                    begin += 1
        self._part(start, tokens, flags, begin, len(tokens))

    def _splits(self, tokens: list[str], flags: list[int], begin: int, at: int) -> bool:
        """Whether a new name begins at a token, or a connector there joins nothing."""
        token = tokens[at]
        if at > begin and tokens[at - 1][-1] == "." and self._ends_sentence(tokens[at - 1], flags[at]):
            return True
        if token not in CONNECTORS or at == begin:
            return False
        if token == "&":
            return False
        if token == "the" and tokens[at - 1] in CONNECTORS:
            return False
        headed = any(flags[i] & g.ORG_HEAD for i in range(begin, at))
        if token in ("of", "for", "on"):
            if headed or (at == begin + 1 and flags[begin] & g.LOC_HEAD):
                return False
            return self._longest(tokens, begin) <= at - begin
        if token == "and" and headed and any(word in ("of", "for", "on") for word in tokens[begin:at]):
            after = flags[at + 1]
            return bool(after & (g.FIRST_NAME | g.DEMONYM | g.ORG_HEAD)) or tokens[at + 1] in self.names
        return self._longest(tokens, begin) <= at - begin

    def _ends_sentence(self, token: str, next_flags: int) -> bool:
        word = token[:-1]
        if "." in word:  # U.S. The
            return bool(next_flags & g.COMMON)
        if len(word) == 1:  # an initial, or plan B. The
            return bool(next_flags & g.COMMON)
        return not (
            self.flags(word, 0) & (g.TITLE | g.ORG_END | g.LOC_HEAD) or token in _GENERATIONS
        ) or bool(next_flags & g.COMMON)

    def _longest(self, tokens: list[str], at: int) -> int:
        """How many tokens from `at` are the longest known name of several words, 0 for none."""
        most = self.starts.get(tokens[at], 0)
        for count in range(min(most, len(tokens) - at), 1, -1):
            if " ".join(tokens[at : at + count]) in self.names:
                return count
        return 0

    # -- one word ---------------------------------------------------------------------------------

    def single(self, start: int, word: str) -> None:
        """A capitalised word that stands alone."""
        end = start + len(word)
        known = self.names.get(word)
        if word[-1] == "." and known is None:
            word = word[:-1] if word.count(".") == 1 else word
            end = start + len(word)
            known = self.names.get(word)
        if known is None and self.text[end : end + 1] == ".":
            known = self.names.get(word + ".")
            end += known is not None
        if known is None and self.text[end : end + 2] in ("'s", "’s"):
            known = self.names.get(word + "'s")
            end += 2 * (known is not None)
        if known is not None:
            self.add(start, end, known.type, known.confidence)
            return
        flags = self.flags(word, 0)
        if flags & _UNNAMED or len(word) < 2:
            return
        before = self.text[max(0, start - 24) : start]
        previous = before[before.rfind(" ", 0, -1) + 1 : -1] if before[-1:] == " " else ""
        context = self.flags(previous, 0) if previous else 0
        if context & g.TITLE or (context & g.ROLE and not previous[0].isupper()):
            if not flags & (g.TITLE | _END) and self.shaped:
                self.add(start, end, PERSON, CONFIDENCE["role"])
            return
        if flags & g.TITLE:
            return
        if flags & g.TOWN and (context & g.BEFORE_PLACE or self._has_state(end)):
            self.add(start, end, GPE, CONFIDENCE["state"])
        elif word.isupper():
            if (
                2 <= len(word.replace(".", "")) <= 6
                and not word.isdigit()
                and not sentence_starts(self.text, start)
            ):
                self.add(start, end, ORG, CONFIDENCE["acronym"])
        elif context & g.BEFORE_PLACE and self.shaped and not flags & (_END | g.FIRST_NAME | g.FAMILY_NAME):
            self.add(start, end, GPE, CONFIDENCE["in"])
        elif self.shaped and self._speaks(end) and not flags & _END and not self.is_small(word):
            self.add(start, end, PERSON, CONFIDENCE["speech"])

    def _speaks(self, end: int) -> bool:
        after = self.text[end : end + 12]
        if after[:1] != " ":
            return False
        word = after[1:].split(" ", 1)[0].rstrip(",.:;")
        return bool(self.flags(word, 0) & g.SPEECH)

    def _has_state(self, end: int) -> bool:
        if self.text[end : end + 2] != ", ":
            return False
        after = self.text[end + 2 : end + 26]
        word = after.split(" ", 1)[0]
        name = self.names.get(word) or self.names.get(word.rstrip(".,;")) or self.names.get(word.rstrip(",;"))
        return name is not None and name.type == GPE

    # -- several words ----------------------------------------------------------------------------

    def _part(self, start: int, tokens: list[str], flags: list[int], begin: int, end: int) -> None:
        """Tokens `begin` to `end` of a run are one name, with titles and the like before it."""
        while end > begin and tokens[end - 1] in SMALL:
            end -= 1
        if end <= begin:
            return
        at = start + sum(map(len, tokens[:begin])) + begin
        if sentence_starts(self.text, at):
            # Words that only the beginning of the sentence has made capital.
            while end - begin > 1 and (
                flags[begin] & g.COMMON
                and not self._longest(tokens, begin)
                and not (
                    flags[begin + 1] & _END
                    and not flags[begin] & ~g.COMMON
                    and self.is_name_part(tokens[begin])
                )
            ):
                at += len(tokens[begin]) + 1
                begin += 1
                while begin < end - 1 and tokens[begin] in SMALL:
                    at += len(tokens[begin]) + 1
                    begin += 1
        if end - begin == 1:
            self.single(at, tokens[begin])
            return
        self.several(at, tokens[begin:end], flags[begin:end])

    def is_name_part(self, word: str) -> bool:
        """Whether a common word may well begin an organisation's name (`National Bank`)."""
        return not self.is_small(word) and len(word) > 4

    def several(self, start: int, tokens: list[str], flags: list[int]) -> None:
        """A name of several words."""
        text = " ".join(tokens)
        end = start + len(text)
        if text[-1] == "." and flags[-1] == 0 and tokens[-1] not in _GENERATIONS and len(tokens[-1]) > 2:
            text = text[:-1]
            end -= 1
        known = self.names.get(text)
        if known is not None:
            self.add(start, end, known.type, known.confidence)
            return
        first = flags[0]
        last = flags[-1]
        if self._organisation(start, end, tokens, flags):
            return
        title = -1
        for at in range(len(tokens) - 1):
            if flags[at] & g.TITLE and not (at and flags[at - 1] & g.FIRST_NAME):
                title = at
        if title >= 0:
            self._titled(start, tokens, flags, title)
            return
        if first & g.DEMONYM:
            self._rest(start, tokens, flags, 1)
            return
        if last & g.FAC_END:
            self.add(start, end, FAC, CONFIDENCE["building"])
        elif last & g.LOC_END:
            self.add(start, end, LOC, CONFIDENCE["landform"])
        elif last & (g.NEVER | g.DEMONYM):
            self._prefix(start, tokens, flags)
        elif first & g.FIRST_NAME and len(tokens) <= 5 and not last & g.COMMON:
            self.add(start, end, PERSON, CONFIDENCE["first"])
        elif len(tokens) <= 4 and any(len(token) == 2 and token[1] == "." for token in tokens[:-1]):
            self.add(start, end, PERSON, CONFIDENCE["initial"])
        elif first & g.LOC_HEAD and len(tokens) <= 4:
            self.add(
                start,
                end,
                LOC if tokens[0] in ("Lake", "Mount", "Cape", "Gulf", "Bay") else GPE,
                CONFIDENCE["landform"],
            )
        elif self._prefix(start, tokens, flags):
            return
        elif first & g.DIRECTION and tokens[1] in self.names:
            self.add(start, end, self.names[tokens[1]].type, CONFIDENCE["landform"])
        elif self.shaped and len(tokens) <= 4 and not any(flag & (g.COMMON | _END) for flag in flags):
            self.add(start, end, PERSON, CONFIDENCE["bigram"])

    def _organisation(self, start: int, end: int, tokens: list[str], flags: list[int]) -> bool:
        last = flags[-1]
        if last & g.ORG_END and not (last & g.TITLE):
            begin = 0
            if flags[0] & g.TITLE and not flags[1] & g.ORG_END:
                return False
            skip = sum(len(token) + 1 for token in tokens[:begin])
            self.add(start + skip, end, ORG, CONFIDENCE["legal"])
            return True
        if "&" in tokens or any("&" in token for token in tokens):
            self.add(start, end, ORG, CONFIDENCE["ampersand"])
            return True
        for at in range(len(tokens) - 1):
            if flags[at] & g.ORG_HEAD and any(
                word in ("of", "for", "on") for word in tokens[at + 1 : at + 3]
            ):
                if any(flag & g.TITLE for flag in flags[at + 1 :]):
                    return False
                self.add(start, end, ORG, CONFIDENCE["head"])
                return True
        return False

    def _titled(self, start: int, tokens: list[str], flags: list[int], title: int) -> None:
        """`Ford Chairman Alex Trotman`: what comes before the title, and the person after it."""
        first = title
        while first > 0 and flags[first - 1] & g.TITLE:
            first -= 1
        if first:
            self._rest(start, tokens[:first], flags[:first], 0)
        after = title + 1
        if after < len(tokens) and tokens[after] == "of":
            after += 2
        while after < len(tokens) - 1 and tokens[after] in _OFFICES:
            after += 1
        if after >= len(tokens) or (
            not self.shaped and not flags[after] & g.FIRST_NAME and len(tokens) - after < 2
        ):
            return
        at = start + sum(len(token) + 1 for token in tokens[:after])
        rest = " ".join(tokens[after:])
        if rest in self.names and self.names[rest].type != PERSON and len(tokens) - after > 1:
            self.add(at, at + len(rest), self.names[rest].type, self.names[rest].confidence)
        elif not (len(tokens) - after == 1 and flags[after] & _UNNAMED):
            if rest[-1] == "." and tokens[-1] not in _GENERATIONS:
                rest = rest[:-1]
            self.add(at, at + len(rest), PERSON, CONFIDENCE["title"])

    def _rest(self, start: int, tokens: list[str], flags: list[int], skip: int) -> None:
        """What is left of a name when its first words are off."""
        at = start + sum(len(token) + 1 for token in tokens[:skip])
        rest = len(tokens) - skip
        if rest == 1:
            self.single(at, tokens[skip])
        elif rest > 1:
            self.several(at, tokens[skip:], flags[skip:])

    def _prefix(self, start: int, tokens: list[str], flags: list[int]) -> bool:
        """A known name at the beginning (`New York Mayor`), the rest on its own."""
        count = self._longest(tokens, 0)
        if not count and tokens[0] in self.names and not flags[0] & g.FIRST_NAME:
            count = 1
        if not count:
            return False
        name = " ".join(tokens[:count])
        known = self.names[name]
        self.add(start, start + len(name), known.type, known.confidence)
        if count < len(tokens):
            self._rest(start, tokens, flags, count)
        return True
