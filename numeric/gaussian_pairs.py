"""E[f(a) f(b)] for a Gaussian pair (a, b) of mean zero, in closed form.

A pair is described by five numbers,

    p = E[a^2],   q = E[b^2],   r = E[a b],   s = sqrt(p q - r^2),   h = p - q,

because p, q and r alone do not say how far nearly parallel points are apart: in doubles
p q - r^2 has no correct digit left for angles below 1e-8.  With s and h every formula below is a
sum of terms of one sign, or a series where that is impossible.  The covariance of (f(a), f(b)) is
again described by five such numbers, so that layers can be stacked and the smallest eigenvalue of
a 2x2 kernel matrix comes out accurately: it is never the difference of two entries.

Each formula is the one known from the literature (Cho and Saul 2009 for powers of ReLU, Williams
1997 for erf; the rest follows from Price's theorem d/dr E[f f] = E[f' f']) in another form.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from numeric.inputs import FloatArray, number, one_of
from numeric.intrinsics import fma
from numeric.jit import elementary, kernel
from numeric.threads import WORTH_A_THREAD, in_parts

(LEAKY, LEAKY_SLOPE, RELU_SQUARED, POWER, ERF, NORMAL_CDF, GAUSSIAN, GAUSSIAN_SLOPE, SIN, COS, EXP,
 GELU, GELU_SLOPE) = range(13)  # fmt: skip

LARGEST = 1e100
"""Variances up to here are accepted: their products are still finite."""
SMALL = 1e-280
TAU = 2 * math.pi
SINE_TERMS = tuple((-1) ** (k + 1) * 2 * k / math.factorial(2 * k + 1) for k in range(11, 0, -1))
RELU_SQUARED_TERMS = tuple(
    (-1) ** k * (k - 1) / math.factorial(2 * k + 1) for k in range(16, 1, -1)
)


@dataclass(frozen=True)
class Function:
    """The function t -> sqrt(factor) f(sqrt(stretch) t), where f has a code and a parameter."""

    code: int
    parameter: float = 0.0
    stretch: float = 1.0
    factor: float = 1.0

    def second_moments(self, pairs: FloatArray) -> FloatArray:
        """Return the five numbers of (f(a), f(b)) for each pair; (5, k) gives (5, k)."""
        result = np.empty_like(pairs)
        in_parts(
            lambda first, last: fill_second_moments(*self.numbers, pairs, first, last, result),
            pairs.shape[1],
            least=WORTH_A_THREAD,
        )
        return result

    @property
    def numbers(self) -> tuple[int, float, float, float]:
        """What kernels take a function as: code, parameter, stretch, factor."""
        return self.code, self.parameter, self.stretch, self.factor


@dataclass(frozen=True)
class ClosedForm:
    """An activation whose Gaussian expectations are known in closed form."""

    value: Function
    slope: Function | None
    """The derivative; None if it is zero almost everywhere and the activation jumps."""
    has_determinant: bool = True
    """Whether s and h of (f(a), f(b)) are computed without subtracting nearly equal numbers."""


def closed_form(name: str, parameter: float | None = None) -> ClosedForm:
    """Return the closed form for this activation.

    The parameter is the slope on the left of "leaky relu" (0.01 if not given) and the exponent, an
    integer from 1 to 8, of "power"; the others have none.  Raises ValueError for an unknown name,
    listing the known ones, or a parameter that does not fit.
    """
    build = one_of("name", name, CLOSED_FORMS)
    if name not in ("leaky relu", "power") and parameter is not None:
        raise ValueError(f"parameter = {parameter}, but {name} has no parameter")
    return build(parameter)


def pairs_from_covariances(p: npt.ArrayLike, q: npt.ArrayLike, r: npt.ArrayLike) -> FloatArray:
    """Return the five numbers of pairs with these covariances, taken as exact; shape (5, ...).

    The arguments are broadcast.  Raises ValueError if some [[p, r], [r, q]] is not positive
    semidefinite, beyond rounding, or too large.
    """
    try:
        covariances = np.broadcast_arrays(*(np.asarray(a, dtype=np.float64) for a in (p, q, r)))
    except (TypeError, ValueError):
        raise ValueError("p, q and r are not arrays of real numbers of fitting shapes") from None
    flat = np.stack([np.ravel(a) for a in covariances])
    pairs = np.empty((5, flat.shape[1]))
    _complete(flat, pairs)
    for c in np.flatnonzero(np.isnan(pairs[3]))[:1]:
        p_, q_, r_ = flat[:, c]
        raise ValueError(
            f"(p, q, r) = ({p_}, {q_}, {r_}), where the covariance of two numbers is needed,"
            f" with variances up to {LARGEST}"
        )
    return pairs.reshape(5, *covariances[0].shape)


@kernel
def _complete(covariances: FloatArray, pairs: FloatArray) -> None:
    for c in range(covariances.shape[1]):
        p, q, r = covariances[0, c], covariances[1, c], covariances[2, c]
        square = r * r
        rounding = fma(-r, r, square)
        determinant = fma(p, q, -square) + rounding
        valid = 0 <= p <= LARGEST and 0 <= q <= LARGEST
        size = math.sqrt(max(p, 0.0)) * math.sqrt(max(q, 0.0))
        valid = valid and abs(r) <= size * (1 + 4 * 2.0**-52)
        area = math.sqrt(max(determinant, 0.0))
        if p * q < SMALL:  # the products lose digits to underflow
            area = math.sqrt(max(size - abs(r), 0.0)) * math.sqrt(size + abs(r))
        pairs[0, c], pairs[1, c], pairs[2, c], pairs[4, c] = p, q, r, p - q
        pairs[3, c] = area if valid else math.nan


@kernel
def fill_second_moments(
    code: int,
    parameter: float,
    stretch: float,
    factor: float,
    pairs: FloatArray,
    first: int,
    last: int,
    out: FloatArray,
) -> None:
    """Set out[:, c] to the five numbers of (f(a), f(b)) for the pairs from `first` to `last`."""
    for c in range(first, last):
        pair = (pairs[0, c], pairs[1, c], pairs[2, c], pairs[3, c], pairs[4, c])
        result = scaled(_second_moments(code, parameter, scaled(pair, stretch)), factor)
        out[0, c], out[1, c], out[2, c], out[3, c], out[4, c] = result


def smallest_eigenvalues(pairs: FloatArray) -> FloatArray:
    """Return the smallest eigenvalues of the matrices [[p, r], [r, q]]; (5, k) gives (k,)."""
    p, q, r, s, h = pairs
    with np.errstate(divide="ignore", invalid="ignore"):
        result = s * (s / (0.5 * (p + q + np.hypot(h, 2 * r))))
    return np.where(s == 0, 0.0, result)


Pair = tuple[float, float, float, float, float]


@elementary
def scaled(pair: Pair, c: float) -> Pair:
    """Return the pair with its covariances multiplied by c >= 0."""
    p, q, r, s, h = pair
    return c * p, c * q, c * r, c * s, c * h


@elementary
def _second_moments(code: int, parameter: float, pair: Pair) -> Pair:
    if code == LEAKY:
        return _leaky(parameter, pair)
    if code == LEAKY_SLOPE:
        return _leaky_slope(parameter, pair)
    if code == RELU_SQUARED:
        return _relu_squared(pair)
    if code == POWER:
        return _power(int(parameter), pair)
    if code in (ERF, NORMAL_CDF):
        return _erf(code == NORMAL_CDF, pair)
    if code == GAUSSIAN:
        return _gaussian(pair)
    if code == GAUSSIAN_SLOPE:
        return _gaussian_slope(pair)
    if code in (SIN, COS):
        return _sine(code == COS, pair)
    if code == EXP:
        return _exp(pair)
    return _gelu(code == GELU_SLOPE, pair)


@elementary
def gap(pair: Pair) -> float:
    """Return p + q - 2 |r| without cancellation: (p + q)^2 - 4 r^2 = h^2 + 4 s^2."""
    p, q, r, s, h = pair
    total = p + q + 2 * abs(r)
    return h * (h / total) + 4 * s * (s / total) if total > 0 else 0.0


@elementary
def distance(pair: Pair) -> float:
    """Return E[(a - b)^2] = p + q - 2 r without cancellation."""
    p, q, r, _, _ = pair
    return gap(pair) if r >= 0 else p + q - 2 * r


@elementary
def with_constant(pair: Pair, c: float) -> Pair:
    """Return the pair (a + t, b + t) with an independent t of variance c >= 0."""
    p, q, r, s, h = pair
    area = s if c == 0 else math.sqrt(s * s + c * distance(pair))
    return p + c, q + c, r + c, area, h


@elementary
def added(pair: Pair, other: Pair) -> Pair:
    """Return the sum of two covariances.

    Determinants add up, plus p q' + q p' - 2 r r', which is the sum of a square and of the
    difference of sqrt(p q p' q') and r r', written as a quotient.
    """
    p, q, r, s, h = pair
    p2, q2, r2, s2, h2 = other
    n, n2, r_r2 = math.sqrt(p) * math.sqrt(q), math.sqrt(p2) * math.sqrt(q2), r * r2
    sides = math.sqrt(p * q2) + math.sqrt(q * p2)
    uneven = (h * q2 - q * h2) / sides if sides > 0 else 0.0
    rest = n * n2 - r_r2 if r_r2 <= 0 else ((s * n2) ** 2 + (r * s2) ** 2) / (n * n2 + r_r2)
    area = math.sqrt(s * s + s2 * s2 + uneven * uneven + 2 * rest)
    return p + p2, q + q2, r + r2, area, h + h2


@elementary
def multiplied(pair: Pair, other: Pair) -> Pair:
    """Return the entrywise product of two covariances."""
    p, q, r, s, h = pair
    p2, q2, r2, s2, h2 = other
    area = math.hypot(s * (math.sqrt(p2) * math.sqrt(q2)), r * s2)
    return p * p2, q * q2, r * r2, area, h * p2 + q * h2


# Homogeneous functions


@elementary
def _series(terms: tuple[float, ...], square: float) -> float:
    total = terms[0]
    for term in terms[1:]:
        total = fma(total, square, term)
    return total


@elementary
def _sine_minus(x: float) -> float:
    """Return sin(x) - x cos(x) for 0 <= x <= pi / 2."""
    return x * x * x * _series(SINE_TERMS, x * x)


@elementary
def _leaky(slope: float, pair: Pair) -> Pair:
    """Split f into (1 + slope) / 2 t, odd, and (1 - slope) / 2 |t|, even; no mixed terms remain."""
    p, q, r, s, h = pair
    n = math.sqrt(p) * math.sqrt(q)
    second = 0.5 * (1 + slope * slope)
    if n == 0:
        return second * p, second * q, 0.0, 0.0, second * h
    odd, even = 0.25 * (1 + slope) ** 2, 0.25 * (1 - slope) ** 2
    acute = math.atan2(s, abs(r))
    tail = _sine_minus(acute)
    if r >= 0:
        value = odd * r + even * (4 / TAU) * (s + (0.25 * TAU - acute) * r)
    else:
        value = slope * r + even * (4 / TAU) * n * tail
    sine = s / n
    versine = sine * sine / (1 + abs(r) / n)
    bend = versine - (4 / TAU) * tail
    near = odd * versine + even * bend
    far = odd * (2 - versine) + even * (2 - bend)
    if r < 0:
        near, far = odd * (2 - versine) + even * bend, odd * versine + even * (2 - bend)
    return second * p, second * q, value, n * math.sqrt(near * far), second * h


@elementary
def _leaky_slope(slope: float, pair: Pair) -> Pair:
    p, q, r, s, _ = pair
    at_zero = 0.0 if slope == -1 else slope
    odd, even = 0.25 * (1 + slope) ** 2, 0.25 * (1 - slope) ** 2
    if p == 0 or q == 0:
        mean = 0.5 * (1 + slope)
        of_a = at_zero * at_zero if p == 0 else odd + even
        of_b = at_zero * at_zero if q == 0 else odd + even
        value = at_zero * (at_zero if p == q else mean)
        return of_a, of_b, value, math.sqrt(max(of_a * of_b - value * value, 0.0)), of_a - of_b
    acute = math.atan2(s, abs(r))
    angle, rest = (acute, 0.5 * TAU - acute) if r >= 0 else (0.5 * TAU - acute, acute)
    if slope >= 0:
        value = slope + even * (4 / TAU) * rest
    else:
        value = odd + even * (4 / TAU) * math.atan2(r, s)
    near = even * (4 / TAU) * angle
    far = 2 * odd + even * (4 / TAU) * rest
    return odd + even, odd + even, value, math.sqrt(near * far), 0.0


@elementary
def _relu_squared(pair: Pair) -> Pair:
    p, q, r, s, h = pair
    n = math.sqrt(p) * math.sqrt(q)
    if n == 0:
        return 1.5 * p * p, 1.5 * q * q, 0.0, 0.0, 1.5 * h * (p + q)
    acute = math.atan2(s, abs(r))
    y = 2 * acute
    tail = y**5 * _series(RELU_SQUARED_TERMS, y * y)
    sine = s / n
    if r >= 0:
        value = (3 * r * s + (0.5 * TAU - acute) * (3 * r * r + s * s)) / TAU
        near = sine * sine + tail / TAU
        far = 3 - near
    else:
        value = n * n * (tail / TAU)
        near, far = 1.5 - tail / TAU, 1.5 + tail / TAU
    return 1.5 * p * p, 1.5 * q * q, value, n * n * math.sqrt(near * far), 1.5 * h * (p + q)


@elementary
def _times(size: float, part: float) -> float:
    """Return size * part, where size may be inf; 0 if part is."""
    return size * part if part != 0 else 0.0


@elementary
def _power(k: int, pair: Pair) -> Pair:
    """With rho = r / n, n = sqrt(p q): E = n^k sum over j of c_j rho^j, j = k, k - 2, ... >= 0."""
    p, q, r, s, h = pair
    p_power = q_power = size = highest = 1.0
    growth = 0.0
    for i in range(k):
        growth = growth * p + q_power  # the sum of p^i q^(k - 1 - i)
        p_power, q_power, size = p_power * p, q_power * q, size * math.sqrt(p) * math.sqrt(q)
        highest *= 2 * i + 1
    of_a, of_b, change = highest * p_power, highest * q_power, _times(highest * growth, h)
    if k == 0 or p == 0 or q == 0:
        return of_a, of_b, 1.0 if k == 0 else 0.0, 0.0, change
    n = math.sqrt(p) * math.sqrt(q)
    rho, sine = min(abs(r) / n, 1.0), s / n
    power, lower = (rho, 1.0) if k % 2 == 1 else (1.0, 0.0)  # rho^j, the sum of rho^i for i < j
    coefficient = 1.0
    for i in range(k, 0, -2):
        coefficient *= (i if k % 2 == 1 else i - 1) ** 2
    value = near = 0.0
    for j in range(k % 2, k + 1, 2):
        value += coefficient * power
        near += coefficient * lower
        power *= rho * rho
        lower = (lower * rho + 1) * rho + 1
        coefficient *= (k - j) ** 2 / ((j + 2) * (j + 1))
    near *= sine * sine / (1 + rho)
    area = _times(size, math.sqrt(near * (highest + value)))
    sign = -1.0 if r < 0 and k % 2 == 1 else 1.0
    return of_a, of_b, sign * _times(size, value), area, change


# erf and Gaussians


@elementary
def _erf(normal: bool, pair: Pair) -> Pair:
    """erf, or the distribution function of N(0, 1), which is 1/2 + erf(t / sqrt(2)) / 2.

    With a = sqrt(1 + 4 p), b = sqrt(1 + 4 q), D = (1 + 2 p)(1 + 2 q) - 4 r^2 and r >= 0,
    E[(erf(a) - erf(b))^2] is 4/pi times the angle whose tangent is

        (sqrt(D) (a b - 1) - 2 r (a + b)) / (2 r (a b - 1) + sqrt(D) (a + b));

    multiplying the numerator by its conjugate twice leaves a product of sums of one sign.
    """
    p, q, r, s, h = scaled(pair, 0.5) if normal else pair
    size = abs(r)
    a, b = math.sqrt(1 + 4 * p), math.sqrt(1 + 4 * q)
    root = math.hypot(math.sqrt(1 + 2 * (p + q)), 2 * s)
    of_a = 8 / TAU * math.atan(4 * p / (1 + a) ** 2)
    of_b = 8 / TAU * math.atan(4 * q / (1 + b) ** 2)
    value = 4 / TAU * math.atan2(2 * size, root)
    change = 8 / TAU * math.atan(4 * h / ((a + b) * (1 + a * b)))
    near, far, area = of_a + of_b, of_a + of_b + 2 * value, 0.0
    if p > 0 and q > 0:
        excess = 4 * (p + q + 4 * p * q) / (1 + a * b)  # a b - 1
        smallest = gap((p, q, r, s, h))
        above = 4 * (smallest + 4 * s * s) / (1 + a * b + 4 * size)
        above *= (excess + 4 * size) / (root * excess + 2 * size * (a + b))
        above *= (1 + 2 * p) * (1 + 2 * q)
        near = 8 / TAU * math.atan2(above, 2 * size * excess + root * (a + b))
        product = of_a * of_b
        if near * far < 4 * product:
            area = math.sqrt(max(0.25 * (near * far - change * change), 0.0))
        else:
            area = math.sqrt(max(product - value * value, 0.0))
    if normal:
        area = 0.25 * math.hypot(area, math.sqrt(near if r >= 0 else far))
        value = math.atan2(root, -2 * r) / TAU
        return 0.25 + 0.25 * of_a, 0.25 + 0.25 * of_b, value, area, 0.25 * change
    return of_a, of_b, math.copysign(value, r), area, change


@elementary
def _gaussian(pair: Pair) -> Pair:
    """exp(-t^2), with a, b and D as for erf: 1 / a, 1 / b and 1 / sqrt(D)."""
    p, q, _, s, h = pair
    a, b = math.sqrt(1 + 4 * p), math.sqrt(1 + 4 * q)
    root = math.hypot(math.sqrt(1 + 2 * (p + q)), 2 * s)
    ends = math.sqrt(a) * math.sqrt(b)
    lift = 2 * math.hypot(s, h / math.sqrt(1 + 2 * (p + q) + a * b))  # sqrt(D - a b)
    return 1 / a, 1 / b, 1 / root, lift / (ends * root), -4 * h / (a * b * (a + b))


@elementary
def _gaussian_slope(pair: Pair) -> Pair:
    """-2 t exp(-t^2)."""
    p, q, r, s, h = pair
    a, b = math.sqrt(1 + 4 * p), math.sqrt(1 + 4 * q)
    root = math.hypot(math.sqrt(1 + 2 * (p + q)), 2 * s)
    ends = a * b
    lift = 2 * math.hypot(s, h / math.sqrt(1 + 2 * (p + q) + ends))
    x = ends / (root * root)
    of_x = (lift / root) ** 2 * (1 + x + x * x)  # 1 - x^3
    area = 4 * math.hypot(s, r * math.sqrt(of_x)) / (ends * math.sqrt(ends))
    change = 4 * h * (b**3 - 4 * q * (a * a + ends + b * b) / (a + b)) / ends**3
    return 4 * p / a**3, 4 * q / b**3, 4 * r / root**3, area, change


# Exponentials


@elementary
def _ends(pair: Pair) -> tuple[float, float]:
    """Return E[(a - b)^2] and E[(a + b)^2]."""
    p, q, r, _, _ = pair
    small, large = gap(pair), p + q + 2 * abs(r)
    return (small, large) if r >= 0 else (large, small)


@elementary
def _sine(cosine: bool, pair: Pair) -> Pair:
    """E[sin sin] = (exp(-E[(a - b)^2] / 2) - exp(-E[(a + b)^2] / 2)) / 2, and + for cos."""
    p, q, r, _, h = pair
    minus, plus = _ends(pair)
    both = math.expm1(-minus) * math.expm1(-plus)
    split = math.exp(-min(p, q)) * math.expm1(-abs(h))
    change = math.copysign(0.5 * math.exp(-2 * min(p, q)) * math.expm1(-2 * abs(h)), h)
    if cosine:
        value = 0.5 * (math.exp(-0.5 * minus) + math.exp(-0.5 * plus))
        area = 0.5 * math.hypot(math.sqrt(both), split)
        return 0.5 + 0.5 * math.exp(-2 * p), 0.5 + 0.5 * math.exp(-2 * q), value, area, -change
    value = -0.5 * math.exp(-0.5 * min(minus, plus)) * math.expm1(-2 * abs(r))
    area = 0.5 * math.sqrt(max(both - split * split, 0.0))
    of_a, of_b = -0.5 * math.expm1(-2 * p), -0.5 * math.expm1(-2 * q)
    return of_a, of_b, math.copysign(value, r), area, change


@elementary
def _exp(pair: Pair) -> Pair:
    p, q, _, _, h = pair
    minus, plus = _ends(pair)
    area = _times(math.exp(p + q), math.sqrt(-math.expm1(-minus)))
    change = _times(math.exp(2 * min(p, q)), math.expm1(2 * abs(h)))
    return math.exp(2 * p), math.exp(2 * q), math.exp(0.5 * plus), area, math.copysign(change, h)


# GELU, t times the distribution function of N(0, 1)


@elementary
def _gelu(slopes: bool, pair: Pair) -> Pair:
    """Three expectations; s and h are differences, with absolute errors only."""
    p, q, r, s, _ = pair
    of_a = _gelu_expectation(slopes, p, p, p, 0.0)
    of_b = _gelu_expectation(slopes, q, q, q, 0.0)
    value = _gelu_expectation(slopes, p, q, r, s)
    return of_a, of_b, value, math.sqrt(max(of_a * of_b - value * value, 0.0)), of_a - of_b


@elementary
def _gelu_expectation(slopes: bool, p: float, q: float, r: float, s: float) -> float:
    root = math.hypot(math.sqrt(1 + p + q), s)
    x, z = 1 / (1 + p), 1 / (1 + q)
    angle = math.atan2(root, -r)
    if slopes:
        return (angle + r / root * (x + z + 1 / (root * root))) / TAU
    bend = (r * x) * (r * z) / root
    if r >= 0 or root > -r:
        return (r * angle + (p * x) * (q * z) * root + bend) / TAU
    tail = _sine_minus(angle) / math.sqrt(x) / math.sqrt(z)
    return (bend - (1 + p + q) * x * (root * z) + tail) / TAU


# Names


def _homogeneous(slope: float) -> ClosedForm:
    return ClosedForm(Function(LEAKY, slope), Function(LEAKY_SLOPE, slope))


def _leaky_relu(parameter: float | None) -> ClosedForm:
    return _homogeneous(0.01 if parameter is None else number("parameter", parameter))


def _any_power(parameter: float | None) -> ClosedForm:
    if parameter is None or parameter not in range(1, 9):
        raise ValueError(f"parameter = {parameter}, where an integer from 1 to 8 is needed")
    k = float(parameter)
    return ClosedForm(Function(POWER, k), Function(POWER, k - 1, factor=k * k))


def _fixed(form: ClosedForm) -> Callable[[float | None], ClosedForm]:
    return lambda parameter: form


CLOSED_FORMS: dict[str, Callable[[float | None], ClosedForm]] = {
    "identity": _fixed(_homogeneous(1.0)),
    "relu": _fixed(_homogeneous(0.0)),
    "leaky relu": _leaky_relu,
    "abs": _fixed(_homogeneous(-1.0)),
    "step": _fixed(ClosedForm(Function(LEAKY_SLOPE, 0.0), None)),
    "sign": _fixed(ClosedForm(Function(LEAKY_SLOPE, -1.0), None)),
    "relu squared": _fixed(ClosedForm(Function(RELU_SQUARED), Function(LEAKY, 0.0, factor=4.0))),
    "power": _any_power,
    "erf": _fixed(ClosedForm(Function(ERF), Function(GAUSSIAN, factor=4 / math.pi))),
    "normal cdf": _fixed(
        ClosedForm(Function(NORMAL_CDF), Function(GAUSSIAN, stretch=0.5, factor=1 / TAU))
    ),
    "gaussian": _fixed(ClosedForm(Function(GAUSSIAN), Function(GAUSSIAN_SLOPE))),
    "sin": _fixed(ClosedForm(Function(SIN), Function(COS))),
    "cos": _fixed(ClosedForm(Function(COS), Function(SIN))),
    "exp": _fixed(ClosedForm(Function(EXP), Function(EXP))),
    "gelu": _fixed(ClosedForm(Function(GELU), Function(GELU_SLOPE), has_determinant=False)),
}
"""The closed form of each activation as a function of its parameter."""
