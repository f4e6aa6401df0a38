"""Jars that tests run: fetched from Maven once, each checked against its SHA-256, kept in the user's cache."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies"
_SECONDS = 300


def needs(*programs: str) -> None:
    """Skips the test where a program is missing; in CI (`CI=true`) that is a failure."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        without(f"needs {', '.join(missing)} on the PATH (Java 17 and Maven)")


def without(reason: str) -> None:
    """Skips the test, or fails it in CI."""
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(f"{reason}; CI must have it")
    pytest.skip(reason)


def fetched(pom: Path, checksums: Path) -> Path:
    """The folder with a POM's runtime dependencies.

    Args:
        pom: with exact versions.
        checksums: `SHA-256  name` a line (`sha256sum *.jar`): just these jars must come, each with its sum.

    Raises:
        RuntimeError: Maven failed, or what came is not what is expected.
    """
    sums = (line.split("  ") for line in checksums.read_text("ascii").splitlines())
    wanted = {name: digest for digest, name in sums}
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wirebeam"
    key = hashlib.sha256(checksums.read_bytes()).hexdigest()[:16]
    folder = caches / f"{pom.stem}-{key}"
    caches.mkdir(parents=True, exist_ok=True)
    with open(caches / "fetch.lock", "w") as lock:  # one for all: two Mavens would share ~/.m2
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir() or _sums(folder) != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            with tempfile.TemporaryDirectory(dir=caches) as scratch:
                _fetch(pom, Path(scratch) / "jars")
                found = _sums(Path(scratch) / "jars")
                if found != wanted:
                    odd = sorted(name for name, _ in set(found.items()) ^ set(wanted.items()))
                    raise RuntimeError(f"{pom.name}: not the jars of {checksums.name}: {', '.join(odd)}")
                (Path(scratch) / "jars").rename(folder)
    return folder


def _fetch(pom: Path, target: Path) -> None:
    with tempfile.TemporaryDirectory() as project:
        shutil.copy(pom, Path(project) / "pom.xml")
        command = [
            "mvn",
            "-q",
            "-B",
            "-ntp",
            _PLUGIN,
            f"-DoutputDirectory={target}",
            "-DincludeScope=runtime",
        ]
        done = subprocess.run(
            command, cwd=project, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    if done.returncode:
        raise RuntimeError(f"Maven failed on {pom.name}: {(done.stdout + done.stderr)[-2000:]}")


def _sums(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.jar")}
