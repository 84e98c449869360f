"""Networks of equal neurons with a piecewise quadratic activation, at two places near a start.

The network is Phi(x, w) = v . sigma(U x + b) + c with one input and n neurons that share u and b
and have the output weight v / sqrt(n) each, so v is the length of the vector of output weights.
The slope of sigma is continuous and piecewise linear: the bounds of sigma' and sigma'' are known
exactly, and so are the squares of all gradients, at every width.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric.ridge_models import ONE, ZERO, Profile, fractions
from symbolic.exact import Number, as_text, exact, rational_below, sqrt

FloatArray = npt.NDArray[np.float64]
Place = tuple[fmpq, fmpq, fmpq]
"""u, b and v."""


@dataclass(frozen=True)
class EqualNeurons:
    """A network of equal neurons, an input, and two places near the start (u_0, 0, v_0)."""

    curve: Profile
    """sigma - sigma(0)."""
    at_zero: fmpq
    """sigma(0)."""
    x: fmpq
    n: int
    start: Place
    near: Place
    far: Place

    @property
    def size(self) -> int:
        """The number of parameters, and of bends of sigma."""
        return 3 * self.n + 1 + len(self.curve.points)

    @property
    def slope_bound(self) -> fmpq:
        """The supremum of |sigma'|."""
        return max(abs(slope) for _, slope in self.curve.points)

    @property
    def curvature_bound(self) -> fmpq:
        """The supremum of |sigma''|."""
        pieces = pairwise(self.curve.points)
        return max((abs((b - a) / (q - p)) for (p, a), (q, b) in pieces), default=ZERO)

    @property
    def R(self) -> fmpq:  # noqa: N802 (the book's name)
        """The least R with |x|, |sigma(0)|, Lip(sigma), Lip(sigma') <= R."""
        return max(abs(self.x), abs(self.at_zero), self.slope_bound, self.curvature_bound)

    @property
    def squared_length(self) -> fmpq:
        """|(x, 1)|^2."""
        return 1 + self.x * self.x

    @property
    def squared_radius(self) -> fmpq:
        """The square of the radius of the least ball around the start with both places."""
        return max(self.squared_distance(self.start, w) for w in (self.near, self.far))

    @property
    def is_ordinary(self) -> bool:
        """Whether |v_0| <= 2, |U_0| <= 2 sqrt(n), and the ball has a radius of at most 1."""
        u, _, v = self.start
        return abs(u) <= 2 and abs(v) <= 2 and self.squared_radius <= 1

    @property
    def largest_weight(self) -> Number:
        """The output weight of a neuron at the start, in absolute value."""
        return abs(self.start[2]) / sqrt(fmpq(self.n))

    def squared_distance(self, one: Place, other: Place) -> fmpq:
        """Return |w - w'|^2 over all parameters."""
        u, b, v = ((p - q) ** 2 for p, q in zip(one, other, strict=True))
        return self.n * (u + b) + v

    def squared_gradient(self, w: Place) -> Number:
        """Return |grad Phi(x, w)|^2."""
        value, slope = self._hidden(w)
        return 1 + self.n * value * value + self.squared_length * slope * slope

    def squared_change(self) -> Number:
        """Return |grad Phi(x, near) - grad Phi(x, far)|^2."""
        pairs = zip(self._hidden(self.near), self._hidden(self.far), strict=True)
        value, slope = ((one - other) ** 2 for one, other in pairs)
        return self.n * value + self.squared_length * slope

    def _hidden(self, w: Place) -> tuple[Number, Number]:
        """Return sigma and v sigma' of a neuron."""
        u, b, v = w
        z = u * self.x + b
        return self.at_zero + self.curve.value(z), v * self.curve.slope(z)

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        places = (("w_0", self.start), ("w", self.near), ("w'", self.far))
        named = {name: ", ".join(map(as_text, place)) for name, place in places}
        slopes = ", ".join(f"({as_text(t)}, {as_text(slope)})" for t, slope in self.curve.points)
        sigma = f"sigma(0) = {as_text(self.at_zero)}, sigma' is linear between {slopes}"
        return {"sigma": sigma, "x": as_text(self.x), "n": str(self.n)} | {
            f"{name} (u, b, v)": text for name, text in named.items()
        }


def equal_neurons(
    slopes: str, *, start: str, near: str, far: str, x: str = "0", at_zero: str = "0", n: int = 1
) -> EqualNeurons:
    """Return the case with slopes of sigma as in `0:1 1:0`, and places (u, b, v) as in `0 0 2`."""
    points = (fractions(*point.split(":")) for point in slopes.split())
    w0, w, v = (fractions(*place.split()) for place in (start, near, far))
    curve = Profile(tuple((place, slope) for place, slope in points))
    return EqualNeurons(
        curve,
        exact(at_zero),
        exact(x),
        n,
        (w0[0], w0[1], w0[2]),
        (w[0], w[1], w[2]),
        (v[0], v[1], v[2]),
    )


