"""Linking in parallel says what the serial linker says, of the same staged files and the same dataset."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import random
from collections import Counter
from functools import partial
from pathlib import Path

import apache_beam as beam
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import link
from pipeline.engine import Engine
from pipeline.graph import build
from pipeline.options import HOUR, LOCAL, Config, beam_options, microseconds
from pipeline.parallel.packed import packed, unpacked
from pipeline.parallel.spans import spans
from pipeline.run import ingest, source
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.snapshot import Snapshot
from pipeline.staged import StagedRows
from pipeline.verify import verify
from schemas.errors import Reject
from schemas.item import Item
from tests.engines.compare import differences
from tests.pipeline import cycles
from tests.pipeline.linking import Steps, staged, verdicts
from tests.transforms.dedupe.conftest import make
from tests.transforms.dedupe.test_linker import streams
from transforms.enrich.enricher import Tagging

HORIZON = 72 * HOUR


@st.composite
def feeds(draw: st.DrawFn) -> list[list[Item]]:
    """Items of several runs, delivered twice and from elsewhere, some without a time of their own."""
    made, rng = draw(streams())
    items = [make(text, head, hours=hours, **fields) for text, head, hours, fields in made]
    for one in rng.choices(items, k=rng.randint(0, 8)):
        source = rng.choice([one.source, "elsewhere", "nowhere"])
        moment = one.received_at + rng.choice([-HOUR, 0, HOUR])
        items.append(dataclasses.replace(one, source=source, received_at=moment))
    if rng.random() < 0.3:
        items = [
            dataclasses.replace(one, time_source="ingested_at") if rng.random() < 0.3 else one
            for one in items
        ]
    rng.shuffle(items)
    ends = sorted(rng.randint(0, len(items)) for _ in range(draw(st.integers(0, 3))))
    return [items[start:end] for start, end in itertools.pairwise([0, *ends, len(items)])]


@settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(feeds(), st.sampled_from([1, 4, 8_192]), st.randoms(use_true_random=False))
def test_each_run_gives_the_verdicts_of_the_serial_linker(
    tmp_path_factory: pytest.TempPathFactory, feed: list[list[Item]], span_rows: int, rng: random.Random
) -> None:
    output = tmp_path_factory.mktemp("parallel")
    with Dataset.open(output) as dataset:
        for number, items in enumerate(feed):
            rejects = [Reject("memory", "parse", "empty", "nothing", bytes([number]), 1_741_000_000_000_000)]
            files = staged(dataset, "run", items, rejects)
            expected, counts = link.plan(files, dataset, output / "links/serial", HORIZON, 3)
            rng.shuffle(files)
            plans, others = Steps().plan(files, dataset, output / "links/parallel", HORIZON, 3, span_rows)
            assert verdicts(plans) == verdicts(expected)
            del others["compared", ""]
            assert others == counts
            cycles.run(dataset, f"run{number}", items, rejects, HORIZON)


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(-(2**63), 2**63 - 1), st.integers(0, 255)))
    )
)
def test_arrays_are_unpacked_as_they_were_packed(parts: list[list[tuple[int, int, int]]]) -> None:
    types = (np.uint64, np.int64, np.uint8)
    packs = []
    for rows in parts:
        columns = list(zip(*rows, strict=True)) or [()] * 3
        packs.append(packed([np.array(column, kind) for column, kind in zip(columns, types, strict=True)]))
    found = unpacked(packs, types)
    assert [values.dtype for values in found] == list(types)
    expected = [row for rows in parts for row in rows]
    assert list(zip(*(values.tolist() for values in found), strict=True)) == expected


def test_spans_hold_some_items_each_and_those_of_an_instant_together(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        items = [make(f"Text {n}", hours=n // 5) for n in range(100)]
        [late] = staged(dataset, "run", [make("Late", hours=10_000)], [])
        files = [*staged(dataset, "run", items, []), late]
        snapshot = dataset.snapshot()
        times = [(file.path, StagedRows.open([file.path]).times) for file in files]
    assert list(spans([], snapshot, HORIZON)) == []
    found = list(spans(times, snapshot, HORIZON, 12))
    assert [one.number for one in found] == list(range(len(found)))
    assert all(one.until + 1 == other.since for one, other in itertools.pairwise(found))
    held = [sum(((own >= one.since) & (own <= one.until)).sum() for _, own in times) for one in found]
    assert sum(held) == 101
    assert max(held) <= 15
    assert late.path not in found[0].paths
    assert found[-1].paths == [late.path]


def test_spans_reach_back_to_what_the_dataset_holds(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        cycles.run(dataset, "one", [make(f"Text {n}", hours=n) for n in range(300)], [], HORIZON)
        [new] = staged(dataset, "two", [make("New", hours=250)], [])
        snapshot = dataset.snapshot()
        times = [(new.path, StagedRows.open([new.path]).times)]
    moment = make("New", hours=250).version_created
    whole = list(spans(times, snapshot, HORIZON))
    assert [one.held for one in whole] == [[(moment - 96 * HOUR, moment)]]
    parts = list(spans(times, snapshot, HORIZON, 10))
    assert len(parts) > 5
    assert [one.paths for one in parts[:-1]] == [[]] * (len(parts) - 1)
    assert parts[0].held[0][0] == moment - 96 * HOUR
    empty = Snapshot(snapshot.root, snapshot.partition_by)
    assert [one.held for one in spans(times, empty, HORIZON)] == [[]]


def finished(pipeline: beam.Pipeline) -> str:
    return str(pipeline.run().wait_until_finish())


def test_the_graph_of_an_engine_gives_the_rows_of_the_local_run(
    feed: Path, news: Path, tmp_path: Path
) -> None:
    """Each bundle is run twice; a second run adds no row."""
    options = beam_options(["--direct_runner_bundle_repeat=1"], LOCAL)
    tallies: list[Counter[str]] = []
    for run_id in ("first", "second"):
        now = microseconds(dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
        config = Config(str(tmp_path), run_id, now, inputs=(str(feed),), tagging=Tagging("rules"))
        with Dataset.open(tmp_path) as dataset:
            pipeline = beam.Pipeline(options=options)
            build(pipeline, config, source(Engine(options), dataset, config), dataset, parallel=True)
            result, manifest = ingest(dataset, run_id, partial(finished, pipeline), positions=None)
            tallies.append(Counter(manifest.counts))
            assert result.tallies["link", "nanoseconds", ""] > 0
            dataset.discard(run_id)
        assert list(differences(news, tmp_path)) == []
    assert tallies[1]["redelivered"] == tallies[1]["read"] == tallies[0]["read"] > 60
    assert verify(tmp_path) == []
