"""Definition 11.8: kernels, kernel matrices, and the objective in terms of them.

Setting
    K is symmetric and every matrix G = (K(x_i, x_j)) is positive semidefinite.  For a feature
    map phi into a Hilbert space, K(x, x') = <phi(x), phi(x')> is such a function.  The formulas
    are written out for two points.

Conclusion
    |K(x_1, x_2)| <= `bound`, which together with K(x, x) >= 0 is what the definition asks of two
    points.  With w = alpha_1 phi(x_1) + alpha_2 phi(x_2) the objective (11.2.2) is `objective`,
    which is |G alpha - y|^2, (11.2.9).

Proof idea
    A quadratic form is nonnegative if its determinant is; inner products are bilinear.

Checked numerically
    Exactly, on random features, some of them parallel, and on enough weights alpha to determine
    a quadratic polynomial of two variables.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.kernel_least_squares import BOX, Fit, combination, fit, member, members
from symbolic.evaluate import FloatArray
from symbolic.step import Step, identity, inequality, plus
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts, relative
from theorems.notation import K_11, K_12, K_22, alpha_1, alpha_2, objective, size_12, y_1, y_2

# Formulas

ENTRIES = (K_11, K_12, K_22)
fitted_1, fitted_2 = K_11 * alpha_1 + K_12 * alpha_2, K_12 * alpha_1 + K_22 * alpha_2
BOUND = Slot(
    "bound",
    size_12,
    "<=",
    sp.sqrt(K_11 * K_22),
    over=(K_11, K_22),
    role="conclusion",
    meaning="the largest size of a kernel at two points with given values on the diagonal",
    fails_if=("smaller",),
)
OBJECTIVE = Slot(
    "objective",
    objective,
    "=",
    (fitted_1 - y_1) ** 2 + (fitted_2 - y_2) ** 2,
    over=(*ENTRIES, alpha_1, alpha_2, y_1, y_2),
    role="conclusion",
    meaning="the loss of a combination of the features of the two data points",
    fails_if=("smaller", "larger"),
)

# Derivation

a, b = sp.symbols("a_1 a_2", real=True), sp.symbols("b_1 b_2", real=True)


def derivation(at: Formulas) -> Iterator[Step]:
    A, B = sp.Matrix(a), sp.Matrix(b)
    w = alpha_1 * A + alpha_2 * B
    of_features = {K_11: A.dot(A), K_12: A.dot(B), K_22: B.dot(B)}
    form = K_11 * alpha_1**2 + 2 * K_12 * alpha_1 * alpha_2 + K_22 * alpha_2**2
    squared = (K_11 * alpha_1 + K_12 * alpha_2) ** 2 + (K_11 * K_22 - K_12**2) * alpha_2**2
    of_kernel = facts((K_12**2, "<=", K_11 * K_22))
    loss = plus((A.dot(w) - y_1) ** 2, (B.dot(w) - y_2) ** 2)

    yield identity("alpha^T G alpha is |w|^2", form.subs(of_features), w.dot(w))
    yield identity("complete the square of K_11 times it", K_11 * form, squared)
    yield inequality("the determinant is not negative", sp.Abs(K_12), "<=", at[BOUND], of_kernel)
    yield identity("with features in the plane", loss, at[OBJECTIVE].subs(of_features))


# Numerical check

WEIGHTS = ((0, 0), (1, 0), (0, 1), (1, 1), (2, 0), (0, 2), (1, -1), (-3, 2))
"""The first six determine a quadratic polynomial; the others are for formulas that are none."""


def margins(case: Fit, at: Formulas) -> Iterator[Margin]:
    if len(case.rows) != 2:
        return
    (K_11, K_12), (_, K_22) = case.gram
    bound = at(BOUND, K_11=K_11, K_22=K_22)
    yield Margin("value at two points", abs(K_12), bound)
    known = {"K_11": K_11, "K_12": K_12, "K_22": K_22, "y_1": case.y[0], "y_2": case.y[1]}
    for weights in WEIGHTS:
        a, b = map(fmpq, weights)
        claimed = at(OBJECTIVE, **known, alpha_1=a, alpha_2=b)
        true = case.loss(combination((a, b), case.rows))
        yield Margin("objective", claimed, true, "=", f"alpha = {weights}")


def hard_cases(at: Formulas) -> Iterator[Fit]:
    yield fit("1; 1", y="0 0", phi="0")
    yield fit("1; 2", y="1 1", phi="0")
    yield fit("1/2; 1", y="1 3", phi="0")
    yield fit("1; -3", y="1 0", phi="0")
    yield fit("3 4; 4 3", y="1 -1", phi="0 0")
    yield fit("1 1 0; 0 1 1/2", y="2 1/3", phi="0 0 0")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    rows, y, _, _ = members(p)
    K = np.einsum("cai,cbi->cab", rows, rows)
    known = {"K_11": K[:, 0, 0], "K_12": K[:, 0, 1], "K_22": K[:, 1, 1]}
    bound = at.on_arrays(BOUND, K_11=K[:, 0, 0], K_22=K[:, 1, 1])
    worst = relative(np.abs(K[:, 0, 1]), bound)
    for a, b in WEIGHTS:
        w = a * rows[:, 0] + b * rows[:, 1]
        loss = ((np.einsum("cji,ci->cj", rows, w) - y) ** 2).sum(axis=1)
        given = {**known, "alpha_1": a, "alpha_2": b, "y_1": y[:, 0], "y_2": y[:, 1]}
        worst = np.minimum(worst, -np.abs(at.on_arrays(OBJECTIVE, **given) - loss) / (1 + loss))
    return worst


# Other ways of stating it

total = sp.expand(OBJECTIVE.formula)
ALSO_TRUE = {
    "the arithmetic mean, weaker": {BOUND: (K_11 + K_22) / 2},
    "roots of both": {BOUND: sp.sqrt(K_11) * sp.sqrt(K_22)},
    "the larger of the two, weaker": {BOUND: sp.Max(K_11, K_22)},
    "expanded": {OBJECTIVE: total},
}
FALSE = {
    "the product": {BOUND: K_11 * K_22},
    "the smaller of the two": {BOUND: sp.Min(K_11, K_22)},
    "the harmonic mean": {BOUND: 2 * K_11 * K_22 / (K_11 + K_22)},
    "half the arithmetic mean": {BOUND: (K_11 + K_22) / 4},
    "the weights for the fitted values": {OBJECTIVE: (alpha_1 - y_1) ** 2 + (alpha_2 - y_2) ** 2},
    "the diagonal of G": {OBJECTIVE: (K_11 * alpha_1 - y_1) ** 2 + (K_22 * alpha_2 - y_2) ** 2},
    "the norm, not squared": {OBJECTIVE: sp.sqrt(OBJECTIVE.formula)},
    "the sign of y": {OBJECTIVE: (fitted_1 + y_1) ** 2 + (fitted_2 + y_2) ** 2},
    "the energy with the form of G": {
        OBJECTIVE: alpha_1 * fitted_1 + alpha_2 * fitted_2 - 2 * (alpha_1 * y_1 + alpha_2 * y_2)
    },
}

THEOREM = Theorem(
    label="Definition 11.8",
    statement=__doc__,
    slots=(BOUND, OBJECTIVE),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
