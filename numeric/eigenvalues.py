"""Intervals that certainly contain eigenvalues and singular values of matrices of doubles.

Nothing here trusts LAPACK: its eigenvalues and eigenvectors only say where to look.  What is
returned follows from four facts, where u = 2^-53 and R, x, ... are numbers as computed.

1. *Cholesky* (Rump, "Verification of positive definiteness", BIT 46 (2006), with the weights kept
   apart).  `_cholesky` computes r_kj from c_kj - r_0k r_0j - ... - r_(k-1)k r_(k-1)j by k fused
   operations in this order, one division, or one square root for j = k.  Undoing them one by one,
   c_kj = sum over l <= k of r_lk r_lj / (l to k + 2 factors between 1 - u and 1 + u), so

       |C - R^T R| <= |R|^T W |R|,   W = diag((1 - u)^-(l+2) - 1),

   entry by entry, and the norm of the right side is at most its trace, sum_l W_l |row l of R|^2.
   If the factorisation succeeds, R^T R is positive definite and lambda_min(C) is at least minus
   that trace.  An overflow makes a later pivot negative or nan, and is a failure like any other.

2. *Rayleigh*: lambda_min(A) <= theta = x^T A x / x^T x for each x.

3. *Temple and Kato*: if mu <= lambda_2(A), and theta < mu, then
   lambda_min(A) >= theta - |A x - t x|^2 / (|x|^2 (mu - theta)) for each t, because
   (A - lambda_1)(A - mu) has no negative eigenvalue.  Here lambda_2(A) >= mu is shown by fact 1
   for A + s x x^T - mu I, since lambda_2(A) >= lambda_1(A + s x x^T).

4. *Ostrowski*: the k-th eigenvalue of V^T A V is that of A times a number between the smallest and
   the largest eigenvalue of V^T V.

A x - t x is computed as if with twice the digits (Ogita, Rump and Oishi, "Accurate sum and dot
product", SIAM J. Sci. Comput. 26 (2005), algorithm Dot2, proposition 5.5).  Matrices are first
multiplied by a power of two so that the largest entry lies in [1/2, 1).  Underflow, even to zero,
then changes a result by less than 2^-1022, which the terms m TINY cover: each entry depends on
fewer than 2 m + 4 operations, and m (2 m + 4) 2^-1022 < m TINY; once more for the scaling itself.
Bounds of errors are sums of positive numbers.  Computing them loses less than one part in a
thousand, as long as m < 10^6, and ROUNDED makes up for it.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat

from numeric.inputs import FloatArray, count, finite, number
from numeric.intrinsics import fma
from numeric.jit import kernel, reduction
from symbolic.exact import precision

UNIT = 2.0**-53
TINY = 2.0**-1000
FLOOR = 2.0**-490
"""More than a norm can lose because squares underflow, with up to 2^40 entries."""
ROUNDED = 1.001
"""More than the rounding of any bound computed here, including 1 / (1 - k u) for gamma_k."""

ATTEMPTS = 12
"""How often a shift is moved away from the spectrum before the simple bound is taken."""
STEPS = 3
"""Steps of inverse iteration."""


@dataclass(frozen=True)
class Interval:
    """The numbers from `lo` to `hi`; an end may be infinite."""

    lo: float
    hi: float

    def __contains__(self, x: float) -> bool:
        return self.lo <= x <= self.hi

    @property
    def width(self) -> float:
        """The length hi - lo, rounded to nearest."""
        return self.hi - self.lo


def around(ball: arb) -> Interval:
    """Return the shortest interval of doubles around a ball; infinite ends if it is not finite."""
    if not ball.is_finite():
        return Interval(-math.inf, math.inf)
    lower, upper = ball.lower(), ball.upper()
    lo, hi = float(lower), float(upper)
    return Interval(lo if arb(lo) <= lower else _down(lo), hi if arb(hi) >= upper else _up(hi))


@dataclass(frozen=True)
class Extremes:
    """Where the smallest and the largest eigenvalue of a symmetric matrix lie."""

    smallest: Interval
    largest: Interval


def extreme_eigenvalues(
    A: npt.ArrayLike, *, entry_error: npt.ArrayLike = 0.0, relative: float | None = None
) -> Extremes:
    """Return proved intervals for the smallest and the largest eigenvalue of a symmetric matrix.

    A (m, m) is taken as it is, to the last bit.  `entry_error`, a number or an (m, m) array,
    bounds the errors of its entries: the intervals then hold for every symmetric matrix so near.

    Width: a few units in the last place, where the eigenvalue is further from the next one than
    sqrt(m) u |A|, and otherwise about m u |A| (at most m u trace).  With `relative`, an interval
    wider than that part of its numbers is computed again with balls of 128 bits, and of up to 512
    if need be; then still the best one found is returned.

    Cost: three times `np.linalg.eigvalsh` at m = 100, 0.15 ms at m = 2; with balls 0.1 to 0.2 s at
    m = 100.
    Raises ValueError for a matrix that is not square, not symmetric or not finite.
    Source: see the module; the widening by `entry_error` is Weyl's theorem.
    """
    matrix = _symmetric(A)
    error = _norm_of_error(entry_error, len(matrix))
    wanted = None if relative is None else number("relative", relative, above=0.0)
    found = _extremes(matrix)
    bits = 128
    while wanted is not None and bits <= 512 and _is_wide(found, wanted):
        balls = eigenvalue_balls(matrix, bits=bits)
        smallest, largest = around(balls[0]), around(balls[-1])
        found = Extremes(_both(found.smallest, smallest), _both(found.largest, largest))
        bits *= 2
    return Extremes(_widened(found.smallest, error), _widened(found.largest, error))


def extreme_eigenvalues_of_balls(A: arb_mat) -> Extremes:
    """Return intervals for the extreme eigenvalues of every symmetric matrix with entries in balls.

    Entries above the diagonal are not read.  Width: the row sums of the radii, and of u |A_ij|.
    Raises ValueError for balls that are not finite or lie beyond the doubles.
    """
    m = A.nrows()
    middle, error = np.zeros((m, m)), np.zeros((m, m))
    for i in range(m):
        for j in range(i + 1):
            x = float(A[i, j].mid())
            middle[i, j] = middle[j, i] = x
            error[i, j] = error[j, i] = around(abs(A[i, j] - arb(x))).hi if x - x == 0 else 0.0
    return extreme_eigenvalues(middle, entry_error=error)


def is_positive_definite(A: npt.ArrayLike) -> bool | None:
    """Return whether a symmetric matrix is positive definite; None if that stays undecided.

    Both answers are proved.  Undecided are singular matrices, unless a null vector was met by
    luck, and those within about 10^-100 |A| of one.  Cost and errors as for `extreme_eigenvalues`.
    """
    matrix = _symmetric(A)
    smallest = _extremes(matrix).smallest
    if smallest.lo <= 0 < smallest.hi:
        smallest = extreme_eigenvalues(matrix, relative=0.5).smallest
    if smallest.lo > 0:
        return True
    return False if smallest.hi <= 0 else None


def eigenvalue_intervals(A: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return proved lower and upper bounds (m,), (m,) for all eigenvalues, in ascending order.

    The k-th pair contains the k-th eigenvalue, counted with multiplicity.  Every width is about
    100 sqrt(m) u |A|.  Cost: `np.linalg.eigh` and 20 m^3 operations.
    Raises ValueError as `extreme_eigenvalues` does.

    Source: with A V = V D + P and V^T V = I + F, where P and F are computed as if with twice the
    digits, V^T A V = D + F D + V^T P, so by Weyl its k-th eigenvalue is within
    |F| |D| + (1 + |F|) |P| of d_k, and by Ostrowski that is the one of A times a number between
    1 - |F| and 1 + |F|.
    """
    matrix, exponent = _scaled(_symmetric(A))
    d, V = np.linalg.eigh(matrix)
    W = np.ascontiguousarray(V.T)
    P, error_of_P = _residuals(W, matrix, d, W)
    F, error_of_F = _residuals(W, W.T.copy(), np.ones(len(d)), np.eye(len(d)))
    p, f = _norm(P) + _norm(error_of_P), _norm(F) + _norm(error_of_F)
    if not f < 0.5:
        raise ArithmeticError("np.linalg.eigh returned vectors that are far from orthonormal")
    radius = ROUNDED * (f * float(np.abs(d).max()) + (1 + f) * p + len(d) * TINY)
    least, most = _down(1 - f), _up(1 + f)
    ends = [
        _back(
            Interval(_down(a / (least if a < 0 else most)), _up(b / (least if b > 0 else most))),
            exponent,
        )
        for a, b in ((_down(x - radius), _up(x + radius)) for x in sorted(d.tolist()))
    ]
    return np.array([end.lo for end in ends]), np.array([end.hi for end in ends])


