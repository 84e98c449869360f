"""Gradient descent and gradient flow of the linearized network, in closed form.

Around w_0 the network is replaced by Phi^lin(x, p) = Phi(x, w_0) + <grad Phi(x, w_0), p - w_0>,
equation (11.3.1).  For f = a |Phi^lin(X, p) - y|^2 everything follows from the tangent kernel
G_0 = K(X, X) at w_0, as in Remark 11.24: with an eigenvector e and eigenvalue mu of G_0, a step of
size h multiplies the error along e by 1 - 2 a h mu, and the flow over a time t by exp(-2 a t mu).
Writing q for that factor after some steps or some time,

    Phi^lin(X, p) - y = sum over e of  q <e, E_0> e,            E_0 = Phi(X, w_0) - y,
    p - w_0 = -J_0^T sum over e of  (1 - q) / mu <e, E_0> e,
    |p - w_0|^2 = sum over e of  (1 - q)^2 / mu <e, E_0>^2.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from numeric.inputs import FloatArray, count, finite, number
from numeric.losses import SQUARES, Loss
from numeric.networks import Network
from numeric.tangent_kernel import tangent_kernel
from numeric.trajectories import problem


@dataclass(frozen=True)
class Path:
    """The linearized network at some steps or times, one row for each.

    What overflowed, for a step size that is not stable, is inf.
    """

    outputs: FloatArray
    """Phi^lin(x_i, p) for the data, (rows, m)."""
    predictions: FloatArray
    """Phi^lin(x, p) for the test points, (rows, m')."""
    losses: FloatArray
    """f, (rows,)."""
    distances: FloatArray
    """|p - w_0|, (rows,)."""


@dataclass(frozen=True)
class Linearization:
    """A network linearized at its parameters w_0, with data and test points."""

    loss: Loss
    y: FloatArray
    """The targets, (m,)."""
    G0: FloatArray
    """The tangent kernel of the data, (m, m)."""
    at_start: FloatArray
    """Phi(x_i, w_0), (m,)."""
    K_test: FloatArray
    """The tangent kernel K(x, x_i) of test points and data, (m', m)."""
    test_at_start: FloatArray
    """Phi(x, w_0) for the test points, (m',)."""
    eigenvalues: FloatArray
    """Those of G0, ascending, (m,); rounding errors below 0 are set to 0."""
    eigenvectors: FloatArray
    """Orthonormal columns, (m, m)."""

    @property
    def largest_stable_step(self) -> float:
        """The supremum 1 / (a lambda_max) of the stable step sizes; a = 1 for the loss "sum"."""
        top = float(self.loss.weight * self.eigenvalues[-1])
        return 1 / top if top > 0 else float("inf")

    def is_stable(self, step_size: float) -> bool:
        """Whether gradient descent with this step size converges from every start.

        By Remark 11.24 this is so for 0 < h < 1 / (a lambda_max(G_0)), and for no other h unless
        G_0 = 0.  The answer is that for the computed eigenvalue.
        """
        return 0 < number("step_size", step_size) < self.largest_stable_step

    def descent(self, step_size: float, steps: Sequence[int] | npt.NDArray[np.integer]) -> Path:
        """Return gradient descent with this step size after the given numbers of steps.

        Cost O(m (m + m')) a row, however large the numbers of steps are.

        Error: with u = 2^-53 and computed eigenvalues taken for exact, q and 1 - q have relative
        errors of a few u times 1 + k |1 - q^(1/k)|, without cancellation for small steps.
        Eigenvalues have absolute errors of m u lambda_max, so directions with mu far below
        m u lambda_max are not to be trusted.

        Raises ValueError for a step size that is not finite and for negative steps.
        """
        h = number("step_size", step_size)
        ks = np.array([count("steps", k, least=0) for k in steps], dtype=np.float64)
        x = 2 * self.loss.weight * h * self.eigenvalues
        with np.errstate(all="ignore"):
            exponents = np.where(ks[:, None] > 0, ks[:, None] * _log_abs_one_minus(x), 0.0)
            flips = (x > 1) & (ks[:, None] % 2 == 1)
            remaining = np.where(flips, -1, 1) * np.exp(exponents)
            done = np.where(flips, 1 + np.exp(exponents), -np.expm1(exponents))
            by_zero = 2 * self.loss.weight * h * ks
        return self._path(remaining, done, by_zero)

    def flow(self, times: npt.ArrayLike) -> Path:
        """Return the gradient flow dp/dt = -grad f(p) from w_0 at the given times.

        Cost and error as for `descent`.
        Raises ValueError for times that are negative or not finite.
        """
        ts = finite("times", times, ("times",))
        if np.any(ts < 0):
            raise ValueError(f"times has the entry {ts.min()}, where no negative one is allowed")
        rates = 2 * self.loss.weight * ts
        exponents = -rates[:, None] * self.eigenvalues
        return self._path(np.exp(exponents), -np.expm1(exponents), rates)

    def iterate(self, step_size: float, steps: int) -> Path:
        """Return all steps 0, ..., steps, each computed from the one before; without eigenvalues.

        The slow way, for comparison: p_k - w_0 = -J_0^T a_k with a_0 = 0 and
        a_{k+1} = a_k + 2 a h E_k.  Cost O(m^2) a step.
        """
        h = number("step_size", step_size)
        steps = count("steps", steps, least=0)
        sums = np.zeros((steps + 1, self.y.size))
        with np.errstate(all="ignore"):
            for k in range(steps):
                error = self.at_start - self.G0 @ sums[k] - self.y
                sums[k + 1] = sums[k] + 2 * self.loss.weight * h * error
            change = sums @ self.G0
            return self._along(sums, self.at_start - change - self.y, (sums * change).sum(axis=1))

    def limit(self) -> Path:
        """Return the limit of stable gradient descent and of the flow, as a path of one row.

        Where G_0 is regular this is Phi(x, w_0) + K(x, X) G_0^{-1} (y - Phi(X, w_0)), Section 11.3.
        Eigenvalues below m 2^-52 lambda_max count as 0; the error along them stays.
        """
        m = self.y.size
        counts = self.eigenvalues > m * np.finfo(float).eps * self.eigenvalues[-1]
        done = counts.astype(np.float64)[None, :]
        return self._path(1 - done, done, np.zeros(1))

    def _path(self, remaining: FloatArray, done: FloatArray, at_zero: FloatArray) -> Path:
        """Return the path with these q and 1 - q, and these (1 - q) / mu where mu = 0."""
        mu, start = self.eigenvalues, self.eigenvectors.T @ (self.at_start - self.y)
        with np.errstate(all="ignore"):
            weights = np.where(mu > 0, done / np.where(mu > 0, mu, 1.0), at_zero[:, None])
            error = np.where(start != 0, remaining * start, 0.0) @ self.eigenvectors.T
            sums = np.where(start != 0, weights * start, 0.0)
            squares = (mu * sums**2).sum(axis=1)
            return self._along(sums @ self.eigenvectors.T, error, squares)

    def _along(self, sums: FloatArray, error: FloatArray, squares: FloatArray) -> Path:
        """Return the path with these errors, and p - w_0 = -J_0^T times each row of `sums`."""
        columns = (
            error + self.y,
            self.test_at_start - sums @ self.K_test.T,
            self.loss.weight * np.square(error).sum(axis=1),
            np.sqrt(np.maximum(squares, 0.0)),
        )
        return Path(*(np.where(np.isfinite(column), column, np.inf) for column in columns))


def linearization(
    network: Network,
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    test_points: npt.ArrayLike | None = None,
    *,
    loss: str = "sum",
) -> Linearization:
    """Linearize a network at its parameters, for data X (m, d), y (m,) and test points (m', d).

    `loss` is the name of a sum of squares known to `numeric.losses`, "sum" being f of (11.0.1b).
    Cost O(n m (m + m')) for the kernel and O(m^3) for its eigenvalues; memory O(m (m + m')).

    Raises ValueError, naming the argument, for shapes that do not fit, entries not finite, and
    the logistic loss, whose descent has no closed form.
    """
    points, targets, chosen = problem(network, X, y, loss)
    if chosen.code != SQUARES:
        raise ValueError(f"loss = {loss!r}, where a sum of squares is needed")
    others = points[:0]
    if test_points is not None:
        others = finite("test_points", test_points, ("m'", network.dimension))
    G0 = tangent_kernel(network, points)
    eigenvalues, eigenvectors = np.linalg.eigh(G0)
    return Linearization(
        chosen,
        targets,
        G0,
        network.outputs(points),
        tangent_kernel(network, others, points) if len(others) else np.zeros((0, targets.size)),
        network.outputs(others) if len(others) else np.zeros(0),
        np.maximum(eigenvalues, 0.0),
        eigenvectors,
    )


def _log_abs_one_minus(x: FloatArray) -> FloatArray:
    """Return log |1 - x|, accurate for small x too; x - 1 is exact for x between 1 and 4."""
    return np.where(x < 1, np.log1p(-np.minimum(x, 1.0)), np.log(np.maximum(x, 1.0) - 1))
