"""The expected tangent kernel of the normalised network, by listing every initial value.

The network is Phi(x, w) = n^(-1/2) v . sigma(d^(-1/2) U x + b) + c with n neurons and d inputs,
and it starts with b = c = 0 and independent weights of variance 1, which here take finitely many
values.  The expectation of

    K(x, z) = <grad_w Phi(x, w), grad_w Phi(z, w)>

is then a finite sum of inner products of gradients: exact in rationals when d is a square.
"""

from itertools import product

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric.expected_kernel import ACTIVATIONS, DIMENSION
from numeric.finite_laws import dot
from numeric.initial_outputs import Start
from numeric.ridge_models import ONE, ZERO
from symbolic.exact import sqrt

FloatArray = npt.NDArray[np.float64]


def expected_normalised_kernel(case: Start, n: int) -> fmpq:
    """Return E[K(x, z)] at width n for the two points of the case.

    Cost O(4^(n d + n) n d), with 2 for 4 if the weights are signs.
    """
    x, z = case.points
    total = ZERO
    for v, chance_v in case.law.vectors(n):
        for entries, chance_U in case.law.vectors(n * case.d):
            U = [entries[i : i + case.d] for i in range(0, n * case.d, case.d)]
            at_x, at_z = (_gradient(case.activation, U, v, point) for point in (x, z))
            # Every entry but the last carries n^(-1/2), so it does not have to be rational.
            product_of_weights = dot(at_x[:-1], at_z[:-1]) / n
            total += chance_v * chance_U * (product_of_weights + at_x[-1] * at_z[-1])
    return total


def _gradient(
    activation: str,
    U: list[tuple[fmpq, ...]],
    v: tuple[fmpq, ...],
    x: tuple[fmpq, ...],
) -> list[fmpq]:
    """Return sqrt(n) times the derivatives by U, b and v, then the derivative by c."""
    value, slope = ACTIVATIONS[activation]
    root = sqrt(fmpq(len(x)))
    assert isinstance(root, fmpq)
    inside = [dot(u, x) / root for u in U]
    by_b = [weight * slope(t) for weight, t in zip(v, inside, strict=True)]
    by_U = [derivative * entry / root for derivative, entry in product(by_b, x)]
    return [*by_U, *by_b, *(value(t) for t in inside), ONE]


def variance_of_inside(case: Start) -> fmpq:
    """Return the variance of d^(-1/2) times a row of U times the first point."""
    x = case.points[0]
    weights = case.law.vectors(case.d)
    return sum((chance * dot(u, x) ** 2 for u, chance in weights), ZERO) / case.d


SIGNS = 1.0 - 2.0 * ((np.arange(2**DIMENSION)[:, None] >> np.arange(DIMENSION)) & 1)


def expected_normalised_kernels(
    kinds: npt.NDArray[np.int64], x: FloatArray, z: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return E[K], E[sigma sigma] and E[sigma' sigma'] for signs as weights, in doubles.

    `kinds` is 0 for relu and p for t^p.  Shapes: kinds (cases,), x and z (cases, DIMENSION).  The
    neurons are alike, so the sum over n of them with factor 1/n is the mean over one.
    """
    (value_x, slope_x), (value_z, slope_z) = (
        _activation(kinds[:, None], points @ SIGNS.T / DIMENSION**0.5) for points in (x, z)
    )
    by_v = value_x * value_z
    by_b = slope_x * slope_z
    by_U = by_b * (x * z).sum(axis=1, keepdims=True) / DIMENSION
    return (by_U + by_b + by_v).mean(axis=1) + 1, by_v.mean(axis=1), by_b.mean(axis=1)


def _activation(kind: npt.NDArray[np.int64], t: FloatArray) -> tuple[FloatArray, FloatArray]:
    power = np.maximum(kind, 1)
    value = np.where(kind == 0, np.maximum(t, 0.0), t**power)
    return value, np.where(kind == 0, 1.0 * (t > 0), power * t ** (power - 1))
