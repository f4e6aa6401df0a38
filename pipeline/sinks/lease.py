"""The right to write to a dataset: one holder, who says who it is and that it lives.

The kernel's lock goes when its holder dies, on one machine and on file systems that pass locks on. Where the
holder is on another machine whose locks do not come through, what counts is the sign of life that it leaves
in `_writer.json`: whoever finds one that is fresh keeps out, and one that is stale is taken over.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import orjson

from pipeline.sinks import durable, folder
from schemas.errors import WirebeamError

OWNER = "_writer.json"
BEAT = 5.0  # seconds between two signs of life
STALE = 60.0  # seconds without one, after which a holder on another machine counts as dead


@dataclass(frozen=True, slots=True)
class Owner:
    """Who writes.

    Attributes:
        token: this one holder, of all that ever were.
        host, pid: the process.
        command: what it does, `stream` or `run`.
        since, seen: when it began, and its last sign of life; seconds since the epoch.
    """

    token: str
    host: str
    pid: int
    command: str
    since: float
    seen: float

    def __str__(self) -> str:
        ago = max(0, round(time.time() - self.seen))
        since = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(self.since))
        return (
            f"wirebeam {self.command}, process {self.pid} on {self.host} since {since}, last seen {ago} s ago"
        )


def owner(root: Path) -> Owner | None:
    """Who wrote last or still writes; None where nobody says."""
    try:
        return Owner(**orjson.loads((root / OWNER).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


class Lease:
    """The lock of a dataset, held until `close`.

    Args:
        root: the dataset's folder.

    Raises:
        WirebeamError: another one holds it; the message says who.
        OSError: the folder cannot be written to.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        try:
            self._lock: IO[bytes] | None = folder.lock(root)
        except WirebeamError as error:
            if holder := owner(root):
                raise WirebeamError(f"{error} ({holder})") from None
            raise
        host = socket.gethostname()
        before = owner(root)
        if before and before.host != host and 0 <= time.time() - before.seen < STALE:
            self._lock.close()
            raise WirebeamError(
                f"{root}: another run is writing here ({before}); wait for it, or {STALE:.0f} s after its end"
            )
        command = next((part for part in sys.argv[1:2] if part.isalpha()), "writer")
        now = time.time()
        self._owner = Owner(secrets.token_hex(8), host, os.getpid(), command, now, now)
        self._ended = threading.Event()
        try:
            durable.replace(root / OWNER, orjson.dumps(asdict(self._owner)))
        except OSError:
            self._lock.close()
            raise
        self._beating = threading.Thread(target=self._beat, name="lease", daemon=True)
        self._beating.start()

    def check(self) -> None:
        """Make sure that nobody took over: a process may be stopped for longer than `STALE`.

        Raises:
            WirebeamError: somebody did.
        """
        holder = owner(self._root)
        if holder is not None and holder.token != self._owner.token:
            raise WirebeamError(f"{self._root}: taken over by another run ({holder})")

    def _beat(self) -> None:
        while not self._ended.wait(BEAT):
            holder = owner(self._root)
            if holder is not None and holder.token != self._owner.token:
                return
            beside = self._root / f"{OWNER}.{self._owner.token}.tmp"
            # A sign of life need not survive a power cut, and a full disk must not end the writer.
            with contextlib.suppress(OSError):
                beside.write_bytes(orjson.dumps(asdict(self._owner) | {"seen": time.time()}))
                beside.replace(self._root / OWNER)

    def close(self) -> None:
        """Let the next writer in."""
        if self._lock is None:
            return
        self._ended.set()
        self._beating.join(BEAT)
        holder = owner(self._root)
        if holder is not None and holder.token == self._owner.token:
            with contextlib.suppress(OSError):
                (self._root / OWNER).unlink(missing_ok=True)
        self._lock.close()
        self._lock = None
