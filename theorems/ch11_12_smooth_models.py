"""Assumption 11.12: a model that stays close to its linearization on a ball.

Setting
    f(w) = sum over i of (Phi_i(w) - y_i)^2 for m data points, and a starting point w_0.

Assumption
    (a) the eigenvalues of the tangent kernel matrix at w_0 lie in [lambda_min, lambda_max],
    (b) on the ball of this radius around w_0 every grad Phi_i is bounded by U and L-Lipschitz,
    (c) L <= smoothness.

This module holds the two formulas, and the instances on which the assumption is decided exactly.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.instances import (
    Instance,
    aligned,
    axis,
    falling,
    instance,
    linear,
    one,
    polynomial,
    profile,
)
from numeric.ridge_models import ONE, ZERO, Model, Sine, Tanh, fractions, separable
from symbolic.evaluate import FloatArray
from symbolic.exact import Number, exact, rational_above, rational_below
from theorems.base import Formulas, Parameters, Slot
from theorems.notation import L, U, f0, lambda_max, lambda_min, m, r

CONSTANTS = (m, U, lambda_min, lambda_max, f0)

# Formulas

SMOOTHNESS = Slot(
    "smoothness",
    L,
    "<=",
    lambda_min**2 / (12 * m ** sp.Rational(3, 2) * U**2 * sp.sqrt(f0)),
    over=CONSTANTS,
    role="hypothesis",
    meaning="the gradients' Lipschitz constant L is at most this; not sharp, 8 would do for 12",
)
RADIUS = Slot(
    "radius",
    r,
    ">=",
    2 * sp.sqrt(m) * U * sp.sqrt(f0) / lambda_min,
    over=CONSTANTS,
    role="hypothesis",
    meaning="the radius of the ball on which U and L are valid, and which no iterate leaves",
    never_falls_with=(U,),
)


def constants(case: Instance, at: Formulas) -> dict[str, Number] | None:
    """Return the constants of the instance, or None if Assumption 11.12 fails there."""
    values = _values(case.size, case.U, case.lambda_min, case.lambda_max, case.initial_loss)
    if not (case.lambda_min > 0 and case.initial_loss > 0 and case.spectrum_is_within()):
        return None
    radius = at(RADIUS, **values)
    if not (radius > 0 and case.model.gradient_bound(radius) <= case.U):
        return None
    if not case.model.lipschitz_bound(radius) <= at(SMOOTHNESS, **values):
        return None
    return {**values, "radius": radius}


def _values(size: int, U: fmpq, low: fmpq, high: fmpq, loss: fmpq) -> dict[str, Number]:
    return {"m": fmpq(size), "U": U, "lambda_min": low, "lambda_max": high, "f0": loss}


# Instances that break wrong constants; one parameter and one data point unless it says more

WITNESSES = (
    # lambda_min not squared: too slow, caught in a hump, never arriving
    one(polynomial("1/9 -1/432"), y="1", U="4/9", h="40"),
    one(profile("0:1/4 1/2:-1/4 1:1/4"), y="1/16", U="1/4", h="4"),
    one(Tanh(exact("1/5")), y="2", U="1/5", h="12"),
    # a ball too small: a quintic, a trap met in one step, two data points with the tightest U
    one(polynomial("1 0 0 0 -1/5"), y="1", U="400", h="1/4"),
    one(profile("1/4:1 3/4:-1 5/4:1"), y="1", U="8", h="1/4"),
    instance(
        separable(polynomial("1"), profile("3/2:1/4 5/2:-1/4 7/2:1/4")),
        fractions(0, 1),
        h=exact("1/2"),
    ),
    # both wrong: no interpolant, and an inflection to get stuck at
    one(polynomial("1/7 -1/98"), y="1", U="2/7", h="12"),
    one(polynomial("1/11 -1/11 1/33"), y="9/176", U="9/44", h="40", steps=60),
    # any curvature slows the first step below the rate of the linearization
    one(polynomial("1 -1/40"), y="1", U="10/9", h="1/4"),
    # w + sin(w)/12 satisfies everything, and no true wording may fall on it
    instance(Model(((axis(polynomial("1")), axis(Sine(exact("1/12")))),)), fractions(1)),
    # the constant 12 replaced by 1
    one(profile("0:1 8/3:-1"), y="1", U="1", h="1/2"),
)
LINEAR = (
    linear("1", y="1"),
    linear("2", y="1/3"),
    linear("1/2", y="3"),
    linear("1/2", y="1", h="1/4"),
    linear("1 1/2", y="0 1"),
    linear("1 1/2", y="1 0"),
    linear("1 1/10", y="1 0"),
    linear("1/3 1/30", y="1/5 1/7"),
    linear("2 3 1", y="1 0 1/2"),
)
"""For a linear model L = 0, so only the size of the ball and of the step matter."""


def as_curved_as_allowed(at: Formulas) -> Iterator[Instance]:
    """Yield models that bend from the start, as sharply as the wording lets them."""
    for slope, y, steps in (("1", "1", 700), ("1/4", "1/16", 60), ("4", "3", 60), ("3", "1/5", 60)):
        s, target = exact(slope), exact(y)
        bend = rational_below(at(SMOOTHNESS, **_values(1, s, s * s, s * s, target * target)))
        yield instance(separable(falling(s, ZERO, bend)), (target,), s, steps=steps)
    U = exact("9/8")
    yield aligned(5, rational_below(at(SMOOTHNESS, **_values(25, U, ONE, ONE, ONE))), U)


# A family of separable models: they bend at once, or from just outside the ball on

FAMILY = {
    "size": (1.0, 4.0),
    **{f"slope_{i}": (0.05, 2.0) for i in range(3)},
    **{f"y_{i}": (0.0, 1.5) for i in range(3)},
    "bend": (0.0, 1.0),  # as a part of what is allowed
    "trap": (0.0, 2.0),  # from 1 on: a trap outside the ball
    "looseness": (1.0, 12.0),  # of U
    "step": (0.05, 1.0),  # as a part of what is allowed
}
OUTSIDE = "1001/1000"


def member(p: Mapping[str, fmpq], at: Formulas, steps: int) -> Instance:
    """Return the member of the family with these parameters, exactly."""
    size = min(3, max(1, int(p["size"])))
    slopes = [p[f"slope_{i}"] for i in range(size)]
    y = [p[f"y_{i}"] for i in range(size)]
    U, low, high = max(slopes) * p["looseness"], min(slopes) ** 2, max(slopes) ** 2
    values = _values(size, U, low, high, sum((t * t for t in y), ZERO))
    start, bends = ZERO, [p["bend"] * rational_below(at(SMOOTHNESS, **values))] * size
    if p["trap"] >= 1:
        start = rational_above(at(RADIUS, **values)) * exact(OUTSIDE)
        room = [t - s * start for s, t in zip(slopes, y, strict=True)]
        bends = [
            s * s * (1 + 4 * p["bend"]) / gap if gap > 0 else ZERO
            for s, gap in zip(slopes, room, strict=True)
        ]
    curves = [falling(s, start, bend) for s, bend in zip(slopes, bends, strict=True)]
    return instance(separable(*curves), y, U, steps=steps, fraction=p["step"])


def members(p: Parameters, at: Formulas) -> dict[str, FloatArray]:
    """Return slopes, starts, bends and y (cases, 3), and the constants (cases,), in doubles.

    Unused places have y = 0, where gradient descent stands still.
    """
    used = np.arange(3) < np.floor(p["size"])[:, None]
    slopes = np.stack([p[f"slope_{i}"] for i in range(3)], axis=1)
    y = np.stack([p[f"y_{i}"] for i in range(3)], axis=1) * used
    values = {
        "m": used.sum(axis=1).astype(float),
        "U": np.where(used, slopes, 0).max(axis=1) * p["looseness"],
        "lambda_min": np.where(used, slopes, np.inf).min(axis=1) ** 2,
        "lambda_max": np.where(used, slopes, 0).max(axis=1) ** 2,
        "f0": (y**2).sum(axis=1),
    }
    radius = at.on_arrays(RADIUS, **values)
    allowed = at.on_arrays(SMOOTHNESS, **values)
    trap = (p["trap"] >= 1)[:, None]
    start = np.where(trap, radius[:, None] * float(sp.Rational(OUTSIDE)), 0.0)
    room = y - slopes * start
    with np.errstate(divide="ignore", invalid="ignore"):
        steep = np.where(room > 0, slopes**2 * (1 + 4 * p["bend"][:, None]) / room, 0.0)
    bends = np.where(trap, steep, (p["bend"] * allowed)[:, None])
    admitted = np.where((radius > 0) & (allowed >= 0), 1.0, np.nan)
    family = {"slopes": slopes, "starts": start + 0 * y, "bends": np.nan_to_num(bends), "y": y}
    return {**family, **values, "radius": radius, "admitted": admitted}
