"""Activations, their derivatives and their global bounds."""

import math
from fractions import Fraction
from itertools import pairwise

import mpmath as mp
import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from numeric.activations import (
    POWER,
    SIMPLE,
    Activation,
    activate,
    activate_with_curvature,
    activate_with_slope,
    activation,
)
from tests.numeric.references import (
    BALLS,
    BITS,
    MPMATH,
    REFERENCES,
    FloatArray,
    Triple,
    activations,
    largest_error,
    points,
    power,
)

ALL = [*SIMPLE, activation("leaky relu"), *(activation("power", p) for p in range(1, 9))]
SMOOTH = [a for a in ALL if a.name not in ("relu", "leaky relu", "abs")]
IN_BALLS = activations(BALLS)
REACH = {"sin": 2.0**30, "cos": 2.0**30, "arctan": 1e100, "power": 1e30}
SIZE = 4000
ULPS = (6.0, 6.0, 8.0)
"""The errors that the module states, for value, slope and curvature."""


def named(a: Activation) -> str:
    return f"{a.name} {a.parameter:g}" if a.parameter else a.name


every = pytest.mark.parametrize("sigma", ALL, ids=named)
smooth = pytest.mark.parametrize("sigma", SMOOTH, ids=named)


def exact(sigma: Activation) -> Triple:
    return power(int(sigma.parameter)) if sigma.code == POWER else IN_BALLS[sigma.name]


