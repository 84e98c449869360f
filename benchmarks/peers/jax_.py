"""The tasks by JAX, written by hand for speed, in double precision."""

from collections.abc import Callable
from typing import Any

import data
import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

SIGMA: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "tanh": (jnp.tanh, lambda s, z: 1 - s * s),
    "arctan": (jnp.arctan, lambda s, z: 1 / (1 + z * z)),
    "relu": (lambda z: jnp.maximum(z, 0.0), lambda s, z: (z > 0) * 1.0),
}
Run = Callable[[], tuple[Any, ...]]


def tangent_kernel(activation: str, n: int, block: int = 8192) -> Run:
    """Scan over blocks of neurons; block 0 stands for the whole width at once."""
    X, U, b, v = map(jnp.asarray, data.wide_network(n))
    sigma, slope = SIGMA[activation]
    gram = 1 + X @ X.T

    def part(U: Any, b: Any, v: Any) -> Any:
        Z = X @ U.T + b
        S = sigma(Z)
        D = v * slope(S, Z)
        return S @ S.T + gram * (D @ D.T)

    @jax.jit
    def kernel(U: Any, b: Any, v: Any) -> Any:
        ones = jnp.ones_like(gram)
        if not block:
            return ones + part(U, b, v)
        full = n // block * block
        blocks = U[:full].reshape(-1, block, U.shape[1]), b[:full].reshape(-1, block)
        K, _ = jax.lax.scan(
            lambda K, a: (K + part(*a), None), ones, (*blocks, v[:full].reshape(-1, block))
        )
        return K + part(U[full:], b[full:], v[full:]) if n % block else K

    return lambda: (np.asarray(kernel(U, b, v)),)


def trajectory(activation: str, n: int, steps: int) -> Run:
    """One scan over the steps with the gradient written out."""
    X, y, U, b, v = data.regression(n)
    X, y, b, v = map(jnp.asarray, (X / np.sqrt(X.shape[1]), y, b, v))
    start = (jnp.asarray(U.T.copy()), b, v, jnp.zeros(()))
    sigma, slope = SIGMA[activation]
    scale, h = n**-0.5, data.STEP_SIZE

    @jax.jit
    def descend(start: Any) -> Any:
        def step(w: Any, _: None) -> Any:
            U, b, v, c = w
            Z = b + X @ U
            S = sigma(Z)
            r = scale * (S @ v) + c - y
            moved = jnp.sqrt(sum(((p - q) ** 2).sum() for p, q in zip(w, start, strict=True)))
            D = (r[:, None] * slope(S, Z)) * (scale * v)
            after = U - h * (X.T @ D), b - h * D.sum(0), v - h * scale * (r @ S), c - h * r.sum()
            return after, (0.5 * r @ r, moved)

        return jax.lax.scan(step, start, None, length=steps + 1)[1]

    return lambda: tuple(np.asarray(part) for part in descend(start))


def ensemble(count: int, n: int, steps: int) -> Run:
    """Scan over the steps, mapped over the networks."""
    X, y, U, b, v = data.ensemble(count, n)
    x, y = jnp.asarray(X[:, 0]), jnp.asarray(y)
    scale, h = n**-0.5, data.ENSEMBLE_STEP_SIZE

    def descend(u: Any, b: Any, v: Any) -> Any:
        start = (u, b, v, jnp.zeros(()))

        def step(w: Any, _: None) -> Any:
            u, b, v, c = w
            Z = x[:, None] * u + b
            S = jnp.arctan(Z)
            r = scale * (S @ v) + c - y
            moved = jnp.sqrt(sum(((p - q) ** 2).sum() for p, q in zip(w, start, strict=True)))
            D = (r[:, None] * (scale * v)) / (1 + Z * Z)
            after = u - h * (x @ D), b - h * D.sum(0), v - h * scale * (r @ S), c - h * r.sum()
            return after, (0.5 * r @ r, moved)

        return jax.lax.scan(step, start, None, length=steps + 1)[1]

    mapped = jax.jit(jax.vmap(descend))
    parts = tuple(map(jnp.asarray, (U[:, :, 0], b, v)))
    return lambda: tuple(np.asarray(part) for part in mapped(*parts))


def small_networks(cases: int, steps: int) -> Run:
    """Check one small network, mapped over the cases."""
    X, y, U, b, v = data.small_networks(cases)
    X, scale = X / np.sqrt(X.shape[2]), U.shape[1] ** -0.5

    def check(X: Any, y: Any, U: Any, b: Any, v: Any) -> Any:
        start = (U, b, v, jnp.zeros(()))
        S = jnp.tanh(X @ U.T + b)
        D = v * (1 - S * S)
        spectrum = jnp.linalg.eigvalsh((S @ S.T + (1 + X @ X.T) * (D @ D.T)) * scale**2 + 1)
        h = data.PART / spectrum[-1]
        rate, first = 1 - h * spectrum[0], ((scale * (S @ v) - y) ** 2).sum()

        def step(state: Any, k: Any) -> Any:
            (U, b, v, c), decay, distance = state
            S = jnp.tanh(X @ U.T + b)
            r = scale * (S @ v) + c - y
            way = jnp.sqrt(sum(((p - q) ** 2).sum() for p, q in zip(state[0], start, strict=True)))
            loss, bound = r @ r, (rate**k * jnp.sqrt(first) + data.NOISE) ** 2
            near = (data.RADIUS - way) / jnp.maximum(data.RADIUS, way)
            below = jnp.where(k > 0, (bound - loss) / jnp.maximum(bound, loss), jnp.inf)
            D = (2 * h * r[:, None] * (1 - S * S)) * (scale * v)
            after = U - D.T @ X, b - D.sum(0), v - 2 * h * scale * (r @ S), c - 2 * h * r.sum()
            return (after, jnp.minimum(decay, below), jnp.minimum(distance, near)), None

        (_, decay, distance), _ = jax.lax.scan(
            step, (start, jnp.inf, jnp.inf), jnp.arange(steps + 1)
        )
        return decay, distance

    mapped = jax.jit(jax.vmap(check))
    parts = tuple(map(jnp.asarray, (X, y, U, b, v)))
    return lambda: tuple(np.asarray(part) for part in mapped(*parts))
