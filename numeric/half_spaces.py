"""The probability that a Gaussian vector lies in two half-spaces, from their normal vectors.

For u with independent standard entries, u.x and u.z depend on the plane of x and z only.  The
angle between them is taken from the inner product and the area of the parallelogram, so that it
has nothing to do with an arc cosine.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from flint import arb, fmpq

from numeric.finite_laws import dot
from numeric.orthant import orthant_probability
from numeric.ridge_models import fractions
from symbolic.evaluate import FloatArray
from symbolic.exact import Number, as_text, exact

Row = tuple[fmpq, ...]


@dataclass(frozen=True)
class Normals:
    """Two vectors of R^d."""

    x: Row
    z: Row

    @property
    def size(self) -> int:
        """The number d of entries."""
        return len(self.x)

    @property
    def is_valid(self) -> bool:
        """Whether neither of them is zero."""
        return dot(self.x, self.x) > 0 and dot(self.z, self.z) > 0

    @property
    def area(self) -> fmpq:
        """The squared area of the parallelogram; 0 if the vectors are parallel."""
        return dot(self.x, self.x) * dot(self.z, self.z) - dot(self.x, self.z) ** 2

    @property
    def angle(self) -> Number:
        """The angle between them, exactly if it is 0."""
        inner = dot(self.x, self.z)
        if self.area == 0:
            return fmpq(0) if inner > 0 else arb.pi()
        return arb.atan2(arb(self.area).sqrt(), arb(inner))

    @property
    def both(self) -> Number:
        """P[u.x >= 0 and u.z >= 0], exactly for parallel vectors, else by quadrature."""
        if self.area == 0:
            return fmpq(1, 2) if dot(self.x, self.z) > 0 else fmpq(0)
        return orthant_probability(arb(self.angle))

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        x, z = (", ".join(map(as_text, point)) for point in (self.x, self.z))
        return {"x": x, "z": z}


def normals(x: str, z: str) -> Normals:
    """Return the case with these vectors, written `1 1/2`."""
    return Normals(fractions(*x.split()), fractions(*z.split()))


# A random family in R^3

BOX = {f"{point}_{j}": (-2.0, 2.0) for point in "xz" for j in range(3)}


def member(p: Mapping[str, fmpq]) -> Normals:
    """Return the case with these parameters, exactly."""
    x, z = (tuple(exact(p[f"{point}_{j}"]) for j in range(3)) for point in "xz")
    return Normals(x, z)


@dataclass(frozen=True)
class Batch:
    """Many cases in doubles; every array has one entry for each case."""

    norm_x: FloatArray
    norm_z: FloatArray
    inner: FloatArray
    angle: FloatArray
    both: FloatArray
    """P[u.x >= 0 and u.z >= 0], by Sheppard's formula."""


def members(p: Mapping[str, FloatArray]) -> Batch:
    """Return many cases of the family."""
    x, z = (np.stack([p[f"{point}_{j}"] for j in range(3)], axis=1) for point in "xz")
    norm_x, norm_z = np.linalg.norm(x, axis=1), np.linalg.norm(z, axis=1)
    inner = (x * z).sum(axis=1)
    area = np.linalg.norm(np.cross(x, z), axis=1)
    slope = np.arctan2(inner, area)  # the arc sine of the correlation
    return Batch(norm_x, norm_z, inner, np.arctan2(area, inner), 0.25 + slope / (2 * np.pi))
