"""Theorem 11.3: gradient descent converges to the nearest least-squares solution.

Setting
    f(w) = |A w - y|^2 and w_{k+1} = w_k - h grad f(w_k) from any w_0.
    s_min <= s_max are the extreme nonzero singular values of A.

Hypothesis
    0 < h < step_max.

Conclusion
    w_k converges, and |w_k - limit| <= rate^k |w_0 - limit| for every k >= 0, where the limit is
    the minimum-norm solution plus `kept` times the part of w_0 orthogonal to the rows of A.

Proof idea
    In the singular basis of A the iteration is one scalar recursion for each singular value s:
    with b the coefficient of y and c that of w, c moves to c - h d/dc (s c - b)^2.

Checked numerically
    Exactly, for up to 40 steps on matrices of every rank up to 3.
    Convergence beyond that follows from |1 - 2 h s^2| < 1 for every nonzero singular value s.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.gd_separable import gd_separable
from numeric.least_squares import BOX, LeastSquares, least_squares, member, members
from symbolic.evaluate import FloatArray
from symbolic.exact import power, rational_below, sqrt
from symbolic.step import Step, identity, inequality, plus, times
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
from theorems.notation import h, kept, rate, s_max, s_min

# Formulas


def factor(s: sp.Expr) -> sp.Expr:
    return 1 - 2 * h * s**2


STEP_MAX = Slot(
    "step_max",
    h,
    "<",
    1 / (2 * s_max**2),
    over=(s_min, s_max),
    role="hypothesis",
    meaning="the step size h > 0 stays below this; not sharp, twice as much would do",
)
RATE = Slot(
    "rate",
    rate,
    "<=",
    sp.Max(sp.Abs(factor(s_min)), sp.Abs(factor(s_max))),
    over=(h, s_min, s_max),
    role="conclusion",
    meaning="the distance to the limit shrinks by this factor in each step",
    fails_if=("smaller",),
)
KEPT = Slot(
    "kept",
    kept,
    "=",
    sp.Integer(1),
    over=(),
    role="conclusion",
    meaning="the share of the part of w_0 orthogonal to the rows of A that survives",
    fails_if=("smaller", "larger"),
)

# Derivation

DOMAIN = facts((s_min, "<=", s_max))
s = sp.Symbol("s", positive=True)
b, c = sp.symbols("b c", real=True)


def derivation(at: Formulas) -> Iterator[Step]:
    moved = c - h * sp.diff((s * c - b) ** 2, c)
    step = plus(c, times(-h, sp.Derivative((s * c - b) ** 2, c)))
    between = (*DOMAIN, *facts((s_min, "<=", s), (s, "<=", s_max), (h, "<", at[STEP_MAX])))

    yield identity("a step moves the coefficient c to", step, moved)
    yield identity("b/s is a fixed point", sp.Subs(moved, c, b / s), b / s)
    yield identity("each step multiplies the error", plus(moved, -b / s), factor(s) * (c - b / s))
    yield identity("nothing moves where s = 0", sp.Subs(moved, s, 0), at[KEPT] * c)
    yield inequality("no factor exceeds the rate", factor(s), "<=", at[RATE], between)
    yield inequality("nor its negative", -factor(s), "<=", at[RATE], between)
    yield inequality("and no step adds to an error", factor(s), "<", sp.S.One, between)
    yield inequality("or throws it to the other side", -factor(s), "<", sp.S.One, between)


# Numerical check


def margins(case: LeastSquares, at: Formulas) -> Iterator[Margin]:
    if not case.nonzero:
        return
    extremes = {"s_min": min(case.nonzero), "s_max": max(case.nonzero)}
    largest = at(STEP_MAX, **extremes)
    step = case.h if case.h is not None else case.fraction * rational_below(largest)
    if not (step > 0 and step < largest):
        return
    rate = at(RATE, **extremes, h=step)
    limit = case.limit(rational_below(at(KEPT)))
    slowest = max(abs(1 - 2 * step * s**2) for s in case.nonzero)
    yield Margin("every error shrinks", slowest, fmpq(1), "<")
    start = None
    for k, w in enumerate(case.iterates(step)):
        away = sqrt(sum(((a - b) ** 2 for a, b in zip(w, limit, strict=True)), fmpq(0)))
        start = away if start is None else start
        bound = power(rate, fmpq(k)) * start
        yield Margin("distance to the limit", away, bound, "<=", f"k = {k}", trivial=k == 0)


STEPS = 40


def hard_cases(at: Formulas) -> Iterator[LeastSquares]:
    yield from (least_squares("1", y="1", w0="0", h=h) for h in ("1/4", "3/4", "1", "5/4"))
    yield least_squares("1", y="1", w0="0")
    yield least_squares("1 0", y="0 0", w0="0 1")
    yield least_squares("2 1/2", y="1 0", w0="0 1")
    yield least_squares("1/2 1/3", y="1 -1", w0="2 5")
    yield least_squares("3 1/2 0", y="1 1/2 0", w0="0 1 2", fraction="1/2")
    yield least_squares("3 2 1/2", y="1 -1 2", w0="0 1 0")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    s, y, w0 = members(p)
    extremes = {"s_min": s[:, :2].min(axis=1), "s_max": s[:, :2].max(axis=1)}
    h = p["fraction"] * at.on_arrays(STEP_MAX, **extremes)
    rate = at.on_arrays(RATE, **extremes, h=h)
    limit = np.where(s > 0, y / np.where(s > 0, s, 1), at.on_arrays(KEPT) * w0)
    flat = np.zeros_like(s)
    _, away = gd_separable(s, flat, flat, y, w0, limit, np.nan_to_num(h), STEPS)
    bound = rate[:, None] ** np.arange(STEPS + 1) * away[:, :1]
    above_rounding = away > 1e-10 * away[:, :1]
    worst = np.where(above_rounding, relative(away, bound), np.inf).min(axis=1)
    slowest = np.abs(1 - 2 * h[:, None] * s[:, :2] ** 2).max(axis=1)
    return np.where(h > 0, np.minimum(worst, 1 - slowest), np.nan)


# Other ways of stating it

ALSO_TRUE = {
    "the largest possible threshold": {STEP_MAX: 1 / s_max**2},
    "rate written for small steps": {RATE: factor(s_min)},
    "exponential rate, weaker": {RATE: sp.exp(-2 * h * s_min**2)},
    "no contraction claimed": {RATE: sp.Integer(1)},
}
FALSE = {
    "threshold twice the largest": {STEP_MAX: 2 / s_max**2},
    "threshold just above the largest": {STEP_MAX: sp.Rational(102, 100) / s_max**2},
    "threshold without the square": {STEP_MAX: 1 / (2 * s_max)},
    "threshold from s_min": {STEP_MAX: 1 / (2 * s_min**2)},
    "rate from s_max": {RATE: sp.Abs(factor(s_max))},
    "rate of the loss": {RATE: factor(s_min) ** 2},
    "minimum norm from any start": {KEPT: sp.Integer(0)},
}

THEOREM = Theorem(
    label="Theorem 11.3",
    statement=__doc__,
    slots=(STEP_MAX, RATE, KEPT),
    domain=DOMAIN,
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
    conventions=LOSSES[:1],
)
