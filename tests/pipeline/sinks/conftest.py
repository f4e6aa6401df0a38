"""What the sink's tests share."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROWS = Path(__file__).with_name("rows.py")


@pytest.fixture(scope="session")
def rows() -> ModuleType:
    """The module `rows.py` beside this file: items and rows of the contract."""
    spec = importlib.util.spec_from_file_location("wirebeam_test_rows", ROWS)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
