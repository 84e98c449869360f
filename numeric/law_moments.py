"""Fourth moments of the laws from which weights are drawn, from their definition.

The normal law is integrated numerically, so that closed forms have something to be compared with;
the uniform law is integrated exactly; the law on four numbers is summed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import acb, arb, fmpq

from numeric.finite_laws import FiniteLaw, law
from symbolic.exact import Number, as_text, exact, precision

FloatArray = npt.NDArray[np.float64]
FAR = 20
"""Standard deviations after which the normal law is cut off; from 9 on, t^4 <= exp(t)."""
BITS = 128
NODES, WEIGHTS = np.polynomial.legendre.leggauss(80)


def normal_fourth_moment(spread: fmpq) -> arb:
    """Return a ball that contains E[X^4] for X normal with mean 0 and this standard deviation."""
    with precision(BITS):
        deviation = arb(spread)

        def integrand(t: acb, _: bool) -> acb:
            return t**4 * (-((t / deviation) ** 2) / 2).exp() / (2 * arb.pi()).sqrt() / deviation

        end = FAR * deviation
        inside = 2 * acb.integral(integrand, acb(0), acb(end)).real
        # The integral of t^4 phi(t) beyond FAR is at most that of exp(t) phi(t).
        beyond = 2 * acb((FAR - 1) / arb(2).sqrt()).erfc().real * deviation**4
        return inside + arb(0, 1) * beyond


def uniform_moment(half_width: Number, power: int) -> Number:
    """Return E[X^power] for X uniform on [-half_width, half_width] and an even power."""
    return (half_width ** (power + 1) + half_width ** (power + 1)) / (power + 1) / (2 * half_width)


@dataclass(frozen=True)
class Spread:
    """A standard deviation, and a law with variance 1."""

    spread: fmpq
    law: FiniteLaw

    @property
    def size(self) -> int:
        """The number of values of the law."""
        return len(self.law.vectors(1))

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        return {"varsigma": as_text(self.spread), "another law": str(self.law)}


def spread(value: str, a: str = "1", b: str = "1") -> Spread:
    """Return the case with this standard deviation and the law on +-a and +-b."""
    return Spread(exact(value), law(a, b))


BOX = {"spread": (0.1, 4.0), "a": (1.0, 3.0), "b": (0.0, 1.0)}


def member(p: Mapping[str, fmpq]) -> Spread:
    """Return the case with these parameters, exactly."""
    return Spread(p["spread"], FiniteLaw(p["a"], p["b"]))


def normal_fourth_moments(spreads: FloatArray) -> FloatArray:
    """Return E[X^4] for many normal laws with mean 0, shape (cases,), by quadrature in doubles.

    Twelve standard deviations on either side leave out less than 1e-27 of the integral.
    """
    t = 12 * spreads[:, None] * NODES
    density = np.exp(-((t / spreads[:, None]) ** 2) / 2) / np.sqrt(2 * np.pi) / spreads[:, None]
    return (t**4 * density * 12 * spreads[:, None] * WEIGHTS).sum(axis=1)
