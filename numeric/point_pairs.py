"""Covariances of u . x + b and u . z + b from the points x and z, right to the last bits.

For nearly parallel points p q - r^2 cannot be found from p, q and r.  It is found from the points:
with k the place of the largest |z_k|, the vector

    e = z_k x - x_k z,      e_k = 0,

is an exact combination of products and, unlike x, far from parallel to z: its angle has a squared
sine of at least 1/d.  So in

    |x|^2 |z|^2 - (x . z)^2 = (|e|^2 |z|^2 - (e . z)^2) / z_k^2

no more than a factor d is lost, out of the 106 bits that all sums here are computed with
(compensated sums, Ogita, Rump and Oishi 2005).  This holds down to angles of 1e-150; points are
scaled by powers of 2, so that their sizes do not matter.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from numeric.gaussian_pairs import LARGEST, distance
from numeric.inputs import FloatArray, finite, number
from numeric.intrinsics import fma
from numeric.jit import elementary, kernel
from numeric.threads import WORTH_A_THREAD, in_parts

NEARLY_PARALLEL = 1e-8
"""Up to this squared sine of the angle the difference |x|^2 |z|^2 - (x . z)^2 is not used."""


@dataclass(frozen=True)
class PointPairs:
    """Gaussian pairs for all pairs of points, from one set or from two."""

    numbers: FloatArray
    """(p, q, r, s, h) as in `numeric.gaussian_pairs`, (5, k); k = m (m + 1) / 2 if symmetric."""
    shape: tuple[int, int]
    symmetric: bool
    """Whether only pairs (i, j) with j <= i are listed, row by row."""

    def matrix(self, entries: FloatArray) -> FloatArray:
        """Return the matrix with one entry for each pair of points; (k,) gives (m, m')."""
        if not self.symmetric:
            return entries.reshape(self.shape)
        result = np.empty(self.shape)
        rows, columns = np.tril_indices(self.shape[0])
        result[rows, columns] = entries
        result[columns, rows] = entries
        return result


def point_pairs(
    X: npt.ArrayLike,
    Z: npt.ArrayLike | None = None,
    *,
    weight_variance: float = 1.0,
    bias_variance: float = 0.0,
) -> PointPairs:
    """Return the pairs (u . x + b, u . z + b), u ~ N(0, v / d), b ~ N(0, beta), for rows x, z.

    Shapes: X (m, d), Z (m', d); without Z, all pairs of rows of X.  v is the weight variance, beta
    the bias variance, both at least 0.  Relative errors at most 2^-51 for p, q, r and s (for r, if
    |r| is above 2^-50 d of v |x| |z| / d + beta).  About 40 + 5 d ns for each pair on one core, and
    four times that if they are nearly parallel.
    Raises ValueError, naming the argument, for wrong shapes, entries not finite, or variances p
    above 1e100.
    """
    weight_variance = number("weight_variance", weight_variance, least=0.0)
    bias_variance = number("bias_variance", bias_variance, least=0.0)
    points = finite("X", X, ("m", "d"))
    others = points if Z is None else finite("Z", Z, ("m'", points.shape[1]))
    shape, symmetric = (len(points), len(others)), Z is None
    for name, rows in (("X", points), ("Z", others)):
        with np.errstate(over="ignore"):
            variances = weight_variance * (rows * rows).sum(axis=1) / rows.shape[1] + bias_variance
        for i in np.flatnonzero(~(variances <= LARGEST))[:1]:
            raise ValueError(f"{name}[{i}] gives the variance {variances[i]}, above {LARGEST}")
    A, of_a = _scaled(points)
    B, of_b = _scaled(others)
    size = shape[0] * (shape[0] + 1) // 2 if symmetric else shape[0] * shape[1]
    numbers = np.empty((5, size))
    in_parts(
        lambda first, last: _fill(
            A, of_a, B, of_b, weight_variance, bias_variance, symmetric, first, last, numbers
        ),
        size,
        least=WORTH_A_THREAD,
    )
    return PointPairs(numbers, shape, symmetric)


def _scaled(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return rows divided by powers of 2, with largest entries in [1/2, 1), and facts on each row.

    The facts are the power, the squared length as a sum of two doubles, and the place of the
    largest entry; (m, 4).
    """
    sizes = np.abs(points)
    largest = sizes.argmax(axis=1)
    _, exponents = np.frexp(sizes.max(axis=1))
    rows = np.ldexp(points, -exponents[:, None])
    facts = np.empty((len(points), 4))
    facts[:, 0] = np.ldexp(1.0, exponents)
    facts[:, 3] = largest
    _squares(rows, facts)
    return rows, facts


@elementary
def _exact_sum(a: float, b: float) -> tuple[float, float]:
    """Return the rounded sum and its error."""
    total = a + b
    back = total - a
    return total, (a - (total - back)) + (b - back)


@elementary
def _exact_product(a: float, b: float) -> tuple[float, float]:
    """Return the rounded product and its error."""
    product = a * b
    return product, fma(a, b, -product)


@elementary
def _product(a: float, a2: float, b: float, b2: float) -> tuple[float, float]:
    """Return (a + a2) (b + b2) as a sum of two doubles."""
    high, low = _exact_product(a, b)
    return high, fma(a, b2, fma(a2, b, low))


@elementary
def _quotient(a: float, a2: float, b: float) -> tuple[float, float]:
    """Return (a + a2) / b as a sum of two doubles."""
    high = a / b
    return high, (fma(-high, b, a) + a2) / b


@elementary
def _accumulated(
    total: float, rest: float, a: float, a2: float, b: float, b2: float
) -> tuple[float, float]:
    """Return total + rest + (a + a2) (b + b2) as a sum of two doubles."""
    high, low = _product(a, a2, b, b2)
    total, error = _exact_sum(total, high)
    return total, rest + (error + low)


@kernel
def _squares(rows: FloatArray, facts: FloatArray) -> None:
    for i in range(rows.shape[0]):
        total = rest = 0.0
        for x in rows[i]:
            total, rest = _accumulated(total, rest, x, 0.0, x, 0.0)
        facts[i, 1], facts[i, 2] = _exact_sum(total, rest)


@elementary
def _difference_of_products(
    a: float, a2: float, b: float, b2: float, c: float, c2: float
) -> tuple[float, float]:
    """Return (a + a2) (b + b2) - (c + c2)^2 as a sum of two doubles."""
    x, x2 = _product(a, a2, b, b2)
    y, y2 = _product(c, c2, c, c2)
    high, low = _exact_sum(x, -y)
    return _exact_sum(high, low + (x2 - y2))


@elementary
def _root(a: float, a2: float) -> tuple[float, float]:
    """Return the square root of a + a2, or 0 if that is negative, as a sum of two doubles."""
    root = math.sqrt(max(a, 0.0))
    return root, 0.5 * (fma(-root, root, a) + a2) / root if root > 0 else 0.0


@kernel
def _eliminated(x: FloatArray, z: FloatArray, k: int, zz: float, zz2: float) -> tuple[float, float]:
    """Return sqrt(|x|^2 |z|^2 - (x . z)^2) for nearly parallel vectors, as said above."""
    if z[k] == 0:
        return 0.0, 0.0
    ee = ee2 = ez = ez2 = 0.0
    for n in range(z.size):
        a, a2 = _exact_product(x[n], z[k])
        b, b2 = _exact_product(x[k], z[n])
        high, low = _exact_sum(a, -b)
        e, e2 = _exact_sum(high, low + (a2 - b2))
        ee, ee2 = _accumulated(ee, ee2, e, e2, e, e2)
        ez, ez2 = _accumulated(ez, ez2, e, e2, z[n], 0.0)
    root, root2 = _root(*_difference_of_products(ee, ee2, zz, zz2, ez, ez2))
    return _quotient(root, root2, abs(z[k]))


@kernel
def _fill(
    A: FloatArray,
    of_a: FloatArray,
    B: FloatArray,
    of_b: FloatArray,
    weight_variance: float,
    bias_variance: float,
    symmetric: bool,
    first: int,
    last: int,
    out: FloatArray,
) -> None:
    d, columns = B.shape[1], B.shape[0]
    i, j = first // columns, first % columns
    if symmetric:
        i = j = 0
        while (i + 1) * (i + 2) // 2 <= first:
            i += 1
        j = first - i * (i + 1) // 2
    for c in range(first, last):
        xx, xx2, zz, zz2 = of_a[i, 1], of_a[i, 2], of_b[j, 1], of_b[j, 2]
        r = r2 = 0.0
        for n in range(d):
            r, r2 = _accumulated(r, r2, A[i, n], 0.0, B[j, n], 0.0)
        s, s2 = _difference_of_products(xx, xx2, zz, zz2, r, r2)
        if s <= NEARLY_PARALLEL * (xx * zz):
            s, s2 = _eliminated(A[i], B[j], int(of_b[j, 3]), zz, zz2)
        else:
            s, s2 = _root(s, s2)

        x_size, z_size = of_a[i, 0], of_b[j, 0]
        p, p2 = _variance(xx, xx2, weight_variance, d, x_size, x_size)
        q, q2 = _variance(zz, zz2, weight_variance, d, z_size, z_size)
        r, r2 = _variance(r, r2, weight_variance, d, x_size, z_size)
        s, s2 = _variance(s, s2, weight_variance, d, x_size, z_size)
        s += s2
        high, low = _exact_sum(p, -q)
        h = high + (low + (p2 - q2))
        if bias_variance > 0:
            apart = distance((p, q, r, s, h))
            s = math.sqrt(s * s + bias_variance * apart)
        out[0, c] = _plus(p, p2, bias_variance)
        out[1, c] = _plus(q, q2, bias_variance)
        out[2, c] = _plus(r, r2, bias_variance)
        out[3, c], out[4, c] = s, h
        j += 1
        if j > i if symmetric else j == columns:
            i, j = i + 1, 0


@elementary
def _variance(
    a: float, a2: float, variance: float, d: int, size: float, other: float
) -> tuple[float, float]:
    """Return (a + a2) variance / d, scaled by two powers of 2."""
    high, low = _product(a, a2, variance, 0.0)
    high, low = _quotient(high, low, d)
    return (high * size) * other, (low * size) * other


@elementary
def _plus(a: float, a2: float, constant: float) -> float:
    high, low = _exact_sum(a, constant)
    return high + (low + a2)
