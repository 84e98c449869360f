"""E[max(0, g.x) max(0, g.z)] for a standard Gaussian vector g and unit vectors x, z.

In the plane of x and z, g has a uniform direction and an independent length, so with theta the
angle between x and z the expectation is

    1/pi times the integral of cos(t) cos(t - theta) over theta - pi/2 <= t <= pi/2.

It is integrated numerically here, so that closed forms have something to be compared with.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import acb, arb, fmpq

from numeric.jit import kernel
from symbolic.exact import Number, as_text, exact, precision

FloatArray = npt.NDArray[np.float64]
NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)
"""Exact to rounding: on an interval no longer than pi the remainder is below 1e-30."""


def relu_expectation(theta: arb) -> arb:
    """Return a ball that contains the expectation, for an angle in [0, pi]."""
    angle = acb(theta)
    with precision(256):
        half = acb.pi() / 2
        integral = acb.integral(lambda t, _: acb.cos(t) * acb.cos(t - angle), angle - half, half)
        return (integral / acb.pi()).real


@kernel
def relu_expectations(theta: FloatArray, nodes: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the expectations for many angles, by Gauss-Legendre quadrature in doubles.

    Shapes: theta (cases,), nodes and weights (points,), those for [-1, 1].
    """
    result = np.empty(theta.shape[0])
    for c in range(theta.shape[0]):
        half = 0.5 * (np.pi - theta[c])
        middle = 0.5 * theta[c]
        total = 0.0
        for i in range(nodes.shape[0]):
            t = middle + half * nodes[i]
            total += weights[i] * np.cos(t) * np.cos(t - theta[c])
        result[c] = total * half / np.pi
    return result


# Cases: two vectors, up to rotation


@dataclass(frozen=True)
class Pair:
    """Two vectors in R^d with an angle of `turn` times pi between them."""

    norm_x: fmpq
    norm_z: fmpq
    turn: fmpq
    d: int

    @property
    def size(self) -> int:
        """The number d of entries."""
        return self.d

    @property
    def is_valid(self) -> bool:
        """Whether there are such vectors, neither of them zero."""
        on_a_line = self.turn in (0, 1)
        angle_exists = 0 <= self.turn <= 1 and (self.d >= 2 or (self.d == 1 and on_a_line))
        return self.norm_x > 0 and self.norm_z > 0 and angle_exists

    @property
    def angle(self) -> Number:
        """The angle, exactly if it is 0."""
        return arb.pi() * self.turn if self.turn > 0 else fmpq(0)

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        norms = {"|x|": as_text(self.norm_x), "|z|": as_text(self.norm_z)}
        return {**norms, "theta": f"{as_text(self.turn)} pi", "d": str(self.d)}


def pair(norm_x: str, norm_z: str, *, turn: str, d: int) -> Pair:
    """Return the pair with these norms and this part of pi between them."""
    return Pair(exact(norm_x), exact(norm_z), exact(turn), d)


BOX = {"norm_x": (0.1, 4.0), "norm_z": (0.1, 4.0), "turn": (0.0, 1.0), "d": (2.0, 7.0)}


def member(p: Mapping[str, fmpq]) -> Pair:
    """Return the case with these parameters, exactly."""
    return Pair(p["norm_x"], p["norm_z"], p["turn"], int(p["d"]))
