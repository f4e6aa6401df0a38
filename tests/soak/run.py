"""`make soak`: a stream killed 200 times while items come at 100 a second loses and doubles none.

    python -m tests.soak.run [--kills 200] [--rate 100] [--limit N]

A feeder drops a feed into a folder, a tenth of the items twice, and a server gives a part of it as a JSON list (`--kafka`:
and a broker another part); the stream that follows all of them is killed with SIGKILL at random moments and started again. Afterwards, once compacted, the dataset is compared with that of one batch
over the same files. The feed is that of ../shared, or the project's own samples told again and again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

from pipeline.sinks import manifest
from pipeline.sinks.lease import owner
from pipeline.verify import verify
from tests.conftest import SAMPLES, SHARED, WIREBEAM
from tests.soak.server import serving

LINKS = ("story_id", "revision_of", "duplicate_of")
OUTCOMES = ("stories", "duplicates", "rejects", "redelivered")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found after the kills.

    Attributes:
        items: rows of one batch over the same files.
        kills: how often the stream was killed.
        commits: how many commits there were.
        counts: sums over all commits.
        lost, doubled: items of the batch that the stream has not; rows that stand twice.
        strange: rows of the stream that the batch has not.
        relinked: items with other links than in the batch.
        broken: promises that `wirebeam verify` finds broken.
        seconds: how long it took.
    """

    items: int
    kills: int
    commits: int
    counts: dict[str, int]
    lost: int
    doubled: int
    strange: int
    relinked: int
    broken: list[str]
    seconds: float

    @property
    def kept(self) -> bool:
        """Whether every promise is."""
        summed = self.counts["read"] == sum(self.counts[name] for name in OUTCOMES)
        wrong = self.lost or self.doubled or self.strange or self.relinked or self.broken
        return bool(summed and not wrong and self.items)


def told_again(target: Path, times: int) -> Path:
    """The project's samples, told so many times on other days under other ids, where there is no real feed."""
    for number in range(times):
        for path in sorted(SAMPLES.rglob("*")):
            if path.is_file() and path.suffix in (".json", ".xml", ".txt", ".anpa"):
                data = path.read_bytes().replace(
                    b"2026-11", f"20{26 - number % 20:02d}-{number % 12 + 1:02d}".encode()
                )
                place = target / f"{number:04d}_{path.parent.name}_{path.name}"
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data.replace(b"urn:", f"urn:{number}:".encode()))
    return target


