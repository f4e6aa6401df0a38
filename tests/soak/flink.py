"""`make soak-flink`: a stream as one job on a real Flink, from a real Kafka, while all of it is killed in turn.

    python -m tests.soak.flink [--items 20000] [--rate 200] [--kills worker,taskmanager,broker] [--application]

Afterwards, once compacted, the dataset is compared with that of one batch over the same items: none lost, none
doubled, the same links. Without kills it says how long items took from the broker to the manifest. Needs Java 17,
Maven, and the feed of ../shared.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.verify import verify
from tests.benchmarks.scale import turned
from tests.brokers.kafka import Broker
from tests.conftest import SHARED, WIREBEAM
from tests.engines.application import Application, ApplicationStream
from tests.engines.compare import table
from tests.engines.flink import Flink, wait_until
from tests.soak.flink_stream import TOPIC, Sender, Stream, kill, latencies

PARTITIONS = 4
KILLS = ("worker", "taskmanager", "broker")
ALL_KILLS = (*KILLS, "jobmanager", "command")
OUTCOMES = ("stories", "duplicates", "rejects", "redelivered")
# What an item says itself, whatever way it came; and its links.
SAME = (
    "item_id",
    "uri",
    "story_id",
    "revision_of",
    "duplicate_of",
    "duplicate_kind",
    "headline",
    "body_text",
)
_FIRST = 400  # messages before latency is measured
_POISON = 200  # one message in so many is none that can be read


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found.

    Attributes:
        sent: messages that hold an item, or what cannot be read.
        kills: what was killed and when, in its order.
        counts: sums over all commits; `absorbed` are messages that were staged once more.
        commits: how many there were.
        lost, doubled, strange: rows of the batch that the stream has not; twice; that the batch has not.
        relinked: whether links differ is among `lost` and `strange`: rows are compared with their links.
        headers: rows that have their message's header.
        broken: promises that `wirebeam verify` finds broken.
        latency: seconds from the broker to the manifest: p50, p95, p99; empty where something was killed.
        seconds: from the first message to the last commit.
    """

    sent: int
    kills: tuple[str, ...]
    counts: dict[str, int]
    commits: int
    lost: int
    doubled: int
    strange: int
    headers: int
    broken: list[str]
    latency: list[float]
    seconds: float

    @property
    def kept(self) -> bool:
        """Whether every promise is."""
        summed = self.counts["read"] == sum(self.counts.get(name, 0) for name in OUTCOMES)
        whole = self.counts["read"] - self.counts.get("redelivered", 0) >= self.sent == self.headers
        return bool(summed and whole and not (self.lost or self.doubled or self.strange or self.broken))


def wire(scratch: Path, count: int) -> list[bytes]:
    """Items that say their own time, in the order of time; and now and then what cannot be read."""
    tool, sgml = SHARED / "tools" / "reuters_feed.py", SHARED / "corpora" / "reuters21578" / "sgml"
    if not tool.is_file():
        raise SystemExit(f"needs the feed of {SHARED}")
    command = [sys.executable, str(tool), str(sgml), str(scratch / "feed")]
    formats = ("--formats", "nitf,newsmlg2,ninjs", "--limit", str(min(count, 9_000)))
    subprocess.run([*command, *formats], check=True, stdout=subprocess.DEVNULL)
    found = [data for _, _, data in turned(scratch / "feed" / "raw", count)]
    for number in range(0, len(found), _POISON):
        found[number] = b"\x89PNG\r\n\x1a\n" + number.to_bytes(8, "big") * 9
    return found


def rows(output: Path) -> Counter[tuple[Any, ...]]:
    """Every row of stories and duplicates by what does not depend on the way it came; rejects by their bytes."""
    found: Counter[tuple[Any, ...]] = Counter()
    for dataset, columns in (("stories", SAME), ("duplicates", SAME), ("rejects", ("code", "raw"))):
        held = table(output, dataset)
        if held is not None:
            found.update((dataset, *row.values()) for row in held.select(columns).to_pylist())
    return found


def with_header(output: Path) -> int:
    """Rows that have their message's header."""
    count = 0
    for dataset in ("stories", "duplicates", "rejects"):
        held = table(output, dataset)
        if held is not None:
            for attributes in held.column("attributes").to_pylist():
                count += any(one["name"] == "desk" for one in attributes or ())
    return count


