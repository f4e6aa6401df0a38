"""Words, their marks, shingles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.dedupe import words as module
from transforms.dedupe.numbers import Number
from transforms.dedupe.words import Coded, grams


def code(text: str) -> Coded:
    return module.code(text, numbers=128)


def test_case_quotes_and_line_breaks_make_no_other_words() -> None:
    assert code('Oslo said: "We agree."').words.tolist() == code("OSLO said ''we\n  agree''").words.tolist()


def test_numbers_and_names_are_marked() -> None:
    coded = code("The crew of Nordlys lifted 1,250 tonnes in seven hours.")
    assert coded.is_number.tolist() == [False] * 5 + [True, False, False, True, False]
    assert coded.is_name.tolist() == [False] * 3 + [True] + [False] * 6
    assert coded.numbers == [Number(1250.0, 0), Number(7.0, 0)]
    assert code("some 2.5 Mio Euro").numbers == [Number(2.5e6, 5)]


def test_a_number_is_one_word_however_it_is_punctuated() -> None:
    for number in ("1,234.5", "6-1/16", "12:40", "1987/88", "5.00-5.25"):
        assert len(code(f"at {number} today").words) == 3


def test_spelled_and_grouped_numbers_are_the_same_words() -> None:
    assert code("seven of 2,000").words.tolist() == code("7 of 2000").words.tolist()


def test_the_digest_is_of_the_words_as_written() -> None:
    assert code("Seven of 2,000.").digest == code("SEVEN OF  2,000").digest != code("7 of 2,000").digest
    assert code("").digest == 0


def test_the_memo_may_be_emptied_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    before = code("Some 12 of 340 pillars at Lowestrand cost 4.7 mln")
    monkeypatch.setattr(module, "_MEMO_LIMIT", 0)
    after = code("Some 12 of 340 pillars at Lowestrand cost 4.7 mln")
    assert after.words.tolist() == before.words.tolist()
    assert after.numbers == before.numbers


def test_capitals_of_an_upper_case_text_are_no_names() -> None:
    assert not code("FERRY TERMINAL AT LOWESTRAND TO CLOSE").is_name.any()
    assert code("Ferry terminal at LOWESTRAND to close").is_name.any()


def test_scripts_without_spaces_become_single_characters() -> None:
    assert len(code("東京で地震がありました").words) == 11
    assert len(code("В Москве состоялись переговоры").words) == 4


def test_a_text_without_words() -> None:
    assert len(code("").words) == len(code("--- *** \n").words) == 0


@given(st.text(max_size=400), st.integers(1, 5))
def test_any_text_is_coded_and_shingled(text: str, size: int) -> None:
    coded = code(text)
    assert len(coded.words) == len(coded.is_number) == len(coded.is_name)
    assert int(coded.is_number.sum()) == len(coded.numbers)
    assert len(grams(coded.words, size)) == max(1, len(coded.words) - size + 1)


@given(st.lists(st.integers(0, 65535), min_size=6, max_size=40), st.integers(0, 34))
def test_one_changed_word_changes_the_shingles_around_it_alone(words: list[int], at: int) -> None:
    at %= len(words)
    other = list(words)
    other[at] ^= 1
    one, two = grams(np.array(words, np.uint16), 5), grams(np.array(other, np.uint16), 5)
    differ = set(np.flatnonzero(one != two).tolist())
    assert differ == set(range(max(0, at - 4), min(len(one), at + 1)))
