"""Python's garbage collector in our own processes."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from pipeline.collector import BETWEEN, look_less_often

COMMAND = "from pipeline.cli import main; import atexit, gc; atexit.register(lambda: print(gc.get_threshold()[0])); "


@pytest.fixture
def threshold() -> Iterator[tuple[int, int, int]]:
    before = gc.get_threshold()
    yield before
    gc.set_threshold(*before)


def test_a_command_looks_for_cycles_less_often() -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{COMMAND}main(['formats'])"], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == str(BETWEEN)


def test_cycles_are_still_found(threshold: tuple[int, int, int]) -> None:
    look_less_often()
    assert gc.get_threshold() == (BETWEEN, *threshold[1:])
    looked = gc.get_stats()[0]["collections"]
    rings: list[list[object]] = [[] for _ in range(3 * BETWEEN)]
    for ring in rings:
        ring.append(ring)
    assert gc.get_stats()[0]["collections"] > looked
