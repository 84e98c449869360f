"""The inputs of the benchmarks, the same for every contender.  Needs NumPy only."""

from typing import Any

import numpy as np

Arrays = tuple[Any, ...]
STEP_SIZE = 0.02
"""A stable step for `regression` with the loss halved."""
ENSEMBLE_STEP_SIZE = 0.05
PART, RADIUS, NOISE = 0.25, 0.6, 1e-9
"""Small networks: the step times lambda_max, the distance allowed, and what may be rounding."""


def wide_network(n: int, m: int = 32, d: int = 8) -> Arrays:
    """Return X (m, d), U (n, d), b, v: data of length about 1, outer weights of size n^(-1/2)."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(m, d)) / np.sqrt(d)
    U = rng.normal(size=(n, d))
    return X, U, rng.normal(size=n), rng.normal(size=n) / np.sqrt(n)


def regression(n: int, m: int = 8, d: int = 2) -> Arrays:
    """Return X (m, d), y (m,), U (n, d), b, v for a network in the normalised form."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(m, d))
    y = np.sin(X[:, 0]) + 0.3 * X[:, 1]
    return X, y, rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=n)


def ensemble(count: int, n: int) -> Arrays:
    """Return X (3, 1), y (3,), U (count, n, 1), b, v (count, n): the size of Figure 11.3."""
    rng = np.random.default_rng(0)
    X, y = np.array([[-1.0], [0.2], [1.1]]), np.array([0.5, -0.3, 0.8])
    U = rng.normal(size=(count, n, 1))
    return X, y, U, rng.normal(size=(count, n)), rng.normal(size=(count, n))


def small_networks(cases: int, m: int = 4, n: int = 8, d: int = 2) -> Arrays:
    """Return X (cases, m, d), y (cases, m), U (cases, n, d), b, v (cases, n)."""
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(cases, m, d)), rng.normal(size=(cases, m))
    U, b = rng.normal(size=(cases, n, d)), rng.normal(size=(cases, n))
    return X, y, U, b, rng.normal(size=(cases, n))


def points(m: int, d: int = 8) -> Any:
    """Return X (m, d) for limit kernels."""
    return np.random.default_rng(0).normal(size=(m, d))


def kernel_matrix(m: int) -> Any:
    """Return a tangent kernel matrix (m, m) of condition about 10^6 for m = 100."""
    rng = np.random.default_rng(m)
    X, U = rng.normal(size=(m, 3)), rng.normal(size=(2000, 3))
    b, v = rng.normal(size=2000), rng.normal(size=2000)
    S = np.tanh(X @ U.T + b)
    D = v * (1 - S * S)
    A = (S @ S.T + (1 + X @ X.T) * (D @ D.T)) / 2000 + 1
    return (A + A.T) / 2
