"""Points of the line, features of them, and the hyperplanes that their labels ask for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from itertools import product as every

from flint import fmpq, fmpq_mat

from numeric.kernel_least_squares import Row, product
from numeric.ridge_models import ONE, ZERO, fractions
from symbolic.exact import as_text, exact

Labels = tuple[int, ...]
MOST = 5
"""The largest number of points in a random case."""


@dataclass(frozen=True)
class LabelledPoints:
    """Points x_1, ..., x_m of the line and the number of features (x, x^2, ..., x^N)."""

    points: tuple[fmpq, ...]
    features: int

    @property
    def size(self) -> int:
        """The number of points."""
        return len(self.points)

    @property
    def is_valid(self) -> bool:
        """Whether there are points, no two of them equal."""
        return 0 < len(self.points) == len(set(self.points)) and self.features >= 0

    @property
    def rows(self) -> list[Row]:
        """The features of each point after the constant 1 of an affine function."""
        return [tuple(x**j for j in range(self.features + 1)) for x in self.points]

    def labellings(self) -> Iterator[Labels]:
        """Yield all labellings of the points with the first label 1; the others mirror these."""
        for rest in every((1, -1), repeat=len(self.points) - 1):
            yield (1, *rest)

    def separable(self) -> int:
        """Return how many of them some affine function of the features separates.

        Its signs on the points are those of a polynomial of degree up to N, which changes its sign
        at most N times along the line and can do so between any two points.
        """
        order = sorted(range(len(self.points)), key=lambda i: self.points[i])
        return sum(
            sum(y[i] != y[j] for i, j in pairwise(order)) <= self.features
            for y in self.labellings()
        )

    def squared_margin(self) -> fmpq:
        """Return the square of a margin that all labellings have, over the largest |row|^2.

        For each labelling it is that of the shortest w with <w, row_i> = y_i.  The rows have to be
        linearly independent.
        """
        rows = self.rows
        gram = fmpq_mat([[product(a, b) for b in rows] for a in rows])
        lengths = []
        for y in self.labellings():
            column = fmpq_mat([[fmpq(label)] for label in y])
            lengths.append((column.transpose() * gram.solve(column))[0, 0])
        return 1 / (max(lengths) * max(product(row, row) for row in rows))

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        features = ", ".join(f"x^{j}" for j in range(1, self.features + 1)) or "none"
        return {"x": ", ".join(map(as_text, self.points)), "features": features}


def unit_margin(y: Labels) -> tuple[fmpq, fmpq]:
    """Return the squared length of w = sum of y_i e_i, and the least y_i <w, e_i>."""
    w = tuple(map(fmpq, y))
    axes = [tuple(ONE if i == j else ZERO for j in range(len(w))) for i in range(len(w))]
    return product(w, w), min(label * product(w, e) for label, e in zip(w, axes, strict=True))


def labelled_points(points: str, *, features: int) -> LabelledPoints:
    """Return the case with these points, written `0 1 1/2`."""
    return LabelledPoints(fractions(*points.split()), features)


BOX = {
    **{f"x_{i}": (-2.0, 2.0) for i in range(MOST)},
    "m": (1.0, MOST + 1.0),
    "N": (0.0, 6.0),
}


def member(p: Mapping[str, fmpq]) -> LabelledPoints:
    """Return the case with these parameters, exactly."""
    number = max(0, min(MOST, int(p["m"])))
    return LabelledPoints(tuple(exact(p[f"x_{i}"]) for i in range(number)), int(p["N"]))
