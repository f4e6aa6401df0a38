"""The whole way of one file's items, without Beam: what comes out, how long each step took, how much it held."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.sinks.columns import to_table
from pipeline.sinks.staging import check
from pipeline.write import stories
from schemas.errors import Code, ItemError, Reject, Stage
from schemas.item import Item
from transforms.dedupe.fingerprint import encode
from transforms.dedupe.sketch import sketch
from transforms.enrich.story import enrich
from transforms.enrich.taggers import tagger
from transforms.expand.expand import expand
from transforms.normalize.item import normalize
from transforms.parse.transform import parse

RECEIVED_AT = 1_700_000_000_000_000
SECONDS, BYTES = 1.0, 200 << 20
CODES = frozenset(Code) - {Code.INTERNAL}

_STATUS = Path("/proc/self/status")
_PEAK = Path("/proc/self/clear_refs")
_SIZES = re.compile(r"VmHWM:\s+(\d+) kB|VmRSS:\s+(\d+) kB")


def results(data: bytes, source: str = "file:///fuzz") -> Iterator[Item | Reject]:
    """What becomes of a file: its items, which fit the Arrow contract and could be tagged, and its rejects.

    Known failures come as rejects; whatever else a stage raises escapes, unlike in the pipeline.
    """
    for raw in expand(source, data, received_at=RECEIVED_AT):
        if isinstance(raw, Reject):
            yield raw
            continue
        stage = Stage.PARSE
        try:
            for parsed in parse(raw):
                if isinstance(parsed, Reject):
                    yield parsed
                    continue
                stage = Stage.NORMALIZE
                try:
                    item = normalize(parsed, ingested_at=RECEIVED_AT)
                    check(item)
                except ItemError as error:
                    yield Reject(parsed.source, stage, error.code, error.message, raw.data)
                else:
                    for story in stories(to_table([item], [encode(sketch(item))])):
                        enrich(story, tagger("rules"))
                    yield item
                stage = Stage.PARSE
        except ItemError as error:
            yield Reject(raw.source, stage, error.code, error.message, raw.data)


@dataclass(slots=True)
class Outcome:
    """What became of a file.

    Attributes:
        items, rejects: that came out.
        codes: of the rejects.
        seconds: processor time of the slowest step from one result to the next.
        bytes: memory held at the most, above what was held before.
    """

    items: int = 0
    rejects: int = 0
    codes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    bytes: int = 0

    @property
    def fault(self) -> str | None:
        """The promise that it breaks, None where it keeps all."""
        if not self.items + self.rejects:
            return "nothing came out"
        if unknown := [code for code in self.codes if code not in CODES]:
            return f"reject with code {unknown[0]}"
        if self.seconds > SECONDS:
            return f"one item took {self.seconds:.1f} s"
        if self.bytes > BYTES:
            return f"took {self.bytes / 1e6:.0f} MB"
        return None


def outcome(data: bytes, source: str = "file:///fuzz") -> Outcome:
    """Send a file all the way. Whatever a stage raises but an ItemError escapes."""
    done = Outcome()
    before = _restart_peak()
    steps = results(data, source)
    while True:
        started = time.thread_time()
        result = next(steps, None)
        done.seconds = max(done.seconds, time.thread_time() - started)
        if result is None:
            break
        if isinstance(result, Reject):
            done.rejects += 1
            done.codes.append(result.code)
        else:
            done.items += 1
    done.bytes = max(0, _memory()[0] - before)
    return done


def _memory() -> tuple[int, int]:
    """Most and present resident memory in bytes; zeros where the system (not Linux) does not tell."""
    with contextlib.suppress(OSError):
        found = _SIZES.findall(_STATUS.read_text("ascii"))
        peak = next(int(most) for most, _ in found if most)
        return peak * 1024, next(int(now) for _, now in found if now) * 1024
    return 0, 0


def _restart_peak() -> int:
    """Let the system count the most memory anew; what is held now."""
    with contextlib.suppress(OSError):
        _PEAK.write_text("5")
        return _memory()[1]
    return _memory()[0]
