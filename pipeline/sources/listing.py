"""The resources of a batch, which are known before the pipeline runs, dealt out to all workers.

A million resources one by one would take Beam's local runner 1.5 GB: they travel in blocks.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import apache_beam as beam
from apache_beam import coders

from pipeline.sources.files import Resource
from schemas.rows import register_row

register_row(Resource)

_CODER = coders.IterableCoder(coders.registry.get_coder(Resource))
_BLOCK = 64  # resources
_SPREAD = 256  # blocks that there should be, for workers to share


@register_row
@dataclass(frozen=True, slots=True)
class Block:
    """Resources that one worker reads, one after the other: packed, as they come in the hundred thousands."""

    packed: bytes


def blocks(listed: Sequence[Resource]) -> Iterator[Block]:
    """All resources, in order, in blocks of up to 64: smaller ones where there would be few."""
    size = max(1, min(_BLOCK, len(listed) // _SPREAD))
    left = iter(listed)
    while part := tuple(itertools.islice(left, size)):
        yield Block(zlib.compress(_CODER.encode(part), 1))


def resources(block: Block) -> Iterable[Resource]:
    """The resources of a block."""
    found: list[Resource] = _CODER.decode(zlib.decompress(block.packed))
    return found


class Listed(beam.PTransform):
    """Pipeline -> `Resource`.

    Args:
        listed: what there is to read.
    """

    def __init__(self, listed: Sequence[Resource]) -> None:
        super().__init__()
        self._blocks = list(blocks(listed))

    def expand(self, pbegin: beam.pvalue.PBegin) -> beam.PCollection:
        """Apply the stage."""
        return (
            pbegin
            | "Blocks" >> beam.Create(self._blocks, reshuffle=False).with_output_types(Block)
            | "Spread" >> beam.Reshuffle()
            | "Resources" >> beam.FlatMap(resources).with_output_types(Resource)
        )
