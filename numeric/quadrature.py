"""E[f(a) f(b)] for a Gaussian pair by quadrature, with a proved bound for the error.

For tanh, arctan, softplus and the logistic sigmoid no closed form is known.  In coordinates

    a = sqrt(p) x,   b = r / sqrt(p) x + s / sqrt(p) y,   s = sqrt(p q - r^2),   p >= q,

with independent standard normal x and y, the integrand is analytic in strips around the real axes,
so the trapezoidal rule converges exponentially; a degenerate pair (s = 0) is no exception.

The discretisation error.  Let g be analytic for |Im t| <= c, with integral of |g(t + i u)| dt at
most M for |u| <= c.  Then the trapezoidal sum with step d differs from the integral by at most
2 M / (exp(2 pi c / d) - 1) (Trefethen and Weideman, SIAM Review 56 (2014), Theorem 5.1).  The
normal density has |phi(t + i u)| = exp(u^2 / 2) phi(t).  Let w_a and w_b be how far the shifts by
c_x and c_y move a and b, and |f(t + i u)| <= A + B |t| for |u| <= w_a, with A' and B' for w_b.

    Shift x by i u: by the Cauchy-Schwarz inequality M <= exp(c_x^2 / 2) F, where
    F = (A + B sqrt(p)) (A' + B' sqrt(q)).
    Shift y by i u, x being real: M <= exp(c_y^2 / 2) phi(x) (A + B |a|) (A' + B' E|b|).  This error
    is summed over the grid of x.  A sum of phi(x) |x|^k over a grid of step d <= 1/2, k = 0, 1, 2,
    is at most 3/2 of the integral: each of its one or two humps adds at most d times its height.
    As |b| <= |r x| / sqrt(p) + |s y| / sqrt(p), the total is at most 3/2 sqrt(2) exp(c_y^2 / 2) F.

So each error is at most 6 exp(c^2 / 2) F / (exp(2 pi c / d) - 1).  In nodes left out, |x| or |y|
beyond REACH, the integrand is at most F (1 + |x|)^2 (1 + |y|) times the densities, F being that of
the real axis; their sum is at most TAIL F.

The rounding error is found while computing: next to f(a) f(b) the kernel adds up |f(a) f(b)|,
|f'(a) f(b)| |a| and |f(a) f'(b)| (|r x| + |s y|) / sqrt(p), which say what errors of the nodes do.
It relies on the errors stated in `numeric.elementary`.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from numeric.elementary import arctan, decay, normal, softplus
from numeric.gaussian_pairs import pairs_from_covariances
from numeric.inputs import FloatArray, one_of
from numeric.jit import elementary, kernel, reduction
from numeric.threads import in_parts

TANH, ARCTAN, SOFTPLUS = range(3)
NAMES = {"tanh": TANH, "arctan": ARCTAN, "sigmoid": TANH, "softplus": SOFTPLUS}
"""The activations known here; the sigmoid is 1/2 + tanh(t / 2) / 2."""
LARGEST = 1e5
"""Variances up to here are accepted; the cost of a pair grows like sqrt(p q)."""

REACH = 9.5
TAIL = 1e-18  # 2 (2.7 * 1.2e-19 + 5.4 * 1.2e-20), the integrals of phi (1 + t)^2 and phi (1 + t)
UNIT = 2.0**-53
BLOCK = 128
# f(a), f(b) and two weights have errors of 3 ulp = 6 UNIT; then products, and sums of BLOCK terms.
ROUNDING = (40 + BLOCK) * UNIT
# Two roundings of each coefficient, one of each product, one of the sum; s and q are rounded too.
SHIFT = 8 * UNIT


@dataclass(frozen=True)
class Expectations:
    """E[f(a) f(b)] and E[f'(a) f'(b)] with bounds for their absolute errors; one shape for all."""

    values: FloatArray
    value_errors: FloatArray
    slopes: FloatArray
    slope_errors: FloatArray


def expectations(
    name: str, p: npt.ArrayLike, q: npt.ArrayLike, r: npt.ArrayLike, *, threads: int | None = None
) -> Expectations:
    """Return E[f(a) f(b)] and E[f'(a) f'(b)] for (a, b) ~ N(0, [[p, r], [r, q]]), elementwise.

    `name` is "tanh", "arctan", "sigmoid" or "softplus".  The bounds hold for the covariances as
    given, and are at most 1e-13 of sqrt(E[f(a)^2] E[f(b)^2]), or the same with f'.  About
    40 (4 + sqrt(p)) (4 + s / sqrt(p)) evaluations of f, where s^2 = p q - r^2, p >= q, of 2 ns.
    Raises ValueError for another name, what is no covariance, or variances above LARGEST.
    """
    one_of("name", name, NAMES)
    pairs = pairs_from_covariances(p, q, r)
    result = of_pairs(name, pairs.reshape(5, -1), threads=threads)
    return Expectations(*(part.reshape(pairs.shape[1:]) for part in result))


def of_pairs(name: str, pairs: FloatArray, *, threads: int | None = None) -> FloatArray:
    """Return values, their errors, slopes and their errors, (4, k), for pairs (5, k).

    The pairs are those of `numeric.gaussian_pairs`.  Raises ValueError as above.
    """
    code = one_of("name", name, NAMES)
    largest = pairs[:2].max(initial=0.0)
    if largest > LARGEST:
        raise ValueError(
            f"the variance {largest} is too large for the quadrature of {name}, at most {LARGEST}"
        )
    given = 0.25 * pairs if name == "sigmoid" else pairs
    result = np.empty((4, pairs.shape[1]))
    in_parts(
        lambda first, last: _integrate(code, given, first, last, result),
        pairs.shape[1],
        threads,
    )
    if name == "sigmoid":
        result *= np.array([1 / 4, 1 / 4, 1 / 16, 1 / 16])[:, None]
        result[0] += 0.25
        result[1] += UNIT
    return result


@elementary
def _tanh(t: float) -> tuple[float, float, float]:
    """Return f, f' and f''."""
    e, d = decay(2 * abs(t))
    inverse = 1 / (1 + e)
    value = math.copysign(d * inverse, t)
    slope = 4 * e * (inverse * inverse)
    return value, slope, -2 * value * slope


