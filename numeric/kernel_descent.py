"""Gradient descent of a linear model, seen from its errors on one to three data points.

With the kernel matrix n K, a step of size h for a loss `factor * sum of squares` maps the errors
E to E - 2 factor h n K E.  K has rational eigenvalues, and the columns of a reflection as its
eigenvectors, so that everything is rational.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric.kernel_least_squares import Row, product
from numeric.ridge_models import ONE, ZERO, fractions
from numeric.rotated_least_squares import reflection
from symbolic.exact import as_text, exact

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class KernelDescent:
    """A kernel matrix with its eigenvalues, the width n, and the errors at the start."""

    eigenvalues: tuple[fmpq, ...]
    mirror: Row
    """The eigenvectors are the columns of the reflection along this vector."""
    n: int
    errors: Row
    fraction: fmpq = ONE
    """The step size, as a fraction of the largest step that is allowed."""
    steps: int = 8

    @property
    def size(self) -> int:
        """The number of data points."""
        return len(self.errors)

    @property
    def is_valid(self) -> bool:
        """Whether the matrix is positive definite and fits the errors."""
        fits = len(self.eigenvalues) == len(self.mirror) == self.size
        return fits and self.n >= 1 and all(value > 0 for value in self.eigenvalues)

    @property
    def matrix(self) -> list[Row]:
        """K, the sum over i of eigenvalue i times u_i u_i^T."""
        pairs = list(zip(self.eigenvalues, reflection(self.mirror), strict=True))
        places = range(self.size)
        return [
            tuple(sum((e * u[i] * u[j] for e, u in pairs), ZERO) for j in places) for i in places
        ]

    @property
    def top(self) -> Row:
        """An eigenvector for the largest eigenvalue."""
        largest = max(range(self.size), key=lambda i: self.eigenvalues[i])
        return reflection(self.mirror)[largest]

    def moved(self, errors: Row, h: fmpq, factor: fmpq = ONE) -> Row:
        """Return the errors after one step."""
        rate = 2 * factor * h * self.n
        return tuple(
            e - rate * product(row, errors) for e, row in zip(errors, self.matrix, strict=True)
        )

    def squared_errors(self, h: fmpq, factor: fmpq) -> Iterator[fmpq]:
        """Yield the squared length of the errors after 0, 1, ..., steps steps."""
        errors = self.errors
        for _ in range(self.steps):
            yield product(errors, errors)
            errors = self.moved(errors, h, factor)
        yield product(errors, errors)

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        return {
            "K": "; ".join(", ".join(map(as_text, row)) for row in self.matrix),
            "eigenvalues": ", ".join(map(as_text, self.eigenvalues)),
            "n": str(self.n),
            "errors at the start": ", ".join(map(as_text, self.errors)),
            "h": f"{as_text(self.fraction)} of the largest",
        }


def kernel_descent(
    eigenvalues: str, mirror: str, errors: str, n: int = 1, fraction: str = "99/100"
) -> KernelDescent:
    """Return the descent with these numbers, written `1 1/2 0`."""
    values, along, start = (fractions(*text.split()) for text in (eigenvalues, mirror, errors))
    return KernelDescent(values, along, n, start, exact(fraction))


# A random family: three data points

POINTS = 3
BOX = {
    **{f"eigenvalue_{i}": (0.1, 4.0) for i in range(POINTS)},
    **{f"{name}_{i}": (-1.0, 1.0) for name in ("mirror", "error") for i in range(POINTS)},
    "n": (1.0, 300.0),
    "fraction": (0.01, 0.999),
}


def member(p: Mapping[str, fmpq]) -> KernelDescent:
    """Return the descent with these parameters, exactly."""
    values, mirror, errors = (
        tuple(p[f"{name}_{i}"] for i in range(POINTS)) for name in ("eigenvalue", "mirror", "error")
    )
    return KernelDescent(values, mirror, int(p["n"]), errors, p["fraction"])


def members(p: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Return the eigenvalues, shape (cases, POINTS), and the widths."""
    return np.stack([p[f"eigenvalue_{i}"] for i in range(POINTS)], axis=1), np.floor(p["n"])
