"""Closed forms of E[f f] and E[f' f']: integration, textbook formulas at 80 digits, identities."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from numeric.gaussian_pairs import CLOSED_FORMS, closed_form, pairs_from_covariances
from tests.numeric.gaussian_references import (
    DIGITS,
    FORMULAS,
    Number,
    integrated,
    power_formula,
    relative_error,
)

EPS = 2.0**-52
NAMES = sorted(FORMULAS)
SIGN_CHANGES = {"leaky relu", "gelu"}
"""Activations whose kernel has a zero at an obtuse angle."""


def parameter_of(name: str) -> float | None:
    return 3.0 if name == "power" else None


def sample(seed: int, size: int, smallest: float, largest: float) -> list[tuple[Number, ...]]:
    """Return (p, q, r, s, p - q) for pairs at angles down to 1e-12 from 0 and from pi.

    One third has p = q, one third p close to q.
    """
    rng = np.random.default_rng(seed)
    pairs = []
    for i in range(size):
        a = mpf(math.exp(rng.uniform(math.log(smallest), math.log(largest))))
        b = [a, a * (1 + mpf(10) ** rng.uniform(-12, -1)), a * mpf(rng.uniform(0.3, 3))][i % 3]
        angle = mpf(10) ** rng.uniform(-12, 0.2)
        angle = angle if rng.random() < 0.5 else mp.pi - angle
        pairs.append((a * a, b * b, a * b * mp.cos(angle), a * b * mp.sin(angle), a * a - b * b))
    return pairs


def rounded(pairs: list[tuple[Number, ...]]) -> np.ndarray:
    return np.array([[float(number) for number in pair] for pair in pairs]).T.copy()


@pytest.mark.parametrize("name", NAMES)
def test_the_textbook_formulas_are_the_integrals(name: str) -> None:
    with mp.workdps(20):
        for p, q, r in ((mpf(1), mpf("0.7"), mpf("0.4")), (mpf("0.5"), mpf("0.8"), mpf("-0.55"))):
            value = FORMULAS[name][0](p, q, r)
            assert abs(integrated(name, p, q, r) - value) < 1e-14, (p, q, r)


@pytest.mark.parametrize("name", [n for n in NAMES if FORMULAS[n][1] is not None])
def test_price_theorem_holds_between_values_and_slopes(name: str) -> None:
    """d/dr E[f f] = E[f' f'], at 80 digits; it checks the formulas used as references."""
    value, slope = FORMULAS[name]
    assert slope is not None
    with mp.workdps(DIGITS):
        for r in (mpf("-0.5"), mpf("0.1"), mpf("0.6")):
            p, q, step = mpf("0.9"), mpf("0.6"), mpf(10) ** -25
            difference = (value(p, q, r + step) - value(p, q, r - step)) / (2 * step)
            assert abs(difference - slope(p, q, r)) < mpf(10) ** -40


@pytest.mark.parametrize("name", NAMES)
def test_expectations_are_right_to_a_few_roundings_at_every_angle(name: str) -> None:
    """At a zero of the kernel the error is compared with sqrt(E[f(a)^2] E[f(b)^2])."""
    form = closed_form(name, parameter_of(name))
    with mp.workdps(DIGITS):
        pairs = sample(1, 120, 0.1, 4.0)
        for function, formula in zip((form.value, form.slope), FORMULAS[name], strict=True):
            if function is None or formula is None:
                continue
            of_a, of_b, value, _, _ = function.second_moments(rounded(pairs))
            for i, (p, q, r, _, _) in enumerate(pairs):
                ends, expected = (formula(p, p, p), formula(q, q, q)), formula(p, q, r)
                size = mp.sqrt(ends[0] * ends[1]) if name in SIGN_CHANGES else None
                exponent = float(p + q) if name in ("sin", "cos", "exp") else 0.0
                bound = (8 + exponent) * EPS
                assert relative_error(of_a[i], ends[0]) <= bound
                assert relative_error(of_b[i], ends[1]) <= bound
                assert relative_error(value[i], expected, size) <= bound, (p, q, r)


@pytest.mark.parametrize("name", [n for n in NAMES if n != "gelu"])
def test_determinants_and_differences_are_not_lost_in_rounding(name: str) -> None:
    """For erf and sin, whose formulas subtract if p != q, all p and q are at least 0.5."""
    form = closed_form(name, parameter_of(name))
    with mp.workdps(DIGITS):
        pairs = sample(2, 120, 0.75, 3.0)
        for function, formula in zip((form.value, form.slope), FORMULAS[name], strict=True):
            if function is None or formula is None:
                continue
            _, _, _, area, change = function.second_moments(rounded(pairs))
            for i, (p, q, r, _, h) in enumerate(pairs):
                of_a, of_b, value = formula(p, p, p), formula(q, q, q), formula(p, q, r)
                determinant = of_a * of_b - value**2
                subtracted = name in ("erf", "sin", "cos") and p != q
                bound = (400 if subtracted else 8 + 2 * float(p + q)) * EPS
                if determinant > mpf(10) ** -40:
                    assert relative_error(area[i], mp.sqrt(determinant)) <= bound, (p, q, r)
                else:
                    assert area[i] <= 1e-15
                if of_a == of_b:
                    assert change[i] == 0
                else:  # t exp(-t^2) has equal variances at two places
                    size = of_a * h / p if name == "gaussian" else None
                    error = relative_error(change[i], of_a - of_b, size)
                    assert error <= (20 + 2 * float(p + q)) * EPS


@pytest.mark.parametrize("k", range(1, 9))
def test_powers_of_every_exponent(k: int) -> None:
    form = closed_form("power", k)
    assert form.slope is not None
    with mp.workdps(DIGITS):
        pairs = sample(k, 30, 0.3, 3.0)
        values = form.value.second_moments(rounded(pairs))
        slopes = form.slope.second_moments(rounded(pairs))
        for i, (p, q, r, _, _) in enumerate(pairs):
            formula, below = power_formula(k), power_formula(k - 1)
            expected = formula(p, q, r)
            assert relative_error(values[2, i], expected) <= 4 * k * EPS
            assert relative_error(slopes[2, i], k * k * below(p, q, r)) <= 4 * k * EPS
            determinant = formula(p, p, p) * formula(q, q, q) - expected**2
            assert relative_error(values[3, i], mp.sqrt(determinant)) <= 4 * k * EPS


@given(
    st.sampled_from(sorted(CLOSED_FORMS)),
    st.floats(0, 5), st.floats(0, 5), st.floats(-1, 1),
)  # fmt: skip
def test_kernels_are_symmetric_and_positive_semidefinite(
    name: str, p: float, q: float, cosine: float
) -> None:
    r = cosine * math.sqrt(p) * math.sqrt(q)
    function = closed_form(name, parameter_of(name)).value
    there = function.second_moments(pairs_from_covariances([p], [q], [r]))[:, 0]
    back = function.second_moments(pairs_from_covariances([q], [p], [r]))[:, 0]

    assert np.isfinite(there).all()
    np.testing.assert_allclose(back[[1, 0, 2]], there[:3], rtol=1e-15, atol=0)
    assert there[2] ** 2 <= there[0] * there[1] * (1 + 16 * EPS)
    assert there[3] >= 0


@pytest.mark.parametrize("name", sorted(CLOSED_FORMS))
def test_a_pair_of_equal_numbers_has_no_determinant(name: str) -> None:
    pairs = pairs_from_covariances([0.0, 1.3, 40.0], [0.0, 1.3, 40.0], [0.0, 1.3, 40.0])
    of_a, of_b, value, area, change = closed_form(name, parameter_of(name)).value.second_moments(
        pairs
    )

    np.testing.assert_array_equal(of_a, of_b)
    np.testing.assert_allclose(value, of_a, rtol=4 * EPS, atol=0)
    np.testing.assert_allclose(area, 0, atol=3e-8 if name == "gelu" else 0)
    np.testing.assert_array_equal(change, 0)


@pytest.mark.parametrize("name", sorted(CLOSED_FORMS))
def test_a_number_that_is_always_zero(name: str) -> None:
    """f(0) E[f(b)], where f(0) is that of the left for the derivative of a kink."""
    form = closed_form(name, parameter_of(name))
    zero = {"cos": 1.0, "exp": 1.0, "gaussian": 1.0, "normal cdf": 0.5}.get(name, 0.0)
    mean = {"cos": math.exp(-1), "exp": math.exp(1), "gaussian": 5**-0.5, "normal cdf": 0.5}
    expected = zero * mean.get(name, 0.0)

    pairs = pairs_from_covariances([0.0, 2.0], [2.0, 0.0], [0.0, 0.0])
    result = form.value.second_moments(pairs)

    np.testing.assert_allclose(result[2], expected, rtol=4 * EPS, atol=0)
    np.testing.assert_allclose(result[[0, 1], [0, 1]], zero**2, rtol=2 * EPS, atol=0)
    if form.slope is not None:
        assert np.isfinite(form.slope.second_moments(pairs)).all()


def test_gelu_of_opposite_numbers_is_small_and_right() -> None:
    """E[f(a) f(-a)] is about -1 / sqrt(p), a difference of terms of size sqrt(p)."""
    for p in (1e2, 1e4, 1e8):
        value = closed_form("gelu").value.second_moments(pairs_from_covariances([p], [p], [-p]))[2]
        with mp.workdps(DIGITS):
            expected = FORMULAS["gelu"][0](mpf(p), mpf(p), mpf(-p))
            assert relative_error(value[0], expected) <= 10 * EPS


def test_large_variances_give_limits_and_no_nan() -> None:
    large = pairs_from_covariances([1e100, 1e100, 1e90], [1e100, 1e100, 1.0], [1e100, -1e100, 1e44])
    for name in CLOSED_FORMS:
        form = closed_form(name, 8.0 if name == "power" else None)
        for function in (form.value, form.slope):
            if function is not None:
                assert not np.isnan(function.second_moments(large)).any(), name
    erf = closed_form("erf").value.second_moments(large)
    np.testing.assert_allclose(erf[2, :2], [1, -1], rtol=1e-15)


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="one of identity, relu, leaky relu"):
        closed_form("swish")
    with pytest.raises(ValueError, match="relu has no parameter"):
        closed_form("relu", 1.0)
    with pytest.raises(ValueError, match="an integer from 1 to 8"):
        closed_form("power", 2.5)
    with pytest.raises(ValueError, match="parameter"):
        closed_form("leaky relu", math.nan)
    with pytest.raises(ValueError, match=r"\(1.0, 1.0, 1.5\), where the covariance"):
        pairs_from_covariances(1.0, 1.0, [0.5, 1.5])
    with pytest.raises(ValueError, match="where the covariance"):
        pairs_from_covariances(1.0, math.nan, 0.0)
    with pytest.raises(ValueError, match="not arrays of real numbers"):
        pairs_from_covariances("one", 1.0, 0.0)
