"""What a parallel stage hands to the committer: staged files, and which messages they are made of.

Each lies in one JSON file, created last and whole, in a folder of the job's that the committer reads; the
rows in a folder of the same name beside it. The name is of the attempt, not of the content: an engine that
tries again adds another one, and takes no file away.
"""

from __future__ import annotations

import contextlib
import fnmatch
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from pipeline.coverage import Message
from pipeline.report import Tallies
from pipeline.sinks import durable, folder
from pipeline.sinks.storage import Location, files_below, location, remove
from pipeline.stage import ITEMS, REJECTED, StagedFile
from schemas.errors import WirebeamError

FOLDER = "committables"
ROWS = "rows"
_NAMES = "[0-9]*.json"
_LOOK, _LOOK_STORE = 0.2, 1.0
_STALE = 24 * 3_600_000_000  # microseconds: by then whoever staged rows has said so, or never will
_LAST = "last"  # in the folder of a job that is about to stop


@dataclass(frozen=True, slots=True)
class Committable:
    """Messages that went through the parallel stages, and the rows that they became.

    Attributes:
        messages: in the order in which they were read; those that are no item (tombstones) too.
        items, rejects: the staged rows; an empty path where there are none.
        tallies: what was counted on the way.
        staged_at: microseconds since the epoch (UTC).
    """

    messages: Sequence[Message]
    items: StagedFile
    rejects: StagedFile
    tallies: Tallies
    staged_at: int

    @property
    def files(self) -> list[StagedFile]:
        """The staged files that hold rows."""
        return [file for file in (self.items, self.rejects) if file.rows]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A committable that a committer has taken up.

    Attributes:
        path: where it lies.
        made: it.
        at: when, microseconds since the epoch (UTC), by the clock of the committer's machine, not a worker's.
    """

    path: Location
    made: Committable
    at: int


def named(at: int) -> str:
    """A name for a committable and its rows, unlike that of any other attempt.

    Args:
        at: microseconds since the epoch (UTC).
    """
    return f"{at:020d}-{secrets.token_hex(8)}"


def save(place: Location, name: str, made: Committable) -> None:
    """Hand a committable over.

    Args:
        place: the job's folder, `Dataset.staging(JOB)`.
        name: its own, by `named`.
        made: it.

    Raises:
        WirebeamError: it could not be written.
    """
    value = {
        "messages": [tuple(one) for one in made.messages],
        "items": [made.items.path, made.items.rows],
        "rejects": [made.rejects.path, made.rejects.rows],
        "tallies": [[*key, count] for key, count in sorted(made.tallies.items())],
        "staged_at": made.staged_at,
    }
    path = place / FOLDER / f"{name}.json"
    with durable.explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.place(path, orjson.dumps(value))


def load(path: Location) -> Committable:
    """A committable that was handed over.

    Raises:
        WirebeamError: it cannot be read.
    """
    try:
        value = orjson.loads(path.read_bytes())
        return Committable(
            [Message(*one) for one in value["messages"]],
            StagedFile(ITEMS, *value["items"]),
            StagedFile(REJECTED, *value["rejects"]),
            {(stage, event, label): count for stage, event, label, count in value["tallies"]},
            value["staged_at"],
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WirebeamError(f"{path}: cannot be read ({error})") from error


def arrived(place: Location, known: Mapping[str, object]) -> Iterator[Location]:
    """Committables of a job that are not known by their name yet, the oldest first."""
    yield from (path for path in files_below(place / FOLDER, _NAMES) if path.name not in known)


def count(place: Location) -> int:
    """How many committables wait in a folder.

    Raises:
        WirebeamError: it is not known.
    """
    with durable.explained(place):
        return len(list(arrived(place, {})))


def sweep(place: Location, at: int) -> None:
    """Remove rows that a process staged and died: messages whose rows are not named are delivered again.

    Args:
        place: a folder that outlives its job.
        at: microseconds since the epoch (UTC): what is a day old by then, and not named, is removed.

    Raises:
        WirebeamError: it was not possible.
    """
    with durable.explained(place):
        kept = {path.name.removesuffix(".json") for path in arrived(place, {})}
        stale = []
        for path in files_below(place / ROWS, "*.arrow"):
            name = path.parent.name
            if name not in kept and int(name.partition("-")[0]) < at - _STALE:
                stale.append(path)
        remove(stale)
        for path in stale:
            if isinstance(path, Path):
                with contextlib.suppress(OSError):  # it holds something else
                    path.parent.rmdir()


def look(output: str) -> float:
    """Seconds between two looks at what was handed over in a dataset: a store is paid by the listing."""
    return _LOOK if isinstance(location(output), Path) else _LOOK_STORE


def full(root: Location, most: int) -> bool:
    """Whether readers should take no more: so much waits for its committer, or a job is about to stop.

    Those of jobs that are over count, too. Of a store all staged names are listed, a thousand a request.

    Raises:
        WirebeamError: it cannot be known.
    """
    place = root / folder.STAGING
    with durable.explained(place):
        paths = place.glob(f"*/{FOLDER}/*") if isinstance(place, Path) else place.rglob("*")
        names = [path.name for path in paths if path.parent.name == FOLDER]
    return _LAST in names or len(fnmatch.filter(names, _NAMES)) >= most


def stop(place: Location) -> None:
    """Tell the readers of a job that it is about to stop: they take no more messages, and wait for none.

    Args:
        place: the job's folder, `Dataset.staging(JOB)`; it goes with the folder.

    Raises:
        WirebeamError: it could not be written.
    """
    path = place / FOLDER / _LAST
    with durable.explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def now() -> int:
    """Microseconds since the epoch (UTC)."""
    return time.time_ns() // 1000
