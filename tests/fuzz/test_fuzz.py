"""Mutated real files come out as items or rejects, in time and in memory; and faults would be seen."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from schemas.errors import Code
from tests.fuzz import run
from tests.fuzz.mutations import MUTATIONS, Mutation, mutated
from tests.fuzz.way import Outcome, outcome

SHARES = 4


@pytest.mark.parametrize("share", range(SHARES))
def test_every_case_comes_out_as_items_or_rejects(share: int, request: pytest.FixtureRequest) -> None:
    numbers = range(share, request.config.getoption("--fuzz-count"), SHARES)
    assert [str(fault) for fault in run.faults(1, numbers, run.known())] == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_mutations_change_what_they_get_and_repeat(mutation: Mutation) -> None:
    data = b"<nitf><head><title>Quay</title></head><body><p>The quay\nwill be rebuilt.</p></body></nitf>"
    made = [mutation(data, random.Random(seed)) for seed in range(20)]
    assert any(one != data for one in made)
    assert made == [mutation(data, random.Random(seed)) for seed in range(20)]


def test_a_case_is_always_the_same() -> None:
    first, second = (run.case(7, 12, run.known()) for _ in range(2))
    assert first == second
    assert mutated(b"", random.Random(1)) == (b"", [])


def test_an_exception_and_a_stuck_item_are_faults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"The quay will be rebuilt.")

    def broken(data: bytes, source: str = "") -> Outcome:
        raise KeyError("body")

    def endless(data: bytes, source: str = "") -> Outcome:
        while data != b"Warm up":
            time.process_time()
        return Outcome(items=1)

    monkeypatch.setattr(run, "outcome", lambda data, source="": Outcome(1) if source == "" else broken(data))
    (fault,) = run.faults(1, [0], (tmp_path,))
    assert fault.what == "KeyError: 'body'"
    assert "in broken" in fault.where
    monkeypatch.setattr(run, "outcome", endless)
    monkeypatch.setattr(run, "STUCK", 0.1)
    (fault,) = run.faults(1, [0], (tmp_path,))
    assert fault.what == "Stuck: more than 0 s"


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (Outcome(), "nothing came out"),
        (Outcome(rejects=1, codes=[Code.INTERNAL]), "reject with code internal"),
        (Outcome(items=1, seconds=1.5), "one item took 1.5 s"),
        (Outcome(items=1, bytes=300_000_000), "took 300 MB"),
        (Outcome(items=1, rejects=1, codes=[Code.XML_BROKEN], seconds=0.5), None),
    ],
)
def test_what_is_a_fault(found: Outcome, fault: str | None) -> None:
    assert found.fault == fault


def test_an_outcome_measures_memory_and_time() -> None:
    done = outcome(b"KIEL (AP) - A ferry line opened on Tuesday between two ports of the islands.\n" * 2000)
    assert (done.items, done.rejects) == (1, 0)
    assert 0 < done.seconds < 1
    assert done.bytes > 0
