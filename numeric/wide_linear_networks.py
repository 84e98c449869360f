"""Linear networks of large width on orthogonal points, exactly: at a width, and in the limit.

Phi(x, w) = v . (U x + b) + c with sigma(t) = t on the points x_i = s_i e_i in R^m, labels y_i and
LeCun initialization with signs: the entries of v are +-n^(-1/2), those of U +-m^(-1/2).  The
limit kernel matrix is diagonal with the eigenvalues s_i^2 / m.  As the width n grows with h n
fixed, the error of point i is multiplied by 1 - 2 h n s_i^2 / m in each step.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric.kernel_least_squares import Row
from numeric.ridge_models import ONE, ZERO, fractions
from symbolic.exact import Number, as_text, exact, shorten, sqrt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class WideLinear:
    """Points, initial errors, a step size, and the constants of a proof."""

    s: Row
    """The lengths of the points."""
    errors: Row
    """E_0 in the limit of large width; every sign of every entry is possible."""
    n: fmpq
    M: fmpq
    """A number such that gradients and their Lipschitz constants are at most M sqrt(n)."""
    R_0: fmpq
    """A bound for the initial loss."""
    hn: fmpq | None = None
    """The step size times n; without one, h is `fraction` of the threshold."""
    fraction: fmpq = ONE

    @property
    def size(self) -> int:
        """The number of points."""
        return len(self.s)

    @property
    def is_valid(self) -> bool:
        """Whether the limit kernel is regular and all constants are positive."""
        positive = (*self.s, self.n, self.M, self.R_0)
        return len(self.errors) == len(self.s) and all(number > 0 for number in positive)

    @property
    def eigenvalues(self) -> list[fmpq]:
        """The eigenvalues of the limit kernel matrix."""
        return [s * s / len(self.s) for s in self.s]

    def factors(self, hn: fmpq) -> list[fmpq]:
        """Return what a step multiplies the errors by in the limit of large width."""
        return [1 - 2 * hn * value for value in self.eigenvalues]

    def loss(self, hn: fmpq, k: int) -> Number:
        """Return |E_k|^2 in the limit of large width."""
        pairs = zip(self.errors, self.factors(hn), strict=True)
        return sum((e**2 * factor ** (2 * k) for e, factor in pairs), ZERO)

    @property
    def way(self) -> Number:
        """sqrt(n) times the distance from w_0 to the limit of the w_k, for large n."""
        pairs = zip(self.errors, self.eigenvalues, strict=True)
        return sqrt(sum((e**2 / value for e, value in pairs), ZERO))

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        points = [f"{as_text(s)} e_{i + 1}" for i, s in enumerate(self.s)]
        step = f"{as_text(self.fraction)} of the largest" if self.hn is None else None
        return {
            "sigma": "sigma(t) = t",
            "d": str(len(self.s)),
            "x_i": ", ".join(points).removesuffix(" e_1"),
            "E(w_0)": ", ".join(map(as_text, self.errors)),
            "h": step or f"({as_text(self.hn or ZERO)}) / n",
            "n": as_text(self.n),
            "M": as_text(self.M),
            "R_0": as_text(self.R_0),
        }


def wide_linear(
    s: str,
    errors: str = "1",
    *,
    hn: str | None = None,
    n: str = "10000",
    M: str = "1",
    R_0: str = "4",
    fraction: str = "99/100",
) -> WideLinear:
    """Return the network on points of these lengths; several numbers are written `1 1/2`."""
    lengths, start = (fractions(*text.split()) for text in (s, errors))
    step = exact(hn) if hn is not None else None
    return WideLinear(lengths, start, exact(n), exact(M), exact(R_0), step, exact(fraction))


# One point in R, at finite width


@dataclass(frozen=True)
class Narrow:
    """The network with d = m = 1 at width n, known from four numbers."""

    inside: tuple[Number, Number, Number]
    """(u.u, u.b, b.b)."""
    across: tuple[Number, Number]
    """(v.u, v.b)."""
    outside: Number
    """v.v"""
    c: Number

    def output(self, x: fmpq) -> Number:
        """Return Phi(x, w)."""
        return self.across[0] * x + self.across[1] + self.c

    def kernel(self, x: fmpq) -> Number:
        """Return |grad Phi(x, w)|^2."""
        uu, ub, bb = self.inside
        return uu * x * x + 2 * ub * x + bb + self.outside * (1 + x * x) + 1


def at_start(n: int, plus: int) -> Narrow:
    """Return the network of width n = r^2 in which `plus` of the products v_i u_i are positive."""
    root = sqrt(fmpq(n))
    assert isinstance(root, fmpq), "the width is a square, so that its root is rational"
    across = (fmpq(2 * plus - n) / root, ZERO)
    return Narrow((fmpq(n), ZERO, ZERO), across, ONE, ZERO)


def trained(start: Narrow, x: fmpq, y: fmpq, h: fmpq) -> Iterator[Narrow]:
    """Yield the networks w_0, w_1, ... of gradient descent for (Phi(x, w) - y)^2, exactly.

    With a = (x, 1) and E the error, a step is v <- v - 2 h E (U, b) a,
    (U, b) <- (U, b) - 2 h E v a^T and c <- c - 2 h E; the inner products change accordingly.
    """
    now = start
    while True:
        yield now
        (uu, ub, bb), (vu, vb), vv = now.inside, now.across, now.outside
        t = 2 * h * (now.output(x) - y)
        au, ab = uu * x + ub, ub * x + bb  # inner products of (U, b) a with u and b
        of_v, of_a = vu * x + vb, au * x + ab
        now = Narrow(
            (
                shorten(uu - 2 * t * x * vu + t * t * x * x * vv),
                shorten(ub - t * (x * vb + vu) + t * t * x * vv),
                shorten(bb - 2 * t * vb + t * t * vv),
            ),
            (
                shorten(vu - t * (au + x * vv) + t * t * x * of_v),
                shorten(vb - t * (ab + vv) + t * t * of_v),
            ),
            shorten(vv - 2 * t * of_v + t * t * of_a),
            shorten(now.c - t),
        )


# A random family with two points

BOX = {
    **{f"s_{i}": (0.1, 3.0) for i in range(2)},
    **{f"E_{i}": (-2.0, 2.0) for i in range(2)},
    "n": (1e4, 1e6),
    "M": (0.5, 5.0),
    "R_0": (0.1, 10.0),
    "fraction": (0.01, 0.999),
}


def member(p: Mapping[str, fmpq]) -> WideLinear:
    """Return the network with these parameters, exactly."""
    s, errors = (p["s_0"], p["s_1"]), (p["E_0"], p["E_1"])
    return WideLinear(s, errors, p["n"], p["M"], p["R_0"], None, p["fraction"])


def members(p: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Return the eigenvalues and the initial errors of many networks, shapes (cases, 2)."""
    s, errors = (np.stack([p[f"{a}_0"], p[f"{a}_1"]], axis=1) for a in "sE")
    return s**2 / 2, errors
