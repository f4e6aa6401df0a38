"""Raw items to parsed items, in the pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import apache_beam as beam

from schemas.errors import Reject, Stage
from schemas.item import ParsedItem
from schemas.raw import RawItem
from schemas.rows import register_row
from transforms.parse import salvage
from transforms.parse.document import Document, Limits
from transforms.parse.registry import formats, sniff
from transforms.step import REJECTS, TALLIES, Step


@register_row
@dataclass(frozen=True, slots=True)
class ParsedRaw:
    """A parsed item with the raw item it came from, whose bytes a later reject needs."""

    parsed: ParsedItem
    raw: RawItem


def parse(raw: RawItem, limits: Limits | None = None) -> Iterator[ParsedItem | Reject]:
    """The items in a raw item: its format sniffed, its parser called.

    Raises:
        ItemError: the whole cannot be read.
    """
    document = Document(raw, limits)
    found, _ = sniff(document, formats())
    yield from salvage.items(document, found)


class ParseStep(Step):
    """`RawItem` -> `ParsedRaw`."""

    stage = Stage.PARSE

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def apply(self, element: RawItem) -> Iterator[ParsedRaw | Reject]:
        """See `Step`."""
        for result in parse(element, self._limits):
            yield result if isinstance(result, Reject) else ParsedRaw(result, element)

    def label(self, result: ParsedRaw) -> str:
        """See `Step`."""
        return result.parsed.source_format


class Parse(beam.PTransform):
    """`RawItem` -> `ParsedRaw`, with outputs `rejects` and `tallies`.

    Args:
        limits: nesting and items in one message.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        super().__init__()
        self._limits = limits or Limits()

    def expand(self, pcoll: beam.PCollection) -> beam.pvalue.DoOutputsTuple:
        """Apply the stage."""
        step = beam.ParDo(ParseStep(self._limits)).with_output_types(ParsedRaw)
        return pcoll | step.with_outputs(REJECTS, TALLIES, main="items")
