"""Cycles shared by two processes: rows as of one, whichever process dies, and none of them outlives the other."""

from __future__ import annotations

import datetime as dt
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from apache_beam.runners.worker import statesampler
from apache_beam.utils.counters import CounterFactory
from hypothesis import given
from hypothesis import strategies as st

from pipeline import query
from pipeline.cycle import Feed, Pace
from pipeline.options import Config
from pipeline.plan import FilePlan
from pipeline.share import Work
from pipeline.shared import SharedGraph, dealt
from pipeline.sinks.dataset import Dataset
from pipeline.sources.live import Delivery
from pipeline.stream import Stream
from pipeline.verify import verify
from tests.pipeline.test_stream import NOON, Queue, Told, accounted, config, message, ninjs, stream
from tests.pipeline.test_stream_command import events, process

PATIENCE = 300.0  # seconds; the machine may be busy
# The command line, but on a slow machine, too, a cycle takes as many deliveries as are worth sharing.
STEADY = """
import logging, sys
logging.disable()  # what Beam has to say when it is imported
from pipeline.cli import main
from pipeline.stream import Stream
logging.disable(logging.NOTSET)
Stream._adapt = lambda *_: None
main(sys.argv[1:])
"""
ROWS = """
    SELECT 'story' AS kind, uri, source, story_id, revision_of, NULL AS duplicate_of FROM stories
    UNION ALL SELECT 'copy', uri, source, story_id, revision_of, duplicate_of FROM duplicates
    UNION ALL SELECT 'reject', code, source, message, stage, NULL FROM rejects
"""


def wire(number: int) -> Delivery:
    """The nth message: some are broken, some are copies of others, some come twice, beside each other."""
    if number % 50 == 7:
        return message(number, data=b'{"uri": broken')
    if number % 50 == 10:
        return wire(number - 1)
    moment = NOON + dt.timedelta(minutes=number)  # in order: what comes late is linked by `compact`
    if number % 50 == 8:
        return message(number, data=ninjs(number - 8, moment, uri=f"urn:copy:{number}"))
    return message(number, moment=moment)


def rows(output: Path) -> list[tuple[Any, ...]]:
    return sorted(query.connect(output).execute(ROWS).fetchall(), key=repr)


def until(true: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    ends = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.02)


def shared(output: Path) -> bool:
    """Whether the other process has been given a share of the cycle that goes on."""
    return any(output.glob("_staging/*/shares/1/deliveries"))


