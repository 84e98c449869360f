"""Whether a kernel matrix is positive semidefinite, exactly or with certainty."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric.kernel_least_squares import Row
from numeric.ridge_models import ONE, ZERO, fractions
from symbolic.exact import Number, as_text, exact

FloatArray = npt.NDArray[np.float64]
Matrix = Sequence[Sequence[Number]]


def determinant(matrix: Matrix) -> Number:
    """Return the determinant of a small matrix, by its first row."""
    if not matrix:
        return ONE
    total: Number = ZERO
    for j, entry in enumerate(matrix[0]):
        minor = [[*row[:j], *row[j + 1 :]] for row in matrix[1:]]
        total = total + (-1) ** j * entry * determinant(minor)
    return total


def principal_minors(matrix: Matrix) -> Iterator[tuple[tuple[int, ...], Number]]:
    """Yield each set of indices with the determinant of the rows and columns it names.

    A symmetric matrix is positive semidefinite if and only if none of them is negative.
    """
    for size in range(1, len(matrix) + 1):
        for kept in combinations(range(len(matrix)), size):
            yield kept, determinant([[matrix[i][j] for j in kept] for i in kept])


def least_eigenvalues(matrices: FloatArray) -> FloatArray:
    """Return the least eigenvalue over the largest entry, or -1 where an entry is not finite.

    Shapes: matrices (cases, m, m), symmetric; result (cases,).
    """
    finite = np.asarray(np.isfinite(matrices).all(axis=(1, 2)))
    usable = np.where(finite[:, None, None], matrices, 0.0)
    size = np.abs(usable).max(axis=(1, 2))
    scaled = usable / np.where(size > 0, size, 1.0)[:, None, None]
    return np.where(finite, np.linalg.eigvalsh(scaled)[:, 0], -1.0)


# Cases: some points, and the constants of a kernel


@dataclass(frozen=True)
class Points:
    """Points in R^d, a shift or width c and a degree r."""

    points: tuple[Row, ...]
    c: fmpq
    r: int

    @property
    def size(self) -> int:
        """The number of coordinates of all points."""
        return len(self.points) * len(self.points[0])

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        texts = (", ".join(map(as_text, point)) for point in self.points)
        return {"x_1, ..., x_m": "; ".join(texts), "c": as_text(self.c), "r": str(self.r)}


def points(places: str, *, c: str, r: int = 1) -> Points:
    """Return the case with these points, written `0 0; 1 1/2`."""
    return Points(tuple(fractions(*place.split()) for place in places.split(";")), exact(c), r)


BOX = {
    **{f"{name}_{i}": (-2.0, 2.0) for name in "xyz" for i in range(2)},
    "c": (0.05, 2.0),
    "r": (1.0, 4.0),
}


def member(p: Mapping[str, fmpq]) -> Points:
    """Return three points in the plane with these coordinates, exactly."""
    return Points(tuple((p[f"{a}_0"], p[f"{a}_1"]) for a in "xyz"), p["c"], int(p["r"]))


def members(p: Mapping[str, FloatArray]) -> FloatArray:
    """Return the points of many cases in doubles, shape (cases, 3, 2)."""
    return np.stack([np.stack([p[f"{a}_{i}"] for i in range(2)], axis=1) for a in "xyz"], axis=1)


# Cases: the values of some kernel at two points


@dataclass(frozen=True)
class TwoPoints:
    """K(x_1, x_1), K(x_1, x_2) and K(x_2, x_2)."""

    K_11: fmpq
    K_12: fmpq
    K_22: fmpq

    @property
    def size(self) -> int:
        """The number of values."""
        return 3

    @property
    def is_kernel(self) -> bool:
        """Whether the matrix of these values is positive semidefinite."""
        return self.K_11 >= 0 and self.K_22 >= 0 and self.K_12**2 <= self.K_11 * self.K_22

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        return {name: as_text(getattr(self, name)) for name in ("K_11", "K_12", "K_22")}


def two_points(values: str) -> TwoPoints:
    """Return the case with these values, written `1 1/2 1`."""
    return TwoPoints(*fractions(*values.split()))


TWO_POINTS_BOX = {"K_11": (0.25, 3.0), "K_12": (-1.5, 1.5), "K_22": (0.25, 3.0)}


def two_points_member(p: Mapping[str, fmpq]) -> TwoPoints:
    """Return the case with these values, exactly."""
    return TwoPoints(p["K_11"], p["K_12"], p["K_22"])
