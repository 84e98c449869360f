"""Many small networks at once: tangent kernels at the start, and gradient descent with its bounds.

A case is a network with one hidden layer together with its own data points and labels.  LANES
cases are computed side by side, so that one processor instruction serves eight of them.  All
arithmetic is IEEE and in a fixed order: a case gets the same result to the last bit wherever it
stands in a batch, alone or with others, for any number of threads.

Formulas stay outside.  `at_start` says what a hypothesis speaks about (spectrum, initial loss,
gradient norms), the caller computes step sizes, rates and radii from that in NumPy, and
`slacks` runs gradient descent against them:

    w_{k+1} = w_k - h grad f(w_k),    f(w) = sum over i of (Phi(x_i, w) - y_i)^2.

Descent is computed in the displacement w_k - w_0, so that distances keep their digits however
short they are.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from numeric.activations import Activation, activate_with_slope
from numeric.inputs import FloatArray, count, finite
from numeric.intrinsics import fma
from numeric.jit import elementary, kernel
from numeric.networks import Network
from numeric.threads import in_parts

LANES = 64
BLOCK = 4
"""One to four points cost as much as four, five to eight as much as eight, and so on."""
MOVED, NOW = 1, 2
BLOWN_UP = 1e100
"""A loss above this is recorded as inf, and so is everything after it."""
UNIT = 2.0**-53
SWEEPS = 30
"""More sweeps of Jacobi's method than ever needed: it converges quadratically."""
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class SmallNetworks:
    """Cases of one shape: m points of dimension d, a hidden layer of width n."""

    activation: Activation
    parameters: FloatArray
    """One row a case, ordered as in `Network.parameters`: (cases, n (d + 2) + 1)."""
    X: FloatArray
    """The data points of each case, (cases, m, d)."""
    y: FloatArray
    """The labels of each case, (cases, m)."""
    input_scale: float = 1.0
    output_scale: float = 1.0

    @property
    def cases(self) -> int:
        """How many cases there are."""
        return self.X.shape[0]

    @property
    def points(self) -> int:
        """The number m of data points of a case."""
        return self.X.shape[1]

    @property
    def dimension(self) -> int:
        """The dimension d of the data points."""
        return self.X.shape[2]

    @property
    def width(self) -> int:
        """The number n of neurons."""
        return (self.parameters.shape[1] - 1) // (self.dimension + 2)

    def with_labels(self, y: npt.ArrayLike) -> "SmallNetworks":
        """Return the same networks and points with other labels, (cases, m)."""
        return replace(self, y=finite("y", y, self.y.shape))

    def take(self, which: npt.ArrayLike) -> "SmallNetworks":
        """Return the cases of these indices, or those where a mask is true, in this order."""
        rows = np.asarray(which)
        return replace(self, parameters=self.parameters[rows], X=self.X[rows], y=self.y[rows])

    def network(self, case: int) -> Network:
        """Return the network of one case."""
        n, d = self.width, self.dimension
        U, b, v, c = np.split(self.parameters[case], [n * d, n * (d + 1), n * (d + 2)])
        scales = self.input_scale, self.output_scale
        return Network(self.activation, U.reshape(n, d), b, v, float(c[0]), *scales)


def small_networks(
    activation: Activation,
    parameters: npt.ArrayLike,
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    normalised: bool = False,
) -> SmallNetworks:
    """Return the cases with these parameters, points and labels; shapes as in `SmallNetworks`.

    In the LeCun or in the normalised form, as in `numeric.networks`.  Raises ValueError, naming
    the argument, for shapes that do not fit or entries that are not finite.
    """
    points = finite("X", X, ("cases", "m", "d"))
    cases, m, d = points.shape
    w = finite("parameters", parameters, (cases, "n (d + 2) + 1"))
    n, rest = divmod(w.shape[1] - 1, d + 2)
    if n < 1 or rest:
        raise ValueError(
            f"parameters has shape {w.shape}, where ({cases}, n * {d + 2} + 1) is needed"
        )
    scales = (d**-0.5, n**-0.5) if normalised else (1.0, 1.0)
    return SmallNetworks(activation, w, points, finite("y", y, (cases, m)), *scales)


