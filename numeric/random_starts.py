"""Linear models with a random start, trained on one or two points, by listing every start.

The entries of p_0 are independent signs times tau.  Training is an affine map of p_0, so mean and
covariance after it are those of every start with the same first two moments, Gaussian ones too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product as choices

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric.kernel_least_squares import Row, minimum_norm, product
from numeric.ridge_models import ONE, fractions
from symbolic.exact import as_text, exact

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RandomStart:
    """Phi(x, p) = <phi(x), p> with data at x_1 and x_2, looked at in x and z."""

    rows: tuple[Row, ...]
    """phi(x_1) and phi(x_2)."""
    y: Row
    phi: Row
    """phi(x)."""
    psi: Row
    """phi(z)."""
    tau: fmpq
    """The standard deviation of the entries of p_0."""
    h: fmpq
    k: int

    @property
    def size(self) -> int:
        """The number of parameters."""
        return len(self.phi)

    def starts(self) -> Iterator[Row]:
        """Yield all values of p_0, which are equally likely."""
        yield from choices((self.tau, -self.tau), repeat=self.size)

    def after_steps(self, p: Row) -> Row:
        """Return p_k of gradient descent from p on the first point alone."""
        row, target = self.rows[0], self.y[0]
        for _ in range(self.k):
            error = product(row, p) - target
            p = tuple(a - 2 * self.h * error * b for a, b in zip(p, row, strict=True))
        return p

    def limit(self, p: Row) -> Row:
        """Return the interpolant of both points that is closest to p, where training ends."""
        errors = [y - product(row, p) for row, y in zip(self.rows, self.y, strict=True)]
        way = minimum_norm(self.rows, errors)
        return tuple(a + b for a, b in zip(p, way, strict=True))

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        points = {f"phi(x_{j})": row for j, row in enumerate(self.rows, start=1)}
        texts = {**points, "y": self.y, "phi(x)": self.phi, "phi(z)": self.psi}
        said = {name: ", ".join(map(as_text, row)) for name, row in texts.items()}
        law = f"+-{as_text(self.tau)}, independent"
        return {**said, "entries of p_0": law, "h": as_text(self.h), "k": str(self.k)}


def mean(values: Sequence[fmpq]) -> fmpq:
    """Return the mean of equally likely values."""
    return sum(values, fmpq(0)) / len(values)


def covariance(a: Sequence[fmpq], b: Sequence[fmpq]) -> fmpq:
    """Return the covariance of two random variables with equally likely values."""
    return mean([x * y for x, y in zip(a, b, strict=True)]) - mean(a) * mean(b)


def random_start(
    rows: str, y: str, phi: str, psi: str, *, tau: str = "1", h: str = "1/8", k: int = 2
) -> RandomStart:
    """Return the case with these feature vectors, written `1 0; 1 1/2`, and data `1 2`."""
    features = tuple(fractions(*row.split()) for row in rows.split(";"))
    data, at_x, at_z = (fractions(*text.split()) for text in (y, phi, psi))
    return RandomStart(features, data, at_x, at_z, exact(tau), exact(h), k)


# A random family: three features, two data points

SIGNS = np.array(list(choices((1.0, -1.0), repeat=3)))
MOST_STEPS = 5
BOX = {
    **{f"{name}_{i}": (-2.0, 2.0) for name in "abpq" for i in range(3)},
    "y_1": (-2.0, 2.0),
    "y_2": (-2.0, 2.0),
    "tau": (0.2, 3.0),
    "rate": (0.05, 0.9),  # 2 h K(x_1, x_1)
    "k": (0.0, MOST_STEPS + 1.0),
}


def member(p: Mapping[str, fmpq]) -> RandomStart:
    """Return the case with these parameters, exactly."""
    a, b, phi, psi = (tuple(p[f"{name}_{i}"] for i in range(3)) for name in "abpq")
    h = p["rate"] / (2 * product(a, a))
    k = min(MOST_STEPS, max(0, int(p["k"])))
    return RandomStart((a, b), (p["y_1"], p["y_2"]), phi, psi, p["tau"], h * ONE, k)


@dataclass(frozen=True)
class Lanes:
    """Many cases in doubles; the first axis runs over them."""

    features: FloatArray
    """phi(x_1), phi(x_2), phi(x), phi(z), shape (cases, 4, 3)."""
    h: FloatArray
    k: FloatArray
    after_steps: FloatArray
    """p_k from all starts, shape (cases, 8, 3)."""
    limit: FloatArray
    """The limits from all starts, shape (cases, 8, 3)."""

    def kernel(self, i: int, j: int) -> FloatArray:
        """Return the inner products of two of the features, shape (cases,)."""
        return (self.features[:, i] * self.features[:, j]).sum(axis=1)

    def outputs(self, parameters: FloatArray, i: int) -> FloatArray:
        """Return the outputs at one of the points for all starts, shape (cases, 8)."""
        return np.einsum("csn,cn->cs", parameters, self.features[:, i])


def members(p: Mapping[str, FloatArray]) -> Lanes:
    """Return many cases of the family in doubles."""
    features = np.stack(
        [np.stack([p[f"{name}_{i}"] for i in range(3)], axis=1) for name in "abpq"], axis=1
    )
    first, rows = features[:, 0], features[:, :2]
    y = np.stack([p["y_1"], p["y_2"]], axis=1)
    h, k = p["rate"] / (2 * (first * first).sum(axis=1)), np.floor(p["k"])
    start = p["tau"][:, None, None] * SIGNS
    after = start
    for step in range(MOST_STEPS):
        error = np.einsum("csn,cn->cs", after, first) - y[:, :1]
        change = 2 * (h * (step < k))[:, None, None] * error[:, :, None] * first[:, None, :]
        after = after - change
    errors = y[:, None, :] - np.einsum("csn,cjn->csj", start, rows)
    limit = start + np.einsum("cnj,csj->csn", np.linalg.pinv(rows), errors)
    return Lanes(features, h, k, after, limit)
