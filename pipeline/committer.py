"""The one linker and committer of a dataset whose items are staged in parallel, by a job that never ends.

    committables ─► each message once, without gaps ─► link ─► write ─► manifest (files and positions)

It runs where the dataset's lock is held, in the command that sent the job or in one of the job's workers
(`pipeline.tenure`): nothing that an engine does again, or that a job still writes which was given up, can
commit anything. What was staged twice is absorbed and counted. Killed before the manifest, the next committer
has those messages read again; behind it, it goes on.

What a queue's messages became is staged where it stays, since a queue gives no message again once it is
acknowledged: what a committer leaves there, the next one commits. Where that was committed already, linking
knows every row by its item and source.
"""

from __future__ import annotations

import collections
import contextlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipeline import committable, coverage
from pipeline.committable import Arrived
from pipeline.coverage import QUEUE, Claims, Message, Partition
from pipeline.finish import Result
from pipeline.link import plan
from pipeline.memory import Memory
from pipeline.options import Config
from pipeline.plan import FilePlan
from pipeline.run import check, outcome_counts
from pipeline.sinks import commit as steps
from pipeline.sinks.commit import Failpoint
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.durable import explained
from pipeline.sinks.manifest import DataFile, Manifest
from pipeline.sinks.staging import write_table
from pipeline.sinks.storage import Location, each, local, location, remove, remove_tree
from pipeline.sources import kafka_client
from pipeline.stage import StagedFile
from pipeline.write import Counts, write_plan
from schemas.errors import Stage, WirebeamError
from transforms.enrich.enricher import enricher

ABSORBED = "absorbed"
_WRITERS = 4  # final files written at once: most of the time is the disk's


@dataclass(frozen=True, slots=True)
class Committed:
    """A commit.

    Attributes:
        manifest: it.
        tallies: what was counted on the way.
        messages: of which its rows were made.
        staged_at: when the first of them was staged, microseconds since the epoch (UTC).
    """

    manifest: Manifest
    tallies: Counts
    messages: Sequence[Message]
    staged_at: int


