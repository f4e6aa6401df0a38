"""Bounds of processor time hold on any machine, and are bounds."""

from __future__ import annotations

import pytest

from tests import processor

TIMES = 20


def work() -> None:
    for _ in range(TIMES):
        processor._work()


def test_what_takes_too_long_fails_and_a_slow_machine_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = processor._REFERENCE * TIMES
    with processor.within(10 * usual):
        work()
    with pytest.raises(AssertionError), processor.within(usual / 20):
        work()
    monkeypatch.setattr(processor, "_REFERENCE", processor._REFERENCE / 10)  # as if ours were as slow
    with processor.within(usual / 3):
        work()
    with pytest.raises(AssertionError), processor.within(usual / 300):
        work()
