"""The polynomial kernel (1 + x.z)^r in the plane: its expansion and its rank, by counting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flint import fmpq, fmpq_mat

from numeric.ridge_models import ONE, fractions
from symbolic.exact import as_text, exact

Place = tuple[int, int]
LARGEST_DEGREE = 6


@lru_cache(maxsize=16)
def expansion(r: int) -> Mapping[Place, int]:
    """Return the coefficient of s^i t^j in (1 + s + t)^r for each (i, j), one factor at a time."""
    terms: dict[Place, int] = {(0, 0): 1}
    for _ in range(r):
        following = dict(terms)
        for (i, j), coefficient in terms.items():
            for place in ((i + 1, j), (i, j + 1)):
                following[place] = following.get(place, 0) + coefficient
        terms = following
    return terms


@lru_cache(maxsize=16)
def dimension(r: int) -> int:
    """Return the least dimension of a feature space of (1 + x.z)^r on the plane.

    It is the rank of the kernel matrix on the grid {0, ..., r + 1}^2, on which no polynomial of
    degree up to r but 0 vanishes.  Monomials are not counted.
    """
    grid = [(i, j) for i in range(r + 2) for j in range(r + 2)]
    return fmpq_mat([[(1 + x[0] * z[0] + x[1] * z[1]) ** r for z in grid] for x in grid]).rank()


@dataclass(frozen=True)
class PlanePoints:
    """Two points of the plane and a degree."""

    x: tuple[fmpq, ...]
    z: tuple[fmpq, ...]
    r: int

    @property
    def size(self) -> int:
        """The degree."""
        return self.r

    @property
    def kernel(self) -> fmpq:
        """(1 + x.z)^r, as it stands."""
        return (ONE + self.x[0] * self.z[0] + self.x[1] * self.z[1]) ** self.r

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        x, z = (_written(point) for point in (self.x, self.z))
        return {"x": x, "x'": z, "r": str(self.r)}


def _written(point: Sequence[fmpq]) -> str:
    return ", ".join(map(as_text, point))


def plane_points(x: str, z: str, *, r: int) -> PlanePoints:
    """Return the case with these points, written `1 1/2`."""
    return PlanePoints(fractions(*x.split()), fractions(*z.split()), r)


BOX = {
    **{f"{point}_{i}": (-2.0, 2.0) for point in "xz" for i in (1, 2)},
    "r": (1.0, LARGEST_DEGREE + 1.0),
}


def member(p: Mapping[str, fmpq]) -> PlanePoints:
    """Return the case with these parameters, exactly."""
    x, z = ((exact(p[f"{point}_1"]), exact(p[f"{point}_2"])) for point in "xz")
    return PlanePoints(x, z, int(p["r"]))
