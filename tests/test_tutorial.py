"""The tutorial and the notebook work as they are written."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

DOCS = Path(__file__).resolve().parents[1] / "docs"
LINES = [
    line
    for block in re.findall(r"```sh\n(.*?)```", (DOCS / "TUTORIAL.md").read_text("utf-8"), re.S)
    for line in block.splitlines()
]


def test_every_command_of_the_tutorial_works(feed: Path, tmp_path: Path) -> None:
    shutil.copytree(feed, tmp_path / "feed")
    assert len(LINES) >= 15
    for line in LINES:
        _, *arguments = shlex.split(line)
        command = [str(Path(sys.executable).with_name("wirebeam")), *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, f"{line}: {done.stderr}{done.stdout}"
        assert done.stdout
    assert (tmp_path / "report.html").stat().st_size > 100_000


def test_the_notebook_runs(news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(news, tmp_path / "demo-output" / "news")
    notebook = nbformat.read(DOCS / "tour.ipynb", as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), "commit it without outputs"
    monkeypatch.setenv("PYTHONPATH", str(DOCS.parent))
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert len(outputs) >= 6
    assert "error" not in {output["output_type"] for output in outputs}


def test_links_between_pages_lead_somewhere() -> None:
    for page in ("TUTORIAL.md", "RECIPES.md"):
        for target in re.findall(r"\]\(([^)#]+)", (DOCS / page).read_text("utf-8")):
            assert (DOCS / target).exists(), target
