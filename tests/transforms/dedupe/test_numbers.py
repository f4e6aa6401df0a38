"""Values of numbers, and when two of them are one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.dedupe.numbers import UNITS, Number, changed, number, same


def read(token: str, unit: str = "") -> Number:
    return number(token.casefold(), UNITS.get(unit.casefold(), 0))


@pytest.mark.parametrize(
    ("token", "unit", "expected"),
    [
        ("1,234.5", "", 1234.5),
        ("17,121,000", "", 17_121_000),
        ("17.1", "mln", 17_100_000),
        ("2.3", "Milliarden", 2.3e9),
        ("1.234.567", "", 1_234_567),
        ("3,5", "", 3.5),
        ("6-1/16", "", 6.0625),
        ("3/4", "", 0.75),
        ("seven", "", 7),
        ("Twelve", "mln", 12_000_000),
    ],
)
def test_values(token: str, unit: str, expected: float) -> None:
    assert read(token, unit).value == pytest.approx(expected)


def test_times_and_ranges_equal_themselves_alone() -> None:
    assert read("12:40") == read("12:40")
    assert read("12:40").value < 0
    assert not same(read("12:40"), read("12:50"))
    assert not same(read("30-89"), read("30-273"))


def test_rounding_is_no_change() -> None:
    assert same(read("17.1", "mln"), read("17,121,000"))
    assert same(read("1.1", "billion"), read("1,126", "mln"))
    assert same(read("20"), read("20.00"))


def test_numbers_of_one_precision_must_be_equal() -> None:
    assert not same(read("284"), read("285"))
    assert not same(read("5.92"), read("5.93"))
    assert not same(read("6-1/16"), read("6-1/8"))
    assert not same(read("17.1", "mln"), read("17,160,000"))


def test_changed_pairs_numbers_whatever_their_order() -> None:
    three, first, second, third = (read(token) for token in ("3", "254", "236", "625"))
    assert changed([three, first, second], [second, three, first]) == 0
    assert changed([first, second], [first, third]) == 1
    assert changed([first], []) == 0


TOKENS = st.from_regex(r"\A[0-9]{1,40}([.,:/-][0-9]{1,40}){0,4}\Z")
SCALES = st.sampled_from(["", "mln", "bn"])


@given(TOKENS, SCALES, TOKENS, SCALES)
def test_every_token_is_read_and_compared(one: str, unit: str, other: str, other_unit: str) -> None:
    left, right = read(one, unit), read(other, other_unit)
    assert same(left, left)
    assert same(left, right) == same(right, left)
    assert left.digits >= 0
    assert np.isfinite(np.float32(left.value))


@given(st.lists(st.tuples(TOKENS, SCALES), max_size=12))
def test_nothing_changed_in_the_same_numbers(tokens: list[tuple[str, str]]) -> None:
    numbers = [read(*token) for token in tokens]
    assert changed(numbers, numbers[::-1]) == 0


def test_digits_are_those_a_number_is_given_to() -> None:
    assert [read(token).digits for token in ("52,922", "17.1", "7", "600/700", "12:40", "0.5")] == [
        5,
        3,
        1,
        0,
        0,
        0,
    ]
    assert read("17.1", "mln").digits == 3
