"""Tickers behind a company's name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.enrich.tickers import ticker_after, without_tickers


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (" <QLL>", [("ticker", "QLL")]),
        (" <QLL.L> said", [("ric", "QLL.L"), ("ticker", "LSE:QLL")]),
        (" <QLL.ZZ>", [("ric", "QLL.ZZ")]),
        (" (QLL.O) said", [("ric", "QLL.O"), ("ticker", "NASDAQ:QLL")]),
        (" (NYSE: QLL)", [("ticker", "NYSE:QLL")]),
        (" (Nasdaq:QLL), which", [("ticker", "NASDAQ:QLL")]),
        (" (TSX: QLL.A)", [("ticker", "TSX:QLL.A")]),
        (" (New York Stock Exchange: QLL)", [("ticker", "NYSE:QLL")]),
        (" (NYSE: QLL; LSE: QLM)", [("ticker", "NYSE:QLL"), ("ticker", "LSE:QLM")]),
        (" (NYSE/LSE: QLL)", []),
        (" (OTC BB: QLLX)", [("ticker", "OTC:QLLX")]),
        (" (OTC: QLLX) said", [("ticker", "OTC:QLLX")]),
        (" (Nasdaq National Market: QLL)", [("ticker", "NASDAQ:QLL")]),
        (" (NYSE QLL)", [("ticker", "NYSE:QLL")]),
        (" (Frankfurt: QLL)", [("ticker", "FWB:QLL")]),
        (" (London UK)", []),
        (" $QLL said", [("ticker", "QLL")]),
        (" ($QLL.A)", [("ticker", "QLL.A")]),
        (" $5 a share", []),
        (" $US5 a share", []),
        (" (QLL)", []),
        (" (the company)", []),
        (" said", []),
        ("", []),
    ],
)
def test_a_ticker_behind_a_name(after: str, expected: list[tuple[str, str]]) -> None:
    assert [(link.scheme, link.id) for link in ticker_after("Quill" + after, 5)] == expected


@given(st.text(alphabet="AB<>(): NYSE.L,$;/", max_size=60))
def test_blanking_keeps_offsets(text: str) -> None:
    blanked = without_tickers(text)
    assert len(blanked) == len(text)
    assert all(new in (old, " ") for old, new in zip(text, blanked, strict=True))
