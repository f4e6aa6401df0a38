"""Names of several words."""

from __future__ import annotations

from transforms.enrich import gazetteer as g
from transforms.enrich.company import is_company_there, is_spelled
from transforms.enrich.inflection import nominative
from transforms.enrich.scan import Scan
from transforms.enrich.shapes import CONNECTORS, PARTICLES, sentence_starts
from transforms.enrich.single import UNNAMED, is_ordinal, single
from transforms.enrich.span import FAC, GPE, LOC, ORG, PERSON
from transforms.enrich.tickers import TICKER_OPENERS, ticker_after
from transforms.enrich.unshaped import names_inside
from transforms.enrich.words import word_set

GENERATIONS = word_set("generations")
_LEGAL = word_set("legal_forms")
_OFFICES = word_set("offices")
_JOINERS = word_set("joiners")
_ARTICLES = word_set("articles")
_WATERS = frozenset(("Lake", "Mount", "Cape", "Gulf", "Bay", "Lac", "Monte", "Mont", "River", "Strait"))
_LONGEST_PERSON = 5
_DETERMINERS = word_set("determiners")  # no person's name has one before it
_CLOSING = frozenset('"”“»')


def compound(scan: Scan, start: int, tokens: list[str], flags: list[int]) -> None:
    """A run of capitalised words, with small words inside, that is one name and what stands before it."""
    names = scan.names
    text = " ".join(tokens)
    end = start + len(text)
    if tokens[-1] in ("Jr", "Sr") and scan.text[end : end + 1] == ".":
        text += "."
        end += 1
    if text[-1] == "." and text not in names and not _keeps_point(tokens[-1], flags[-1]):
        text = text[:-1]
        end -= 1
    known = names.get(text)
    if known is not None:
        scan.add_known(start, end, known)
        return
    if scan.declines and _declined(scan, start, tokens, flags):
        return
    first, last = flags[0], flags[-1]
    if scan.text[end : end + 2] in TICKER_OPENERS and ticker_after(scan.text, end):
        scan.add(start, end, ORG, "ticker")
        return
    if flags[1] & g.FIRST_NAME and _is_acronym(tokens[0]) and not last & g.ORG_END:
        single(scan, start, tokens[0])
        rest(scan, start, tokens, flags, 1)
        return
    is_given = bool(first & g.FIRST_NAME)
    if is_given and len(tokens) == 2 and (last & g.FAMILY_NAME or (not last and "&" not in tokens[1])):
        scan.add(start, end, PERSON, "first")
        return
    if _organisation(scan, start, end, tokens, flags):
        return
    title = _title(tokens, flags)
    if title >= 0:
        _titled(scan, start, tokens, flags, title)
    elif first & g.DEMONYM and not is_given:
        rest(scan, start, tokens, flags, 1)
    elif is_given and _may_be_person(scan, tokens, flags):
        scan.add(start, end, PERSON, "first")
    elif last & g.FAC_END:
        scan.add(start, end, FAC, "building")
    elif last & g.LOC_END:
        scan.add(start, end, LOC, "landform")
    elif last & (g.NEVER | g.DEMONYM) and tokens[-1] not in GENERATIONS:
        _known_part(scan, start, tokens, flags)
    elif scan.shaped and _has_initial(tokens):
        scan.add(start, end, PERSON, "initial")
    elif _known_part(scan, start, tokens, flags):
        return
    elif first & g.LOC_HEAD and len(tokens) <= 4 and scan.shaped and not flags[1] & g.FIRST_NAME:
        scan.add(start, end, LOC if tokens[0] in _WATERS else GPE, "landform")
    elif scan.shaped:
        _by_shape(scan, start, end, tokens, flags)
    else:
        names_inside(scan, start, tokens, flags)


def _declined(scan: Scan, start: int, tokens: list[str], flags: list[int]) -> bool:
    """A place in another case before a name (`Германии Петер Штольц`) or behind two (`Aino Salo Turussa`)."""
    language = scan.language
    if not flags[0] and (case := nominative(tokens[0], language)):
        scan.add_known(start, start + len(tokens[0]), case[1])
        rest(scan, start, tokens, flags, 1)
        return True
    if len(tokens) > 2 and not flags[-1] and (case := nominative(tokens[-1].rstrip("."), language)):
        rest(scan, start, tokens[:-1], flags[:-1], 0)
        at = start + sum(map(len, tokens[:-1])) + len(tokens) - 1
        scan.add_known(at, at + len(tokens[-1].rstrip(".")), case[1])
        return True
    return False


