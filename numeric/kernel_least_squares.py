"""Least squares in a feature space, solved exactly from its definition.

The minimum-norm solution is computed by elimination, as the vector at which the gradient vanishes
and which is orthogonal to everything the features do not see.  No formula of the theory is used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import fmpq, fmpq_mat

from numeric.ridge_models import ONE, ZERO, fractions
from symbolic.exact import as_text

FloatArray = npt.NDArray[np.float64]
Row = tuple[fmpq, ...]


def product(a: Sequence[fmpq], b: Sequence[fmpq]) -> fmpq:
    """Return the inner product."""
    return sum((x * y for x, y in zip(a, b, strict=True)), ZERO)


def combination(weights: Sequence[fmpq], rows: Sequence[Row]) -> Row:
    """Return the sum of the rows times their weights."""
    return tuple(product(weights, column) for column in zip(*rows, strict=True))


def rank(rows: Sequence[Row]) -> int:
    """Return the dimension of the span of the rows."""
    return fmpq_mat([list(row) for row in rows]).rank()


def null_space(rows: Sequence[Row]) -> list[Row]:
    """Return a basis of the vectors orthogonal to all rows."""
    reduced, number = fmpq_mat([list(row) for row in rows]).rref()
    table = reduced.tolist()[:number]
    columns = len(rows[0])
    leading = [next(j for j in range(columns) if row[j] != 0) for row in table]
    basis = []
    for free in (j for j in range(columns) if j not in leading):
        vector = [ONE if j == free else ZERO for j in range(columns)]
        for row, j in zip(table, leading, strict=True):
            vector[j] = -row[free]
        basis.append(tuple(vector))
    return basis


def minimum_norm(rows: Sequence[Row], y: Sequence[fmpq]) -> Row:
    """Return the shortest of all w that minimise the sum of (<row_j, w> - y_j)^2.

    It solves rows^T rows w = rows^T y, which says that the gradient is zero, together with
    <v, w> = 0 for all v orthogonal to the rows, without which w could be made shorter.
    """
    columns = list(zip(*rows, strict=True))
    equations = [[product(a, b) for b in columns] for a in columns]
    right = [product(a, y) for a in columns]
    unseen = null_space(rows)
    matrix = fmpq_mat(equations + [list(v) for v in unseen])
    data = fmpq_mat([[value] for value in [*right, *(ZERO for _ in unseen)]])
    turned = matrix.transpose()
    return tuple(row[0] for row in (turned * matrix).solve(turned * data).tolist())


# Cases: feature vectors of some points, data, and the feature vector of one more point


@dataclass(frozen=True)
class Fit:
    """f(w) = sum over j of (<phi(x_j), w> - y_j)^2, and phi(x) at another point x."""

    rows: tuple[Row, ...]
    """phi(x_1), ..., phi(x_m)."""
    y: Row
    phi: Row
    """phi(x)."""

    @property
    def size(self) -> int:
        """The number of entries of all feature vectors."""
        return len(self.rows) * len(self.phi)

    @property
    def gram(self) -> list[Row]:
        """The kernel matrix."""
        return [tuple(product(a, b) for b in self.rows) for a in self.rows]

    @property
    def solution(self) -> Row:
        """The minimum-norm solution w_*."""
        return minimum_norm(self.rows, self.y)

    def errors(self, w: Sequence[fmpq]) -> Row:
        """Return <phi(x_j), w> - y_j for all j."""
        return tuple(product(row, w) - y for row, y in zip(self.rows, self.y, strict=True))

    def loss(self, w: Sequence[fmpq]) -> fmpq:
        """Return f(w)."""
        errors = self.errors(w)
        return product(errors, errors)

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        points = {f"phi(x_{j})": row for j, row in enumerate(self.rows, start=1)}
        texts = {**points, "y": self.y, "phi(x)": self.phi}
        return {name: ", ".join(map(as_text, row)) for name, row in texts.items()}


def fit(rows: str, y: str, phi: str) -> Fit:
    """Return the case with these feature vectors, written `1 0; 1 1/2`, and data `1 2`."""
    features = tuple(fractions(*row.split()) for row in rows.split(";"))
    return Fit(features, fractions(*y.split()), fractions(*phi.split()))


# A random family: two points with three features, the second often a multiple of the first

BOX = {
    **{f"{name}_{i}": (-2.0, 2.0) for name in "abp" for i in range(3)},
    **{f"y_{j}": (-2.0, 2.0) for j in range(2)},
    "multiple": (-1.0, 1.5),
}


def member(p: Mapping[str, fmpq]) -> Fit:
    """Return the case with these parameters, exactly.

    Where `multiple` is positive, phi(x_2) is this multiple of phi(x_1), and b_0, b_1, b_2 are idle.
    """
    a, b, phi = (tuple(p[f"{name}_{i}"] for i in range(3)) for name in "abp")
    times = p["multiple"]
    second = tuple(times * entry for entry in a) if times > 0 else b
    return Fit((a, second), (p["y_0"], p["y_1"]), phi)


def members(p: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return many cases in doubles: rows, y, phi and a minimiser alpha of |G alpha - y|^2.

    Shapes: rows (cases, 2, 3), y and alpha (cases, 2), phi (cases, 3).
    """
    a, b, phi = (np.stack([p[f"{name}_{i}"] for i in range(3)], axis=1) for name in "abp")
    y_1, y_2, times = p["y_0"], p["y_1"], p["multiple"]
    b = np.where(times[:, None] > 0, times[:, None] * a, b)
    K_11, K_12, K_22 = (a * a).sum(axis=1), (a * b).sum(axis=1), (b * b).sum(axis=1)
    det = np.where(times > 0, 1.0, K_11 * K_22 - K_12**2)
    regular = np.stack([K_22 * y_1 - K_12 * y_2, K_11 * y_2 - K_12 * y_1], axis=1) / det[:, None]
    along = (y_1 + times * y_2) / (1 + times**2) / K_11
    parallel = np.stack([along - times, np.ones_like(times)], axis=1)
    alpha = np.where(times[:, None] > 0, parallel, regular)
    return np.stack([a, b], axis=1), np.stack([y_1, y_2], axis=1), phi, alpha
