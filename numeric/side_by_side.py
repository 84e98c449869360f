"""A model trained beside its linearization, and what both predict at one more point.

The model starts at w_0 = 0 with Phi(x, 0) = 0 everywhere, so its linearization is the model with
every curve replaced by its tangent at 0.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric.gd_separable import gd_separable
from numeric.instances import Instance, falling, instance
from numeric.ridge_models import (
    ONE,
    ZERO,
    Curve,
    Model,
    Polynomial,
    Profile,
    Ridge,
    gradient_descent,
    separable,
)
from symbolic.exact import Number, exact, rational_below, sqrt

FloatArray = npt.NDArray[np.float64]


def linearized(model: Model) -> Model:
    """Return the linearization at 0; raise Uncertain if a slope there is known too roughly."""
    rows = model.jacobian([ZERO] * model.parameters)
    tangent = Polynomial((ONE,))
    return Model(tuple((Ridge(tuple(map(rational_below, row)), tangent),) for row in rows))


@dataclass(frozen=True)
class Prediction:
    """What is predicted at the point x after k steps, and how far w_k is from w_0."""

    k: int
    network: Number
    """Phi(x, w_k)."""
    tangent: Number
    """Phi_lin(x, w_k)."""
    linear: Number
    """Phi_lin(x, p_k)."""
    distance: Number


@dataclass(frozen=True)
class SideBySide:
    """An instance, and the output of its model at one more point x."""

    data: Instance
    at_x: tuple[Ridge, ...]

    @property
    def size(self) -> int:
        """The number of points."""
        return self.data.size + 1

    @property
    def model_at_x(self) -> Model:
        """The output at x alone."""
        return Model((self.at_x,))

    def lipschitz_bound(self, radius: Number) -> Number:
        """Bound the Lipschitz constants of all gradients on the ball |w| <= radius."""
        return max(model.lipschitz_bound(radius) for model in (self.data.model, self.model_at_x))

    def predictions(self, h: fmpq) -> Iterator[Prediction]:
        """Yield what the model and its linearization predict after 0, 1, 2, ... steps."""
        data, at_x = self.data, self.model_at_x
        at_tangent = linearized(at_x)
        both = (
            gradient_descent(model, data.y, h, data.steps)
            for model in (data.model, linearized(data.model))
        )
        for now, lin in zip(*both, strict=False):
            network, tangent = at_x.values(now.w)[0], at_tangent.values(now.w)[0]
            linear = at_tangent.values(lin.w)[0]
            yield Prediction(now.k, network, tangent, linear, sqrt(now.squared_distance))

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it; the last output is the one at x."""
        whole = Model((*self.data.model.outputs, self.at_x))
        return {**self.data.describe(), "model": f"{whole} (the last one at x)"}


def rising(end: fmpq, turn: fmpq, bend: fmpq) -> Curve:
    """Return the curve whose slope rises at the rate `bend` until it is `end` at t = turn."""
    if not turn > 0:
        return Polynomial((end,))
    return Profile(((ZERO, end - bend * turn), (turn, end)))


def _allowed(s: fmpq, y: fmpq, U: fmpq) -> fmpq:
    """Return the largest L of Assumption 11.12 (c) for one data point with slope s."""
    return s**4 / (12 * U**2 * y)


def one_point(
    s: fmpq,
    y: fmpq,
    *,
    U: fmpq,
    bend: fmpq = ONE,
    turn: fmpq = ONE,
    fraction: fmpq = ONE,
    steps: int = 40,
) -> SideBySide:
    """Return one data point of slope s and a point x of slope U, bent in opposite directions.

    The curves bend as a part `bend` of what Assumption 11.12 (c) allows; the one at x does so
    until t = turn y / s, where its slope is U.
    """
    L = bend * _allowed(s, y, U)
    data = instance(separable(falling(s, ZERO, L)), (y,), U, steps=steps, fraction=fraction)
    return SideBySide(data, (Ridge((ONE,), rising(U, turn * y / s, L)),))


def bent(s: str, y: str, U: str, turn: str = "21/20") -> SideBySide:
    """Return the case that is as curved as allowed."""
    return one_point(exact(s), exact(y), U=exact(U), turn=exact(turn))


def two_points(s: Sequence[str], y: Sequence[str], U: str, bend: str) -> SideBySide:
    """Return two data points of one parameter each, and x where both outputs are added."""
    slopes, data, L = [exact(a) for a in s], tuple(map(exact, y)), exact(bend)
    curves = [falling(a, ZERO, L) for a in slopes]
    along = [rising(a, b / a, L) for a, b in zip(slopes, data, strict=True)]
    model = separable(*curves)
    axes = [out[0].direction for out in model.outputs]
    at_x = tuple(Ridge(axis, curve) for axis, curve in zip(axes, along, strict=True))
    return SideBySide(instance(model, data, exact(U)), at_x)


# A random family: one data point, one parameter

STEPS = 30
BOX = {
    "s": (0.05, 4.0),
    "y": (0.02, 1.5),
    "looseness": (0.0, 1.0),  # of U, the slope at x, which is s (1 + 40 looseness^4)
    "bend": (0.05, 0.99),
    "turn": (0.1, 1.9),
    "fraction": (0.05, 1.0),
}


def member(p: Mapping[str, fmpq]) -> SideBySide:
    """Return the case with these parameters, exactly."""
    options = {name: p[name] for name in ("bend", "turn", "fraction")}
    return one_point(
        p["s"], p["y"], U=p["s"] * (1 + 40 * p["looseness"] ** 4), **options, steps=STEPS
    )


def members(p: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return the constants (cases, 1) and the predictions (cases, STEPS + 1) in doubles."""
    s, y = p["s"], p["y"]
    U = s * (1 + 40 * p["looseness"] ** 4)
    L = p["bend"] * s**4 / (12 * U**2 * y)
    h = p["fraction"] / (2 * s**2)
    zero = np.zeros((len(s), 1))
    curves = (s[:, None], zero, L[:, None], y[:, None], zero, zero)
    _, w = gd_separable(*curves, h, STEPS)  # it starts at 0 and never turns back
    s, y, U, L = (values[:, None] for values in (s, y, U, L))
    linear = y / s * (1 - (1 - 2 * h[:, None] * s**2) ** np.arange(STEPS + 1))
    turn = p["turn"][:, None] * y / s
    slope, past = U - L * turn, np.maximum(w - turn, 0.0)
    network = slope * w + L * np.minimum(w, turn) ** 2 / 2 + L * turn * past
    constants = {"U": U, "L": L, "lambda_min": s**2, "f0": y**2, "r": 2 * U * y / s**2}
    return {**constants, "w": w, "network": network, "tangent": slope * w, "linear": slope * linear}
