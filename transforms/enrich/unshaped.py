"""Names among words that are all capital: German nouns, head lines in capitals."""

from __future__ import annotations

from transforms.enrich import gazetteer as g
from transforms.enrich.scan import Scan
from transforms.enrich.shapes import CONNECTORS, PARTICLES, SMALL
from transforms.enrich.single import UNNAMED, single
from transforms.enrich.span import ORG, PERSON
from transforms.enrich.tickers import ticker_after
from transforms.enrich.words import word_set

_LEGAL = word_set("legal_forms")
_LONGEST_COMPANY = 4


def names_inside(scan: Scan, start: int, tokens: list[str], flags: list[int]) -> None:
    """Known names, and a given name with the word behind it, wherever they stand in a run."""
    at = 0
    offset = start
    while at < len(tokens):
        size = scan.longest(tokens, at)
        if size:
            name = " ".join(tokens[at : at + size])
            scan.add_known(offset, offset + len(name), scan.names[name])
        elif size := _person(tokens, flags, at):
            name = " ".join(tokens[at : at + size]).rstrip(".")
            scan.add(offset, offset + len(name), PERSON, "first")
        else:
            size = 1
            if tokens[at] not in PARTICLES and tokens[at] not in CONNECTORS:
                single(scan, offset, tokens[at])
        offset += sum(map(len, tokens[at : at + size])) + size
        at += size


def _person(tokens: list[str], flags: list[int], at: int) -> int:
    """How many tokens from `at` are a given name and what follows it, 0 for none."""
    if not flags[at] & g.FIRST_NAME:
        return 0
    size = 1
    while at + size < len(tokens):
        token = tokens[at + size]
        inner = token in PARTICLES or len(token.rstrip(".")) == 1 or flags[at + size] & g.FIRST_NAME
        size += 1
        if not inner:
            break
    last = at + size - 1
    if size < 2 or flags[last] & UNNAMED or tokens[last] in PARTICLES or tokens[last] in _LEGAL:
        return 0
    return size


def shouted(scan: Scan, start: int, tokens: list[str], flags: list[int]) -> None:
    """A run of a text in capitals: a company before a ticker or with its legal form, then as above."""
    tokens = [token.lower() if token.lower() in SMALL else token for token in tokens]
    end = start + sum(map(len, tokens)) + len(tokens) - 1
    last = len(tokens)
    if ticker_after(scan.shouted or "", end):
        begin = last
    else:
        begin = next((at for at, token in enumerate(tokens) if token in _LEGAL), -1)
        last = begin + 1
    if begin > 0:
        while begin > max(0, last - _LONGEST_COMPANY) and _is_company_word(
            tokens[begin - 1], flags[begin - 1]
        ):
            begin -= 1
        name = " ".join(tokens[begin:last])
        offset = start + sum(map(len, tokens[:begin])) + begin
        if begin:
            names_inside(scan, start, tokens[:begin], flags[:begin])
        if name and offset >= scan.reach:
            scan.add(offset, offset + len(name), ORG, "legal")
        start = offset + len(name) + 1
        tokens, flags = tokens[last:], flags[last:]
    names_inside(scan, start, tokens, flags)


def _is_company_word(token: str, flags: int) -> bool:
    return bool(flags & g.ORG_END) or not (flags & UNNAMED or token in SMALL)
