"""The committer of a job's staged files: what an engine does again, and what dies between any two steps, changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import committable, ingest
from pipeline.committer import ABSORBED, Committer
from pipeline.compact import compact
from pipeline.coverage import Partition
from pipeline.ingest import Ingest, Job
from pipeline.memory import Memory
from pipeline.options import HOUR, Config
from pipeline.sinks import claim, storage
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.storage import Location
from pipeline.sources.files import Resource
from pipeline.sources.stream_message import StreamMessage
from pipeline.verify import verify
from schemas.errors import WirebeamError
from schemas.raw import Attribute
from tests.pipeline import cycles
from tests.pipeline.sinks import objects
from tests.pipeline.sinks.states import fetched, keys
from transforms.dedupe.sketch import sketch

HERE: Partition = ("feed", "wire", 0)
THERE: Partition = ("feed", "wire", 1)
Rows = dict[str, list[dict[str, Any]]]
BOTH = {HERE: 0, THERE: 0}


def messages(feed: Path) -> dict[Partition, list[StreamMessage]]:
    """The samples as messages of two partitions, with a tombstone and one that cannot be read."""
    found: dict[Partition, list[StreamMessage]] = {HERE: [], THERE: []}
    paths = sorted(path for path in feed.rglob("*") if path.is_file())
    datas: list[tuple[bytes | None, int]] = [
        (path.read_bytes(), path.stat().st_mtime_ns // 1000) for path in paths
    ]
    datas[3:3] = [(None, 0), (b"\x89PNG\r\n\x1a\n\0\0", 1_700_000_000_000_000)]
    for number, (data, at) in enumerate(datas):
        partition = (HERE, THERE)[number % 2]
        offset = len(found[partition])
        uri = f"kafka://broker:9092/wire/{partition[2]}/{offset}"
        header = (Attribute("desk", str(number)),)
        resource = None if data is None else Resource(uri, at, len(data), data, attributes=header)
        found[partition].append(StreamMessage("run-001", *partition, offset, offset, resource))
    return found


class World:
    """A dataset, what a job stages for it, and a committer."""

    def __init__(self, root: Location, failpoint: Callable[[str], None] | None = None) -> None:
        self.config = Config(str(root), "run", None)
        self.dataset = Dataset.open(root)
        options = {} if failpoint is None else {"failpoint": failpoint}
        self.committer = Committer(self.dataset, self.config, Memory(self.config.horizon), **options)
        self.job = ""

    def follow(self, job: str, starts: dict[Partition, int] | None = None) -> None:
        self.job = job
        self.committer.follow(job, BOTH if starts is None else starts)

    def stage(self, some: Sequence[StreamMessage], most: int = 5) -> None:
        """As a worker does: so many messages in one committable."""
        place = self.dataset.staging(self.job)
        ingest = Ingest(Job(self.config, place, self.dataset.partition_by))
        for number, message in enumerate(some, 1):
            ingest.add(message)
            if number % most == 0:
                ingest.flush()
        ingest.flush()

    def commit(self, most: int = 1_000) -> Counter[str]:
        """All that can be; the sum of what the commits count."""
        counts: Counter[str] = Counter()
        while (done := self.committer.commit(most)) is not None:
            counts.update(done.manifest.counts)
        return counts

    def close(self) -> None:
        self.dataset.close()


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    with objects.s3() as uri:
        yield uri


@pytest.fixture
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    """A place for a dataset: a folder, and where a test says so one in an object store."""
    if getattr(request, "param", "folder") == "folder":
        return tmp_path / "news"
    return storage.location(f"{request.getfixturevalue('store')}/{tmp_path.name}/news")


everywhere = pytest.mark.parametrize("root", ["folder", "store"], indirect=True)


def rows(root: Location, tmp_path: Path | None = None) -> Rows:
    """Every row once late links are settled, without what names the run."""
    folder = root if isinstance(root, Path) else fetched(root, (tmp_path or Path()) / "fetched")
    compact(folder, horizon=72 * HOUR, ner="off")
    return cycles.rows(folder, ("ingested_at", "run_id"))


@pytest.fixture(scope="module")
def wanted(feed: Path, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """What comes of them where nothing goes wrong."""
    root = tmp_path_factory.mktemp("wanted") / "news"
    world = World(root)
    world.follow("job-1")
    for some in messages(feed).values():
        world.stage(some)
    counts = world.commit()
    assert counts["read"] == sum(counts[name] for name in ("stories", "duplicates", "rejects", "redelivered"))
    assert ABSORBED not in counts
    world.close()
    assert verify(root) == []
    return rows(root)


def test_rows_links_tags_and_headers_are_those_of_a_batch(wanted: Rows, news: Path) -> None:
    found = wanted
    batch = rows(news)
    assert len(found["rejects"]) == len(batch["rejects"]) + 1
    links = ("item_id", "story_id", "revision_of", "duplicate_of", "entities", "topics", "body_text")

    def told(all_rows: Rows) -> Counter[str]:
        return Counter(
            repr([name, *(row[link] for link in links)])
            for name in ("stories", "duplicates")
            for row in all_rows[name]
        )

    assert told(found) == told(batch)
    assert all("desk" in str(row["attributes"]) for name in found for row in found[name])
    assert all(row["entities"] is None for row in found["duplicates"])


def test_positions_go_as_far_as_nothing_is_missing(feed: Path, tmp_path: Path, wanted: Rows) -> None:
    world = World(tmp_path / "news")
    world.follow("job-1")
    here, there = messages(feed).values()
    world.stage(here[5:])
    assert world.committer.commit(1_000) is None
    world.stage(there)
    world.commit()
    assert world.dataset.snapshot().positions == {"feed": {"wire": {"0": 0, "1": len(there)}}}
    world.stage(here[:5])
    world.commit()
    assert world.dataset.snapshot().positions == {"feed": {"wire": {"0": len(here), "1": len(there)}}}
    world.close()
    assert rows(tmp_path / "news") == wanted


@everywhere
def test_what_is_staged_again_and_cut_otherwise_adds_no_row_and_is_counted(
    feed: Path, root: Location, tmp_path: Path, wanted: Rows
) -> None:
    world = World(root)
    world.follow("job-1")
    here, there = messages(feed).values()
    world.stage(here[:10], most=4)
    world.stage(there[:6])
    first = world.commit()
    world.stage(here[2:8], most=6)  # below the position: absorbed whole
    world.stage(here[7:], most=7)  # 7, 8 and 9 are known, the others are not
    world.stage(here[12:16], most=3)  # and these were staged a moment ago
    world.stage(there[6:])
    second = world.commit()
    assert first[ABSORBED] == 0
    assert second[ABSORBED] == world.committer.absorbed == 6 + 3 + 4
    assert world.commit() == Counter()
    assert [key for key in keys(root) if key.startswith("_staging/job-1/")] == []
    world.close()
    assert rows(root, tmp_path) == wanted
    assert verify(root) == []


def test_many_messages_go_in_several_commits(feed: Path, tmp_path: Path, wanted: Rows) -> None:
    world = World(tmp_path / "news")
    world.follow("job-1")
    for some in messages(feed).values():
        world.stage(some, most=3)
    done = []
    while (one := world.committer.commit(8)) is not None:
        done.append(len(one.messages))
    assert len(done) > 2
    assert max(done) < 12
    world.close()
    assert rows(tmp_path / "news") == wanted


class Killed(Exception):
    """Stands for SIGKILL: nothing in the process goes on."""


STEPS = ("collected", "linked", "written", "staged", "published", "renamed", "synced", "committed", "cleared")


def through_a_crash(feed: Path, root: Location, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All samples are committed, by one that is killed at a step, and by another one that goes on."""
    here, there = messages(feed).values()
    armed = False

    def fail(name: str) -> None:
        if armed and name == step:
            raise Killed(name)

    world = World(root, fail)
    world.follow("job-1")
    world.stage(here[:8])
    world.stage(there[:3])
    world.commit()
    armed = True
    world.stage(here[8:12])
    world.stage(there[3:9])
    with pytest.raises(Killed):
        world.commit()
    if isinstance(root, Path):
        world.close()  # as the kernel does: the lock goes, the files stay
        world = World(root)
    else:
        monkeypatch.setattr(claim, "STALE", 0.0)  # its sign of life grows old
        dead, world = world, World(root)
        with pytest.raises(WirebeamError, match="taken over by another run"):
            dead.dataset.check()
        dead.close()
    held = world.dataset.snapshot().positions["feed"]["wire"]
    starts = {HERE: held["0"], THERE: held["1"]}
    assert starts == ({HERE: 8, THERE: 3} if STEPS.index(step) < 4 else {HERE: 12, THERE: 9})
    world.follow("job-2", starts)
    world.stage(here[starts[HERE] :])
    world.stage(there[starts[THERE] :])
    world.commit()
    world.close()


