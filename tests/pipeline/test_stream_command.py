"""`wirebeam stream` as a process: signals, the lock, metrics, logs, the feeds file read again."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipeline.sinks import lease
from pipeline.sinks.dataset import Dataset
from pipeline.verify import verify
from schemas.errors import WirebeamError
from tests.brokers.kafka import free_port
from tests.conftest import WIREBEAM, Command
from tests.pipeline.sources.server import PATIENCE, wait_for
from tests.pipeline.test_stream import held, ninjs


@contextmanager
def process(*arguments: object, program: Sequence[str] = (WIREBEAM,)) -> Iterator[subprocess.Popen[str]]:
    """A stream that logs JSON; killed at the end if it still runs."""
    command = [*program, "stream", *map(str, arguments), "--log-format", "json", "--every", "0.2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as started:
        try:
            yield started
        finally:
            started.kill()


def events(started: subprocess.Popen[str], wanted: str) -> dict[str, Any]:
    """Read the log up to an event of a kind."""
    assert started.stderr is not None
    for line in started.stderr:
        event: dict[str, Any] = json.loads(line)
        if event.get("event") == wanted:
            return event
    raise AssertionError(f"the stream ended without {wanted!r}: {started.wait()}")


def drop(path: Path, data: bytes) -> None:
    """As an uploader does that is careful: nobody sees half of a file."""
    beside = path.with_name(f".{path.name}")
    beside.write_bytes(data)
    beside.rename(path)


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_it_follows_says_and_stops(tmp_path: Path, wirebeam: Command) -> None:
    """One process, asked for all that it promises while it runs."""
    incoming, later, output = tmp_path / "in", tmp_path / "later", tmp_path / "out"
    incoming.mkdir()
    later.mkdir()
    feeds = tmp_path / "feeds.toml"
    feeds.write_text(f'[ferries]\nsource = "{incoming}"\nsettle = 0\nsilence = "1s"\n')
    port, began = free_port(), time.monotonic()
    with process("--feeds", feeds, "-o", output, "--metrics-port", port, "-v") as started:
        assert events(started, "started")["feeds"] == 1
        starting = time.monotonic() - began
        drop(incoming / "1.json", ninjs(1))
        read = events(started, "committed")["read"]
        drop(incoming / "2.json", b"{")
        assert [read, events(started, "committed")["read"]] == [1, 1]

        refused = wirebeam("run", incoming, "-o", output)
        assert refused.returncode == 1
        assert "another run is writing here" in refused.stderr
        assert f"process {started.pid}" in refused.stderr
        assert len(refused.stderr.strip().splitlines()) == 1

        assert events(started, "silence")["feed"] == "ferries"
        status, said = get(f"http://127.0.0.1:{port}/healthz")
        assert status == 200
        assert json.loads(said)["feeds"]["ferries"]["silent"] is True

        def alarmed() -> dict[str, str] | None:
            """The metrics, once the alarm that was just said is among them."""
            _, metrics = get(f"http://127.0.0.1:{port}/metrics")
            found = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if not line.startswith("#"))
            return found if float(found['wirebeam_feed_silent{feed="ferries"}']) == 1 else None

        values = wait_for(alarmed)
        assert float(values['wirebeam_items_total{feed="ferries",provider="unknown"}']) == 1
        assert float(values['wirebeam_rejects_total{feed="ferries"}']) == 1
        assert float(values["wirebeam_read_total"]) == 2
        assert float(values['wirebeam_feed_seconds_since_item{feed="ferries"}']) >= 1
        assert float(values['wirebeam_commit_lag_seconds_count{feed="ferries"}']) == 2
        assert float(values['wirebeam_wire_lag_seconds_count{feed="ferries"}']) == 1
        assert get(f"http://127.0.0.1:{port}/other")[0] == 404

        feeds.write_text("[broken\n")
        started.send_signal(signal.SIGHUP)
        assert "no TOML" in events(started, "failed")["message"]
        feeds.write_text(f'[other]\nsource = "{later}"\nsettle = 0\n')
        started.send_signal(signal.SIGHUP)
        assert events(started, "recovered")["where"] == "feeds"
        drop(later / "3.json", ninjs(3))
        assert events(started, "committed")["read"] == 1

        began = time.monotonic()
        started.send_signal(signal.SIGTERM)
        assert started.wait(PATIENCE) == 0
        assert time.monotonic() - began < 10 + starting  # which takes long where the machine is busy
    assert sum(held(output).values()) == 2
    assert verify(output) == []


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["-o", "{tmp}/out"], 2, "--feeds"),
        (["ftp://x/y", "-o", "{tmp}/out"], 2, "not a folder"),
        (["{tmp}/file", "-o", "{tmp}/out"], 1, "follows folders"),
        (["{tmp}", "-o", "{tmp}/theirs"], 1, "no Wirebeam dataset"),
        (["--feeds", "{tmp}/feeds.toml", "-o", "{tmp}/out"], 2, "line 2"),
        (["{tmp}", "-o", "{tmp}/out", "--processes", "2", "--runner", "FlinkRunner"], 2, "--processes"),
    ],
)
def test_what_cannot_be_is_one_clear_line(
    arguments: list[str], code: int, says: str, tmp_path: Path, wirebeam: Command
) -> None:
    (tmp_path / "file").write_text("text")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "thesis.doc").write_text("not ours")
    (tmp_path / "feeds.toml").write_text("[a]\nsourse = 1\nsource = '/x'\n")
    done = wirebeam("stream", *[argument.format(tmp=tmp_path) for argument in arguments])
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_writer_on_another_machine_keeps_others_out_while_it_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "out"
    Dataset.open(root).close()
    now = time.time()
    other = lease.Owner("theirs", "elsewhere", 7, "stream", now - 100, now - 10)
    (root / lease.OWNER).write_bytes(json.dumps({**_values(other)}).encode())
    with pytest.raises(WirebeamError, match="process 7 on elsewhere"):
        Dataset.open(root)
    (root / lease.OWNER).write_bytes(json.dumps({**_values(other), "seen": now - lease.STALE - 1}).encode())
    with Dataset.open(root) as dataset:
        dataset.commit("mine", [])
        # It was not dead, only slow: it takes its place again, and this one must not write any more.
        (root / lease.OWNER).write_bytes(json.dumps(_values(other)).encode())
        with pytest.raises(WirebeamError, match="taken over"):
            dataset.commit("mine", [])
    assert lease.owner(root) == other


def _values(owner: lease.Owner) -> dict[str, Any]:
    return {name: getattr(owner, name) for name in ("token", "host", "pid", "command", "since", "seen")}
