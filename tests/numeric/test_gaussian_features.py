"""Features of the Gaussian kernel on the line."""

from math import exp, factorial, pi, sqrt

import numpy as np
import pytest
from flint import arb, fmpq

from numeric.gaussian_features import TERMS, LinePoints, line_points, member, overlaps
from symbolic.exact import exact, precision


@pytest.mark.parametrize(("x", "z"), [("0", "0"), ("1", "-1"), ("1/2", "3/2"), ("-3", "2")])
def test_the_overlap_is_the_kernel_times_the_area_of_a_bump(x: str, z: str) -> None:
    """The area of exp(-4 t^2) is sqrt(pi) / 2."""
    with precision(256):
        found = line_points(x, z).overlap
        expected = arb.pi().sqrt() / 2 * arb(-((exact(x) - exact(z)) ** 2)).exp()

        assert found.overlaps(expected)
        assert found.rad() < 1e-40


def test_the_overlap_in_doubles_is_the_kernel_times_the_area_of_a_bump() -> None:
    """A sum of 121 positive numbers with some ten roundings each."""
    x, z = np.array([0.0, 1.5, -0.25]), np.array([0.0, -1.5, 1.0])

    expected = sqrt(pi) / 2 * np.exp(-((x - z) ** 2))

    assert overlaps(x, z) == pytest.approx(expected, rel=1e-13)


def test_the_remainder_bounds_what_the_series_has_left() -> None:
    p = 2 * 3 * 2
    case = line_points("3", "-2")

    first_left_out = p**TERMS / factorial(TERMS) * exp(-9 - 4)

    assert first_left_out < float(case.remainder)
    assert float(case.remainder) == pytest.approx(first_left_out * exp(p), rel=1e-9)


def test_the_kernel_of_two_points() -> None:
    assert float(line_points("1/2", "5/2").kernel) == pytest.approx(exp(-4), rel=1e-15)


def test_a_random_case_is_two_points() -> None:
    case = member({"x": fmpq(1, 2), "z": fmpq(-1)})

    assert case == LinePoints(fmpq(1, 2), fmpq(-1))
    assert case.size == 2
    assert case.describe() == {"x": "1/2", "x'": "-1"}
