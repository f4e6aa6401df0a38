"""Every parser is fed by hypothesis: its own sample cut and filled with anything, and anything alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import ItemError, Reject
from schemas.item import ParsedItem
from schemas.raw import RawItem
from tests.formats import FORMATS
from tests.fuzz.pieces import HOSTILE
from transforms.parse import salvage
from transforms.parse.document import Document
from transforms.parse.registry import formats

PARSERS = {known.name: known for known in formats()}
FILLING = st.one_of(
    st.binary(max_size=60), st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace"))
)


def parsed(name: str, data: bytes) -> None:
    """A parser gives items and rejects with codes, or raises an ItemError; nothing else."""
    document = Document(RawItem("memory:1", data))
    try:
        results = list(salvage.items(document, PARSERS[name]))
    except ItemError:
        return
    for result in results:
        assert isinstance(result, ParsedItem | Reject)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_sample_with_anything_in_it(name: str, data: st.DataObject) -> None:
    sample = FORMATS[name]
    whole = sample.file([sample.item(number) for number in range(1, 3 if sample.message else 2)])
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 200)))
    filling = data.draw(FILLING | st.sampled_from(HOSTILE))
    parsed(sample.source_format, whole[:start] + filling + whole[end:])


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=25, deadline=None)
@given(data=st.lists(FILLING | st.sampled_from(HOSTILE), max_size=6).map(b"".join))
def test_anything(name: str, data: bytes) -> None:
    parsed(name, data)