@pytest.mark.parametrize(
    ("root", "step"),
    [*(("folder", step) for step in STEPS), ("store", "staged")],  # "published": test_gcs
    indirect=["root"],
)
def test_killed_between_any_two_steps_the_next_command_goes_on_where_the_dataset_ends(
    feed: Path, root: Location, tmp_path: Path, wanted: Rows, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    through_a_crash(feed, root, step, monkeypatch)
    assert rows(root, tmp_path) == wanted
    assert verify(root) == []


def test_a_job_that_was_given_up_commits_nothing(feed: Path, tmp_path: Path, wanted: Rows) -> None:
    world = World(tmp_path / "news")
    world.follow("job-1")
    here, _ = messages(feed).values()
    world.stage(here[:4])
    world.follow("job-2")
    assert not world.dataset.staging("job-1").exists()
    job, world.job = world.job, "job-1"
    world.stage(here[:4])  # it has not noticed yet
    world.job = job
    assert world.commit() == Counter()
    world.stage(here[:4])
    assert world.commit()["read"] >= 3
    world.close()


def test_an_item_that_cannot_be_compared_costs_itself_alone(
    feed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, _ = messages(feed).values()
    left = iter([True])

    def broken(item: Any) -> Any:
        if next(left, False):
            raise RuntimeError("no sketch")
        return sketch(item)

    monkeypatch.setattr(ingest, "sketch", broken)
    world = World(tmp_path / "news")
    world.follow("job-1")
    world.stage(here[:6])
    counts = world.commit()
    world.close()
    (reject,) = [row for row in rows(tmp_path / "news")["rejects"] if row["code"] == "internal"]
    assert "RuntimeError: no sketch" in reject["message"]
    assert counts["stories"] >= 3


def test_rows_that_do_not_add_up_are_not_committed(feed: Path, tmp_path: Path, wanted: Rows) -> None:
    world = World(tmp_path / "news")
    world.follow("job-1")
    here, _ = messages(feed).values()
    world.stage(here[:4], most=4)
    (path,) = committable.arrived(world.dataset.staging("job-1"), {})
    made = committable.load(path)
    path.unlink()
    lost = replace(made, items=replace(made.items, path="", rows=0))
    committable.save(world.dataset.staging("job-1"), committable.named(made.staged_at), lost)
    with pytest.raises(WirebeamError, match="nothing was committed"):
        world.commit()
    assert world.dataset.snapshot().sequence == 0
    world.close()


def test_what_is_staged_for_a_job_that_was_given_up_goes_with_the_next(feed: Path, tmp_path: Path) -> None:
    """Else it would wait for ever, and readers with it."""
    world = World(tmp_path / "news")
    some = next(iter(messages(feed).values()))[:5]
    for number in range(1, 4):
        world.follow(f"job-{number}")
    world.job = "job-1"
    world.stage(some)  # by a worker that has not noticed
    assert committable.full(world.dataset.root, most=1)
    world.follow("job-4")
    assert not committable.full(world.dataset.root, most=1)
    world.close()