@elementary
def _arctan(t: float) -> tuple[float, float, float]:
    slope = 1 / (1 + t * t)
    return arctan(t), slope, -2 * t * slope * slope


@elementary
def _softplus(t: float) -> tuple[float, float, float]:
    e, _ = decay(abs(t))
    inverse = 1 / (1 + e)
    return softplus(t), inverse if t >= 0 else e * inverse, e * (inverse * inverse)


@kernel
def _evaluate(code: int, t: FloatArray, f: FloatArray, df: FloatArray, ddf: FloatArray) -> None:
    """Set f, f' and f'' at each t; the choice is made outside the loops so that they vectorise."""
    if code == TANH:
        for j in range(t.size):
            f[j], df[j], ddf[j] = _tanh(t[j])
    elif code == ARCTAN:
        for j in range(t.size):
            f[j], df[j], ddf[j] = _arctan(t[j])
    else:
        for j in range(t.size):
            f[j], df[j], ddf[j] = _softplus(t[j])


@reduction
def _sums(
    y: FloatArray, weights: FloatArray, f: FloatArray, df: FloatArray, ddf: FloatArray
) -> tuple[float, float, float, float, float, float]:
    """Return the weighted sums of f, |f|, f', f' |y|, |f''| and |f''| |y|."""
    values = sizes = slopes = slopes_y = bends = bends_y = 0.0
    for j in range(y.size):
        value, weight = weights[j] * f[j], weights[j]
        slope, bend = weight * df[j], weight * abs(ddf[j])
        values += value
        sizes += abs(value)
        slopes += slope
        slopes_y += slope * abs(y[j])
        bends += bend
        bends_y += bend * abs(y[j])
    return values, sizes, slopes, slopes_y, bends, bends_y


@elementary
def _value_bound(code: int, width: float, variance: float) -> float:
    """Return A + B sqrt(variance), where |f(t + i u)| <= A + B |t| for |u| <= width."""
    deviation = math.sqrt(variance)
    if code == SOFTPLUS:  # |log(1 + v)| <= |(log 2, pi / 2)| if |v| <= 1 and |arg v| <= 2.5
        return 1.72 + width + deviation
    if code == TANH:
        bounded = max(1.0, math.tan(width))
    else:
        bounded = math.hypot(0.5 * math.pi, math.atanh(width))
    return min(bounded, _slope_bound(code, width) * (width + deviation))


@elementary
def _slope_bound(code: int, width: float) -> float:
    """Return a bound for |f'(t + i u)|, |u| <= width: at most the distance to the poles allows."""
    if code == TANH:
        return 1 / math.cos(width) ** 2
    if code == ARCTAN:
        return 1 / (1 - width * width)
    return 1.0 if width <= 0.5 * math.pi else 1 / math.sin(width)


@elementary
def _step(half_width: float, digits: float) -> float:
    """Return a step for which the error exp(c^2 / 2 - 2 pi c / d) is exp(-digits)."""
    step = 2 * math.pi * half_width / (digits + 0.5 * half_width * half_width)
    # Multiples of a number of 24 bits are exact.
    return min(math.floor(step * 2.0**32) * 2.0**-32, 0.5)


@elementary
def _discretisation(half_width: float, step: float) -> float:
    excess = math.exp(0.5 * half_width * half_width)
    return 6.1 * excess / math.expm1(2 * math.pi * half_width / step)


