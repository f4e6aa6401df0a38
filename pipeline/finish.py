"""The end of the graph: what was written and counted goes into one record, which the driver commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import apache_beam as beam
import orjson

from pipeline.sinks import durable
from pipeline.sinks.manifest import DataFile
from pipeline.sinks.storage import Location
from schemas.errors import WirebeamError
from transforms.step import tally_key

NAME = "result.json"


@dataclass(frozen=True, slots=True)
class Result:
    """What a run made: the files waiting for the commit, and everything that was counted."""

    files: tuple[DataFile, ...]
    tallies: Mapping[tuple[str, str, str], int]


def save(folder: Location, result: Result) -> None:
    """Write the result into the run's staging folder, whole or not at all."""
    tallies = [[*key, count] for key, count in sorted(result.tallies.items())]
    files = [asdict(file) for file in result.files]
    folder.mkdir(parents=True, exist_ok=True)
    durable.place(folder / NAME, orjson.dumps({"files": files, "tallies": tallies}))


def load(folder: Location) -> Result:
    """The result that `save` wrote.

    Raises:
        WirebeamError: there is none: the pipeline did not come to its end.
    """
    try:
        value = orjson.loads((folder / NAME).read_bytes())
    except FileNotFoundError:
        raise WirebeamError("the pipeline ended without a result; nothing was committed") from None
    return Result(
        tuple(DataFile(**file) for file in value["files"]),
        {(stage, event, label): count for stage, event, label, count in value["tallies"]},
    )


def _encoded(file: DataFile) -> bytes:
    return orjson.dumps(asdict(file))


class _Finish(beam.DoFn):
    def __init__(self, folder: Location) -> None:
        self._folder = folder

    def process(
        self,
        element: None,
        files: Iterable[bytes],
        tallies: Iterable[tuple[tuple[str, str, str], int]],
    ) -> Iterator[Any]:
        made = [DataFile(**orjson.loads(file)) for file in files]
        result = Result(tuple(sorted(made, key=lambda file: file.path)), dict(tallies))
        save(self._folder, result)
        yield len(result.files)


class Finish(beam.PTransform):
    """(`DataFile`s, `Tally`s) -> the run's `Result`, saved in its staging folder.

    Args:
        folder: staging folder of the run.
    """

    def __init__(self, folder: Location) -> None:
        super().__init__()
        self._folder = folder

    def expand(self, pcolls: tuple[beam.PCollection, beam.PCollection]) -> beam.PCollection:
        """Apply the stage."""
        files, tallies = pcolls
        summed = tallies | "Key" >> beam.Map(tally_key) | "Sum" >> beam.CombinePerKey(sum)
        # As bytes: a side input's coder may be made before the worker knows the row's class.
        encoded = files | "Encode" >> beam.Map(_encoded)
        return (
            files.pipeline
            | "Once" >> beam.Create([None])
            | beam.ParDo(_Finish(self._folder), beam.pvalue.AsIter(encoded), beam.pvalue.AsIter(summed))
        )
