"""Features of the kernel exp(-(x - z)^2) on the line: a power series and an integral, certified."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from flint import acb, arb, fmpq

from symbolic.evaluate import FloatArray
from symbolic.exact import as_text, exact, precision

TERMS = 40
"""How many terms of a series are summed."""
FAR = 10
"""How far beyond the points an integral is cut off."""
BITS = 192


@dataclass(frozen=True)
class LinePoints:
    """Two points of the line."""

    x: fmpq
    z: fmpq

    @property
    def size(self) -> int:
        """The number of points that differ."""
        return 1 if self.x == self.z else 2

    @property
    def kernel(self) -> arb:
        """The value of the kernel, by its definition."""
        return arb(-((self.x - self.z) ** 2)).exp()

    @property
    def remainder(self) -> arb:
        """A bound for what the series of exp(2 x z), times exp(-x^2 - z^2), has after TERMS."""
        p = 2 * abs(self.x * self.z)
        return arb(p) ** TERMS / arb(TERMS).gamma() / TERMS * arb(p - self.x**2 - self.z**2).exp()

    @property
    def overlap(self) -> arb:
        """The integral of exp(-2 (x - t)^2) exp(-2 (z - t)^2) over all t."""
        with precision(BITS):
            x, z = acb(self.x), acb(self.z)
            end = max(abs(self.x), abs(self.z)) + FAR

            def integrand(t: acb, _: bool) -> acb:
                return (-2 * (x - t) ** 2 - 2 * (z - t) ** 2).exp()

            inside = acb.integral(integrand, acb(-end), acb(end)).real
            # Beyond the end both distances are at least FAR: the integrand is below exp(-4 s^2).
            beyond = arb.pi().sqrt() / 2 * (arb(2) * FAR).erfc()
            return inside + arb(0, 1) * beyond

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        return {"x": as_text(self.x), "x'": as_text(self.z)}


def line_points(x: str, z: str) -> LinePoints:
    """Return the case with these points."""
    return LinePoints(exact(x), exact(z))


BOX = {"x": (-1.5, 1.5), "z": (-1.5, 1.5)}


def member(p: Mapping[str, fmpq]) -> LinePoints:
    """Return the case with these parameters, exactly."""
    return LinePoints(exact(p["x"]), exact(p["z"]))


PLACES = np.linspace(-6.0, 6.0, 121)


def overlaps(x: FloatArray, z: FloatArray) -> FloatArray:
    """Return the integrals for many cases of the family, by the trapezoidal rule.

    Shapes: x and z (cases,).  For Gaussian integrands its error falls faster than any power of the
    step; here it is below 1e-60, and what is cut off below 1e-30.
    """
    bumps = [np.exp(-2 * (points[:, None] - PLACES) ** 2) for points in (x, z)]
    return (bumps[0] * bumps[1]).sum(axis=1) * (PLACES[1] - PLACES[0])
