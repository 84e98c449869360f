"""E[f(a) f(b)] for Gaussian pairs in high precision: textbook formulas, and plain integration."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeAlias

from mpmath import mp, mpf
from mpmath.calculus.quadrature import GaussLegendre

Number: TypeAlias = Any
Kernel: TypeAlias = Callable[[Number, Number, Number], Number]
DIGITS = 80


def covariances(
    x: Sequence[float], z: Sequence[float], weight_variance: float = 1.0, bias_variance: float = 0.0
) -> tuple[Number, Number, Number]:
    """Return (p, q, r) of u . x + b and u . z + b, for points given as exact doubles."""

    def covariance(a: Sequence[float], b: Sequence[float]) -> Number:
        inner = sum((mpf(float(s)) * mpf(float(t)) for s, t in zip(a, b, strict=True)), mpf(0))
        return mpf(weight_variance) * inner / len(a) + mpf(bias_variance)

    return covariance(x, x), covariance(z, z), covariance(x, z)


def smallest_eigenvalue(p: Number, q: Number, r: Number) -> Number:
    """Return that of [[p, r], [r, q]], by the formula that needs many digits."""
    return (p + q - mp.sqrt((p - q) ** 2 + 4 * r * r)) / 2


def relative_error(computed: float, expected: Number, size: Number = None) -> float:
    """Return |computed - expected| / |size|, the size being that of the expected value if none."""
    scale = abs(expected if size is None else size)
    return float(abs(mpf(float(computed)) - expected) / scale)


# Textbook formulas


def _angle(p: Number, q: Number, r: Number) -> Number:
    return mp.acos(max(-1, min(1, r / mp.sqrt(p * q)))) if p * q > 0 else mp.pi / 2


def _relu(p: Number, q: Number, r: Number) -> Number:
    theta = _angle(p, q, r)
    return mp.sqrt(p * q) * (mp.sin(theta) + (mp.pi - theta) * mp.cos(theta)) / (2 * mp.pi)


def _step(p: Number, q: Number, r: Number) -> Number:
    return (mp.pi - _angle(p, q, r)) / (2 * mp.pi)


def _relu_squared(p: Number, q: Number, r: Number) -> Number:
    theta = _angle(p, q, r)
    sine, cosine = mp.sin(theta), mp.cos(theta)
    return p * q * (3 * sine * cosine + (mp.pi - theta) * (1 + 2 * cosine**2)) / (2 * mp.pi)


def _hermite(k: int) -> Kernel:
    """Expand t^k into Hermite polynomials: only equal degrees j contribute."""

    def kernel(p: Number, q: Number, r: Number) -> Number:
        total = mpf(0)
        for j in range(k % 2, k + 1, 2):
            m = (k - j) // 2
            c = mp.factorial(k) / (mp.factorial(m) * mpf(2) ** m)
            total += c**2 * (p * q) ** m * r**j / mp.factorial(j)
        return total

    return kernel


def _scaled(factor: Number, kernel: Kernel) -> Kernel:
    return lambda p, q, r: factor * kernel(p, q, r)


def _leaky(slope: Number) -> tuple[Kernel, Kernel]:
    return (
        lambda p, q, r: slope * r + (1 - slope) ** 2 * _relu(p, q, r),
        lambda p, q, r: slope + (1 - slope) ** 2 * _step(p, q, r),
    )


def _erf(p: Number, q: Number, r: Number) -> Number:
    return 2 / mp.pi * mp.asin(2 * r / mp.sqrt((1 + 2 * p) * (1 + 2 * q)))


def _gaussian(p: Number, q: Number, r: Number) -> Number:
    return ((1 + 2 * p) * (1 + 2 * q) - 4 * r * r) ** mpf(-0.5)


def _gaussian_slope(p: Number, q: Number, r: Number) -> Number:
    return 4 * r * ((1 + 2 * p) * (1 + 2 * q) - 4 * r * r) ** mpf(-1.5)


def _normal_cdf(p: Number, q: Number, r: Number) -> Number:
    return mpf(1) / 4 + mp.asin(r / mp.sqrt((1 + p) * (1 + q))) / (2 * mp.pi)


def _density(p: Number, q: Number, r: Number) -> Number:
    return 1 / (2 * mp.pi * mp.sqrt((1 + p) * (1 + q) - r * r))


def _sin(p: Number, q: Number, r: Number) -> Number:
    return mp.exp(-(p + q) / 2) * mp.sinh(r)


def _cos(p: Number, q: Number, r: Number) -> Number:
    return mp.exp(-(p + q) / 2) * mp.cosh(r)


def _exp(p: Number, q: Number, r: Number) -> Number:
    return mp.exp((p + q) / 2 + r)


def _gelu(p: Number, q: Number, r: Number) -> Number:
    product = (1 + p) * (1 + q)
    bend = (p * q + r * r * (1 - p * q) / product) * _density(p, q, r)
    return r * _normal_cdf(p, q, r) + bend


def _gelu_slope(p: Number, q: Number, r: Number) -> Number:
    sums = 1 / (1 + p) + 1 / (1 + q) + 1 / ((1 + p) * (1 + q) - r * r)
    return _normal_cdf(p, q, r) + r * _density(p, q, r) * sums


with mp.workdps(DIGITS):
    FORMULAS: dict[str, tuple[Kernel, Kernel | None]] = {
        "identity": (lambda p, q, r: r, lambda p, q, r: mpf(1)),
        "relu": (_relu, _step),
        "leaky relu": _leaky(mpf(0.01)),
        "abs": _leaky(mpf(-1)),
        "step": (_step, None),
        "sign": (lambda p, q, r: 4 * _step(p, q, r) - 1, None),
        "relu squared": (_relu_squared, _scaled(4, _relu)),
        "power": (_hermite(3), _scaled(9, _hermite(2))),
        "erf": (_erf, _scaled(4 / mp.pi, _gaussian)),
        "normal cdf": (_normal_cdf, _density),
        "gaussian": (_gaussian, _gaussian_slope),
        "sin": (_sin, _cos),
        "cos": (_cos, _sin),
        "exp": (_exp, _exp),
        "gelu": (_gelu, _gelu_slope),
    }
    """E[f f] and E[f' f'] for each closed form; the power is t^3."""


def power_formula(k: int) -> Kernel:
    """Return E[a^k b^k]."""
    return _hermite(k)


# Integration, for the formulas above and for what has none

ONE_VARIABLE: dict[str, Callable[[Number], Number]] = {
    "relu": lambda t: max(t, mpf(0)),
    "leaky relu": lambda t: t if t > 0 else mpf(0.01) * t,
    "abs": abs,
    "step": lambda t: mpf(t > 0),
    "sign": mp.sign,
    "relu squared": lambda t: max(t, mpf(0)) ** 2,
    "identity": lambda t: t,
    "power": lambda t: t**3,
    "erf": mp.erf,
    "normal cdf": lambda t: mp.erfc(-t / mp.sqrt(2)) / 2,
    "gaussian": lambda t: mp.exp(-t * t),
    "sin": mp.sin,
    "cos": mp.cos,
    "exp": mp.exp,
    "gelu": lambda t: t * mp.erfc(-t / mp.sqrt(2)) / 2,
    "tanh": mp.tanh,
    "arctan": mp.atan,
    "sigmoid": lambda t: 1 / (1 + mp.exp(-t)),
    "softplus": lambda t: mp.log1p(mp.exp(t)) if t < 0 else t + mp.log1p(mp.exp(-t)),
}
DEGREES = {"relu": 1, "leaky relu": 1, "abs": 1, "step": 0, "sign": 0, "relu squared": 2}
"""Homogeneous functions with a kink or a jump at 0, with their degrees."""


def integrated(name: str, p: Number, q: Number, r: Number, *, nodes: int = 12) -> Number:
    """Return E[f(a) f(b)] by integrating over the plane.

    Homogeneous functions of degree k in polar coordinates: E|g|^(2 k) = 2^k k! times the mean over
    the circle, between the kinks; others by Gauss-Legendre in rows and columns.
    """
    f = ONE_VARIABLE[name]
    deviation = mp.sqrt(p)
    along, across = r / deviation, mp.sqrt(q - r * r / p)
    if name in DEGREES:
        kink = mp.atan2(-along, across)  # along cos(t) + across sin(t) = 0
        turns = [-mp.pi / 2, mp.pi / 2, kink, kink + mp.pi, kink - mp.pi]
        breaks = sorted({-mp.pi, mp.pi, *(t for t in turns if -mp.pi < t < mp.pi)})

        def around(t: Number) -> Number:
            return f(deviation * mp.cos(t)) * f(along * mp.cos(t) + across * mp.sin(t))

        degree = DEGREES[name]
        return mpf(2) ** degree * mp.factorial(degree) * mp.quad(around, breaks) / (2 * mp.pi)
    rule = _gauss_legendre(nodes)
    total = mpf(0)
    for x, weight in rule:
        inner = sum(w * f(along * x + across * y) for y, w in rule)
        total += weight * f(deviation * x) * inner
    return total


def mean(f: Callable[[Number], Number], variance: Number) -> Number:
    """Return E[f(a)], a ~ N(0, variance), by adaptive integration in one variable."""
    deviation = mp.sqrt(variance)

    def integrand(x: Number) -> Number:
        return f(deviation * x) * mp.npdf(x)

    inside = [t for t in (1, 3, 10, 30) if t < 9 * deviation]
    breaks = sorted({mpf(0), mpf(3), mpf(10), *(t / deviation for t in inside)})
    return mp.quad(integrand, [-b for b in reversed(breaks)] + breaks[1:])


@cache
def _gauss_legendre(nodes: int) -> tuple[tuple[Number, Number], ...]:
    """Return nodes and weights for the density of N(0, 1): 10 panels on [-10, 10]."""
    points = GaussLegendre(mp).calc_nodes({12: 3, 24: 4}[nodes], mp.prec)
    scaled = [(x + centre, w) for centre in range(-9, 10, 2) for x, w in points]
    return tuple((x, w * mp.npdf(x)) for x, w in scaled)
