"""The deliveries of one cycle of a stream in a file, so that a graph built once reads other ones each time.

A record is a line of JSON, what is known of the delivery, and as many bytes as the line says. The file
belongs to one cycle: it needs no sync, since the sources keep what no manifest accounts for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import apache_beam as beam
import orjson

from pipeline.sinks.durable import explained
from pipeline.sinks.storage import Location, draft, local, location
from pipeline.sources.files import Resource
from pipeline.sources.live import Delivery
from schemas.raw import Attribute
from schemas.rows import register_row

register_row(Resource)

_PARTS = 4  # a worker: some are slower than others
_LEAST, _MOST = 50, 5_000  # deliveries worth a part, and all that a failure should cost


def write(path: Location, deliveries: Iterable[Delivery | Resource], problem: str | None = None) -> None:
    """Writes deliveries, in their order.

    Args:
        path: the file.
        deliveries: what goes into it.
        problem: why they must not be read, see `Resource`.

    Raises:
        WirebeamError: the file could not be written (disk full, no permission).
    """
    with explained(path), draft(path.parent) as made:
        with made.path.open("wb") as file:
            for one in deliveries:
                head = {
                    "uri": one.uri,
                    "received_at": one.received_at,
                    "size": one.size,
                    "media_type": one.media_type,
                    "provider": one.provider,
                    "source_format": one.source_format,
                    "attributes": one.attributes,
                    "problem": problem,
                    "bytes": None if one.data is None else len(one.data),
                }
                file.write(orjson.dumps(head, default=str, option=orjson.OPT_APPEND_NEWLINE))
                file.write(one.data or b"")
        made.keep(path)


def read(path: Location) -> Iterator[Resource]:
    """The deliveries of a file, one held at a time."""
    with local(path).open("rb") as file:
        for line in file:
            head: dict[str, Any] = orjson.loads(line)
            size = head.pop("bytes")
            head["attributes"] = tuple(Attribute(name, value) for name, value in head["attributes"])
            yield Resource(data=None if size is None else file.read(size), **head)


def parts(
    folder: Location, deliveries: Sequence[Delivery | Resource], workers: int, problem: str | None = None
) -> list[Location]:
    """Writes deliveries into as many files as keep an engine's workers busy to the end.

    Args:
        folder: where the files go.
        deliveries: what goes into them.
        workers: how many work at once.
        problem: see `write`.

    Raises:
        WirebeamError: a file could not be written.
    """
    count = max(1, min(len(deliveries) // _LEAST, max(workers * _PARTS, len(deliveries) // _MOST)))
    paths = [folder / f"{number:05d}" for number in range(count)]
    for number, path in enumerate(paths):
        write(path, deliveries[number::count], problem)
    return paths


class _ReadSpool(beam.DoFn):
    def process(self, element: str) -> Iterator[Resource]:
        yield from read(location(element))


class ReadSpool(beam.PTransform):
    """The deliveries in files, opened when the pipeline runs -> `Resource`.

    Args:
        paths: the files, on storage that all workers reach. Several are dealt out to the workers.
    """

    def __init__(self, *paths: Location) -> None:
        super().__init__()
        self._paths = [str(path) for path in paths]

    def expand(self, pbegin: beam.pvalue.PBegin) -> beam.PCollection:
        """Apply the source."""
        found = pbegin | "Paths" >> beam.Create(self._paths, reshuffle=len(self._paths) > 1)
        return found | beam.ParDo(_ReadSpool()).with_output_types(Resource)