def rest(scan: Scan, start: int, tokens: list[str], flags: list[int], skip: int) -> None:
    """What is left of a run when its first words are off."""
    while skip < len(tokens) and (tokens[skip] in CONNECTORS or tokens[skip] in PARTICLES):
        skip += 1
    start += sum(map(len, tokens[:skip])) + skip
    if len(tokens) - skip == 1:
        single(scan, start, tokens[skip])
    elif len(tokens) > skip:
        compound(scan, start, tokens[skip:], flags[skip:])


def _keeps_point(token: str, flags: int) -> bool:
    return token in GENERATIONS or token in _LEGAL or "." in token[:-1] or len(token) == 2


def _is_acronym(token: str) -> bool:
    return len(token) > 1 and token.isupper() and token.isalpha()


def _organisation(scan: Scan, start: int, end: int, tokens: list[str], flags: list[int]) -> bool:
    if tokens[-1] in _LEGAL:
        at = 0
        while not scan.shaped and at < len(tokens) - 2 and flags[at] & g.COMMON:
            start += len(tokens[at]) + 1
            at += 1
        scan.add(start, end, ORG, "legal")
        return True
    if flags[-1] & g.ORG_END and not flags[-1] & g.TITLE:
        if flags[0] & g.TITLE and not flags[1] & g.ORG_END:
            return False
        scan.add(_with_number(scan, start), end, ORG, "legal")
        return True
    if "&" in tokens or any("&" in token for token in tokens):
        scan.add(start, end, ORG, "ampersand")
        return True
    for at in range(len(tokens) - 1):
        if flags[at] & g.ORG_HEAD and tokens[at + 1] in _JOINERS:
            if any(flag & g.TITLE for flag in flags[at + 1 :]):
                return False
            for person in range(at + 3, len(tokens) - 1):  # `Bank of Ruritania John Doe`
                if flags[person] & g.FIRST_NAME:
                    rest(scan, start, tokens[:person], flags[:person], 0)
                    rest(scan, start, tokens, flags, person)
                    return True
            scan.add(_with_number(scan, start), end, ORG, "head")
            return True
    return False


def _with_number(scan: Scan, start: int) -> int:
    """Where a name starts that may have a number before it (`7th Fleet`)."""
    before = scan.previous(start)
    return start - len(before) - 1 if is_ordinal(before) else start


def _title(tokens: list[str], flags: list[int]) -> int:
    """Where the last title before a name stands, -1 where there is none."""
    found = -1
    for at in range(len(tokens) - 1):
        flag = flags[at]
        if flag & g.TITLE and not (at and flags[at - 1] & g.FIRST_NAME):
            found = at
    return found


def _titled(scan: Scan, start: int, tokens: list[str], flags: list[int], title: int) -> None:
    """`Ford Chairman Alex Trotman`: what comes before the title, and the person after it."""
    first = title
    while first > 0 and (flags[first - 1] & g.TITLE or tokens[first - 1] in _OFFICES):
        first -= 1
    if first:
        rest(scan, start, tokens[:first], flags[:first], 0)
    prefix = tokens[first][: tokens[first].rfind("-")] if "-" in tokens[first] else ""
    if prefix in scan.names:
        begin = start + sum(map(len, tokens[:first])) + first
        scan.add_known(begin, begin + len(prefix), scan.names[prefix])
    after = title + 1
    if tokens[after] == "of" and after + 1 < len(tokens):
        after += 2
    while after < len(tokens) - 1 and (tokens[after] in _OFFICES or tokens[after] in CONNECTORS):
        after += 1
    left = len(tokens) - after
    if left < 1:
        return
    if not scan.shaped and left < 2 and not flags[after] & (g.FIRST_NAME | g.FAMILY_NAME):
        rest(scan, start, tokens, flags, after)
        return
    if tokens[after] in _ARTICLES or (left == 1 and flags[after] & UNNAMED):
        return
    at = start + sum(map(len, tokens[:after])) + after
    name = " ".join(tokens[after:])
    if left > 1 and name in scan.names:
        scan.add_known(at, at + len(name), scan.names[name])
    elif left > 1 and flags[-1] & (g.ORG_END | g.FAC_END | g.LOC_END) and not flags[after] & g.FIRST_NAME:
        rest(scan, start, tokens, flags, after)
    else:
        if name[-1] == "." and tokens[-1] not in GENERATIONS:
            name = name[:-1]
        scan.add(at, at + len(name), PERSON, "title")


