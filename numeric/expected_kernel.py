"""The expected tangent kernel of a one-hidden-layer network, by listing every initial value.

The network is Phi(x, w) = v . sigma(U x + b) + c with n neurons and d inputs, and it starts with
b = c = 0 and independent signs: U_ij = +-1/sqrt(d), v_i = +-1/sqrt(n).  These satisfy every
assumption on the law of the weights, and there are finitely many of them, so the expectation of

    K(x, z) = <grad_w Phi(x, w), grad_w Phi(z, w)>

is a finite sum: exact in rationals when d is a square.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric.jit import kernel
from numeric.ridge_models import fractions
from symbolic.exact import as_text, exact, sqrt

FloatArray = npt.NDArray[np.float64]
Function = Callable[[fmpq], fmpq]
ACTIVATIONS: Mapping[str, tuple[Function, Function]] = {
    "relu": (lambda t: max(t, fmpq(0)), lambda t: fmpq(int(t > 0))),
    "t^2": (lambda t: t**2, lambda t: 2 * t),
    "t^3": (lambda t: t**3, lambda t: 3 * t**2),
    "t": (lambda t: t, lambda t: fmpq(1)),
}
"""An activation and its derivative; that of relu at 0 is 0."""
DIMENSION = 4
"""The number d of inputs in compiled code."""


def moments(activation: str, x: Sequence[fmpq], z: Sequence[fmpq]) -> tuple[fmpq, fmpq]:
    """Return E[sigma(u.x) sigma(u.z)] and E[sigma'(u.x) sigma'(u.z)] for one random neuron u."""
    value, slope = ACTIVATIONS[activation]
    pairs = [(_dot(u, x), _dot(u, z)) for u in _neurons(len(x))]
    of_values = sum((value(a) * value(b) for a, b in pairs), fmpq(0))
    of_slopes = sum((slope(a) * slope(b) for a, b in pairs), fmpq(0))
    return of_values / len(pairs), of_slopes / len(pairs)


def expected_kernel(activation: str, n: int, x: Sequence[fmpq], z: Sequence[fmpq]) -> fmpq:
    """Return E[K(x, z)] / n at width n, summing the gradients over every initial value.

    Shapes: x and z (d,) with d a square.  Cost O(2^(n d) n d).
    """
    value, slope = ACTIVATIONS[activation]
    inputs = _dot(x, z)
    layers = list(product(_neurons(len(x)), repeat=n))
    total = fmpq(0)
    for U in layers:
        by_c = fmpq(1)
        by_v = sum((value(_dot(u, x)) * value(_dot(u, z)) for u in U), fmpq(0))
        # Every v has squared entries 1/n, whatever its signs.
        by_b = sum((slope(_dot(u, x)) * slope(_dot(u, z)) for u in U), fmpq(0)) / n
        by_U = by_b * inputs
        total += by_U + by_b + by_v + by_c
    return total / len(layers) / n


def _neurons(d: int) -> list[tuple[fmpq, ...]]:
    root = sqrt(exact(d))
    if not isinstance(root, fmpq):
        raise ValueError(f"the number of inputs has to be a square, not {d}")
    size = 1 / root
    return [tuple(sign * size for sign in signs) for signs in product((1, -1), repeat=d)]


def _dot(a: Sequence[fmpq], b: Sequence[fmpq]) -> fmpq:
    return sum((p * q for p, q in zip(a, b, strict=True)), fmpq(0))


@kernel
def _activation(kind: int, t: float) -> tuple[float, float]:
    if kind == 0:
        return max(t, 0.0), 1.0 if t > 0.0 else 0.0
    return t**kind, kind * t ** (kind - 1)


@kernel
def expected_kernels(
    kinds: npt.NDArray[np.int64], x: FloatArray, z: FloatArray, n: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return E[K] / n, E[sigma sigma] and E[sigma' sigma'] for many cases, in doubles.

    `kinds` is 0 for relu and p for t^p.  Shapes: kinds (cases,), x and z (cases, DIMENSION).  The
    neurons are independent, so only one of them has to be listed: cost O(cases 2^DIMENSION).
    """
    cases = x.shape[0]
    kernels, values, slopes = np.empty(cases), np.zeros(cases), np.zeros(cases)
    patterns = 2**DIMENSION
    for c in range(cases):
        inputs = 0.0
        for j in range(DIMENSION):
            inputs += x[c, j] * z[c, j]
        for pattern in range(patterns):
            a = b = 0.0
            for j in range(DIMENSION):
                sign = 0.5 if (pattern >> j) & 1 else -0.5
                a += sign * x[c, j]
                b += sign * z[c, j]
            value_a, slope_a = _activation(kinds[c], a)
            value_b, slope_b = _activation(kinds[c], b)
            values[c] += value_a * value_b / patterns
            slopes[c] += slope_a * slope_b / patterns
        kernels[c] = values[c] + (slopes[c] * (1.0 + inputs) + 1.0) / n
    return kernels, values, slopes


# Cases: an activation and two inputs


@dataclass(frozen=True)
class Inputs:
    """An activation and two inputs x and z; their number d of entries is a square."""

    activation: str
    x: tuple[fmpq, ...]
    z: tuple[fmpq, ...]

    @property
    def size(self) -> int:
        """The number of entries of an input."""
        return len(self.x)

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        x, z = (", ".join(map(as_text, point)) for point in (self.x, self.z))
        return {"sigma": self.activation, "law": "Rademacher", "d": str(self.size), "x": x, "z": z}


def inputs(activation: str, x: str, z: str) -> Inputs:
    """Return the case with these inputs, written `1 1/2 0 0`."""
    return Inputs(activation, fractions(*x.split()), fractions(*z.split()))


KINDS = ("relu", "t", "t^2", "t^3")
BOX = {
    "kind": (0.0, 4.0),
    **{f"{point}_{j}": (-2.0, 2.0) for point in "xz" for j in range(DIMENSION)},
}


def member(p: Mapping[str, fmpq]) -> Inputs:
    """Return the case with these parameters, exactly."""
    x, z = (tuple(p[f"{point}_{j}"] for j in range(DIMENSION)) for point in "xz")
    return Inputs(KINDS[min(3, max(0, int(p["kind"])))], x, z)


def members(
    p: Mapping[str, FloatArray],
) -> tuple[npt.NDArray[np.int64], FloatArray, FloatArray]:
    """Return the kinds of many cases and their inputs in doubles, shapes (cases, DIMENSION)."""
    x, z = (np.stack([p[f"{point}_{j}"] for j in range(DIMENSION)], axis=1) for point in "xz")
    return np.floor(p["kind"]).astype(np.int64), x, z
