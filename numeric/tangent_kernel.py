"""The tangent kernel of a network with one hidden layer, without its Jacobian.

The kernel is K(x, z) = <grad_w Phi(x, w), grad_w Phi(z, w)>.  With s and o the input and the output
scale, S = sigma(s X U^T + b) and D = sigma'(s X U^T + b) diag(v), rows for points and columns for
neurons, equation (11.5.2) gives, * standing for the entrywise product,

    K = o^2 s^2 (X X^T) * (D D^T)  +  o^2 D D^T  +  o^2 S S^T  +  1
        from U                        from b        from v        from c.

Neurons are taken in blocks, so that S and D are never held as a whole; for initial networks not
even the weights are.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from numeric.activations import Activation, activate_with_slope
from numeric.inputs import FloatArray, count, finite
from numeric.jit import reduction
from numeric.networks import STANDARD, Network, Variances, initialisation
from numeric.threads import in_parts

Neurons = Callable[[int, int], tuple[FloatArray, FloatArray, FloatArray]]
"""The rows of U, b and v from the first to before the last of a range."""
Progress = Callable[[int, int], None]

BLOCK = 384
"""How many neurons are held at once."""
TILE = 4
"""How many rows and columns of a kernel are summed together, in registers."""
PIECES = 64
"""The largest number of pieces into which the neurons are cut; each has sums of its own."""
WORTH_A_PIECE = 2**23
"""How many products a piece contains at least, about half a millisecond of work."""
SUMS = 2**20
"""How many numbers the sums of all pieces may be, unless there are eight pieces or fewer."""
ACTIVATION = 32
"""How many products an activation is worth."""
WEIGHTS = 2**15
"""How many inner weights are made at a time, unless one block of neurons has more."""


@dataclass(frozen=True)
class KernelParts:
    """What each group of parameters contributes to a tangent kernel; each array is (m, m')."""

    U: FloatArray
    b: FloatArray
    v: FloatArray
    c: FloatArray

    def total(self) -> FloatArray:
        """Return the kernel, the sum of all four."""
        return self.U + self.b + self.v + self.c


def tangent_kernel(
    network: Network,
    X: npt.ArrayLike,
    Z: npt.ArrayLike | None = None,
    *,
    threads: int | None = None,
) -> FloatArray:
    """Return the tangent kernel K(x, z) for the rows x of X and z of Z; Z is X if not given.

    Shapes: X (m, d) and Z (m', d) give (m, m').  Without Z the result is symmetric to the last
    bit and half the work.  Cost, error and errors raised are those of `tangent_kernel_parts`.
    """
    return tangent_kernel_parts(network, X, Z, threads=threads).total()


def tangent_kernel_parts(
    network: Network,
    X: npt.ArrayLike,
    Z: npt.ArrayLike | None = None,
    *,
    threads: int | None = None,
) -> KernelParts:
    """Return the contributions of U, b, v and c to the tangent kernel.

    Shapes: X (m, d) and Z (m', d) give (m, m') each.  Cost: n m m' products for each of S S^T and
    D D^T (half of that without Z), n d (m + m') for the arguments of sigma, and one evaluation of
    sigma and sigma' for each neuron and point.  Memory beside the result: 1 MiB for the sums at
    m = m' = 32 and any width, and 6 (m + m') + 3 d KiB for each thread.  The result is the same to
    the last bit for any number of threads.

    Error: with P = `pieces(n, d, m, m')`, a term passes at most k = 384 + ceil(n / (384 P)) + P
    roundings until the sum over the neurons is done.  So, with u = 2^-53, an entry of the part of v
    is within (k + 3) u of the sum of the absolute values of its terms (up to terms in u^2), given
    the computed values of sigma; that of b within (k + 5) u, given those of sigma'; that of U has
    d + 4 more roundings, of x . z, and the total of all four three more.  The arguments of sigma
    are within (d + 2) u of the sum of the absolute values of their terms.

    Raises ValueError for X or Z of a wrong shape, empty, or not finite, and OverflowError if the
    kernel is too large for doubles.
    """
    points = finite("X", X, ("m", network.dimension))
    others = None if Z is None else finite("Z", Z, ("m'", network.dimension))

    def stored(first: int, last: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        return network.U[first:last], network.b[first:last], network.v[first:last]

    s, o = network.input_scale, network.output_scale
    sums = _sums(network.activation, s, network.width, stored, points, others, threads, None)
    return _kernel_parts(sums, points, others, s, o)


def initial_tangent_kernel(
    activation: Activation,
    n: int,
    X: npt.ArrayLike,
    law: str = "gaussian",
    seed: int = 0,
    *,
    Z: npt.ArrayLike | None = None,
    normalised: bool = False,
    variances: Variances = STANDARD,
    threads: int | None = None,
    progress: Progress | None = None,
) -> FloatArray:
    """Return the tangent kernel of an initial network of any width, without storing its weights.

    The result is that of `tangent_kernel` at `initial_network` with the same arguments, to the last
    bit; the neurons are drawn when they are needed.  Memory does not depend on n: beside that of
    `tangent_kernel_parts`, 256 KiB a thread, or 3 d KiB if that is more.  Drawing costs about 2 ns
    for each weight.

    `progress(done, n)` is called now and then with the number of neurons done, in the thread of
    the caller; if it raises, the computation stops and the exception goes on to the caller.

    Raises ValueError as `tangent_kernel_parts` and `initial_network` do.
    """
    points = finite("X", X, ("m", "d"))
    d = points.shape[1]
    others = None if Z is None else finite("Z", Z, ("m'", d))
    start = initialisation(n, d, law=law, seed=seed, normalised=normalised, variances=variances)
    sums = _sums(activation, start.input_scale, n, start.neurons, points, others, threads, progress)
    return _kernel_parts(sums, points, others, start.input_scale, start.output_scale).total()


def pieces(n: int, d: int, m: int, m_other: int) -> int:
    """Return into how many pieces n neurons are cut, for m and m' points of dimension d."""
    blocks = -(-n // BLOCK)
    worthwhile = n * m * (m_other + d + ACTIVATION) // WORTH_A_PIECE
    affordable = max(8, SUMS // (2 * m * m_other))
    return max(1, min(PIECES, blocks, worthwhile, affordable))


def _sums(
    activation: Activation,
    input_scale: float,
    n: int,
    neurons: Neurons,
    X: FloatArray,
    Z: FloatArray | None,
    threads: int | None,
    progress: Progress | None,
) -> FloatArray:
    """Return S S^T and D D^T of each piece, shape (pieces, 2, m, m'), padded to whole tiles.

    Without Z, only what is on and below the diagonal is meant.
    """
    if threads is not None:
        count("threads", threads)
    m, d = X.shape
    m_other = m if Z is None else len(Z)
    inputs = _padded(input_scale * X)
    rows = columns = len(inputs)
    if Z is not None:
        inputs = np.concatenate([inputs, _padded(input_scale * Z)])
        columns = len(inputs) - rows
    parts = pieces(n, d, m, m_other)
    blocks = -(-n // BLOCK)
    step = max(1, WEIGHTS // (d * BLOCK)) * BLOCK
    sums = np.zeros((parts, 2, rows, columns))
    done = [0] * parts
    stop = threading.Event()

    def add(first: int, last: int) -> None:
        for part in range(first, last):
            low, high = (min(n, blocks * (part + k) // parts * BLOCK) for k in (0, 1))
            for start in range(low, high, step):
                if stop.is_set():
                    return
                end = min(start + step, high)
                U, b, v = neurons(start, end)
                _add_neurons(
                    activation.code, activation.parameter, m, 0 if Z is None else m_other, inputs,
                    U, b, v, sums[part],
                )  # fmt: skip
                done[part] = end - low
                if progress is not None and first == 0:
                    progress(sum(done), n)

    def guarded(first: int, last: int) -> None:
        try:
            add(first, last)
        except BaseException:
            stop.set()
            raise

    in_parts(guarded, parts, threads)
    if progress is not None:
        progress(n, n)
    return sums


def _kernel_parts(
    sums: FloatArray, X: FloatArray, Z: FloatArray | None, input_scale: float, output_scale: float
) -> KernelParts:
    scaled = input_scale * X
    others = scaled if Z is None else input_scale * Z
    with np.errstate(over="ignore", invalid="ignore"):
        total = output_scale**2 * sums.sum(axis=0)[:, : len(scaled), : len(others)]
        groups = [scaled @ others.T, *total]
        products, by_v, by_b = groups if Z is not None else map(_mirrored, groups)
        by_U = products * by_b
        finite_entries = np.isfinite(by_U + by_b + by_v)
    if not finite_entries.all():
        i, j = map(int, np.argwhere(~finite_entries)[0])
        raise OverflowError(f"the tangent kernel of points {i} and {j} is too large for doubles")
    return KernelParts(by_U, by_b, by_v, np.ones_like(by_v))


def _mirrored(A: FloatArray) -> FloatArray:
    """Return the symmetric matrix that is A on and below the diagonal."""
    return np.tril(A) + np.tril(A, -1).T


def _padded(X: FloatArray) -> FloatArray:
    """Return X with zero rows and columns added, up to whole tiles."""
    rows, columns = (-(-size // TILE) * TILE for size in X.shape)
    padded = np.zeros((rows, columns))
    padded[: X.shape[0], : X.shape[1]] = X
    return padded


@reduction
def _add_neurons(
    code: int,
    parameter: float,
    m: int,
    m_other: int,
    X: FloatArray,
    U: FloatArray,
    b: FloatArray,
    v: FloatArray,
    sums: FloatArray,
) -> None:
    """Add S S^T to sums[0] and D D^T to sums[1] for the neurons given.

    X, multiplied by the input scale and padded, has the m points and below them, from row
    sums.shape[1] on, the m' other ones; there are none if m' is 0.
    """
    S, D = np.zeros((X.shape[0], BLOCK)), np.zeros((X.shape[0], BLOCK))
    columns = np.zeros((X.shape[1], BLOCK))
    biases, weights = np.zeros(BLOCK), np.zeros(BLOCK)
    arguments = np.empty((TILE, BLOCK))
    flat, values, slopes = arguments.reshape(-1), S.reshape(-1), D.reshape(-1)
    rows = sums.shape[1]
    for first in range(0, b.size, BLOCK):
        last = min(first + BLOCK, b.size)
        _transpose(U[first:last], b[first:last], v[first:last], columns, biases, weights)
        for i in range(0, X.shape[0], TILE):
            _set_arguments(arguments, biases, columns[:TILE], X[i : i + TILE, :TILE])
            for j in range(TILE, X.shape[1], TILE):
                _add_arguments(arguments, columns[j : j + TILE], X[i : i + TILE, j : j + TILE])
            present = min(TILE, m - i if i < rows else m_other - (i - rows)) * BLOCK
            k = i * BLOCK
            s, ds = values[k : k + present], slopes[k : k + present]
            activate_with_slope(code, parameter, flat[:present], s, ds)
            _weigh(S[i : i + TILE], D[i : i + TILE], weights, last - first)
        A, B = (S, D) if m_other == 0 else (S[rows:], D[rows:])
        _add_products(S[:rows], A, m_other == 0, sums[0])
        _add_products(D[:rows], B, m_other == 0, sums[1])


@reduction
def _transpose(
    U: FloatArray,
    b: FloatArray,
    v: FloatArray,
    columns: FloatArray,
    biases: FloatArray,
    weights: FloatArray,
) -> None:
    """Copy a block of neurons, with the weights of each input in a row."""
    for k in range(b.size):
        biases[k] = b[k]
    for k in range(b.size):
        weights[k] = v[k]
    for j in range(U.shape[1]):
        column = columns[j]
        for k in range(b.size):
            column[k] = U[k, j]


@reduction
def _weigh(S: FloatArray, D: FloatArray, weights: FloatArray, width: int) -> None:
    """Multiply the slopes by the outer weights; entries from `width` on are no neurons."""
    for i in range(TILE):
        for k in range(BLOCK):
            D[i, k] *= weights[k]
        for k in range(width, BLOCK):
            S[i, k] = 0.0
            D[i, k] = 0.0


@reduction
def _add_arguments(
    arguments: FloatArray,
    U: FloatArray,
    X: FloatArray,
) -> None:
    """Add X U to the arguments of four points: four inputs with their weights, a row each."""
    z0, z1, z2, z3 = arguments[0], arguments[1], arguments[2], arguments[3]
    u0, u1, u2, u3 = U[0], U[1], U[2], U[3]
    x00, x01, x02, x03 = X[0, 0], X[0, 1], X[0, 2], X[0, 3]
    x10, x11, x12, x13 = X[1, 0], X[1, 1], X[1, 2], X[1, 3]
    x20, x21, x22, x23 = X[2, 0], X[2, 1], X[2, 2], X[2, 3]
    x30, x31, x32, x33 = X[3, 0], X[3, 1], X[3, 2], X[3, 3]
    for k in range(BLOCK):
        a, b, c, d = u0[k], u1[k], u2[k], u3[k]
        z0[k] += x00 * a + x01 * b + x02 * c + x03 * d
        z1[k] += x10 * a + x11 * b + x12 * c + x13 * d
        z2[k] += x20 * a + x21 * b + x22 * c + x23 * d
        z3[k] += x30 * a + x31 * b + x32 * c + x33 * d


@reduction
def _set_arguments(
    arguments: FloatArray,
    biases: FloatArray,
    U: FloatArray,
    X: FloatArray,
) -> None:
    """Set the arguments of four points to the biases plus X U; else as `_add_arguments`."""
    z0, z1, z2, z3 = arguments[0], arguments[1], arguments[2], arguments[3]
    u0, u1, u2, u3 = U[0], U[1], U[2], U[3]
    x00, x01, x02, x03 = X[0, 0], X[0, 1], X[0, 2], X[0, 3]
    x10, x11, x12, x13 = X[1, 0], X[1, 1], X[1, 2], X[1, 3]
    x20, x21, x22, x23 = X[2, 0], X[2, 1], X[2, 2], X[2, 3]
    x30, x31, x32, x33 = X[3, 0], X[3, 1], X[3, 2], X[3, 3]
    for k in range(BLOCK):
        a, b, c, d, e = u0[k], u1[k], u2[k], u3[k], biases[k]
        z0[k] = e + x00 * a + x01 * b + x02 * c + x03 * d
        z1[k] = e + x10 * a + x11 * b + x12 * c + x13 * d
        z2[k] = e + x20 * a + x21 * b + x22 * c + x23 * d
        z3[k] = e + x30 * a + x31 * b + x32 * c + x33 * d


@reduction
def _add_products(A: FloatArray, B: FloatArray, below: bool, K: FloatArray) -> None:
    """Add A B^T to K, tile by tile; if `below`, B is A and only that below the diagonal is due."""
    for i in range(0, A.shape[0], TILE):
        for j in range(0, i if below else B.shape[0], TILE):
            _add_tile(A[i : i + TILE], B[j : j + TILE], K[i : i + TILE, j : j + TILE])
        if below:
            _add_corner(A[i : i + TILE], K[i : i + TILE, i : i + TILE])


@reduction
def _add_tile(A: FloatArray, B: FloatArray, K: FloatArray) -> None:
    """Add A B^T to K for four rows each: sixteen sums stay in registers."""
    a0, a1, a2, a3 = A[0], A[1], A[2], A[3]
    b0, b1, b2, b3 = B[0], B[1], B[2], B[3]
    s00 = s01 = s02 = s03 = 0.0
    s10 = s11 = s12 = s13 = 0.0
    s20 = s21 = s22 = s23 = 0.0
    s30 = s31 = s32 = s33 = 0.0
    for k in range(BLOCK):
        p, q, r, s = a0[k], a1[k], a2[k], a3[k]
        b = b0[k]
        s00, s10, s20, s30 = s00 + p * b, s10 + q * b, s20 + r * b, s30 + s * b
        b = b1[k]
        s01, s11, s21, s31 = s01 + p * b, s11 + q * b, s21 + r * b, s31 + s * b
        b = b2[k]
        s02, s12, s22, s32 = s02 + p * b, s12 + q * b, s22 + r * b, s32 + s * b
        b = b3[k]
        s03, s13, s23, s33 = s03 + p * b, s13 + q * b, s23 + r * b, s33 + s * b
    K[0, 0] += s00
    K[0, 1] += s01
    K[0, 2] += s02
    K[0, 3] += s03
    K[1, 0] += s10
    K[1, 1] += s11
    K[1, 2] += s12
    K[1, 3] += s13
    K[2, 0] += s20
    K[2, 1] += s21
    K[2, 2] += s22
    K[2, 3] += s23
    K[3, 0] += s30
    K[3, 1] += s31
    K[3, 2] += s32
    K[3, 3] += s33


@reduction
def _add_corner(A: FloatArray, K: FloatArray) -> None:
    """Add the part on and below the diagonal of A A^T to K, for four rows."""
    a0, a1, a2, a3 = A[0], A[1], A[2], A[3]
    s00 = s10 = s11 = s20 = s21 = s22 = 0.0
    s30 = s31 = s32 = s33 = 0.0
    for k in range(BLOCK):
        p, q, r, s = a0[k], a1[k], a2[k], a3[k]
        s00, s10, s20, s30 = s00 + p * p, s10 + q * p, s20 + r * p, s30 + s * p
        s11, s21, s31 = s11 + q * q, s21 + r * q, s31 + s * q
        s22, s32, s33 = s22 + r * r, s32 + s * r, s33 + s * s
    K[0, 0] += s00
    K[1, 0] += s10
    K[1, 1] += s11
    K[2, 0] += s20
    K[2, 1] += s21
    K[2, 2] += s22
    K[3, 0] += s30
    K[3, 1] += s31
    K[3, 2] += s32
    K[3, 3] += s33
