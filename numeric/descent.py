"""Gradient descent of one network with one hidden layer, compiled.

The neurons are cut into blocks, small enough that all that belongs to a block stays in the cache
next to the core.  One pass over the blocks a step changes the parameters by the gradient and,
while they are at hand, computes the outputs, the loss and the way from the start.  Threads own
fixed blocks and meet once a step.  Sums over the blocks run in the order of the blocks, so that
results are the same to the last bit for any number of threads.

Inside a block the samples are taken four at a time, and the inputs two coordinates at a time;
missing ones are filled up with zeros.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from numeric.activations import (
    IDENTITY,
    LEAKY_RELU,
    RELU,
    TANH,
    Activation,
    activate_with_slope,
)
from numeric.elementary import tanh
from numeric.inputs import FloatArray
from numeric.jit import kernel, reduction
from numeric.losses import Loss, evaluate
from numeric.threads import meet

WIDEST = 384
"""The largest number of neurons in a block."""
TILE = 4
"""How many samples are taken at a time."""
FAR = 1e150
"""A loss above this counts as divergence."""


class Setting(NamedTuple):
    """What stays the same during a run, as the kernels want it."""

    activation: int
    parameter: float
    above: float
    """The slope of sigma where sigma > 0, if it consists of two lines."""
    below: float
    """The slope elsewhere."""
    loss: int
    weight: float
    step_size: float
    output_scale: float
    X: FloatArray
    """input_scale times the data, filled up with zeros to multiples of (TILE, 2)."""
    y: FloatArray


class Workspace(NamedTuple):
    """What a run writes to.

    B is the number of neurons in a block, M the number of rows of X and T = M / TILE.
    """

    S: FloatArray
    """sigma of the preactivations, (blocks, T, TILE, B)."""
    D: FloatArray
    """sigma' likewise, or (blocks, 0, TILE, B) where it is computed from sigma."""
    sums: FloatArray
    """Each block's part of the outputs, (2, blocks, M); the steps take turns."""
    squares: FloatArray
    """Each block's part of the squared distances of U, b and v, (blocks, 2, 3)."""
    z: FloatArray
    """Preactivations at hand, (threads, TILE, B)."""
    G: FloatArray
    """Gradients at hand, by U, b and v, (threads, columns of X + 2, B)."""
    outputs: FloatArray
    """Phi(x_i), (threads, M), the same for all threads."""
    slopes: FloatArray
    """The derivatives of the loss by the outputs, likewise."""
    c: FloatArray
    """The outer bias, (threads, 1), the same for all threads."""


class Record(NamedTuple):
    """Where a run is written down: arrays full of inf, of which step k fills entry k."""

    losses: FloatArray
    distances: FloatArray
    squares: FloatArray
    """|w_k - w_0|^2 for U, b, v and c apart, (steps + 1, 4)."""
    outputs: FloatArray


def empty_record(steps: int, m: int) -> Record:
    """Return a record of the steps 0, ..., steps for m samples, with nothing in it."""
    shapes = (steps + 1,), (steps + 1,), (steps + 1, 4), (steps + 1, m)
    return Record(*(np.full(shape, np.inf) for shape in shapes))


def setting(
    activation: Activation,
    loss: Loss,
    X: FloatArray,
    y: FloatArray,
    step_size: float,
    input_scale: float,
    output_scale: float,
) -> Setting:
    """Return the setting for data X (m, d) and targets y (m,)."""
    m, d = X.shape
    padded = np.zeros((m + -m % TILE, d + d % 2))
    padded[:m, :d] = input_scale * X
    above, below = _lines(activation) or (0.0, 0.0)
    return Setting(
        activation.code,
        activation.parameter,
        above,
        below,
        loss.code,
        loss.weight,
        step_size,
        output_scale,
        padded,
        y,
    )


def workspace(
    activation: Activation, setting: Setting, shape: tuple[int, ...], c: float, threads: int
) -> Workspace:
    """Return room for a run over `packed` parameters of this shape."""
    blocks, _, lanes = shape
    rows, columns = setting.X.shape
    stored = columns > 2 or (activation.code != TANH and _lines(activation) is None)
    tiles = rows // TILE
    return Workspace(
        S=aligned((blocks, tiles, TILE, lanes)),
        D=aligned((blocks, tiles if stored else 0, TILE, lanes)),
        sums=aligned((2, blocks, rows)),
        squares=aligned((blocks, 2, 3)),
        z=aligned((threads, TILE, lanes)),
        G=aligned((threads, columns + 2, lanes)),
        outputs=aligned((threads, rows)),
        slopes=aligned((threads, rows)),
        c=np.full((threads, 1), c),
    )


