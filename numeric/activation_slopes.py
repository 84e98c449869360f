"""Slopes of smooth activations, in balls, by arithmetic of power series.

Derivatives come from the definition of a function alone, expanded in a power series around a point:
no formula for a derivative is needed, so this is a second route to every one of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import arb, arb_series, fmpq

from numeric.ridge_models import ONE, ZERO
from symbolic.exact import Number, as_text, exact

FloatArray = npt.NDArray[np.float64]


def _sigmoid(t: arb_series) -> arb_series:
    return 1 / (1 + (-t).exp())


def _tanh(t: arb_series) -> arb_series:
    e = (2 * t).exp()
    return (e - 1) / (e + 1)


def _softplus(t: arb_series) -> arb_series:
    return (1 + t.exp()).log()


ACTIVATIONS: Mapping[str, Callable[[arb_series], arb_series]] = {
    "tanh": _tanh,
    "arctan": arb_series.atan,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
}


def derivative(name: str, order: int, t: Number, beta: Number = ONE) -> arb:
    """Return the derivative, at most the second, of s -> sigma(beta s) / beta at `t`."""
    series = ACTIVATIONS[name](arb_series([arb(beta * t), arb(beta)], prec=order + 1))
    return series[order] * (2 if order == 2 else 1) / beta


@dataclass(frozen=True)
class TwoPoints:
    """Two points for every activation, a sharpness beta, and a line sigma(t) = a + b t."""

    s: fmpq
    t: fmpq
    beta: fmpq
    a: fmpq
    b: fmpq

    @property
    def size(self) -> int:
        """How long the numbers are."""
        return sum(len(as_text(x)) for x in (self.s, self.t, self.beta, self.a, self.b))

    @property
    def is_valid(self) -> bool:
        """Whether the points differ and beta is positive."""
        return self.s != self.t and self.beta > 0

    @property
    def apart(self) -> fmpq:
        """Their distance, which also serves as a distance from 0."""
        return abs(self.s - self.t)

    def steepness(self, name: str, order: int) -> arb:
        """Return the slope of a chord of the derivative of this order, in absolute value."""
        beta = self.beta if name == "softplus" else ONE
        ends = [derivative(name, order, place, beta) for place in (self.s, self.t)]
        return abs(ends[0] - ends[1]) / self.apart

    def relu_chord(self) -> fmpq:
        """Return the slope of the chord of ReLU' between the points +- apart."""
        right, left = (ONE if place > 0 else ZERO for place in (self.apart, -self.apart))
        return (right - left) / (2 * self.apart)

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        line = f"{as_text(self.a)} + ({as_text(self.b)}) t"
        points = {"s": as_text(self.s), "t": as_text(self.t)}
        return {**points, "beta": as_text(self.beta), "sigma": line}


def two_points(s: str, t: str, *, beta: str = "1", a: str = "1", b: str = "1") -> TwoPoints:
    """Return the case with these numbers."""
    return TwoPoints(*map(exact, (s, t, beta, a, b)))


BOX = {
    "s": (-3.0, 3.0),
    "t": (-3.0, 3.0),
    "beta": (0.2, 8.0),
    "a": (-2.0, 2.0),
    "b": (-2.0, 2.0),
}


def member(p: Mapping[str, fmpq]) -> TwoPoints:
    """Return the case with these parameters, exactly."""
    return TwoPoints(p["s"], p["t"], p["beta"], p["a"], p["b"])