def feed(scratch: Path, limit: int) -> Path:
    """A folder of raw items, about as many as asked for."""
    tool, sgml = SHARED / "tools" / "reuters_feed.py", SHARED / "corpora" / "reuters21578" / "sgml"
    if not tool.is_file():
        return told_again(scratch / "raw", max(1, limit // 50))
    command = [sys.executable, str(tool), str(sgml), str(scratch / "feed"), "--limit", str(limit)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return scratch / "feed" / "raw"


def rows(output: Path) -> list[tuple[str, dict[str, Any]]]:
    """Every row of stories and duplicates with its dataset; rejects by their id."""
    found = []
    for name in ("stories", "duplicates"):
        if any((output / name).rglob("*.parquet")):
            table = ds.dataset(output / name, format="parquet", partitioning="hive").to_table(
                columns=["item_id", "source", *LINKS]
            )
            found += [(name, row) for row in table.to_pylist()]
    if any((output / "rejects").rglob("*.parquet")):
        table = ds.dataset(output / "rejects", format="parquet").to_table(columns=["reject_id", "source"])
        found += [("rejects", {"item_id": row["reject_id"], **row}) for row in table.to_pylist()]
    return found


def compared(stream: Path, batch: Path, kills: int, seconds: float) -> Verdict:
    """The dataset of a stream beside that of a batch over the same items."""
    counts: Counter[str] = Counter({"read": 0})
    folder = stream / manifest.FOLDER
    for sequence in range(1, manifest.newest(folder) + 1):
        made = manifest.read(folder, sequence).counts
        counts.update({name: made[name] for name in ("read", *OUTCOMES) if name in made})
    found, wanted = rows(stream), rows(batch)
    # What came by HTTP lies in a file for the batch: an item is known by its id, a row by its source as well.
    ours, theirs = ({row["item_id"] for _, row in some} for some in (found, wanted))
    twice = Counter((row["item_id"], row["source"]) for _, row in found)
    told = Counter(row["item_id"] for name, row in found if name == "stories")
    linked, expected = (
        {(row["item_id"], name): tuple(row.get(link) for link in LINKS) for name, row in some}
        for some in (found, wanted)
    )
    return Verdict(
        items=len(wanted),
        kills=kills,
        commits=manifest.newest(folder),
        counts=dict(counts),
        lost=len(theirs - ours),
        doubled=sum(count - 1 for counted in (twice, told) for count in counted.values()),
        strange=len(ours - theirs),
        relinked=sum(linked.get(key) != links for key, links in expected.items()),
        broken=[f"{finding.promise}: {finding.message}" for finding in verify(stream)],
        seconds=round(seconds, 1),
    )


def soak(
    scratch: Path,
    *,
    kills: int,
    limit: int,
    rate: float = 100.0,
    longest: float = 4.0,
    seed: int = 7,
    kafka: bool = False,
) -> Verdict:
    """Kill and compare; see the module.

    Args:
        scratch: an empty folder.
        kills: how often to kill.
        limit: items of the feed, about.
        rate: items a second.
        longest: seconds that a stream lives at the most.
        seed: of the moments and the order.
        kafka: a part of the feed comes by a Kafka broker, which is started for it.
    """
    raw = feed(scratch, limit)
    incoming, served = scratch / "in", scratch / "served"
    incoming.mkdir()
    items = apart(raw, served)
    started = time.monotonic()
    with ExitStack() as stack:
        url = stack.enter_context(serving(items[::2], rate / 5))
        tables = [f'[folder]\nsource = "{incoming}"\nsettle = 0.2\n']
        tables.append(f'[http]\nsource = "{url}"\ninterval = 0.5\nitems = "/items"\n')
        if kafka:
            from tests.soak.bus import sending

            address = stack.enter_context(sending(scratch / "kafka", items[1::2], rate / 5, seed))
            tables.append(f'[kafka]\nsource = "{address}"\n')
        else:
            for number, data in enumerate(items[1::2]):
                (raw / f"apart{number:06d}.json").write_bytes(data)
                (served / f"{2 * number + 2:06d}.json").unlink()
        (scratch / "feeds.toml").write_text("\n".join(tables))
        hold(raw, scratch / "held", kills // 2)
        killed(scratch, raw, kills, rate, longest, seed)
    for command in (
        ["compact", str(scratch / "stream")],
        ["run", str(incoming), str(served), "-o", str(scratch / "batch")],
    ):
        subprocess.run([WIREBEAM, *command], check=True, stdout=subprocess.DEVNULL)
    return compared(scratch / "stream", scratch / "batch", kills, time.monotonic() - started)


def hold(raw: Path, held: Path, count: int) -> None:
    """So many files leave the feed, for the moments that want one."""
    held.mkdir()
    for number, path in enumerate(sorted(path for path in raw.rglob("*") if path.is_file())[:count]):
        path.rename(held / f"{number:06d}{path.suffix}")


def apart(raw: Path, served: Path) -> list[bytes]:
    """Every other item in JSON leaves the folder and comes by HTTP: those items."""
    served.mkdir()
    items = []
    for path in sorted(raw.rglob("*.json"))[::2]:
        data = path.read_bytes()
        if isinstance(one := json.loads(data), dict) and "uri" in one and "versioncreated" in one:
            items.append(data)
            path.rename(served / f"{len(items):06d}.json")
    return items


def killed(scratch: Path, raw: Path, kills: int, rate: float, longest: float, seed: int) -> None:
    """Feed and kill, until all that there is was committed.

    Raises:
        RuntimeError: the feeder failed, or a stream ended by itself.
    """
    incoming, output, feeds = scratch / "in", scratch / "stream", scratch / "feeds.toml"
    feeding = [sys.executable, "-m", "tests.soak.feeder", str(raw), str(incoming)]
    feeding += ["--rate", str(rate), "--seed", str(seed)]
    streaming = ["stream", "--feeds", str(feeds), "-o", str(output), "--every", "0.5"]
    nursery = [sys.executable, "-m", "tests.soak.nursery", str(kills), str(seed), "0.3", str(longest)]
    nursery += [str(scratch / "held"), str(incoming)]
    log = scratch / "stream.log"
    with log.open("wb") as said:
        killing = subprocess.Popen([*nursery, "--", *streaming], stderr=said)
    feeder: subprocess.Popen[bytes] | None = None
    try:
        while owner(output) is None and killing.poll() is None:
            time.sleep(0.05)
        feeder = subprocess.Popen(feeding, stdout=subprocess.DEVNULL)
        ended = killing.wait(timeout=3600), feeder.wait(timeout=3600)
    finally:
        killing.kill()
        if feeder is not None:
            feeder.kill()
    if ended != (0, 0):
        last = log.read_text("utf-8", "replace")[-2_000:]
        raise RuntimeError(f"the stream and the feeder ended with {ended}: {last}")
    # What was dropped after the last stream had ended, if the kills were over before the feed was.
    rest = [WIREBEAM, *streaming, "--stop-when-idle", "3s"]
    subprocess.run(rest, check=True, stderr=subprocess.DEVNULL)


def main() -> int:
    """Soak, and print the verdict; 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--limit", type=int, default=10_000)
    parser.add_argument("--longest", type=float, default=4.0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--kafka", action="store_true", help="a part of the feed by a broker (needs Java)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = soak(
            Path(folder),
            kills=given.kills,
            limit=given.limit,
            rate=given.rate,
            longest=given.longest,
            seed=given.seed,
            kafka=given.kafka,
        )
    print(
        f"{found.items} items, {found.kills} kills, {found.commits} commits, {found.seconds} s: {found.lost} lost, {found.doubled} doubled, "
        f"{found.strange} strange, {found.relinked} with other links than one batch; {json.dumps(found.counts)}"
    )
    for one in found.broken:
        print(f"  {one}")
    print("every promise kept" if found.kept else "a promise is BROKEN")
    return 0 if found.kept else 1


if __name__ == "__main__":
    sys.exit(main())