@elementary
def _nodes(step: float, y: FloatArray, weights: FloatArray) -> None:
    for j in range(y.size):
        y[j] = step * (j - (y.size - 1) // 2)
        weights[j] = step * normal(y[j])[1]


@elementary
def _added(total: float, rest: float, term: float) -> tuple[float, float]:
    """Add a term to total + rest; `rest` collects what the rounding of `total` loses."""
    result = total + term
    back = result - total
    return result, rest + ((total - (result - back)) + (term - back))


@kernel
def _integrate(code: int, pairs: FloatArray, first: int, last: int, result: FloatArray) -> None:
    strip = 1.4 if code == TANH else (0.9 if code == ARCTAN else 2.5)
    for pair in range(first, last):
        p, q, r, s = pairs[0, pair], pairs[1, pair], pairs[2, pair], pairs[3, pair]
        if p < q:
            p, q = q, p
        deviation = math.sqrt(p)
        along = r / deviation if p > 0 else 0.0
        across = s / deviation if p > 0 else 0.0
        both = max(deviation, abs(along))
        width_x = strip / both if strip < 9 * both else 9.0
        width_y = strip / across if strip < 9 * across else 9.0
        width_a = min(width_x * deviation, strip)
        width_b = min(max(width_x * abs(along), width_y * across), strip)
        bound = _value_bound(code, width_a, p) * _value_bound(code, width_b, q)
        slope_bound = _slope_bound(code, width_a) * _slope_bound(code, width_b)

        size = math.sqrt(p * q) / ((1 + deviation) * (1 + math.sqrt(q)))
        if code == SOFTPLUS or size == 0:
            size = 1.0
        slope_size = 1 / math.sqrt((1 + deviation) * (1 + math.sqrt(q)))
        digits = 40 + math.log(max(bound / size, slope_bound / slope_size))
        step_x, step_y = _step(width_x, digits), _step(width_y, digits)
        half_x, half_y = math.ceil(REACH / step_x), math.ceil(REACH / step_y)
        y, weights = np.empty(2 * half_y + 1), np.empty(2 * half_y + 1)
        _nodes(step_y, y, weights)
        points, f, df, ddf = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)

        is_odd = code != SOFTPLUS
        value = value_rest = slope = slope_rest = 0.0
        sizes = value_shift = slope_shift = 0.0
        for i in range(0 if is_odd else -half_x, half_x + 1):
            x = step_x * i
            weight = step_x * normal(x)[1] * (2.0 if is_odd and i > 0 else 1.0)
            points[0] = deviation * x
            _evaluate(code, points[:1], f, df, ddf)
            at_a, slope_at_a, bend_at_a = f[0], abs(df[0]), abs(ddf[0])
            row = row_rest = row_slope = row_slope_rest = 0.0
            absolute = slopes_y = bends = bends_y = 0.0
            for start in range(0, y.size, BLOCK):
                end = min(start + BLOCK, y.size)
                for j in range(end - start):
                    points[j] = along * x + across * y[start + j]
                _evaluate(code, points[: end - start], f, df, ddf)
                sums = _sums(y[start:end], weights[start:end], f, df, ddf)
                row, row_rest = _added(row, row_rest, sums[0])
                row_slope, row_slope_rest = _added(row_slope, row_slope_rest, sums[2])
                absolute += sums[1]
                slopes_y += sums[3]
                bends += sums[4]
                bends_y += sums[5]
            row += row_rest
            row_slope += row_slope_rest
            value, value_rest = _added(value, value_rest, weight * at_a * row)
            slope, slope_rest = _added(slope, slope_rest, weight * slope_at_a * row_slope)
            a, b = abs(deviation * x), abs(along * x)
            sizes += weight * abs(at_a) * absolute
            value_shift += weight * (
                slope_at_a * a * absolute + abs(at_a) * (b * row_slope + across * slopes_y)
            )
            slope_shift += weight * (
                bend_at_a * a * row_slope + slope_at_a * (b * bends + across * bends_y)
            )
        value += value_rest
        slope += slope_rest
        analytic = (
            _discretisation(width_x, step_x) + _discretisation(width_y, step_y)
            + 1e-26 * (p + q)  # second order in the errors of the nodes
        )  # fmt: skip
        left_out = TAIL * _value_bound(code, 0.0, p) * _value_bound(code, 0.0, q)
        result[0, pair] = value
        result[1, pair] = (
            left_out + analytic * bound + 1.01 * (ROUNDING * sizes + SHIFT * value_shift)
        )
        result[2, pair] = slope
        result[3, pair] = (
            TAIL + analytic * slope_bound + 1.01 * (ROUNDING * slope + SHIFT * slope_shift)
        )
