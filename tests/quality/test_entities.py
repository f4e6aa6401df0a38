"""Entity tags over the developers' half of IEER: AP and New York Times stories with names marked by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.quality.calibration import call, sure

WIREBEAM = Path(sys.executable).with_name("wirebeam")
# What is asked of each tagger, all types together.
ASKED = {"rules": 0.80, "spacy": 0.84}


@pytest.fixture(scope="module", params=list(ASKED))
def ieer(
    request: pytest.FixtureRequest, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, Path]:
    """A tagger, the feed, and a dataset made from it."""
    folder = tmp_path_factory.mktemp("ieer")
    call(sys.executable, shared / "tools/ieer_feed.py", shared / "corpora/ieer", folder / "feed")
    call(WIREBEAM, "run", folder / "feed/raw", "-o", folder / "out", "--ner", request.param)
    return request.param, folder / "feed", folder / "out"


def test_names_are_found_and_every_offset_is_right(ieer: tuple[str, Path, Path], shared: Path) -> None:
    ner, feed, output = ieer
    lines = call(sys.executable, shared / "tools/score_entities.py", output, feed).splitlines()
    f1 = {line.split()[0]: float(line.split("F1")[1].split()[0]) for line in lines if "F1" in line}
    assert f1["all"] >= ASKED[ner]
    assert min(f1.values()) >= 0.70
    assert lines[-1].endswith("wrong offsets 0")


def test_names_said_to_be_sure_are_right(ieer: tuple[str, Path, Path]) -> None:
    _, feed, output = ieer
    mentions, share = sure(output, feed)
    assert mentions > 500
    assert share >= 0.90
