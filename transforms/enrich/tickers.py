"""Tickers as wires write them behind a company's name: `<IBM>`, `(NYSE: IBM)`, `<BARC.L>`, `(AAPL.O)`."""

from __future__ import annotations

import re

from schemas.item import Link
from transforms.enrich.words import table

_EXCHANGES = {
    name: exchange for exchange, names, _ in table("exchanges.tsv") for name in names.split("|") if name
}
_RIC_EXCHANGES = {
    suffix: exchange
    for exchange, _, suffixes in table("exchanges.tsv")
    for suffix in suffixes.split("|")
    if suffix
}
_NAMED = "|".join(sorted(map(re.escape, _EXCHANGES), key=lambda name: (-len(name), name)))
_UNMISTAKABLE = "NYSE|NASDAQ|Nasdaq|AMEX|LSE|TSX|TSXV|TSE|ASX|NZX|JSE|OTC"  # with no colon behind either
_SUFFIXES = "|".join(sorted(_RIC_EXCHANGES))
_CODE = "[A-Z0-9]{1,6}(?:[.-][A-Z])?"
_LISTING = rf"(?:(?P<exchange>(?i:{_NAMED})) ?: ?|(?P<known>{_UNMISTAKABLE}) )(?P<listed>{_CODE})"
_BRACKETS = re.compile(rf",? ?\({_LISTING}(?=[),; /])")
_NEXT = re.compile(rf"(?:; ?|, ?| and |/| / ){_LISTING}(?=[),; /])")  # another in the same brackets
_CASHTAG = re.compile(r",? ?(?P<bracket>\()?\$(?P<code>[A-Z]{1,5}(?:\.[A-Z])?)(?(bracket)\)|(?![\w.]))")
_ANGLES = re.compile(r",? ?<(?P<code>[A-Z0-9]{1,6}(?:\.[A-Z]{1,2})?)>")
_RIC = re.compile(rf",? ?\((?P<code>[A-Z0-9]{{1,6}}\.(?:{_SUFFIXES}))\)")
_NAMELESS = re.sub(r"\?P<\w+>", "?:", _LISTING)
_ZONE = re.compile(
    r"<[A-Z0-9]{1,6}(?:\.[A-Z]{1,2})?>"
    rf"|\({_NAMELESS}(?:(?:; ?|, ?| and |/| / ){_NAMELESS})*[),;]"
    rf"|\([A-Z0-9]{{1,6}}\.(?:{_SUFFIXES})\)"
    r"|\$[A-Z]{1,5}(?:\.[A-Z])?(?![\w.])"
)
TICKER_OPENERS = frozenset((" <", " (", " $"))  # what stands between a name and its ticker
_OPENERS = frozenset((" <", " (", ", ", " $"))


def ticker_after(text: str, end: int) -> tuple[Link, ...]:
    """Links of the ticker that stands right behind position `end`, none where there is none.

    A ticker with its exchange is `ticker` `NYSE:IBM`, one without is `ticker` `IBM`; a Reuters code is
    `ric` `BARC.L`, and its exchange's ticker beside it where the suffix tells the exchange. Brackets may hold
    several listings (`(NYSE: RIO; LSE: RIO)`); a cashtag (`$IBM`) is a ticker without exchange.
    """
    if text[end : end + 2] not in _OPENERS and text[end : end + 1] != "<":
        return ()
    if match := _ANGLES.match(text, end):
        return _of_code(match["code"])
    if match := _BRACKETS.match(text, end):
        links = []
        while match is not None:
            exchange = _EXCHANGES[(match["exchange"] or match["known"]).upper()]
            links.append(Link("ticker", f"{exchange}:{match['listed']}", 1.0))
            match = _NEXT.match(text, match.end())
        return tuple(dict.fromkeys(links))
    if match := _CASHTAG.match(text, end):
        return (Link("ticker", match["code"], 1.0),)
    if match := _RIC.match(text, end):
        return _of_code(match["code"])
    return ()


def without_tickers(text: str) -> str:
    """The text with tickers blanked out: their letters are no names. Offsets stay what they were."""
    if "<" not in text and "(" not in text and "$" not in text:
        return text
    return _ZONE.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _of_code(code: str) -> tuple[Link, ...]:
    root, dot, suffix = code.partition(".")
    if not dot:
        return (Link("ticker", code, 1.0),)
    exchange = _RIC_EXCHANGES.get(suffix)
    ric = Link("ric", code, 1.0)
    return (ric, Link("ticker", f"{exchange}:{root}", 0.9)) if exchange else (ric,)
