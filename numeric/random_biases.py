"""One hidden layer whose biases start at random, by listing every initial value.

The hidden neurons are sigma(u . x + b) with u_j = D_j / sqrt(d) and b = D for independent numbers
D of one law with mean 0, variance 1 and finitely many values.  Every expectation is then a finite
sum, exact in rationals when d is a square.  The output bias c does not enter any gradient, so it
is not listed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric.expected_kernel import ACTIVATIONS, DIMENSION
from numeric.finite_laws import dot, law
from numeric.initial_outputs import KINDS, Start
from numeric.ridge_models import ONE, ZERO
from symbolic.exact import sqrt

FloatArray = npt.NDArray[np.float64]
Row = tuple[fmpq, ...]


def moments(case: Start) -> tuple[fmpq, fmpq]:
    """Return E[sigma(a) sigma(b)] and E[sigma'(a) sigma'(b)], a and b a neuron's two insides."""
    value, slope = ACTIVATIONS[case.activation]
    listed = list(_insides(case))
    of_values = sum((chance * value(a) * value(b) for (a, b), chance in listed), ZERO)
    of_slopes = sum((chance * slope(a) * slope(b) for (a, b), chance in listed), ZERO)
    return of_values, of_slopes


def covariances(case: Start) -> tuple[fmpq, fmpq, fmpq]:
    """Return E[a^2], E[b^2] and E[a b]; they are the same for every law."""
    listed = list(_insides(case))
    p, q, r = (
        sum((chance * inside[i] * inside[j] for inside, chance in listed), ZERO)
        for i, j in ((0, 0), (1, 1), (0, 1))
    )
    return p, q, r


def _insides(case: Start) -> Iterator[tuple[Row, fmpq]]:
    for entries, chance in case.law.vectors(case.d + 1):
        yield _inside(case, entries), chance


def _inside(case: Start, entries: Row) -> Row:
    """Return u . x + b at both points for d entries of u, not yet scaled, and b."""
    root = sqrt(fmpq(case.d))
    if not isinstance(root, fmpq):
        raise ValueError(f"the number of inputs has to be a square, not {case.d}")
    *u, b = entries
    return tuple(dot(u, point) / root + b for point in case.points)


def expected_kernels(case: Start, n: int) -> tuple[fmpq, fmpq]:
    """Return E[K(x, z)] / n under LeCun initialization and E[K(x, z)] of the normalised network.

    K is the inner product of the gradients at the two points.  All of U, b and v are listed: cost
    O(k^(n d + 2 n) n d) for a law with k values.
    """
    value, slope = ACTIVATIONS[case.activation]
    size = case.d + 1
    lecun = normalised = ZERO
    for entries, chance in case.law.vectors(n * size + n):
        v = entries[n * size :]
        insides = [_inside(case, entries[i * size : (i + 1) * size]) for i in range(n)]
        columns = list(zip(*insides, strict=True))
        by_b = [[w * slope(t) for w, t in zip(v, column, strict=True)] for column in columns]
        by_U = [
            [g * x for g, x in product(g_b, point)]
            for g_b, point in zip(by_b, case.points, strict=True)
        ]
        by_v = [[value(t) for t in column] for column in columns]
        of_U, of_b, of_v = (dot(*pair) for pair in (by_U, by_b, by_v))
        # With v = D / sqrt(n), derivatives by U and b carry 1 / sqrt(n), and those by v do not.
        lecun += chance * ((of_U + of_b) / n + of_v + ONE) / n
        # The normalised network puts 1 / sqrt(d) and 1 / sqrt(n) outside of its parameters.
        normalised += chance * ((of_U / case.d + of_b + of_v) / n + ONE)
    return lecun, normalised


# A random family with signs: one input and two neurons, or DIMENSION inputs and one neuron

BOX = {
    "kind": (0.0, 4.0),
    "inputs": (0.0, 2.0),
    **{f"{point}_{j}": (-2.0, 2.0) for point in "xz" for j in range(DIMENSION)},
}


def member(p: Mapping[str, fmpq]) -> Start:
    """Return the case with these parameters, exactly."""
    used, neurons = (1, 2) if p["inputs"] < 1 else (DIMENSION, 1)
    points = tuple(tuple(p[f"{point}_{j}"] for j in range(used)) for point in "xz")
    return Start(KINDS[min(3, max(0, int(p["kind"])))], law(), neurons, points)


SIGNS = 1.0 - 2.0 * ((np.arange(2 ** (DIMENSION + 1))[:, None] >> np.arange(DIMENSION + 1)) & 1)


@dataclass(frozen=True)
class Batch:
    """Many cases of the family in doubles; every array has one entry for each case."""

    d: FloatArray
    n: FloatArray
    x: FloatArray
    """Shape (cases, DIMENSION), padded with zeros."""
    z: FloatArray
    of_values: FloatArray
    of_slopes: FloatArray
    p: FloatArray
    q: FloatArray
    r: FloatArray


def members(p: Mapping[str, FloatArray]) -> Batch:
    """Return many cases of the family with their moments and covariances, by listing signs."""
    few = p["inputs"] < 1
    d = np.where(few, 1.0, DIMENSION)
    kept = np.where(few[:, None], np.arange(DIMENSION) < 1, True)
    x, z = (
        np.where(kept, np.stack([p[f"{point}_{j}"] for j in range(DIMENSION)], axis=1), 0.0)
        for point in "xz"
    )
    at_x, at_z = (
        (points / np.sqrt(d)[:, None]) @ SIGNS[:, :-1].T + SIGNS[:, -1] for points in (x, z)
    )
    kinds = np.floor(p["kind"]).astype(np.int64)[:, None]
    (value_x, slope_x), (value_z, slope_z) = _activated(kinds, at_x), _activated(kinds, at_z)
    means = ((value_x, value_z), (slope_x, slope_z), (at_x, at_x), (at_z, at_z), (at_x, at_z))
    return Batch(
        d, np.where(few, 2.0, 1.0), x, z, *((one * other).mean(axis=1) for one, other in means)
    )


def _activated(kind: npt.NDArray[np.int64], t: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the values and the slopes of the activations of KINDS, one for each row of t."""
    square = t * t
    values = np.choose(kind, (np.maximum(t, 0.0), t, square, square * t))
    return values, np.choose(kind, ((t > 0).astype(np.float64), np.ones_like(t), 2 * t, 3 * square))
