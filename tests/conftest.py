"""Fixtures every test may use."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real corpora beside the checkout; tests that need it skip where it is absent."""
    if not (SHARED / "corpora").is_dir():
        pytest.skip(f"the real corpora are not at {SHARED}")
    return SHARED
