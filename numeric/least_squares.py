"""Gradient descent for least squares in the singular basis of the matrix, exactly.

There A is diagonal: coordinate i of w meets singular value s_i (zero in the kernel of A) and
coefficient y_i of the data.  Rotating to this basis changes neither lengths nor the iteration.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from flint import fmpq

from numeric.instances import describe_step
from numeric.ridge_models import ONE, Vector, fractions
from symbolic.exact import as_text, exact, shorten


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


def least_squares(
    s: str, y: str, w0: str, h: str | None = None, fraction: str = "99/100"
) -> LeastSquares:
    """Return the problem with these singular values, data and start, written `1 1/2 0`."""
    singular, data, start = (fractions(*text.split()) for text in (s, y, w0))
    step = exact(h) if h is not None else None
    return LeastSquares(singular, data, start, step, exact(fraction))
