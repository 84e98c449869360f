"""Theorem 11.13: gradient descent near a linearization finds a global minimiser.

Setting
    f(w) = sum over i of (Phi_i(w) - y_i)^2 and w_{k+1} = w_k - h grad f(w_k), under
    Assumption 11.12 with its slots `smoothness` and `radius`.

Hypothesis
    0 < h <= step_max.

Conclusion
    |w_k - w_0| <= distance, w_k stays in the ball of this radius, and f(w_k) <= decay for
    every k >= 0.

Proof idea
    E(w_{k+1}) = (I - 2 h Jbar J_k^T) E(w_k), where Jbar is the Jacobian averaged over the step.
    (The book uses the Jacobian at one point of the step, which a cubic model refutes.)  Splitting
    Jbar J_k^T - J_0 J_0^T into two terms bounds it by 2 m U L r, so 8 would do for the book's 12.

Checked numerically
    Exactly, on models that are sums of curves along directions, up to 700 steps.
    Not checked: the best constant, which lies between 4 and 8; a radius below the book's.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.gd_separable import gd_separable
from numeric.instances import Instance
from numeric.ridge_models import gradient_descent
from symbolic.evaluate import FloatArray
from symbolic.exact import rational_below, sqrt
from symbolic.step import Step, cited, identity, inequality, plus, simplified, times
from theorems.base import (
    LOSSES,
    Formulas,
    Margin,
    Parameters,
    Slot,
    Sweep,
    Theorem,
    facts,
    relative,
)
from theorems.ch11_12_smooth_models import (
    CONSTANTS,
    FAMILY,
    LINEAR,
    RADIUS,
    SMOOTHNESS,
    WITNESSES,
    as_curved_as_allowed,
    constants,
    member,
    members,
)
from theorems.notation import (
    J_0,
    E_k,
    E_next,
    J_0_t,
    J_bar,
    J_k_t,
    L,
    U,
    change,
    change_bar,
    distance_k,
    f0,
    h,
    k,
    lambda_max,
    lambda_min,
    loss_k,
    m,
    move,
    norm_change,
    norm_J_0,
    norm_J_k,
    r,
)

# Formulas

STEP_MAX = Slot(
    "step_max",
    h,
    "<=",
    1 / (lambda_min + lambda_max),
    over=CONSTANTS,
    role="hypothesis",
    meaning="the step size h > 0 is at most this",
    fails_if=("larger",),
)
DISTANCE = Slot(
    "distance",
    distance_k,
    "<=",
    2 * sp.sqrt(m) * U * sp.sqrt(f0) / lambda_min,
    over=CONSTANTS,
    role="conclusion",
    meaning="no iterate is further from w_0 than this",
    never_falls_with=(U,),
)
DECAY = Slot(
    "decay",
    loss_k,
    "<=",
    (1 - h * lambda_min) ** (2 * k) * f0,
    over=(*CONSTANTS, h, k),
    role="conclusion",
    meaning="the loss after k steps is at most this",
    fails_if=("smaller",),
)

# Derivation

DOMAIN = facts((lambda_min, "<=", lambda_max), (lambda_max, "<=", m * U**2), (1, "<=", m))


def derivation(at: Formulas) -> Iterator[Step]:
    needed = 2 * sp.sqrt(m) * U * sp.sqrt(f0) / lambda_min
    rows, moved, change_of_kernel = sp.sqrt(m) * U, sp.sqrt(m) * L * r, 2 * m * U * L * r
    sizes = facts((norm_J_k, "<=", rows), (norm_J_0, "<=", rows))
    changes = facts((change_bar, "<=", moved), (change, "<=", moved))
    allowed = (*DOMAIN, *facts((h, "<=", at[STEP_MAX])))
    rate, decay = 1 - h * lambda_min, at[DECAY]
    one_step = simplified(decay.subs(k, k + 1) / decay)
    split = (J_bar - J_0) * J_k_t + J_0 * (J_k_t - J_0_t)
    split_norm = change_bar * norm_J_k + norm_J_0 * change
    spent = times(2 * m * U, at[SMOOTHNESS], needed)
    remaining = plus(sp.S.One, -2 * h * lambda_min, times(2 * h, lambda_min / 2))
    way = times(2 * h * rows * sp.sqrt(f0), 1 / (1 - rate))

    yield cited("mean value theorem, integrated over the step", E_next, "=", E_k + J_bar * move)
    yield identity(
        "insert the step, minus h times the gradient",
        plus(E_k, times(J_bar, -2 * h * J_k_t * E_k)),
        E_k - 2 * h * J_bar * J_k_t * E_k,
    )
    yield identity("m rows no longer than U", sp.sqrt(sp.UnevaluatedExpr(m * U**2)), rows)
    yield identity(
        "the change of the tangent kernel, in two terms", J_bar * J_k_t - J_0 * J_0_t, split
    )
    yield cited("norms: triangle inequality, products", norm_change, "<=", split_norm)
    yield inequality("so it is at most", split_norm, "<=", change_of_kernel, sizes + changes)
    yield inequality(
        "both ends of the spectrum contract",
        2 * h * lambda_max - 1,
        "<=",
        1 - 2 * h * lambda_min,
        allowed,
    )
    yield inequality("no step overshoots", h * lambda_min, "<", sp.S.One, allowed)
    yield inequality(
        "the change costs at most half of the decay", spent, "<=", lambda_min / 2, DOMAIN
    )
    yield identity("and leaves the rate", remaining, rate)
    yield identity("the lengths of all steps add up to", way, needed)
    yield inequality("the ball reaches that far", needed, "<=", at[RADIUS], DOMAIN)
    yield inequality("and so does the claimed distance", needed, "<=", at[DISTANCE], DOMAIN)
    yield inequality("the decay holds at the start", f0, "<=", decay.subs(k, 0), allowed)
    yield inequality("and from one step to the next", rate**2, "<=", one_step, allowed)


# Numerical check


def margins(case: Instance, at: Formulas) -> Iterator[Margin]:
    values = constants(case, at)
    if values is None:
        return
    radius = values.pop("radius")
    largest = at(STEP_MAX, **values)
    step = case.h if case.h is not None else case.fraction * rational_below(largest)
    if not (step > 0 and step <= largest):
        return
    reach = at(DISTANCE, **values)
    for now in gradient_descent(case.model, case.y, step, case.steps):
        where, travelled = f"k = {now.k}", sqrt(now.squared_distance)
        bound = at(DECAY, **values, h=step, k=fmpq(now.k))
        yield Margin("the iterates stay in the ball", travelled, radius, "<=", where)
        yield Margin("distance from the start", travelled, reach, "<=", where)
        yield Margin("decay of the loss", now.loss, bound, "<=", where, trivial=now.k == 0)


def hard_cases(at: Formulas) -> Iterator[Instance]:
    yield from LINEAR
    yield from WITNESSES
    yield from as_curved_as_allowed(at)


STEPS = 60


def slack(parameters: Parameters, at: Formulas) -> FloatArray:
    p = members(parameters, at)
    names = [symbol.name for symbol in CONSTANTS]
    h = parameters["step"] * at.on_arrays(STEP_MAX, **{name: p[name] for name in names})
    origin = np.zeros_like(p["y"])
    losses, distances = gd_separable(
        p["slopes"], p["starts"], p["bends"], p["y"], origin, origin, np.nan_to_num(h), STEPS
    )
    columns = {name: p[name][:, None] for name in names}
    decay = at.on_arrays(DECAY, **columns, h=h[:, None], k=np.arange(STEPS + 1))
    reach = np.minimum(p["radius"][:, None], at.on_arrays(DISTANCE, **columns))
    above_rounding = losses > 1e-20 * columns["f0"]
    by_loss = np.where(above_rounding, relative(losses, decay), np.inf).min(axis=1)
    worst = np.minimum(by_loss, relative(distances, reach).min(axis=1))
    return np.where(h > 0, worst, np.nan) * p["admitted"]


def case(parameters: Mapping[str, fmpq], at: Formulas) -> Instance:
    return member(parameters, at, STEPS)


# Other ways of stating it

m_3_2, root = m ** sp.Rational(3, 2), sp.sqrt(f0)
ALSO_TRUE = {
    "the sharper constant 8": {SMOOTHNESS: lambda_min**2 / (8 * m_3_2 * U**2 * root)},
    "a larger ball": {RADIUS: 3 * sp.sqrt(m) * U * root / lambda_min},
    "a step from lambda_max alone": {STEP_MAX: 1 / (2 * lambda_max)},
    "exponential decay, weaker": {DECAY: sp.exp(-2 * h * lambda_min * k) * f0},
    "decay with exponent k, weaker": {DECAY: (1 - h * lambda_min) ** k * f0},
}
FALSE = {
    "smoothness: lambda_min not squared": {SMOOTHNESS: lambda_min / (12 * m_3_2 * U**2 * root)},
    "smoothness: constant just below 4": {SMOOTHNESS: SMOOTHNESS.formula * sp.Rational(120, 39)},
    "smoothness: constant 3": {SMOOTHNESS: SMOOTHNESS.formula * 4},
    "smoothness: constant 1": {SMOOTHNESS: SMOOTHNESS.formula * 12},
    "smoothness: m forgotten": {SMOOTHNESS: lambda_min**2 / (12 * U**2 * root)},
    "smoothness: U not squared": {SMOOTHNESS: lambda_min**2 / (12 * m_3_2 * U * root)},
    "smoothness: f0 for its root": {SMOOTHNESS: lambda_min**2 / (12 * m_3_2 * U**2 * f0)},
    "radius: divided by sqrt(m) U": {RADIUS: 2 * root / (sp.sqrt(m) * U)},
    "radius: lambda_min forgotten": {RADIUS: 2 * sp.sqrt(m) * U * root},
    "radius: f0 for its root": {RADIUS: 2 * sp.sqrt(m) * U * f0 / lambda_min},
    "step twice too large": {STEP_MAX: 2 / (lambda_min + lambda_max)},
    "step from lambda_min": {STEP_MAX: 1 / (2 * lambda_min)},
    "step from lambda_max": {STEP_MAX: 1 / lambda_max},
    "distance: the 2 below": {DISTANCE: sp.sqrt(m) * U * root / (2 * lambda_min)},
    "distance: f0 for its root": {DISTANCE: 2 * sp.sqrt(m) * U * f0 / lambda_min},
    "decay twice too fast": {DECAY: (1 - 2 * h * lambda_min) ** (2 * k) * f0},
    "decay from lambda_max": {DECAY: (1 - h * lambda_max) ** (2 * k) * f0},
    "decay with the inverse eigenvalue": {DECAY: (1 - h / lambda_min) ** (2 * k) * f0},
}
POWER_OF_M = "no case is known that needs the whole power of m"
UNSETTLED = {
    "smoothness: doubled": "the best constant lies between 4 and 8; nobody knows where",
    "smoothness: root of m": POWER_OF_M,
    "smoothness: m**(-3/2) to one more": POWER_OF_M,
    "radius: m lost": POWER_OF_M,
    "radius: root of m": POWER_OF_M,
    "distance: m lost": POWER_OF_M,
    "distance: root of m": POWER_OF_M,
    "decay: root of k": "true, since sqrt(k) <= k for an integer; z3 does not see it",
}

THEOREM = Theorem(
    label="Theorem 11.13",
    statement=__doc__,
    slots=(SMOOTHNESS, RADIUS, STEP_MAX, DISTANCE, DECAY),
    domain=DOMAIN,
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(FAMILY, slack, case),
    also_true=ALSO_TRUE,
    false=FALSE,
    conventions=LOSSES,
    unsettled=UNSETTLED,
)
