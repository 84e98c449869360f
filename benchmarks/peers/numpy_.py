"""The tasks by NumPy: matrix products by BLAS, everything else array by array."""

from collections.abc import Callable
from typing import Any

import data
import numpy as np

SIGMA: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "tanh": (np.tanh, lambda s, z: 1 - s * s),
    "arctan": (np.arctan, lambda s, z: 1 / (1 + z * z)),
    "relu": (lambda z: np.maximum(z, 0), lambda s, z: (z > 0) * 1.0),
}
Run = Callable[[], tuple[Any, ...]]


def tangent_kernel(activation: str, n: int, block: int = 4096) -> Run:
    """Blocks of neurons, so that memory stays bounded."""
    X, U, b, v = data.wide_network(n)
    sigma, slope = SIGMA[activation]

    def run() -> tuple[Any, ...]:
        K, gram = np.ones((len(X), len(X))), 1 + X @ X.T
        for k in range(0, n, block):
            Z = X @ U[k : k + block].T + b[k : k + block]
            S = sigma(Z)
            D = v[k : k + block] * slope(S, Z)
            K += S @ S.T + gram * (D @ D.T)
        return (K,)

    return run


def trajectory(activation: str, n: int, steps: int) -> Run:
    """Full-batch gradient descent with loss and distance at every step."""
    X, y, U0, b0, v0 = data.regression(n)
    X = X / np.sqrt(X.shape[1])
    sigma, slope = SIGMA[activation]
    scale, h = n**-0.5, data.STEP_SIZE

    def run() -> tuple[Any, ...]:
        U, b, v, c = U0.copy(), b0.copy(), v0.copy(), 0.0
        losses, distances = np.empty(steps + 1), np.empty(steps + 1)
        for k in range(steps + 1):
            Z = X @ U.T + b
            S = sigma(Z)
            r = scale * (S @ v) + c - y
            losses[k] = 0.5 * r @ r
            moved = ((U - U0) ** 2).sum() + ((b - b0) ** 2).sum() + ((v - v0) ** 2).sum()
            distances[k] = np.sqrt(moved + c * c)
            D = slope(S, Z)
            D *= r[:, None]
            D *= scale * v
            v = v - h * scale * (r @ S)
            U = U - h * (D.T @ X)
            b = b - h * D.sum(0)
            c = c - h * r.sum()
        return losses, distances

    return run


def ensemble(count: int, n: int, steps: int) -> Run:
    """All networks at once as one batch of arrays."""
    X, y, U0, b0, v0 = data.ensemble(count, n)
    U0 = U0[:, :, 0]
    x, scale, h = X[:, 0], n**-0.5, data.ENSEMBLE_STEP_SIZE

    def run() -> tuple[Any, ...]:
        u, b, v, c = U0.copy(), b0.copy(), v0.copy(), np.zeros(count)
        losses, distances = np.empty((count, steps + 1)), np.empty((count, steps + 1))
        for k in range(steps + 1):
            Z = x[None, :, None] * u[:, None, :] + b[:, None, :]
            S = np.arctan(Z)
            r = scale * np.matmul(S, v[:, :, None])[:, :, 0] + c[:, None] - y
            losses[:, k] = 0.5 * (r * r).sum(1)
            moved = ((u - U0) ** 2).sum(1) + ((b - b0) ** 2).sum(1) + ((v - v0) ** 2).sum(1)
            distances[:, k] = np.sqrt(moved + c * c)
            D = r[:, :, None] * (scale * v)[:, None, :] / (1 + Z * Z)
            v = v - h * scale * np.matmul(r[:, None, :], S)[:, 0, :]
            u = u - h * (D * x[None, :, None]).sum(1)
            b = b - h * D.sum(1)
            c = c - h * r.sum(1)
        return losses, distances

    return run


def small_networks(cases: int, steps: int) -> Run:
    """Check a batch of networks: kernel at the start, then descent against two bounds."""
    X, y, U, b, v = data.small_networks(cases)
    X = X / np.sqrt(X.shape[2])
    return lambda: least_slacks(X, y, U, b, v, steps)


def least_slacks(X: Any, y: Any, U0: Any, b0: Any, v0: Any, steps: int) -> tuple[Any, ...]:
    """Return the least slacks of decay and distance, one network for each first index."""
    scale = U0.shape[1] ** -0.5
    gram = 1 + X @ X.transpose(0, 2, 1)
    U, b, v, c = U0.copy(), b0.copy(), v0.copy(), np.zeros(len(X))
    least = np.full((2, len(X)), np.inf)
    h = rate = first = np.zeros(())
    for k in range(steps + 1):
        S = np.tanh(X @ U.transpose(0, 2, 1) + b[:, None, :])
        D = scale * v[:, None, :] * (1 - S * S)
        r = scale * (S @ v[:, :, None])[:, :, 0] + c[:, None] - y
        loss = (r * r).sum(1)
        if k == 0:
            K = scale**2 * (S @ S.transpose(0, 2, 1)) + gram * (D @ D.transpose(0, 2, 1)) + 1
            spectrum = np.linalg.eigvalsh(K)
            h = data.PART / spectrum[:, -1]
            rate, first = 1 - h * spectrum[:, 0], loss
        else:
            bound = (rate**k * np.sqrt(first) + data.NOISE) ** 2
            moved = ((U - U0) ** 2).sum((1, 2)) + ((b - b0) ** 2).sum(1) + ((v - v0) ** 2).sum(1)
            way = np.sqrt(moved + c * c)
            least[0] = np.minimum(least[0], (bound - loss) / np.maximum(bound, loss))
            least[1] = np.minimum(least[1], (data.RADIUS - way) / np.maximum(data.RADIUS, way))
        pull = 2 * h[:, None] * r
        D *= pull[:, :, None]
        v = v - scale * (pull[:, None, :] @ S)[:, 0, :]
        U = U - D.transpose(0, 2, 1) @ X
        b = b - D.sum(1)
        c = c - pull.sum(1)
    return least[0], least[1]


def extreme_eigenvalues(m: int) -> Run:
    """Estimate them by LAPACK, without any bound of the error."""
    A = data.kernel_matrix(m)
    return lambda: (np.linalg.eigvalsh(A)[[0, -1]],)