def alive(pid: int) -> bool:
    """Whether a process runs, and is none that is dead and not yet asked for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_shared_cycles_give_the_rows_of_one_batch_and_a_process_that_is_killed_costs_nothing(
    tmp_path: Path,
) -> None:
    queue = Queue([wire(number) for number in range(200)])
    told = Told()
    graphs: list[SharedGraph] = []
    shares: list[str] = []

    def making(config: Config, dataset: Dataset) -> SharedGraph:
        graphs.append(SharedGraph(config, dataset, processes=2))
        return graphs[0]

    def failpoint(step: str) -> None:
        if step == "executed":
            found = sorted(output.glob("_staging/*/shares/*/plans.json"))
            shares.append(" ".join(path.parts[-2] for path in found))

    output = tmp_path / "shared"
    pace = Pace(every=0.01, items=400, first=400, longest=math.inf)
    made = stream(output, queue, told=told, pace=pace, graph=making, failpoint=failpoint)
    try:
        made.turn()
        assert shares == [""], "the first large cycle is done alone: the other process is started with it"
        until(graphs[0].ready)
        (pid,) = graphs[0].pids

        queue.messages += [wire(number) for number in range(200, 450)]
        made.turn()
        assert shares[1:] == ["0 1"]

        queue.messages += [wire(number) for number in range(450, 470)]
        made.turn()
        assert shares[2:] == [""], "a small cycle is done alone"

        # Asked, and killed before it answers.
        queue.messages += [wire(number) for number in range(470, 700)]
        os.kill(pid, signal.SIGSTOP)

        def kill() -> None:
            until(lambda: shared(output))
            os.kill(pid, signal.SIGKILL)

        killing = threading.Thread(target=kill)
        killing.start()
        made.turn()
        killing.join()
        assert [failure.where for failure in told.failures] == ["commit"]
        assert f"process {pid}" in told.failures[0].message
        assert "was ended by signal 9" in told.failures[0].message
        made.turn()
        assert shares[3:] == [""], "done alone, while another one is started"
        assert told.recoveries == ["commit"]
        assert graphs[0].pids != [pid]
        (after,) = graphs[0].pids
    finally:
        made.close()
    until(lambda: not alive(after))

    whole = stream(tmp_path / "whole", Queue(queue.messages), pace=Pace(items=10_000, first=10_000))
    whole.turn()
    whole.close()
    found = rows(output)
    assert found == rows(tmp_path / "whole")
    assert Counter(kind for kind, *_ in found)["reject"] == 14
    assert Counter(kind for kind, *_ in found)["copy"] >= 14
    assert accounted(output)["read"] == 700
    assert accounted(output)["redelivered"] == 14
    assert verify(output) == []


def test_what_goes_wrong_in_another_process_is_raised_here(tmp_path: Path) -> None:
    with Dataset.open(tmp_path / "out") as dataset:
        graph = SharedGraph(config(tmp_path / "out"), dataset, processes=2)
        try:
            until(graph.ready)
            (other,) = graph._coworkers
            other.ask(Work.STAGE)
            with pytest.raises(RuntimeError, match=r"No such file .*shares/1/deliveries"):
                other.answer()
            assert graph.ready()
        finally:
            graph.close()


def test_a_process_that_cannot_begin_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    queue = Queue([message(number) for number in range(600)])
    output = tmp_path / "out"
    making = partial(SharedGraph, processes=2)
    made = Stream(
        config(output),
        [Feed(queue, "queue")],
        Pace(every=0.01, items=300, first=300, longest=math.inf),
        graph=making,
    )
    made.open()
    try:
        made.turn()
        made.turn()
    finally:
        made.close()
    assert accounted(output)["stories"] + accounted(output)["duplicates"] == 600
    assert caplog.text.count("this one does all from now on") == 1


def drop(incoming: Path, start: int, count: int) -> None:
    """So many files at once, complete."""
    beside = incoming / f".{start}"
    beside.mkdir(parents=True)
    for number in range(start, start + count):
        (beside / f"{number}.json").write_bytes(ninjs(number))
    beside.rename(incoming / str(start))


def test_killed_in_the_middle_of_a_share_no_process_stays_and_no_item_is_lost(tmp_path: Path) -> None:
    """The stream is killed, then its other process, then it is told to stop: each while a cycle is shared.

    The other process is held (SIGSTOP) before it is given its share, so that it is in the middle of it for certain.
    """
    incoming, output = tmp_path / "in", tmp_path / "out"
    options = (incoming, "-o", output, "--settle", "0", "--processes", "2", "--ner", "off")
    started_by = partial(process, *options, program=(sys.executable, "-c", STEADY))
    dropped = 0

    def idle() -> bool:
        """Whether all that was dropped is committed, and nothing is shared."""
        return accounted(output)["read"] == dropped and not shared(output)

    def more() -> None:
        nonlocal dropped
        drop(incoming, dropped, 205)
        dropped += 205

    def sharing(started: subprocess.Popen[str]) -> int:
        """Drop files, so many at once, until there is another process; then hold it, and give it a share."""
        reading = ThreadPoolExecutor(1).submit(lambda: int(events(started, "process")["pid"]))
        ends = time.monotonic() + PATIENCE
        while not reading.done():
            if idle():
                more()
            assert time.monotonic() < ends
            time.sleep(0.005)
        until(idle)
        os.kill(reading.result(), signal.SIGSTOP)
        more()
        until(lambda: shared(output))
        return reading.result()

    with started_by() as started:
        pid = sharing(started)
        started.kill()
        started.wait()
        with suppress(
            ProcessLookupError
        ):  # it may have gone on by itself, when its parent ended, and is gone
            os.kill(pid, signal.SIGCONT)
        until(lambda: not alive(pid))
    with started_by() as started:
        pid = sharing(started)
        os.kill(pid, signal.SIGKILL)
        assert "was ended by signal 9" in events(started, "failed")["message"]
        events(started, "recovered")
        pid = sharing(started)
        os.kill(pid, signal.SIGTERM)  # as systemd does, which tells all processes of a unit
        started.terminate()
        os.kill(pid, signal.SIGCONT)
        _, said = started.communicate(timeout=PATIENCE)
        assert started.returncode == 0, said
        assert '"failed"' not in said
        assert not alive(pid)
    with started_by("--stop-when-idle", "1s") as started:
        assert started.wait(PATIENCE) == 0
    counts = accounted(output)
    assert (counts["stories"] + counts["duplicates"], counts["redelivered"]) == (dropped, 0)
    assert verify(output) == []


def test_nobody_waits_for_the_sampler_of_beam() -> None:
    """Beam makes it without arguments; it has looked for so long that it would sleep 100 ms by now."""
    sampler = statesampler.StateSampler("bundle", CounterFactory())
    waited = []
    for _ in range(5):
        sampler.start()
        time.sleep(0.6)
        began = time.monotonic()
        sampler.stop()
        waited.append(time.monotonic() - began)
        sampler.reset()
    assert min(waited) < 0.02


@given(st.lists(st.integers(1, 5_000), max_size=30), st.integers(1, 5))
def test_files_are_dealt_out_evenly(sizes: list[int], shares: int) -> None:
    plans = [FilePlan("stories", "", "", n, size) for n, size in enumerate(sorted(sizes, reverse=True))]
    given = dealt(plans, shares)
    assert sorted((one for part in given for one in part), key=lambda one: one.start) == plans
    work = [sum(one.rows + 10 for one in part) for part in given]
    assert max(work) - min(work) <= max((size + 10 for size in sizes), default=0)