def soak(
    scratch: Path,
    flink: Flink,
    broker: Broker,
    *,
    items: int,
    rate: float,
    kills: Sequence[str] = KILLS,
    patience: float = 600,
    topic: str = TOPIC,
) -> Verdict:
    """Stream, kill and compare; see the module.

    Args:
        scratch: an empty folder.
        flink, broker: running; the topic is made here. An `Application` runs the stream without a command.
        items: how many.
        rate: items a second.
        kills: what is killed, spread over the flow.
        patience: seconds that the rest may take once all is sent.
        topic: to be made and sent to.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    sent = wire(scratch, items)
    raw, batch = scratch / "items", scratch / "batch"
    raw.mkdir()
    for number, data in enumerate(sent):
        (raw / f"{number:06d}").write_bytes(data)
    broker.create(topic, PARTITIONS)
    output, options = scratch / "stream", [] if kills else ["--merge-files", "0"]
    stream: Stream | ApplicationStream
    if isinstance(flink, Application):
        stream = ApplicationStream(flink, broker, output, *options, topic=topic)
    else:
        stream = Stream(flink, broker, output, *options, topic=topic)
    first = 0 if kills else min(_FIRST, len(sent) // 2)
    sender = Sender(broker, sent[first:], rate, topic, kept=len(sent) // (len(kills) + 1) if kills else 0)
    stream.start()
    died: list[str] = []
    try:
        wait_until(lambda: len(flink.workers()) > 0, 300)
        if first:  # latency is that of a job that runs
            Sender(broker, sent[:first], rate, topic).start()
            wait_until(stream.reaches(first), patience)
        started_with = len(stream.manifests()) if first else 0
        started = time.monotonic()
        sender.start()
        before = 0
        for number, victim in enumerate(kills, 1):
            # In the middle of the flow, and of one that flows again since the last one died: however long that
            # takes, some are still to be sent.
            due = len(sent) * number // (len(kills) + 1)
            wait_until(sender.reaches(due), patience)
            wait_until(stream.reaches(before + 1), patience)
            before = stream.counts()["read"]
            died.append(f"{victim} with {sender.sent} sent, {before} committed")
            kill(victim, flink, broker, stream)
            print(f"{time.monotonic() - started:.0f} s: killed {died[-1]}", file=sys.stderr)
        sender.finish(len(sent) / rate + patience)
        wait_until(stream.reaches(len(sent)), patience)
        seconds = time.monotonic() - started
        time.sleep(3)  # what is staged anew once more is absorbed, not committed
    finally:
        stream.stop()
    latency = [] if kills else latencies(stream, started_with)
    counts, commits = stream.counts(), len(stream.manifests())
    command = [WIREBEAM, "run", str(raw), "-o", str(batch)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([WIREBEAM, "compact", str(stream.output)], check=True, stdout=subprocess.DEVNULL)
    ours, theirs = rows(stream.output), rows(batch)
    return Verdict(
        sent=len(sent),
        kills=tuple(died),
        counts=counts,
        commits=commits,
        lost=sum((theirs - ours).values()),
        doubled=sum(max(0, count - theirs[row]) for row, count in ours.items() if row in theirs),
        strange=sum(count for row, count in ours.items() if row not in theirs),
        headers=with_header(stream.output),
        broken=[f"{finding.promise}: {finding.message}" for finding in verify(stream.output)],
        latency=latency,
        seconds=round(seconds, 1),
    )


def main() -> int:
    """Exits with 1 where a promise is broken."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--items", type=int, default=20_000)
    options.add_argument("--rate", type=float, default=200)
    options.add_argument("--kills", default=",".join(KILLS), help=f"of {', '.join(ALL_KILLS)}; or none")
    options.add_argument("--application", action="store_true", help="a jar in application mode, no command")
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and what was started ends with it
    kills = [] if given.kills in ("", "none") else given.kills.split(",")
    with tempfile.TemporaryDirectory(prefix="wirebeam-soak-") as name:
        scratch = Path(name)
        cluster = Application if given.application else Flink
        with Broker(scratch / "broker") as broker, cluster(scratch / "flink") as flink:
            found = soak(scratch / "soak", flink, broker, items=given.items, rate=given.rate, kills=kills)
    print(json.dumps(asdict(found) | {"kept": found.kept}))
    return 0 if found.kept else 1


if __name__ == "__main__":
    sys.exit(main())
