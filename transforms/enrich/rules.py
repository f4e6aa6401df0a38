"""The rules tagger: names by shape, context and gazetteer, at wire speed and without a model."""

from __future__ import annotations

import re

from transforms.enrich import gazetteer as g
from transforms.enrich.caseless import caseless_names, has_letters
from transforms.enrich.compound import GENERATIONS, compound
from transforms.enrich.gazetteer import Gazetteer, gazetteer
from transforms.enrich.scan import Scan
from transforms.enrich.shapes import CONNECTORS, NAMES, SMALL, sentence_starts
from transforms.enrich.single import UNNAMED, single
from transforms.enrich.span import Span
from transforms.enrich.tickers import without_tickers
from transforms.enrich.unshaped import shouted
from transforms.enrich.words import digest, word_lists, word_set

# German and its kin write every noun with a capital: shape alone says nothing there.
_NOUNS_CAPITALISED = frozenset(("de", "lb", "gsw", "nds"))
_ENDS = g.ORG_END | g.LOC_END | g.FAC_END
_JOINERS = word_set("joiners")
_ARTICLES = word_set("articles") | {"the"}
_ROMANCE_ARTICLES = frozenset(("le", "la", "el", "los", "las"))
_WITHOUT_COMPOUND_TITLES = frozenset(("en", ""))
_TITLE_ENDINGS = tuple(word_lists()["title_endings"])
_BODIES = word_set("bodies")
# A title in French; an initial behind a given name.
_MONSIEUR = re.compile(r"(?:([^\W\d_a-z][\w-]*) )?\bM\. (?=[^\W\d_a-z])")
_LONGEST_COMMON = 4  # shorter words that begin sentences begin no organisation's name


class Rules:
    """The default tagger. Without state of its own: the gazetteer is shared by the process.

    Attributes:
        identity: name, and hash of its tables, for the run report.
    """

    def __init__(self) -> None:
        self._gazetteer: Gazetteer = gazetteer()
        self.identity = f"rules sha256:{digest()}"

    def tag(self, text: str, language: str | None) -> list[Span]:
        """Spans of the names in `text`, in order, not overlapping.

        Args:
            text: a story's body or headline; one that is all in capitals is read with the gazetteer.
            language: BCP 47, None where it is not known.
        """
        primary = language.split("-", 1)[0].lower() if language else ""
        shaped = primary not in _NOUNS_CAPITALISED
        if primary == "fr":
            text = _MONSIEUR.sub(self._monsieur, text)
        shouted = None
        if text.isupper() and len(text.title()) == len(text):
            shouted, text, shaped = text, text.title(), False
        scan = Scan(self._gazetteer, text, shaped, shouted, primary)
        names, flags, small = scan.names, scan.flags, scan.small
        for match in NAMES.finditer(without_tickers(text)):
            run = match.group()
            if " " in run:
                _run(scan, match.start(), run)
            elif (
                run in names
                or run in small
                or not flags(run, 0) & UNNAMED
                or text[match.end() : match.end() + 1] == "."
            ) and match.start() >= scan.reach:
                single(scan, match.start(), run)
        if not text.isascii() and has_letters(text):
            return sorted([*scan.spans, *caseless_names(text)])
        return scan.spans

    def _monsieur(self, match: re.Match[str]) -> str:
        before = match[1] or ""
        if self._gazetteer.words.get(before, 0) & g.FIRST_NAME:
            return match.group()
        return match.group()[:-3] + "Mr "


def _run(scan: Scan, start: int, run: str) -> None:
    """One run of capitalised words, with the small words between them."""
    if start < scan.reach:
        skip = run.find(" ", scan.reach - start) + 1
        if skip <= 0:
            return
        start += skip
        run = run[skip:]
        while (word := run.partition(" ")[0]) in SMALL and word != run:
            start += len(word) + 1
            run = run[len(word) + 1 :]
    if run[1:2] == "-" and run[0] in "RDIL":  # R-Texas: a party before the state
        start += 2
        run = run[2:]
    end = start + len(run)
    known = scan.names.get(run)
    if known is not None:
        scan.add_known(start, end, known)
        return
    if scan.text[end : end + 2] in ("'s", "’s") and (last := scan.possessive(start, run)):
        scan.add_known(start, last, scan.names[scan.text[start:last].replace("’", "'")])
        return
    tokens = run.split(" ")
    flags_of = scan.flags
    flags = [flags_of(token, 0) for token in tokens]
    if "." in run or "," in run or "-" in run:
        flags = [flag or _trimmed_flags(scan, token) for token, flag in zip(tokens, flags, strict=True)]
    if scan.language not in _WITHOUT_COMPOUND_TITLES:
        flags = [
            flag or (g.TITLE if token.endswith(_TITLE_ENDINGS) else 0)
            for token, flag in zip(tokens, flags, strict=True)
        ]
    if scan.shouted is not None:
        shouted(scan, start, tokens, flags)
        return
    if ". " not in run and SMALL.isdisjoint(tokens):
        _part(scan, start, tokens, flags)
        return
    begin = at = 0
    while at < len(tokens):
        if at > begin and _splits(scan, tokens, flags, begin, at):
            _trimmed(scan, start, tokens, flags, begin, at)
            while at < len(tokens) and tokens[at] in SMALL:
                at += 1
            begin = at
        at += 1
    _trimmed(scan, start, tokens, flags, begin, len(tokens))


