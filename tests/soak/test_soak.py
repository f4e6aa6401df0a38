"""The short form of `make soak`: ten kills."""

from __future__ import annotations

from pathlib import Path

from tests.soak.run import soak


def test_ten_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    found = soak(tmp_path, kills=10, limit=1_500, rate=50, longest=3.0)
    assert found.kept, found
    assert found.commits >= 5, "the kills came before the commits: nothing was shown"
    assert found.counts["redelivered"] > 0, "nothing was delivered twice: nothing was shown"
