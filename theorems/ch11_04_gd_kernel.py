"""Remark 11.4: the limit of gradient descent for kernel least squares.

Setting
    Phi(x, w) = <phi(x), w> with w in R^n and f(w) = sum over j of (Phi(x_j, w) - y_j)^2.
    w_{k+1} = w_k - h grad f(w_k) from any w_0; hat w_0 is the part of w_0 orthogonal to all
    phi(x_j), and w_* is the minimum-norm solution.

Hypothesis
    0 < h < step_max.  (The book asks for a sufficiently small step; this is how small.)

Conclusion
    Phi(x, w_k) tends to `limit` for every x, (11.2.3).  Where phi(x) is a combination of the
    phi(x_j), (11.2.4), the second term is zero and nothing depends on w_0.

Proof idea
    Theorem 11.3 for the matrix with the rows phi(x_j): along each singular vector the error is
    multiplied by 1 - 2 h s^2 in each step, and the rest of w_0 is never moved.

Checked numerically
    Exactly, for 12 steps: |Phi(x, w_k) - limit| <= rho^k |phi(x)| |w_0 - hat w_0 - w_*|, where
    rho < 1 is the largest |1 - 2 h s^2|.  Convergence beyond that follows from rho < 1.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.kernel_least_squares import product
from numeric.ridge_models import dot
from numeric.rotated_least_squares import (
    DESCENT_BOX,
    Descent,
    descent,
    descent_member,
    members,
    rotated,
)
from symbolic.evaluate import FloatArray
from symbolic.exact import rational_below, sqrt
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
from theorems.notation import FEATURES, Phi_limit, fit_x, h, kept_x, s_max, s_min, start_x

# Formulas

STEP_MAX = Slot(
    "step_max",
    h,
    "<",
    1 / s_max**2,
    over=(s_min, s_max),
    role="hypothesis",
    meaning="the step size h > 0 stays below this, s_max being that of the matrix phi(X)",
    fails_if=("larger",),
)
LIMIT = Slot(
    "limit",
    Phi_limit,
    "=",
    fit_x + kept_x,
    over=(fit_x, kept_x, start_x),
    role="conclusion",
    meaning="what Phi(x, w_k) tends to",
    fails_if=("smaller", "larger"),
)

# Derivation

DOMAIN = facts((s_min, "<=", s_max))
s = sp.Symbol("s", positive=True)
b, c, e, p, q, free = sp.symbols("b c e p q free", real=True)


def derivation(at: Formulas) -> Iterator[Step]:
    factor = 1 - 2 * h * s**2
    moved = c - h * sp.diff((s * c - b) ** 2, c)
    step = plus(c, times(-h, sp.Derivative((s * c - b) ** 2, c)))
    between = (*DOMAIN, *facts((s_min, "<=", s), (s, "<=", s_max), (h, "<", at[STEP_MAX])))
    parts = {fit_x: p * b / s, kept_x: q * free, start_x: p * c + q * free}
    claimed = at[LIMIT].subs(parts, simultaneous=True)

    yield identity("a step moves the coefficient c to", step, moved)
    yield identity("each step multiplies the error", plus(moved, -b / s), factor * (c - b / s))
    yield inequality("by less than 1", factor, "<", sp.S.One, between)
    yield inequality("and by more than -1", -factor, "<", sp.S.One, between)
    yield identity("nothing moves where s = 0", sp.Subs(moved, s, 0), c)
    yield identity("without the error e", sp.Subs(p * (b / s + e) + q * free, e, 0), claimed)


# Numerical check


def margins(case: Descent, at: Formulas) -> Iterator[Margin]:
    values = [s for s, _, _ in case.problem.triples]
    if not values:
        return
    largest = at(STEP_MAX, s_min=min(values), s_max=max(values))
    step = case.h if case.h is not None else case.fraction * rational_below(largest)
    if not (step > 0 and step < largest):
        return
    w, kept = case.problem.solution, case.problem.unseen(case.w0)
    products = {"fit_x": product(case.phi, w), "kept_x": product(case.phi, kept)}
    limit = at(LIMIT, **products, start_x=product(case.phi, case.w0))
    rho = max(abs(1 - 2 * step * s**2) for s in values)
    yield Margin("every error shrinks", rho, fmpq(1), "<")
    error = [a - b - c for a, b, c in zip(case.w0, kept, w, strict=True)]
    first = sqrt(product(error, error) * product(case.phi, case.phi))
    for k, iterate in enumerate(case.iterates(step)):
        away = abs(dot(case.phi, iterate) - limit)
        yield Margin("distance to the limit", away, rho**k * first, "<=", f"k = {k}")


STEPS = 30


def hard_cases(at: Formulas) -> Iterator[Descent]:
    simple, line = rotated("1", "0", "0", "1"), rotated("1", "0", "0 0", "0")
    tall, full = rotated("3 0", "1 2", "1 1 -1", "3 4"), rotated("2 1/2", "1 -1", "1 2", "1 -1")
    yield from (descent(simple, w0="0", phi="1", h=h) for h in ("1/4", "3/4", "1", "5/4"))
    yield descent(simple, w0="0", phi="1")
    yield descent(line, w0="0 1", phi="1 1", h="1/2")
    yield descent(line, w0="3 1", phi="1 0", h="1/4")
    yield descent(tall, w0="1 0 2", phi="1 1 1", fraction="1/2")
    yield descent(full, w0="1 2", phi="1 -1", fraction="1/2")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    batch = members(p)
    w0, phi = (np.stack([p[f"{name}_{i}"] for i in range(3)], axis=1) for name in ("w", "phi"))
    s_2 = np.where(batch.s[:, 1] > 0, batch.s[:, 1], batch.s[:, 0])
    extremes = {"s_min": np.minimum(batch.s[:, 0], s_2), "s_max": batch.s.max(axis=1)}
    h = p["fraction"] * at.on_arrays(STEP_MAX, **extremes)
    used = np.where(batch.s > 0, 1.0, 0.0)
    inside = np.einsum("ci,cij,cik,ck->cj", used, batch.v, batch.v, w0)
    target, A = batch.solution + w0 - inside, batch.matrix
    products = {"fit_x": (phi * batch.solution).sum(axis=1), "start_x": (phi * w0).sum(axis=1)}
    limit = at.on_arrays(LIMIT, **products, kept_x=(phi * (w0 - inside)).sum(axis=1))
    rho = np.abs(1 - 2 * h[:, None] * np.stack([*extremes.values()], axis=1) ** 2).max(axis=1)
    first = np.linalg.norm(phi, axis=1) * np.linalg.norm(w0 - target, axis=1)
    worst, w = 1 - rho, w0
    for k in range(STEPS + 1):
        away, bound = np.abs((phi * w).sum(axis=1) - limit), rho**k * first
        worst = np.minimum(worst, np.where(bound > 1e-6 * first, relative(away, bound), np.inf))
        errors = np.einsum("cij,cj->ci", A, w) - batch.y
        w = w - 2 * h[:, None] * np.einsum("cij,ci->cj", A, errors)
    return np.where(h > 0, worst, np.nan)


# Other ways of stating it

ALSO_TRUE = {
    "the step of Theorem 11.3, stricter": {STEP_MAX: 1 / (2 * s_max**2)},
    "the limit, doubled and halved": {LIMIT: (2 * kept_x + 2 * fit_x) / 2},
}
FALSE = {
    "threshold twice the largest": {STEP_MAX: 2 / s_max**2},
    "threshold just above the largest": {STEP_MAX: sp.Rational(102, 100) / s_max**2},
    "threshold without the square": {STEP_MAX: 1 / s_max},
    "threshold from s_min": {STEP_MAX: 1 / s_min**2},
    "the estimator whatever the start": {LIMIT: fit_x},
    "all of the start kept": {LIMIT: fit_x + start_x},
    "the start subtracted": {LIMIT: fit_x - kept_x},
    "the start alone": {LIMIT: kept_x},
}

THEOREM = Theorem(
    label="Remark 11.4",
    statement=__doc__,
    slots=(STEP_MAX, LIMIT),
    domain=DOMAIN,
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(DESCENT_BOX, slack, lambda p, at: descent_member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
    conventions=LOSSES[:1],
    vectors=FEATURES,
)
