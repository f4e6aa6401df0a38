"""Beam's Prism for tests: built by Go once, and kept in the user's cache. `python -m tests.brokers.prism` builds it.

That takes a minute or two of two cores, and fetches some hundred Go modules, whose sums Go checks.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import prism

_SECONDS = 900


def _place() -> Path:
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / "wirebeam" / f"prism-{prism.INSTALL.rpartition('@')[2]}"


def built() -> str:
    """Path of Prism; skips the test where it has not been built."""
    path = _place() / "prism"
    if not path.is_file():
        pytest.skip("no Prism: `make test-prism` builds it, with Go")
    return str(path)


def main() -> int:
    """Build it, unless it is there."""
    place = _place()
    if (place / "prism").is_file():
        return 0
    if shutil.which("go") is None:
        print("needs go on the PATH (https://go.dev)", file=sys.stderr)
        return 1
    place.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "GOBIN": str(place)}
    return subprocess.run(prism.INSTALL.split(), env=environment, timeout=_SECONDS, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
