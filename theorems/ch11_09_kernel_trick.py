"""Proposition 11.9: the kernel least-squares estimator from the kernel matrix.

Setting
    G = (K(x_i, x_j)) is the kernel matrix of the feature map phi, and w_* the minimum-norm
    solution of (11.2.2).  The formulas are written out for two data points.

Hypothesis
    alpha minimises |G alpha - y|^2; there is more than one such alpha if G is singular.
    (The book's algorithm prints |G alpha y|.)

Conclusion
    w_* = alpha_1 phi(x_1) + alpha_2 phi(x_2), whichever minimiser alpha is.  Hence
    Phi(x, w_*) = `evaluation` at every x, (11.2.10), and |w_*|_H = `norm`.  Where G is regular,
    alpha = G^-1 y, so that alpha_1 = `weight`.

Proof idea
    Two minimisers differ by nu with G nu = 0, and then the square of the norm of the difference
    of their combinations is nu^T G nu = 0.

Checked numerically
    Exactly, against the solution by elimination in feature space; for singular G with several
    minimisers alpha.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp

from numeric.kernel_least_squares import (
    BOX,
    Fit,
    combination,
    fit,
    member,
    members,
    minimum_norm,
    null_space,
    product,
)
from numeric.ridge_models import ONE
from symbolic.evaluate import FloatArray
from symbolic.exact import as_text, sqrt
from symbolic.step import Step, identity, plus
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.notation import (
    K_11,
    K_12,
    K_22,
    K_x1,
    K_x2,
    Phi_star,
    alpha_1,
    alpha_2,
    norm_star,
    weight_1,
    y_1,
    y_2,
)

# Formulas

EVALUATION = Slot(
    "evaluation",
    Phi_star,
    "=",
    alpha_1 * K_x1 + alpha_2 * K_x2,
    over=(alpha_1, alpha_2, K_x1, K_x2, y_1, y_2),
    role="conclusion",
    meaning="the estimator at any x",
    fails_if=("smaller", "larger"),
)
NORM = Slot(
    "norm",
    norm_star,
    "=",
    sp.sqrt(alpha_1**2 * K_11 + 2 * alpha_1 * alpha_2 * K_12 + alpha_2**2 * K_22),
    over=(alpha_1, alpha_2, K_11, K_12, K_22, y_1, y_2),
    role="conclusion",
    meaning="the norm of the minimum-norm solution",
    fails_if=("smaller", "larger"),
)
DET = K_11 * K_22 - K_12**2
WEIGHT = Slot(
    "weight",
    weight_1,
    "=",
    (K_22 * y_1 - K_12 * y_2) / DET,
    over=(K_11, K_12, K_22, y_1, y_2),
    role="conclusion",
    meaning="the weight of the first data point, for a regular kernel matrix",
    fails_if=("smaller", "larger"),
)

# Derivation

a, b, p = (sp.symbols(f"{name}_1 {name}_2", real=True) for name in "abp")
nu = sp.Symbol("nu", real=True)


def derivation(at: Formulas) -> Iterator[Step]:
    A, B, P = sp.Matrix(a), sp.Matrix(b), sp.Matrix(p)
    w = alpha_1 * A + alpha_2 * B
    features = {
        **{K_11: A.dot(A), K_12: A.dot(B), K_22: B.dot(B)},
        **{K_x1: P.dot(A), K_x2: P.dot(B)},
    }
    second = at[WEIGHT].subs({K_11: K_22, K_22: K_11, y_1: y_2, y_2: y_1}, simultaneous=True)
    singular = {K_22: K_12**2 / K_11, alpha_1: -K_12 * nu, alpha_2: K_11 * nu}

    yield identity("G alpha = y, first line", plus(K_11 * at[WEIGHT], K_12 * second), y_1)
    yield identity("and second line", plus(K_12 * at[WEIGHT], K_22 * second), y_2)
    yield identity("with features in the plane", P.dot(w), at[EVALUATION].subs(features))
    yield identity("and their norm", w.dot(w), at[NORM].subs(features) ** 2)
    yield identity("G nu = 0 gives 0", sp.S.Zero, at[NORM].subs(singular, simultaneous=True) ** 2)


# Numerical check


def margins(case: Fit, at: Formulas) -> Iterator[Margin]:
    if len(case.rows) != 2:
        return
    G, w = case.gram, case.solution
    known = dict(zip(("K_11", "K_12", "K_22"), (*G[0], G[1][1]), strict=True))
    data = {"y_1": case.y[0], "y_2": case.y[1]}
    to_x = dict(zip(("K_x1", "K_x2"), (product(row, case.phi) for row in case.rows), strict=True))
    shortest, unseen = minimum_norm(G, case.y), null_space(G)
    for alpha in (shortest, *(combination((ONE, ONE), (shortest, nu)) for nu in unseen)):
        weights = {"alpha_1": alpha[0], "alpha_2": alpha[1]}
        claimed = at(EVALUATION, **weights, **to_x, **data)
        where = f"alpha = {', '.join(map(as_text, alpha))}"
        yield Margin("estimator", claimed, product(case.phi, w), "=", where)
        length = sqrt(product(w, w))
        yield Margin("norm", at(NORM, **weights, **known, **data), length, "=", where)
    if not unseen:
        yield Margin("weight", at(WEIGHT, **known, **data), shortest[0], "=")


def hard_cases(at: Formulas) -> Iterator[Fit]:
    yield fit("1; 1", y="1 -1", phi="1")
    yield fit("1; 2", y="1 1", phi="3")
    yield fit("2 0; 0 1", y="1 3", phi="1 2")
    yield fit("1 0; 1 1", y="1 2", phi="1 3")
    yield fit("0 0; 3 4", y="5 10", phi="2 1")
    yield fit("1 1 0; 0 1 2", y="2 1/3", phi="1 0 1")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    rows, y, phi, alpha = members(p)
    w = np.einsum("cj,cji->ci", alpha, rows)
    K = np.einsum("cai,cbi->cab", rows, rows)
    to_x = np.einsum("cji,ci->cj", rows, phi)
    values = (K[:, 0, 0], K[:, 0, 1], K[:, 1, 1], *alpha.T, *to_x.T, *y.T)
    names = ("K_11", "K_12", "K_22", "alpha_1", "alpha_2", "K_x1", "K_x2", "y_1", "y_2")
    known = dict(zip(names, values, strict=True))
    size = 1 + np.linalg.norm(alpha, axis=1) * (1 + np.linalg.norm(to_x, axis=1))
    off = [
        np.abs(at.on_arrays(EVALUATION, **known) - (phi * w).sum(axis=1)) / size,
        np.abs(at.on_arrays(NORM, **known) - np.linalg.norm(w, axis=1)) / size,
        np.where(p["multiple"] > 0, 0, np.abs(at.on_arrays(WEIGHT, **known) - alpha[:, 0]) / size),
    ]
    return -np.max(off, axis=0)


# Other ways of stating it

fitted_1, fitted_2 = K_11 * alpha_1 + K_12 * alpha_2, K_12 * alpha_1 + K_22 * alpha_2
ALSO_TRUE = {
    "alpha times G alpha": {NORM: sp.sqrt(alpha_1 * fitted_1 + alpha_2 * fitted_2)},
    "the weight divided out": {WEIGHT: (y_1 - K_12 * y_2 / K_22) / (K_11 - K_12**2 / K_22)},
}
FALSE = {
    "data for weights": {EVALUATION: y_1 * K_x1 + y_2 * K_x2},
    "one data point": {EVALUATION: alpha_1 * K_x1},
    "the mean": {EVALUATION: (alpha_1 * K_x1 + alpha_2 * K_x2) / 2},
    "points swapped": {EVALUATION: alpha_1 * K_x2 + alpha_2 * K_x1},
    "normalised as a local average": {
        EVALUATION: (y_1 * K_x1 + y_2 * K_x2) / (K_x1 + K_x2),
    },
    "the norm of alpha": {NORM: sp.sqrt(alpha_1**2 + alpha_2**2)},
    "the norm squared": {NORM: NORM.formula**2},
    "mixed term once": {
        NORM: sp.sqrt(sp.Abs(alpha_1**2 * K_11 + alpha_1 * alpha_2 * K_12 + alpha_2**2 * K_22))
    },
    "as if alpha solved G alpha = y": {NORM: sp.sqrt(sp.Abs(alpha_1 * y_1 + alpha_2 * y_2))},
    "the norm of G alpha": {NORM: sp.sqrt(fitted_1**2 + fitted_2**2)},
    "the sign of the mixed term": {WEIGHT: (K_22 * y_1 + K_12 * y_2) / DET},
    "diagonal swapped": {WEIGHT: (K_11 * y_1 - K_12 * y_2) / DET},
    "the determinant with a plus": {WEIGHT: (K_22 * y_1 - K_12 * y_2) / (DET + 2 * K_12**2)},
    "as if the other point were not there": {WEIGHT: y_1 / K_11},
}

THEOREM = Theorem(
    label="Proposition 11.9",
    statement=__doc__,
    slots=(EVALUATION, NORM, WEIGHT),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
