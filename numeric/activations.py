"""Activation functions: value, first and second derivative, and their global bounds.

Kernels take an activation as two numbers, its `code` and its `parameter`, so that one compiled
kernel serves them all.  `activate` and its companions fill whole rows at once; the choice is made
once a row, and the loop over the row is vectorised.

At a kink (ReLU, leaky ReLU, |t|) the derivative is the left one at 0 for ReLU and leaky ReLU, and 0
for |t|; second derivatives are 0 there.

Errors, measured as in `numeric.elementary` and with its exception for results below 2^-1000:
values and slopes are right to 6 ulp, curvatures to 8.  The slope of GELU, which crosses 0 near
t = -0.7518, is right to 2^-52 around there.  Sines and cosines of more than 2^30 are the C
library's, computed one by one: they may differ in the last bit from machine to machine, all else
does not.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from numeric.elementary import (
    FAR,
    arctan,
    decay,
    erf_given,
    gaussian,
    normal,
    sigmoid,
    sin_cos,
    softplus,
    tanh,
)
from numeric.inputs import FloatArray, number, one_of
from numeric.intrinsics import fma
from numeric.jit import elementary, kernel

(IDENTITY, RELU, LEAKY_RELU, ABSOLUTE, TANH, ARCTAN, ERF, SIGMOID, SOFTPLUS, SIN, COS, GELU,
 GAUSSIAN, POWER) = range(14)  # fmt: skip

TWO_OVER_SQRT_PI = 1.1283791670955126


@dataclass(frozen=True)
class Activation:
    """One activation function."""

    name: str
    code: int
    slope_bound: float
    """B1, the supremum of |sigma'|, rounded up; inf if there is none."""
    curvature_bound: float
    """B2, the supremum of |sigma''|, rounded up; inf for a kink or if there is none."""
    parameter: float = 0.0
    """The slope on the left of leaky ReLU, the exponent of a power; otherwise 0."""

    def value(self, t: npt.ArrayLike) -> FloatArray:
        """Return sigma(t), entry by entry; any shape."""
        points = np.asarray(t, dtype=np.float64)
        z = points.ravel()
        s = np.empty_like(z)
        activate(self.code, self.parameter, z, s)
        return s.reshape(points.shape)

    def slope(self, t: npt.ArrayLike) -> FloatArray:
        """Return sigma'(t), entry by entry; any shape."""
        points = np.asarray(t, dtype=np.float64)
        z = points.ravel()
        s, ds = np.empty_like(z), np.empty_like(z)
        activate_with_slope(self.code, self.parameter, z, s, ds)
        return ds.reshape(points.shape)

    def curvature(self, t: npt.ArrayLike) -> FloatArray:
        """Return sigma''(t), entry by entry; any shape."""
        points = np.asarray(t, dtype=np.float64)
        z = points.ravel()
        s, ds, dds = np.empty_like(z), np.empty_like(z), np.empty_like(z)
        activate_with_curvature(self.code, self.parameter, z, s, ds, dds)
        return dds.reshape(points.shape)


SIMPLE = (
    Activation("identity", IDENTITY, 1.0, 0.0),
    Activation("relu", RELU, 1.0, math.inf),
    Activation("abs", ABSOLUTE, 1.0, math.inf),
    Activation("tanh", TANH, 1.0, 0.769800358919501),  # 4 / (3 sqrt 3)
    Activation("arctan", ARCTAN, 1.0, 0.649519052838329),  # 3 sqrt 3 / 8
    Activation("erf", ERF, 1.1283791670955128, 0.9678828980765735),  # 2/sqrt pi, sqrt(8/(pi e))
    Activation("sigmoid", SIGMOID, 0.25, 0.09622504486493763),  # 1/4, sqrt 3 / 18
    Activation("softplus", SOFTPLUS, 1.0, 0.25),
    Activation("sin", SIN, 1.0, 1.0),
    Activation("cos", COS, 1.0, 1.0),
    Activation("gelu", GELU, 1.128904145185155, 0.7978845608028654),  # at sqrt 2, at 0
    Activation("gaussian", GAUSSIAN, 0.8577638849607069, 2.0),  # sqrt(2 / e), 2
)
"""The activations without a parameter.  GELU is t Phi(t), "gaussian" is exp(-t^2)."""


