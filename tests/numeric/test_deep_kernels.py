"""Recursions for deep networks, against the same recursions at 120 digits."""

import math

import numpy as np
import pytest
from mpmath import mp, mpf

from numeric.deep_kernels import deep_kernels, deep_smallest_eigenvalues_of_pairs
from numeric.limit_kernels import gaussian_kernel, lecun_kernel, normalised_tangent_kernel
from tests.numeric.gaussian_references import (
    FORMULAS,
    Number,
    covariances,
    relative_error,
    smallest_eigenvalue,
)

DIGITS = 120
ANGLES = [1.0, 1e-2, 1e-4, 1e-7, 1e-12]
SETTINGS = [(1.0, 0.0, 1.0), (2.0, 0.0, 0.0), (1.5, 0.1, 0.1)]
"""Weight variance, bias variance, square of the factor of trained biases."""


def recursion(
    name: str, x: list[float], z: list[float], depth: int, v: float, beta: float, c: float
) -> tuple[list[Number], list[Number]]:
    """Return the covariances and tangent kernels of (x, x), (z, z) and (x, z)."""
    value, slope = FORMULAS[name]
    assert slope is not None
    inner = covariances(x, z, v)
    S, T = [t + mpf(beta) for t in inner], [t + mpf(c) for t in inner]
    for _ in range(depth):
        triples = [(S[0], S[0], S[0]), (S[1], S[1], S[1]), (S[0], S[1], S[2])]
        values = [v * value(*triple) for triple in triples]
        slopes = [v * slope(*triple) for triple in triples]
        T = [a + mpf(c) + t * b for a, b, t in zip(values, slopes, T, strict=True)]
        S = [a + mpf(beta) for a in values]
    return S, T


def pairs_at(angle: float) -> list[tuple[list[float], list[float]]]:
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(2, 3))
    y -= (y @ x) / (x @ x) * x
    y *= np.linalg.norm(x) / np.linalg.norm(y)
    z = math.cos(angle) * x + math.sin(angle) * y
    return [(list(x), list(factor * z)) for factor in (1.0, -1.0, 0.6)]


@pytest.mark.parametrize("angle", ANGLES)
@pytest.mark.parametrize("depth", [1, 2, 10])
@pytest.mark.parametrize("name", ["relu", "abs", "erf", "normal cdf", "cos", "gaussian"])
def test_entries_and_smallest_eigenvalues_at_every_angle(
    name: str, depth: int, angle: float
) -> None:
    """Entries to 4e-15 and smallest eigenvalues to 1e-13, at both ends of the angles.

    For erf with points of different lengths the formula subtracts (see `limit_kernels`).
    """
    for x, z in pairs_at(angle):
        for v, beta, c in SETTINGS:
            options = {"weight_variance": v, "bias_variance": beta, "trained_bias": c}
            entries = deep_kernels(name, [x], [z], depth=depth, **options)
            smallest = deep_smallest_eigenvalues_of_pairs(name, [x], [z], depth=depth, **options)
            with mp.workdps(DIGITS):
                S, T = recursion(name, x, z, depth, v, beta, c)
                assert relative_error(entries.gaussian_process[0, 0], S[2]) <= 4e-15
                assert relative_error(entries.tangent[0, 0], T[2]) <= 4e-15
                bound = 1e-12 if name == "erf" and abs(S[0] - S[1]) > 1e-6 else 1e-13
                of_s, of_t = smallest_eigenvalue(*S), smallest_eigenvalue(*T)
                assert relative_error(smallest.gaussian_process[0, 0], of_s) <= bound
                assert relative_error(smallest.tangent[0, 0], of_t) <= bound


@pytest.mark.parametrize("name", ["sin", "gelu", "leaky relu", "power", "identity"])
def test_entries_of_further_activations(name: str) -> None:
    parameter = 3.0 if name == "power" else None
    for x, z in pairs_at(0.8):
        found = deep_kernels(
            name, [x], [z], depth=3, weight_variance=0.8, bias_variance=0.2, parameter=parameter
        )
        with mp.workdps(DIGITS):
            S, T = recursion(name, x, z, 3, 0.8, 0.2, 1.0)
            sizes = [mp.sqrt(t[0] * t[1]) for t in (S, T)]
            assert relative_error(found.gaussian_process[0, 0], S[2], sizes[0]) <= 1e-13
            assert relative_error(found.tangent[0, 0], T[2], sizes[1]) <= 1e-13