def _lines(activation: Activation) -> tuple[float, float] | None:
    """Return the slopes above and below 0 if the activation is two lines that meet in 0.

    The sign of the value has to tell on which of them it lies.
    """
    if activation.code == RELU:
        return 1.0, 0.0
    if activation.code == IDENTITY:
        return 1.0, 1.0
    if activation.code == LEAKY_RELU and activation.parameter >= 0:
        return 1.0, activation.parameter
    return None


def blocks_and_lanes(n: int) -> tuple[int, int]:
    """Return into how many blocks n neurons are cut, and for how many neurons each has room.

    Many blocks come in multiples of eight, so that two, four or eight threads get equally many;
    rows come in multiples of eight, a cache line.
    """
    blocks = -(-n // WIDEST)
    if blocks > 8:
        blocks += -blocks % 8
    lanes = -(-n // blocks)
    lanes += -lanes % 8
    return -(-n // lanes), lanes


def packed(U: FloatArray, b: FloatArray, v: FloatArray) -> FloatArray:
    """Return the parameters of networks block by block, rows U_1, ..., U_d, b, v.

    Shapes (..., n, d), (..., n), (..., n) give (..., blocks, d + 2, B); the neurons that fill up
    the blocks are zero.
    """
    *many, n, d = U.shape
    blocks, lanes = blocks_and_lanes(n)
    flat = np.zeros((*many, d + 2, blocks * lanes))
    flat[..., :d, :n] = np.swapaxes(U, -1, -2)
    flat[..., d, :n] = b
    flat[..., d + 1, :n] = v
    W = aligned((*many, blocks, d + 2, lanes))
    W[...] = np.swapaxes(flat.reshape(*many, d + 2, blocks, lanes), -2, -3)
    return W


def unpacked(W: FloatArray, n: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return U, b and v of `packed` parameters, for n neurons."""
    *many, blocks, rows, lanes = W.shape
    flat = np.swapaxes(W, -2, -3).reshape(*many, rows, blocks * lanes)[..., :n]
    U = np.ascontiguousarray(np.swapaxes(flat[..., : rows - 2, :], -1, -2))
    return U, flat[..., rows - 2, :].copy(), flat[..., rows - 1, :].copy()


def aligned(shape: tuple[int, ...]) -> FloatArray:
    """Return zeros that begin at a cache line: loads across two lines take twice as long."""
    size = int(np.prod(shape))
    room = np.zeros(size + 8)
    start = -(room.ctypes.data // 8) % 8
    return room[start : start + size].reshape(shape)


def aligned_copy(array: FloatArray) -> FloatArray:
    """Return a copy that begins at a cache line."""
    copy = aligned(array.shape)
    copy[...] = array
    return copy


@kernel
def descend(
    first: int,
    last: int,
    thread: int,
    threads: int,
    gate: npt.NDArray[np.int64],
    setting: Setting,
    W: FloatArray,
    W0: FloatArray,
    c0: float,
    live: int,
    work: Workspace,
    record: Record,
) -> int:
    """Do this thread's share of the steps first, ..., last - 1 and return `last`.

    Step k changes the parameters by the gradient at w_{k-1}, if k > 0, and goes forward.  W and W0
    are `packed`; the last block has `live` neurons.  All threads return early, with the number
    of the step, when the loss is above FAR or something overflows.
    """
    blocks, m = W.shape[0], setting.y.size
    rate = setting.step_size * setting.output_scale
    # Whole arrays and indices are passed on: a view counts references, which costs 10 ns and more.
    X, slopes, z, G = setting.X, work.slopes, work.z, work.G
    S, D, sums, squares = work.S, work.D, work.sums, work.squares
    tiles, lines, stored = S.shape[1], setting.activation != TANH, D.shape[1] > 0
    for step in range(first, last):
        turn = step & 1
        for q in range(blocks * thread // threads, blocks * (thread + 1) // threads):
            if step > 0:
                _clear(thread, G)
                for t in range(tiles):
                    if stored:
                        _gather_from_slopes(thread, q, t, slopes, X, S, D, G)
                        for j in range(2, X.shape[1], 2):
                            _gather_coordinates(thread, q, t, j, slopes, X, D, G)
                    elif lines:
                        above, below = setting.above, setting.below
                        _gather_lines(thread, q, t, slopes, above, below, X, S, G)
                    else:
                        _gather_tanh(thread, q, t, slopes, X, S, G)
                filled = live if q == blocks - 1 else W.shape[2]
                _move(rate, thread, q, turn, W, W0, G, filled, squares)
            for t in range(tiles):
                if stored:
                    _preactivate(thread, q, t, X, W, z)
                    for j in range(2, X.shape[1], 2):
                        _add_coordinates(thread, q, t, j, X, W, z)
                    for r in range(min(TILE, m - TILE * t)):
                        activate_with_slope(
                            *(setting.activation, setting.parameter),
                            *(z[thread, r], S[q, t, r], D[q, t, r]),
                        )
                    _weigh(q, t, turn, W, S, sums)
                elif lines:
                    _forward_lines(q, t, turn, setting.above, setting.below, X, W, S, sums)
                else:
                    _forward_tanh(q, t, turn, X, W, S, sums)
        meet(gate, step - first + 1, threads)
        if not _settle(step, thread, setting, c0, work, record):
            return step
    return last


@kernel
def _settle(
    step: int, thread: int, setting: Setting, c0: float, work: Workspace, record: Record
) -> bool:
    """Add up all blocks, set the state for the next step and return whether there is one."""
    m, outputs, slopes = setting.y.size, work.outputs[thread], work.slopes[thread]
    square_U = square_b = square_v = 0.0
    for i in range(m):
        outputs[i] = 0.0
    for q in range(len(work.S)):
        for i in range(m):
            outputs[i] += work.sums[step & 1, q, i]
        if step > 0:
            square_U += work.squares[q, step & 1, 0]
            square_b += work.squares[q, step & 1, 1]
            square_v += work.squares[q, step & 1, 2]
    if step > 0:
        gradient = 0.0
        for i in range(m):
            gradient += slopes[i]
        work.c[thread, 0] -= setting.step_size * gradient
    c = work.c[thread, 0]
    for i in range(m):
        outputs[i] = setting.output_scale * outputs[i] + c
    square_c = (c - c0) * (c - c0)
    way = square_U + square_b + square_v + square_c
    loss = evaluate(setting.loss, setting.weight, outputs, setting.y, slopes)
    if not (loss <= FAR and way < np.inf):
        return False
    if thread == 0:
        record.losses[step] = loss
        record.distances[step] = math.sqrt(way)
        record.squares[step, 0] = square_U
        record.squares[step, 1] = square_b
        record.squares[step, 2] = square_v
        record.squares[step, 3] = square_c
        for i in range(m):
            record.outputs[step, i] = outputs[i]
    return True


@kernel
def _clear(thread: int, G: FloatArray) -> None:
    for j in range(G.shape[1]):
        for k in range(G.shape[2]):
            G[thread, j, k] = 0.0


@kernel
def _move(
    rate: float,
    thread: int,
    q: int,
    turn: int,
    W: FloatArray,
    W0: FloatArray,
    G: FloatArray,
    live: int,
    squares: FloatArray,
) -> None:
    """Go one step along the gradients G and set the squared distances of U, b and v."""
    d = W.shape[1] - 2
    total = 0.0
    for j in range(d):
        total += _move_inner(rate, thread, q, j, j, W, W0, G)
    squares[q, turn, 0] = total
    squares[q, turn, 1] = _move_inner(rate, thread, q, d, G.shape[1] - 2, W, W0, G)
    squares[q, turn, 2] = _move_outer(rate, thread, q, W, W0, G, live)


@reduction
def _move_inner(
    rate: float,
    thread: int,
    q: int,
    j: int,
    row: int,
    W: FloatArray,
    W0: FloatArray,
    G: FloatArray,
) -> float:
    w, w0, v, g = W[q, j], W0[q, j], W[q, -1], G[thread, row]
    total = 0.0
    for k in range(w.size):
        new = w[k] - rate * v[k] * g[k]
        w[k] = new
        total += (new - w0[k]) * (new - w0[k])
    return total


@reduction
def _move_outer(
    rate: float, thread: int, q: int, W: FloatArray, W0: FloatArray, G: FloatArray, live: int
) -> float:
    v, v0, g = W[q, -1], W0[q, -1], G[thread, -1]
    total = 0.0
    for k in range(live):
        new = v[k] - rate * g[k]
        v[k] = new
        total += (new - v0[k]) * (new - v0[k])
    return total


@reduction
def _preactivate(thread: int, q: int, t: int, X: FloatArray, W: FloatArray, z: FloatArray) -> None:
    """Set z to b and the first two coordinates of U x, for four samples.

    If d is odd, its last coordinate is followed by row b, with the coordinate 0.
    """
    i = TILE * t
    u, w, b = W[q, 0], W[q, 1], W[q, -2]
    x0, x1, x2, x3 = X[i, 0], X[i + 1, 0], X[i + 2, 0], X[i + 3, 0]
    y0, y1, y2, y3 = X[i, 1], X[i + 1, 1], X[i + 2, 1], X[i + 3, 1]
    z0, z1, z2, z3 = z[thread, 0], z[thread, 1], z[thread, 2], z[thread, 3]
    for k in range(b.size):
        z0[k] = b[k] + (x0 * u[k] + y0 * w[k])
        z1[k] = b[k] + (x1 * u[k] + y1 * w[k])
        z2[k] = b[k] + (x2 * u[k] + y2 * w[k])
        z3[k] = b[k] + (x3 * u[k] + y3 * w[k])


@reduction
def _add_coordinates(
    thread: int, q: int, t: int, j: int, X: FloatArray, W: FloatArray, z: FloatArray
) -> None:
    """Add to z the coordinates j and j + 1 of U x."""
    i = TILE * t
    u, w = W[q, j], W[q, j + 1]
    x0, x1, x2, x3 = X[i, j], X[i + 1, j], X[i + 2, j], X[i + 3, j]
    y0, y1, y2, y3 = X[i, j + 1], X[i + 1, j + 1], X[i + 2, j + 1], X[i + 3, j + 1]
    z0, z1, z2, z3 = z[thread, 0], z[thread, 1], z[thread, 2], z[thread, 3]
    for k in range(u.size):
        z0[k] += x0 * u[k] + y0 * w[k]
        z1[k] += x1 * u[k] + y1 * w[k]
        z2[k] += x2 * u[k] + y2 * w[k]
        z3[k] += x3 * u[k] + y3 * w[k]


@reduction
def _weigh(q: int, t: int, turn: int, W: FloatArray, S: FloatArray, sums: FloatArray) -> None:
    """Set four sums to the inner products of v with the four rows of s."""
    i, v = TILE * t, W[q, -1]
    s0, s1, s2, s3 = S[q, t, 0], S[q, t, 1], S[q, t, 2], S[q, t, 3]
    t0 = t1 = t2 = t3 = 0.0
    for k in range(v.size):
        t0 += v[k] * s0[k]
        t1 += v[k] * s1[k]
        t2 += v[k] * s2[k]
        t3 += v[k] * s3[k]
    row = sums[turn, q]
    row[i], row[i + 1], row[i + 2], row[i + 3] = t0, t1, t2, t3


@reduction
def _forward_tanh(
    q: int, t: int, turn: int, X: FloatArray, W: FloatArray, S: FloatArray, sums: FloatArray
) -> None:
    """Do preactivation, activation and sums in one loop."""
    i = TILE * t
    u, w, b, v = W[q, 0], W[q, 1], W[q, -2], W[q, -1]
    x0, x1, x2, x3 = X[i, 0], X[i + 1, 0], X[i + 2, 0], X[i + 3, 0]
    y0, y1, y2, y3 = X[i, 1], X[i + 1, 1], X[i + 2, 1], X[i + 3, 1]
    s0, s1, s2, s3 = S[q, t, 0], S[q, t, 1], S[q, t, 2], S[q, t, 3]
    t0 = t1 = t2 = t3 = 0.0
    for k in range(v.size):
        z0 = tanh(b[k] + (x0 * u[k] + y0 * w[k]))
        z1 = tanh(b[k] + (x1 * u[k] + y1 * w[k]))
        z2 = tanh(b[k] + (x2 * u[k] + y2 * w[k]))
        z3 = tanh(b[k] + (x3 * u[k] + y3 * w[k]))
        s0[k], s1[k], s2[k], s3[k] = z0, z1, z2, z3
        t0 += v[k] * z0
        t1 += v[k] * z1
        t2 += v[k] * z2
        t3 += v[k] * z3
    row = sums[turn, q]
    row[i], row[i + 1], row[i + 2], row[i + 3] = t0, t1, t2, t3


@reduction
def _forward_lines(
    q: int,
    t: int,
    turn: int,
    above: float,
    below: float,
    X: FloatArray,
    W: FloatArray,
    S: FloatArray,
    sums: FloatArray,
) -> None:
    i = TILE * t
    u, w, b, v = W[q, 0], W[q, 1], W[q, -2], W[q, -1]
    x0, x1, x2, x3 = X[i, 0], X[i + 1, 0], X[i + 2, 0], X[i + 3, 0]
    y0, y1, y2, y3 = X[i, 1], X[i + 1, 1], X[i + 2, 1], X[i + 3, 1]
    s0, s1, s2, s3 = S[q, t, 0], S[q, t, 1], S[q, t, 2], S[q, t, 3]
    t0 = t1 = t2 = t3 = 0.0
    for k in range(v.size):
        z0 = b[k] + (x0 * u[k] + y0 * w[k])
        z1 = b[k] + (x1 * u[k] + y1 * w[k])
        z2 = b[k] + (x2 * u[k] + y2 * w[k])
        z3 = b[k] + (x3 * u[k] + y3 * w[k])
        z0 *= above if z0 > 0 else below
        z1 *= above if z1 > 0 else below
        z2 *= above if z2 > 0 else below
        z3 *= above if z3 > 0 else below
        s0[k], s1[k], s2[k], s3[k] = z0, z1, z2, z3
        t0 += v[k] * z0
        t1 += v[k] * z1
        t2 += v[k] * z2
        t3 += v[k] * z3
    row = sums[turn, q]
    row[i], row[i + 1], row[i + 2], row[i + 3] = t0, t1, t2, t3


@reduction
def _gather_from_slopes(
    thread: int,
    q: int,
    t: int,
    slopes: FloatArray,
    X: FloatArray,
    S: FloatArray,
    D: FloatArray,
    G: FloatArray,
) -> None:
    """Add the share of four samples to the gradients by v, b and two columns of U."""
    i, r = TILE * t, slopes[thread]
    gu, gw, gb, gv = G[thread, 0], G[thread, 1], G[thread, -2], G[thread, -1]
    s0, s1, s2, s3 = S[q, t, 0], S[q, t, 1], S[q, t, 2], S[q, t, 3]
    d0, d1, d2, d3 = D[q, t, 0], D[q, t, 1], D[q, t, 2], D[q, t, 3]
    r0, r1, r2, r3 = r[i], r[i + 1], r[i + 2], r[i + 3]
    x0, x1, x2, x3 = X[i, 0], X[i + 1, 0], X[i + 2, 0], X[i + 3, 0]
    y0, y1, y2, y3 = X[i, 1], X[i + 1, 1], X[i + 2, 1], X[i + 3, 1]
    for k in range(gv.size):
        p0, p1, p2, p3 = r0 * d0[k], r1 * d1[k], r2 * d2[k], r3 * d3[k]
        gv[k] += (r0 * s0[k] + r1 * s1[k]) + (r2 * s2[k] + r3 * s3[k])
        gb[k] += (p0 + p1) + (p2 + p3)
        gu[k] += (x0 * p0 + x1 * p1) + (x2 * p2 + x3 * p3)
        gw[k] += (y0 * p0 + y1 * p1) + (y2 * p2 + y3 * p3)


@reduction
def _gather_tanh(
    thread: int, q: int, t: int, slopes: FloatArray, X: FloatArray, S: FloatArray, G: FloatArray
) -> None:
    """As above, with the slopes 1 - s^2 computed from the values, which saves storing them."""
    i, r = TILE * t, slopes[thread]
    gu, gw, gb, gv = G[thread, 0], G[thread, 1], G[thread, -2], G[thread, -1]
    s0, s1, s2, s3 = S[q, t, 0], S[q, t, 1], S[q, t, 2], S[q, t, 3]
    r0, r1, r2, r3 = r[i], r[i + 1], r[i + 2], r[i + 3]
    x0, x1, x2, x3 = X[i, 0], X[i + 1, 0], X[i + 2, 0], X[i + 3, 0]
    y0, y1, y2, y3 = X[i, 1], X[i + 1, 1], X[i + 2, 1], X[i + 3, 1]
    for k in range(gv.size):
        q0, q1, q2, q3 = r0 * s0[k], r1 * s1[k], r2 * s2[k], r3 * s3[k]
        p0, p1, p2, p3 = r0 - q0 * s0[k], r1 - q1 * s1[k], r2 - q2 * s2[k], r3 - q3 * s3[k]
        gv[k] += (q0 + q1) + (q2 + q3)
        gb[k] += (p0 + p1) + (p2 + p3)
        gu[k] += (x0 * p0 + x1 * p1) + (x2 * p2 + x3 * p3)
        gw[k] += (y0 * p0 + y1 * p1) + (y2 * p2 + y3 * p3)


@reduction
def _gather_lines(
    thread: int,
    q: int,
    t: int,
    slopes: FloatArray,
    above: float,
    below: float,
    X: FloatArray,
    S: FloatArray,
    G: FloatArray,
) -> None:
    """As above for the slopes of two lines, which meet where the value is 0."""
    i, r = TILE * t, slopes[thread]
    gu, gw, gb, gv = G[thread, 0], G[thread, 1], G[thread, -2], G[thread, -1]
    s0, s1, s2, s3 = S[q, t, 0], S[q, t, 1], S[q, t, 2], S[q, t, 3]
    r0, r1, r2, r3 = r[i], r[i + 1], r[i + 2], r[i + 3]
    a0, a1, a2, a3 = r0 * above, r1 * above, r2 * above, r3 * above
    b0, b1, b2, b3 = r0 * below, r1 * below, r2 * below, r3 * below
    x0, x1, x2, x3 = X[i, 0], X[i + 1, 0], X[i + 2, 0], X[i + 3, 0]
    y0, y1, y2, y3 = X[i, 1], X[i + 1, 1], X[i + 2, 1], X[i + 3, 1]
    for k in range(gv.size):
        p0 = a0 if s0[k] > 0 else b0
        p1 = a1 if s1[k] > 0 else b1
        p2 = a2 if s2[k] > 0 else b2
        p3 = a3 if s3[k] > 0 else b3
        gv[k] += (r0 * s0[k] + r1 * s1[k]) + (r2 * s2[k] + r3 * s3[k])
        gb[k] += (p0 + p1) + (p2 + p3)
        gu[k] += (x0 * p0 + x1 * p1) + (x2 * p2 + x3 * p3)
        gw[k] += (y0 * p0 + y1 * p1) + (y2 * p2 + y3 * p3)


@reduction
def _gather_coordinates(
    thread: int,
    q: int,
    t: int,
    j: int,
    slopes: FloatArray,
    X: FloatArray,
    D: FloatArray,
    G: FloatArray,
) -> None:
    """Add the share of four samples to the gradients by the columns j and j + 1 of U."""
    i, r = TILE * t, slopes[thread]
    gu, gw = G[thread, j], G[thread, j + 1]
    d0, d1, d2, d3 = D[q, t, 0], D[q, t, 1], D[q, t, 2], D[q, t, 3]
    x0, x1, x2, x3 = X[i, j], X[i + 1, j], X[i + 2, j], X[i + 3, j]
    y0, y1, y2, y3 = X[i, j + 1], X[i + 1, j + 1], X[i + 2, j + 1], X[i + 3, j + 1]
    for k in range(gu.size):
        p0, p1, p2, p3 = r[i] * d0[k], r[i + 1] * d1[k], r[i + 2] * d2[k], r[i + 3] * d3[k]
        gu[k] += (x0 * p0 + x1 * p1) + (x2 * p2 + x3 * p3)
        gw[k] += (y0 * p0 + y1 * p1) + (y2 * p2 + y3 * p3)