def _may_be_person(scan: Scan, tokens: list[str], flags: list[int]) -> bool:
    """Whether a run that starts with a given name is a person's name all through."""
    last = flags[-1]
    if len(tokens) == 2 and not last & (g.FAC_END | g.LOC_END):
        return scan.shaped or not last & UNNAMED
    if len(tokens) > _LONGEST_PERSON or (
        last & (g.FAC_END | g.LOC_END | g.COMMON) and not last & g.FAMILY_NAME
    ):
        return False
    return scan.shaped or not any(flag & UNNAMED for flag in flags)


def _has_initial(tokens: list[str]) -> bool:
    return len(tokens) <= _LONGEST_PERSON and any(
        len(token) == 2 and token[1] == "." for token in tokens[:-1]
    )


def _known_part(scan: Scan, start: int, tokens: list[str], flags: list[int]) -> bool:
    """A known name at the beginning (`New York Mayor`) or end (`Southern Lebanon`), the rest by itself."""
    count = scan.longest(tokens, 0)
    if not count and tokens[0] in scan.names and not flags[0] & (g.FIRST_NAME | g.FAMILY_NAME):
        count = 1
    if count:
        name = " ".join(tokens[:count])
        scan.add_known(start, start + len(name), scan.names[name])
        if count < len(tokens):
            rest(scan, start, tokens, flags, count)
        return True
    for at in range(1, len(tokens)):
        tail = " ".join(tokens[at:])
        known = scan.names.get(tail)
        if known is None:
            continue
        lead = flags[:at]
        at_start = start + sum(map(len, tokens[:at])) + at
        if lead[-1] & g.DIRECTION and known.type != ORG:
            scan.add(at_start - len(tokens[at - 1]) - 1, at_start + len(tail), LOC, "landform")
        elif all(flag & (g.COMMON | g.NEVER | g.DEMONYM | g.DIRECTION) for flag in lead):
            scan.add_known(at_start, at_start + len(tail), known)
        elif at == 1 and scan.language not in ("en", "") and sentence_starts(scan.text, start):
            scan.add_known(at_start, at_start + len(tail), known)  # `Podle NATO`
        elif known.type == GPE and scan.shaped and not flags[at] & g.FAMILY_NAME:
            scan.add(start, at_start + len(tail), ORG, "branch")
        else:
            return False
        return True
    return False


def may_be_named(text: str, start: int, end: int) -> bool:
    """Whether a person may be named there: no article before, no closing quotation mark as behind a title."""
    before = text[max(0, start - 8) : start].rsplit(None, 1)
    return not (before and before[-1].lower() in _DETERMINERS) and text[end : end + 1] not in _CLOSING


def _by_shape(scan: Scan, start: int, end: int, tokens: list[str], flags: list[int]) -> None:
    """Two to four words that nothing is known of: a person, more often than not."""
    if len(tokens) > 4 or scan.is_quoted(start, end):
        return
    if any(flag & (g.COMMON | g.NEVER | g.ORG_END | g.LOC_END | g.FAC_END) for flag in flags[:-1]):
        return
    if flags[-1] & g.COMMON and not flags[-1] & g.FAMILY_NAME:
        return
    if all(len(token) > 1 and token.isupper() for token in tokens):
        return
    before = scan.previous(start)
    written = any(map(is_spelled, tokens)) or _is_acronym(tokens[0]) or "/" in tokens[-1]  # `ABC Able/Baker`
    if written or is_company_there(scan, start, end, before):
        scan.add(start, end, ORG, "company")
    elif scan.has_state(end) or scan.flags(before, 0) & g.BEFORE_PLACE:
        scan.add(start, end, GPE, "in")
    elif not (tokens[0].endswith("ing") or is_ordinal(before)) and may_be_named(scan.text, start, end):
        scan.add(start, end, PERSON, "bigram")
