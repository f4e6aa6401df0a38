"""Names of one word."""

from __future__ import annotations

from transforms.enrich import gazetteer as g
from transforms.enrich.company import is_company_there, is_spelled
from transforms.enrich.inflection import nominative
from transforms.enrich.scan import Scan
from transforms.enrich.shapes import sentence_starts
from transforms.enrich.span import FAC, GPE, ORG, PERSON
from transforms.enrich.tickers import TICKER_OPENERS, ticker_after

UNNAMED = g.NEVER | g.COMMON | g.DEMONYM
_ENDS = g.ORG_END | g.LOC_END | g.FAC_END | g.ORG_HEAD | g.LOC_HEAD
_POSSESSIVE = frozenset(("'s", "’s"))


def single(scan: Scan, start: int, word: str) -> None:
    """A capitalised word that stands alone: known, told by what is around it, or not a name."""
    names = scan.names
    end = start + len(word)
    if word in scan.small and scan.shouted is None and (last := scan.known_from(start, word)):
        scan.add_known(start, last, names[scan.text[start:last].replace("’", "'")])
        return
    known = scan.known(start, word)
    if known is not None:
        scan.add_known(start, end, known)
        return
    flags = scan.flags(word, 0)
    if flags & UNNAMED:
        if scan.text[end : end + 1] == "." and (known := names.get(word + ".")):
            scan.add_known(start, end + 1, known)
        return
    after = scan.text[end : end + 2]
    if after[:1] == "." and (known := names.get(word + ".")):
        scan.add_known(start, end + 1, known)
    elif after in ("'s", "’s") and (last := scan.possessive(start, word)):
        scan.add_known(start, last, names[scan.text[start:last].replace("’", "'")])
    elif word[-1] == ".":
        single(scan, start, word[:-1])
    elif scan.declines and not flags and (case := nominative(word, scan.language)):
        scan.add_known(start, end, case[1])
    elif "-" in word and not flags:
        _parts(scan, start, word)
    elif len(word) > 1:
        _by_context(scan, start, end, word, flags)


def _parts(scan: Scan, start: int, word: str) -> None:
    """`US-Präsident`, `R-Texas`, `Israel-Lebanon`: the parts that are names; else the whole word."""
    found = False
    at = start
    for part in word.split("-"):
        known = scan.names.get(part)
        end = at + len(part)
        if known is None and scan.text[end : end + 1] == ".":
            known = scan.names.get(part + ".")
            end += known is not None
        if known is not None and len(part) > 1:
            scan.add_known(at, end, known)
            found = True
        at += len(part) + 1
    if not found:
        _by_context(scan, start, start + len(word), word, 0)


def _by_context(scan: Scan, start: int, end: int, word: str, flags: int) -> None:
    before = scan.previous(start)
    context = scan.flags(before, 0) if before else 0
    if scan.text[end : end + 2] in TICKER_OPENERS and ticker_after(scan.text, end):
        scan.add(start, end, ORG, "ticker")
    elif context & g.TITLE or (context & g.ROLE and before[0].islower()):
        if not flags & (g.TITLE | _ENDS) and (scan.shaped or flags & (g.FIRST_NAME | g.FAMILY_NAME)):
            scan.add(start, end, PERSON, "role")
    elif flags & g.TITLE:
        return
    elif (context & g.BEFORE_PLACE or scan.has_state(end)) and word in scan.towns:
        scan.add(start, end, GPE, "state")
    elif flags & (g.FAC_END | g.ORG_END) and is_ordinal(before):
        scan.add(start - len(before) - 1, end, FAC if flags & g.FAC_END else ORG, "building")
    elif word.isupper():
        if len(word.replace(".", "")) <= 6 and not word.isdigit():
            scan.add(start, end, ORG, "acronym")
    elif scan.shouted is not None and flags & g.FAMILY_NAME and not flags & (g.FIRST_NAME | _ENDS):
        if word not in scan.towns:
            scan.add(start, end, PERSON, "shouted")
    elif is_spelled(word):
        scan.add(start, end, ORG, "spelled")
    elif not scan.shaped:
        return
    elif not flags & (_ENDS | g.FIRST_NAME | g.FAMILY_NAME) and is_company_there(scan, start, end, before):
        scan.add(start, end, ORG, "company")
    elif flags & (g.FIRST_NAME | g.FAMILY_NAME):
        if flags & _ENDS or (word in scan.towns and not scan.speaks(end)):
            return
        if not (sentence_starts(scan.text, start) and scan.is_small(word)):
            scan.add(start, end, PERSON, "given" if flags & g.FIRST_NAME else "family")
    elif flags & _ENDS:
        return
    elif context & g.BEFORE_PLACE:
        if scan.text[end : end + 2] not in _POSSESSIVE and not scan.is_small(word):
            scan.add(start, end, GPE, "in")
    elif scan.speaks(end) and not scan.is_small(word):
        scan.add(start, end, PERSON, "speech")


def is_ordinal(word: str) -> bool:
    """Whether a word is a number such as `7th`."""
    return word[:1].isdigit() and word[-2:] in ("st", "nd", "rd", "th")
