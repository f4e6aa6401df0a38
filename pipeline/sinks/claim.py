"""The right to write to a dataset in an object store, where no kernel holds a lock: numbered claims.

`_writers/00000007.json` is made where there is none (`ObjectPath.create`), so that of two who come at once
one gets it. Its holder renews its sign of life in it, and says in it that it ended. Whoever finds the newest
claim ended, its process gone, or no sign of life for `STALE` seconds makes the next one.

A holder that was taken for dead may only have slept. The next one therefore commits nothing, once, under the
number that the sleeper would need: it wakes up, finds that number taken, and fails.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import sys
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import orjson

from pipeline.sinks import commit
from pipeline.sinks.commit import Failpoint
from pipeline.sinks.lease import STALE, Owner
from pipeline.sinks.objects import ObjectPath
from schemas.errors import WirebeamError

FOLDER = "_writers"
BEAT = 10.0  # seconds between two signs of life


class Occupied(WirebeamError):
    """Another one writes: it may be worth while to wait."""


@dataclass(frozen=True, slots=True)
class Held:
    """A claim as it is written.

    Attributes:
        owner: who holds it.
        process: which process that is, of all processes of all machines; empty where that cannot be told.
        ended: whether it let go.
    """

    owner: Owner
    process: str
    ended: bool = False

    @classmethod
    def read(cls, path: ObjectPath) -> Held:
        """A claim.

        Raises:
            WirebeamError: it is damaged.
            OSError: it cannot be read.
        """
        try:
            value = orjson.loads(path.read_bytes())
            return cls(Owner(**value["owner"]), value["process"], value["ended"])
        except (ValueError, TypeError, KeyError) as error:
            raise WirebeamError(f"{path}: damaged, not a writer's claim ({error}); remove it") from error

    def to_json(self) -> bytes:
        """The claim's object."""
        return orjson.dumps(asdict(self))

    @property
    def lives(self) -> bool:
        """Whether its holder may still write."""
        if self.ended or (self.process and _gone(self.process)):
            return False
        return time.time() - self.owner.seen < STALE


def _place() -> str:
    """This start of this machine, and the space that its process ids count in."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _started(pid: int) -> str:
    """When a process of this machine started, in ticks; empty where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _process() -> str:
    place = _place()
    return f"{place} {os.getpid()} {_started(os.getpid())}" if place else ""


def _gone(process: str) -> bool:
    """Whether a process of this machine ended; of other machines nobody knows."""
    place, pid, started = process.rsplit(" ", 2)
    return place == _place() and _started(int(pid)) != started


def numbers(root: ObjectPath) -> list[int]:
    """The numbers of the claims that there are, ascending."""
    return sorted(int(path.stem) for path in (root / FOLDER).glob("*.json") if path.stem.isdigit())


class Claim:
    """A claim that is held until `close`.

    Args:
        root: the dataset's folder.
        number: of the claim, which is made.

    Raises:
        FileExistsError: somebody else has that number.
        OSError: it could not be made.
    """

    def __init__(self, root: ObjectPath, number: int) -> None:
        self._root = root
        self._path = root / FOLDER / f"{number:08d}.json"
        self._next = root / FOLDER / f"{number + 1:08d}.json"
        command = next((part for part in sys.argv[1:2] if part.isalpha()), "writer")
        now = time.time()
        owner = Owner(secrets.token_hex(8), socket.gethostname(), os.getpid(), command, now, now)
        self._held = Held(owner, _process())
        self._ended = threading.Event()
        self._path.create(self._held.to_json())
        self._beating = threading.Thread(target=self._beat, name="claim", daemon=True)
        self._beating.start()

    @property
    def token(self) -> str:
        """Names this holder, of all that ever were."""
        return self._held.owner.token

    def check(self) -> None:
        """Make sure that nobody took over.

        Raises:
            WirebeamError: somebody did.
            OSError: the store does not answer.
        """
        if self._next.is_file():
            raise WirebeamError(f"{self._root}: taken over by another run ({Held.read(self._next).owner})")

    def _write(self, *, ended: bool) -> None:
        seen = replace(self._held.owner, seen=time.time())
        self._path.write_bytes(replace(self._held, owner=seen, ended=ended).to_json())

    def _beat(self) -> None:
        while not self._ended.wait(BEAT):
            with contextlib.suppress(OSError):  # the next one may get through
                self._write(ended=False)

    def close(self) -> None:
        """Let the next writer in."""
        if self._ended.is_set():
            return
        self._ended.set()
        self._beating.join()
        with contextlib.suppress(OSError):  # it will be seen that this process ended, or says nothing more
            self._write(ended=True)


def take(root: ObjectPath, failpoint: Failpoint = commit.nothing) -> Claim:
    """The right to write to a dataset.

    Args:
        root: its folder.
        failpoint: called with each step's name once it is done; tests crash here.

    Raises:
        Occupied: another one holds it; the message says who.
        OSError: the store cannot be written to.
    """
    at_this_moment = f"{root}: another run began to write here at this moment; wait for it"
    known = numbers(root)
    try:
        before = Held.read(root / FOLDER / f"{known[-1]:08d}.json") if known else None
    except FileNotFoundError:
        raise Occupied(at_this_moment) from None
    if before and before.lives:
        raise Occupied(
            f"{root}: another run is writing here ({before.owner}); "
            f"wait for it, or {STALE:.0f} s after its end"
        )
    try:
        claim = Claim(root, known[-1] + 1 if known else 1)
    except FileExistsError:
        raise Occupied(at_this_moment) from None
    try:
        failpoint("claimed")
        if before and not before.ended:
            commit.fence(root, f"fence-{claim.token}", failpoint)
        for number in known:
            (root / FOLDER / f"{number:08d}.json").unlink(missing_ok=True)
    except BaseException:
        claim.close()
        raise
    return claim
