"""What a committer tells the readers of its job."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.epoch import Epoch, Epochs, Start, close_epoch, current, open_epoch
from pipeline.sources.kafka_tail import PartitionStart
from pipeline.sources.settings import KafkaSettings
from schemas.errors import WirebeamError

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
STARTS = st.lists(
    st.builds(
        lambda feed, topic, number, start: PartitionStart(
            "broker:9092", KafkaSettings(name=feed), topic, number, start
        ),
        NAMES,
        NAMES,
        st.integers(0, 1_000),
        st.integers(0, 2**63 - 1),
    ),
    max_size=8,
)


@given(name=NAMES, starts=STARTS)
def test_readers_hear_what_the_committer_said(
    tmp_path_factory: pytest.TempPathFactory, name: str, starts: list[PartitionStart]
) -> None:
    root = tmp_path_factory.mktemp("news")
    assert current(root, "job") is None
    open_epoch(root, "job", name, starts)
    assert current(root, "job") == Epoch(name, tuple(Start.of(one) for one in starts))
    assert current(root, "another") is None


def test_an_epoch_is_closed_by_its_own_committer_alone(tmp_path: Path) -> None:
    epochs = Epochs(tmp_path, "job", look=0.0)
    open_epoch(tmp_path, "job", "run-1", [])
    open_epoch(tmp_path, "job", "run-2", [])  # it was taken over
    close_epoch(tmp_path, "job", "run-1")
    assert epochs.current() == Epoch("run-2", ())
    close_epoch(tmp_path, "job", "run-2")
    assert epochs.current() is None
    close_epoch(tmp_path, "job", "run-2")


def test_a_damaged_one_is_said(tmp_path: Path) -> None:
    open_epoch(tmp_path, "job", "run-1", [])
    path = next(tmp_path.rglob("epoch.json"))
    path.write_bytes(b"{")
    with pytest.raises(WirebeamError, match=r"epoch\.json: cannot be read"):
        current(tmp_path, "job")
