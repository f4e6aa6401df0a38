"""Tickers as wires write them behind a company's name: `<IBM>`, `(NYSE: IBM)`, `<BARC.L>`, `(AAPL.O)`."""

from __future__ import annotations

import re

from schemas.item import Link

# Exchanges by the names that wires use, and by the suffix of a Reuters Instrument Code (public lists).
_EXCHANGES = {
    "NYSE": "NYSE",
    "NEW YORK STOCK EXCHANGE": "NYSE",
    "NASDAQ": "NASDAQ",
    "NASDAQGS": "NASDAQ",
    "AMEX": "AMEX",
    "NYSE AMERICAN": "AMEX",
    "LSE": "LSE",
    "AIM": "LSE",
    "TSX": "TSX",
    "TSE": "TSE",
    "TSXV": "TSXV",
    "TSX-V": "TSXV",
    "CSE": "CSE",
    "ASX": "ASX",
    "NZX": "NZX",
    "JSE": "JSE",
    "HKEX": "HKEX",
    "HKSE": "HKEX",
    "SEHK": "HKEX",
    "SGX": "SGX",
    "NSE": "NSE",
    "BSE": "BSE",
    "SSE": "SSE",
    "SZSE": "SZSE",
    "KRX": "KRX",
    "TYO": "TSE",
    "ETR": "XETRA",
    "XETRA": "XETRA",
    "FWB": "FWB",
    "FRA": "FWB",
    "EURONEXT": "EURONEXT",
    "EPA": "EURONEXT",
    "AMS": "EURONEXT",
    "SIX": "SIX",
    "SWX": "SIX",
    "BME": "BME",
    "OTC": "OTC",
    "OTCQB": "OTC",
    "OTCQX": "OTC",
    "OTCBB": "OTC",
    "OSE": "OSE",
    "STO": "OMX",
    "OMX": "OMX",
    "MOEX": "MOEX",
    "B3": "B3",
}
_RIC_EXCHANGES = {
    "N": "NYSE",
    "O": "NASDAQ",
    "OQ": "NASDAQ",
    "A": "AMEX",
    "L": "LSE",
    "T": "TSE",
    "DE": "XETRA",
    "F": "FWB",
    "PA": "EURONEXT",
    "AS": "EURONEXT",
    "BR": "EURONEXT",
    "LS": "EURONEXT",
    "MI": "BIT",
    "MC": "BME",
    "S": "SIX",
    "VX": "SIX",
    "ST": "OMX",
    "HE": "OMX",
    "CO": "OMX",
    "OL": "OSE",
    "VI": "WBAG",
    "TO": "TSX",
    "V": "TSXV",
    "AX": "ASX",
    "NZ": "NZX",
    "HK": "HKEX",
    "SS": "SSE",
    "SZ": "SZSE",
    "KS": "KRX",
    "TW": "TWSE",
    "SI": "SGX",
    "NS": "NSE",
    "BO": "BSE",
    "J": "JSE",
    "SA": "B3",
    "MX": "BMV",
    "MM": "MOEX",
    "WA": "GPW",
    "IS": "BIST",
    "TA": "TASE",
}
_NAMED = "|".join(sorted(map(re.escape, _EXCHANGES), key=lambda name: (-len(name), name)))
_SUFFIXES = "|".join(sorted(_RIC_EXCHANGES))
_BRACKETS = re.compile(
    rf"(?i:,? ?\((?P<exchange>{_NAMED})(?: ?: ?| )(?P<listed>[A-Z0-9]{{1,6}}(?:[.-][A-Z])?))(?=[),; ])"
)
_ANGLES = re.compile(r",? ?<(?P<code>[A-Z0-9]{1,6}(?:\.[A-Z]{1,2})?)>")
_RIC = re.compile(rf",? ?\((?P<code>[A-Z0-9]{{1,6}}\.(?:{_SUFFIXES}))\)")
_ZONE = re.compile(
    r"[<(](?:(?<=<)[A-Z0-9]{1,6}(?:\.[A-Z]{1,2})?>"
    rf"|(?<=\()(?:(?:{_NAMED})(?: ?: ?| )[A-Z0-9.-]{{1,8}}[),;]|[A-Z0-9]{{1,6}}\.(?:{_SUFFIXES})\)))"
)
_OPENERS = frozenset((" <", " (", ", ", "<"))


def ticker_after(text: str, end: int) -> tuple[Link, ...]:
    """Links of the ticker that stands right behind position `end`, none where there is none.

    A ticker with its exchange is `ticker` `NYSE:IBM`, one without is `ticker` `IBM`; a Reuters code is
    `ric` `BARC.L`, and its exchange's ticker beside it where the suffix tells the exchange.
    """
    if text[end : end + 2] not in _OPENERS and text[end : end + 1] != "<":
        return ()
    if match := _ANGLES.match(text, end):
        return _of_code(match["code"])
    if match := _BRACKETS.match(text, end):
        exchange = _EXCHANGES[match["exchange"].upper()]
        return (Link("ticker", f"{exchange}:{match['listed'].upper()}", 1.0),)
    if match := _RIC.match(text, end):
        return _of_code(match["code"])
    return ()


def without_tickers(text: str) -> str:
    """The text with tickers blanked out: their letters are no names. Offsets stay what they were."""
    if "<" not in text and "(" not in text:
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
