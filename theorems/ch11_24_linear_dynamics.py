"""Remark 11.24: the predictions of the linearized model during gradient descent.

Setting
    Phi_lin(x_i, p) is affine in p, p_{k+1} = p_k - h grad f_lin(p_k) for the sum of squares, and
    G_0 is the matrix of the tangent kernel at w_0.  A = 2 h G_0 and B = I - A; formulas hold for
    each eigenvector of G_0, with A and B standing for its eigenvalues.

Hypothesis
    A is regular and 0 < h < step_max.  (The book says "small enough"; this is sharp.)

Conclusion
    Phi_lin(X, p_k) = `prediction` for every k >= 0, B^k tends to 0, and the sum of B^j over all
    j >= 0 is `series`.  (The book prints B^k for B^j inside both sums.  The first would then be
    k B^k A y; the second would not depend on j.)

Proof idea
    A step maps Phi to B Phi + A y; induction over k, and a geometric series.

Checked numerically
    Exactly, for up to 40 steps of gradient descent on the parameters, with up to three data
    points; the series up to the exact size of its remainder.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.least_squares import BOX, LeastSquares, least_squares, member, members
from symbolic.evaluate import FloatArray
from symbolic.exact import rational_below
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
)
from theorems.notation import (
    A_lin,
    B_lin,
    Phi_lin_0,
    Phi_lin_k,
    h,
    k,
    lambda_max_G,
    lambda_min_G,
    neumann,
    y,
)

# Formulas

STEP_MAX = Slot(
    "step_max",
    h,
    "<",
    1 / lambda_max_G,
    over=(lambda_min_G, lambda_max_G),
    role="hypothesis",
    meaning="the step size h > 0 stays below this",
    fails_if=("larger",),
)
PREDICTION = Slot(
    "prediction",
    Phi_lin_k,
    "=",
    B_lin**k * Phi_lin_0 + (1 - B_lin**k) * y,
    over=(A_lin, B_lin, k, Phi_lin_0, y),
    role="conclusion",
    meaning="what the linearized model predicts on the data after k steps",
    fails_if=("smaller", "larger"),
)
SERIES = Slot(
    "series",
    neumann,
    "=",
    1 / A_lin,
    over=(A_lin, B_lin),
    role="conclusion",
    meaning="the sum of all powers of B",
    fails_if=("smaller", "larger"),
)

# Derivation

DOMAIN = facts((lambda_min_G, "<=", lambda_max_G), (A_lin, "=", 1 - B_lin))
G = sp.Symbol("G", positive=True)
P = sp.Symbol("Phi", real=True)


def derivation(at: Formulas) -> Iterator[Step]:
    prediction, series = (at[slot].subs(A_lin, 1 - B_lin) for slot in (PREDICTION, SERIES))
    moved = plus(P, times(-2 * h * G, P - y))
    between = (*facts((lambda_min_G, "<=", G), (G, "<=", lambda_max_G), (h, "<", at[STEP_MAX])),)
    after = B_lin * prediction + (1 - B_lin) * y

    yield identity("a step, A = 2 h G", moved, (1 - 2 * h * G) * P + 2 * h * G * y)
    yield identity("the start", sp.Subs(prediction, k, 0), Phi_lin_0)
    yield identity("one step further, by A = 1 - B", sp.Subs(prediction, k, k + 1), after)
    yield inequality("no eigenvalue of B is 1 or more", 1 - 2 * h * G, "<", sp.S.One, between)
    yield inequality("and none is -1 or less", 2 * h * G - 1, "<", sp.S.One, between)
    yield identity("the series without its first term is B times it", 1 + B_lin * series, series)


# Numerical check


def margins(case: LeastSquares, at: Formulas) -> Iterator[Margin]:
    if not case.nonzero:
        return
    squares = [s * s for s in case.nonzero]
    largest = at(STEP_MAX, lambda_min_G=min(squares), lambda_max_G=max(squares))
    step = case.h if case.h is not None else case.fraction * rational_below(largest)
    if not (step > 0 and step < largest):
        return
    regular = [i for i, s in enumerate(case.s) if s > 0]
    kept = [1 - 2 * step * case.s[i] ** 2 for i in regular]
    yield Margin("B^k tends to 0", max(map(abs, kept)), fmpq(1), "<")
    for B in kept:
        partial = sum((B**j for j in range(case.steps)), fmpq(0))
        rest = abs(B) ** case.steps / (1 - abs(B))
        yield Margin("series", abs(at(SERIES, A_lin=1 - B, B_lin=B) - partial), rest)
    for j, w in enumerate(case.iterates(step)):
        for i, B in zip(regular, kept, strict=True):
            known = {"A_lin": 1 - B, "B_lin": B, "k": fmpq(j), "y": case.y[i]}
            claimed = at(PREDICTION, **known, Phi_lin_0=case.s[i] * case.w0[i])
            yield Margin("prediction", claimed, case.s[i] * w[i], "=", f"k = {j}", trivial=j == 0)


STEPS = 20


def hard_cases(at: Formulas) -> Iterator[LeastSquares]:
    yield from (least_squares("1", y="1", w0="0", h=h) for h in ("1/4", "3/4", "1", "5/4"))
    yield least_squares("1", y="1", w0="0")
    yield least_squares("2", y="1", w0="3", h="1/16")
    yield least_squares("1 1/2", y="0 1", w0="1 0", h="1/3")
    yield least_squares("3 2 1/2", y="1 -1 2", w0="0 1 0")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    s, data, w0 = (part[:, :2] for part in members(p))
    squares = s**2
    largest = at.on_arrays(
        STEP_MAX, lambda_min_G=squares.min(axis=1), lambda_max_G=squares.max(axis=1)
    )
    h = p["fraction"] * largest
    B = 1 - 2 * h[:, None] * squares
    worst = (1 - np.abs(B)).min(axis=1)
    series = at.on_arrays(SERIES, A_lin=1 - B, B_lin=B)
    partial = (1 - B**STEPS) / (1 - B)
    rest = np.abs(B) ** STEPS / np.abs(1 - np.abs(B))
    worst = np.minimum(worst, (rest - np.abs(series - partial)).min(axis=1) + 1e-10)
    start = output = s * w0
    for j in range(STEPS):
        known = {"A_lin": 1 - B, "B_lin": B, "k": float(j), "y": data, "Phi_lin_0": start}
        off = np.abs(at.on_arrays(PREDICTION, **known) - output) / (1 + np.abs(output))
        worst = np.minimum(worst, -off.max(axis=1))
        output = output - 2 * h[:, None] * squares * (output - data)
    return np.where(h > 0, worst, np.nan)


# Other ways of stating it

start, data = Phi_lin_0, y
ALSO_TRUE = {
    "a smaller step": {STEP_MAX: 1 / (lambda_min_G + lambda_max_G)},
    "the sum written out": {
        PREDICTION: B_lin**k * start + (1 - B_lin**k) / (1 - B_lin) * A_lin * data
    },
    "as a distance from the data": {PREDICTION: data + B_lin**k * (start - data)},
    "the series from B": {SERIES: 1 / (1 - B_lin)},
}
FALSE = {
    "threshold of an inverse": {STEP_MAX: 2 / lambda_max_G},
    "threshold from the smallest eigenvalue": {STEP_MAX: 1 / lambda_min_G},
    "threshold of the mean": {STEP_MAX: 2 / (lambda_min_G + lambda_max_G)},
    "B^k inside the sum, as printed": {PREDICTION: B_lin**k * start + k * B_lin**k * A_lin * data},
    "one term too many": {PREDICTION: B_lin**k * start + (1 - B_lin ** (k + 1)) * data},
    "one term too few": {PREDICTION: B_lin**k * start + (1 - B_lin ** (k - 1)) * data},
    "A lost": {PREDICTION: B_lin**k * start + (1 - B_lin**k) / A_lin * data},
    "A for B": {PREDICTION: A_lin**k * start + (1 - A_lin**k) * data},
    "the start forgotten": {PREDICTION: (1 - B_lin**k) * data},
    "from the data to the start": {PREDICTION: B_lin**k * data + (1 - B_lin**k) * start},
    "the inverse of B": {SERIES: 1 / B_lin},
    "A itself": {SERIES: A_lin},
    "the series from j = 1": {SERIES: B_lin / A_lin},
}

THEOREM = Theorem(
    label="Remark 11.24",
    statement=__doc__,
    slots=(STEP_MAX, PREDICTION, SERIES),
    domain=DOMAIN,
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
    conventions=LOSSES[:1],
)
