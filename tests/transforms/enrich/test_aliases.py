"""The user's own names."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import WirebeamError
from transforms.enrich.aliases import Aliases, read_aliases
from transforms.enrich.rules import Rules
from transforms.enrich.story import Story, enrich

TABLE = """# ours
alias\ttype\tscheme\tid
Harrow Tinplate\torg\tlei\tLEI-1
Tinplate\torg\tlei\tLEI-1
Tinplate\torg\thouse\t77
deep blue crab\tproduct\thouse\t12
"""


@pytest.fixture
def aliases(tmp_path: Path) -> Aliases:
    path = tmp_path / "entities.tsv"
    path.write_text(TABLE, "utf-8")
    return read_aliases(path)


def test_aliases_are_found_linked_and_go_by_the_first(aliases: Aliases) -> None:
    body = "Tinplate sold its deep blue crab line. Harrow Tinplate of London is glad. Tinplates are not."
    entities = enrich(Story("", body, "en"), Rules(), aliases=aliases).entities
    assert entities is not None
    found = {entity.text: entity for entity in entities}
    assert set(found) == {"Tinplate", "deep blue crab", "Harrow Tinplate", "London"}
    assert found["Tinplate"].name == found["Harrow Tinplate"].name == "Harrow Tinplate"
    assert {(link.scheme, link.id) for link in found["Tinplate"].links} == {("lei", "LEI-1"), ("house", "77")}
    assert (found["deep blue crab"].type, found["deep blue crab"].source) == ("PRODUCT", "user")


@pytest.mark.parametrize("line", ["one\ttwo\tthree", "a\t\tb\tc", "alias"])
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "entities.tsv"
    path.write_text(f"a\tORG\ts\t1\n{line}\n", "utf-8")
    with pytest.raises(WirebeamError, match="line 2"):
        read_aliases(path)


def test_an_absent_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(WirebeamError, match="--entities"):
        read_aliases(tmp_path / "absent.tsv")