@pytest.mark.parametrize("name", ["relu", "erf", "tanh"])
def test_one_hidden_layer_is_theorem_11_30(name: str) -> None:
    X = np.random.default_rng(5).normal(size=(4, 3))
    found = deep_kernels(name, X, depth=1)
    np.testing.assert_allclose(found.gaussian_process, lecun_kernel(name, X), rtol=1e-14)
    np.testing.assert_allclose(found.tangent, normalised_tangent_kernel(name, X), rtol=1e-14)

    with_bias = deep_kernels(name, X, depth=1, bias_variance=1.0)
    expected = normalised_tangent_kernel(name, X, bias_variance=1.0)
    np.testing.assert_allclose(with_bias.tangent, expected, rtol=1e-14)


def test_two_layers_of_identities_by_hand() -> None:
    """S = v^3 x z / d + beta (1 + v + v^2); T counts the layers, and the biases."""
    x, z, v, beta, c = 3.0, -2.0, 0.5, 0.25, 2.0
    found = deep_kernels(
        "identity", [[x]], [[z]], depth=2, weight_variance=v, bias_variance=beta, trained_bias=c
    )
    assert found.gaussian_process[0, 0] == v**3 * x * z + beta * (1 + v + v**2)
    weights = 3 * v**3 * x * z + beta * (v + v**2) + v**2 * beta
    assert found.tangent[0, 0] == weights + c * (1 + v + v**2)


def test_he_initialisation_keeps_the_variance_of_relu() -> None:
    X = np.random.default_rng(6).normal(size=(3, 5))
    found = deep_kernels("relu", X, depth=7, weight_variance=2.0, trained_bias=0.0)
    np.testing.assert_allclose(
        np.diagonal(found.gaussian_process), 2 * (X**2).mean(axis=1), rtol=1e-14
    )
    np.testing.assert_allclose(np.diagonal(found.tangent), 16 * (X**2).mean(axis=1), rtol=1e-14)


@pytest.mark.parametrize("name", ["tanh", "arctan", "sigmoid", "softplus"])
def test_quadrature_layer_by_layer(name: str) -> None:
    X = np.array([[0.3, -1.0], [2.0, 0.5], [2.0, 0.5]])
    found = deep_kernels(name, X, X, depth=2, weight_variance=1.5, bias_variance=0.1)
    first = 1.5 * gaussian_kernel(name, X, weight_variance=1.5, bias_variance=0.1) + 0.1
    # Points whose inner products are the first covariance: a Cholesky factor, times sqrt(d).
    Y = np.linalg.cholesky(first[:2, :2]) * math.sqrt(2)
    second = 1.5 * gaussian_kernel(name, Y) + 0.1

    np.testing.assert_allclose(found.gaussian_process[:2, :2], second, rtol=1e-12)
    np.testing.assert_allclose(found.gaussian_process, found.gaussian_process.T, rtol=1e-14)
    np.testing.assert_allclose(found.tangent[1], found.tangent[2], rtol=1e-13)


def test_the_number_of_threads_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.default_rng(7).normal(size=(6, 3))
    results = []
    for threads in ("1", "2", "3"):
        monkeypatch.setenv("THEOREMS_THREADS", threads)
        results.append(deep_kernels("erf", X, depth=3).tangent)
    np.testing.assert_array_equal(results[1], results[0])
    np.testing.assert_array_equal(results[2], results[0])


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="depth = 0"):
        deep_kernels("relu", [[1.0]], depth=0)
    with pytest.raises(ValueError, match="trained_bias = -1"):
        deep_kernels("relu", [[1.0]], depth=1, trained_bias=-1.0)
    with pytest.raises(ValueError, match="sign jumps"):
        deep_kernels("sign", [[1.0]], depth=1)
    with pytest.raises(ValueError, match="kernels of exp overflow within 9 layers"):
        deep_kernels("exp", [[3.0]], depth=9)
    with pytest.raises(ValueError, match=r"no formula is known .* for tanh"):
        deep_smallest_eigenvalues_of_pairs("tanh", [[1.0]], depth=2)
