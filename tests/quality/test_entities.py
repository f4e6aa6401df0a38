"""Entity tags over the developers' half of IEER: AP and New York Times stories with names marked by hand."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.dataset as ds
import pytest

WIREBEAM = str(Path(sys.executable).with_name("wirebeam"))
KINDS = {"GPE": "LOC", "LOC": "LOC", "FAC": "LOC", "ORG": "ORG", "PERSON": "PERSON"}


def call(*command: object) -> str:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def fold(name: str) -> str:
    """As score_entities.py folds names."""
    name = re.sub(r"[’']s\b", "", name.replace("&", " and "))
    return re.sub(r"^the ", "", re.sub(r"[\W_]+", " ", name).strip().casefold())


@pytest.fixture(scope="module")
def ieer(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The feed, and a dataset made from it."""
    folder = tmp_path_factory.mktemp("ieer")
    call(sys.executable, shared / "tools/ieer_feed.py", shared / "corpora/ieer", folder / "feed")
    call(WIREBEAM, "run", folder / "feed/raw", "-o", folder / "out")
    return folder / "feed", folder / "out"


def test_names_are_found_and_every_offset_is_right(ieer: tuple[Path, Path], shared: Path) -> None:
    feed, output = ieer
    lines = call(sys.executable, shared / "tools/score_entities.py", output, feed).splitlines()
    f1 = {line.split()[0]: float(line.split("F1")[1].split()[0]) for line in lines if "F1" in line}
    assert f1["all"] >= 0.80
    assert min(f1.values()) >= 0.70
    assert lines[-1].endswith("wrong offsets 0")


def test_names_said_to_be_sure_are_right(ieer: tuple[Path, Path]) -> None:
    feed, output = ieer
    gold = {}
    for line in (feed / "gold.jsonl").read_text().splitlines():
        story = json.loads(line)
        gold[story["docno"]] = {(kind, fold(name)) for kind, name in story["names"]}
    rows = ds.dataset(output / "stories", format="parquet", partitioning="hive").to_table(
        ["source", "entities"]
    )
    sure = right = 0
    for row in rows.to_pylist():
        wanted = gold[Path(row["source"]).stem]
        for entity in row["entities"]:
            if entity["confidence"] >= 0.9:
                sure += len(entity["mentions"])
                right += len(entity["mentions"]) * ((KINDS[entity["type"]], fold(entity["text"])) in wanted)
    assert sure > 500
    assert right / sure >= 0.90
