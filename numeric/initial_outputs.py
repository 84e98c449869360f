"""The law of a one-hidden-layer network's outputs at initialization, by listing every value.

The network is Phi(x, w_0) = v . sigma(U x) with n neurons and d inputs, U_ij with a finite law of
variance 1/d and v_i of variance 1/n.  A neuron has finitely many values, and the neurons are
independent, so the joint law of the outputs at several points is a finite convolution: exact in
rationals when d and n are squares, and its even moments are for every n.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric.expected_kernel import ACTIVATIONS
from numeric.finite_laws import FiniteLaw, dot, law
from numeric.ridge_models import ONE, ZERO, fractions
from symbolic.exact import Number, as_text, exact, power, sqrt

FloatArray = npt.NDArray[np.float64]
Values = tuple[fmpq, ...]


@dataclass(frozen=True)
class Start:
    """A random initial network, the points where it is evaluated, and data for them."""

    activation: str
    law: FiniteLaw
    n: int
    points: tuple[Values, ...]
    y: Values = ()
    delta: fmpq = ONE
    """The probability with which a bound for the loss may fail."""

    @property
    def size(self) -> int:
        """The number of weights."""
        return self.n * (self.d + 1)

    @property
    def d(self) -> int:
        """The number of inputs."""
        return len(self.points[0])

    def mean(self, *powers: int) -> fmpq:
        """Return the mean of the product of sigma(u . x_i)^powers[i], over one row u of U."""
        return sum(
            (
                chance * prod((t**p for t, p in zip(values, powers, strict=True)), start=ONE)
                for values, chance in self._hidden()
            ),
            ZERO,
        )

    def mean_of_slopes(self) -> fmpq:
        """Return the mean of the product of sigma'(u . x_i) over all points."""
        return sum((chance * prod(slopes, start=ONE) for slopes, chance in self._hidden(1)), ZERO)

    def sums(self) -> dict[Values, fmpq]:
        """Return the law of sqrt(n) Phi(x_i, w_0), jointly for all points."""
        neuron: dict[Values, fmpq] = {}
        for values, chance in self._hidden():
            for (v,), weight in self.law.vectors(1):
                key = tuple(v * t for t in values)
                neuron[key] = neuron.get(key, ZERO) + chance * weight
        total = {(ZERO,) * len(self.points): ONE}
        for _ in range(self.n):
            total = _convolved(total, neuron)
        return total

    def moment(self, *powers: int) -> Number:
        """Return E[product of Phi(x_i, w_0)^powers[i]], a rational if their sum is even."""
        total = ZERO
        for values, chance in self.sums().items():
            total += chance * prod((t**p for t, p in zip(values, powers, strict=True)), start=ONE)
        return total / power(fmpq(self.n), fmpq(sum(powers), 2))

    def losses(self) -> Iterator[tuple[Number, fmpq]]:
        """Yield the values of f(w_0) = sum of (Phi(x_i, w_0) - y_i)^2 with their probabilities."""
        root = sqrt(fmpq(self.n))
        for values, chance in self.sums().items():
            terms = ((t / root - y) ** 2 for t, y in zip(values, self.y, strict=True))
            yield sum(terms, ZERO), chance

    def _hidden(self, derivative: int = 0) -> Iterator[tuple[Values, fmpq]]:
        root = sqrt(fmpq(self.d))
        if not isinstance(root, fmpq):
            raise ValueError(f"the number of inputs has to be a square, not {self.d}")
        sigma = ACTIVATIONS[self.activation][derivative]
        for u, chance in self.law.vectors(self.d):
            yield tuple(sigma(dot(u, x) / root) for x in self.points), chance

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        texts = [", ".join(map(as_text, x)) for x in self.points]
        said = {"sigma": self.activation, "law": str(self.law), "n": str(self.n)}
        said["x"] = "; ".join(texts)
        if self.y:
            said |= {"y": ", ".join(map(as_text, self.y)), "delta": as_text(self.delta)}
        return said


def _convolved(one: Mapping[Values, fmpq], two: Mapping[Values, fmpq]) -> dict[Values, fmpq]:
    total: dict[Values, fmpq] = {}
    for (s, p), (t, q) in product(one.items(), two.items()):
        key = tuple(a + b for a, b in zip(s, t, strict=True))
        total[key] = total.get(key, ZERO) + p * q
    return total


def start(
    activation: str,
    points: str,
    *,
    n: int = 1,
    a: str = "1",
    b: str = "1",
    y: str = "",
    delta: str = "1",
) -> Start:
    """Return the case with these points, written `1 0 0 0; 0 1 0 0`, and weights +-a, +-b."""
    rows = tuple(fractions(*point.split()) for point in points.split(";"))
    return Start(activation, law(a, b), n, rows, fractions(*y.split()), exact(delta))


# A random family: one input, two points, one or two neurons

KINDS = ("relu", "t", "t^2", "t^3")
NEURONS = 2
BOX = {
    "kind": (0.0, 4.0),
    "a": (1.0, 3.0),
    "b": (0.0, 1.0),
    "x": (-2.0, 2.0),
    "z": (-2.0, 2.0),
    "y_1": (-3.0, 3.0),
    "y_2": (-3.0, 3.0),
    "delta": (0.01, 0.99),
}


def member(p: Mapping[str, fmpq], n: int = 1) -> Start:
    """Return the case with these parameters, exactly."""
    kind = KINDS[min(3, max(0, int(p["kind"])))]
    points = ((p["x"],), (p["z"],))
    weights = FiniteLaw(p["a"], p["b"])
    return Start(kind, weights, n, points, (p["y_1"], p["y_2"]), p["delta"])


@dataclass(frozen=True)
class Lanes:
    """Many cases in doubles; the values are over a row u of U, and over u and v together."""

    hidden: FloatArray
    """sigma(u . x_i), shape (2, cases, 4)."""
    chances: FloatArray
    """Their probabilities, shape (cases, 4)."""
    mu4: FloatArray
    neuron: FloatArray
    """v sigma(u . x_i) with v of variance 1, shape (2, cases, 16)."""
    joint: FloatArray
    """Their probabilities, shape (cases, 16)."""

    def mean(self, *powers: int) -> FloatArray:
        """Return the mean of the product of sigma(u . x_i)^powers[i], shape (cases,)."""
        x, z = self.hidden
        return (self.chances * x ** powers[0] * z ** powers[1]).sum(axis=1)


def members(p: Mapping[str, FloatArray]) -> Lanes:
    """Return the neurons of many cases."""
    a, b = p["a"], p["b"]
    chance = (1 - b**2) / (a**2 - b**2) / 2
    weights = np.stack([a, -a, b, -b], axis=1)
    chances = np.stack([chance, chance, 0.5 - chance, 0.5 - chance], axis=1)
    kind = np.floor(p["kind"])[:, None]
    inside = np.stack([p["x"][:, None] * weights, p["z"][:, None] * weights])
    hidden = np.where(kind == 0, np.maximum(inside, 0.0), inside ** np.maximum(kind, 1))
    cases = len(a)
    neuron = (hidden[:, :, :, None] * weights[:, None, :]).reshape(2, cases, 16)
    joint = (chances[:, :, None] * chances[:, None, :]).reshape(cases, 16)
    return Lanes(hidden, chances, a**2 + b**2 - a**2 * b**2, neuron, joint)