def activation(name: str, parameter: float | None = None) -> Activation:
    """Return the activation with this name.

    Besides those of SIMPLE there are "leaky relu", whose parameter is the slope on the left (0.01
    if not given), and "power", whose parameter is the exponent, 1, ..., 8.  Raises ValueError for
    an unknown name, listing the known ones, or a parameter that is missing or out of place.
    """
    simple = {a.name: a for a in SIMPLE}
    found = one_of("name", name, simple | {"leaky relu": None, "power": None})
    if name == "leaky relu":
        left = number("parameter", 0.01 if parameter is None else parameter)
        curvature = 0.0 if left == 1 else math.inf
        return Activation(name, LEAKY_RELU, max(1.0, abs(left)), curvature, left)
    if name == "power":
        if parameter is None or parameter not in range(1, 9):
            raise ValueError(f"parameter = {parameter}, where one of 1, ..., 8 is needed")
        slope = 1.0 if parameter == 1 else math.inf
        curvature = {1: 0.0, 2: 2.0}.get(int(parameter), math.inf)
        return Activation(name, POWER, slope, curvature, float(parameter))
    if parameter is not None:
        raise ValueError(f"parameter = {parameter}, where {name} takes none")
    return found


@elementary
def _relu(t: float) -> tuple[float, float]:
    return 0.0 if t <= 0.0 else t, 1.0 if t > 0.0 else (0.0 if t <= 0.0 else t)


@elementary
def _leaky_relu(t: float, left: float) -> tuple[float, float]:
    return t if t > 0.0 else left * t, 1.0 if t > 0.0 else left


@elementary
def _absolute(t: float) -> tuple[float, float]:
    return abs(t), 1.0 if t > 0.0 else (-1.0 if t < 0.0 else t)


@elementary
def _tanh(t: float) -> tuple[float, float]:
    e, d = decay(2.0 * abs(t))
    i = 1.0 / (1.0 + e)
    return math.copysign(d * i, t), 4.0 * e * i * i


@elementary
def _sigmoid(t: float) -> tuple[float, float]:
    e, _ = decay(abs(t))
    i = 1.0 / (1.0 + e)
    return i if t >= 0.0 else e * i, e * i * i


@elementary
def _gelu(t: float) -> tuple[float, float]:
    cdf, density = normal(t)
    return (-38.0 if t < -38.0 else t) * cdf, fma(_within(38.0, t), density, cdf)


@elementary
def _power(t: float, exponent: int) -> float:
    t2 = t * t
    t4 = t2 * t2
    low = (t if exponent & 1 else 1.0) * (t2 if exponent & 2 else 1.0)
    return low * (t4 if exponent & 4 else 1.0) * (t4 * t4 if exponent & 8 else 1.0)


@elementary
def _within(bound: float, t: float) -> float:
    """Return the number in [-bound, bound] nearest to t: where a decaying factor is 0 beyond."""
    t = bound if t > bound else t
    return -bound if t < -bound else t


@kernel
def activate(code: int, parameter: float, z: FloatArray, s: FloatArray) -> None:
    """Set s[k] = sigma(z[k]).  One-dimensional arrays of equal length that do not overlap.

    An unknown code gives nan.
    """
    if code == IDENTITY:
        for k in range(z.size):
            s[k] = z[k]
    elif code == RELU:
        for k in range(z.size):
            s[k] = _relu(z[k])[0]
    elif code == LEAKY_RELU:
        for k in range(z.size):
            s[k] = _leaky_relu(z[k], parameter)[0]
    elif code == ABSOLUTE:
        for k in range(z.size):
            s[k] = abs(z[k])
    elif code == TANH:
        for k in range(z.size):
            s[k] = tanh(z[k])
    elif code == ARCTAN:
        for k in range(z.size):
            s[k] = arctan(z[k])
    elif code == ERF:
        for k in range(z.size):
            s[k] = erf_given(z[k], gaussian(z[k]))
    elif code == SIGMOID:
        for k in range(z.size):
            s[k] = sigmoid(z[k])
    elif code == SOFTPLUS:
        for k in range(z.size):
            s[k] = softplus(z[k])
    elif code == SIN:
        for k in range(z.size):
            s[k] = sin_cos(z[k])[0]
        _far_sines(z, s, 0)
    elif code == COS:
        for k in range(z.size):
            s[k] = sin_cos(z[k])[1]
        _far_sines(z, s, 1)
    elif code == GELU:
        for k in range(z.size):
            s[k] = _gelu(z[k])[0]
    elif code == GAUSSIAN:
        for k in range(z.size):
            s[k] = gaussian(z[k])
    elif code == POWER:
        exponent = int(parameter)
        for k in range(z.size):
            s[k] = _power(z[k], exponent)
    else:
        for k in range(z.size):
            s[k] = math.nan


