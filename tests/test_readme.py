"""The README is true: its examples run, its columns, commands and codes are those of the code."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pytest
import typer
from typer.core import TyperGroup

from pipeline.cli import app
from schemas.arrow import STORIES
from schemas.errors import Code

README = (Path(__file__).resolve().parents[1] / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```(python|sql)\n(.*?)```", README, re.S)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_examples_run(number: int, news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    language, text = BLOCKS[number]
    shutil.copytree(news, tmp_path / "news")
    monkeypatch.chdir(tmp_path)
    if language == "sql":
        assert duckdb.execute(text).fetchall()
    else:
        exec(compile(text, f"README example {number}", "exec"), {})


def test_there_is_an_example_for_each_reader() -> None:
    code = "".join(text for _, text in BLOCKS)
    for reader in ("import duckdb", "import polars", "import pandas", "import pyarrow"):
        assert reader in code


def test_every_column_is_described() -> None:
    assert [name for name in STORIES.names if f"`{name}`" not in README] == []


def test_every_command_is_described() -> None:
    commands = typer.main.get_command(app)
    assert isinstance(commands, TyperGroup)
    assert len(commands.commands) >= 14
    assert [name for name in commands.commands if f"wirebeam {name}" not in README] == []


def test_every_reject_code_is_listed() -> None:
    assert [code for code in Code if f"`{code}`" not in README] == []