def three_rows(sigma: Activation, z: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    s, ds, dds = (np.full_like(z, -7.0) for _ in range(3))
    activate_with_curvature(sigma.code, sigma.parameter, z, s, ds, dds)
    return s, ds, dds


@every
def test_value_slope_and_curvature_are_right_to_the_stated_error(sigma: Activation) -> None:
    reach = REACH.get(sigma.name, 750.0)
    z = points(SIZE, -reach, reach)
    if sigma.name == "gelu":  # the slope has a zero inside: see below
        z = z[abs(z + 0.75) > 0.25]

    found = three_rows(sigma, z)

    for order, (row, reference) in enumerate(zip(found, exact(sigma), strict=True)):
        error, place = largest_error(z, row, reference)
        assert error <= ULPS[order], (order, place)


def test_the_slope_of_gelu_is_right_to_two_units_of_rounding_where_it_crosses_zero() -> None:
    z = np.linspace(-1.0, -0.5, 3001)

    slopes = activation("gelu").slope(z)

    for t, slope in zip(z, slopes, strict=True):
        assert abs(float(IN_BALLS["gelu"][1](arb(float(t))) - arb(float(slope)))) <= 2.0**-52


@every
def test_the_same_to_the_last_bit_in_a_row_of_any_length_and_alone(sigma: Activation) -> None:
    z = points(1003, -800.0, 800.0)
    z[:4] = [math.inf, -math.inf, math.nan, 3e9]
    whole = three_rows(sigma, z)

    for size in (0, 1, 7, 8, 64, 100):
        for row, part in zip(whole, three_rows(sigma, z[:size].copy()), strict=True):
            np.testing.assert_array_equal(row[:size], part)


@every
def test_less_asked_for_is_the_same_to_the_last_bit(sigma: Activation) -> None:
    z = points(500, -50.0, 50.0)
    s, ds, _ = three_rows(sigma, z)
    alone, value, slope = np.empty_like(z), np.empty_like(z), np.empty_like(z)

    activate(sigma.code, sigma.parameter, z, alone)
    activate_with_slope(sigma.code, sigma.parameter, z, value, slope)

    np.testing.assert_array_equal(alone, s)
    np.testing.assert_array_equal(value, s)
    np.testing.assert_array_equal(slope, ds)


@every
def test_nan_gives_nan(sigma: Activation) -> None:
    s, ds, _ = three_rows(sigma, np.full(9, math.nan))

    assert np.isnan(s).all()
    constant = sigma.name in ("identity", "leaky relu") or sigma.parameter == 1
    assert constant or np.isnan(ds).all()


@pytest.mark.parametrize(
    ("name", "left", "right"),
    [
        ("relu", (0, 0), (math.inf, 1)),
        ("abs", (math.inf, -1), (math.inf, 1)),
        ("tanh", (-1, 0), (1, 0)),
        ("arctan", (-math.pi / 2, 0), (math.pi / 2, 0)),
        ("erf", (-1, 0), (1, 0)),
        ("sigmoid", (0, 0), (1, 0)),
        ("softplus", (0, 0), (math.inf, 1)),
        ("gelu", (0, 0), (math.inf, 1)),
        ("gaussian", (0, 0), (0, 0)),
    ],
)
def test_infinities_give_the_limits(
    name: str, left: tuple[float, float], right: tuple[float, float]
) -> None:
    s, ds, dds = three_rows(activation(name), np.array([-math.inf, math.inf, -1e200, 1e200]))

    np.testing.assert_array_equal([s[:2], ds[:2]], np.transpose([left, right]))
    np.testing.assert_allclose(ds[2:], ds[:2], atol=1e-300)
    np.testing.assert_array_equal(dds, 0)


def test_sines_of_huge_arguments_are_right_and_leave_their_neighbours_alone() -> None:
    """The argument is exactly 10^22, whose sine is a well known trap."""
    z = np.linspace(-3, 3, 20)
    z[7], z[19] = 1e22, -1e300
    before, ctx.prec = ctx.prec, 1200
    references = [(float(arb(float(t)).sin()), float(arb(float(t)).cos())) for t in z]
    ctx.prec = before
    sines, cosines = np.transpose(references)

    for name, triple in {
        "sin": (sines, cosines, -sines),
        "cos": (cosines, -sines, -cosines),
    }.items():
        np.testing.assert_array_max_ulp(three_rows(activation(name), z)[0], triple[0], 2)
        for row, expected in zip(three_rows(activation(name), z), triple, strict=True):
            np.testing.assert_allclose(row, expected, rtol=1e-15, atol=0)
    assert activation("sin").value(1e22) == pytest.approx(-0.8522008497671888, rel=1e-15)


@every
def test_the_derivatives_of_the_references_are_derivatives(sigma: Activation) -> None:
    """Numerical differentiation at 40 digits, away from kinks."""
    in_mpmath = power(int(sigma.parameter)) if sigma.code == POWER else REFERENCES[sigma.name]
    with mp.workdps(40):
        for t in (mp.mpf("-2.3"), mp.mpf("-0.4"), mp.mpf("0.7"), mp.mpf("3.1")):
            for function, derivative in pairwise(in_mpmath):
                assert abs(mp.diff(function, t) - derivative(t)) < mp.mpf(10) ** -15


@every
def test_both_libraries_of_references_agree(sigma: Activation) -> None:
    in_mpmath = power(int(sigma.parameter)) if sigma.code == POWER else REFERENCES[sigma.name]
    before, ctx.prec = ctx.prec, BITS
    with mp.workdps(60):
        for t in (-30.5, -2.25, -0.125, 0.0, 0.5, 1.75, 20.0):
            for one, other in zip(in_mpmath, exact(sigma), strict=True):
                assert float(one(MPMATH.number(t))) == float(other(arb(t)))
    ctx.prec = before


EXACT_BOUNDS = {
    "identity": lambda: (1, 0),
    "relu": lambda: (1, mp.inf),
    "leaky relu": lambda: (1, mp.inf),
    "abs": lambda: (1, mp.inf),
    "tanh": lambda: (1, 4 / (3 * mp.sqrt(3))),
    "arctan": lambda: (1, 3 * mp.sqrt(3) / 8),
    "erf": lambda: (2 / mp.sqrt(mp.pi), 2 * mp.sqrt(2 / (mp.pi * mp.e))),
    "sigmoid": lambda: (mp.mpf(1) / 4, mp.sqrt(3) / 18),
    "softplus": lambda: (1, mp.mpf(1) / 4),
    "sin": lambda: (1, 1),
    "cos": lambda: (1, 1),
    "gelu": lambda: (
        mp.ncdf(mp.sqrt(2)) + mp.sqrt(2) * mp.npdf(mp.sqrt(2)),
        mp.sqrt(2 / mp.pi),
    ),
    "gaussian": lambda: (mp.sqrt(2 / mp.e), 2),
}


@pytest.mark.parametrize("name", EXACT_BOUNDS)
def test_bounds_are_the_smallest_doubles_not_below_the_suprema(name: str) -> None:
    sigma = activation(name)

    with mp.workdps(40):
        for found, supremum in zip(
            (sigma.slope_bound, sigma.curvature_bound), EXACT_BOUNDS[name](), strict=True
        ):
            assert mp.mpf(found) >= supremum
            assert found == supremum or mp.mpf(math.nextafter(found, -math.inf)) < supremum


@smooth
@pytest.mark.parametrize("order", [1, 2])
def test_bounds_are_attained_and_never_exceeded(sigma: Activation, order: int) -> None:
    """Grids of 4001 points, each around the largest entry of the one before."""
    bound = (sigma.slope_bound, sigma.curvature_bound)[order - 1]
    middle, width = 0.0, 60.0
    largest = 0.0
    for _ in range(4):
        z = middle + np.linspace(-width, width, 4001)
        sizes = abs(three_rows(sigma, z)[order])
        assert (sizes <= bound * (1 + ULPS[order] * 2.0**-52)).all()
        largest, middle, width = sizes.max(), z[sizes.argmax()], width / 1000

    assert bound == math.inf or largest >= bound * (1 - 1e-12)


@given(st.integers(1, 8), st.integers(-50, 50))
def test_powers_of_small_integers_are_exact(exponent: int, t: int) -> None:
    sigma = activation("power", exponent)

    assert sigma.value(t) == t**exponent
    assert sigma.slope(t) == exponent * t ** (exponent - 1)
    assert sigma.curvature(t) == exponent * (exponent - 1) * Fraction(t) ** max(exponent - 2, 0)


def test_powers_have_no_global_bounds_but_for_a_line_and_the_curvature_of_a_parabola() -> None:
    bounds = [(a.slope_bound, a.curvature_bound) for a in ALL if a.code == POWER]

    assert bounds == [(1, 0), (math.inf, 2), *[(math.inf, math.inf)] * 6]


@pytest.mark.parametrize(
    ("name", "slopes"), [("relu", (0, 0, 1)), ("leaky relu", (0.01, 0.01, 1)), ("abs", (-1, 0, 1))]
)
def test_slopes_at_a_kink(name: str, slopes: tuple[float, float, float]) -> None:
    z = np.array([-5e-324, 0.0, 5e-324])

    np.testing.assert_array_equal(activation(name).slope(z), slopes)
    np.testing.assert_array_equal(activation(name).slope(-0.0), slopes[1])


@given(st.floats(-10, 10), st.floats(-1e300, 1e300))
def test_leaky_relu_is_a_line_on_either_side(left: float, t: float) -> None:
    sigma = activation("leaky relu", left)

    assert sigma.value(t) == (t if t > 0 else left * t)
    assert sigma.slope_bound == max(1, abs(left))
    assert sigma.curvature_bound == (0 if left == 1 else math.inf)


@pytest.mark.parametrize("code", [-1, 14, 99])
def test_an_unknown_code_gives_nan(code: int) -> None:
    z, rows = np.ones(5), [np.zeros(5) for _ in range(6)]

    activate(code, 0.0, z, rows[0])
    activate_with_slope(code, 0.0, z, rows[1], rows[2])
    activate_with_curvature(code, 0.0, z, rows[3], rows[4], rows[5])

    assert np.isnan(rows).all()


def test_arrays_of_any_shape_keep_it() -> None:
    sigma = activation("tanh")

    for shape in ((), (3,), (2, 3), (0, 4)):
        t = np.full(shape, 0.5)
        for row in (sigma.value(t), sigma.slope(t), sigma.curvature(t)):
            assert row.shape == shape
    strided = np.arange(12.0).reshape(3, 4)[:, ::2].T
    np.testing.assert_array_equal(sigma.value(strided), sigma.value(strided.copy()))


@pytest.mark.parametrize(
    ("name", "parameter", "message"),
    [
        (
            "tahn",
            None,
            "name = 'tahn', where one of identity, relu, abs, tanh, .*, power is needed",
        ),
        ("tanh", 2.0, "parameter = 2.0, where tanh takes none"),
        ("power", None, "parameter = None, where one of 1, ..., 8 is needed"),
        ("power", 2.5, "parameter = 2.5, where"),
        ("power", 9, "parameter = 9, where"),
        ("power", math.nan, "parameter = nan, where"),
        ("leaky relu", math.inf, "parameter = inf, where a finite number is needed"),
    ],
)
def test_what_is_no_activation_is_refused(name: str, parameter: float | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        activation(name, parameter)
