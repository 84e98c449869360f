"""Covariances from points, against exact rationals."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from numeric.point_pairs import point_pairs
from tests.numeric.gaussian_references import covariances, relative_error

EPS = 2.0**-52
DIGITS = 120
entries = st.floats(-4, 4).filter(lambda x: x == 0 or abs(x) > 1e-30)


def numbers(x: list[float], z: list[float], **options: float) -> np.ndarray:
    return point_pairs([x], [z], **options).numbers[:, 0]


@given(
    st.integers(1, 6).flatmap(
        lambda d: st.tuples(*[st.lists(entries, min_size=d, max_size=d)] * 2)
    ),
    st.sampled_from([1.0, 2.0, 0.3]),
    st.sampled_from([0.0, 0.0, 0.5]),
)
def test_covariances_and_determinants_of_any_points(
    points: tuple[list[float], list[float]], v: float, beta: float
) -> None:
    x, z = points
    p_, q_, r_, s_, h_ = numbers(x, z, weight_variance=v, bias_variance=beta)
    with mp.workdps(DIGITS):
        p, q, r = covariances(x, z, v, beta)
        for computed, expected in ((p_, p), (q_, q), (s_ * s_, p * q - r * r)):
            if expected == 0:
                assert computed == 0
            elif expected > 1e-200:
                assert relative_error(computed, expected) <= 4 * EPS
        assert abs(mpf(float(r_)) - r) <= EPS * abs(r) + 2**-95 * mp.sqrt(p * q)
        assert abs(mpf(float(h_)) - (p - q)) <= EPS * abs(p - q) + 2**-95 * max(p, q)


@pytest.mark.parametrize("d", [2, 3, 20])
@pytest.mark.parametrize("angle", [1.0, 1e-3, 1e-5, 1e-8, 1e-12, 1e-16])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_angle_is_right_however_small(d: int, angle: float, sign: float) -> None:
    rng = np.random.default_rng(d)
    for _ in range(10):
        x = rng.normal(size=d)
        y = rng.normal(size=d)
        z = sign * rng.uniform(0.2, 5) * (x + angle * y)
        _, _, _, s, _ = numbers(list(x), list(z))
        with mp.workdps(DIGITS):
            p, q, r = covariances(list(x), list(z))
            assert relative_error(s, mp.sqrt(p * q - r * r)) <= EPS


def test_neighbouring_doubles_have_an_exact_determinant() -> None:
    """(1 + e, 1 + 2 e) and (1 + 2 e, 1 + 3 e): the determinant of the rows is -e^2 = -2^-104."""
    e = 2.0**-52
    _, _, _, s, _ = numbers([1 + e, 1 + 2 * e], [1 + 2 * e, 1 + 3 * e])

    assert s == e * e / 2


@pytest.mark.parametrize("scale", [2.0**-300, 2.0**150])
def test_scaling_by_powers_of_two_is_exact(scale: float) -> None:
    x, z = [1.0, 0.7, -0.3], [0.2, 0.1, 1.5]

    plain, scaled = numbers(x, z), numbers([scale * t for t in x], z)

    np.testing.assert_array_equal(scaled[[0, 2, 3]], plain[[0, 2, 3]] * [scale**2, scale, scale])


def test_one_point_with_itself_and_with_its_opposite() -> None:
    x = [0.1, 0.2, 0.3]
    p, q, r, s, h = numbers(x, x, bias_variance=0.7)
    assert p == q == r
    assert s == h == 0
    p, q, r, s, h = numbers(x, [-t for t in x])
    assert p == q == -r
    assert s == h == 0


def test_points_on_a_line_have_no_determinant() -> None:
    for z in (-2.5, 0.0, 1.0, 1e-8):
        assert numbers([0.3], [z])[3] == 0


def test_the_origin() -> None:
    np.testing.assert_array_equal(numbers([0, 0], [3, 4]), [0, 12.5, 0, 0, -12.5])
    np.testing.assert_array_equal(numbers([3, 4], [0, 0]), [12.5, 0, 0, 0, 12.5])
    p, q, r, s, h = numbers([0, 0], [3, 4], bias_variance=2.0)
    assert (p, q, r, h) == (2, 14.5, 2, -12.5)
    assert s * s == pytest.approx(float(Fraction(2) * Fraction(29, 2) - 4), rel=4 * EPS)


def test_symmetric_and_rectangular_lists_agree() -> None:
    X = np.random.default_rng(0).normal(size=(7, 3))
    symmetric, rectangular = point_pairs(X), point_pairs(X, X)

    assert symmetric.symmetric
    assert symmetric.numbers.shape == (5, 28)
    for row in (2, 3):
        whole = rectangular.matrix(rectangular.numbers[row])
        half = symmetric.matrix(symmetric.numbers[row])
        np.testing.assert_allclose(half, whole, rtol=2 * EPS, atol=1e-30)
        np.testing.assert_array_equal(half, half.T)


def test_the_number_of_threads_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    X, Z = np.random.default_rng(1).normal(size=(2, 9, 4))
    results = []
    for threads in ("1", "2", "3"):
        monkeypatch.setenv("THEOREMS_THREADS", threads)
        results.append([point_pairs(X).numbers, point_pairs(X, Z).numbers])
    for other in results[1:]:
        np.testing.assert_array_equal(other[0], results[0][0])
        np.testing.assert_array_equal(other[1], results[0][1])


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"X has shape \(2,\)"):
        point_pairs([1.0, 2.0])
    with pytest.raises(ValueError, match=r"Z has shape \(1, 3\), where \(m', 2\)"):
        point_pairs([[1.0, 2.0]], [[1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match=r"X\[0, 1\] = nan"):
        point_pairs([[1.0, np.nan]])
    with pytest.raises(ValueError, match="weight_variance = -1"):
        point_pairs([[1.0]], weight_variance=-1.0)
    with pytest.raises(ValueError, match="bias_variance = -1"):
        point_pairs([[1.0]], bias_variance=-1.0)
    with pytest.raises(ValueError, match=r"X\[1\] gives the variance inf, above 1e\+100"):
        point_pairs([[1.0], [1e200]])