@dataclass(frozen=True)
class Start:
    """What is known of each case at w_0."""

    outputs: FloatArray
    """Phi(x_i, w_0), (cases, m)."""
    kernels: FloatArray
    """The empirical tangent kernel J J^T, (cases, m, m)."""
    smallest: FloatArray
    """Its least eigenvalue, (cases,)."""
    largest: FloatArray
    """Its greatest eigenvalue, (cases,)."""

    @property
    def gradient_norms(self) -> FloatArray:
        """Return |grad Phi(x_i, w_0)|, (cases, m)."""
        return np.sqrt(np.diagonal(self.kernels, axis1=1, axis2=2))

    def losses(self, y: FloatArray) -> FloatArray:
        """Return f(w_0) for these labels, (cases,)."""
        return np.square(self.outputs - y).sum(axis=1)


def at_start(networks: SmallNetworks, *, threads: int | None = None) -> Start:
    """Return outputs and tangent kernels at w_0 with their extreme eigenvalues.

    The eigenvalues come from Jacobi's method.  For up to 8 points and widths up to 64 they are
    within 1e-13 trace(J J^T) of those of the Jacobian whose entries are the computed activations
    and slopes.  Where numbers overflow, outputs are nan or inf and the spectrum is given as
    0 to inf.  Cost O(cases m^2 (n + d + m)), memory for the results only.
    """
    cases, m = networks.cases, networks.points
    outputs, kernels = np.empty((cases, m)), np.empty((cases, m, m))
    extremes = np.empty((2, cases))

    every = np.arange(cases)

    def work(first: int, last: int) -> None:
        _kernels(*_forms(networks), every, LANES, first, last, outputs, kernels, extremes)

    in_parts(work, _groups(cases), threads)
    overflown = ~np.isfinite(extremes).all(axis=0)
    extremes[:, overflown] = [[0.0], [np.inf]]
    return Start(outputs, kernels, extremes[0], extremes[1])


@dataclass(frozen=True)
class Paths:
    """Gradient descent step by step."""

    losses: FloatArray
    """f(w_k), k = 0, ..., steps: (cases, steps + 1)."""
    distances: FloatArray
    """|w_k - w_0|, (cases, steps + 1)."""


def paths(
    networks: SmallNetworks, h: npt.ArrayLike, steps: int, *, threads: int | None = None
) -> Paths:
    """Run gradient descent with step size h (a number, or one for each case).

    From a loss above BLOWN_UP on both results are inf.  Cost O(cases steps m n d).
    """
    steps = count("steps", steps, least=0)
    limits = np.zeros((4, networks.cases))
    limits[0] = _each("h", h, networks)
    losses, distances = (np.empty((networks.cases, steps + 1)) for _ in range(2))
    _run(networks, np.arange(networks.cases), limits, steps, losses, distances, threads)
    return Paths(losses, distances)


@dataclass(frozen=True)
class Slacks:
    """How close gradient descent came to its bounds: the least slack over all steps.

    The slack of `value <= bound` is (bound - value) / max(|bound|, |value|): 0 at equality,
    negative beyond, -1 for a value that has diverged.
    """

    decay: FloatArray
    """The least slack of f(w_k) <= rate^(2k) f(w_0), k = 1, ..., steps: (cases,)."""
    decay_step: IntArray
    """The first step where it occurred."""
    distance: FloatArray
    """The least slack of |w_k - w_0| <= radius, (cases,)."""
    distance_step: IntArray
    """The first step where it occurred."""

    @property
    def least(self) -> FloatArray:
        """Return the smaller slack of the two, (cases,)."""
        return np.minimum(self.decay, self.distance)


