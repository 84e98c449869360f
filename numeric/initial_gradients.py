"""The gradient of a one-hidden-layer network at initialization, by listing every initial value.

The network is Phi(x, w) = v . sigma(U x + b) + c with n neurons and d inputs.  It starts with
b = c = 0 and independent weights that take finitely many values: U_ij of variance 1/d, v_i of
variance 1/n.  The squared norms of the derivatives by U, b and v are rational when d is a square.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric.expected_kernel import ACTIVATIONS
from numeric.finite_laws import FiniteLaw, dot
from numeric.initial_outputs import KINDS, Start
from numeric.ridge_models import ZERO
from symbolic.exact import Number, sqrt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Squares:
    """The squared norms of the derivatives by U, b and v for one initial value."""

    inner: fmpq
    bias: fmpq
    outer: fmpq


def squared_gradients(case: Start) -> Iterator[tuple[Squares, fmpq]]:
    """Yield the squares at the first point of the case for every U and v, with probabilities.

    Cost O(4^(n d + n) n d), with 2 for 4 if the weights are signs.
    """
    x, n, d = case.points[0], case.n, case.d
    value, slope = ACTIVATIONS[case.activation]
    for entries, chance_U in case.law.vectors(n * d):
        inside = [dot(entries[i : i + d], x) / _root(d) for i in range(0, n * d, d)]
        values, slopes = ([sigma(t) for t in inside] for sigma in (value, slope))
        for v, chance_v in case.law.vectors(n):
            # v_i carries n^(-1/2), whose square is rational.
            by_b = [weight * t for weight, t in zip(v, slopes, strict=True)]
            by_U = [t * entry for t in by_b for entry in x]
            squares = Squares(dot(by_U, by_U) / n, dot(by_b, by_b) / n, dot(values, values))
            yield squares, chance_U * chance_v


def mean_norm_by_v(case: Start) -> Number:
    """Return E|grad_v Phi(x, w_0)|, a ball unless every norm is rational."""
    x, n, d = case.points[0], case.n, case.d
    value, _ = ACTIVATIONS[case.activation]
    chances: dict[fmpq, fmpq] = {}
    for entries, chance in case.law.vectors(n * d):
        inside = (dot(entries[i : i + d], x) / _root(d) for i in range(0, n * d, d))
        square = sum((value(t) ** 2 for t in inside), ZERO)
        chances[square] = chances.get(square, ZERO) + chance
    return sum((chance * sqrt(square) for square, chance in chances.items()), ZERO)


def mean_powers(case: Start) -> tuple[fmpq, fmpq, fmpq]:
    """Return the means of sigma^2, sigma^4 and sigma'^2 at u . x, over one row u of U."""
    x, d = case.points[0], case.d
    value, slope = ACTIVATIONS[case.activation]
    of = ZERO, ZERO, ZERO
    for u, chance in case.law.vectors(d):
        t = dot(u, x) / _root(d)
        powers = value(t) ** 2, value(t) ** 4, slope(t) ** 2
        of = tuple(total + chance * power for total, power in zip(of, powers, strict=True))
    return of[0], of[1], of[2]


def _root(d: int) -> fmpq:
    root = sqrt(fmpq(d))
    if not isinstance(root, fmpq):
        raise ValueError(f"the number of inputs has to be a square, not {d}")
    return root


# A random family: one input, two neurons

NEURONS = 2
BOX = {"kind": (0.0, 4.0), "a": (1.0, 3.0), "b": (0.0, 1.0), "x": (-2.0, 2.0)}


def member(p: Mapping[str, fmpq]) -> Start:
    """Return the case with these parameters, exactly."""
    kind = KINDS[min(3, max(0, int(p["kind"])))]
    return Start(kind, FiniteLaw(p["a"], p["b"]), NEURONS, ((p["x"],),))


@dataclass(frozen=True)
class Lanes:
    """Many cases in doubles, each array of shape (cases,)."""

    s2: FloatArray
    s4: FloatArray
    ds2: FloatArray
    """The means of sigma^2, sigma^4 and sigma'^2."""
    inner: FloatArray
    bias: FloatArray
    outer: FloatArray
    """The means of the squared norms of the derivatives by U, b and v."""
    norm: FloatArray
    """The mean of the norm of the derivatives by v."""


def members(p: Mapping[str, FloatArray]) -> Lanes:
    """Return many cases: sums over the four values of each weight."""
    a, b, x = p["a"], p["b"], p["x"]
    chance = (1 - b**2) / (a**2 - b**2) / 2
    weights = np.stack([a, -a, b, -b], axis=1)
    chances = np.stack([chance, chance, 0.5 - chance, 0.5 - chance], axis=1)
    inside = weights * x[:, None]
    kind = np.floor(p["kind"])[:, None]
    power = np.maximum(kind, 1)
    value = np.where(kind == 0, np.maximum(inside, 0.0), inside**power)
    slope = np.where(kind == 0, 1.0 * (inside > 0), power * inside ** (power - 1))
    s2, s4, ds2 = ((chances * entry).sum(axis=1) for entry in (value**2, value**4, slope**2))
    joint = chances[:, :, None] * chances[:, None, :]
    by_b = weights[:, None, :] * slope[:, :, None] / NEURONS**0.5
    bias = NEURONS * (joint * by_b**2).sum(axis=(1, 2))
    inner = NEURONS * (joint * (by_b * x[:, None, None]) ** 2).sum(axis=(1, 2))
    squares = value[:, :, None] ** 2 + value[:, None, :] ** 2
    outer, norm = ((joint * entry).sum(axis=(1, 2)) for entry in (squares, np.sqrt(squares)))
    return Lanes(s2, s4, ds2, inner, bias, outer, norm)
