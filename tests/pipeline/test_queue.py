"""What a queue's messages became is staged once and for all: whoever commits next has them, each row once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import committable
from pipeline.committer import ABSORBED
from pipeline.coverage import QUEUE
from pipeline.ingest import Ingest, Job
from pipeline.sinks.storage import Location, location
from pipeline.sources.stream_message import StreamMessage
from pipeline.verify import verify
from tests.conftest import Command
from tests.pipeline.sinks import objects
from tests.pipeline.sinks.states import keys
from tests.pipeline.test_committer import HERE, STEPS, Killed, Rows, World, messages, rows

SUBSCRIPTION = "pubsub://news-project/wire-sub"
DAY = 24 * 3_600_000_000


class Queue(World):
    """A dataset whose job reads a subscription; what it stages outlives it."""

    def __init__(self, root: Location, failpoint: Callable[[str], None] | None = None) -> None:
        super().__init__(root, failpoint)
        self.committer.follow("job-1", {}, queues=True)

    def stage(self, some: Sequence[StreamMessage], most: int = 5) -> None:
        """As a worker does at the end of a bundle."""
        for start in range(0, len(some), most):
            ingest = Ingest(Job(self.config, self.dataset.queued, self.dataset.partition_by))
            for message in some[start : start + most]:
                ingest.add(message)
            ingest.flush()


@pytest.fixture(scope="module")
def queue(feed: Path) -> list[StreamMessage]:
    """The samples as messages of a subscription."""
    found = []
    for number, message in enumerate(one for some in messages(feed).values() for one in some):
        if message.resource is not None:
            resource = replace(message.resource, uri=f"{SUBSCRIPTION}/{number}")
            found.append(StreamMessage("", "feed", str(number), QUEUE, 0, 0, resource))
    return found


@pytest.fixture(scope="module")
def wanted(queue: list[StreamMessage], tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """What comes of them where nothing goes wrong."""
    root = tmp_path_factory.mktemp("queued") / "news"
    world = Queue(root)
    world.stage(queue)
    counts = world.commit()
    assert counts["read"] == sum(counts[name] for name in ("stories", "duplicates", "rejects"))
    assert counts["rejects"] >= 1
    assert world.dataset.snapshot().positions == {}
    world.close()
    assert verify(root) == []
    assert [key for key in keys(root) if key.startswith("_queued/")] == []
    return rows(root)


def test_rows_are_those_of_a_topic(feed: Path, tmp_path: Path, wanted: Rows) -> None:
    """But for what names the message."""
    world = World(tmp_path / "news")
    world.follow("job-1")
    for some in messages(feed).values():
        world.stage(some)
    world.commit()
    world.close()

    def told(found: Rows) -> Counter[str]:
        without = {"source", "reject_id", "uri", "story_id", "revision_of", "duplicate_of"}
        lines = [
            repr([name, *((key, row[key]) for key in sorted(row) if key not in without)])
            for name in found
            for row in found[name]
        ]
        return Counter(re.sub(r"(kafka|pubsub)://[^' ]+", "", line) for line in lines)

    assert told(rows(tmp_path / "news")) == told(wanted)


@pytest.mark.parametrize("step", STEPS)
def test_killed_between_any_two_steps_the_next_one_commits_what_is_there(
    queue: list[StreamMessage], tmp_path: Path, wanted: Rows, step: str
) -> None:
    """The queue gives nothing again: all was acknowledged when it was staged."""
    armed = False

    def fail(name: str) -> None:
        if armed and name == step:
            raise Killed(name)

    world = Queue(tmp_path / "news", fail)
    world.stage(queue[:20])
    world.commit()
    armed = True
    world.stage(queue[20:])
    with pytest.raises(Killed):
        world.commit()
    world.close()  # as the kernel does: the lock goes, the files stay
    world = Queue(tmp_path / "news")
    counts = world.commit()
    items = counts["read"] - counts["redelivered"]
    assert (items > 0) is (STEPS.index(step) < STEPS.index("published"))
    assert (counts["redelivered"] > 0) is (
        "published" in STEPS[: STEPS.index(step) + 1] and step != "cleared"
    )
    world.close()
    assert rows(tmp_path / "news") == wanted
    assert verify(tmp_path / "news") == []
    assert [key for key in keys(tmp_path / "news") if key.startswith("_queued/")] == []


def test_what_a_bundle_does_again_adds_no_row(
    queue: list[StreamMessage], tmp_path: Path, wanted: Rows
) -> None:
    world = Queue(tmp_path / "news")
    world.stage(queue[:10])
    world.stage(queue[4:12], most=8)  # before anything was committed: 4 to 9 are known
    first = world.commit()
    world.stage(queue[:12], most=12)  # and afterwards
    world.stage(queue[12:])
    second = world.commit()
    assert (first[ABSORBED], first["redelivered"]) == (6, 0)
    assert second["redelivered"] == first["read"]
    world.close()
    assert rows(tmp_path / "news") == wanted
    assert verify(tmp_path / "news") == []


def test_it_waits_for_no_partition_and_moves_no_position(
    feed: Path, queue: list[StreamMessage], tmp_path: Path
) -> None:
    """Kafka beside a queue: a message that is missing there holds nothing back here."""
    world = Queue(tmp_path / "news")
    world.committer.follow("job-2", {HERE: 0}, queues=True)
    here = messages(feed)[HERE]
    topic = Ingest(Job(world.config, world.dataset.staging("job-2"), world.dataset.partition_by))
    for message in here[1:4]:
        topic.add(message)
    topic.flush()
    world.stage(queue[:4], most=4)
    done = world.committer.commit(1_000)
    assert done is not None
    assert {one.number for one in done.messages} == {QUEUE}
    assert [one.uri("news-project/wire-sub") for one in done.messages] == [
        f"{SUBSCRIPTION}/{one.topic}" for one in queue[:4]
    ]
    assert world.dataset.snapshot().positions == {"feed": {"wire": {"0": 0}}}
    topic.add(here[0])
    topic.flush()
    world.commit()
    assert world.dataset.snapshot().positions == {"feed": {"wire": {"0": 4}}}
    world.close()


@pytest.mark.parametrize("place", ["folder", "store"])
def test_rows_that_a_dead_worker_left_unnamed_go_after_a_day(
    queue: list[StreamMessage], tmp_path: Path, place: str
) -> None:
    """Its messages were not acknowledged; rows that are named stay for ever."""
    if place == "folder":
        swept(queue, tmp_path / "news")
        return
    with objects.s3() as uri:
        swept(queue, location(f"{uri}/news"))


def swept(queue: list[StreamMessage], root: Location) -> None:
    world = Queue(root)
    world.stage(queue[:3], most=3)
    world.stage(queue[3:6], most=3)
    dead, alive = committable.arrived(world.dataset.queued, {})
    dead.unlink()
    committable.sweep(world.dataset.queued, committable.now())
    assert len({key.split("/")[2] for key in keys(root) if key.startswith("_queued/rows/")}) == 2
    committable.sweep(world.dataset.queued, committable.now() + 2 * DAY)
    left = {key.split("/")[2] for key in keys(root) if key.startswith("_queued/rows/")}
    assert left == {alive.name.removesuffix(".json")}
    assert world.commit()["read"] >= 3
    world.close()


def test_who_verifies_hears_of_what_waits(
    queue: list[StreamMessage], tmp_path: Path, wirebeam: Command
) -> None:
    """Nothing is broken by it, and no reader sees it: of a stream that is given up it would be lost."""
    world = Queue(tmp_path / "news")
    world.stage(queue[:6], most=3)
    world.close()
    said = wirebeam("verify", str(tmp_path / "news"))
    assert (said.returncode, "every promise holds" in said.stdout) == (0, True)
    assert "_queued: 2 files of a queue's messages wait" in said.stderr
