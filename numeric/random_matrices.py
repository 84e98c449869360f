"""The law of the spectral norm of a random matrix with independent entries, exactly.

The entries have a law on four numbers.  A matrix with one row or one column is a vector, whose
squared norm is a binomial count of large entries; other matrices are listed in full.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric.finite_laws import FiniteLaw, law
from numeric.ridge_models import is_positive_semidefinite
from symbolic.exact import Number, as_text, rational_above

FloatArray = npt.NDArray[np.float64]
LARGEST_LIST = 5000
"""How many matrices may be listed."""
LONGEST = 24
"""The largest number of entries of a random case."""


@dataclass(frozen=True)
class RandomMatrix:
    """A random n x d matrix W whose entries have the given law."""

    law: FiniteLaw
    n: int
    d: int

    @property
    def size(self) -> int:
        """The number of entries."""
        return self.n * self.d

    @property
    def is_valid(self) -> bool:
        """Whether it exists and its norm can be listed."""
        listed = min(self.n, self.d) == 1 or 4**self.size <= LARGEST_LIST
        return self.law.is_valid and self.n >= 1 and self.d >= 1 and listed

    def probability(self, square: Number) -> fmpq:
        """Return P[|W|^2 <= square]; of a ball, the upper end is taken."""
        square = rational_above(square)
        if min(self.n, self.d) == 1:
            sums = self.law.square_sums(self.size)
            return sum((weight for value, weight in sums if value <= square), fmpq(0))
        listed = self.law.vectors(self.size)
        return sum((weight for W, weight in listed if self._is_within(W, square)), fmpq(0))

    def _is_within(self, entries: tuple[fmpq, ...], square: fmpq) -> bool:
        rows = [entries[i * self.d : (i + 1) * self.d] for i in range(self.n)]
        below: list[list[Number]] = [
            [
                (square if i == j else 0) - sum((row[i] * row[j] for row in rows), fmpq(0))
                for j in range(self.d)
            ]
            for i in range(self.d)
        ]
        return is_positive_semidefinite(below)

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        return {
            "W": f"{self.n} x {self.d}",
            "entries": str(self.law),
            "mu_4": as_text(self.law.moment(4)),
        }


def random_matrix(n: int, d: int, a: str = "1", b: str = "1") -> RandomMatrix:
    """Return the n x d matrix with entries +-a and +-b; signs if nothing is said."""
    return RandomMatrix(law(a, b), n, d)


# A random family: a column or a row

BOX = {
    "length": (1.0, LONGEST + 1.0),
    "is_row": (0.0, 1.0),
    "a": (1.0, 5.0),
    "b": (0.0, 1.0),
}


def member(p: Mapping[str, fmpq]) -> RandomMatrix:
    """Return the matrix with these parameters, exactly."""
    length = min(LONGEST, int(p["length"]))
    shape = (1, length) if p["is_row"] > fmpq(1, 2) else (length, 1)
    return RandomMatrix(FiniteLaw(p["a"], p["b"]), *shape)


def members(p: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return n, d and mu_4 of many matrices, shapes (cases,)."""
    length = np.minimum(LONGEST, np.floor(p["length"]))
    is_row = p["is_row"] > 0.5
    a2, b2 = p["a"] ** 2, p["b"] ** 2
    return np.where(is_row, 1.0, length), np.where(is_row, length, 1.0), a2 + b2 - a2 * b2


def probabilities(p: Mapping[str, FloatArray], square: FloatArray) -> FloatArray:
    """Return P[|W|^2 <= square] for many matrices, in doubles."""
    size = np.minimum(LONGEST, np.floor(p["length"]))
    a2, b2 = p["a"] ** 2, p["b"] ** 2
    chance = (1 - b2) / (a2 - b2)
    weight, total = (1 - chance) ** size, np.zeros_like(size)
    for k in range(LONGEST + 1):
        within = (k <= size) & (k * a2 + (size - k) * b2 <= square)
        total += np.where(within, weight, 0.0)
        weight = weight * (size - k) / (k + 1) * chance / (1 - chance)
    return total
