"""Messages that kill their worker: found, given up, and no other with them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from random import Random

import duckdb
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import suspects
from pipeline.coverage import Message
from pipeline.suspects import BATCH, CALM, TIMES, Suspects, Verdict
from pipeline.verify import verify
from tests.pipeline.packages import installed
from tests.pipeline.test_committer import World


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def message(offset: int, number: int = 0) -> Message:
    return Message("feed", "wire", number, offset, offset)


class Workers:
    """Processes, one after the other, that stage messages in batches and die of some of them, or otherwise."""

    def __init__(self, root: Path, poison: set[int]) -> None:
        self._root, self._poison = root, poison
        self.deaths: list[int] = []  # with a message alone at hand
        self.died = 0
        self.given_up: set[int] = set()
        self._begin()

    def _begin(self) -> None:
        self._suspects = Suspects(self._root, Clock())

    def die(self) -> None:
        self.died += 1
        self._begin()

    def stage(self, offsets: list[int]) -> bool:
        """Whether the worker outlives a batch."""
        first = True
        for offset in offsets:
            trying = self._suspects.trying(message(offset), first=first)
            verdict = trying.__enter__()
            if verdict is Verdict.GIVEN_UP:
                if offset not in self.given_up:
                    assert self.deaths[-TIMES:] == [offset] * TIMES
                self.given_up.add(offset)
            elif offset in self._poison:
                self.deaths += [offset] if verdict is Verdict.ALONE else []
                self.die()
                return False
            trying.__exit__(None, None, None)
            first = verdict is not Verdict.CALM
        return True


@settings(max_examples=60)
@given(st.sets(st.integers(0, 59), max_size=3), st.integers(0, 2**32), st.sampled_from([0.0, 0.3]))
def test_what_kills_is_given_up_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, poison: set[int], seed: int, bad_luck: float
) -> None:
    """An engine begins again at any checkpoint, cuts batches anywhere, and machines die by themselves, too."""
    chance = Random(seed)
    workers = Workers(tmp_path_factory.mktemp("suspects"), poison)
    at = done = lucky = 0
    while at < 60:
        batch = list(range(at, min(60, at + chance.randint(1, 12))))
        if chance.random() < bad_luck and lucky < 40:
            lucky += 1
            workers.die()
            at = chance.randint(max(0, done - 9), done)
        elif workers.stage(batch):
            done = max(done, at := batch[-1] + 1)
        else:
            assert workers.died < 100
            at = chance.randint(max(0, done - 9), done)
    assert workers.given_up == poison
    if not bad_luck:
        # Nothing known, the batch, and twice the message.
        assert workers.died <= len(poison) * (2 + TIMES)


def test_what_fails_without_killing_is_no_death(tmp_path: Path) -> None:
    """A full disk, or a store that is away, would have any message given up."""
    for _ in range(9):
        worker = Suspects(tmp_path)
        with pytest.raises(OSError, match="full"), worker.trying(message(7), first=True) as verdict:  # noqa: PT012
            assert verdict is Verdict.CALM
            raise OSError("full")
        assert list(tmp_path.glob("_suspects/*")) == []


def deaths(root: Path, count: int, offset: int) -> None:
    for _ in range(count):
        dying = Suspects(root).trying(message(offset), first=True)
        dying.__enter__()  # and never comes back


def test_who_goes_on_for_a_minute_or_far_enough_is_trusted(tmp_path: Path) -> None:
    deaths(tmp_path, 3, 5)
    clock = Clock()
    worker = Suspects(tmp_path, clock)
    for offset in range(5, 5 + BATCH):
        with worker.trying(message(offset), first=True) as verdict:
            assert verdict is Verdict.ALONE
    assert list(tmp_path.glob("_suspects/*"))
    with worker.trying(message(5 + BATCH), first=True) as verdict:
        assert verdict is Verdict.CALM
    assert list(tmp_path.glob("_suspects/*")) == []
    deaths(tmp_path, 3, 5)
    worker = Suspects(tmp_path, clock)
    with worker.trying(message(5), first=True) as verdict:
        assert verdict is Verdict.ALONE
    clock.now += CALM + 1
    with worker.trying(message(6), first=True) as verdict:
        assert verdict is Verdict.CALM
    assert list(tmp_path.glob("_suspects/*")) == []


def test_one_at_hand_is_alone_in_its_process(tmp_path: Path) -> None:
    """Or a message of another partition, at hand when the worker dies, would be blamed for it."""
    for number in (0, 1):
        for _ in range(3):
            Suspects(tmp_path).trying(message(5, number), first=True).__enter__()
    worker = Suspects(tmp_path)
    entered = threading.Event()

    def other() -> None:
        with worker.trying(message(5, 1), first=True) as verdict:
            assert verdict is Verdict.ALONE
            entered.set()

    thread = threading.Thread(target=other)
    with worker.trying(message(5, 0), first=True) as verdict:
        assert verdict is Verdict.ALONE
        thread.start()
        assert not entered.wait(0.3)
    assert entered.wait(60)
    thread.join()


def test_a_word_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    deaths(tmp_path, 3, 5)
    (path,) = tmp_path.glob("_suspects/*.json")
    for text in (b"", b"[]", orjson.dumps({"of": "another version"})):
        path.write_bytes(text)
        with Suspects(tmp_path).trying(message(5), first=True) as verdict:
            assert verdict is Verdict.CALM


LETHAL = '''
import os


class Lethal:
    """As a fault in a native library."""

    identity = "lethal 1"

    def tag(self, text, language):
        if "XK-99" in text:
            os._exit(137)
        return []
'''
PROGRAM = """
import sys
import apache_beam as beam
from pipeline.options import LOCAL, Config, beam_options
from pipeline.sinks.dataset import Dataset
from pipeline.unbounded import build
from tests.pipeline.lines import Lines
from transforms.enrich.enricher import Tagging
config = Config(sys.argv[1], "run", None, tagging=Tagging(ner="lethal"))
pipeline = beam.Pipeline(options=beam_options([], LOCAL))
build(pipeline, config, [Lines("", sys.argv[2:])], Dataset.read(config.output), "run-001")
pipeline.run().wait_until_finish()
"""


def test_workers_that_really_die_leave_one_reject(tmp_path: Path) -> None:
    site = installed(tmp_path / "site", "lethal", "1", LETHAL, {"lethal": "Lethal"})
    texts = [f"Bridge {number} open\n\nROME - It has {number * 7} arches, they say." for number in range(8)]
    texts[5] = texts[5].replace("arches", "arches of type XK-99")
    world = World(tmp_path / "news")
    world.committer.follow("run-001", {("desk", "wire", 0): 0})
    top = str(Path(suspects.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{top}"}
    ends: list[int] = []
    while not ends or ends[-1]:
        command = [sys.executable, "-c", PROGRAM, str(tmp_path / "news"), *texts]
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        ends.append(done.returncode)
        assert len(ends) < 9, done.stderr
    assert ends == [137] * (2 + TIMES) + [0]
    counts = world.commit()  # what those that died had staged is read again, and absorbed
    assert (counts["read"], counts["stories"], counts["rejects"]) == (8, 7, 1)
    assert world.dataset.snapshot().positions == {"desk": {"wire": {"0": 8}}}
    world.close()
    assert verify(tmp_path / "news") == []
    (reject,) = duckdb.execute(
        f"SELECT source, message, raw FROM '{tmp_path}/news/rejects/**/*.parquet'"
    ).fetchall()
    assert reject[0].endswith("/wire/0/5")
    assert "the workers that read it died" in reject[1]
    assert reject[2].decode() == texts[5]
