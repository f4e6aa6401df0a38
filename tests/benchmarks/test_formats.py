"""The formats' bench itself: every format is measured, and the bound is looked at."""

from __future__ import annotations

import pytest

from tests.benchmarks import formats
from tests.formats import FORMATS


def test_every_format_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "_ROUNDS", 1)
    monkeypatch.setattr(formats, "_REPEATS", 1)
    found = formats.measure()
    assert found.keys() == FORMATS.keys()
    assert all(0 < spent < 1e6 for spent in found.values())


@pytest.mark.parametrize(("slow", "kept"), [(299.0, True), (301.0, False)])
def test_the_bound(
    slow: float, kept: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = dict.fromkeys(FORMATS, 100.0) | {"email": slow}
    monkeypatch.setattr(formats, "measure", lambda: figures)
    assert formats.compare() is kept
    assert f"slowest: email, {slow / 100:.2f} times NITF" in capsys.readouterr().out