def steepest(slope: str, curvature: str, *, weight: str, radius: str, length: str) -> EqualNeurons:
    """Return one neuron whose gradient changes nearly as fast as it can.

    Its places differ by a small step along the eigenvector of the Hessian where |v|, |sigma'| and
    |sigma''| are largest.  `length` is |(x, 1)|, of an x that is rational.
    """
    B1, B2, v, rho, s = fractions(slope, curvature, weight, radius, length)
    x = rational_below(sqrt(s * s - 1))
    a, b = (v + rho) * B2 * s * s, B1 * s
    largest = rational_below((a + sqrt(a * a + 4 * b * b)) / 2, digits=6)
    step = exact("1/1000") * min(ONE, rho, B1 / B2)
    top = (ZERO, ZERO, v + rho)
    moved = (step * x / s, step / s, v + rho - step * b / largest)
    curve = Profile(((ZERO, B1), (B1 / B2, ZERO)))
    return EqualNeurons(curve, ZERO, x, 1, (ZERO, ZERO, v), top, moved)


# A random family: the slope of sigma changes along one piece

MOVES = {f"{name}_{part}": (-0.5, 0.5) for name in ("near", "far") for part in "ubv"}
BOX = {
    "at_zero": (-2.0, 2.0),
    "left": (-2.0, 2.0),
    "right": (-2.0, 2.0),
    "bend": (-1.0, 1.0),
    "length": (1.0, 3.0),
    "x": (-2.0, 2.0),
    "n": (1.0, 5.0),
    "u": (-2.0, 2.0),
    "v": (-2.0, 2.0),
    "step": (0.01, 1.0),
    **MOVES,
}


def member(p: Mapping[str, fmpq]) -> EqualNeurons:
    """Return the case with these parameters, exactly."""
    curve = Profile(((p["bend"], p["left"]), (p["bend"] + p["length"], p["right"])))
    start = (p["u"], ZERO, p["v"])
    near = (p["u"] + p["near_u"], p["near_b"], p["v"] + p["near_v"])
    u, b, v = (here + p["step"] * p[f"far_{part}"] for here, part in zip(near, "ubv", strict=True))
    return EqualNeurons(curve, p["at_zero"], p["x"], max(1, int(p["n"])), start, near, (u, b, v))


@dataclass(frozen=True)
class Lanes:
    """What the statement about many cases needs, in doubles; shape (cases,) each."""

    n: FloatArray
    slope_bound: FloatArray
    curvature_bound: FloatArray
    R: FloatArray
    length: FloatArray
    radius: FloatArray
    largest_weight: FloatArray
    start_gradient: FloatArray
    gradient: FloatArray
    """The larger of the two norms of gradients."""
    change: FloatArray
    distance: FloatArray
    is_ordinary: npt.NDArray[np.bool_]


def members(p: Mapping[str, FloatArray]) -> Lanes:
    """Return many cases."""
    n, x = np.floor(p["n"]), p["x"]
    length = np.hypot(x, 1.0)
    left, rise = p["left"], p["right"] - p["left"]

    def hidden(w: tuple[FloatArray, FloatArray, FloatArray]) -> tuple[FloatArray, FloatArray]:
        t = w[0] * x + w[1]
        part = np.clip((t - p["bend"]) / p["length"], 0.0, 1.0)
        from_zero = p["at_zero"] + _area(p, t) - _area(p, np.zeros_like(t))
        return np.sqrt(n) * from_zero, w[2] * (left + rise * part) * length

    start = (p["u"], np.zeros_like(x), p["v"])
    near = (p["u"] + p["near_u"], p["near_b"], p["v"] + p["near_v"])
    u, b, v = (here + p["step"] * p[f"far_{part}"] for here, part in zip(near, "ubv", strict=True))
    far = (u, b, v)
    at_start, at_near, at_far = (hidden(w) for w in (start, near, far))

    def distance(one: tuple[FloatArray, ...], other: tuple[FloatArray, ...]) -> FloatArray:
        du, db, dv = (a - b for a, b in zip(one, other, strict=True))
        return np.sqrt(n * (du**2 + db**2) + dv**2)

    slope_bound = np.maximum(np.abs(left), np.abs(p["right"]))
    curvature_bound = np.abs(rise) / p["length"]
    radius = np.maximum(distance(start, near), distance(start, far))
    norms = [np.sqrt(1 + value**2 + slope**2) for value, slope in (at_start, at_near, at_far)]
    return Lanes(
        n=n,
        slope_bound=slope_bound,
        curvature_bound=curvature_bound,
        R=np.maximum.reduce([np.abs(x), np.abs(p["at_zero"]), slope_bound, curvature_bound]),
        length=length,
        radius=radius,
        largest_weight=np.abs(p["v"]) / np.sqrt(n),
        start_gradient=norms[0],
        gradient=np.maximum(norms[1], norms[2]),
        change=np.hypot(at_near[0] - at_far[0], at_near[1] - at_far[1]),
        distance=distance(near, far),
        is_ordinary=radius <= 1,
    )


def _area(p: Mapping[str, FloatArray], t: FloatArray) -> FloatArray:
    """Return an antiderivative of the slope of sigma."""
    inside = np.clip(t - p["bend"], 0.0, p["length"])
    beyond = np.maximum(t - p["bend"] - p["length"], 0.0)
    bent = inside**2 / (2 * p["length"]) + beyond
    return p["left"] * t + (p["right"] - p["left"]) * bent
