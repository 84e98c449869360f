"""Gradient descent for least squares in the singular basis of the matrix, exactly.

There A is diagonal: coordinate i of w meets singular value s_i (zero in the kernel of A) and
coefficient y_i of the data.  Rotating to this basis changes neither lengths nor the iteration.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric.instances import describe_step
from numeric.ridge_models import ONE, ZERO, Vector, fractions
from symbolic.exact import as_text, exact, shorten

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LeastSquares:
    """f(w) = sum over i of (s_i w_i - y_i)^2 and a start w_0."""

    s: tuple[fmpq, ...]
    y: tuple[fmpq, ...]
    w0: tuple[fmpq, ...]
    h: fmpq | None = None
    """The step size; without one, `fraction` of the threshold."""
    fraction: fmpq = ONE
    steps: int = 40

    @property
    def size(self) -> int:
        """The number of unknowns."""
        return len(self.s)

    @property
    def nonzero(self) -> list[fmpq]:
        """The singular values that are not zero."""
        return [s for s in self.s if s > 0]

    def limit(self, kept: fmpq) -> Vector:
        """Return the minimum-norm solution plus `kept` times the part of w_0 in the kernel."""
        return [
            y / s if s > 0 else kept * w for s, y, w in zip(self.s, self.y, self.w0, strict=True)
        ]

    def iterates(self, h: fmpq) -> Iterator[Vector]:
        """Yield w_0, w_1, ..., w_steps of w <- w - h grad f(w)."""
        w: Vector = list(self.w0)
        for _ in range(self.steps + 1):
            yield w
            w = [
                shorten(c - 2 * h * s * (s * c - y))
                for c, s, y in zip(w, self.s, self.y, strict=True)
            ]

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        step = describe_step(self.h, self.fraction)
        rows = {"A": self.s, "y": self.y, "w_0": self.w0}
        texts = {name: ", ".join(map(as_text, row)) for name, row in rows.items()}
        return {"A": f"diag({texts['A']})", "y": texts["y"], "w_0": texts["w_0"], "h": step}


# A random family of problems with two nonzero singular values and a kernel

BOX = {
    **{f"s_{i}": (0.25, 4.0) for i in range(2)},
    **{f"y_{i}": (-1.0, 1.0) for i in range(2)},
    **{f"w_{i}": (-1.0, 1.0) for i in range(3)},
    "fraction": (0.01, 0.999),
}


def member(p: Mapping[str, fmpq]) -> LeastSquares:
    """Return the problem with these parameters, exactly."""
    s, y = (p["s_0"], p["s_1"], ZERO), (p["y_0"], p["y_1"], ZERO)
    return LeastSquares(s, y, (p["w_0"], p["w_1"], p["w_2"]), None, p["fraction"])


def members(p: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return s, y and w_0 of many problems in doubles, shapes (cases, 3)."""
    zero = np.zeros_like(p["s_0"])
    s, y = ([p[f"{name}_0"], p[f"{name}_1"], zero] for name in "sy")
    w0 = [p[f"w_{i}"] for i in range(3)]
    return np.stack(s, axis=1), np.stack(y, axis=1), np.stack(w0, axis=1)


def least_squares(
    s: str, y: str, w0: str, h: str | None = None, fraction: str = "99/100"
) -> LeastSquares:
    """Return the problem with these singular values, data and start, written `1 1/2 0`."""
    singular, data, start = (fractions(*text.split()) for text in (s, y, w0))
    step = exact(h) if h is not None else None
    return LeastSquares(singular, data, start, step, exact(fraction))