def eigenvalue_balls(A: npt.ArrayLike, *, bits: int = 128) -> list[arb]:
    """Return balls that contain the eigenvalues of a symmetric matrix, ascending.

    Radii are about 10^-35 |A| with 128 bits; also where eigenvalues are equal, or so near that
    doubles cannot tell them apart.  Cost at m = 100 and 128 bits: 0.1 to 0.2 s.
    Raises ValueError as `extreme_eigenvalues` does.

    Source: the eigenvectors of NumPy are improved as Ogita and Aishima do ("Iterative refinement
    for symmetric eigenvalue decomposition", Japan J. Indust. Appl. Math. 35 and 36); then Weyl
    and Ostrowski as in `eigenvalue_intervals`, in balls.
    """
    given = _symmetric(A)
    matrix, exponent = _scaled(given)
    m = len(matrix)
    with precision(count("bits", bits, least=64)):
        scale = arb(2) ** exponent
        exact = arb_mat(given.tolist()) * (1 / scale)
        V = arb_mat(np.linalg.eigh(matrix)[1].tolist())
        for _ in range(bits // 16):
            T, F = _congruent(exact, V)
            change, done = _correction(T, F, bits)
            V = (V + V * arb_mat(change.tolist())).mid()
            if done:
                break
        T, F = _congruent(exact, V)
        middles = [T[i, i].mid() for i in range(m)]
        for i, middle in enumerate(middles):
            T[i, i] -= middle
        spread, factor = arb(0, _row_sum(T)), 1 + arb(0, _row_sum(F))
        return [(d + spread) / factor * scale for d in sorted(middles)]


def spectral_norm(A: npt.ArrayLike) -> Interval:
    """Return a proved interval for the largest singular value of a matrix (p, q) of doubles.

    Its relative width is about 10^-15 sqrt(min(p, q)), also where squares would overflow.
    Cost: 10 p q min(p, q) operations, and `np.linalg.eigvalsh` of the smaller Gram matrix.
    Raises ValueError for what is not a matrix of finite numbers.
    Source: the Gram matrix as in fact 4 of the module, Weyl for its rounding, and facts 1 to 3.
    """
    matrix, exponent = _scaled(finite("A", A, ("p", "q")))
    if not matrix.any():
        return Interval(0.0, 0.0)
    if matrix.shape[0] > matrix.shape[1]:
        matrix = np.ascontiguousarray(matrix.T)
    p = len(matrix)
    G, error = _residuals(matrix, matrix.T.copy(), np.zeros(p), np.eye(p))
    largest = _minus(_lowest(-G, -_eigenvalues(G)[::-1]))
    square = _widened(largest, _norm(error))
    lo, hi = math.sqrt(max(square.lo, 0.0)), math.sqrt(square.hi)
    return _back(Interval(max(_down(lo), 0.0), _up(hi)), exponent)


@kernel
def _cholesky(C: FloatArray, shift: float, R: FloatArray) -> float:
    """Set R, upper triangular, with R^T R near C - shift I, and return how near.

    The smallest eigenvalue of C is at least shift - ROUNDED loss - m TINY for the loss returned,
    which is inf if there is a pivot that is not positive.  Reads the upper triangle of C.
    """
    m = C.shape[0]
    weighted = np.zeros(m)
    largest = 0.0
    for i in range(m):
        row = R[i]
        row[i:] = C[i, i:]
        row[i] -= shift
        largest = max(largest, abs(row[i]))
        whole = i - i % 4
        for k in range(0, whole, 4):
            r0, r1, r2, r3 = R[k], R[k + 1], R[k + 2], R[k + 3]
            a0, a1, a2, a3 = r0[i], r1[i], r2[i], r3[i]
            for j in range(i, m):
                row[j] = fma(-a3, r3[j], fma(-a2, r2[j], fma(-a1, r1[j], fma(-a0, r0[j], row[j]))))
        for k in range(whole, i):
            r0 = R[k]
            a0 = r0[i]
            for j in range(i, m):
                row[j] = fma(-a0, r0[j], row[j])
        if not row[i] > 0:
            return np.inf
        root = math.sqrt(row[i])
        row[i] = root
        weighted[i] += (i + 2) * root * root
        for j in range(i + 1, m):
            row[j] /= root
            weighted[j] += (i + 2) * row[j] * row[j]
    return UNIT * (weighted.sum() + largest)


@reduction
def _inverse_iteration(R: FloatArray, x: FloatArray) -> None:
    """Replace x by a multiple of (R^T R)^-STEPS x of length near 1."""
    m = len(x)
    for _ in range(STEPS):
        for k in range(m):
            x[k] /= R[k, k]
            for j in range(k + 1, m):
                x[j] -= x[k] * R[k, j]
        x /= np.abs(x).max()
        for k in range(m - 1, -1, -1):
            done = 0.0
            for j in range(k + 1, m):
                done += R[k, j] * x[j]
            x[k] = (x[k] - done) / R[k, k]
        x /= np.abs(x).max()
    x /= math.sqrt((x * x).sum())


@kernel
def _twice_as_precise(W: FloatArray, A: FloatArray, t: FloatArray, Y: FloatArray) -> FloatArray:
    """Return W A - diag(t) Y, (k, n) (n, p) - (k, k) (k, p), by the algorithm Dot2."""
    (k, n), p = W.shape, A.shape[1]
    result = np.empty((k, p))
    tail = np.empty(p)
    for i in range(k):
        head = result[i]
        head[:] = 0.0
        tail[:] = 0.0
        for term in range(n + 1):
            factor = W[i, term] if term < n else -t[i]
            row = A[term] if term < n else Y[i]
            for j in range(p):
                product = factor * row[j]
                low = fma(factor, row[j], -product)
                total = head[j] + product
                back = total - head[j]
                tail[j] += ((head[j] - (total - back)) + (product - back)) + low
                head[j] = total
        for j in range(p):
            head[j] += tail[j]
    return result


def _residuals(
    W: FloatArray, A: FloatArray, t: FloatArray, Y: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return P near W A - diag(t) Y and bounds (k,) for the norms of the rows of the error.

    Proposition 5.5 of Ogita, Rump and Oishi, for n + 1 products: each entry is wrong by at most
    u |entry| + gamma_(n+1)^2 times the sum of the |products|, plus underflow.
    """
    P = _twice_as_precise(W, A, t, Y)
    n, p = A.shape
    terms = _rows(W) * _norm(A) + np.abs(t) * _rows(Y)
    return P, ROUNDED * (2 * UNIT * _rows(P) + ((n + 1) * UNIT) ** 2 * terms) + (n + p) * TINY


def _extremes(matrix: FloatArray) -> Extremes:
    scaled, exponent = _scaled(matrix)
    if not scaled.any():
        return Extremes(Interval(0.0, 0.0), Interval(0.0, 0.0))
    w = _eigenvalues(scaled)
    smallest, largest = _lowest(scaled, w), _minus(_lowest(-scaled, -w[::-1]))
    return Extremes(_back(smallest, exponent), _back(largest, exponent))


def _eigenvalues(matrix: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.eigvalsh(matrix), dtype=np.float64)


def _lowest(A: FloatArray, w: FloatArray) -> Interval:
    """Enclose the smallest eigenvalue of a scaled matrix with eigenvalues near `w`, ascending."""
    m = len(A)
    lo, R = _below_spectrum(A, float(w[0]), float(np.abs(w).max()))
    x = np.modf(np.arange(1, m + 1) * 0.6180339887498949)[0]  # orthogonal to nothing usual
    _inverse_iteration(R, x)
    if not np.isfinite(x).all():
        x = np.eye(m)[int(A.diagonal().argmin())]
    t = float(w[0])
    rho, error = _residuals(x[None, :], A, np.array([t]), x[None, :])
    length, size = _norm(x) / ROUNDED**3, _norm(rho) + _norm(error)
    offset = float(rho[0] @ x) / float(x @ x)
    slack = ROUNDED * ((2 * m + 4) * UNIT * size + float(error[0])) / length + 2 * m * TINY
    hi = _up(t + _up(offset + slack))
    gap = _down(_second_at_least(A, w, x) - hi)
    if gap > 0:
        slack += ROUNDED * (size / length) ** 2 / gap
        lo = max(lo, _down(t + _down(offset - ROUNDED * slack)))
    return Interval(lo, hi)


def _below_spectrum(A: FloatArray, near: float, size: float) -> tuple[float, FloatArray]:
    """Return a lower bound for the spectrum, close below `near` if possible, and the factor."""
    m = len(A)
    R = np.zeros((m, m))
    distance = 4 * UNIT * size
    for _ in range(ATTEMPTS):
        shift = near - distance
        loss = _cholesky(A, shift, R)
        if loss < np.inf:
            return _down(shift - (ROUNDED * loss + 2 * m * TINY)), R
        distance *= 8
    return -_norm(A), R


def _second_at_least(A: FloatArray, w: FloatArray, x: FloatArray) -> float:
    """Return a proved lower bound for the second eigenvalue: fact 3 of the module; or -inf."""
    m = len(A)
    if m == 1:
        return math.inf
    gap = float(w[1] - w[0])
    C = A + gap * np.outer(x, x)
    loss = _cholesky(C, float(w[0]) + gap / 2, np.zeros((m, m)))
    rounding = UNIT * _norm(C) + 3 * UNIT * gap * _norm(x) ** 2
    return _down(float(w[0]) + gap / 2 - (ROUNDED * (loss + rounding) + m * TINY))


def _congruent(A: arb_mat, V: arb_mat) -> tuple[arb_mat, arb_mat]:
    """Return V^T A V and V^T V - I."""
    transposed, m = V.transpose(), A.nrows()
    return transposed * (A * V), transposed * V - arb_mat(m, m, 1)


def _correction(T: arb_mat, F: arb_mat, bits: int) -> tuple[FloatArray, bool]:
    """Return E such that V + V E is nearer to the eigenvectors, and whether that is near enough.

    Algorithm 1 of Ogita and Aishima where eigenvalues are told apart.  Where they are not, the
    vectors that span them are turned by the eigenvectors of their own small matrix, as in part II
    of that paper.  E is small or a turn to start from, so that doubles suffice for it.
    """
    m = T.nrows()
    d = [T[i, i] / (1 + F[i, i]) for i in range(m)]
    head = np.array([float(x.mid()) for x in d])
    tail = np.array([float((x - y).mid()) for x, y in zip(d, head.tolist(), strict=True)])
    gaps = (head[None, :] - head[:, None]) + (tail[None, :] - tail[:, None])
    S, R = _doubles(T.entries()), -_doubles(F.entries())
    off = S - np.diag(S.diagonal())
    unresolved = 2 * (_norm(off) + _norm(S) * _norm(R))
    apart = np.abs(gaps) > unresolved
    E = np.where(apart, (off + head * R) / np.where(apart, gaps, 1.0), R / 2)
    done = float(np.abs(E).max()) < 2.0 ** (-0.5 * bits)
    turn = np.eye(m)
    for first, last in _runs(apart):
        near = range(first, last)
        block = _doubles([T[i, j] - d[first] * (F[i, j] + (i == j)) for i in near for j in near])
        rest = _norm(block - np.diag(block.diagonal()))
        if rest > max(2.0 ** (-0.75 * bits), 16 * m * UNIT * _norm(block)):
            turn[first:last, first:last] = np.linalg.eigh(block)[1]
            done = False
    return (turn - np.eye(m)) + E @ turn, done


def _runs(apart: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the ranges of two and more neighbours that are not told apart."""
    m = len(apart)
    ends = [0, *(i for i in range(1, m) if apart[i - 1, i]), m]
    return [(a, b) for a, b in pairwise(ends) if b - a > 1]


def _doubles(entries: list[arb]) -> FloatArray:
    m = math.isqrt(len(entries))
    return np.array([float(x.mid()) for x in entries]).reshape(m, m)


def _row_sum(M: arb_mat) -> arb:
    """Return the largest absolute row sum, which bounds the norm of a symmetric matrix."""
    sums = [sum((abs(x).upper() for x in row), arb(0)).upper() for row in M.tolist()]
    return max(sums)


def _symmetric(A: npt.ArrayLike) -> FloatArray:
    matrix = finite("A", A, ("m", "m"))
    if matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"A has shape {matrix.shape}, where a square matrix is needed")
    if (matrix != matrix.T).any():
        i, j = (int(k) for k in np.argwhere(matrix != matrix.T)[0])
        raise ValueError(
            f"A[{i}, {j}] = {matrix[i, j]} but A[{j}, {i}] = {matrix[j, i]},"
            " where a symmetric matrix is needed"
        )
    return matrix


def _norm_of_error(entry_error: npt.ArrayLike, m: int) -> float:
    """Bound the norm of a symmetric matrix with entries up to `entry_error`: its row sums."""
    if np.ndim(entry_error) == 0:
        return ROUNDED * m * number("entry_error", cast(float, entry_error), least=0.0)
    bounds = finite("entry_error", entry_error, (m, m))
    if (bounds < 0).any():
        raise ValueError(f"entry_error has the entry {bounds.min()}, where bounds are needed")
    with np.errstate(over="ignore"):
        return ROUNDED * float(np.maximum(bounds, bounds.T).sum(axis=1).max())


def _scaled(matrix: FloatArray) -> tuple[FloatArray, int]:
    """Return the matrix with its largest entry in [1/2, 1), and the power of two taken out."""
    exponent = int(np.frexp(np.abs(matrix).max())[1])
    return np.ldexp(matrix, -exponent), exponent


def _rows(M: FloatArray) -> FloatArray:
    """Return upper bounds for the Euclidean norms of the rows; squares may underflow."""
    return ROUNDED * np.sqrt(np.square(M).sum(axis=1)) + FLOOR


def _norm(M: FloatArray) -> float:
    """Return an upper bound for the Frobenius norm; squares may underflow."""
    return ROUNDED * math.sqrt(float(np.square(M).sum())) + FLOOR


def _up(x: float) -> float:
    return math.nextafter(x, math.inf)


def _down(x: float) -> float:
    return math.nextafter(x, -math.inf)


def _minus(x: Interval) -> Interval:
    return Interval(-x.hi, -x.lo)


def _both(a: Interval, b: Interval) -> Interval:
    return Interval(max(a.lo, b.lo), min(a.hi, b.hi))


def _widened(x: Interval, error: float) -> Interval:
    return Interval(_down(x.lo - error), _up(x.hi + error)) if error > 0 else x


def _is_wide(found: Extremes, relative: float) -> bool:
    return any(
        x.width > relative * min(abs(x.lo), abs(x.hi)) for x in (found.smallest, found.largest)
    )


def _back(x: Interval, exponent: int) -> Interval:
    """Return an interval around x times a power of two."""
    with np.errstate(over="ignore", under="ignore"):
        lo, hi = (float(np.ldexp(end, exponent)) for end in (x.lo, x.hi))
        inexact = [float(np.ldexp(y, -exponent)) != end for y, end in ((lo, x.lo), (hi, x.hi))]
    return Interval(_down(lo) if inexact[0] else lo, _up(hi) if inexact[1] else hi)
