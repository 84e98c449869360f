"""Two symmetric 2 x 2 matrices that are close: a limit kernel matrix and one at finite width.

G^LC = diag(low, high), which is a choice of basis, and G_n / n = G^LC + t P for a symmetric P.
Eigenvalues are rationals where they can be, and else enclosed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric.ridge_models import ONE, ZERO, fractions
from symbolic.exact import Number, as_text, exact, rational_above, sqrt

FloatArray = npt.NDArray[np.float64]
Symmetric = tuple[fmpq, fmpq, fmpq]
"""The entries 11, 12 and 22."""


def eigenvalues(matrix: Symmetric) -> tuple[Number, Number]:
    """Return the smaller and the larger eigenvalue."""
    a, b, c = matrix
    centre, spread = (a + c) / 2, sqrt((a - c) ** 2 / 4 + b**2)
    return centre - spread, centre + spread


@dataclass(frozen=True)
class Perturbed:
    """The eigenvalues of G^LC, a direction P, and how far to go in it."""

    low: fmpq
    high: fmpq
    P: Symmetric
    n: fmpq
    fraction: fmpq = ONE
    """The distance |G_n / n - G^LC| as a part of the largest that is allowed."""

    @property
    def size(self) -> int:
        """The number of entries of P that are not zero."""
        return sum(entry != 0 for entry in self.P) + (self.low != self.high)

    @property
    def is_valid(self) -> bool:
        """Whether G^LC is positive definite, and there is a direction to go."""
        return 0 < self.low <= self.high and self.n >= 1 and any(self.P) and self.fraction <= 1

    def moved(self, distance: fmpq) -> Symmetric:
        """Return G^LC + t P with t >= 0 such that |t P| is at most the distance, or just that."""
        norm = rational_above(max(map(abs, eigenvalues(self.P))))
        a, b, c = (self.fraction * distance / norm * entry for entry in self.P)
        return self.low + a, b, self.high + c

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        a, b, c = map(as_text, self.P)
        return {
            "G^LC": f"diag({as_text(self.low)}, {as_text(self.high)})",
            "G_n / n": "G^LC + t P",
            "P": f"{a}, {b}; {b}, {c}",
            "|t P|": f"{as_text(self.fraction)} of the largest",
            "n": as_text(self.n),
        }


def perturbed(spectrum: str, P: str, *, n: str = "1000", fraction: str = "1") -> Perturbed:
    """Return the case with this spectrum, written `1 2`, and P_11, P_12, P_22, written `0 1 0`."""
    (low, high), (a, b, c) = (fractions(*text.split()) for text in (spectrum, P))
    return Perturbed(low, high, (a, b, c), exact(n), exact(fraction))


# A random family

BOX = {
    "low": (0.05, 2.0),
    "more": (0.0, 2.0),
    **{f"P_{name}": (-1.0, 1.0) for name in ("11", "12", "22")},
    "n": (1e3, 1e6),
    "fraction": (0.5, 1.0),
}


def member(p: Mapping[str, fmpq]) -> Perturbed:
    """Return the case with these parameters, exactly."""
    P = (p["P_11"], p["P_12"], p["P_22"])
    return Perturbed(p["low"], p["low"] + max(p["more"], ZERO), P, p["n"], p["fraction"])


def ends(p: Mapping[str, FloatArray], distance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the eigenvalues of G_n / n in doubles, `fraction` of the distance from G^LC."""
    low, high = p["low"], p["low"] + p["more"]
    matrix = np.empty((len(low), 2, 2))
    matrix[:, 0, 0], matrix[:, 1, 1] = p["P_11"], p["P_22"]
    matrix[:, 0, 1] = matrix[:, 1, 0] = p["P_12"]
    norm = np.linalg.norm(matrix, ord=2, axis=(1, 2))
    reach = p["fraction"] * np.nan_to_num(distance, posinf=0.0, neginf=0.0)
    matrix *= (reach / norm)[:, None, None]
    matrix[:, 0, 0] += low
    matrix[:, 1, 1] += high
    values = np.asarray(np.linalg.eigvalsh(matrix), float)
    return values[:, 0], values[:, 1]
