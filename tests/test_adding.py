"""The page for people who add a format or an agency is true: its examples run, in order, as one program."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from schemas.agency import agencies, read
from transforms.normalize import dateline

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "ADDING.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.S)
(TOML,) = re.findall(r"```toml\n(.*?)```", PAGE, re.S)


def test_the_examples_run() -> None:
    names: dict[str, Any] = {"TOML": TOML}
    for number, block in enumerate(BLOCKS):
        exec(compile(block, f"ADDING.md, example {number + 1}", "exec"), names)
    assert {"table", "COAST", "FORMAT"} <= names.keys()


def test_the_agencys_example_is_read_with_its_entry() -> None:
    agency = read(TOML).by_key["coastwire"]
    (example,) = agency.examples
    found = dateline.read(example["line"], agency=agency, sent=1_795_516_620_000_000, language="en")
    assert found is not None
    assert found.dateline.place_text == example["place"]
    assert [place.country for place in found.dateline.places] == [example["country"]]


def test_the_new_format_could_be_registered() -> None:
    assert "coastwire" not in agencies().by_key
    assert [
        path
        for path in re.findall(r"`((?:transforms|schemas|tests)/[\w/.]+\.\w+)`", PAGE)
        if not (ROOT / path).exists()
    ] == ["tests/transforms/parse/test_NAME.py"]


@pytest.mark.parametrize("name", ["make fuzz", "make bench", "wirebeam inspect", "wirebeam providers"])
def test_commands_of_the_page_exist(name: str) -> None:
    tool, word = name.split()
    source = ROOT / ("Makefile" if tool == "make" else "pipeline/cli.py")
    assert name in PAGE
    assert re.search(rf"^{word}:|\b(?:def )?(?:list_)?{word}\b", source.read_text("utf-8"), re.M)
