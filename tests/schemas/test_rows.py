"""Rows between stages: they come back as they were, and no runner looks into them."""

from __future__ import annotations

import pickle
from dataclasses import dataclass

from apache_beam import coders
from apache_beam.runners.pipeline_context import PipelineContext
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Code, Reject
from schemas.raw import RawItem
from schemas.rows import register_row

_text = st.text(max_size=20)
_rejects = st.builds(
    Reject, _text, _text, st.sampled_from(Code), _text, st.binary(max_size=20), st.none() | st.integers()
)


@register_row
@dataclass(frozen=True, slots=True)
class Single:
    value: tuple[int, ...]


@given(_rejects)
def test_a_row_comes_back_as_it_was(reject: Reject) -> None:
    coder = coders.registry.get_coder(Reject)
    assert coder.decode(coder.encode(reject)) == reject
    again = pickle.loads(pickle.dumps(coder))
    assert again.decode(coder.encode(reject)) == reject
    listed = coders.IterableCoder(coder)
    assert list(listed.decode(listed.encode([reject, reject]))) == [reject, reject]


def test_a_row_of_one_field_does_too() -> None:
    coder = coders.registry.get_coder(Single)
    assert coder.decode(coder.encode(Single((1, 2)))) == Single((1, 2))


def test_no_runner_knows_the_coder() -> None:
    """Flink's runner decodes Beam's own rows in Java, and fails at fields that are Python's."""
    for row in (RawItem, Reject):
        coder = coders.registry.get_coder(row)
        assert coder.to_runner_api(PipelineContext()).spec.urn == "beam:coder:pickled_python:v1"
        assert coder.to_type_hint() is row
        assert coder == coders.registry.get_coder(row) != coders.registry.get_coder(Single)
