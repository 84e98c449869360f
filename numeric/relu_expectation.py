"""E[max(0, g.x) max(0, g.z)] for a standard Gaussian vector g and unit vectors x, z.

In the plane of x and z, g has a uniform direction and an independent length, so with theta the
angle between x and z the expectation is

    1/pi times the integral of cos(t) cos(t - theta) over theta - pi/2 <= t <= pi/2.

It is integrated numerically here, so that closed forms have something to be compared with.
"""

import numpy as np
import numpy.typing as npt
from flint import acb, arb

from numeric.jit import kernel
from symbolic.exact import precision

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
