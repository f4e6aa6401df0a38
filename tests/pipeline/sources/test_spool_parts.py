"""Deliveries in parts: each is read once, whatever their number and that of the workers."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sources import spool
from pipeline.sources.files import Resource
from pipeline.sources.live import Delivery


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 700), st.integers(1, 9))
def test_each_delivery_is_in_one_part(count: int, workers: int) -> None:
    sent = [Delivery(f"kafka://b/t/0/{number}", b"\n%d\n" % number, number) for number in range(count)]
    with TemporaryDirectory() as folder:
        paths = spool.parts(Path(folder), sent, workers)
        read = [one for path in paths for one in spool.read(path)]
    assert sorted((one.uri, one.data, one.received_at) for one in read) == sorted(
        (one.uri, one.data, one.received_at) for one in sent
    )
    assert 1 <= len(paths) <= max(1, workers * 4)
    assert len(set(paths)) == len(paths)


def test_listed_files_come_back_as_they_were(tmp_path: Path) -> None:
    listed = [Resource("/feed/a.xml", 5, 10), Resource("/feed/b%232.xml", None, None)]
    paths = spool.parts(tmp_path / "inputs", listed, 2)
    assert [one for path in paths for one in spool.read(path)] == listed
