"""The expectation of two rectified Gaussians against values known otherwise."""

import math

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from numeric.jit import interpreted
from numeric.relu_expectation import (
    NODES,
    WEIGHTS,
    Pair,
    pair,
    relu_expectation,
    relu_expectations,
)
from symbolic.exact import exact, precision

EPSILON = np.finfo(float).eps
ROUNDING = 100 * EPSILON
"""24 positive or negative terms below 1, each with a few rounding errors, and half a turn."""


def angle(turns: str) -> arb:
    """Return this fraction of pi."""
    return arb(fmpq(*map(int, turns.split("/")))) * arb.pi()


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ("0/1", arb(1) / 2),
        ("1/2", 1 / (2 * arb.pi())),
        ("1/1", arb(0)),
        ("1/3", arb(3).sqrt() / (4 * arb.pi()) + arb(1) / 6),
        ("2/3", arb(3).sqrt() / (4 * arb.pi()) - arb(1) / 12),
    ],
)
def test_known_values(turns: str, expected: arb) -> None:
    """E[max(0, g)^2] = 1/2; independent ones give (1/sqrt(2 pi))^2; opposite ones give 0.

    In between the integral is (sin t + (pi - t) cos t) / (2 pi).
    """
    result = relu_expectation(angle(turns))

    assert result.overlaps(expected)
    assert result.rad() < 1e-14
    (double,) = relu_expectations(np.array([float(angle(turns))]), NODES, WEIGHTS)
    assert double == pytest.approx(float(expected), abs=ROUNDING)


def test_a_wrong_constant_is_told_apart() -> None:
    """1 / (2 pi) = 0.1591 is neither 1 / pi nor 1/4."""
    result = relu_expectation(angle("1/2"))

    assert not result.overlaps(1 / arb.pi())
    assert not result.overlaps(arb(1) / 4)


def test_more_bits_give_a_narrower_ball() -> None:
    with precision(200):
        assert relu_expectation(angle("1/3")).rad() < 2.0**-180


def test_a_range_of_angles_gives_a_ball_that_contains_all_values() -> None:
    wide = relu_expectation(arb(1, 0.1))

    for theta in (arb(0.9375), arb(1), arb(1.0625)):
        assert wide.contains(relu_expectation(theta))


@given(st.floats(0, math.pi))
def test_doubles_agree_with_enclosures(theta: float) -> None:
    (double,) = relu_expectations(np.array([theta]), NODES, WEIGHTS)

    assert double == pytest.approx(float(relu_expectation(arb(theta))), abs=ROUNDING)


@given(st.floats(0, math.pi))
def test_even_and_odd_parts_of_relu_add_up(theta: float) -> None:
    """max(0, a) max(0, b) - max(0, a) max(0, -b) = max(0, a) b has mean cos(theta) / 2."""
    with precision(100):
        difference = relu_expectation(arb(theta)) - relu_expectation(arb.pi() - arb(theta))
        expected = arb(theta).cos() / 2

    assert difference.overlaps(expected)


def test_compiled_and_interpreted_agree() -> None:
    theta = np.linspace(0, np.pi, 7)

    np.testing.assert_allclose(
        relu_expectations(theta, NODES, WEIGHTS),
        interpreted(relu_expectations)(theta, NODES, WEIGHTS),
        rtol=0,
        atol=ROUNDING,
    )


def test_arguments_are_left_alone() -> None:
    theta = np.array([1.0, 2.0])

    relu_expectations(theta, NODES, WEIGHTS)

    np.testing.assert_array_equal(theta, [1.0, 2.0])


@pytest.mark.parametrize(
    ("norm_x", "norm_z", "turn", "d", "exists"),
    [
        ("1", "2", "1/3", 2, True),
        ("1", "2", "0", 1, True),
        ("1", "2", "1", 1, True),
        ("1", "2", "1/3", 1, False),
        ("0", "2", "1/3", 2, False),
        ("1", "0", "1/3", 2, False),
        ("1", "2", "4/3", 2, False),
        ("1", "2", "-1/3", 2, False),
        ("1", "2", "0", 0, False),
    ],
)
def test_vectors_with_these_norms_and_this_angle_exist(
    norm_x: str, norm_z: str, turn: str, d: int, exists: bool
) -> None:
    """On a line there are no angles but 0 and pi."""
    assert Pair(exact(norm_x), exact(norm_z), exact(turn), d).is_valid is exists


def test_an_angle_of_0_is_exact() -> None:
    assert pair("1", "2", turn="0", d=3).angle == 0
    assert arb(pair("1", "2", turn="1/3", d=3).angle).overlaps(angle("1/3"))


def test_a_pair_says_everything_needed_to_rebuild_it() -> None:
    described = pair("1/2", "2", turn="3/4", d=5).describe()

    assert described == {"|x|": "1/2", "|z|": "2", "theta": "3/4 pi", "d": "5"}
