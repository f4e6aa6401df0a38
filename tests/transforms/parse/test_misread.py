"""Text that was decoded wrongly before it was sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.item import Item
from tests.fuzz.way import results
from transforms.parse.misread import mended


@pytest.mark.parametrize(
    "text",
    ["Göteborg", "£4", "it’s – “so”", "à côté", "Łódź für 5 €", "Прага ü", "東京 é"],
)
def test_taken_back(text: str) -> None:
    for codec in ("latin-1", "cp1252"):
        misread = text.encode().decode(codec, "replace")
        if "\ufffd" not in misread and ("Ã" in misread or "Â" in misread or "â€" in misread):
            assert mended(f"x {misread} y") == f"x {text} y"


@pytest.mark.parametrize("text", ["IRMÃ»", "AMANHÃ…", "CAFÉ\u00a0»", "«ENTRÉ»", "Â", "São Ã", "°Âß"])
def test_words_are_left(text: str) -> None:
    assert mended(text) == text


@given(st.text() | st.text("ÂÃâ€£¶©é¤œ¼Å‚Ð°ð˜ ab", max_size=14))
def test_of_any_text_what_is_ascii_stays(text: str) -> None:
    assert [one for one in mended(text) if one.isascii()] == [one for one in text if one.isascii()]


def test_an_item_is_mended_and_says_so() -> None:
    text = "Fähre für 5 £ am Dienstag".encode().decode("cp1252")
    (found,) = results(f'{{"uri": "u", "headline": "{text}", "body_text": "{text}."}}'.encode())
    assert isinstance(found, Item)
    assert (found.headline, found.body_text) == (
        "Fähre für 5 £ am Dienstag",
        "Fähre für 5 £ am Dienstag.",
    )
    assert "encoding_repaired" in found.warnings
