"""How much the tangent kernel matrix of a model changes on a ball around w_0 = 0.

The Jacobian averaged over a step is computed by Boole's rule: exact for models that are
polynomials of degree up to six along every line, and an average of Jacobians for all others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric.ridge_models import (
    ONE,
    ZERO,
    Curve,
    Model,
    Polynomial,
    Ridge,
    Vector,
    dot,
    fractions,
    gram,
)
from symbolic.exact import Number, as_text, exact, rational_above, sqrt

FloatArray = npt.NDArray[np.float64]
Matrix = list[Vector]
NODES = fractions("0", "1/4", "1/2", "3/4", "1")
WEIGHTS = fractions("7/90", "32/90", "12/90", "32/90", "7/90")


def averaged_jacobian(model: Model, v: Sequence[Number], w: Sequence[Number]) -> Matrix:
    """Return the mean of the Jacobians on the segment from v to w."""
    line = [[a + t * (b - a) for a, b in zip(v, w, strict=True)] for t in NODES]
    outputs = zip(*(model.jacobian(place) for place in line), strict=True)
    return [[dot(WEIGHTS, entry) for entry in zip(*rows, strict=True)] for rows in outputs]


def spectral_norm(matrix: Matrix) -> Number:
    """Return the largest singular value of a 1 x 1 or 2 x 2 matrix."""
    if len(matrix) == 1:
        return abs(matrix[0][0])
    (a, b), (c, d) = matrix
    squares, determinant = a * a + b * b + c * c + d * d, a * d - b * c
    return sqrt((squares + sqrt(squares * squares - 4 * determinant * determinant)) / 2)


@dataclass(frozen=True)
class Ball:
    """A model on the ball |w| <= r, and a step inside it from w to `after`."""

    model: Model
    r: fmpq
    w: tuple[fmpq, ...]
    after: tuple[fmpq, ...]
    n: fmpq = ONE
    """The number of neurons, by which the bounds are expressed."""

    @property
    def size(self) -> int:
        """The number of outputs."""
        return len(self.model.outputs)

    @property
    def gradient_bound(self) -> fmpq:
        """A bound for the gradients on the ball."""
        return rational_above(self.model.gradient_bound(self.r))

    @property
    def lipschitz_bound(self) -> fmpq:
        """A bound for the Lipschitz constants of the gradients on the ball."""
        return rational_above(self.model.lipschitz_bound(self.r))

    @property
    def is_inside(self) -> bool:
        """Whether the step stays in the ball."""
        places = (self.w, self.after)
        return all(sum((c * c for c in place), ZERO) <= self.r**2 for place in places)

    @property
    def change(self) -> Number:
        """The spectral norm of Jbar J(w)^T - J(0) J(0)^T."""
        bar = averaged_jacobian(self.model, self.w, self.after)
        here = self.model.jacobian(self.w)
        start = gram(self.model.jacobian([ZERO] * self.model.parameters))
        size = range(self.size)
        return spectral_norm([[dot(bar[i], here[j]) - start[i][j] for j in size] for i in size])

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        w, after = (", ".join(map(as_text, place)) for place in (self.w, self.after))
        bounds = {"U": as_text(self.gradient_bound), "L": as_text(self.lipschitz_bound)}
        places = {"w_0": "0", "w_k": w, "w_{k+1}": after, "r": as_text(self.r)}
        return {"model": str(self.model), **places, **bounds, "n": as_text(self.n)}


def copies(m: int, curve: Curve, r: str, *, n: int = 1) -> Ball:
    """Return m equal outputs of one parameter, at the end of the ball, where they stay."""
    reach = exact(r)
    model = Model(((Ridge((ONE,), curve),),) * m)
    return Ball(model, reach, (reach,), (reach,), fmpq(n))


# A random family: two quadratic outputs of two parameters

BOX = {
    **{f"{name}_{i}": (-2.0, 2.0) for name in "pqb" for i in range(2)},
    **{f"{name}_{i}": (-0.7, 0.7) for name in ("w", "after") for i in range(2)},
    "r": (0.01, 2.0),
    "n": (1.0, 17.0),
}


def member(p: Mapping[str, fmpq]) -> Ball:
    """Return the case with these parameters, exactly: Phi_i = p_i w_1 + b_i w_1^2 + q_i w_2."""
    outputs = tuple(
        (
            Ridge((ONE, ZERO), Polynomial((p[f"p_{i}"], p[f"b_{i}"]))),
            Ridge((ZERO, ONE), Polynomial((p[f"q_{i}"],))),
        )
        for i in range(2)
    )
    w, after = ((p["r"] * p[f"{name}_0"], p["r"] * p[f"{name}_1"]) for name in ("w", "after"))
    return Ball(Model(outputs), p["r"], w, after, fmpq(max(1, int(p["n"]))))


def members(p: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return U, L, r, n and the change of the kernel matrix of many cases, in doubles."""
    slope, across, bend = (np.stack([p[f"{name}_{i}"] for i in range(2)]) for name in "pqb")
    r = p["r"]
    U = np.hypot(np.abs(slope) + 2 * np.abs(bend) * r, across).max(axis=0)
    here, middle = r * p["w_0"], r * (p["w_0"] + p["after_0"]) / 2
    at_middle, at_here = slope + 2 * bend * middle, slope + 2 * bend * here
    change = at_middle[:, None] * at_here[None] - slope[:, None] * slope[None]
    norm = np.linalg.norm(np.moveaxis(change, 2, 0), ord=2, axis=(1, 2))
    L = 2 * np.abs(bend).max(axis=0)
    return {"U": U, "L": L, "r": r, "n": np.floor(p["n"]), "change": norm}