@kernel
def activate_with_slope(
    code: int, parameter: float, z: FloatArray, s: FloatArray, ds: FloatArray
) -> None:
    """Set s[k] = sigma(z[k]) and ds[k] = sigma'(z[k]); the arrays must not overlap.

    An unknown code gives nan.
    """
    if code == IDENTITY:
        for k in range(z.size):
            s[k], ds[k] = z[k], 1.0
    elif code == RELU:
        for k in range(z.size):
            s[k], ds[k] = _relu(z[k])
    elif code == LEAKY_RELU:
        for k in range(z.size):
            s[k], ds[k] = _leaky_relu(z[k], parameter)
    elif code == ABSOLUTE:
        for k in range(z.size):
            s[k], ds[k] = _absolute(z[k])
    elif code == TANH:
        for k in range(z.size):
            s[k], ds[k] = _tanh(z[k])
    elif code == ARCTAN:
        for k in range(z.size):
            s[k], ds[k] = arctan(z[k]), 1.0 / fma(z[k], z[k], 1.0)
    elif code == ERF:
        for k in range(z.size):
            bell = gaussian(z[k])
            s[k], ds[k] = erf_given(z[k], bell), TWO_OVER_SQRT_PI * bell
    elif code == SIGMOID:
        for k in range(z.size):
            s[k], ds[k] = _sigmoid(z[k])
    elif code == SOFTPLUS:
        for k in range(z.size):
            s[k], ds[k] = softplus(z[k]), sigmoid(z[k])
    elif code == SIN:
        for k in range(z.size):
            s[k], ds[k] = sin_cos(z[k])
        _far_sines(z, s, 0)
        _far_sines(z, ds, 1)
    elif code == COS:
        for k in range(z.size):
            sine, s[k] = sin_cos(z[k])
            ds[k] = -sine
        _far_sines(z, s, 1)
        _far_sines(z, ds, 2)
    elif code == GELU:
        for k in range(z.size):
            s[k], ds[k] = _gelu(z[k])
    elif code == GAUSSIAN:
        for k in range(z.size):
            s[k] = gaussian(z[k])
            ds[k] = -2.0 * _within(27.0, z[k]) * s[k]
    elif code == POWER:
        exponent = int(parameter)
        for k in range(z.size):
            s[k] = _power(z[k], exponent)
            ds[k] = exponent * _power(z[k], exponent - 1)
    else:
        for k in range(z.size):
            s[k] = ds[k] = math.nan


@kernel
def activate_with_curvature(
    code: int, parameter: float, z: FloatArray, s: FloatArray, ds: FloatArray, dds: FloatArray
) -> None:
    """As above, and dds[k] = sigma''(z[k])."""
    activate_with_slope(code, parameter, z, s, ds)
    if code == TANH:
        for k in range(z.size):
            dds[k] = -2.0 * s[k] * ds[k]
    elif code == ARCTAN:
        for k in range(z.size):
            dds[k] = -2.0 * (_within(1e200, z[k]) * ds[k]) * ds[k]
    elif code == ERF:
        for k in range(z.size):
            dds[k] = -2.0 * _within(27.0, z[k]) * ds[k]
    elif code == SIGMOID:
        for k in range(z.size):
            dds[k] = -tanh(0.5 * z[k]) * ds[k]
    elif code == SOFTPLUS:
        for k in range(z.size):
            dds[k] = _sigmoid(z[k])[1]
    elif code in (SIN, COS):
        for k in range(z.size):
            dds[k] = -s[k]
    elif code == GELU:
        for k in range(z.size):
            inside = _within(38.0, z[k])
            dds[k] = fma(-inside, inside, 2.0) * normal(z[k])[1]
    elif code == GAUSSIAN:
        for k in range(z.size):
            inside = _within(27.0, z[k])
            dds[k] = 2.0 * fma(2.0 * inside, inside, -1.0) * s[k]
    elif code == POWER and parameter >= 2.0:
        exponent = int(parameter)
        for k in range(z.size):
            dds[k] = exponent * (exponent - 1) * _power(z[k], exponent - 2)
    elif IDENTITY <= code <= POWER:
        for k in range(z.size):
            dds[k] = 0.0
    else:
        for k in range(z.size):
            dds[k] = math.nan


@kernel
def _far_sines(z: FloatArray, s: FloatArray, order: int) -> None:
    """Set s[k] to the derivative of sin of this order at z[k], where |z[k]| > FAR."""
    far = 0
    for k in range(z.size):
        far += abs(z[k]) > FAR
    if far:
        for k in range(z.size):
            if abs(z[k]) > FAR:
                value = math.cos(z[k]) if order & 1 else math.sin(z[k])
                s[k] = -value if order & 2 else value
