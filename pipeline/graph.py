"""The whole pipeline on one page.

    source ────► Read ──► Parse ─► Normalize ─► StageItems ─► Link ─► Write ─► Finish ─► (commit)
                   │         │          │            │                   ▲
                   └─────────┴──────────┴────────────┴─► StageRejects ───┘

Everything up to staging is one fused stage, in parallel over the resources; texts are never shuffled.
Link is one serial step over sketches; on an engine it is parallel, and only what was found out is chosen from
in one place (`pipeline.parallel.link`). Write is parallel over the final files, and tags stories.
"""

from __future__ import annotations

import apache_beam as beam

from pipeline.finish import Finish
from pipeline.link import Link
from pipeline.options import Config
from pipeline.parallel.link import LinkInParallel
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.partition import PartitionBy
from pipeline.sinks.storage import Location
from pipeline.sources.transform import Read
from pipeline.stage import StageItems, StageRejects
from pipeline.workers import CheckWorkers, Terms
from pipeline.write import Write
from transforms.expand.expand import Hints
from transforms.normalize.transform import Normalize
from transforms.parse.transform import Parse


def build(
    pipeline: beam.Pipeline,
    config: Config,
    source: beam.PTransform,
    dataset: Dataset,
    *,
    spread: bool = True,
    parallel: bool = False,
) -> beam.PCollection:
    """Put the graph of one bounded run into a pipeline.

    Args:
        pipeline: an empty pipeline; its options say where it runs.
        config: what the run is told.
        source: gives the `Resource`s to read, dealt out to all workers (`pipeline.sources.listing.Listed`)
            or not (`pipeline.sources.spool.ReadSpool`).
        dataset: where rows go. The graph stages them below `dataset.staging(config.run_id)`; to commit
            them is the driver's part, once the pipeline is done (`pipeline.run`).
        spread: deal final files out to all workers. Where one worker runs a small graph again and again,
            dealing out costs more than it gives.
        parallel: link on all workers, too, which an engine has many of: the links are the same.

    Returns:
        One element, once all that is to be committed is staged: how many files these are.
    """
    folder = dataset.staging(config.run_id)
    keys = dataset.partition_by

    found = pipeline | "Source" >> source
    if spread:
        found |= "CheckWorkers" >> CheckWorkers(Terms.of(folder, config.inputs))
    staged, staging = stage(found, config, folder, keys)
    terms = (folder / "links", config.horizon, config.rows_per_file)
    linking = (
        LinkInParallel(str(dataset.root), *terms)
        if parallel
        else Link(str(dataset.root), config.run_id, *terms)
    )
    linked = staged | "AllStaged" >> beam.Flatten() | "Link" >> linking
    plans = linked.plans | "SpreadFiles" >> beam.Reshuffle() if spread else linked.plans
    written = plans | "Write" >> Write(folder, config.run_id, keys, config.tagging)
    tallies = (*staging, linked.tallies, written.tallies) | "AllTallies" >> beam.Flatten()
    return (written.files, tallies) | "Finish" >> Finish(folder)


def stage(
    found: beam.PCollection, config: Config, folder: Location, keys: PartitionBy
) -> tuple[tuple[beam.PCollection, ...], tuple[beam.PCollection, ...]]:
    """All that happens to items one by one, up to linking, which wants them together.

    Args:
        found: the `Resource`s to read.
        config: what the run is told.
        folder: where items and rejects are staged.
        keys: partition keys of the dataset.

    Returns:
        The `StagedFile`s of items and of rejects, and the `Tally`s of each step.
    """
    raw = found | "Read" >> Read(Hints(config.provider, config.source_format), config.expansion)
    parsed = raw.items | "Parse" >> Parse(config.parsing)
    items = parsed.items | "Normalize" >> Normalize(config.ingested_at)
    staged = items.items | "StageItems" >> StageItems(folder / "items", keys, config.staging_rows)
    rejects = (
        (raw.rejects, parsed.rejects, items.rejects, staged.rejects)
        | "AllRejects" >> beam.Flatten()
        | "StageRejects" >> StageRejects(folder / "rejects", config.run_id, config.ingested_at)
    )
    return (staged.files, rejects), (raw.tallies, parsed.tallies, items.tallies, staged.tallies)
