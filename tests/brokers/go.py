"""Programs that Go builds for tests, once, kept in the user's cache: `python -m tests.brokers.go prism|gcs`.

Either takes a minute or two of two cores, and fetches some hundred Go modules, whose sums Go checks.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import prism

PRISM = prism.INSTALL.rpartition(" ")[2]
GCS = "github.com/fsouza/fake-gcs-server@v1.56.1"
_TARGETS = {"prism": PRISM, "gcs": GCS}  # `make test-prism`, `make test-gcs`
_SECONDS = 900


def _program(module: str) -> Path:
    """Where a program is kept."""
    path, _, version = module.partition("@")
    name = path.rpartition("/")[2]
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / "wirebeam" / f"{name}-{version}" / name


def built(module: str) -> str:
    """Path of a program (`PRISM`, `GCS`); skips the test where it has not been built."""
    program = _program(module)
    if not program.is_file():
        target = next(name for name, one in _TARGETS.items() if one == module)
        pytest.skip(f"no {program.name}: `make test-{target}` builds it, with Go")
    return str(program)


def main(target: str) -> int:
    """Build a program, unless it is there."""
    program = _program(_TARGETS[target])
    if program.is_file():
        return 0
    if shutil.which("go") is None:
        print("needs go on the PATH (https://go.dev)", file=sys.stderr)
        return 1
    program.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "GOBIN": str(program.parent)}
    command = ["go", "install", _TARGETS[target]]
    return subprocess.run(command, env=environment, timeout=_SECONDS, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
