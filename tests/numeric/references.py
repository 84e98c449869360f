"""Exact references for elementary functions and activations, and points to compare at.

The formulas are written once and serve two libraries: mpmath, at its working precision, and balls
of python-flint, which are fast and carry their own error bound.  No formula loses digits by
cancellation, but where the function itself crosses zero.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import mpmath as mp
import numpy as np
import numpy.typing as npt
from flint import arb, ctx

FloatArray = npt.NDArray[np.float64]
Real = Callable[[Any], Any]
Triple = tuple[Real, Real, Real]

BITS = 320
"""Precision of the balls: enough for 53 digits lost at a zero, and for sines of 2^30."""
TINY = 2.0**-1000

MPMATH = SimpleNamespace(
    sqrt=mp.sqrt, exp=mp.exp, expm1=mp.expm1, log1p=mp.log1p, sin=mp.sin, cos=mp.cos, sinh=mp.sinh,
    cosh=mp.cosh, tanh=mp.tanh, atan=mp.atan, erf=mp.erf, erfc=mp.erfc,
    number=mp.mpf, pi=lambda: +mp.pi,
)  # fmt: skip
BALLS = SimpleNamespace(
    sqrt=arb.sqrt, exp=arb.exp, expm1=arb.expm1, log1p=arb.log1p, sin=arb.sin, cos=arb.cos,
    sinh=arb.sinh, cosh=arb.cosh, tanh=arb.tanh, atan=arb.atan, erf=arb.erf, erfc=arb.erfc,
    number=arb, pi=arb.pi,
)  # fmt: skip


def activations(m: Any) -> dict[str, Triple]:
    """Return (sigma, sigma', sigma'') by the name of the activation; kinks as in the package.

    "leaky relu" has the parameter 0.01.  Powers are in `power`.
    """

    def one(t: Any) -> Any:
        return 1 + 0 * t

    def zero(t: Any) -> Any:
        return 0 * t

    def density(t: Any) -> Any:
        return m.exp(-t * t / 2) / m.sqrt(2 * m.pi())

    def distribution(t: Any) -> Any:
        return m.erfc(-t / m.sqrt(m.number(2))) / 2

    def bell(t: Any) -> Any:
        return m.exp(-t * t)

    def logistic_slope(t: Any) -> Any:
        return 1 / (2 * m.cosh(t / 2)) ** 2

    def logistic(t: Any) -> Any:
        return 1 / (1 + m.exp(-t))

    def erf_slope(t: Any) -> Any:
        return 2 * bell(t) / m.sqrt(m.pi())

    left = m.number(0.01)
    return {
        "identity": (lambda t: t, one, zero),
        "relu": (lambda t: t if t > 0 else 0 * t, lambda t: one(t) if t > 0 else 0 * t, zero),
        "leaky relu": (
            lambda t: t if t > 0 else left * t,
            lambda t: one(t) if t > 0 else left + 0 * t,
            zero,
        ),
        "abs": (abs, lambda t: one(t) if t > 0 else (-one(t) if t < 0 else 0 * t), zero),
        "tanh": (
            m.tanh,
            lambda t: 1 / m.cosh(t) ** 2,
            lambda t: -2 * m.tanh(t) / m.cosh(t) ** 2,
        ),
        "arctan": (
            m.atan,
            lambda t: 1 / (1 + t * t),
            lambda t: -2 * t / (1 + t * t) ** 2,
        ),
        "erf": (m.erf, erf_slope, lambda t: -2 * t * erf_slope(t)),
        "sigmoid": (
            logistic,
            logistic_slope,
            lambda t: -m.tanh(t / 2) * logistic_slope(t),
        ),
        "softplus": (lambda t: m.log1p(m.exp(t)), logistic, logistic_slope),
        "sin": (m.sin, m.cos, lambda t: -m.sin(t)),
        "cos": (m.cos, lambda t: -m.sin(t), lambda t: -m.cos(t)),
        "gelu": (
            lambda t: t * distribution(t),
            lambda t: distribution(t) + t * density(t),
            lambda t: (2 - t * t) * density(t),
        ),
        "gaussian": (bell, lambda t: -2 * t * bell(t), lambda t: (4 * t * t - 2) * bell(t)),
    }


def power(exponent: int) -> Triple:
    """Return t^exponent and its derivatives, in whatever numbers t is."""

    def falling(order: int) -> Real:
        factor = math.perm(exponent, order)
        return lambda t: factor * t ** max(exponent - order, 0)

    return falling(0), falling(1), falling(2)


REFERENCES = activations(MPMATH)
"""The activations as functions of mpmath numbers."""


@dataclass(frozen=True)
class Elementary:
    """A function of `numeric.elementary`, as a function of balls, and where to look at it."""

    exact: Real
    low: float
    high: float


def _normal(t: arb) -> arb:
    return (-t * arb(0.5).sqrt()).erfc() / 2


ELEMENTARY = {
    "exp": Elementary(arb.exp, -750.0, 709.78),
    "exp(-x)": Elementary(lambda x: (-x).exp(), 0.0, 710.0),
    "1 - exp(-x)": Elementary(lambda x: -(-x).expm1(), 0.0, 710.0),
    "tanh": Elementary(arb.tanh, -1e300, 1e300),
    "arctan": Elementary(arb.atan, -1e308, 1e308),
    "sin": Elementary(arb.sin, -(2.0**30), 2.0**30),
    "cos": Elementary(arb.cos, -(2.0**30), 2.0**30),
    "sigmoid": Elementary(lambda x: 1 / (1 + (-x).exp()), -750.0, 750.0),
    "softplus": Elementary(lambda x: x.exp().log1p(), -750.0, 750.0),
    "gaussian": Elementary(lambda x: (-x * x).exp(), -40.0, 40.0),
    "erf": Elementary(arb.erf, -40.0, 40.0),
    "erfc": Elementary(arb.erfc, -40.0, 40.0),
    "scaled_erfc": Elementary(lambda x: (x * x).exp() * x.erfc(), 0.0, 27.5),
    "normal cdf": Elementary(_normal, -40.0, 40.0),
    "normal density": Elementary(lambda x: (-x * x / 2).exp() / (2 * arb.pi()).sqrt(), -40.0, 40.0),
}


def points(size: int, low: float, high: float) -> FloatArray:
    """Return `size` numbers in [low, high]: dense around 0, of all magnitudes, and hard ones.

    Hard ones are within a few ulp of where a function is computed in another way: at multiples of
    ln(2) / 2 and pi / 4, at the ends of tables of cases, and at numbers with few binary digits.
    """
    rng = np.random.default_rng(size)
    part = size // 6
    signs = rng.choice([-1.0, 1.0], part)
    multiples = np.round(2 ** rng.uniform(0, 31, part))
    ends = rng.choice(
        [0.5, 1.0, 0.414213562373095, 2.414213562373095, 6.0, 8.0, 27.0, 38.0, 354.5, 709.1], part
    )
    numbers = np.concatenate(
        [
            rng.normal(0, 1.5, size - 5 * part),
            rng.normal(0, 30, part),
            np.ldexp(rng.uniform(0.5, 1, part), rng.integers(-1073, 1024, part)) * signs,
            _near(multiples * (math.pi / 4) * signs, rng),
            _near(np.round(multiples**0.34) * (math.log(2) / 2) * signs, rng),
            _near(ends * signs, rng),
        ]
    )
    special = [0.0, -0.0, 5e-324, -5e-324, 2.0**-1022, low, high]
    folded = np.where(numbers < low, -numbers, numbers)
    outside = (folded < low) | (folded > high)
    folded[outside] = rng.uniform(low, high, size)[outside] if high < 1e307 else 1.0
    folded[: len(special)] = np.clip(special, low, high)
    return folded


def _near(numbers: FloatArray, rng: np.random.Generator) -> FloatArray:
    return numbers + rng.integers(-3, 4, numbers.size) * np.spacing(numbers)


def largest_error(
    where: Sequence[float] | FloatArray,
    found: Sequence[float] | FloatArray,
    exact: Real,
    *,
    gradual: bool = False,
) -> tuple[float, float]:
    """Return the largest error in ulp of the true value, and where it is.

    Below TINY the unit is TINY, if not `gradual`.
    """
    largest, place = 0.0, math.nan
    before, ctx.prec = ctx.prec, BITS
    try:
        for x, result in zip(map(float, where), map(float, found), strict=True):
            ball = exact(arb(x))
            value = float(ball)
            unit = math.ulp(value) if gradual or abs(value) >= TINY else TINY
            error = abs(float((ball - arb(result)) / arb(unit)))
            if not error <= largest:
                largest, place = error, x
    finally:
        ctx.prec = before
    return largest, place
