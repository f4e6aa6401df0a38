"""What dateline, byline and sign-off cost together, beside parse: microseconds of CPU an item.

The whole feed is taken apart once as a run begins, with the tables loaded and nothing remembered from earlier
items, and once more with the places of the feed remembered, as a stream goes on. Each is done several times, and
for every hundred items the least time counts, since the machine may do other things meanwhile.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.collector import look_less_often

BOUND = 25.0  # microseconds an item
PASSES = 5
PART = 100  # items


def cost(feed: Path, passes: int = PASSES) -> dict[str, float]:
    """Microseconds of CPU an item, of parse and of taking the texts apart, and seconds of loading tables.

    Args:
        feed: a folder of items.
        passes: how often each is measured; the least counts.
    """
    from pipeline.sources.files import find
    from pipeline.sources.read import read
    from schemas.item import ParsedItem
    from schemas.raw import RawItem
    from transforms.normalize import provider, story, times
    from transforms.normalize import text as texts
    from transforms.parse.transform import parse

    raws = [raw for found in find([str(feed)]) for raw in read(found) if isinstance(raw, RawItem)]
    parsed = [item for raw in raws for item in parse(raw) if isinstance(item, ParsedItem)]
    work = []
    for item in parsed:
        agency = provider.by_markup(item)
        created = times.settle(item, agency.timezone if agency else "UTC", 0).version_created
        work.append((item, texts.paragraphs(item.paragraphs), texts.optional(item.byline), agency, created))
    started = time.process_time()
    load()
    loading = time.process_time() - started

    def parsing(part: slice) -> None:
        for raw in raws[part]:
            for _ in parse(raw):
                pass

    def apart(part: slice) -> None:
        for item, paragraphs, byline, agency, created in work[part]:
            story.authors(item, byline, story.take_apart(item, paragraphs, agency, created), agency)

    gc.freeze()  # a run does not hold all its items, so that the collector need not walk them
    return {
        "items": len(parsed),
        "parse": 1e6 * _least(parsing, len(raws), passes) / len(parsed),
        "first": 1e6 * _least(apart, len(work), passes, forget) / len(parsed),
        "again": 1e6 * _least(apart, len(work), passes) / len(parsed),
        "load": loading,
    }


def load() -> None:
    """Load the tables of places, agencies and words, which a process does once."""
    from transforms.normalize.dateline import parse, resolve

    for name in ("NEDW YORK", "XQUENTBURG, Ohio", "Ou Mun", "Ciudad de Panamá"):
        resolve(name)
    parse("LONDON, March 3 (Reuters)", agency=None, sent=0, language="en")


def forget() -> None:
    """Empty the bounded memories of the stage's modules; the tables, which are unbounded ones, stay."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("transforms.normalize", "schemas")):
            for member in vars(module).values():
                parameters = getattr(member, "cache_parameters", None)
                if parameters is not None and parameters()["maxsize"] is not None:
                    member.cache_clear()


def _least(
    work: Callable[[slice], None], items: int, passes: int, before: Callable[[], None] | None = None
) -> float:
    """Seconds of CPU that work takes over all items: the sum of each part's least over the passes."""
    parts = [slice(first, first + PART) for first in range(0, items, PART)]
    least = [float("inf")] * len(parts)
    for _ in range(passes):
        if before is not None:
            before()
        for number, part in enumerate(parts):
            started = time.process_time()
            work(part)
            least[number] = min(least[number], time.process_time() - started)
    return sum(least)


def compare(feed: Path) -> bool:
    """Measure in a process of its own and print; whether the bound is kept."""
    command = [sys.executable, "-m", "tests.benchmarks.datelines", str(feed)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    figures = json.loads(done.stdout.splitlines()[-1])
    print(
        f"us an item: parse {figures['parse']:.1f}; dateline, byline and sign-off {figures['first']:.1f} at first"
        f" (at most {BOUND:.0f}), {figures['again']:.1f} once the places are known; tables in {figures['load']:.2f} s"
    )
    return bool(figures["first"] <= BOUND)


if __name__ == "__main__":
    look_less_often()  # as the command does
    print(json.dumps(cost(Path(sys.argv[1]))))
