"""All monomials of degree up to 2, and data on a disc and on a ring around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product as every

from flint import fmpq, fmpq_mat

from numeric.kernel_least_squares import Row, product
from numeric.ridge_models import ONE, fractions
from symbolic.exact import as_text, exact


def features(x: Sequence[fmpq]) -> Row:
    """Return (1, x_1, x_2, x_1 x_2, x_1^2, x_2^2) for a point of the plane, as in (11.2.6)."""
    x_1, x_2 = x
    return (ONE, x_1, x_2, x_1 * x_2, x_1**2, x_2**2)


@lru_cache(maxsize=8)
def dimension(d: int) -> int:
    """Return the dimension of the polynomials of degree up to 2 in d variables.

    It is the rank of their kernel (1 + x.z)^2 on the grid {-1, 0, 1}^d, on which no such
    polynomial but 0 vanishes.  Monomials are not counted.
    """
    grid = list(every((-1, 0, 1), repeat=d))
    inner = ((sum(p * q for p, q in zip(x, z, strict=True)) for z in grid) for x in grid)
    return fmpq_mat([[(1 + value) ** 2 for value in row] for row in inner]).rank()


DIRECTIONS = (
    fractions(1, 0),
    fractions(0, -1),
    fractions("3/5", "4/5"),
    fractions("-5/13", "12/13"),
)
"""Unit vectors of the plane."""


@dataclass(frozen=True)
class Rings:
    """A disc of radius `inner`, a ring that begins at radius `outer`, and a dimension d."""

    inner: fmpq
    outer: fmpq
    d: int

    @property
    def size(self) -> int:
        """The number of variables."""
        return self.d

    @property
    def is_valid(self) -> bool:
        """Whether the ring lies outside the disc."""
        return self.d >= 1 and 0 < self.inner < self.outer

    def scores(self, w: Sequence[fmpq], radius: fmpq) -> list[fmpq]:
        """Return <w, phi(x)> for points x on the circle of this radius."""
        return [product(w, features([radius * c for c in unit])) for unit in DIRECTIONS]

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        radii = {"radius of the disc": self.inner, "radius of the ring": self.outer}
        return {**{name: as_text(value) for name, value in radii.items()}, "d": str(self.d)}


def rings(inner: str, outer: str, *, d: int) -> Rings:
    """Return the case with these radii."""
    return Rings(exact(inner), exact(outer), d)


BOX = {"inner": (0.1, 2.0), "ratio": (1.001, 2.0), "d": (1.0, 5.0)}


def member(p: Mapping[str, fmpq]) -> Rings:
    """Return the case with these parameters, exactly; the radii have the given ratio."""
    return Rings(p["inner"], p["inner"] * p["ratio"], int(p["d"]))
