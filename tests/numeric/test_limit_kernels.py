"""Kernels of infinitely wide networks, against textbook formulas at 120 digits."""

import math

import numpy as np
import pytest
from mpmath import mp, mpf

from numeric.limit_kernels import (
    NAMES,
    derivative_kernel,
    expectations,
    gaussian_kernel,
    lecun_kernel,
    normalised_tangent_kernel,
    smallest_eigenvalues_of_pairs,
)
from tests.numeric.gaussian_references import (
    FORMULAS,
    covariances,
    relative_error,
    smallest_eigenvalue,
)

EPS = 2.0**-52
DIGITS = 120
ANGLES = [1.0, 1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12]
HOMOGENEOUS = ["identity", "relu", "abs", "relu squared"]
WITH_DETERMINANT = sorted(set(FORMULAS) - {"gelu"})


def parameter_of(name: str) -> float | None:
    return 3.0 if name == "power" else None


def pairs_at(angle: float, seed: int = 0) -> list[tuple[list[float], list[float]]]:
    """Return pairs of points at about this angle and at pi minus it: of equal length, and not."""
    rng = np.random.default_rng(seed)
    points = []
    for d in (2, 3, 8):
        x, y = rng.normal(size=(2, d))
        y -= (y @ x) / (x @ x) * x
        y *= np.linalg.norm(x) / np.linalg.norm(y)
        z = math.cos(angle) * x + math.sin(angle) * y
        for factor in (1.0, -1.0, rng.uniform(0.5, 2), -rng.uniform(0.5, 2)):
            points.append((list(x), list(factor * z)))
    return points


@pytest.mark.parametrize("angle", ANGLES)
@pytest.mark.parametrize("name", sorted(set(FORMULAS) - {"step", "sign"}))
def test_entries_at_every_angle(name: str, angle: float) -> None:
    """Homogeneous kernels to 1e-15, near pi too where ReLU's value is angle^3; others to 1e-13."""
    value, slope = FORMULAS[name]
    assert slope is not None
    for x, z in pairs_at(angle):
        for beta in (0.0, 0.3):
            options = {"bias_variance": beta, "parameter": parameter_of(name)}
            with mp.workdps(DIGITS):
                p, q, r = covariances(x, z, 1.0, beta)
                for kernel, formula in ((gaussian_kernel, value), (derivative_kernel, slope)):
                    size = None
                    if name in ("leaky relu", "gelu"):
                        size = mp.sqrt(formula(p, p, p) * formula(q, q, q))
                    bound = 1.5e-15 if name in HOMOGENEOUS or size is not None else 1e-13
                    computed = kernel(name, [x], [z], **options)[0, 0]
                    assert relative_error(computed, formula(p, q, r), size) <= bound, (x, z, beta)


@pytest.mark.parametrize("angle", ANGLES)
@pytest.mark.parametrize("name", WITH_DETERMINANT)
def test_the_smallest_eigenvalue_of_two_nearly_parallel_points(name: str, angle: float) -> None:
    formula = FORMULAS[name][0]
    for x, z in pairs_at(angle, seed=1):
        computed = smallest_eigenvalues_of_pairs(
            name, [x], [z], bias_variance=0.5, parameter=parameter_of(name)
        )
        with mp.workdps(DIGITS):
            p, q, r = covariances(x, z, 1.0, 0.5)
            expected = smallest_eigenvalue(formula(p, p, p), formula(q, q, q), formula(p, q, r))
            assert relative_error(computed[0, 0], expected) <= 1e-13, (x, z)


@pytest.mark.parametrize("name", WITH_DETERMINANT)
def test_no_smallest_eigenvalue_is_left_for_equal_points(name: str) -> None:
    X = np.random.default_rng(2).normal(size=(4, 3))
    values = smallest_eigenvalues_of_pairs(name, X, parameter=parameter_of(name))
    np.testing.assert_array_equal(np.diagonal(values), 0)


def test_relu_on_points_of_one_ray_is_singular() -> None:
    """|x| and |2 x| are multiples: Assumption 11.18 (c) fails; a bias repairs it."""
    X = [[1.0, -0.5], [2.0, -1.0]]
    assert smallest_eigenvalues_of_pairs("relu", X)[0, 1] == 0
    assert smallest_eigenvalues_of_pairs("relu", X, bias_variance=1.0)[0, 1] > 1e-3
    assert smallest_eigenvalues_of_pairs("erf", X)[0, 1] > 1e-3


@pytest.mark.parametrize("name", NAMES)
def test_the_diagonal_is_what_nearby_points_tend_to(name: str) -> None:
    """Also in one dimension, where x and z are parallel; and exactly symmetric."""
    for X in ([[0.7], [-1.3], [0.0]], [[0.3, 0.4], [0.5, -1.2], [0.5, -1.2]]):
        K = gaussian_kernel(name, X, bias_variance=0.25, parameter=parameter_of(name))
        whole = gaussian_kernel(name, X, X, bias_variance=0.25, parameter=parameter_of(name))
        near = gaussian_kernel(
            name,
            X,
            np.nextafter(X, 9.0),
            bias_variance=0.25,
            parameter=parameter_of(name),
        )
        np.testing.assert_array_equal(K, K.T)
        np.testing.assert_allclose(K, whole, rtol=8 * EPS, atol=0)
        np.testing.assert_allclose(np.diagonal(near), np.diagonal(K), rtol=64 * EPS, atol=0)