def _trimmed_flags(scan: Scan, token: str) -> int:
    """Flags without point or comma; of a compound, what its last part says (`US-Präsident`)."""
    if "-" in token:
        return scan.flags(token[token.rfind("-") + 1 :].capitalize(), 0) & g.TITLE
    return scan.flags(token.rstrip(".,"), 0)


def _splits(scan: Scan, tokens: list[str], flags: list[int], begin: int, at: int) -> bool:
    """Whether a new name begins at a token, or a connector there joins nothing."""
    token = tokens[at]
    if tokens[at - 1][-1] == ".":
        return _ends_sentence(scan, tokens[at - 1], flags[at])
    if token in _ROMANCE_ARTICLES and flags[at + 1] & (g.TITLE | g.COMMON | g.NEVER):
        return True  # `à Paris le Premier ministre`
    if token not in CONNECTORS or token == "&" or (token == "the" and tokens[at - 1] in CONNECTORS):
        return False
    if scan.longest(tokens, begin) > at - begin:
        return False
    headed = any(flags[i] & g.ORG_HEAD for i in range(begin, at))
    if token in _JOINERS:
        return not (headed or (at == begin + 1 and flags[begin] & g.LOC_HEAD))
    return not _joins(scan, tokens, flags, begin, at, headed)


def _joins(scan: Scan, tokens: list[str], flags: list[int], begin: int, at: int, headed: bool) -> bool:
    """Whether an `and` stands inside an organisation's name."""
    after = at + 1
    if (
        tokens[after] in _ARTICLES
        or flags[after] & (g.FIRST_NAME | g.DEMONYM | g.TITLE)
        or tokens[after] in scan.names
    ):
        return False
    if headed and not _JOINERS.isdisjoint(tokens[begin:at]):
        return not (flags[after] & g.ORG_HEAD and after + 1 < len(tokens) and tokens[after + 1] in _JOINERS)
    return (
        tokens[-1] in _BODIES
        and len(tokens) - after > 1
        and not flags[at - 1] & (_ENDS | g.FIRST_NAME | g.FAMILY_NAME)
        and tokens[at - 1] not in scan.names
    )


def _ends_sentence(scan: Scan, token: str, next_flags: int) -> bool:
    """Whether a word with a point ends its sentence, seen what comes next."""
    if next_flags & g.COMMON:
        return True
    word = token[:-1]
    if "." in word or len(word) == 1 or token in GENERATIONS or token in scan.names:
        return False
    return not scan.flags(word, 0) & (g.TITLE | g.ORG_END | g.LOC_HEAD)


def _trimmed(scan: Scan, start: int, tokens: list[str], flags: list[int], begin: int, end: int) -> None:
    while end > begin and tokens[end - 1] in SMALL:
        end -= 1
    if end > begin:
        start += sum(map(len, tokens[:begin])) + begin
        _part(scan, start, tokens[begin:end], flags[begin:end])


def _part(scan: Scan, start: int, tokens: list[str], flags: list[int]) -> None:
    """One name with what stands before it; words go that only the sentence's beginning made capital."""
    if sentence_starts(scan.text, start):
        begin = 0
        while begin < len(tokens) - 1 and _is_opening(scan, tokens, flags, begin):
            begin += 1
            while tokens[begin] in SMALL:
                begin += 1
        if begin:
            start += sum(map(len, tokens[:begin])) + begin
            tokens = tokens[begin:]
            flags = flags[begin:]
    if start < scan.reach:
        return
    if len(tokens) == 1:
        single(scan, start, tokens[0])
    else:
        compound(scan, start, tokens, flags)


def _is_opening(scan: Scan, tokens: list[str], flags: list[int], at: int) -> bool:
    """Whether a word at the beginning of a sentence is no part of the name after it."""
    flag = flags[at]
    word = tokens[at]
    if flag & (g.FIRST_NAME | g.TITLE | g.DEMONYM) or (word in scan.starts and scan.longest(tokens, at)):
        return False
    if not flag & g.COMMON:
        return bool(scan.flags(word.lower(), 0) & g.ROLE) or (not flag and scan.is_small(word))
    return not (flags[at + 1] & _ENDS and len(word) > _LONGEST_COMMON and not scan.is_small(word))