class Committer:
    """Commits what a job stages.

    Args:
        dataset: open for writing.
        config: what the stream is told; commits have its run id.
        memory: what linking knows of the dataset.
        failpoint: called with each step's name once it is done; tests crash here.

    Attributes:
        absorbed: messages that were staged once more than they were needed, since the committer was made.
        untold: those of them that no manifest counts, since nothing was committed after them.
    """

    def __init__(
        self, dataset: Dataset, config: Config, memory: Memory, failpoint: Failpoint = steps.nothing
    ) -> None:
        self._dataset = dataset
        self._config = config
        self._memory = memory
        self._failpoint = failpoint
        self._place: Location | None = None
        self._queued: Location | None = None
        self._given_up: list[Location] = []
        self._pending: dict[str, Arrived] = {}
        self._positions: dict[Partition, int] = {}
        self._done: list[str] = []
        self.untold = 0
        self.absorbed = 0

    def follow(self, job: str, starts: Mapping[Partition, int], *, queues: bool = False) -> None:
        """Commit from now on what another job stages. What the last one left is given up: it is read again.

        Args:
            job: `Dataset.staging(job)` is where it stages.
            starts: where it begins to read each partition.
            queues: whether it reads queues, too, and stages in `Dataset.queued`.
        """
        if self._place is not None:
            self._given_up.append(self._place)
        for place in self._given_up:  # again and again: a worker may not have noticed
            remove_tree(place)
        self._place = self._dataset.staging(job)
        self._queued = self._dataset.queued if queues else None
        if self._queued is not None:
            committable.sweep(self._queued, committable.now())
        self._pending.clear()
        self._done = []
        self._positions = dict(starts)

    def stop(self) -> None:
        """Let the job's readers finish: a savepoint waits for them, and they for messages."""
        if self._place is not None:
            with contextlib.suppress(WirebeamError):  # where they cannot be told, it takes longer
                committable.stop(self._place)

    @property
    def positions(self) -> Mapping[Partition, int]:
        """The next offset to be committed of each partition."""
        return self._positions

    def waiting(self) -> int | None:
        """Since when the oldest committable waits here, microseconds since the epoch; None for none."""
        left = [one.at for name, one in self._pending.items() if name not in self._done]
        return min(left, default=None)

    def commit(self, most: int) -> Committed | None:
        """Commit what can be committed.

        Args:
            most: messages in one commit, about.

        Returns:
            The commit; None where nothing new can be committed.

        Raises:
            WirebeamError: it was not possible; nothing was committed, unless the message says so.
        """
        self.tidy()
        self._collect()
        chosen, reached = self._choose(most)
        if not chosen:
            return None
        claims = Claims(self._positions)
        files: list[StagedFile] = []
        messages: list[Message] = []
        tallies: Counts = collections.Counter()
        absorbed = 0
        for name in chosen:
            one = self._pending[name].made
            fresh = claims.claim(one.messages)
            absorbed += len(one.messages) - len(fresh)
            messages += fresh
            if len(fresh) == len(one.messages):
                files += one.files
                tallies.update(one.tallies)
            elif fresh:
                kept = [self._kept(file, fresh, name) for file in one.files]
                files += [file for file in kept if file.rows]
                tallies[Stage.PARSE, "out", ""] += sum(file.rows for file in kept)
        staged_at = min(self._pending[name].made.staged_at for name in chosen)
        self._failpoint("collected")
        made = self._commit(files, reached, absorbed, tallies)
        self._done = chosen
        self._absorbed(absorbed)
        self.untold = 0
        return Committed(made, tallies, messages, staged_at)

    def tidy(self) -> None:
        """Remove what was staged for the last commit. Until then it may be looked at."""
        if self._done:
            self._clear(self._done)
            self._done = []
            self._failpoint("cleared")

    def _collect(self) -> None:
        """Take up what has arrived; what holds nothing new is absorbed at once."""

        def take(path: Location) -> None:
            self._pending[path.name] = Arrived(path, committable.load(path), committable.now())

        for place in (self._place, self._queued):
            if place is not None:
                each(take, list(committable.arrived(place, self._pending)), place)
        pending = {name: one.made.messages for name, one in self._pending.items()}
        old = [name for name, messages in pending.items() if not Claims(self._positions).claim(messages)]
        replayed = sum(len(pending[name]) for name in old)
        self._clear(old)
        self._absorbed(replayed)

    def _absorbed(self, messages: int) -> None:
        self.absorbed += messages
        self.untold += messages

    def _choose(self, most: int) -> tuple[list[str], dict[Partition, int]]:
        names = sorted(self._pending)
        total, count = 0, 0
        while count < len(names) and total < most:
            total += len(self._pending[names[count]].made.messages)
            count += 1
        for some in (names[:count], names):  # all of them, where the oldest wait for a younger one
            staged = [self._pending[name].made.messages for name in some]
            numbers, reached = coverage.ready(staged, self._positions)
            if numbers:
                return [some[number] for number in numbers], reached
        return [], self._positions

    def _kept(self, file: StagedFile, fresh: Sequence[Message], name: str) -> StagedFile:
        """A staged file without the rows of messages that are known."""
        wanted = {(one.topic, one.number, one.offset) for one in fresh}
        with pa.memory_map(str(local(file.path))) as source:
            table = pa.ipc.open_file(source).read_all()
            found = map(coverage.origin, table.column("source").to_pylist())
            kept = table.filter(pa.array([one in wanted for one in found], pa.bool_()))
            folder = self._dataset.staging(self._config.run_id) / "kept" / name
            path, _ = write_table(kept, folder, file.kind)
        return StagedFile(file.kind, path, len(kept))

    def _commit(
        self, files: Sequence[StagedFile], reached: dict[Partition, int], absorbed: int, tallies: Counts
    ) -> Manifest:
        run_id = self._config.run_id
        folder = self._dataset.staging(run_id)
        made: list[DataFile] = []
        if files:
            plans, counted = plan(
                files,
                self._dataset,
                folder / "links",
                self._config.horizon,
                self._config.rows_per_file,
                self._memory,
            )
            tallies.update({("link", event, label): count for (event, label), count in counted.items()})
            self._failpoint("linked")
            made = list(self._written(plans, tallies))
            self._failpoint("written")
        counts = outcome_counts(Result(tuple(made), tallies))
        check(counts)
        if absorbed + self.untold:
            counts[ABSORBED] = absorbed + self.untold
        reached = {one: at for one, at in reached.items() if one[2] != QUEUE}
        positions: dict[str, dict[tuple[str, int], int]] = collections.defaultdict(dict)
        for (feed, topic, number), offset in reached.items():
            positions[feed][topic, number] = offset
        done = self._dataset.commit(
            run_id,
            made,
            positions={feed: kafka_client.position(offsets) for feed, offsets in positions.items()},
            counts=counts,
            failpoint=self._failpoint,
        )
        self._positions = reached
        if files:
            self._memory.committed(done.sequence)
        self._failpoint("committed")
        return done

    def _written(self, plans: Sequence[FilePlan], tallies: Counts) -> Iterator[DataFile]:
        run_id, tagging = self._config.run_id, enricher(self._config.tagging)
        folder, keys = self._dataset.staging(run_id), self._dataset.partition_by

        def write(one: FilePlan) -> tuple[DataFile, Counts]:
            counts: Counts = collections.Counter()
            return write_plan(one, folder, run_id, keys, tagging, counts), counts

        with ThreadPoolExecutor(_WRITERS, thread_name_prefix="write") as threads:
            for file, counts in threads.map(write, plans):
                tallies.update(counts)
                yield file

    def _clear(self, names: Sequence[str]) -> None:
        """Remove committables and what they staged, and forget them."""
        if not names:
            return
        staged = [location(file.path) for name in names for file in self._pending[name].made.files]
        with explained(self._dataset.root):
            remove([self._pending[name].path for name in names])  # first: none may be left without its rows
            remove(staged)
        for path in staged:
            if isinstance(path, Path):
                shutil.rmtree(path.parent, ignore_errors=True)
        for name in names:
            del self._pending[name]
