"""The graph that never ends, of a source that does."""

from __future__ import annotations

from pathlib import Path

import apache_beam as beam

from pipeline.options import LOCAL, Config, beam_options
from pipeline.sinks.dataset import Dataset
from pipeline.unbounded import build
from tests.pipeline.lines import Lines

TEXT = "ROME, Nov 23 (ANSA) - The council of the town said on Monday that the bridge is open again."


def test_what_is_read_out_of_a_savepoint_is_staged_for_the_job_that_runs(tmp_path: Path) -> None:
    config = Config(str(tmp_path / "news"), "run", None)
    with Dataset.open(config.output) as dataset:
        pipeline = beam.Pipeline(options=beam_options([], LOCAL))
        build(pipeline, config, [Lines("run-001", [TEXT])], dataset, "run-002")
        pipeline.run().wait_until_finish()
        assert len([*dataset.staging("run-002").glob("committables/*.json")]) == 1
        assert not dataset.staging("run-001").exists()
