"""Quadrature: the bounds contain the error, in one variable, in two, and for steps far too long."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpc, mpf

from numeric.jit import interpreted
from numeric.quadrature import (
    ARCTAN,
    NAMES,
    SOFTPLUS,
    TANH,
    _discretisation,
    _slope_bound,
    _value_bound,
    expectations,
)
from tests.numeric.gaussian_references import Number, integrated, mean

CODES = {"tanh": TANH, "arctan": ARCTAN, "softplus": SOFTPLUS}
STRIPS = {"tanh": 1.4, "arctan": 0.9, "softplus": 2.5}
FUNCTIONS: dict[str, tuple[Callable[[Number], Number], Callable[[Number], Number]]] = {
    "tanh": (mp.tanh, lambda t: mp.sech(t) ** 2),
    "arctan": (mp.atan, lambda t: 1 / (1 + t * t)),
    "sigmoid": (lambda t: 1 / (1 + mp.exp(-t)), lambda t: 1 / (2 * mp.cosh(t / 2)) ** 2),
    "softplus": (
        lambda t: mp.re(t) * (mp.re(t) > 0) + mp.log1p(mp.exp(-abs(t))),
        lambda t: 1 / (1 + mp.exp(-t)),
    ),
}


def by_fourier(p: float, q: float, r: float) -> tuple[Number, Number]:
    """Return E[tanh tanh] and E[tanh' tanh'] by another integral.

    tanh(t) is the integral of sin(s t) / sinh(pi s / 2) over s > 0, so E[tanh tanh] is that of
    exp(-(p s^2 + q t^2) / 2) sinh(r s t) / (sinh(pi s / 2) sinh(pi t / 2)) over s, t > 0, and each
    derivative brings a factor s t and turns sinh into cosh.  Midpoints: no node is at 0.
    """
    step = mpf(1) / 6
    reach = min(24.0, 9.5 / math.sqrt(min(p, q) * (1 - abs(r) / math.sqrt(p * q)) + 1e-9))
    nodes = [step * (i + mpf(1) / 2) for i in range(int(reach / step) + 1)]
    in_s = [mp.exp(-p * s * s / 2) / mp.sinh(mp.pi * s / 2) for s in nodes]
    in_t = [mp.exp(-q * t * t / 2) / mp.sinh(mp.pi * t / 2) for t in nodes]
    values = slopes = mpf(0)
    for s, a in zip(nodes, in_s, strict=True):
        for t, b in zip(nodes, in_t, strict=True):
            growth = mp.exp(r * s * t)
            values += a * b * (growth - 1 / growth) / 2
            slopes += a * b * s * t * (growth + 1 / growth) / 2
    return values * step**2, slopes * step**2


@pytest.mark.parametrize(("p", "q", "r"), [(1.0, 1.0, 0.6), (0.5, 2.0, -0.9), (1.5, 1.5, 1.5)])
def test_tanh_agrees_with_an_integral_over_frequencies(p: float, q: float, r: float) -> None:
    found = expectations("tanh", p, q, r)
    with mp.workdps(20):
        values, slopes = by_fourier(p, q, r)
        assert abs(mpf(float(found.values)) - values) <= found.value_errors
        assert abs(mpf(float(found.slopes)) - slopes) <= found.slope_errors


@pytest.mark.parametrize("name", ["arctan", "softplus"])
def test_integration_over_the_plane(name: str) -> None:
    found = expectations(name, 0.6, 0.4, 0.25)
    with mp.workdps(20):
        expected = integrated(name, mpf(0.6), mpf(0.4), mpf(0.25), nodes=24)
        assert abs(mpf(float(found.values)) - expected) <= found.value_errors


@pytest.mark.parametrize("p", [1e-6, 0.01, 1.0, 40.0, 1e4])
@pytest.mark.parametrize("name", sorted(NAMES))
def test_degenerate_and_independent_pairs_are_integrals_in_one_variable(
    name: str, p: float
) -> None:
    """b = a, b = -a, and b independent of a, up to a weight scale of 100."""
    value, slope = FUNCTIONS[name]
    cosines = [1.0, -1.0, 0.0] if p < 1e4 else [1.0, -1.0]
    found = expectations(name, p, p, p * np.array(cosines))
    with mp.workdps(25):
        v = mpf(p)
        for f, results, errors in (
            (value, found.values, found.value_errors),
            (slope, found.slopes, found.slope_errors),
        ):
            expected = [mean(lambda t, f=f: f(t) ** 2, v), mean(lambda t, f=f: f(t) * f(-t), v)]
            expected.append(mean(f, v) ** 2)
            for i in range(len(cosines)):
                assert abs(mpf(float(results[i])) - expected[i]) <= errors[i], cosines[i]
            assert max(errors) <= 1e-13 * abs(expected[0])


@given(
    st.sampled_from(sorted(CODES)),
    st.floats(0.01, 1), st.floats(-1, 1), st.floats(-6, 6),
)  # fmt: skip
@example("tanh", 1.0, 1.0, 0.0)
@example("arctan", 1.0, 1.0, 0.0)
@example("softplus", 1.0, 1.0, 0.0)
def test_activations_stay_below_their_bounds_in_the_strip(
    name: str, part: float, height: float, t: float
) -> None:
    width = part * STRIPS[name]
    code, z = CODES[name], mpc(t, height * width)
    value = {"tanh": mp.tanh, "arctan": mp.atan, "softplus": lambda t: mp.log(1 + mp.exp(t))}[name]
    slope = FUNCTIONS[name][1]
    # |f(t + i u)| <= A + B |t|: at variance t^2 the bound is A + B |t|.
    assert abs(value(z)) <= interpreted(_value_bound)(code, width, t * t) * (1 + 1e-12)
    assert abs(slope(z)) <= interpreted(_slope_bound)(code, width) * (1 + 1e-12)


@pytest.mark.parametrize("part", [0.3, 0.6, 1.0])
@pytest.mark.parametrize("p", [0.1, 3.0])
@pytest.mark.parametrize("name", sorted(CODES))
def test_the_bound_holds_for_long_steps_where_the_error_is_large(
    name: str, p: float, part: float
) -> None:
    """The trapezoidal rule for E[f(a)^2] and E[f'(a)^2], with errors up to 1e-2."""
    code, width = CODES[name], part * STRIPS[name]
    half_width = min(width / math.sqrt(p), 3.0)
    bounds = (_value_bound(code, width, p) ** 2, _slope_bound(code, width) ** 2)
    with mp.workdps(20):
        for f, bound in zip(FUNCTIONS[name], bounds, strict=True):
            expected = mean(lambda t, f=f: f(t) ** 2, mpf(p))
            for step in (0.25, 0.5):
                nodes = [mpf(step) * i for i in range(-int(10 / step), int(10 / step) + 1)]
                total = step * sum(f(mp.sqrt(p) * x) ** 2 * mp.npdf(x) for x in nodes)
                allowed = bound * _discretisation(half_width, step) + 1e-18
                assert abs(total - expected) <= allowed


@settings(max_examples=40)
@given(st.floats(0, 200), st.floats(0, 200), st.floats(-1, 1))
def test_the_slope_of_softplus_is_the_sigmoid(p: float, q: float, cosine: float) -> None:
    """The one from softplus, the other from tanh, with different steps."""
    r = cosine * math.sqrt(p) * math.sqrt(q)
    a, b = expectations("softplus", p, q, r), expectations("sigmoid", p, q, r)
    assert abs(a.slopes - b.values) <= a.slope_errors + b.value_errors


@settings(max_examples=20)
@given(
    st.sampled_from(sorted(NAMES)), st.floats(0, 30), st.floats(0, 30), st.floats(-1, 1)
)  # fmt: skip
def test_exchanging_the_numbers_changes_nothing(
    name: str, p: float, q: float, cosine: float
) -> None:
    r = cosine * math.sqrt(p) * math.sqrt(q)
    there, back = expectations(name, p, q, r), expectations(name, q, p, r)
    assert (there.values, there.slopes) == (back.values, back.slopes)
    size = math.sqrt(
        expectations(name, p, p, p).values * expectations(name, q, q, q).values  # type: ignore[arg-type]
    )
    assert there.value_errors <= 1e-13 * size
    assert abs(there.values) <= size * (1 + 1e-13)


def test_price_theorem() -> None:
    """The central difference of E[f f] in r is E[f' f'] up to step^2 sup|E[f''' f''']| / 6."""
    for name in sorted(NAMES):
        step = 1e-4
        values = expectations(name, 1.0, 1.5, 0.4 + step * np.array([-1.0, 1.0])).values
        slope = expectations(name, 1.0, 1.5, 0.4).slopes
        assert (values[1] - values[0]) / (2 * step) == pytest.approx(slope, abs=2e-8)


def test_the_number_of_threads_does_not_matter() -> None:
    r = np.linspace(-1, 1, 7)
    one = expectations("arctan", 2.0, 0.5, r, threads=1)
    for threads in (2, 3):
        other = expectations("arctan", 2.0, 0.5, r, threads=threads)
        np.testing.assert_array_equal(other.values, one.values)
        np.testing.assert_array_equal(other.slope_errors, one.slope_errors)


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="one of tanh, arctan, sigmoid, softplus is needed"):
        expectations("relu", 1.0, 1.0, 0.0)
    with pytest.raises(ValueError, match=r"variance 200000.0 is too large .* of tanh, at most"):
        expectations("tanh", 2e5, 1.0, 0.0)
    with pytest.raises(ValueError, match="where the covariance"):
        expectations("tanh", 1.0, 1.0, 2.0)