def slacks(
    networks: SmallNetworks,
    h: npt.ArrayLike,
    *,
    rate: npt.ArrayLike,
    radius: npt.ArrayLike,
    steps: int,
    noise: npt.ArrayLike = 0.0,
    threads: int | None = None,
) -> Slacks:
    """Run gradient descent against two bounds and return how close it came to them.

    The bounds are f(w_k) <= rate^(2k) f(w_0) and |w_k - w_0| <= radius for k = 1, ..., steps.
    Each of h, rate, radius and noise is a number or one for each case.  `noise` is how much of
    |E_k| = sqrt(f(w_k)) may be rounding (see `rounding`): the decay counts as violated beyond
    (|rate|^k |E_0| + noise)^2 only.  A case with a nan in any of the four is not run; its slacks
    are nan and its steps 0.  Cost O(cases steps m n d), memory for the results only.
    """
    steps = count("steps", steps)
    given = {"h": h, "rate": rate, "noise": noise, "radius": radius}
    limits = np.array([_each(name, value, networks, strict=False) for name, value in given.items()])
    run = np.flatnonzero(~np.isnan(limits).any(axis=0))
    nothing = np.empty((0, 0))
    found = np.full((4, networks.cases), np.nan)
    found[1::2] = 0
    if run.size:
        found[:, run] = _run(networks, run, limits, steps, nothing, nothing, threads)
    at = found[1::2].astype(np.int64)
    return Slacks(found[0], at[0], found[2], at[1])


def rounding(networks: SmallNetworks, start: Start, steps: int) -> FloatArray:
    """Return how much of |E_k| may come from rounding, k <= steps, if no step expands errors.

    To first order in u = 2^-53: one evaluation of E is off by at most
    eta = u (n + d + 10) sqrt(m) (2 G |w_0| + |c| + max |y_i|), where G is the largest
    |grad Phi(x_i, w_0)|, and E_k collects at most 2 eta a step.
    """
    n, d, m = networks.width, networks.dimension, networks.points
    size = np.linalg.norm(networks.parameters, axis=1)
    constants = np.abs(networks.parameters[:, -1]) + np.abs(networks.y).max(axis=1)
    one = 2 * start.gradient_norms.max(axis=1) * size + constants
    return 2 * (steps + 1) * UNIT * (n + d + 10) * m**0.5 * one


def lipschitz_bounds(networks: SmallNetworks, radius: npt.ArrayLike) -> FloatArray:
    """Return L such that every grad Phi(x_i, .) is L-Lipschitz on the ball around w_0, (cases,).

    Lemma 11.21, sharp form: the Hessian is block diagonal over the neurons, and the norm of a
    block is at most (V B2 s^2 + sqrt((V B2 s^2)^2 + 4 B1^2 s^2)) / 2, with V the largest
    |v_j| + radius, s = |(x_i, 1)|, and B1, B2 the bounds of sigma' and sigma''.
    """
    n, d = networks.width, networks.dimension
    sigma = networks.activation
    s = np.sqrt(1 + networks.input_scale**2 * np.square(networks.X).sum(axis=2).max(axis=1))
    v = np.abs(networks.parameters[:, n * (d + 1) : n * (d + 2)]).max(axis=1)
    curved = (v + np.asarray(radius)) * sigma.curvature_bound * s**2
    crossed = 2 * sigma.slope_bound * s
    return networks.output_scale * (curved + np.hypot(curved, crossed)) / 2


@dataclass(frozen=True)
class Ball:
    """A ball around w_0 with the bounds that hold on it; nan where none was found."""

    radius: FloatArray
    U: FloatArray
    """|grad Phi(x_i, w)| <= U on the ball, all i."""
    L: FloatArray
    """Every grad Phi(x_i, .) is L-Lipschitz on the ball."""


def balls(
    networks: SmallNetworks, start: Start, radius: Callable[[FloatArray], FloatArray]
) -> Ball:
    """Return a ball of radius `radius(U)` on which U bounds all gradients, for each case.

    U(rho) = max |grad Phi(x_i, w_0)| + rho L(rho) (Lemma 11.21).  The fixed point of
    U -> U(radius(U)) is approached from below, and what comes out is then checked to hold; where it
    does not, the three results are nan.  That is so where the ball outgrows the bound, and may be
    so where radius(U) L > U / 3; Assumption 11.12 implies radius(U) L <= U / 6.
    """
    at_start = start.gradient_norms.max(axis=1)

    def bound(U: FloatArray) -> FloatArray:
        rho = radius(U)
        return at_start + rho * lipschitz_bounds(networks, rho)

    with np.errstate(all="ignore"):
        U = at_start
        for _ in range(20):
            U = bound(U)
        U = U * (1 + 1e-9)
        rho = radius(U)
        holds = (bound(U) <= U) & np.isfinite(U)
        parts = rho, U, lipschitz_bounds(networks, rho)
    return Ball(*(np.where(holds, part, np.nan) for part in parts))


