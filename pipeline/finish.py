"""The end of the graph: what was written and counted goes into one record, which the driver commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import apache_beam as beam
import orjson

from pipeline.sinks import durable
from pipeline.sinks.manifest import DataFile
from pipeline.stage import StagedFile
from schemas.errors import WirebeamError
from transforms.step import tally_key

NAME = "result.json"
File = TypeVar("File", DataFile, StagedFile)


@dataclass(frozen=True, slots=True)
class Result(Generic[File]):
    """What a run made, and everything that was counted.

    Attributes:
        files: those waiting for the commit; for a share of a run up to linking, those staged.
        tallies: (stage, event, label) -> count.
    """

    files: tuple[File, ...]
    tallies: Mapping[tuple[str, str, str], int]


def save(folder: Path, result: Result[File]) -> None:
    """Write the result into the run's staging folder, whole or not at all."""
    counted = sorted(result.tallies.items())
    tallies = [[stage, event, label, count] for (stage, event, label), count in counted]
    files = [asdict(file) for file in result.files]
    folder.mkdir(parents=True, exist_ok=True)
    durable.place(folder / NAME, orjson.dumps({"files": files, "tallies": tallies}))


def load(folder: Path, kind: type[File]) -> Result[File]:
    """The result that `save` wrote.

    Args:
        folder: staging folder of the run.
        kind: what its files are.

    Raises:
        WirebeamError: there is none: the pipeline did not come to its end.
    """
    try:
        value = orjson.loads((folder / NAME).read_bytes())
    except FileNotFoundError:
        raise WirebeamError("the pipeline ended without a result; nothing was committed") from None
    return Result(
        tuple(kind(**file) for file in value["files"]),
        {(stage, event, label): count for stage, event, label, count in value["tallies"]},
    )


def _encoded(file: DataFile | StagedFile) -> bytes:
    return orjson.dumps(asdict(file))


class _Finish(beam.DoFn):
    def __init__(self, folder: Path, kind: type[Any]) -> None:
        self._folder = folder
        self._kind = kind

    def process(
        self,
        element: None,
        files: Iterable[bytes],
        tallies: Iterable[tuple[tuple[str, str, str], int]],
    ) -> Iterator[Any]:
        made = [self._kind(**orjson.loads(file)) for file in files]
        result = Result(tuple(sorted(made, key=lambda file: str(file.path))), dict(tallies))
        save(self._folder, result)
        yield len(result.files)


class Finish(beam.PTransform):
    """(files, `Tally`s) -> the run's `Result`, saved in its staging folder.

    Args:
        folder: staging folder of the run.
        kind: what its files are: `DataFile`, or `StagedFile` for a share of a run up to linking.
    """

    def __init__(self, folder: Path, kind: type[Any] = DataFile) -> None:
        super().__init__()
        self._folder = folder
        self._kind = kind

    def expand(self, pcolls: tuple[beam.PCollection, beam.PCollection]) -> beam.PCollection:
        """Apply the stage."""
        files, tallies = pcolls
        summed = tallies | "Key" >> beam.Map(tally_key) | "Sum" >> beam.CombinePerKey(sum)
        # As bytes: a side input's coder may be made before the worker knows the row's class.
        encoded = files | "Encode" >> beam.Map(_encoded)
        step = beam.ParDo(
            _Finish(self._folder, self._kind), beam.pvalue.AsIter(encoded), beam.pvalue.AsIter(summed)
        )
        return files.pipeline | "Once" >> beam.Create([None]) | step
