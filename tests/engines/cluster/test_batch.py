"""Batches on a real Flink: the same rows and links as the local runner, whatever dies on the way.

`make test-engines` runs these; `make test` does not.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from pipeline.verify import verify
from tests.conftest import Command
from tests.engines.compare import counts, differences
from tests.engines.flink import WIREBEAM, Flink, wait_until

pytestmark = pytest.mark.engines
STORIES = 1_000  # of the developers' feed
LONG = 200  # items of 50 kB each


@pytest.fixture(scope="module")
def wire(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A day or two of a real wire, with known copies."""
    target = tmp_path_factory.mktemp("wire") / "feed"
    tool, sgml = shared / "tools/reuters_feed.py", shared / "corpora/reuters21578/sgml"
    subprocess.run([sys.executable, tool, sgml, target, "--limit", str(STORIES)], check=True)
    return target / "raw"


@pytest.fixture(scope="module")
def local(wire: Path, tmp_path_factory: pytest.TempPathFactory, wirebeam: Command) -> Path:
    """What the local runner makes of it."""
    output = tmp_path_factory.mktemp("local") / "news"
    done = wirebeam("run", wire, "-o", output)
    assert done.returncode == 0, done.stderr
    return output


def command(flink: Flink, inputs: Path, output: Path, *options: str) -> list[str]:
    given = ["run", str(inputs), "-o", str(output), "--runner", "FlinkRunner", "--json"]
    return [WIREBEAM, *given, "--", *flink.options, *options]


def run(flink: Flink, inputs: Path, output: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(flink, inputs, output, *options), capture_output=True, text=True, timeout=600, check=False
    )


@pytest.mark.parametrize("parallelism", [1, 2])
def test_rows_and_links_are_those_of_the_local_runner(
    flink: Flink, wire: Path, local: Path, tmp_path: Path, parallelism: int
) -> None:
    done = run(flink, wire, tmp_path / "news", f"--parallelism={parallelism}")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    print(f"\nlocal {counts(local)}\nflink {counts(tmp_path / 'news')} at parallelism {parallelism}")
    assert list(differences(local, tmp_path / "news")) == []
    assert counts(local)["stories"] > STORIES * 0.9
    assert counts(local)["duplicate_of"] > 20
    assert verify(tmp_path / "news") == []


def test_no_text_is_shuffled(flink: Flink, tmp_path: Path) -> None:
    """What tasks sent one another, beside texts that are long: what linking sends does not grow with them."""
    (tmp_path / "long").mkdir()
    for number in range(LONG):
        words = " ".join(map(hex, random.Random(number).choices(range(1 << 40), k=4_000)))
        item = {
            "uri": f"urn:long:{number}",
            "type": "text",
            "versioncreated": f"2026-11-25T{number % 24:02d}:00:00Z",
            "headline": f"List {number}",
            "body_text": words,
        }
        (tmp_path / "long" / f"{number}.json").write_text(json.dumps(item))
    done = run(flink, tmp_path / "long", tmp_path / "news", "--job_name=long")
    assert done.returncode == 0, done.stderr
    assert counts(tmp_path / "news")["stories"] == LONG
    jobs = httpx.get(f"{flink.master}/v1/jobs/overview", timeout=60).json()["jobs"]
    job = next(job["jid"] for job in jobs if job["name"] == "long")
    vertices = httpx.get(f"{flink.master}/v1/jobs/{job}", timeout=60).json()["vertices"]
    sent = sum(vertex["metrics"]["write-bytes"] for vertex in vertices)
    read = sum(path.stat().st_size for path in (tmp_path / "long").iterdir())
    print(f"\nread {read:,} bytes, sent between tasks {sent:,}")
    assert 0 < sent < read / 4


def test_samples_of_every_kind_and_the_same_again(
    flink: Flink, feed: Path, news: Path, tmp_path: Path
) -> None:
    """Rejects and archives too; a second run adds no row."""
    output = tmp_path / "news"
    done = run(flink, feed, output)
    assert done.returncode == 0, done.stderr
    assert list(differences(news, output)) == []
    before = counts(output)
    assert before["rejects"] > 3
    again = run(flink, feed, output)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["counts"]["redelivered"] == json.loads(again.stdout)["counts"]["read"]
    assert counts(output) == before
    assert verify(output) == []


@pytest.mark.parametrize("victim", ["worker", "taskmanager"])
def test_a_death_in_mid_run_changes_nothing(
    flink: Flink, wire: Path, local: Path, tmp_path: Path, victim: str
) -> None:
    output = tmp_path / "news"
    process = subprocess.Popen(
        command(flink, wire, output), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    staged = output / "_staging"
    wait_until(lambda: any(staged.glob("*/items/*")) or process.poll() is not None, 600)
    assert process.poll() is None, process.communicate()
    if victim == "worker":
        flink.kill_workers()
    else:
        flink.kill("taskmanager")
        flink.start_taskmanager()
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors
    assert list(differences(local, output)) == []
    assert verify(output) == []
    assert not any(staged.iterdir())


def test_an_interrupt_cancels_the_job_on_the_cluster(flink: Flink, wire: Path, tmp_path: Path) -> None:
    output = tmp_path / "news"
    process = subprocess.Popen(
        command(flink, wire, output, "--job_name=interrupted"), stderr=subprocess.PIPE, text=True
    )
    wait_until(lambda: "interrupted" in flink.running(), 600)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=600)
    assert process.returncode not in (0, None), errors
    flink.idle()
    jobs = httpx.get(f"{flink.master}/v1/jobs/overview", timeout=60).json()["jobs"]
    assert [job["state"] for job in jobs if job["name"] == "interrupted"] == ["CANCELED"]
    assert counts(output)["stories"] == 0


def test_a_missing_pool_is_said(flink: Flink, feed: Path, tmp_path: Path) -> None:
    # Once, and so below: Flink would try again, and each time wait for a pool or workers that are not there.
    once = "--number_of_execution_retries=0"
    done = run(flink, feed, tmp_path / "news", "--environment_config=127.0.0.1:1", once)
    assert done.returncode == 1
    assert "no worker pool at" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(shutil.which("unshare") is None or os.geteuid() != 0, reason="needs root and unshare")
def test_workers_that_see_no_output_say_so(flink: Flink, feed: Path, tmp_path: Path) -> None:
    """A pool with a file system of its own where the output is, as on a machine that does not mount it."""
    (tmp_path / "mount").mkdir()
    script = f"mount -t tmpfs none {tmp_path / 'mount'} && exec {WIREBEAM} worker-pool --port 0"
    pool = subprocess.Popen(["unshare", "-m", "sh", "-c", script], stderr=subprocess.PIPE, text=True)
    assert pool.stderr is not None
    try:
        address = next(line for line in pool.stderr if "--environment_config=" in line).strip()
        threading.Thread(target=pool.stderr.read, daemon=True).start()
        option = f"--environment_config={address.rpartition('=')[2]}"
        done = run(flink, feed, tmp_path / "mount" / "news", option, "--number_of_execution_retries=0")
    finally:
        pool.terminate()
        pool.wait(30)
    assert done.returncode == 1
    assert f"does not see the output at {tmp_path / 'mount' / 'news'}: mount it" in done.stderr
    assert len(done.stderr.splitlines()) == 1