def test_relu_kernels_of_the_chapter() -> None:
    """Examples 11.17 and 11.31, with u ~ N(0, I / d)."""
    x, z = np.array([1.0, 2.0, 0.0]), np.array([0.5, -1.0, 2.0])
    sizes, inner = np.linalg.norm(x) * np.linalg.norm(z), float(x @ z)
    theta = math.acos(inner / sizes)
    factor = sizes / (2 * math.pi * 3)
    lecun = factor * (math.sin(theta) + (math.pi - theta) * math.cos(theta))
    tangent = 1 + (math.pi - theta) / (2 * math.pi)
    tangent += factor * (math.sin(theta) + 2 * (math.pi - theta) * math.cos(theta))

    assert lecun_kernel("relu", [x], [z])[0, 0] == pytest.approx(lecun, rel=1e-14)
    assert normalised_tangent_kernel("relu", [x], [z])[0, 0] == pytest.approx(tangent, rel=1e-14)


def test_exercise_11_37_random_biases_act_like_one_more_coordinate() -> None:
    x, z = np.array([1.0, 2.0, 0.0]), np.array([0.5, -1.0, 2.0])
    longer = [np.append(t, math.sqrt(3)) * math.sqrt(4 / 3) for t in (x, z)]
    with_bias = lecun_kernel("relu", [x], [z], bias_variance=1.0)
    np.testing.assert_allclose(with_bias, lecun_kernel("relu", *[[t] for t in longer]), rtol=2e-15)

    slopes = derivative_kernel("relu", [x], [z], bias_variance=1.0)
    np.testing.assert_allclose(
        normalised_tangent_kernel("relu", [x], [z], bias_variance=1.0),
        (1 + x @ z / 3) * slopes + with_bias + 1,
        rtol=1e-15,
    )


def test_the_tangent_kernel_of_the_identity_is_linear() -> None:
    """sigma = id: (1 + x . z / d) + x . z / d + 1."""
    X = np.random.default_rng(3).normal(size=(5, 4))
    expected = 2 + 2 * (X @ X.T) / 4
    np.testing.assert_allclose(normalised_tangent_kernel("identity", X), expected, rtol=1e-14)


@pytest.mark.parametrize("name", ["tanh", "arctan", "sigmoid", "softplus"])
def test_quadrature_is_used_where_there_is_no_closed_form(name: str) -> None:
    """At x = z: E[f(a)^2] and E[f'(a)^2] in one variable."""
    functions = {
        "tanh": (mp.tanh, lambda t: mp.sech(t) ** 2),
        "arctan": (mp.atan, lambda t: 1 / (1 + t * t)),
        "sigmoid": (
            lambda t: 1 / (1 + mp.exp(-t)),
            lambda t: 1 / (2 * mp.cosh(t / 2)) ** 2,
        ),
        "softplus": (lambda t: mp.log1p(mp.exp(t)), lambda t: 1 / (1 + mp.exp(-t))),
    }
    x = [1.0, 2.0]
    with mp.workdps(25):
        for kernel, f in zip((gaussian_kernel, derivative_kernel), functions[name], strict=True):
            expected = mp.quad(
                lambda t, f=f: f(mp.sqrt(mpf("2.5")) * t) ** 2 * mp.npdf(t), [-12, -4, 0, 4, 12]
            )
            assert relative_error(kernel(name, [x])[0, 0], expected) <= 1e-13


@pytest.mark.parametrize("name", NAMES)
def test_the_origin_among_the_points(name: str) -> None:
    X = [[0.0, 0.0], [1.0, 2.0]]
    K = gaussian_kernel(name, X, parameter=parameter_of(name))
    at_zero = {"cos": 1, "exp": 1, "gaussian": 1, "normal cdf": 0.5, "sigmoid": 0.5}
    expected = math.log(2) if name == "softplus" else at_zero.get(name, 0)
    assert K[0, 0] == pytest.approx(expected**2, abs=1e-15)
    assert np.isfinite(K).all()
    if name not in ("step", "sign"):
        assert np.isfinite(normalised_tangent_kernel(name, X, parameter=parameter_of(name))).all()


def test_expectations_take_covariances_and_broadcast() -> None:
    values, slopes = expectations("erf", 1.0, [1.0, 2.0], [[0.5], [-0.5]])
    assert values.shape == slopes.shape == (2, 2)
    np.testing.assert_allclose(values[0], -values[1], rtol=1e-15)
    with mp.workdps(30):
        assert relative_error(values[0, 1], FORMULAS["erf"][0](mpf(1), mpf(2), mpf("0.5"))) < 1e-15
    values, _ = expectations("tanh", 0.0, 1.0, 0.0)
    assert values == 0


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"one of identity, relu.*softplus"):
        gaussian_kernel("swish", [[1.0]])
    with pytest.raises(ValueError, match="tanh has no parameter"):
        gaussian_kernel("tanh", [[1.0]], parameter=2.0)
    with pytest.raises(ValueError, match="step jumps"):
        derivative_kernel("step", [[1.0]])
    with pytest.raises(ValueError, match=r"no formula is known .* for gelu"):
        smallest_eigenvalues_of_pairs("gelu", [[1.0]])
    with pytest.raises(ValueError, match=r"no formula is known .* for tanh"):
        smallest_eigenvalues_of_pairs("tanh", [[1.0]])
    with pytest.raises(ValueError, match="too large for the quadrature of tanh"):
        gaussian_kernel("tanh", [[1e3]])