def _each(
    name: str, value: npt.ArrayLike, networks: SmallNetworks, *, strict: bool = True
) -> FloatArray:
    """Read a number, or one for each case; unless strict, nan and infinities may be among them."""
    array = np.asarray(value, dtype=np.float64)
    given = array if strict else np.where(np.isfinite(array), array, 0.0)
    finite(name, given, () if array.ndim == 0 else (networks.cases,))
    return np.broadcast_to(array, networks.cases)


def _groups(cases: int) -> int:
    return -(-cases // LANES)


def _forms(networks: SmallNetworks) -> tuple[int, float, float, float, FloatArray, FloatArray]:
    sigma = networks.activation
    scales = networks.input_scale, networks.output_scale
    return sigma.code, sigma.parameter, *scales, networks.parameters, networks.X


def _run(
    networks: SmallNetworks,
    chosen: IntArray,
    limits: FloatArray,
    steps: int,
    losses: FloatArray,
    distances: FloatArray,
    threads: int | None,
) -> FloatArray:
    found = np.empty((4, chosen.size))

    def work(first: int, last: int) -> None:
        form = _forms(networks)
        _descend(
            *form, networks.y, chosen, limits, steps, LANES, first, last, losses, distances, found
        )

    in_parts(work, _groups(chosen.size), threads)
    return found


# One group of cases.  Every array is flat and made of rows of LANES numbers, one for each case, so
# that a kernel takes few of them, and rows at a fixed distance are known not to overlap: both are
# what vectorising takes.  A parameter has three rows: where it started, how far it has moved, where
# it is now.  Parameters stand neuron by neuron, (u_1, ..., u_d, b, v), and c comes last.  Points
# come in blocks of BLOCK, of which the last is filled up with zeros.  The argument `lanes` is
# LANES: a loop whose length the compiler knows would be unrolled instead of vectorised.


@elementary
def _at(row: int, lane: int) -> np.uint64:
    """Return the place in a flat array; unsigned, since a signed one might count from the end."""
    return np.uint64(row * LANES + lane)


@kernel
def _load(
    input_scale: float,
    parameters: FloatArray,
    X: FloatArray,
    cases: IntArray,
    w: FloatArray,
    x: FloatArray,
) -> None:
    """Fill in the parameters and the scaled points of these cases."""
    m, d = X.shape[1:]
    n = (parameters.shape[1] - 1) // (d + 2)
    w[:] = 0.0
    for lane in range(LANES):
        given = parameters[cases[lane]]
        for j in range(n):
            row = 3 * (d + 2) * j
            for p in range(d):
                w[_at(row + 3 * p, lane)] = given[j * d + p]
            w[_at(row + 3 * d, lane)] = given[n * d + j]
            w[_at(row + 3 * d + 3, lane)] = given[n * d + n + j]
        w[_at(3 * (d + 2) * n, lane)] = given[n * d + n + n]
        for i in range(m):
            for p in range(d):
                row = (i // BLOCK * d + p) * BLOCK + i % BLOCK
                x[_at(row, lane)] = input_scale * X[cases[lane], i, p]


@kernel
def _settle(rows: int, w: FloatArray, squares: FloatArray, lanes: int) -> None:
    """Set where the parameters are now, and sum the squares of their ways."""
    squares[:] = 0.0
    for row in range(0, rows, 3):
        for k in range(lanes):
            t = w[_at(row + MOVED, k)]
            w[_at(row + NOW, k)] = w[_at(row, k)] + t
            squares[k] = fma(t, t, squares[k])


@kernel
def _forward(
    code: int,
    parameter: float,
    n: int,
    d: int,
    w: FloatArray,
    x: FloatArray,
    hidden: FloatArray,
    phi: FloatArray,
    lanes: int,
) -> None:
    """Fill hidden = (preactivations, activations, slopes) and phi = sum over j of v_j s_j."""
    z, s = hidden[0], hidden[1]
    for block in range(phi.size // (BLOCK * LANES)):
        for j in range(n):
            row, out = 3 * (d + 2) * j, (block * n + j) * BLOCK
            _affine(x, block * d * BLOCK, w, row, row + 3 * d, z, out, lanes)
            for p in range(1, d):
                _add_product(x, (block * d + p) * BLOCK, w, row + 3 * p, z, out, lanes)
    activate_with_slope(code, parameter, z, s, hidden[2])
    phi[:] = 0.0
    for block in range(phi.size // (BLOCK * LANES)):
        for j in range(n):
            row = 3 * (d + 2) * j + 3 * (d + 1)
            _add_product(s, (block * n + j) * BLOCK, w, row, phi, block * BLOCK, lanes)


@kernel
def _affine(
    x: FloatArray, source: int, w: FloatArray, u: int, b: int, z: FloatArray, to: int, lanes: int
) -> None:
    """Set z = b + x u for the points of a block."""
    for k in range(lanes):
        by, constant = w[_at(u + NOW, k)], w[_at(b + NOW, k)]
        z[_at(to, k)] = fma(x[_at(source, k)], by, constant)
        z[_at(to + 1, k)] = fma(x[_at(source + 1, k)], by, constant)
        z[_at(to + 2, k)] = fma(x[_at(source + 2, k)], by, constant)
        z[_at(to + 3, k)] = fma(x[_at(source + 3, k)], by, constant)


@kernel
def _add_product(
    x: FloatArray, source: int, w: FloatArray, row: int, total: FloatArray, to: int, lanes: int
) -> None:
    """Add x times a parameter to `total`, for the points of a block."""
    for k in range(lanes):
        by = w[_at(row + NOW, k)]
        total[_at(to, k)] = fma(x[_at(source, k)], by, total[_at(to, k)])
        total[_at(to + 1, k)] = fma(x[_at(source + 1, k)], by, total[_at(to + 1, k)])
        total[_at(to + 2, k)] = fma(x[_at(source + 2, k)], by, total[_at(to + 2, k)])
        total[_at(to + 3, k)] = fma(x[_at(source + 3, k)], by, total[_at(to + 3, k)])


@kernel
def _errors(
    m: int, scale: float, c: int, w: FloatArray, y: FloatArray, phi: FloatArray, loss: FloatArray
) -> None:
    """Turn phi into the errors scale phi + c - y, 0 for no point, and sum their squares."""
    phi[m * loss.size :] = 0.0
    loss[:] = 0.0
    for i in range(m):
        for k in range(loss.size):
            e = fma(scale, phi[_at(i, k)], w[_at(c + NOW, k)]) - y[_at(i, k)]
            phi[_at(i, k)] = e
            loss[k] = fma(e, e, loss[k])


@kernel
def _pulls(
    m: int, scale: float, c: int, w: FloatArray, h: FloatArray, errors: FloatArray, lanes: int
) -> None:
    """Turn errors into -2 h scale errors, and move c."""
    for i in range(m):
        for k in range(lanes):
            pull = -2.0 * h[k] * errors[_at(i, k)]
            w[_at(c + MOVED, k)] += pull
            errors[_at(i, k)] = scale * pull


@kernel
def _move_outer(
    pulls: FloatArray,
    source: int,
    s: FloatArray,
    ds: FloatArray,
    to: int,
    w: FloatArray,
    b: int,
    lanes: int,
) -> None:
    """Move b and v of a neuron by a block of points; turn ds into the pulls at preactivations."""
    v = b + 3
    for k in range(lanes):
        by = w[_at(v + NOW, k)]
        p0, p1 = pulls[_at(source, k)], pulls[_at(source + 1, k)]
        p2, p3 = pulls[_at(source + 2, k)], pulls[_at(source + 3, k)]
        a0, a1 = p0 * by * ds[_at(to, k)], p1 * by * ds[_at(to + 1, k)]
        a2, a3 = p2 * by * ds[_at(to + 2, k)], p3 * by * ds[_at(to + 3, k)]
        ds[_at(to, k)] = a0
        ds[_at(to + 1, k)] = a1
        ds[_at(to + 2, k)] = a2
        ds[_at(to + 3, k)] = a3
        w[_at(b + MOVED, k)] += (a0 + a1) + (a2 + a3)
        t = fma(p1, s[_at(to + 1, k)], p0 * s[_at(to, k)])
        t = fma(p3, s[_at(to + 3, k)], fma(p2, s[_at(to + 2, k)], t))
        w[_at(v + MOVED, k)] += t


@kernel
def _move_inner(
    pulls: FloatArray, source: int, x: FloatArray, points: int, w: FloatArray, u: int, lanes: int
) -> None:
    """Move a coordinate of u_j by a block of points."""
    for k in range(lanes):
        t = pulls[_at(source, k)] * x[_at(points, k)]
        t = fma(pulls[_at(source + 1, k)], x[_at(points + 1, k)], t)
        t = fma(pulls[_at(source + 2, k)], x[_at(points + 2, k)], t)
        w[_at(u + MOVED, k)] += fma(pulls[_at(source + 3, k)], x[_at(points + 3, k)], t)


@kernel
def _measure(over: FloatArray, squares: FloatArray, loss: FloatArray, distance: FloatArray) -> int:
    """Fill in the distances, inf where it is over; return how many lanes have diverged."""
    lost = 0
    for k in range(loss.size):
        f = loss[k] + over[k]
        loss[k] = f
        distance[k] = np.sqrt(squares[k]) + over[k]
        lost += not f <= BLOWN_UP
    return lost


@kernel
def _clear(
    lane: int, w: FloatArray, s: FloatArray, ds: FloatArray, phi: FloatArray, y: FloatArray
) -> None:
    """Make a diverged case the network 0 with labels 0, where nothing overflows again."""
    for row in range(w.size // LANES):
        w[_at(row, lane)] = 0.0
    for row in range(s.size // LANES):
        s[_at(row, lane)] = 0.0
        ds[_at(row, lane)] = 0.0
    for row in range(y.size // LANES):
        phi[_at(row, lane)] = 0.0
        y[_at(row, lane)] = 0.0


@kernel
def _bounds(reach: FloatArray, rate: FloatArray, noise: FloatArray, bound: FloatArray) -> None:
    for k in range(reach.size):
        r = reach[k] * abs(rate[k])
        reach[k] = r
        bound[k] = (r + noise[k]) * (r + noise[k])


@kernel
def _judge(
    step: int,
    value: FloatArray,
    bound: FloatArray,
    slack: FloatArray,
    least: FloatArray,
    at: FloatArray,
) -> None:
    """Keep the least slack of `value <= bound` so far, and the step where it was first met."""
    for k in range(slack.size):
        size = max(abs(value[k]), abs(bound[k]))
        s = (bound[k] - value[k]) / size if size > 0.0 else 0.0
        s = -1.0 if value[k] == np.inf else s
        slack[k] = 1.0 if bound[k] == np.inf else s
    for k in range(slack.size):
        better = slack[k] < least[k]
        at[k] = step if better else at[k]
        least[k] = slack[k] if better else least[k]


@kernel
def _descend(
    code: int,
    parameter: float,
    input_scale: float,
    output_scale: float,
    parameters: FloatArray,
    X: FloatArray,
    y: FloatArray,
    chosen: IntArray,
    limits: FloatArray,
    steps: int,
    lanes: int,
    first: int,
    last: int,
    losses: FloatArray,
    distances: FloatArray,
    found: FloatArray,
) -> None:
    """Run these groups of the chosen cases against their limits (h, rate, noise, radius).

    Fills in found = (decay, its step, distance, its step), and losses and distances if these have
    room for all steps.
    """
    m, d = X.shape[1:]
    n = (parameters.shape[1] - 1) // (d + 2)
    blocks, c, rows = (m + BLOCK - 1) // BLOCK, 3 * (d + 2) * n, 3 * (d + 2) * n + 3
    w, x = np.empty(rows * lanes), np.zeros(blocks * d * BLOCK * lanes)
    hidden, phi = np.empty((3, blocks * n * BLOCK * lanes)), np.empty(blocks * BLOCK * lanes)
    y_rows, limit, worst = np.empty(m * lanes), np.empty((4, lanes)), np.empty((4, lanes))
    loss, squares, distance = np.empty(lanes), np.empty(lanes), np.empty(lanes)
    reach, bound, slack, over = np.empty(lanes), np.empty(lanes), np.empty(lanes), np.empty(lanes)
    cases = np.empty(lanes, dtype=np.int64)
    s, ds = hidden[1], hidden[2]
    for group in range(first, last):
        _cases(chosen, group, cases)
        _load(input_scale, parameters, X, cases, w, x)
        for lane in range(lanes):
            for i in range(m):
                y_rows[_at(i, lane)] = y[cases[lane], i]
            for i in range(4):
                limit[i, lane] = limits[i, cases[lane]]
        over[:] = 0.0
        worst[:] = np.inf
        known = 0
        for step in range(steps + 1):
            _settle(rows, w, squares, lanes)
            _forward(code, parameter, n, d, w, x, hidden, phi, lanes)
            _errors(m, output_scale, c, w, y_rows, phi, loss)
            lost = _measure(over, squares, loss, distance)
            if lost > known:
                known = lost
                for lane in range(lanes):
                    if over[lane] == 0.0 and not loss[lane] <= BLOWN_UP:
                        loss[lane] = distance[lane] = over[lane] = np.inf
                        _clear(lane, w, s, ds, phi, y_rows)
                        limit[0, lane] = 0.0
            if losses.size > 0:
                for lane in range(lanes):
                    losses[cases[lane], step] = loss[lane]
                    distances[cases[lane], step] = distance[lane]
            if step == 0:
                for lane in range(lanes):
                    reach[lane] = np.sqrt(loss[lane])
            else:
                _bounds(reach, limit[1], limit[2], bound)
                _judge(step, loss, bound, slack, worst[0], worst[1])
                _judge(step, distance, limit[3], slack, worst[2], worst[3])
                if lost == lanes and losses.size == 0:
                    break
            _pulls(m, output_scale, c, w, limit[0], phi, lanes)
            for block in range(blocks):
                for j in range(n):
                    row, at = 3 * (d + 2) * j, (block * n + j) * BLOCK
                    _move_outer(phi, block * BLOCK, s, ds, at, w, row + 3 * d, lanes)
                    for p in range(d):
                        _move_inner(ds, at, x, (block * d + p) * BLOCK, w, row + 3 * p, lanes)
        for lane in range(min(lanes, chosen.size - group * lanes)):
            for i in range(4):
                found[i, group * lanes + lane] = worst[i, lane]


@kernel
def _cases(chosen: IntArray, group: int, cases: IntArray) -> None:
    """Fill in the cases of a group; the last one of all fills what lanes are left."""
    for lane in range(LANES):
        cases[lane] = chosen[min(group * LANES + lane, chosen.size - 1)]


@kernel
def _kernels(
    code: int,
    parameter: float,
    input_scale: float,
    output_scale: float,
    parameters: FloatArray,
    X: FloatArray,
    chosen: IntArray,
    lanes: int,
    first: int,
    last: int,
    outputs: FloatArray,
    kernels: FloatArray,
    extremes: FloatArray,
) -> None:
    """Fill in the results of `at_start` for these groups; extremes is (2, cases)."""
    m, d = X.shape[1:]
    n = (parameters.shape[1] - 1) // (d + 2)
    blocks, c, rows = (m + BLOCK - 1) // BLOCK, 3 * (d + 2) * n, 3 * (d + 2) * n + 3
    w, x = np.empty(rows * lanes), np.zeros(blocks * d * BLOCK * lanes)
    hidden, phi = np.empty((3, blocks * n * BLOCK * lanes)), np.empty(blocks * BLOCK * lanes)
    gram, total, turn = np.empty(lanes), np.empty(lanes), np.empty((2, lanes))
    K, cases = np.empty((m, m, lanes)), np.empty(lanes, dtype=np.int64)
    for group in range(first, last):
        _cases(chosen, group, cases)
        _load(input_scale, parameters, X, cases, w, x)
        _settle(rows, w, gram, lanes)
        _forward(code, parameter, n, d, w, x, hidden, phi, lanes)
        for a in range(m):
            for b in range(a + 1):
                rows_ab = a // BLOCK, a % BLOCK, b // BLOCK, b % BLOCK
                _kernel_entry(n, d, rows_ab, w, x, hidden[1], hidden[2], gram, total)
                for k in range(lanes):
                    K[a, b, k] = K[b, a, k] = fma(output_scale * output_scale, total[k], 1.0)
        for lane in range(lanes):
            for a in range(m):
                phi_a = fma(output_scale, phi[_at(a, lane)], w[_at(c, lane)])
                outputs[cases[lane], a] = phi_a
                for b in range(m):
                    kernels[cases[lane], a, b] = K[a, b, lane]
        _diagonalise(K, turn)
        for lane in range(lanes):
            low = high = K[0, 0, lane]
            for i in range(1, m):  # written so that a nan is not lost
                low = low if low <= K[i, i, lane] else K[i, i, lane]
                high = high if high >= K[i, i, lane] else K[i, i, lane]
            extremes[0, cases[lane]] = low
            extremes[1, cases[lane]] = high


@kernel
def _kernel_entry(
    n: int,
    d: int,
    points: tuple[int, int, int, int],
    w: FloatArray,
    x: FloatArray,
    s: FloatArray,
    ds: FloatArray,
    gram: FloatArray,
    total: FloatArray,
) -> None:
    """Set total = sum over j of s_a s_b + (1 + x_a . x_b) v_j^2 ds_a ds_b."""
    block_a, a, block_b, b = points
    total[:] = 0.0
    gram[:] = 1.0
    for p in range(d):
        row_a, row_b = (block_a * d + p) * BLOCK + a, (block_b * d + p) * BLOCK + b
        for k in range(gram.size):
            gram[k] = fma(x[_at(row_a, k)], x[_at(row_b, k)], gram[k])
    for j in range(n):
        v = 3 * (d + 2) * j + 3 * (d + 1)
        row_a, row_b = (block_a * n + j) * BLOCK + a, (block_b * n + j) * BLOCK + b
        for k in range(gram.size):
            by = w[_at(v, k)]
            slopes = (by * ds[_at(row_a, k)]) * (by * ds[_at(row_b, k)])
            both = fma(gram[k], slopes, s[_at(row_a, k)] * s[_at(row_b, k)])
            total[k] += both


@kernel
def _diagonalise(K: FloatArray, turn: FloatArray) -> None:
    """Leave the eigenvalues of symmetric matrices (m, m, lanes) on their diagonals: Jacobi.

    An entry that is negligible in its own lane is left alone, whatever the other lanes need.
    """
    m = K.shape[0]
    for _ in range(SWEEPS):
        turned = 0
        for p in range(m):
            for q in range(p + 1, m):
                turned += _angles(K[p, p], K[q, q], K[p, q], turn[0], turn[1])
                for r in range(m):
                    if r != p and r != q:
                        _rotate(K[min(r, p), max(r, p)], K[min(r, q), max(r, q)], turn[0], turn[1])
        if turned == 0:
            break


@kernel
def _angles(
    app: FloatArray, aqq: FloatArray, apq: FloatArray, cosines: FloatArray, sines: FloatArray
) -> int:
    """Turn the block ((app, apq), (apq, aqq)) to diagonal form; return in how many lanes."""
    turned = 0
    for k in range(app.size):
        x, z, off = app[k], aqq[k], apq[k]
        needed = abs(off) > UNIT * min(abs(x), abs(z))
        theta = (z - x) / (2.0 * off)
        t = 1.0 / (abs(theta) + np.sqrt(fma(theta, theta, 1.0)))
        t = t if theta >= 0.0 else -t
        t = t if needed else 0.0
        c = 1.0 / np.sqrt(fma(t, t, 1.0))
        cosines[k] = c
        sines[k] = t * c
        app[k] = x - t * off
        aqq[k] = z + t * off
        apq[k] = 0.0 if needed else off
        turned += needed
    return turned


@kernel
def _rotate(a: FloatArray, b: FloatArray, cosines: FloatArray, sines: FloatArray) -> None:
    for k in range(a.size):
        x, z = a[k], b[k]
        a[k] = cosines[k] * x - sines[k] * z
        b[k] = sines[k] * x + cosines[k] * z
