"""Cleaning of lines and paragraphs."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.normalize import text


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        ("  two\t words \r\n here ", "two words here"),
        ("soft\u00adhyphen and\u200b zero width", "softhyphen and zero width"),
        ("cafe\u0301", "café"),
        ("\ufb01nal o\ufb03ce", "final office"),
        ("control\x07\x03 bytes\x85gone", "control bytes gone"),
        ("thin\u2009and\u00a0hard blanks", "thin and hard blanks"),
        (
            "persian \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "persian \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("", ""),
    ],
)
def test_line(sent: str, line: str) -> None:
    assert text.line(sent) == line


def test_typewriter_quotes_and_dashes_become_ordinary_ones() -> None:
    assert text.prose("``Stop,'' she said _ twice _ ''now''") == '"Stop," she said - twice - "now"'


def test_apostrophes_and_snake_case_stay() -> None:
    assert text.prose("It's a file_name, rock 'n' roll") == "It's a file_name, rock 'n' roll"


def test_rules_and_empty_paragraphs_are_dropped() -> None:
    assert text.paragraphs(["One.", " ", "___", "* * *", "\u00a0", "-- 3", "Two."]) == [
        "One.",
        "-- 3",
        "Two.",
    ]


@pytest.mark.parametrize(
    ("body", "count"), [("", 0), ("one", 1), ("one two\nthree", 3), ("one - two -- three", 3), ("a – b", 2)]
)
def test_word_count(body: str, count: int) -> None:
    assert text.word_count(body) == count


@given(st.text(max_size=200))
def test_line_is_clean_and_stays_so(sent: str) -> None:
    cleaned = text.line(sent)
    assert text.line(cleaned) == cleaned
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned
    assert not any(unicodedata.category(c) == "Cc" for c in cleaned)
    cleaned.encode("utf-8")  # no lone surrogates: Arrow would refuse them


@given(st.lists(st.text(alphabet="abc`'_ -", max_size=40), max_size=5))
def test_prose_keeps_every_letter(sent: list[str]) -> None:
    body = "\n".join(text.paragraphs(sent))
    assert [c for c in text.prose(body) if c.isalpha()] == [c for c in body if c.isalpha()]
