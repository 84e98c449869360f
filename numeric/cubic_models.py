"""A model of two parameters at two inputs, with derivatives that need no calculus.

The outputs are cubic polynomials of w, so five values along a line determine the slope at its
middle exactly.  That gives a second route to every gradient.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric.ridge_models import ONE, ZERO, Model, Polynomial, Ridge, Vector, fractions
from symbolic.exact import Number, as_text

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Cubic:
    """Phi(x, w) and Phi(x', w), each a_0 w_1 + a_1 w_2 + a_2 w_1^2 + a_3 (w_1 + w_2)^3."""

    model: Model
    w0: tuple[fmpq, ...]
    w: tuple[fmpq, ...]

    @property
    def size(self) -> int:
        """The number of parameters."""
        return len(self.w)

    @property
    def start(self) -> Number:
        """Phi(x, w_0)."""
        return self.model.values(self.w0)[0]

    @property
    def step(self) -> tuple[fmpq, ...]:
        """The direction w - w_0."""
        return tuple(a - b for a, b in zip(self.w, self.w0, strict=True))

    @property
    def gradient(self) -> Vector:
        """The gradient of Phi(x, .) at w_0."""
        return self.model.jacobian(self.w0)[0]

    @property
    def gradient_2(self) -> Vector:
        """The gradient of Phi(x', .) at w_0."""
        return self.model.jacobian(self.w0)[1]

    def slopes(self, direction: Sequence[fmpq]) -> list[Number]:
        """Return the slopes of both outputs at w_0 along a direction, from their values alone.

        For a polynomial p of degree up to 4, 12 p'(0) = 8 (p(1) - p(-1)) - (p(2) - p(-2)).
        """
        values = {
            t: self.model.values([a + t * b for a, b in zip(self.w0, direction, strict=True)])
            for t in (-2, -1, 1, 2)
        }
        return [
            (8 * (values[1][i] - values[-1][i]) - (values[2][i] - values[-2][i])) / 12
            for i in (0, 1)
        ]

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it; Phi_1 is the output at x, Phi_2 at x'."""
        places = {"w_0": self.w0, "w": self.w}
        texts = {name: ", ".join(map(as_text, place)) for name, place in places.items()}
        return {"model": str(self.model), **texts}


def cubic(a: str, b: str, *, w0: str, w: str) -> Cubic:
    """Return the case with coefficients a at x and b at x', written `1 0 1/2 0`."""
    coefficients, places = (a, b), (w0, w)
    at_x, at_x2 = (fractions(*text.split()) for text in coefficients)
    start, end = (fractions(*text.split()) for text in places)
    return Cubic(_model(at_x, at_x2), start, end)


def _model(*outputs: Sequence[fmpq]) -> Model:
    return Model(
        tuple(
            (
                Ridge((ONE, ZERO), Polynomial((c[0], c[2]))),
                Ridge((ZERO, ONE), Polynomial((c[1],))),
                Ridge((ONE, ONE), Polynomial((ZERO, ZERO, c[3]))),
            )
            for c in outputs
        )
    )


# A random family

BOX = {
    **{f"{name}_{i}": (-2.0, 2.0) for name in "ab" for i in range(4)},
    **{f"{name}_{i}": (-2.0, 2.0) for name in "vw" for i in range(2)},
}


def member(p: Mapping[str, fmpq]) -> Cubic:
    """Return the case with these parameters, exactly; v is w_0."""
    a, b = ([p[f"{name}_{i}"] for i in range(4)] for name in "ab")
    return Cubic(_model(a, b), (p["v_0"], p["v_1"]), (p["w_0"], p["w_1"]))


def members(
    p: Mapping[str, FloatArray],
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return Phi(x, w_0) (cases,), both gradients, w_0 and w (2, cases), in doubles."""
    w0, w = (np.stack([p[f"{name}_{i}"] for i in range(2)]) for name in "vw")
    a, b = ([p[f"{name}_{i}"] for i in range(4)] for name in "ab")
    both = w0[0] + w0[1]
    start = a[0] * w0[0] + a[1] * w0[1] + a[2] * w0[0] ** 2 + a[3] * both**3

    def gradient(c: list[FloatArray]) -> FloatArray:
        return np.stack([c[0] + 2 * c[2] * w0[0], c[1]]) + 3 * c[3] * both**2

    return start, gradient(a), gradient(b), w0, w
