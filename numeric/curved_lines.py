"""Models with one parameter that bend away from their tangent, exactly.

With t = w - w_0 the model is Phi = start + slope t - bend t^2 / 2 + twist t^3 / 6.  How far it and
its derivative get from those of the linearization on [-rho, rho] is rational.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric.ridge_models import ZERO
from symbolic.exact import Number, as_text, exact, shorten, sqrt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class CurvedLine:
    """A model, an interval around w_0 and the datum y; a parabola if `twist` is 0."""

    start: fmpq
    slope: fmpq
    bend: fmpq
    twist: fmpq
    rho: fmpq
    y: fmpq

    @property
    def size(self) -> int:
        """The degree."""
        return 3 if self.twist != 0 else 2 if self.bend != 0 else 1

    @property
    def is_valid(self) -> bool:
        """Whether the linearization is not constant and the interval not a point."""
        return self.slope != 0 and self.rho > 0

    def value(self, t: Number) -> Number:
        """Return Phi at w_0 + t."""
        return self.start + t * (self.slope + t * (-self.bend / 2 + t * self.twist / 6))

    def derivative(self, t: Number) -> Number:
        """Return the derivative of Phi at w_0 + t."""
        return self.slope + t * (-self.bend + t * self.twist / 2)

    def gap(self) -> Number:
        """Return the largest |Phi - Phi_lin| on the interval.

        It is at the end where both terms have one sign.
        """
        ends = (-self.rho, self.rho)
        return max(abs(self.value(t) - self.start - self.slope * t) for t in ends)

    def slope_gap(self) -> Number:
        """Return the largest distance of the derivative from that at w_0, at the same end."""
        ends = (-self.rho, self.rho)
        return max(abs(self.derivative(t) - self.slope) for t in ends)

    def least_steepness(self) -> Number:
        """Return the least |Phi'| on the interval, 0 where Phi' has both signs."""
        turn = self.bend / self.twist if self.twist != 0 else ZERO
        slopes = [self.derivative(t) for t in self._inside(turn)]
        return max(min(slopes), -max(slopes), ZERO)

    def value_range(self) -> tuple[Number, Number]:
        """Return the least and the largest value of Phi on the interval."""
        values = [self.value(t) for t in self._inside(*self._flat())]
        lowest, highest = values[0], values[0]
        for value in values[1:]:
            lowest = value if value < lowest else lowest
            highest = value if value > highest else highest
        return lowest, highest

    def losses(self, h: fmpq, steps: int) -> Iterator[Number]:
        """Yield (Phi - y)^2 after 0, 1, ..., steps steps of gradient descent from w_0."""
        t: Number = ZERO
        for _ in range(steps):
            error = self.value(t) - self.y
            yield error**2
            t = shorten(t - 2 * h * error * self.derivative(t))
        yield (self.value(t) - self.y) ** 2

    def _flat(self) -> list[Number]:
        """Return where the derivative vanishes."""
        if self.twist == 0:
            return [self.slope / self.bend] if self.bend != 0 else []
        square = self.bend**2 - 2 * self.twist * self.slope
        if square < 0:
            return []
        root = sqrt(square)
        return [(self.bend + root) / self.twist, (self.bend - root) / self.twist]

    def _inside(self, *places: Number) -> list[Number]:
        return [-self.rho, self.rho, *(t for t in places if abs(t) <= self.rho)]

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        terms = (self.start, self.slope, -self.bend / 2, self.twist / 6)
        return {
            "coefficients of 1, t, t^2, t^3": ", ".join(map(as_text, terms)),
            "rho": as_text(self.rho),
            "y": as_text(self.y),
        }


def curved_line(
    slope: str, bend: str, y: str, rho: str = "1", start: str = "0", twist: str = "0"
) -> CurvedLine:
    """Return the case with these numbers."""
    return CurvedLine(*(exact(text) for text in (start, slope, bend, twist, rho, y)))


# A random family; half of it are parabolas

BOX = {
    "start": (-2.0, 2.0),
    "slope": (-3.0, 3.0),
    "bend": (0.05, 3.0),
    "twist": (-2.0, 2.0),
    "rho": (0.1, 3.0),
    "y": (-4.0, 4.0),
}


def member(p: Mapping[str, fmpq]) -> CurvedLine:
    """Return the case with these parameters, exactly; a negative twist counts as 0."""
    twist = max(p["twist"], ZERO)
    return CurvedLine(p["start"], p["slope"], p["bend"], twist, p["rho"], p["y"])


@dataclass(frozen=True)
class Lanes:
    """Many cases in doubles, each array of shape (cases,)."""

    gap: FloatArray
    slope_gap: FloatArray
    steepness: FloatArray
    lowest: FloatArray
    highest: FloatArray


GRID = 65


def members(p: Mapping[str, FloatArray]) -> Lanes:
    """Return many cases, each looked at on a grid of the interval."""
    t = p["rho"][:, None] * np.linspace(-1, 1, GRID)
    slope, bend, twist = (p[name][:, None] for name in ("slope", "bend", "twist"))
    twist = np.maximum(twist, 0.0)
    off = t**2 * (-bend / 2 + t * twist / 6)
    off_slope = t * (-bend + t * twist / 2)
    value = p["start"][:, None] + slope * t + off
    steepness = np.where(slope > 0, slope + off_slope, -slope - off_slope).min(axis=1)
    return Lanes(
        np.abs(off).max(axis=1),
        np.abs(off_slope).max(axis=1),
        np.maximum(steepness, 0.0),
        value.min(axis=1),
        value.max(axis=1),
    )
