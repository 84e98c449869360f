"""The tasks by PyTorch, written by hand for speed, in double precision; eager or compiled."""

import os
from collections.abc import Callable
from typing import Any

import data
import numpy as np
import torch

torch.set_grad_enabled(False)
torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))

SIGMA: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "tanh": (torch.tanh, lambda s, z: 1 - s * s),
    "arctan": (torch.atan, lambda s, z: 1 / (1 + z * z)),
    "relu": (torch.relu, lambda s, z: (z > 0).double()),
}
Run = Callable[[], tuple[Any, ...]]


def tangent_kernel(activation: str, n: int, block: int = 0, compiled: bool = False) -> Run:
    """Take the whole width at once, or block by block."""
    X, U, b, v = map(torch.from_numpy, data.wide_network(n))
    sigma, slope = SIGMA[activation]
    gram = 1 + X @ X.T

    def part(U: Any, b: Any, v: Any) -> Any:
        Z = torch.addmm(b, X, U.T)
        S = sigma(Z)
        D = v * slope(S, Z)
        return S @ S.T + gram * (D @ D.T)

    one = torch.compile(part) if compiled else part
    size = block or n

    def run() -> tuple[Any, ...]:
        K = torch.ones_like(gram)
        for k in range(0, n, size):
            K += one(U[k : k + size], b[k : k + size], v[k : k + size])
        return (K.numpy(),)

    return run


def trajectory(activation: str, n: int, steps: int, compiled: bool = False) -> Run:
    """One function a step, eager or compiled."""
    X, y, U, b, v = data.regression(n)
    X, y, b0, v0 = map(torch.from_numpy, (X / np.sqrt(X.shape[1]), y, b, v))
    U0 = torch.from_numpy(U.T.copy())
    sigma, slope = SIGMA[activation]
    scale, h = n**-0.5, data.STEP_SIZE

    def step(U: Any, b: Any, v: Any, c: Any) -> Any:
        Z = b + X.mm(U)
        S = sigma(Z)
        r = scale * (S @ v) + c - y
        moved = ((U - U0) ** 2).sum() + ((b - b0) ** 2).sum() + ((v - v0) ** 2).sum() + c * c
        D = (r[:, None] * slope(S, Z)) * (scale * v)
        after = U - h * (X.T @ D), b - h * D.sum(0), v - h * scale * (r @ S), c - h * r.sum()
        return *after, 0.5 * (r @ r), torch.sqrt(moved)

    one = torch.compile(step) if compiled else step

    def run() -> tuple[Any, ...]:
        w: tuple[Any, ...] = (U0.clone(), b0.clone(), v0.clone(), torch.zeros((), dtype=b0.dtype))
        losses, distances = [], []
        for _ in range(steps + 1):
            *w, loss, moved = one(*w)
            losses.append(loss)
            distances.append(moved)
        return torch.stack(losses).numpy(), torch.stack(distances).numpy()

    return run


def ensemble(count: int, n: int, steps: int, compiled: bool = False) -> Run:
    """All networks at once as one batch, one function a step."""
    X, y, U, b, v = data.ensemble(count, n)
    x, y, u0, b0, v0 = map(torch.from_numpy, (X[:, 0].copy(), y, U[:, :, 0].copy(), b, v))
    scale, h = n**-0.5, data.ENSEMBLE_STEP_SIZE

    def step(u: Any, b: Any, v: Any, c: Any) -> Any:
        Z = x[None, :, None] * u[:, None, :] + b[:, None, :]
        S = torch.atan(Z)
        r = scale * torch.bmm(S, v[:, :, None])[:, :, 0] + c[:, None] - y
        moved = ((u - u0) ** 2).sum(1) + ((b - b0) ** 2).sum(1) + ((v - v0) ** 2).sum(1) + c * c
        D = r[:, :, None] * (scale * v)[:, None, :] / (1 + Z * Z)
        after = (
            u - h * (D * x[None, :, None]).sum(1),
            b - h * D.sum(1),
            v - h * scale * torch.bmm(r[:, None, :], S)[:, 0, :],
            c - h * r.sum(1),
        )
        return *after, 0.5 * (r * r).sum(1), torch.sqrt(moved)

    one = torch.compile(step) if compiled else step

    def run() -> tuple[Any, ...]:
        w: tuple[Any, ...] = (
            u0.clone(),
            b0.clone(),
            v0.clone(),
            torch.zeros(count, dtype=b0.dtype),
        )
        losses, distances = [], []
        for _ in range(steps + 1):
            *w, loss, moved = one(*w)
            losses.append(loss)
            distances.append(moved)
        return torch.stack(losses, 1).numpy(), torch.stack(distances, 1).numpy()

    return run
