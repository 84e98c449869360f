"""Rationals that stay exact, and balls that contain the truth."""

from fractions import Fraction

import pytest
from flint import arb, ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st

from symbolic.exact import (
    LARGEST_HEIGHT,
    Undefined,
    as_text,
    exact,
    height,
    is_exact,
    power,
    precision,
    rational_above,
    rational_below,
    shorten,
    sqrt,
)

fractions = st.fractions(-50, 50, max_denominator=60)
positive = st.fractions(Fraction(1, 60), 50, max_denominator=60)
GRID = fmpq(1, 10**12)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("3/7", fmpq(3, 7)),
        ("-0.125", fmpq(-1, 8)),
        (6, fmpq(6)),
        (Fraction(2, 4), fmpq(1, 2)),
        (fmpq(5, 9), fmpq(5, 9)),
    ],
)
def test_a_number_becomes_the_rational_that_it_is(
    value: int | str | Fraction | fmpq, expected: fmpq
) -> None:
    assert exact(value) == expected


def test_a_double_becomes_its_own_value_and_not_the_decimal_that_was_typed() -> None:
    assert exact(0.1) == fmpq(3602879701896397, 2**55)
    assert exact(0.1) != exact("0.1")


@given(fractions)
def test_the_root_of_a_rational_square_is_rational(q: Fraction) -> None:
    root = sqrt(exact(q * q))

    assert isinstance(root, fmpq)
    assert root == exact(abs(q))


def test_a_ball_for_the_root_of_2_lies_between_two_rationals_whose_squares_enclose_2() -> None:
    """141421356^2 < 2 * 10^16 < 141421357^2."""
    root = sqrt(fmpq(2))

    assert isinstance(root, arb)
    assert fmpq(141421356, 10**8) < root < fmpq(141421357, 10**8)


def test_a_number_that_need_not_equal_2_is_neither_equal_nor_different_nor_ordered() -> None:
    about_two = arb(sqrt(fmpq(2))) ** 2

    assert about_two.contains(fmpq(2))
    assert not about_two < 2
    assert not about_two > 2
    assert not about_two <= 2
    assert not about_two >= 2


@pytest.mark.parametrize("x", [fmpq(-1), fmpq(-4, 9), arb(-2), arb(-1, 0.5)])
def test_a_negative_number_has_no_real_root(x: fmpq | arb) -> None:
    with pytest.raises(Undefined, match="negative"):
        sqrt(x)


def test_a_root_is_not_called_undefined_when_only_rounding_makes_it_doubtful() -> None:
    root = sqrt(arb(0, 1e-9))

    assert not root < 0
    assert not root > 0


@pytest.mark.parametrize(
    ("base", "exponent", "expected"),
    [
        ("4/9", "3/2", "8/27"),
        ("4/9", "-1/2", "3/2"),
        ("-2/3", "3", "-8/27"),
        ("-2/3", "-2", "9/4"),
        ("0", "5/2", "0"),
        ("-3", "0", "1"),
    ],
)
def test_a_power_that_is_rational_is_exact(base: str, exponent: str, expected: str) -> None:
    result = power(exact(base), exact(exponent))

    assert isinstance(result, fmpq)
    assert result == exact(expected)


@given(positive)
def test_the_cube_of_a_cube_root_may_be_the_number(q: Fraction) -> None:
    cube = power(exact(q), fmpq(1, 3)) ** 3

    assert arb(cube).contains(exact(q))
    assert arb(cube).rad() < 1e-12 * q


@pytest.mark.parametrize(
    ("base", "exponent"),
    [("0", "-1"), ("0", "-1/2"), ("-1", "1/2"), ("-8", "1/3"), ("-1/4", "-3/2")],
)
def test_a_power_that_is_not_real_is_undefined(base: str, exponent: str) -> None:
    with pytest.raises(Undefined):
        power(exact(base), exact(exponent))


def test_a_power_too_long_to_write_is_a_ball_around_it() -> None:
    """2^LARGEST_HEIGHT has one bit more than a rational may have."""
    result = power(fmpq(2), fmpq(LARGEST_HEIGHT))

    assert isinstance(result, arb)
    assert result.contains(fmpq(2**LARGEST_HEIGHT))


def test_only_rationals_that_are_too_long_are_shortened() -> None:
    longest = fmpq(2**LARGEST_HEIGHT - 1)
    too_long = fmpq(1, 2**LARGEST_HEIGHT)

    assert shorten(longest) is longest
    assert isinstance(shorten(too_long), arb)
    assert arb(shorten(too_long)).contains(too_long)


@pytest.mark.parametrize(("x", "bits"), [("0", 1), ("7", 3), ("-8", 4), ("1/16", 5), ("-9/2", 4)])
def test_the_height_is_the_length_of_the_longer_part(x: str, bits: int) -> None:
    assert height(exact(x)) == bits


def test_one_ball_makes_a_list_inexact() -> None:
    assert is_exact(fmpq(1), fmpq(2, 3))
    assert not is_exact(fmpq(1), arb(1))


@given(fractions)
def test_a_rational_rounds_to_itself(q: Fraction) -> None:
    assert rational_below(exact(q)) == rational_above(exact(q)) == exact(q)


@given(positive)
def test_rounding_a_root_encloses_it_between_neighbours(q: Fraction) -> None:
    """The radius of a ball around a root below 8 is far below the spacing 10^-12."""
    below, above = (side(sqrt(exact(q))) for side in (rational_below, rational_above))

    assert below**2 <= exact(q) <= above**2
    assert above - below <= 2 * GRID


@pytest.mark.parametrize("digits", [0, 3, 12, 30])
def test_a_large_root_can_be_rounded_too(digits: int) -> None:
    """x^2 = 2 * 10^20, so x is 14142135623.73 and so on: a ball of 53 bits is about 10^-6 wide."""
    square = exact(2 * 10**20)
    x = sqrt(square)

    below, above = rational_below(x, digits), rational_above(x, digits)

    assert below**2 <= square <= above**2
    assert above - below <= 2 * fmpq(1, 10**digits) + fmpq(1, 10**5)


def test_a_wide_ball_is_rounded_outwards() -> None:
    assert rational_below(arb(1, 0.5)) <= fmpq(1, 2)
    assert rational_above(arb(1, 0.5)) >= fmpq(3, 2)


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (fmpq(-3, 7), "-3/7"),
        (fmpq(12), "12"),
        (fmpq(1, 10**9), "1/1000000000"),
        (fmpq(10**8 + 1, 10**8), "1.00000"),
        (fmpq(1, 3) + fmpq(1, 10**30), "0.333333"),
        (arb(2).sqrt(), "1.41421"),
    ],
)
def test_numbers_are_shown_as_short_fractions_or_as_decimals(x: fmpq | arb, text: str) -> None:
    assert as_text(x) == text


def test_more_bits_make_a_narrower_ball() -> None:
    with precision(200):
        narrow = sqrt(fmpq(2))

    assert arb(narrow).rad() < 2**-190
    assert arb(sqrt(fmpq(2))).rad() > 2**-60


def test_the_precision_is_put_back_even_after_an_error() -> None:
    before = ctx.prec

    with pytest.raises(Undefined), precision(300):
        sqrt(fmpq(-1))

    assert ctx.prec == before
